"""The two top rows and the last sale: how the terminal is doing, without being read aloud."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from pos.tui.face import Header, Tone
from pos.tui.widgets.line import Line
from pos.words.columns import columns_of


class HeaderRows(Vertical):
    """Shop, time and clerk; network, what waits, printer; last sale and the one warning."""

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Line(id="shop")
            yield Line(id="clock")
        with Horizontal():
            yield Line(id="network")
            yield Line(id="waiting")
            yield Line(id="printer")
        with Horizontal(id="last"):
            yield Line(id="last-sale")
            yield Line(id="warning")

    def show(self, header: Header) -> None:
        self._say("shop", header.shop)
        self._say("clock", header.clock)
        self._say("network", header.network, header.network_tone)
        self._say("waiting", header.waiting)
        self._say("printer", header.printer, header.printer_tone)
        self._say("last-sale", header.last_sale)
        warning = self._say("warning", header.warning, header.warning_tone)
        warning.display = bool(header.warning)
        # The last sale gives way to the warning, whatever the warning says next.
        warning.styles.width = columns_of(header.warning) + 1

    def _say(self, name: str, text: str, tone: Tone = Tone.PLAIN) -> Line:
        line = self.query_one(f"#{name}", Line)
        line.say(text)
        if not line.has_class(f"-{tone}"):
            line.set_classes(f"-{tone}")
        return line
