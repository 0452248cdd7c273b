"""Buttons for keys: the footer, the keys on the screen, and numbered answers."""

from textual import events
from textual.app import ComposeResult
from textual.containers import Grid, Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from pos.tui.actions import ACTIONS_MAX, Action
from pos.tui.messages import AmountTouched, AnswerTouched, PadPressed
from pos.tui.pad import PadKey


class KeyButton(Static):
    """One action: its key above, what it does below; a touch does the same as the key."""

    def __init__(self, action: Action | None = None) -> None:
        super().__init__(markup=False)
        self._action: Action | None = None
        self.show(action)

    def show(self, action: Action | None) -> None:
        """Take on another action, or vanish."""
        self.display = action is not None
        if action is None or action == self._action:
            return
        self._action = action
        kind = "-answer" if action.choice is not None else "-enter" if action.key is PadKey.ENTER else "-plain"
        if not self.has_class(kind):
            self.set_classes(kind)
        label = Content(f"\n{action.label}") if action.label else Content("")
        self.update(Content.styled(action.key_text, "bold") + label, layout=False)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        if self._action is not None:
            self.post_message(_touched(self._action))


def _touched(action: Action) -> Message:
    if action.choice is not None:
        return AnswerTouched(action.choice)
    return PadPressed(action.key) if action.key is not None else AmountTouched()


class ActionFooter(Horizontal):
    """At most six buttons of equal width."""

    def compose(self) -> ComposeResult:
        for _ in range(ACTIONS_MAX):
            yield KeyButton()

    def show(self, actions: tuple[Action, ...]) -> None:
        assert len(actions) <= ACTIONS_MAX, "more actions than the footer has room for"
        for index, button in enumerate(self.query(KeyButton)):
            button.show(actions[index] if index < len(actions) else None)


_KEYS_ACROSS = 4
_KEYS = (
    *(PadKey.D7, PadKey.D8, PadKey.D9, PadKey.BACK),
    *(PadKey.D4, PadKey.D5, PadKey.D6, PadKey.TENDER),
    *(PadKey.D1, PadKey.D2, PadKey.D3, PadKey.MENU),
    *(PadKey.D0, PadKey.DOUBLE_ZERO, PadKey.NOTES, PadKey.ENTER),
)


class Keypad(Grid):
    """The pad on the screen, laid out as the one on the counter."""

    def compose(self) -> ComposeResult:
        for index, key in enumerate(_KEYS):
            button = KeyButton(Action(key_text="Enter" if key is PadKey.ENTER else key.value, label="", key=key))
            # Rows of keys touch each other; two shades keep a finger in its row.
            button.add_class(f"-row-{index // _KEYS_ACROSS % 2}")
            yield button
