"""Where a role's socket lies, and how to reach it however deep its folder is.

A Unix socket's address holds 107 bytes; a town in a deep folder needs more. Such a socket is reached through an open
descriptor of its folder, which is short and names the same file.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pos.link.calls import Role

ADDRESS_BYTES_MAX: Final = 107
"""unix(7): `sun_path` less its end."""


def socket_path(directory: Path, role: Role) -> Path:
    """One folder for each role, so that its group says who may ask."""
    return directory / role.value / "core.sock"


@contextmanager
def socket_address(path: Path) -> Iterator[str]:
    """An address for `path` that fits; good inside the block only. OSError where the folder is not there."""
    if len(os.fsencode(path)) <= ADDRESS_BYTES_MAX:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
