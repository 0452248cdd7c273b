"""What the app does for its screens, so that no screen imports the app."""

from typing import Protocol, TypeVar

from pos.link.calls import Call
from pos.tui.desk import Desk
from pos.tui.graphics import Graphics
from pos.words import Notice, Words

R = TypeVar("R")


class Host(Protocol):
    """The app, as its screens see it."""

    @property
    def words(self) -> Words: ...

    @property
    def desk(self) -> Desk: ...

    @property
    def may_quit(self) -> bool:
        """Whether a person may leave the screen; never in a shop."""
        ...

    def now_s(self) -> float:
        """Monotonic seconds."""
        ...

    def wall_s(self) -> int:
        """The terminal's time now, carried on from core's last word on it."""
        ...

    async def ask(self, call: Call[R]) -> R | None:
        """Core's answer; None where it gave none, which has then been said."""
        ...

    def tell(self, text: str) -> None:
        """Say one line on whatever screen is seen; the next key clears it."""
        ...

    def notify_cashier(self, notice: Notice) -> None: ...

    def told(self) -> str:
        """The line last said, if it still stands."""
        ...

    def show_sale(self) -> None:
        """Close whatever lies over the sale screen."""
        ...

    @property
    def graphics(self) -> Graphics | None:
        """What the terminal draws besides letters; None for letters only."""
        ...

    def draw_picture(self, picture: str, *, column: int, row: int) -> None:
        """Put a sixel picture over blank cells, its upper left corner in this one."""
        ...

    def switch_language(self) -> None: ...

    def quit_screen(self) -> None: ...
