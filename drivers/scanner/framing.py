"""Where one scan ends in a scanner's bytes, and which text it is. Pure: times come in as arguments.

A scan ends with CR, LF or CR LF, however the scanner is set; without any of them, when nothing came for `IDLE_S`.
Rules: an empty scan is none; what is longer than `KEPT_BYTES_MAX` is counted and not kept, because a scanner that never
ends a line must not fill the memory; bytes are UTF-8, or CP949 where they are not, which Korean scanners send.
"""

from dataclasses import dataclass
from typing import Final

IDLE_S: Final = 0.05
KEPT_BYTES_MAX: Final = 8_192


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedText:
    """One scan. `length` is in characters; where it was too long to be kept, `text` is empty and it counts bytes."""

    text: str
    length: int


class Framing:
    """The bytes of one scanner, cut into scans."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._bytes = 0
        self._heard_s = float("-inf")

    def feed(self, data: bytes, *, now_s: float) -> tuple[ScannedText, ...]:
        """The scans that are complete now. Call it with nothing when nothing came, so that silence can end a scan."""
        scans: list[ScannedText] = []
        if data:
            self._heard_s = now_s
            *ended, rest = data.replace(b"\n", b"\r").split(b"\r")
            for part in ended:
                self._keep(part)
                scans += self._end()
            self._keep(rest)
        elif now_s - self._heard_s >= IDLE_S:
            scans += self._end()
        return tuple(scans)

    def forget(self) -> None:
        """The scanner went away in the middle of a scan; what it had sent belongs to nothing."""
        self._kept.clear()
        self._bytes = 0

    def _keep(self, part: bytes) -> None:
        self._bytes += len(part)
        self._kept += part[: max(KEPT_BYTES_MAX - len(self._kept), 0)]

    def _end(self) -> list[ScannedText]:
        data, count = bytes(self._kept), self._bytes
        self.forget()
        if not count:
            return []
        if count > len(data):
            return [ScannedText(text="", length=count)]
        text = decoded(data)
        return [ScannedText(text=text, length=len(text))]


def decoded(data: bytes) -> str:
    """The text of a scan's bytes; what is neither UTF-8 nor CP949 keeps its ASCII part."""
    for character_set in ("utf-8", "cp949"):
        try:
            return data.decode(character_set)
        except UnicodeDecodeError:
            continue
    return data.decode("ascii", "replace")
