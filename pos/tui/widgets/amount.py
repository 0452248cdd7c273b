"""The amount in drawn figures; touching it shows or hides the keys on the screen."""

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal

from pos.tui.drawing import Pixels, word
from pos.tui.face import Amount
from pos.tui.messages import AmountTouched
from pos.tui.widgets.drawn import Drawn
from pos.tui.widgets.line import Line


class AmountPanel(Horizontal):
    """What the amount is, the figures, and won."""

    def compose(self) -> ComposeResult:
        yield Line(id="amount-label")
        yield Drawn(id="figures")
        yield Line(id="won")

    def show(self, amount: Amount, *, won: str, is_large: bool) -> None:
        self.query_one("#amount-label", Line).say(amount.label)
        height = Pixels.LETTERS if is_large else Pixels.FIGURES
        self.query_one(Drawn).draw(word(amount.figures, height))
        self.query_one("#won", Line).say(won)
        self.set_class(amount.is_faint, "-faint")

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(AmountTouched())
