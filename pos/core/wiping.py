"""Destroying what a terminal must not leave behind when its ledger orders it: its keys, and what PINs are checked with.

Rules:

- the order came by message, signed and numbered, and is acknowledged like every other; that the wipe begins is an
  entry, and whatever was not delivered is delivered first, because without the key nothing can be. A journal that
  lived twice is delivered no more: there it begins at once;
- overwritten and synced before it is removed. What a flash card keeps of overwritten blocks is beyond any program: the
  terminal is retired at the ledger as well;
- the sealed key belongs to root: a wish in the state folder, durable before the terminal forgets who it is, has it
  destroyed by `systemd/wipe-key` at the next start of core, whatever the power does (`WISH_FILE` names whose key);
- the journal stays: it is evidence, and identifiers in it are sealed for the ledger.
"""

import logging
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from pos.clock import Clock
from pos.config import TerminalConfig
from pos.durable import replace_file, sync_folder
from pos.enrolled import ENROLMENT_FILE
from pos.journal.journal import Journal
from pos.voucher.bodies import WipeBegun
from pos.voucher.message_bodies import RetireTold

SECRETS: Final = ("terminal.key", "pin.pepper", "selftest.key")
WISH_FILE: Final = "wipe"
"""In the state folder; holds the id of the terminal whose sealed key is to go."""

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Wiping:
    """The wipe of one terminal, from the order to its end."""

    journal: Journal
    clock: Clock
    terminal: str
    home: Path
    """The terminal's folder."""
    state: Path | None
    """The folder that says which terminal this machine is; None where the configuration says it."""
    _is_begun: bool = False
    _is_done: bool = False

    @classmethod
    def of(cls, config: TerminalConfig, journal: Journal, clock: Clock) -> Self:
        section = config.terminal
        return cls(
            journal=journal, clock=clock, terminal=section.id, home=section.state_dir, state=config.enrolment_dir
        )

    def step(self, told: RetireTold | None, *, waiting: int, is_forked: bool) -> bool:
        """Go on as far as it can now; True when this machine is nobody any more and core has to start anew."""
        if told is None or not told.must_wipe or self._is_done:
            return False
        if not is_forked:
            if waiting:
                return False
            if not self._is_begun:
                self.journal.record([WipeBegun(reason=told.reason)], reading=self.clock.read())
                self._is_begun = True
                return False
        return self._destroy(told)

    def _destroy(self, told: RetireTold) -> bool:
        self._is_done = True
        try:
            gone = wipe(self.home) + self._wipe_unfinished()
            log.warning("retired (%s) and told to wipe: %s destroyed", told.reason, ", ".join(gone) or "nothing")
            if self.state is None:
                return False
            replace_file(self.state / WISH_FILE, self.terminal.encode("ascii"), mode=0o600)
            (self.state / ENROLMENT_FILE).unlink(missing_ok=True)
            sync_folder(self.state)
        except OSError as error:
            log.error("the secrets could not be destroyed: %s", error)
            return False
        return True

    def _wipe_unfinished(self) -> tuple[str, ...]:
        """Keys of enrolments that never came to their end."""
        folders = () if self.state is None else sorted(self.state.glob("enrolling-*"))
        return tuple(f"{folder.name}/{name}" for folder in folders for name in wipe(folder))


def wipe(folder: Path) -> tuple[str, ...]:
    """Destroy the secrets in a folder; returns what was there. Raises OSError."""
    gone = tuple(_destroyed(folder))
    sync_folder(folder)
    return gone


def _destroyed(folder: Path) -> Iterator[str]:
    for name in SECRETS:
        path = folder / name
        if not path.is_file():
            continue
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        yield name
