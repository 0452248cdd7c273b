"""The kill matrix finds what it is there to find, and nothing where there is nothing.

The product's own matrices stand beside the product's tests and use the same harness.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.workshop.kill_matrix import Killed, KillPoint, Report, Running, Victim, kill_everywhere, until_its_end

WRITER = Path(__file__).with_name("kill_matrix_writer.py")


def nothing(_folder: Path) -> None:
    """The writer starts in an empty folder."""


def writer(order: str) -> Victim[str]:
    return Victim(
        lay_out=nothing,
        command=lambda folder: [sys.executable, "-I", "-S", WRITER, folder, order],
        drive=until_its_end,
        judge=nothing_approved_is_missing,
    )


def nothing_approved_is_missing(killed: Killed[str]) -> None:
    approved = [int(line.split()[1]) for line in killed.told.splitlines()]
    with closing(sqlite3.connect(killed.folder / "journal.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        is_laid_out = database.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (1,)
        recorded = database.execute("SELECT number, receipt FROM entry").fetchall() if is_laid_out else []

    assert recorded == [(number, number) for number in range(1, len(recorded) + 1)]
    assert len(approved) <= len(recorded) <= len(approved) + 1


def test_a_sound_writer_survives_a_slice_of_the_matrix(tmp_path: Path) -> None:
    report = kill_everywhere(writer("record-then-say"), tmp_path, every=7)

    report.demand(points_min=5)


@pytest.mark.slow
def test_a_sound_writer_survives_every_point(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = kill_everywhere(writer("record-then-say"), tmp_path)

    with capsys.disabled():
        sys.stdout.write(f"\nthe matrix's own writer: {report}\n")
    report.demand(points_min=40)
    assert {point.call for point in report.points} >= {
        "openat",
        "pwrite64",
        "fdatasync",
        "ftruncate",
        "unlink",
        "write",
    }


def test_approving_before_recording_is_found(tmp_path: Path) -> None:
    report = kill_everywhere(writer("say-then-record"), tmp_path, every=2)

    assert report.failures
    with pytest.raises(AssertionError, match="killed before"):
        report.demand(points_min=1)


def test_a_payment_in_two_transactions_is_found(tmp_path: Path) -> None:
    assert kill_everywhere(writer("two-records"), tmp_path, every=2).failures


def test_a_server_is_driven_until_it_dies(tmp_path: Path) -> None:
    """The server echoes each line into a file and answers; the driver asks three times and then ends it."""
    serve = (
        "import os, sys\n"
        "log = os.open('log', os.O_CREAT | os.O_WRONLY | os.O_APPEND)\n"
        "for line in sys.stdin:\n"
        "    os.write(log, line.encode()); os.fsync(log); os.write(1, line.encode())\n"
    )

    def ask_three_times(running: Running) -> int:
        answered = 0
        for number in range(3):
            try:
                running.strace.say(f"{number}\n")
                running.strace.wait_for_line(f"^{number}$")
            except (AssertionError, BrokenPipeError):
                return answered
            answered += 1
        os.kill(running.pid, signal.SIGTERM)
        return answered

    def every_answer_is_in_the_log(killed: Killed[int]) -> None:
        log = killed.folder / "log"
        lines = log.read_text().split() if log.exists() else []
        assert killed.told <= len(lines) <= killed.told + 1

    victim = Victim(
        lay_out=nothing,
        command=lambda _: [sys.executable, "-I", "-S", "-c", serve],
        drive=ask_three_times,
        judge=every_answer_is_in_the_log,
    )

    report = kill_everywhere(victim, tmp_path)

    report.demand(points_min=10)


def test_a_point_that_is_not_reached_is_not_counted_as_survived() -> None:
    points = (KillPoint(call="write", ordinal=1), KillPoint(call="write", ordinal=2))
    report = Report(points=points, missed=points[1:], failures=())

    report.demand(points_min=1, missed_max=1)
    with pytest.raises(AssertionError, match="not reached: write #2"):
        report.demand(points_min=1)
    with pytest.raises(AssertionError, match="at least 2"):
        report.demand(points_min=2, missed_max=1)
