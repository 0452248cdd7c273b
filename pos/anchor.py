"""The stored anchor: a ledger-signed time, when it was true in boot time, and the signed object that proves it.

File `anchor.cbor` in the state folder: {1: signed object, 2: boot id, 3: boot time in ms, 4: time, 5: error in s}.
Written durably (temporary file, fsync, rename, directory fsync) by whoever received the signed time.
"""

import os
from pathlib import Path
from typing import Final

from pos import cbor
from pos.clock import Anchor
from pos.errors import MalformedError

ANCHOR_FILE: Final = "anchor.cbor"


def store_anchor(path: Path, anchor: Anchor, raw: bytes) -> None:
    """Write the anchor and the signed object it rests on, durably."""
    body = cbor.encode({1: raw, 2: anchor.boot_id, 3: anchor.boot_ms, 4: anchor.time_s, 5: anchor.error_s})
    temporary = path.with_suffix(".new")
    with temporary.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def load_anchor(path: Path) -> Anchor | None:
    """The stored anchor; a damaged one is no anchor, because the journal still gives a floor."""
    match _read(path):
        case {2: bytes(boot_id), 3: int(boot_ms), 4: int(time_s), 5: int(error_s)}:
            return Anchor(time_s=time_s, error_s=error_s, boot_id=boot_id, boot_ms=boot_ms)
        case _:
            return None


def load_proof(path: Path) -> bytes:
    """The signed object that the stored anchor rests on; empty where there is none."""
    match _read(path):
        case {1: bytes(raw)}:
            return raw
        case _:
            return b""


def _read(path: Path) -> cbor.Value:
    try:
        return cbor.decode(path.read_bytes())
    except (OSError, MalformedError):
        return None
