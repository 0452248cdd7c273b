"""Where unbelieved trust data lies: a repository's folder as it is published, or what a download left behind.

Rules: at most as many bytes are read as somebody vouched for; links are not followed out of the folder, and what is no
plain file is not there. Nothing is believed here.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final, Protocol
from urllib.parse import quote

from pos.trust.names import hashed_path, metadata_file

TARGETS_FOLDER: Final = "targets"
METADATA_FOLDER: Final = "metadata"
ROOTS_FOLDER: Final = "root_history"
_ROOT: Final = "root"


class MetadataSource(Protocol):
    """Where unbelieved metadata comes from; None for what is not there."""

    def metadata(self, role: str, version: int | None, *, bytes_max: int) -> bytes | None:
        """A role's bytes; more than `bytes_max` of them count as not there. Only the timestamp has no version."""


class TrustSource(MetadataSource, Protocol):
    """Where unbelieved metadata and targets come from."""

    def open_target(self, path: str, sha256: str) -> BinaryIO | None: ...


class RepositoryFolder:
    """A repository as it is published, with consistent snapshots: on a stick, in a set of codes, beside a server."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def metadata(self, role: str, version: int | None, *, bytes_max: int) -> bytes | None:
        return read_plain(self._folder / metadata_file(role, version), bytes_max=bytes_max)

    def open_target(self, path: str, sha256: str) -> BinaryIO | None:
        return open_plain(self._folder / TARGETS_FOLDER / hashed_path(path, sha256))


class DownloadFolder:
    """What `tuf.ngclient` keeps: metadata without versions but for roots, targets under their quoted paths."""

    def __init__(self, folder: Path) -> None:
        self._metadata = folder / METADATA_FOLDER
        self._targets = folder / TARGETS_FOLDER

    def metadata(self, role: str, version: int | None, *, bytes_max: int) -> bytes | None:
        if role == _ROOT:
            return read_plain(self._metadata / ROOTS_FOLDER / metadata_file(role, version), bytes_max=bytes_max)
        return read_plain(self._metadata / metadata_file(role, None), bytes_max=bytes_max)

    def open_target(self, path: str, sha256: str) -> BinaryIO | None:
        return open_plain(self._targets / quote(path, safe=""))


class StoredMetadata:
    """The metadata of a set that was adopted: one file a role, no versions, and no root behind the newest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def metadata(self, role: str, version: int | None, *, bytes_max: int) -> bytes | None:
        if role == _ROOT and version is not None:
            return None
        return read_plain(self._folder / metadata_file(role, None), bytes_max=bytes_max)


def read_plain(path: Path, *, bytes_max: int) -> bytes | None:
    """The content of a plain file of at most `bytes_max` bytes."""
    file = open_plain(path)
    if file is None:
        return None
    with file:
        raw = file.read(bytes_max + 1)
    return raw if len(raw) <= bytes_max else None


def open_plain(path: Path) -> BinaryIO | None:
    """Open a plain file for reading; None where there is none, or something else."""
    with suppress(OSError):
        # Not to be followed, and not to be waited for: a link or a pipe is not a file that somebody copied here.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            return os.fdopen(descriptor, "rb")
        os.close(descriptor)
    return None
