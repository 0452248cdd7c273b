"""Killed at any of its system calls, the ledger keeps what it acknowledged and takes the rest exactly once."""

import os
import resource
import signal
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from pos.ledger.audit import audit
from pos.ledger.database import open_database
from pos.ledger.serve import running_url
from pos.voucher.messages import Acknowledgement, verify_acknowledgement
from tests.support.ledger_builders import (
    LEDGER,
    NOW_S,
    Desk,
    Purse,
    Till,
    Town,
    batch_of,
    statuses,
    the_ledger,
)
from tests.support.process_tools import Child
from tests.workshop.kill_matrix import Killed, KillPoint, Report, Running, Victim, kill_everywhere
from tests.workshop.warm_python import WarmPython

SERVE = "from pathlib import Path; from pos.ledger.serve import serve; serve(Path('town'), port=0)"
EVERY = int(os.environ.get("CHAK_EVERY", "4"))
"""A quarter of the points here, all of them by `./run soak`."""
BATCHES = ((0, 3), (0, 5), (5, 9))
"""Slices of the journal as they are delivered: the second repeats what the first brought."""


def a_busy_till() -> Till:
    till, purse = Till(terminal="t-1", merchant="m-bakery", key_name="t-1"), Purse("p", value_won=90_000)
    for number in range(9):
        if number == 4:
            till.approve(b"poison", 1_000)
        else:
            till.approve(purse.pay(1_000 + number), 1_000 + number)
    return till


TILL = a_busy_till()
EXPECTED = ["settled"] * 4 + ["refused unreadable"] + ["settled"] * 4


def lay_out(folder: Path) -> None:
    Town(folder / "town").till("t-1")


def post(url: str, start: int, end: int) -> tuple[httpx.Response, bytes]:
    """Send a slice of the journal; return the answer and the nonce of the call."""
    body = batch_of(*TILL.journal[start:end])
    token = TILL.token("POST", f"{TILL.path}/journal", body, issued_s=int(time.time()))
    headers = {"Authorization": TILL.authorization(token)}
    return httpx.post(f"{url}{TILL.path}/journal", content=body, headers=headers, timeout=20), token.nonce


def deliver(url: str, start: int, end: int) -> Acknowledgement:
    response, nonce = post(url, start, end)
    assert response.status_code == 200
    return verify_acknowledgement(response.content, the_ledger(), nonce=nonce)


def drive(running: Running) -> int:
    """Deliver until the ledger dies; return the highest sequence that it acknowledged."""
    highest = 0
    try:
        url = running.wait_for_line(r'"url": "([^"]+)"').group(1)
        for start, end in BATCHES:
            highest = deliver(url, start, end).sequence
        os.kill(running.pid, signal.SIGTERM)
    except (AssertionError, httpx.TransportError, ProcessLookupError, IndexError):
        running.strace.wait()
        assert running.was_killed, running.strace.report()
    return highest


def judge(killed: Killed[int]) -> None:
    """Start again on what is left, deliver everything, and let the auditor look."""
    town = Town(killed.folder / "town")
    with closing(open_database(town.folder.database_url, ledger=LEDGER)) as database:
        desk = Desk(town, database)
        head = desk.deliver(TILL, TILL.journal[0]).sequence
        assert head >= killed.told, f"acknowledged {killed.told}, kept {head}"
        assert statuses(desk.deliver(TILL).outcomes) == EXPECTED
        desk.service.grow_log(now_s=NOW_S)
    report = audit(killed.folder / "town")
    assert report.problems == []
    assert (report.entries, report.settled_won) == (9, sum(1_000 + n for n in range(9) if n != 4))


def matrix(scratch: Path) -> Report:
    with WarmPython(("pos.ledger.serve",)) as warm:
        victim = Victim(lay_out=lay_out, command=lambda folder: ["-c", SERVE], drive=drive, judge=judge, warm=warm)
        return kill_everywhere(victim, scratch, every=EVERY)


@pytest.mark.slow
def test_killed_anywhere_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    report = matrix(tmp_path)

    # Threads share the work differently each time, so a few points are not reached again.
    report.demand(points_min=60 // EVERY, missed_max=len(report.points) // 4)
    sys.stderr.write(f"{report}\n")


def test_a_server_killed_in_the_middle_of_a_delivery_takes_it_once_when_it_comes_back(tmp_path: Path) -> None:
    lay_out(tmp_path)
    highest = 0
    for _ in range(2):
        with Child([sys.executable, "-c", SERVE], cwd=tmp_path) as child:
            url = child.wait_for_line(r'"url": "([^"]+)"').group(1)
            highest = max(highest, deliver(url, 0, highest + 3).sequence)
            child.kill()

    judge(Killed(point=KillPoint(call="kill", ordinal=1), folder=tmp_path, told=highest))


def test_a_full_disk_is_said_and_nothing_half_done_stays(tmp_path: Path) -> None:
    lay_out(tmp_path)
    with Child([sys.executable, "-c", SERVE], cwd=tmp_path) as child:
        url = child.wait_for_line(r'"url": "([^"]+)"').group(1)
        told = deliver(url, 0, 4).sequence
        full_at_bytes = (tmp_path / "town" / "ledger.db-wal").stat().st_size
        resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (full_at_bytes, full_at_bytes))
        refused = [post(url, 0, end)[0] for end in range(5, 10)]

    assert {(answer.status_code, answer.headers["retry-after"]) for answer in refused} == {(503, "5")}
    judge(Killed(point=KillPoint(call="write", ordinal=told), folder=tmp_path, told=told))


def test_a_server_told_to_stop_puts_everything_away(tmp_path: Path) -> None:
    lay_out(tmp_path)
    with Child([sys.executable, "-c", SERVE], cwd=tmp_path) as child:
        deliver(child.wait_for_line(r'"url": "([^"]+)"').group(1), 0, 9)
        status = child.stop()

    assert status == 0, child.report()
    left = {path.name for path in (tmp_path / "town").iterdir()}
    assert left == {"keys", "ledger.db", "ledger.db.lock", "ledger.lock", "ledger.toml", "repository", "trust"}
    assert running_url(tmp_path / "town") is None
    assert audit(tmp_path / "town").log_size == 8
