"""From what each frame showed to what the till is told: one scan for one showing of a code.

Rules: a code that stays in sight is one scan, until it was out of sight for two seconds; a symbol that is located and
not read keeps what was just read in sight for a while, because a shaking hand is not a second showing. A hint is given
after a second without success, and again only when it changes; after eight seconds the cashier is offered another way.
Time is the frames' own and comes in as an argument. Leaves to others: what is done about a scan.
"""

from dataclasses import dataclass
from typing import TypeAlias

from pos.scanner.advice import Hint

OUT_OF_SIGHT_S = 2.0
HINT_AFTER_S = 1.0
UNREAD_AFTER_S = 8.0
LOST_AFTER_S = 0.5
UNREAD_KEEPS_IN_SIGHT_S = 6.0
TEXT_CHARS_MAX = 800


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """A code was shown: its text (at most `TEXT_CHARS_MAX` characters), and when its frame was taken (monotonic)."""

    text: str
    captured_s: float
    is_barcode: bool = False
    """The number of an article, not a code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedOverlong:
    """A code was shown whose text is longer than any that the till may see; only its length is told."""

    chars: int
    captured_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Aimed:
    """A symbol came into sight that is not read yet (for a lamp or a tick), or it left."""

    is_located: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hinted:
    """What the customer could do; None takes the last hint back."""

    hint: Hint | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A symbol has been in sight for `UNREAD_AFTER_S` and could not be read."""


ScannerEvent: TypeAlias = Scanned | ScannedOverlong | Aimed | Hinted | Unread


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What one frame showed, as it left the decoding worker."""

    captured_s: float
    texts: tuple[str, ...] = ()
    overlong_chars: tuple[int, ...] = ()
    is_located: bool = False
    hint: Hint | None = None
    barcodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Showing:
    """When a code was last read, and when it may last have been in sight."""

    read_s: float
    seen_s: float


class Watch:
    """Follows the sightings of one camera."""

    def __init__(self) -> None:
        self._shown: dict[str | int, _Showing] = {}
        self._located_since_s: float | None = None
        self._located_last_s = float("-inf")
        self._hint: Hint | None = None
        self._is_unread_told = False

    def follow(self, sighting: Sighting) -> tuple[ScannerEvent, ...]:
        """The events that a sighting causes, in order. Sightings come in the order of their times."""
        self._forget(sighting)
        scans = self._scans(sighting)
        return (*scans, *self._aim(sighting, is_read=bool(sighting.texts or sighting.overlong_chars)))

    def again(self) -> None:
        """The cashier wants what is in sight to be scanned once more, and to be told anew if it is not read."""
        self._shown.clear()
        self._located_since_s, self._hint, self._is_unread_told = None, None, False

    def _forget(self, sighting: Sighting) -> None:
        now_s = sighting.captured_s
        self._shown = {key: at for key, at in self._shown.items() if now_s - at.seen_s < OUT_OF_SIGHT_S}
        if sighting.is_located:
            for key, at in self._shown.items():
                if now_s - at.read_s < UNREAD_KEEPS_IN_SIGHT_S:
                    self._shown[key] = _Showing(read_s=at.read_s, seen_s=now_s)

    def _scans(self, sighting: Sighting) -> list[ScannerEvent]:
        now_s = sighting.captured_s
        events: list[ScannerEvent] = []
        for text in sighting.texts:
            if self._is_new(text, now_s):
                events.append(Scanned(text=text, captured_s=now_s))
        for barcode in sighting.barcodes:
            if self._is_new(barcode, now_s):
                events.append(Scanned(text=barcode, captured_s=now_s, is_barcode=True))
        for chars in sighting.overlong_chars:
            if self._is_new(chars, now_s):
                events.append(ScannedOverlong(chars=chars, captured_s=now_s))
        return events

    def _is_new(self, key: str | int, now_s: float) -> bool:
        is_new = key not in self._shown
        self._shown[key] = _Showing(read_s=now_s, seen_s=now_s)
        return is_new

    def _aim(self, sighting: Sighting, *, is_read: bool) -> list[ScannerEvent]:
        now_s = sighting.captured_s
        if is_read or (not sighting.is_located and now_s - self._located_last_s > LOST_AFTER_S):
            return self._end_aim()
        if not sighting.is_located:
            return []
        events: list[ScannerEvent] = []
        self._located_last_s = now_s
        if self._located_since_s is None:
            self._located_since_s = now_s
            events.append(Aimed(is_located=True))
        unread_s = now_s - self._located_since_s
        if unread_s >= HINT_AFTER_S and sighting.hint not in (None, self._hint):
            self._hint = sighting.hint
            events.append(Hinted(hint=sighting.hint))
        if unread_s >= UNREAD_AFTER_S and not self._is_unread_told:
            self._is_unread_told = True
            events.append(Unread())
        return events

    def _end_aim(self) -> list[ScannerEvent]:
        events: list[ScannerEvent] = []
        if self._located_since_s is not None:
            events.append(Aimed(is_located=False))
        if self._hint is not None:
            events.append(Hinted(hint=None))
        self._located_since_s, self._hint, self._is_unread_told = None, None, False
        return events
