"""Three databases, the first of which is killed: quorum synchronous replication loses nothing acknowledged."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pos.bench.postgres import programs
from pos.ledger.audit import audit_database
from pos.ledger.database import LedgerStoreError, open_database
from pos.ledger.problem import ProblemError
from tests.support.ledger_builders import LEDGER, Desk, Purse, Town, ledger_keys

pytestmark = pytest.mark.slow

TILLS = 2
ENTRIES = 120
KILL_AFTER = 40
"""Acknowledged entries, of all tills together, after which the primary is killed."""


class Node:
    """One PostgreSQL server of its own folder and port; as root it runs as the package's user."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.data = folder / name
        self._folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://ledger@127.0.0.1:{self.port}/postgres?connect_timeout=3"

    def run(self, program: str, *arguments: str) -> str:
        command = [*self._as_user, str(programs() / program), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def make(self) -> None:
        self.run("initdb", "-D", str(self.data), "-A", "trust", "-U", "ledger", "--no-sync")

    def copy(self, primary: "Node") -> None:
        """Become a standby of the primary."""
        source = f"host=127.0.0.1 port={primary.port} user=ledger application_name={self.name}"
        self.run("pg_basebackup", "-D", str(self.data), "-d", source, "-R", "--no-sync", "-c", "fast")

    def start(self, *, standbys: str = "") -> None:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self._folder),
            "shared_buffers": "16MB",
            "max_connections": "60",
            "synchronous_standby_names": standbys,
        }
        with (self.data / "postgresql.conf").open("a") as file:  # the last line about a setting counts
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        self.run("pg_ctl", "-D", str(self.data), "-l", str(self._folder / f"{self.name}.log"), "-w", "start")

    def kill(self) -> None:
        """End it as a power cut would."""
        postmaster = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        for process in (postmaster, *_children(postmaster)):
            with contextlib.suppress(ProcessLookupError):  # a server process may have ended by itself
                os.kill(process, signal.SIGKILL)

    def promote(self) -> None:
        self.run("pg_ctl", "-D", str(self.data), "-w", "promote")

    def received(self) -> str:
        return self._sql("SELECT coalesce(pg_last_wal_receive_lsn(), '0/0')")

    def streaming(self) -> int:
        return int(self._sql("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"))

    def _sql(self, statement: str) -> str:
        place = f"host=127.0.0.1 port={self.port} user=ledger dbname=postgres"
        return self.run("psql", place, "-Atc", statement).strip()

    def stop(self) -> None:
        if (self.data / "postmaster.pid").exists():
            subprocess.run(
                [*self._as_user, str(programs() / "pg_ctl"), "-D", str(self.data), "-m", "immediate", "stop"],
                capture_output=True,
                cwd="/",
                check=False,
                timeout=60,
            )


def _children(postmaster: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()]


@pytest.fixture
def nodes() -> Iterator[list[Node]]:
    """A primary that waits for any one of its two standbys, and the standbys."""
    folder = Path(tempfile.mkdtemp(prefix="chak-ha-"))
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    made = [Node(folder, name) for name in ("primary", "a", "b")]
    primary, *standbys = made
    try:
        primary.make()
        primary.start()
        for standby in standbys:
            standby.copy(primary)
            standby.start()
        primary.run("pg_ctl", "-D", str(primary.data), "-w", "-m", "fast", "stop")
        primary.start(standbys="ANY 1 (a, b)")
        _until(lambda: primary.streaming() == 2)
        yield made
    finally:
        for node in made:
            node.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, "the databases did not get there in time"


def test_a_killed_primary_loses_no_acknowledged_entry(nodes: list[Node], tmp_path: Path) -> None:
    primary, *standbys = nodes
    town = Town(tmp_path / "town")
    tills = [town.till(f"t-{number}") for number in range(TILLS)]
    for till in tills:
        purse = Purse(till.terminal)
        for _ in range(ENTRIES):
            till.approve(purse.pay(100), 100)
    acknowledged = dict.fromkeys((till.terminal for till in tills), 0)
    enough = threading.Event()

    def deliver(number: int) -> None:
        till = tills[number]
        with closing(open_database(primary.url, ledger=LEDGER)) as database:
            desk = Desk(town, database)
            for entry in till.journal:
                try:
                    acknowledged[till.terminal] = desk.deliver(till, entry).sequence
                except (LedgerStoreError, ProblemError):
                    return  # the primary is gone; what it did not acknowledge may be lost
                if sum(acknowledged.values()) >= KILL_AFTER:
                    enough.set()

    with closing(open_database(primary.url, ledger=LEDGER)) as database:
        Desk(town, database)
    threads = [threading.Thread(target=deliver, args=(number,)) for number in range(TILLS)]
    for thread in threads:
        thread.start()
    assert enough.wait(60)
    primary.kill()
    for thread in threads:
        thread.join()
    newest = max(standbys, key=lambda node: _position(node.received()))
    newest.promote()

    assert KILL_AFTER <= sum(acknowledged.values()) < TILLS * ENTRIES
    with closing(open_database(newest.url, ledger=LEDGER)) as database:
        desk = Desk(town, database)
        for till in tills:
            known = desk.service.find(till.terminal)
            assert known is not None
            held = desk.deliver(till, till.journal[0]).sequence
            assert held >= acknowledged[till.terminal]
            # The till goes on where the new primary stands, and everything is there once.
            assert desk.deliver(till, *till.journal[held:]).sequence == ENTRIES
        desk.service.grow_log(now_s=1)
        keys = ledger_keys().log.public_key
        report = audit_database(database, town.public_keys(), ledger=LEDGER, log_key=keys)
    assert (report.problems, report.payments) == ([], {"settled": TILLS * ENTRIES})


def _position(text: str) -> tuple[int, int]:
    high, low = text.split("/")
    return int(high, 16), int(low, 16)
