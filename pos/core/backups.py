"""Core's part in a backup: its file is left alone while somebody else copies it, and a closed day asks for one.

Rules:

- one copy at a time, five minutes at most; where the write-ahead log grows beyond bounds the copy loses, never a sale;
- what is wished for is a file in a folder beside core's sockets, where a unit of its own waits for it
  (`systemd/pos-backup.path`): core starts no program. Where nobody makes backups nothing is wished for.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pos.clock import Clock
from pos.config import TerminalConfig
from pos.core.bundling import WISH_FOLDER
from pos.journal.journal import Journal
from pos.link.calls import BackupEnd, BackupGround, BeginBackup, EndBackup, Refused
from pos.till.reasons import Refusal

BACKUP_WISH: Final = "backup"
HELD_S_MAX: Final = 300.0
LOG_BYTES_MAX: Final = 16 * 1024 * 1024

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Backups:
    """The journal's file, held still for a copy."""

    journal: Journal
    terminal: str
    public_key: bytes
    monotonic_s: Callable[[], float]
    wish: Path | None
    """The file that asks for a backup; None where nobody makes any."""
    _since_s: float | None = None

    def answer(self, call: BeginBackup | EndBackup) -> BackupGround | BackupEnd | Refused:
        if isinstance(call, EndBackup):
            self._since_s = None
            return BackupEnd(is_undisturbed=self.journal.let_go())
        if self._since_s is not None:
            return Refused(cause=Refusal.NOT_ACCEPTABLE)
        self.journal.hold_still()
        self._since_s = self.monotonic_s()
        head = self.journal.head
        return BackupGround(
            path=str(self.journal.path),
            terminal=self.terminal,
            public_key=self.public_key,
            head=head.sequence,
            hash=head.hash,
        )

    def tick(self) -> None:
        """Once a second: whoever copies may have died, and the log must not grow for ever."""
        if self._since_s is None:
            return
        is_late = self.monotonic_s() - self._since_s > HELD_S_MAX
        if is_late or self._log_bytes() > LOG_BYTES_MAX:
            log.warning("a backup did not end in time; the journal goes on as usual")
            self._since_s = None
            self.journal.let_go()

    def want(self) -> None:
        """Ask for a backup soon: the day was closed, and the shop may stay on for a while."""
        if self.wish is not None:
            try:
                self.wish.parent.mkdir(exist_ok=True)
                self.wish.touch()
            except OSError as error:
                log.warning("nobody can be asked for a backup: %s", error)

    def _log_bytes(self) -> int:
        path = self.journal.path
        try:
            return path.with_name(f"{path.name}-wal").stat().st_size
        except OSError:
            return 0


def backups_of(config: TerminalConfig, journal: Journal, *, public_key: bytes, clock: Clock) -> Backups:
    """A terminal's backups, as its configuration wants them."""
    return Backups(
        journal=journal,
        terminal=config.terminal.id,
        public_key=public_key,
        monotonic_s=clock.monotonic_s,
        wish=None if config.backup.path is None else backup_wish(config.terminal.socket_dir),
    )


def backup_wish(socket_dir: Path) -> Path:
    """The file that asks for a backup."""
    return socket_dir / WISH_FOLDER / BACKUP_WISH
