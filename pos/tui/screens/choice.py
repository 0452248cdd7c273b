"""One question of the screen's own with numbered answers; closes with the number, or with None for Back."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from pos.tui.actions import Action
from pos.tui.host import Host
from pos.tui.messages import AnswerTouched
from pos.tui.pad import PadKey
from pos.tui.screens.pad_screen import PadScreen
from pos.tui.widgets.footer import ActionFooter, KeyButton
from pos.tui.widgets.line import Line
from pos.words import Notice

GAPPED_MAX = 4


class ChoiceScreen(PadScreen):
    """A title, some lines, and up to five large numbered buttons."""

    def __init__(self, host: Host, *, title: str, lines: tuple[str, ...], choices: tuple[str, ...]) -> None:
        super().__init__(host)
        self._title = title
        self._lines = lines
        self._choices = choices
        # The smallest screen has room for four with a gap between them.
        self.set_class(len(choices) > GAPPED_MAX, "-many")

    def compose(self) -> ComposeResult:
        yield Line(self._title, classes="title")
        with Vertical(id="choices"):
            for line in self._lines:
                yield Line(line, classes="said")
            for number, choice in enumerate(self._choices, start=1):
                yield KeyButton(Action(key_text=str(number), label=choice, choice=number))
        yield Line(id="notice")
        yield ActionFooter()

    def draw(self) -> None:
        self.query_one("#notice", Line).say(self.host.told())
        self.query_one(ActionFooter).show((Action(key_text="-", label=self.labels.back, key=PadKey.BACK),))

    def press(self, key: PadKey) -> None:
        if key is PadKey.BACK:
            self.leave(None)
        elif key.number is not None and 1 <= key.number <= len(self._choices):
            self.leave(key.number)
        else:
            self.host.notify_cashier(Notice.NOTHING_HERE)

    @on(AnswerTouched)
    def _choose(self, message: AnswerTouched) -> None:
        message.stop()
        self.leave(message.choice)
