"""What happens, as messages to the screens."""

from dataclasses import dataclass

from textual.message import Message

from pos.link.state import TillState
from pos.tui.pad import PadKey


@dataclass
class TillChanged(Message, bubble=False):
    """Core told its newest state."""

    till: TillState

    def can_replace(self, message: Message) -> bool:
        """A newer state makes an older one that nobody has drawn yet worthless."""
        return isinstance(message, TillChanged)


@dataclass
class LinkLost(Message, bubble=False):
    """Core is gone; another link is being made."""


@dataclass
class PadPressed(Message):
    """A button on the screen was touched."""

    key: PadKey


@dataclass
class RowTouched(Message):
    """A row of a list was touched."""

    index: int


@dataclass
class AmountTouched(Message):
    """The amount was touched: the cashier wants keys on the screen, or no longer."""


@dataclass
class AnswerTouched(Message):
    """A numbered answer was touched."""

    choice: int
