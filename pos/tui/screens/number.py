"""One number to be typed: a PIN, a counted total, an amount. The pad is on the screen for a finger as well."""

from textual.app import ComposeResult
from textual.containers import Vertical

from pos.money import AMOUNT_MAX_WON
from pos.tui.actions import Action
from pos.tui.host import Host
from pos.tui.pad import PadKey
from pos.tui.screens.pad_screen import PadScreen
from pos.tui.widgets.footer import ActionFooter, Keypad
from pos.tui.widgets.line import Line
from pos.words import Notice

_HIDDEN = "*"
_EMPTY = "_"


class NumberScreen(PadScreen):
    """Closes with the number on Enter, or with None for Back. `proposed` is what Enter alone means, `unit` stands
    behind a number that is no money."""

    def __init__(
        self,
        host: Host,
        *,
        title: str,
        lines: tuple[str, ...] = (),
        proposed: int | None = None,
        unit: str | None = None,
    ) -> None:
        super().__init__(host)
        self._title = title
        self._lines = lines
        self._proposed = proposed
        self._unit = unit
        self.typed = ""
        self.add_class("-keypad")

    def compose(self) -> ComposeResult:
        yield Line(classes="title")
        with Vertical(id="asked"):
            yield Line(id="asked-lines")
            yield Line(id="typed")
        yield Keypad()
        yield Line(id="notice")
        yield ActionFooter()

    def draw(self) -> None:
        self.query_one(".title", Line).say(self._title)
        self.query_one("#asked-lines", Line).say_rows(self._lines)
        self.query_one("#typed", Line).say(self.shown())
        self.query_one("#notice", Line).say(self.host.told())
        self.query_one(ActionFooter).show(self.actions())

    def shown(self) -> str:
        """What stands for the digits typed."""
        number = int(self.typed or self._proposed or 0)
        return self.host.words.won(number) if self._unit is None else f"{number}{self._unit}"

    def actions(self) -> tuple[Action, ...]:
        labels = self.labels
        back = Action(key_text="-", label=labels.erase if self.typed else labels.back, key=PadKey.BACK)
        return (back, Action(key_text=labels.key_enter, label=labels.confirm, key=PadKey.ENTER))

    def press(self, key: PadKey) -> None:
        if key.digits:
            self._type(key.digits)
        elif key is PadKey.BACK:
            self._back()
        elif key is PadKey.ENTER:
            self._enter()
        else:
            self.other(key)

    def other(self, key: PadKey) -> None:
        """A key that is neither digit, Back nor Enter."""
        self.host.notify_cashier(Notice.NOTHING_HERE)

    def _type(self, digits: str) -> None:
        typed = (self.typed + digits).lstrip("0") or "0"
        if int(typed) > AMOUNT_MAX_WON:
            self.host.notify_cashier(Notice.AMOUNT_TOO_LARGE)
        else:
            self.typed = typed

    def _back(self) -> None:
        if self.typed:
            self.typed = self.typed[:-1]
        else:
            self.leave(None)

    def _enter(self) -> None:
        if not self.typed and self._proposed is None:
            self.host.notify_cashier(Notice.AMOUNT_FIRST)
        else:
            self.leave(int(self.typed or self._proposed or 0))


class PinScreen(NumberScreen):
    """A PIN: never shown, and complete with its last digit."""

    def __init__(self, host: Host, *, title: str, digits: int, lines: tuple[str, ...] = ()) -> None:
        super().__init__(host, title=title, lines=lines)
        self._digits = digits

    def shown(self) -> str:
        return " ".join(_HIDDEN * len(self.typed) + _EMPTY * (self._digits - len(self.typed)))

    def actions(self) -> tuple[Action, ...]:
        return super().actions()[:1]

    def _type(self, digits: str) -> None:
        self.typed = (self.typed + digits)[: self._digits]
        if len(self.typed) == self._digits:
            self.leave(int(self.typed))

    def _enter(self) -> None:
        self.host.notify_cashier(Notice.NOTHING_HERE)
