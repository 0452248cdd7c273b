"""Power cuts: at every moment of a morning's sales, whatever the disks make of what was not synced yet."""

import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.errors import JournalError
from pos.journal.faults import ContradictionError
from pos.journal.journal import Journal
from pos.journal.mirror import MirrorState, prepare_mirror
from pos.journal.records import PrintState
from tests.journal.power_cut import Operation, Said, images, record
from tests.support.journal_builders import (
    TERMINAL,
    TERMINAL_KEY,
    Purse,
    a_reading,
    approved,
    id16,
    open_journal,
)

SELLER = Path(__file__).with_name("seller.py")
ROOT = SELLER.parents[2]


@pytest.fixture(scope="module")
def scratch() -> Iterator[Path]:
    """A folder in memory, where thousands of small files cost nothing."""
    folder = Path(tempfile.mkdtemp(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def morning(scratch: Path) -> list[Operation]:
    """A new journal, three sales, a restart, two more: with a mirror."""
    state, stick = scratch / "state", scratch / "stick"
    state.mkdir()
    stick.mkdir()
    prepare_mirror(stick, terminal=TERMINAL, public_key=TERMINAL_KEY.public_key)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    operations: list[Operation] = []
    for first, sales in ((1, 3), (4, 2)):
        command = [sys.executable, SELLER, state, stick, str(first), str(sales)]
        operations += record(command, roots=(state, stick), log=scratch / "log", env=environment)
    assert sum(isinstance(operation, Said) for operation in operations) == 2 + 2 * 5
    return operations


def lay_out(files: dict[str, bytes], scratch: Path, *, database: bool = True, mirror: bool = True) -> tuple[Path, Path]:
    """Put one image on fresh media."""
    disk = scratch / "cut"
    shutil.rmtree(disk, ignore_errors=True)
    state, stick = disk / "state", disk / "stick"
    state.mkdir(parents=True)
    stick.mkdir()
    prepare_mirror(stick, terminal=TERMINAL, public_key=TERMINAL_KEY.public_key)
    for path, content in files.items():
        name = Path(path)
        if database if name.parent.name == "state" else mirror:
            (disk / name.parent.name / name.name).write_bytes(content)
    return state, stick


def judge(said: list[str], state: Path, stick: Path | None) -> str:
    """Open what is left, and hold it against what had been promised; says what kind of state it was."""
    promised = {(int(sale), what) for verb, sale, what, *_ in map(str.split, said) if verb == "ACK"} if said else set()
    journal, report = open_journal(state, mirror=stick)
    there = set()
    for sale in range(1, 6):
        found = journal.sales.sale(id16(sale))
        if found is not None:
            assert found.paid_won == 1_500, "half a call of record"
            there.add((sale, "payment"))
            if found.print_state is PrintState.PRINTED:
                there.add((sale, "receipt"))
    assert promised <= there, f"lost: {promised - there}"
    assert len(there - promised) <= 1, f"more than one call nobody was told of: {there - promised}"
    assert journal.verify().problems == ()
    assert (report.fork, report.contradictions, report.mirror.is_rollback) == (None, (), False)
    assert report.mirror.state is (MirrorState.OFF if stick is None else MirrorState.CURRENT)
    assert {item.receipt_number for item in report.attention} == unanswered(there)
    present_again(journal, there)
    journal.close()
    kind = "ahead of what was said" if there - promised else "as said"
    return f"{kind}, {report.mirror.adopted} adopted" if stick else kind


def unanswered(there: set[tuple[int, str]]) -> set[str]:
    """Receipts of payments that were recorded and never came to their end."""
    return {f"{sale:06d}" for sale, what in there if what == "payment" and (sale, "receipt") not in there}


def present_again(journal: Journal, there: set[tuple[int, str]]) -> None:
    """The same codes once more: refused if and only if they had been recorded."""
    for sale in range(1, 6):
        number = journal.sales.next_receipt_number()
        draft = approved(Purse(number=sale).pay(1_000), 1_000, number=number, sale=100 + sale)
        try:
            journal.record([draft], reading=a_reading())
        except ContradictionError:
            assert (sale, "payment") in there, f"{sale} was refused and had not been recorded"
        else:
            assert (sale, "payment") not in there, f"{sale} was paid twice"


def replay(morning: list[Operation], scratch: Path, *, every: int, variants: int, seed: int = 1) -> Counter[str]:
    kinds: Counter[str] = Counter()
    for ordinal, said, files in images(morning, every=every, variants=variants, seed=seed):
        said = [line for line in said if not line.startswith("READY")]
        for media in ("both", "database alone", "mirror alone"):
            state, stick = lay_out(files, scratch, database=media != "mirror alone", mirror=media != "database alone")
            try:
                kinds[f"{media}: {judge(said, state, None if media == 'database alone' else stick)}"] += 1
            except (AssertionError, JournalError) as error:
                raise AssertionError(f"cut before operation {ordinal}, {media}: {error!r}") from error
    return kinds


def test_a_cut_at_any_moment_loses_nothing_that_was_promised(morning: list[Operation], scratch: Path) -> None:
    kinds = replay(morning, scratch, every=23, variants=3)

    assert sum(kinds.values()) >= 100
    assert any(kind.startswith("both: ahead of what was said") for kind in kinds)


@pytest.mark.slow
def test_a_cut_at_every_moment_loses_nothing_that_was_promised(
    morning: list[Operation], scratch: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kinds = replay(morning, scratch, every=1, variants=5)

    with capsys.disabled():
        sys.stdout.write(f"\npower cuts of the journal: {sum(kinds.values())} states, {dict(kinds)}\n")
    assert sum(kinds.values()) >= 5_000
