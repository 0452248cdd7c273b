"""Where the money is kept: the data partition, its room, the second medium, the key, the saved time.

Rules: what is only right on an appliance is asked of an appliance only: a town on a developer's disk has no partition
of its own and no sealed key, and nothing is wrong with it.
"""

import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pos.config import TerminalConfig
from pos.doctor.check import Place
from pos.link.examination import Colour, Finding
from pos.words.findings import FindingCode

DATA: Final = Path("var/lib/pos")
MARKER: Final = "chak-data"
MIRROR_MARKER: Final = "chak-journal-mirror"
"""Left there by `pos.journal.mirror.prepare_mirror`."""
FREE_BYTES_MIN: Final = 200 * 1024 * 1024
BACKUP_S_MAX: Final = 3 * 86_400
"""One is made each day that the till is on; a shop may be closed for two."""
SAVED_TIME: Final = Path("var/lib/systemd/timesync/clock")
SAVED_S_MAX: Final = 3600
"""systemd-timesyncd saves each minute."""


def is_appliance(config: TerminalConfig, root: Path) -> bool:
    return config.terminal.state_dir.is_relative_to(root / DATA)


@dataclass(frozen=True, slots=True)
class DataCheck:
    """The partition that holds the journal, and the room on it."""

    root: Path = Path("/")
    device_of: Callable[[Path], int] = lambda path: path.stat().st_dev
    name: str = "data"

    def look(self, place: Place) -> Sequence[Finding]:
        folder = place.config.terminal.state_dir
        while not folder.exists():
            folder = folder.parent
        found = [self._partition()] if is_appliance(place.config, self.root) else []
        free_bytes = shutil.disk_usage(folder).free
        said = f"{free_bytes // 1_000_000} MB"
        if free_bytes < FREE_BYTES_MIN:
            return (*found, Finding(code=FindingCode.SPACE_SHORT, colour=Colour.RED, answered=said))
        return (*found, Finding(code=FindingCode.SPACE_ENOUGH, colour=Colour.GREEN, answered=said))

    def _partition(self) -> Finding:
        data = self.root / DATA
        if self.device_of(data) == self.device_of(data.parent) or not (data / MARKER).exists():
            return Finding(code=FindingCode.DATA_MISSING, colour=Colour.RED, detail=str(data))
        if os.statvfs(data).f_flag & os.ST_RDONLY:
            return Finding(code=FindingCode.DATA_READ_ONLY, colour=Colour.RED, detail=str(data))
        return Finding(code=FindingCode.DATA_THERE, colour=Colour.GREEN)


@dataclass(frozen=True, slots=True)
class MirrorCheck:
    """The second medium, where one is configured."""

    name: str = "mirror"

    def look(self, place: Place) -> Sequence[Finding]:
        folder = place.config.mirror.path
        if folder is None:
            return (Finding(code=FindingCode.MIRROR_OFF, colour=Colour.GREEN),)
        try:
            is_there = (folder / MIRROR_MARKER).exists()
        except PermissionError:
            return (Finding(code=FindingCode.MIRROR_UNKNOWN, colour=Colour.UNKNOWN, detail=str(folder)),)
        if not is_there:
            return (Finding(code=FindingCode.MIRROR_MISSING, colour=Colour.RED, detail=str(folder)),)
        return (Finding(code=FindingCode.MIRROR_THERE, colour=Colour.GREEN),)


@dataclass(frozen=True, slots=True)
class BackupCheck:
    """How old the newest copy of the journal is; a till that was never enrolled has nothing to copy."""

    root: Path = Path("/")
    now_s: Callable[[], float] = time.time
    name: str = "backup"

    def look(self, place: Place) -> Sequence[Finding]:
        folder = place.config.backup.of_terminal(place.config.terminal.id)
        if folder is None or not place.config.is_enrolled:
            is_wanted = place.config.is_enrolled and is_appliance(place.config, self.root)
            return (Finding(code=FindingCode.BACKUP_MISSING, colour=Colour.RED),) if is_wanted else ()
        try:
            newest_s = max((path.stat().st_mtime for path in folder.glob("journal-*.db")), default=None)
        except PermissionError:
            newest_s = None
        if newest_s is None:
            return (self._none_seen(folder),)
        age_s = max(self.now_s() - newest_s, 0)
        is_old = age_s > BACKUP_S_MAX
        return (
            Finding(
                code=FindingCode.BACKUP_OLD if is_old else FindingCode.BACKUP_FRESH,
                colour=Colour.RED if is_old else Colour.GREEN,
                answered=f"{age_s // 3600:.0f} h",
            ),
        )

    def _none_seen(self, folder: Path) -> Finding:
        """Whether there is none, or none that may be seen: a folder that may not be looked into looks empty."""
        if folder.exists() and not os.access(folder, os.R_OK | os.X_OK):
            return Finding(code=FindingCode.BACKUP_UNKNOWN, colour=Colour.UNKNOWN, detail=str(folder))
        return Finding(code=FindingCode.BACKUP_MISSING, colour=Colour.RED, detail=str(folder))


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """Whether the terminal has a key, and whether whoever takes the card has it too."""

    root: Path = Path("/")
    name: str = "key"

    def look(self, place: Place) -> Sequence[Finding]:
        plain = place.config.terminal.state_dir / "terminal.key"
        sealed = self.root / DATA / "credentials" / "terminal.key"
        try:
            is_plain, is_sealed = plain.exists(), is_appliance(place.config, self.root) and sealed.exists()
        except PermissionError:
            return (Finding(code=FindingCode.KEY_UNKNOWN, colour=Colour.UNKNOWN),)
        if is_sealed and not is_plain:
            return (Finding(code=FindingCode.KEY_SEALED, colour=Colour.GREEN),)
        if is_plain:
            colour = Colour.RED if is_appliance(place.config, self.root) else Colour.GREEN
            return (Finding(code=FindingCode.KEY_OPEN, colour=colour),)
        return (Finding(code=FindingCode.KEY_MISSING, colour=Colour.RED),)


@dataclass(frozen=True, slots=True)
class SavedTimeCheck:
    """Whether the time is saved for a start without a battery, which begins with the date of that file."""

    root: Path = Path("/")
    now_s: Callable[[], float] = time.time
    name: str = "saved_time"

    def look(self, place: Place) -> Sequence[Finding]:
        if not is_appliance(place.config, self.root):
            return ()
        try:
            age_s = self.now_s() - (self.root / SAVED_TIME).stat().st_mtime
        except OSError:
            return (Finding(code=FindingCode.TIME_NOT_SAVED, colour=Colour.RED),)
        if abs(age_s) > SAVED_S_MAX:
            return (Finding(code=FindingCode.TIME_NOT_SAVED, colour=Colour.RED, answered=f"{age_s:.0f} s"),)
        return (Finding(code=FindingCode.TIME_SAVED, colour=Colour.GREEN),)
