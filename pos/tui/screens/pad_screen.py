"""What all screens share: keys come from the number pad, or from its buttons under a finger."""

from typing import ClassVar

from textual import events, on
from textual.screen import Screen

from pos.tui.host import Host
from pos.tui.messages import PadPressed
from pos.tui.pad import PadKey, pad_key
from pos.words import Labels, Notice


class PadScreen(Screen[int | None]):
    """A screen worked with seventeen keys. Every other key is answered, none reaches the toolkit."""

    begins_amount: ClassVar[bool] = False
    """Whether a digit that answers nothing begins an amount here."""

    def __init__(self, host: Host) -> None:
        super().__init__()
        self.host = host
        self._is_ready = False

    @property
    def labels(self) -> Labels:
        return self.host.words.labels

    def press(self, key: PadKey) -> None:
        """Take a key of the pad."""

    def draw(self) -> None:
        """Copy what is to be seen into the widgets."""

    def refresh_words(self) -> None:
        """Draw again: the language, the state or the line last said has changed."""
        # A screen left before it was complete is never drawn; one under another is drawn when it is seen again.
        # One that is being taken down with the program has nothing left to draw on.
        if self._is_ready and self.is_current and self.children:
            self.draw()

    def on_mount(self) -> None:
        self._is_ready = True
        self.refresh_words()

    def leave(self, result: int | None = None) -> None:
        """Close this screen; nothing if it is not the one that is seen, because the toolkit closes whatever is."""
        if self.is_active:
            self.dismiss(result)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        seen = self.app.screen
        if seen is not self and isinstance(seen, PadScreen):
            # The key was on its way when another screen came up; it belongs to what the cashier sees.
            seen.on_key(event)
            return
        key = pad_key(event.key, event.character)
        if key is not None:
            self._take(key)
        elif event.key == "ctrl+q" and self.host.may_quit:
            self.host.quit_screen()
        elif event.is_printable:
            self.host.notify_cashier(Notice.DIGITS_ONLY)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()

    def on_resize(self) -> None:
        self.refresh_words()

    def on_screen_resume(self) -> None:
        # Whatever changed while another screen lay over this one has not been drawn here.
        self.refresh_words()

    @on(PadPressed)
    def _take_touch(self, message: PadPressed) -> None:
        message.stop()
        if self.is_active:
            self._take(message.key)

    def _take(self, key: PadKey) -> None:
        self.host.tell("")
        self.press(key)
        self.refresh_words()
