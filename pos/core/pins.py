"""PINs: kept as something that only the right PIN fits, on this machine alone.

Rules:

- Argon2id with 19 MiB and two passes (the OWASP cheat sheet's first choice), through libsodium: a copy of the disk does
  not give the PINs away cheaply;
- a pepper that is not in the database goes in first: made in a file beside the journal that only core may read, and at
  the next start sealed like the key, where systemd seals (`systemd/seal-key`), and handed over as a credential;
  without it a copy of the database is worth nothing;
- core answers one call at a time, so there is never more than one hash in memory.
"""

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nacl.exceptions import InvalidkeyError
from nacl.pwhash import argon2id

from pos.errors import ConfigError
from pos.journal.files import sync_folder
from pos.journal.people import People

PEPPER: Final = "pin.pepper"
"""Name of the credential, and of the file in the state folder."""
PEPPER_BYTES: Final = 32
NOT_SEALED: Final = b"none"
"""What the unit hands over where there is no sealed pepper."""
MEMORY_BYTES: Final = 19 * 1024 * 1024
PASSES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins:
    """Sets and checks PINs."""

    people: People
    state_dir: Path
    credentials: Path | None
    """Folder of systemd's credentials."""

    def set(self, person: int, pin: str) -> None:
        """Keep what fits this PIN from now on, durably."""
        made = argon2id.str(self._seasoned(pin), opslimit=PASSES, memlimit=MEMORY_BYTES)
        self.people.keep_verifier(person, made.rstrip(b"\0").decode("ascii"))

    def forget(self, person: int) -> None:
        self.people.keep_verifier(person, None)

    def is_right(self, person: int, pin: str) -> bool:
        """Whether this is the person's PIN; a person without one has no right PIN."""
        kept = self.people.verifier(person)
        if kept is None:
            return False
        try:
            return argon2id.verify(kept.encode("ascii"), self._seasoned(pin))
        except InvalidkeyError:
            return False

    def _seasoned(self, pin: str) -> bytes:
        return hashlib.blake2b(pin.encode("utf-8", "replace"), key=self._pepper(), digest_size=32).digest()

    def _pepper(self) -> bytes:
        path = self.state_dir / PEPPER
        if not path.exists() and self.credentials is not None:
            sealed = self.credentials / PEPPER
            if sealed.exists() and sealed.read_bytes() != NOT_SEALED:
                path = sealed
        if not path.exists():
            _write_new(path)
        pepper = path.read_bytes()
        if len(pepper) != PEPPER_BYTES:
            found = f"this file {len(pepper)}"
            raise ConfigError((f"{path}: a pepper has {PEPPER_BYTES} bytes, {found}; set the PINs anew",))
        return pepper


def _write_new(path: Path) -> None:
    """Make a pepper, whole or not at all, readable by core only."""
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(secrets.token_bytes(PEPPER_BYTES))
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
    sync_folder(path.parent)
