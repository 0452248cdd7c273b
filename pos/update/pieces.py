"""A download in pieces, as it lies on the disk: it goes on where it stopped, however often it was stopped.

File `SHA256.part` in the staging folder. Rules: pieces are appended in order, each made durable before it counts; a
torn last piece is cut off; when all is there the whole is hashed, and a file that is something else begins anew.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pos.durable import sync_folder
from pos.update.versions import Offer

PIECE_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class PartialFile:
    """One archive on its way."""

    folder: Path
    offer: Offer

    @property
    def path(self) -> Path:
        return self.folder / f"{self.offer.sha256}.part"

    @property
    def done_bytes(self) -> int:
        """How much is there, in whole pieces or to the end."""
        try:
            size = self.path.stat().st_size
        except FileNotFoundError:
            return 0
        return size if size >= self.offer.length else size - size % PIECE_BYTES

    @property
    def is_complete(self) -> bool:
        return self.done_bytes == self.offer.length

    def wanted(self) -> tuple[int, int]:
        """First and last byte of the next piece."""
        done = self.done_bytes
        return done, min(done + PIECE_BYTES, self.offer.length) - 1

    def append(self, piece: bytes) -> None:
        """Add the piece that is wanted; the last one is hashed with all before it. Raises OSError, ValueError."""
        first, last = self.wanted()
        if len(piece) != last - first + 1:
            raise ValueError(f"a piece of {len(piece)} bytes where {last - first + 1} were asked for")
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.path.open("r+b" if self.path.exists() else "w+b") as file:
            file.truncate(first)
            file.seek(first)
            file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        if first == 0:
            sync_folder(self.folder)
        if self.is_complete and not self.is_right():
            self.path.unlink()
            raise ValueError("the whole is not what was promised; it begins anew")

    def is_right(self) -> bool:
        """Whether these are the promised bytes."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == self.offer.sha256

    def drop_others(self) -> None:
        """Remove what is left of other downloads."""
        for other in self.folder.glob("*.part"):
            if other != self.path:
                other.unlink()
