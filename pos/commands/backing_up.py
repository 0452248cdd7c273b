"""`pos journal backup`: a checked copy of the journal's database, and one more on the second medium.

Made by a unit each day and after closing, beside a core that goes on selling (`pos.journal.backup` says how). On the
second medium stands the newest copy alone: what it adds to the entries there is what no entry holds, PINs' verifiers
(worthless without the pepper) and the ledger's messages.
"""

import os
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from pos.commands.faults import refusal_words
from pos.commands.output import print_json, print_line
from pos.config import TerminalConfig
from pos.control import Control
from pos.core.backups import backup_wish
from pos.core.disk import RESERVE_BYTES, free_bytes
from pos.errors import ConfigError, JournalError, PosError
from pos.exits import Exit
from pos.journal.backup import Ground, Shelf
from pos.journal.faults import HeldError
from pos.journal.mirror import is_marked
from pos.link.calls import BackupGround, BeginBackup, EndBackup
from pos.terminal import JOURNAL_FILE, open_control
from pos.voucher.keys import PublicKey

TRIES: Final = 3
ROOM_BYTES: Final = 2 * RESERVE_BYTES
"""What a copy leaves free: selling stops at half of it."""
MIRROR_FOLDER: Final = "backup"
MIRROR_KEPT: Final = 1


class BackupJson(msgspec.Struct, frozen=True, kw_only=True):
    """The stable form of what was made."""

    file: str
    entries: int
    mirror: str | None
    """The file on the second medium; None where there is none, or none that takes it."""
    kept: int


def back_up(config: TerminalConfig, *, as_json: bool) -> int:
    """Make one copy. Raises ConfigError where no folder is configured, JournalError where none can be made."""
    with suppress(OSError):
        # The wish is heard, whatever comes of it: one that stays would be heard for ever.
        backup_wish(config.terminal.socket_dir).unlink(missing_ok=True)
    if not config.is_enrolled:
        print_line("nothing to copy: this machine is no terminal yet")
        return Exit.DONE
    folder = config.backup.of_terminal(config.terminal.id)
    if folder is None:
        raise ConfigError((f"{config.file}: backup.path: no folder for copies is configured",))
    shelf = Shelf(folder=_made(folder), free_bytes=free_bytes, room_bytes=ROOM_BYTES)
    source = config.terminal.state_dir / JOURNAL_FILE
    with ExitStack() as stack:
        # Closed last: closing any handle of a file lets go of this process's locks on it, also of an open journal's.
        file = stack.enter_context(_opened(source))
        control = stack.enter_context(open_control(config))
        made, ground = _copied(control, file, shelf)
    mirrored = _on_mirror(config, made, ground)
    done = BackupJson(
        file=str(made),
        entries=ground.head,
        mirror=None if mirrored is None else str(mirrored),
        kept=len(shelf.copies()),
    )
    if as_json:
        print_json(done)
    else:
        print_line(f"{made}: {done.entries} entries{', and on the second medium' if mirrored else ''}")
    return Exit.DONE


def _copied(control: Control, file: BinaryIO, shelf: Shelf) -> tuple[Path, Ground]:
    """Try a few times: a day that is closed meanwhile writes to the file."""
    for _ in range(TRIES):
        begun = control.call(BeginBackup())
        if not isinstance(begun, BackupGround):
            raise PosError(f"no backup now: {refusal_words(begun.cause)}")
        if not os.path.samestat(os.fstat(file.fileno()), Path(begun.path).stat()):
            control.call(EndBackup())
            raise JournalError(f"{begun.path}: core works on another file than this configuration names")
        ground = Ground(public_key=PublicKey(begun.public_key), head=begun.head, hash=begun.hash)
        try:
            made = shelf.take(file, ground, is_undisturbed=lambda: control.call(EndBackup()).is_undisturbed)
        except HeldError:
            continue
        except JournalError:
            control.call(EndBackup())
            raise
        return made, ground
    raise HeldError("the journal's file was written to during each try; the next one is tomorrow's")


def _on_mirror(config: TerminalConfig, made: Path, ground: Ground) -> Path | None:
    """The same copy on the second medium, where that is this terminal's; its failing is not the copy's."""
    medium = config.mirror.path
    try:
        if medium is None or is_marked(medium, public_key=ground.public_key) is not True:
            return None
        folder = _made(medium / MIRROR_FOLDER)
        return Shelf(folder=folder, free_bytes=free_bytes, room_bytes=RESERVE_BYTES, kept=MIRROR_KEPT).take_same(made)
    except (JournalError, OSError) as error:
        sys.stderr.write(f"pos: not on the second medium: {error}\n")
        return None


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise JournalError(f"{path}: there is no journal to copy: {error.strerror}") from error


def _made(folder: Path) -> Path:
    """The folder, as its parent's owner's: root's copies must not keep core's user out."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = folder.parent.stat()
        if os.geteuid() == 0 and folder.stat().st_uid != owner.st_uid:
            os.chown(folder, owner.st_uid, owner.st_gid)
    except OSError as error:
        raise JournalError(f"{folder}: cannot be made: {error.strerror}") from error
    return folder
