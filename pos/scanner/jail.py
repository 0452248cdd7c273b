"""Takes every right from the process that decodes strangers' pictures.

After `confine` the process holds what it had opened, and can neither open, connect, start, write a file nor grow beyond
its memory. Two independent layers: resource limits (no new descriptor, no process, no file size), which hold on any
Linux, and the system call filter. `confine` then tries to break out and reports what held. Rules: everything that
is imported or read lazily must have been used before.
"""

import os
import resource
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pos.scanner import seccomp

CPU_S_MAX = 3600
_PAGE_BYTES = resource.getpagesize()


@dataclass(frozen=True, slots=True, kw_only=True)
class Confinement:
    """Which layers are in force, and whether opening a file or a socket was refused when it was tried."""

    no_new_privileges: bool
    filtered: bool
    opens_nothing: bool
    connects_nowhere: bool


def confine(*, memory_bytes: int) -> Confinement:
    """Gives up this process's rights; `memory_bytes` may still be taken on top of what it has."""
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CPU, CPU_S_MAX)
    _limit(resource.RLIMIT_AS, _address_space_bytes() + memory_bytes)
    no_new_privileges = seccomp.forbid_new_privileges()
    _limit(resource.RLIMIT_NPROC, 0)
    _limit(resource.RLIMIT_NOFILE, 0)
    filtered = seccomp.install()
    return Confinement(
        no_new_privileges=no_new_privileges,
        filtered=filtered,
        opens_nothing=_opens_nothing(),
        connects_nowhere=_connects_nowhere(),
    )


def _limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (value, value))


def _address_space_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * _PAGE_BYTES


def _opens_nothing() -> bool:
    with suppress(OSError):
        os.close(os.open("/dev/null", os.O_RDONLY))
        return False
    return True


def _connects_nowhere() -> bool:
    with suppress(OSError):
        socket.socket(socket.AF_UNIX).close()
        return False
    return True
