"""A report on the screen as it stands on paper; 1 prints it."""

from pos.link.calls import Call, Done, PrintDocument, ReadReport, ReceiptPage, Refused, ReportPage
from pos.tui.screens.receipt import ReceiptScreen


class ReportScreen(ReceiptScreen):
    """A report, by its name."""

    is_of_sale = False

    def reprint_call(self) -> Call[Done | Refused]:
        return PrintDocument(name=self._number)

    def load_call(self) -> Call[ReceiptPage | Refused] | Call[ReportPage | Refused]:
        return ReadReport(name=self._number)

    def title_text(self) -> str:
        day = self.host.words.day
        if self._number.startswith("P"):
            return day.menu_period
        return day.interim if self._number == "x" else day.last_closing
