"""Giving the receipt as a code instead of paper: only after the customer was asked, in one key.

The receipt is shown with the shop, the time and the amount beside its code (NTS notice 2025-19, section 2(6)).
"""

from textual.app import App

from pos.link.calls import GiveReceipt, ReceiptPage, Refused, ShowReceipt
from pos.tui.answers import said_of
from pos.tui.host import Host
from pos.tui.screens.choice import ChoiceScreen
from pos.tui.screens.code import CodeScreen
from pos.words.moments import moment_text

_AGREES = 1


class ElectronicReceiptScreen(CodeScreen):
    """The code, and what it is the receipt for."""

    def __init__(self, host: Host, page: ReceiptPage) -> None:
        super().__init__(host, title=host.words.papers.electronic, text=code_in(page))
        self._page = page

    def words_beside(self) -> tuple[str, ...]:
        till, words = self.host.desk.till, self.host.words
        return (
            "" if till is None else till.shop_name,
            moment_text(self._page.issued_s, now_s=self.host.wall_s()),
            words.won(self._page.total_won),
            words.receipt_number(self._page.receipt_number),
            "",
            *words.papers.electronic_lines,
        )


async def give_electronic(app: App[None], host: Host, *, receipt_number: str) -> None:
    """Ask the customer; whoever does not agree has paper, and leaving the question changes nothing."""
    labels = host.words.papers
    page = await host.ask(ShowReceipt(receipt_number=receipt_number))
    if page is None or isinstance(page, Refused):
        said_of(host, page, None)
        return
    lines = (host.words.receipt_number(receipt_number), host.words.won(page.total_won), *labels.consent_lines)
    asked = ChoiceScreen(host, title=labels.consent_title, lines=lines, choices=labels.consent_choices)
    choice = await app.push_screen_wait(asked)
    if choice is None:
        return
    agrees = choice == _AGREES
    if not said_of(host, await host.ask(GiveReceipt(receipt_number=receipt_number, is_electronic=agrees)), None):
        return
    if agrees:
        app.push_screen(ElectronicReceiptScreen(host, page))
    else:
        host.tell(labels.on_paper)


def code_in(page: ReceiptPage) -> str:
    """The code that stands on the receipt; empty where it has none."""
    return next((row.text for row in page.rows if row.kind == "qr"), "")
