"""SIGKILL before every call that changes something: what was said is there, the rest once or not at all."""

import sys
from pathlib import Path

import pytest

from pos.journal.mirror import prepare_mirror
from pos.journal.records import PrintState
from tests.support.journal_builders import TERMINAL, TERMINAL_KEY, id16, open_journal
from tests.workshop.kill_matrix import Killed, Report, Victim, kill_everywhere, until_its_end
from tests.workshop.warm_python import WarmPython

SELLER = Path(__file__).with_name("seller.py")
PRELOADED = ("pos.journal.journal", "tests.support.journal_builders")


def lay_out(folder: Path) -> None:
    """An empty state folder and a prepared stick."""
    (folder / "state").mkdir()
    (folder / "stick").mkdir()
    prepare_mirror(folder / "stick", terminal=TERMINAL, public_key=TERMINAL_KEY.public_key)


def command(folder: Path) -> list[str | Path]:
    return [SELLER, folder / "state", folder / "stick", "1", "2"]


def judge(killed: Killed[str]) -> None:
    acknowledged = (line.split() for line in killed.told.splitlines() if line.startswith("ACK"))
    promised = {(int(sale), what) for _, sale, what in acknowledged}
    journal, report = open_journal(killed.folder / "state", mirror=killed.folder / "stick")
    there = set()
    for sale in (1, 2):
        found = journal.sales.sale(id16(sale))
        if found is not None:
            there.add((sale, "payment"))
            if found.print_state is PrintState.PRINTED:
                there.add((sale, "receipt"))
    problems = journal.verify().problems
    journal.close()

    assert promised <= there, f"lost: {promised - there}"
    assert len(there - promised) <= 1, f"more than one call that nobody was told of: {there - promised}"
    assert problems == ()
    assert (report.fork, report.mirror.is_rollback, report.contradictions) == (None, False, ())
    assert report.mirror.torn_bytes == 0, "a kill tears no write"


def matrix(scratch: Path, *, every: int = 1) -> Report:
    with WarmPython(PRELOADED) as warm:
        victim = Victim(lay_out=lay_out, command=command, drive=until_its_end, judge=judge, warm=warm)
        return kill_everywhere(victim, scratch, every=every)


def test_a_kill_at_any_call_of_a_sale_loses_nothing_that_was_said(tmp_path: Path) -> None:
    report = matrix(tmp_path, every=23)

    report.demand(points_min=8)


@pytest.mark.slow
def test_a_kill_at_every_call_of_a_sale_loses_nothing_that_was_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = matrix(tmp_path)

    with capsys.disabled():
        sys.stdout.write(f"\nthe journal: {report}\n")
    report.demand(points_min=200)
