"""What all screens share: keys come from the number pad, or from its buttons under a finger."""

from textual import events, on
from textual.screen import Screen

from pos.tui.host import Host
from pos.tui.messages import PadPressed
from pos.tui.pad import PadKey, pad_key
from pos.words import Labels, Notice


class PadScreen(Screen[int | None]):
    """A screen worked with seventeen keys. Every other key is answered, none reaches the toolkit."""

    def __init__(self, host: Host) -> None:
        super().__init__()
        self.host = host

    @property
    def labels(self) -> Labels:
        return self.host.words.labels

    def press(self, key: PadKey) -> None:
        """Take a key of the pad."""

    def refresh_words(self) -> None:
        """Say everything again: the language, the state or the line last said has changed."""

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
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

    @on(PadPressed)
    def _take_touch(self, message: PadPressed) -> None:
        message.stop()
        self._take(message.key)

    def _take(self, key: PadKey) -> None:
        self.host.tell("")
        self.press(key)
        self.refresh_words()
