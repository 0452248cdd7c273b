"""A throw-away PostgreSQL cluster from the system's packages, on a Unix socket in a temporary folder.

It refuses to run as root, so root lends it the package's own user. Used by the measurements, and by tests.
"""

import importlib.util
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Self

SETTINGS = ("-c", "listen_addresses=", "-c", "max_connections=200", "-c", "shared_buffers=64MB")


def missing() -> str | None:
    """What is missing for a cluster, or None."""
    if importlib.util.find_spec("psycopg") is None:
        return "psycopg is not installed"
    return None if _found() else "no PostgreSQL server is installed"


class Cluster:
    """`with Cluster() as cluster: cluster.new_database()` gives the URL of an empty database."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="chak-pg-"))
        self._numbers = itertools.count(1)
        self._as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

    def __enter__(self) -> Self:
        if self._as_user:
            owner = pwd.getpwnam("postgres")
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
        data = self._folder / "data"
        self._run("initdb", "-D", str(data), "-A", "trust", "-U", "ledger", "--no-sync")
        options = " ".join([*SETTINGS, "-k", str(self._folder)])
        self._run("pg_ctl", "-D", str(data), "-l", str(self._folder / "log"), "-o", options, "-w", "start")
        return self

    def __exit__(self, *_: object) -> None:
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self._folder)

    def new_database(self) -> str:
        name = f"ledger{next(self._numbers)}"
        self._run("createdb", "-h", str(self._folder), "-U", "ledger", name)
        return f"postgresql+psycopg://ledger@/{name}?host={self._folder}"

    def _run(self, program: str, *arguments: str) -> None:
        command: Sequence[str | Path] = [*self._as_user, programs() / program, *arguments]
        done = subprocess.run(command, capture_output=True, cwd="/", check=False)
        assert done.returncode == 0, done.stderr.decode(errors="replace")


def programs() -> Path:
    """Folder of the newest server's programs."""
    return _found()[0]


def _found() -> list[Path]:
    """Folders with a server's programs, the newest first."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: -int(path.parts[-3]))
    return [path.parent for path in found] + [Path(path).parent for path in [shutil.which("initdb")] if path]
