"""Destroying what a terminal must not leave behind when it is told to: its key, and what PINs are checked with.

Rules: only after everything was delivered, because without the key nothing can be; overwritten and synced before it is
removed. What a flash card keeps of overwritten blocks is beyond any program: a key on a card without a secure element
is retired at the ledger as well. The journal stays: it is evidence, and identifiers in it are sealed for the ledger.
"""

import os
import secrets
from pathlib import Path
from typing import Final

from pos.durable import sync_folder

SECRETS: Final = ("terminal.key", "pin.pepper")


def wipe(state_dir: Path) -> tuple[str, ...]:
    """Destroy the secrets in the state folder; returns what was there. Raises OSError."""
    found = tuple(name for name in SECRETS if (state_dir / name).is_file())
    for name in found:
        path = state_dir / name
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    sync_folder(state_dir)
    return found
