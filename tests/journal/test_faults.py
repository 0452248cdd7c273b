"""Disks that fail, fill up or go read-only under a running journal: what it says, and what is true afterwards."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from pos.journal.journal import Journal
from pos.journal.mirror import prepare_mirror
from pos.journal.records import PrintState
from tests.support.journal_builders import TERMINAL, TERMINAL_KEY, Purse, id16, open_journal, sell

SELLER = Path(__file__).with_name("seller.py")
ROOT = SELLER.parents[2]
SALES = 3


def run_seller(
    state: Path, *, mirror: Path | None = None, first: int = 1, sales: int = SALES, strace: Sequence[str] = ()
) -> list[list[str]]:
    """Run the seller, under strace where that is asked for; gives what it said, line by line and word by word."""
    tracer = ["strace", "-f", "-qq", "-o", str(state.parent / "strace"), *strace] if strace else []
    seller = [sys.executable, str(SELLER), str(state), str(mirror or "-"), str(first), str(sales)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    said = subprocess.run([*tracer, *seller], capture_output=True, text=True, env=environment, check=False)
    assert "Traceback" not in said.stderr, said.stderr
    return [line.split() for line in said.stdout.splitlines()]


def check(state: Path, said: list[list[str]], *, mirror: Path | None = None) -> None:
    """What was said is what is there, and everything still works."""
    journal, _ = open_journal(state, mirror=mirror)
    for verb, sale, what, *rest in (words for words in said if words[0] in ("ACK", "TRUTH")):
        is_there = is_recorded(journal, int(sale), what)
        assert is_there == (verb == "ACK" or rest[0] == "recorded"), f"{verb} {sale} {what}, and {is_there}"
    assert journal.verify().problems == ()
    fresh = 10_000 + journal.head.sequence
    sell(journal, Purse(number=fresh), 1_000, sale=fresh)
    journal.close()


def is_recorded(journal: Journal, sale: int, what: str) -> bool:
    record = journal.sales.sale(id16(sale))
    assert record is None or record.paid_won == 1_500, "half a call of record"
    return record is not None and (what == "payment" or record.print_state is PrintState.PRINTED)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A folder with a journal that has been in use."""
    folder = tmp_path / "state"
    folder.mkdir()
    said = run_seller(folder, first=100, sales=1)
    assert [words[0] for words in said] == ["READY", "ACK", "ACK"]
    return folder


def steady(state: Path, call: str) -> list[int]:
    """The ordinals of a system call after the journal was opened and before it is closed."""
    run_seller(state, first=200, strace=("-e", f"trace={call},write"))
    ordinals, count, is_open = [], 0, False
    for line in (state.parent / "strace").read_text().splitlines():
        if f" {call}(" in line:
            count += 1
            if is_open:
                ordinals.append(count)
        is_open = is_open or "READY" in line
    return ordinals


def inject(call: str, error: str, ordinal: int) -> tuple[str, ...]:
    return ("-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={ordinal}")


def test_a_sync_that_fails_leaves_a_question_that_reopening_answers(state: Path) -> None:
    truths = []
    # The closing of the journal syncs too; there nobody asks any more.
    for number, ordinal in enumerate(steady(state, "fdatasync")[:4]):
        first = 300 + number * SALES
        said = run_seller(state, first=first, strace=inject("fdatasync", "EIO", ordinal))
        check(state, said)
        truths += [words for words in said if words[0] == "TRUTH"]
        assert {int(words[1]) for words in said[1:]} == set(range(first, first + SALES))

    assert [words[2] for words in truths] == ["payment", "receipt"] * 2
    assert {words[4] for words in truths} == {"JournalError"}


@pytest.mark.parametrize(("error", "fault"), [("ENOSPC", "DiskFullError"), ("EIO", "JournalError")])
def test_a_write_that_fails_is_answered_with_its_cause(state: Path, error: str, fault: str) -> None:
    causes = set()
    for number, ordinal in enumerate(steady(state, "pwrite64")[2:60:19]):
        said = run_seller(state, first=300 + number * SALES, strace=inject("pwrite64", error, ordinal))
        check(state, said)
        causes |= {words[4] for words in said if words[0] == "TRUTH"}

    assert causes == {fault}


def test_a_mirror_that_cannot_sync_costs_no_sale(state: Path, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    prepare_mirror(stick, terminal=TERMINAL, public_key=TERMINAL_KEY.public_key)
    run_seller(state, mirror=stick, first=290, sales=1)
    only_the_mirror = ("-P", str(stick / "journal.mirror"))

    said = run_seller(state, mirror=stick, strace=(*only_the_mirror, *inject("fdatasync", "EIO", 1)))

    assert [words[0] for words in said] == ["READY"] + ["ACK"] * 2 * SALES
    check(state, said, mirror=stick)


def test_a_full_disk_without_a_byte_left_says_so_and_loses_nothing(state: Path) -> None:
    """Every write fails from some moment on, as on a disk that somebody else has filled."""
    ordinal = steady(state, "pwrite64")[3]

    said = run_seller(
        state,
        first=300,
        strace=("-e", "trace=pwrite64", "-e", f"inject=pwrite64:error=ENOSPC:when={ordinal}+"),
    )

    assert said[0] == ["READY"]
    assert [words[3:] for words in said[1:]] == [["lost", "DiskFullError"]] * SALES
    journal, _ = open_journal(state)
    assert journal.sales.sale(id16(300)) is None
    assert journal.verify().problems == ()
    journal.close()


def test_a_disk_that_was_full_before_the_start_can_still_be_read(state: Path) -> None:
    said = run_seller(state, sales=1, strace=("-e", "trace=pwrite64", "-e", "inject=pwrite64:error=ENOSPC:when=1+"))

    assert said == [["READY", "DiskFullError"], ["TRUTH", "1", "payment", "lost", "DiskFullError"]]
    check(state, said)


@pytest.mark.parametrize("error", ["EROFS", "EACCES"])
def test_a_read_only_disk_is_named_at_start(state: Path, error: str) -> None:
    before = (state / "journal.db").read_bytes()

    said = run_seller(
        state,
        strace=("-P", str(state / "journal.db"), "-e", "trace=openat", "-e", f"inject=openat:error={error}:when=1+"),
    )

    assert said == [["FAULT", "0", "ReadOnlyDiskError"]]
    assert (state / "journal.db").read_bytes() == before


def test_a_disk_that_turns_read_only_stops_selling_and_loses_nothing(state: Path) -> None:
    ordinal = steady(state, "pwrite64")[3]

    said = run_seller(
        state, first=300, strace=("-e", "trace=pwrite64", "-e", f"inject=pwrite64:error=EROFS:when={ordinal}+")
    )

    # Reopening cannot settle it on such a disk, and nothing else is answered before it has.
    assert said[1:] == [["FAULT", "300", "OutcomeUnknownError"]]
    journal, _ = open_journal(state)
    assert journal.sales.sale(id16(300)) is None
    journal.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small disk")
def test_a_really_full_disk(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=640k", "tmpfs", disk], check=True)
    try:
        said = run_seller(disk, sales=150)
        truths = [words for words in said if words[0] == "TRUTH"]

        assert truths[0][3:] == ["lost", "DiskFullError"]
        (disk / "ballast").unlink(missing_ok=True)
        subprocess.run(["mount", "-o", "remount,size=8m", disk], check=True)
        check(disk, said)
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        assert run_seller(disk) == [["FAULT", "0", "ReadOnlyDiskError"]]
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)
