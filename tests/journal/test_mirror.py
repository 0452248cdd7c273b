"""The second medium: what it holds after cuts, swaps, failures and restored images."""

import shutil
from pathlib import Path

import pytest

from pos.errors import RollbackError
from pos.journal.boot import BootReport, settle_mirror
from pos.journal.chain import head_of
from pos.journal.database import Database
from pos.journal.journal import Journal
from pos.journal.mirror import BATCH_BYTES_MAX, FILE_NAME, MARKER_NAME, Mirror, MirrorError, MirrorState, prepare_mirror
from pos.journal.records import AttentionCause, PrintState
from pos.voucher.bodies import PrintOutcome, ReceiptPrinted
from tests.support.journal_builders import (
    NOON_S,
    TERMINAL,
    TERMINAL_KEY,
    Purse,
    a_reading,
    approved,
    cash,
    open_journal,
    report_of,
    seeded,
    sell,
)


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    prepare_mirror(folder, terminal=TERMINAL, public_key=TERMINAL_KEY.public_key)
    return folder


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    return folder


def a_day(state: Path, stick: Path | None, sales: range = range(1, 4)) -> BootReport:
    """Sell, show, print, close."""
    journal, report = open_journal(state, mirror=stick)
    for sale in sales:
        number = journal.sales.next_receipt_number()
        entry = sell(journal, Purse(number=sale), 1_000 * sale, sale=sale)
        journal.attention.mark_shown(entry.sequence)
        printed = ReceiptPrinted(receipt_number=number, copy_number=1, outcome=PrintOutcome.PRINTED)
        journal.record([printed], reading=a_reading(time_s=NOON_S, boot_ms=5_000 + sale))
    journal.close()
    return report


def entries_in(folder: Path) -> list[bytes]:
    mirror = Mirror(folder)
    entries = [record.entry for record in mirror.records()]
    mirror.close()
    return entries


def entries_of(journal: Journal) -> list[bytes]:
    return [entry.raw for entry in journal.outbox.entries_after(0)]


def test_the_mirror_holds_every_entry(state: Path, stick: Path) -> None:
    assert a_day(state, stick).mirror.state is MirrorState.CURRENT

    journal, report = open_journal(state, mirror=stick)

    assert entries_in(stick) == entries_of(journal)
    assert (report.mirror.adopted, report.mirror.refilled, report.mirror.torn_bytes) == (0, 0, 0)
    assert journal.verify().problems == ()
    journal.close()


def test_nothing_is_written_into_a_folder_without_our_marker(state: Path, tmp_path: Path) -> None:
    mount_point = tmp_path / "empty"
    mount_point.mkdir()

    report = a_day(state, mount_point)

    assert report.mirror.state is MirrorState.MISSING
    assert list(mount_point.iterdir()) == []


def test_a_medium_that_is_not_there_at_all_is_missing(state: Path, tmp_path: Path) -> None:
    assert a_day(state, tmp_path / "nowhere").mirror.state is MirrorState.MISSING


def test_the_mirror_of_another_terminal_is_left_alone(state: Path, stick: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    prepare_mirror(foreign, terminal="t-butcher-1", public_key=seeded("butcher").public_key)
    before = {path.name: path.read_bytes() for path in foreign.iterdir()}

    assert a_day(state, foreign).mirror.state is MirrorState.FOREIGN

    assert {path.name: path.read_bytes() for path in foreign.iterdir()} == before
    with pytest.raises(MirrorError):
        prepare_mirror(foreign, terminal=TERMINAL, public_key=TERMINAL_KEY.public_key)


def test_a_marker_of_garbage_is_not_ours(state: Path, stick: Path) -> None:
    (stick / MARKER_NAME).write_bytes(b"\xff\xfe\x00garbage")

    assert a_day(state, stick).mirror.state is MirrorState.FOREIGN
    assert not (stick / FILE_NAME).exists()


def test_a_torn_tail_is_cut_off_wherever_it_is_torn(state: Path, stick: Path) -> None:
    a_day(state, stick)
    whole = (stick / FILE_NAME).read_bytes()
    database = Database(state / "journal.db")
    head = head_of(database)
    row = database.row("SELECT length(raw) FROM entries WHERE sequence = ?", head.sequence)
    assert row is not None
    record_bytes = row[0] + 8

    for missing in range(1, record_bytes):
        (stick / FILE_NAME).write_bytes(whole[:-missing])
        mirror, _, report = settle_mirror(database, stick, head=head, public_key=TERMINAL_KEY.public_key)
        assert mirror is not None
        mirror.close()

        assert (report.torn_bytes, report.refilled) == (record_bytes - missing, 1)
        assert (stick / FILE_NAME).read_bytes() == whole
    database.close()


def test_a_tail_that_was_never_committed_is_dropped(state: Path, stick: Path) -> None:
    a_day(state, stick)
    whole = (stick / FILE_NAME).read_bytes()

    for tail in (b"\x00", b"\x00" * 4_096, b"\x00\x00\x02\x80torn", whole[:-1][-700:], b"\xff" * BATCH_BYTES_MAX):
        (stick / FILE_NAME).write_bytes(whole + tail)
        journal, report = open_journal(state, mirror=stick)
        journal.close()

        assert (report.mirror.torn_bytes, report.mirror.kept) == (len(tail), None)
        assert (stick / FILE_NAME).read_bytes() == whole


def test_damage_is_kept_beside_a_fresh_copy(state: Path, stick: Path) -> None:
    a_day(state, stick)
    whole = (stick / FILE_NAME).read_bytes()
    (stick / FILE_NAME).write_bytes(whole + b"x" * (BATCH_BYTES_MAX + 1))

    journal, report = open_journal(state, mirror=stick)
    journal.close()

    assert report.mirror.kept == stick / f"{FILE_NAME}.damaged-1"
    assert report.mirror.kept.read_bytes() == whole + b"x" * (BATCH_BYTES_MAX + 1)
    assert (stick / FILE_NAME).read_bytes() == whole


def test_a_whole_record_that_does_not_belong_is_kept_as_damage(state: Path, stick: Path) -> None:
    a_day(state, stick)
    whole = (stick / FILE_NAME).read_bytes()
    mirror = Mirror(stick)
    mirror.append([b"no entry at all"])
    mirror.close()

    journal, report = open_journal(state, mirror=stick)
    journal.close()

    assert report.mirror.kept is not None
    assert (stick / FILE_NAME).read_bytes() == whole


def test_a_new_stick_is_filled(state: Path, stick: Path) -> None:
    a_day(state, None)

    journal, report = open_journal(state, mirror=stick)

    assert report.mirror.refilled == journal.head.sequence
    assert entries_in(stick) == entries_of(journal)
    journal.close()


def test_a_stick_that_was_away_catches_up(state: Path, stick: Path) -> None:
    a_day(state, stick, range(1, 3))
    a_day(state, None, range(3, 5))

    journal, report = open_journal(state, mirror=stick)

    assert report.mirror.refilled == 4
    assert entries_in(stick) == entries_of(journal)
    journal.close()


def test_what_was_mirrored_and_not_committed_was_recorded(state: Path, stick: Path) -> None:
    """The power goes between the mirror's sync and the commit."""
    a_day(state, stick, range(1, 3))
    before = (state / "journal.db").read_bytes()
    journal, _ = open_journal(state, mirror=stick)
    entry = sell(journal, Purse(number=3), 3_000, sale=3)
    journal.close()
    (state / "journal.db").write_bytes(before)

    journal, report = open_journal(state, mirror=stick)

    assert (report.mirror.adopted, report.mirror.is_rollback) == (1, False)
    assert journal.entry(entry.sequence) == entry
    assert [(item.cause, item.amount_won) for item in report.attention] == [(AttentionCause.NOT_SHOWN, 3_000)]
    assert [job.state for job in journal.paper.print_jobs()] == [PrintState.QUEUED]
    assert journal.verify().problems == ()
    journal.close()


def test_an_old_database_beside_a_newer_mirror_is_noticed_and_mended(state: Path, stick: Path) -> None:
    a_day(state, stick, range(1, 3))
    old = (state / "journal.db").read_bytes()
    a_day(state, stick, range(3, 6))
    journal, _ = open_journal(state, mirror=stick)
    unprinted = sell(journal, Purse(number=6), 6_000, sale=6)
    head = journal.head
    journal.close()
    (state / "journal.db").write_bytes(old)

    journal, report = open_journal(state, mirror=stick)

    assert (report.mirror.adopted, report.mirror.is_rollback) == (7, True)
    assert journal.head == head
    assert [(item.entry, item.cause) for item in report.attention] == [(unprinted.sequence, AttentionCause.RECOVERED)]
    assert [(job.receipt_number, job.state) for job in journal.paper.print_jobs()] == [("000006", PrintState.HELD)]
    assert journal.verify().problems == ()
    journal.close()


def test_a_dead_card_is_replaced_by_the_stick(state: Path, stick: Path) -> None:
    a_day(state, stick)
    (state / "journal.db").unlink()

    journal, report = open_journal(state, mirror=stick)

    assert (report.is_created, report.mirror.adopted, report.mirror.is_rollback) == (True, 6, False)
    assert report.attention == ()
    assert journal.payments.exposure().value_won == 6_000
    assert journal.verify().problems == ()
    journal.close()


def test_a_terminal_that_lived_twice_approves_nothing_more(state: Path, stick: Path) -> None:
    a_day(state, stick, range(1, 3))
    old = (state / "journal.db").read_bytes()
    a_day(state, stick, range(3, 4))
    mirrored = (stick / FILE_NAME).read_bytes()
    (state / "journal.db").write_bytes(old)
    a_day(state, None, range(4, 6))

    journal, report = open_journal(state, mirror=stick)

    assert report.mirror.state is MirrorState.FORKED
    assert report.fork is not None
    assert report.fork.sequence == 5
    assert not report.may_approve
    assert (stick / FILE_NAME).read_bytes() == mirrored
    with pytest.raises(RollbackError):
        sell(journal, Purse(number=9), 1_000, sale=9)
    journal.record([cash(500, sale=10)], reading=a_reading())
    journal.close()
    later = report_of(state)
    assert later.fork == report.fork


def test_a_stick_that_fails_does_not_stop_the_shop(state: Path, stick: Path) -> None:
    (stick / FILE_NAME).symlink_to("/dev/full")
    journal, _ = open_journal(state, mirror=stick)
    assert journal.mirror_state is MirrorState.CURRENT

    sell(journal, Purse(number=1), 1_000, sale=1)

    assert journal.mirror_state is MirrorState.FAILED
    sell(journal, Purse(number=2), 1_000, sale=2)
    (stick / FILE_NAME).unlink()
    assert journal.rejoin_mirror().refilled == 2
    sell(journal, Purse(number=3), 1_000, sale=3)
    assert entries_in(stick) == entries_of(journal)
    journal.close()


def test_a_stick_that_fails_at_start_does_not_stop_the_shop(state: Path, stick: Path) -> None:
    a_day(state, None)
    (stick / FILE_NAME).symlink_to("/dev/full")

    journal, report = open_journal(state, mirror=stick)

    assert report.mirror.state is MirrorState.FAILED
    assert report.mirror.fault
    sell(journal, Purse(number=9), 1_000, sale=9)
    journal.close()


def test_a_mirror_that_comes_later_is_joined_without_a_restart(state: Path, stick: Path, tmp_path: Path) -> None:
    drawer = tmp_path / "drawer"
    shutil.move(stick, drawer)
    journal, report = open_journal(state, mirror=stick)
    sell(journal, Purse(), 1_000, sale=1)
    assert report.mirror.state is MirrorState.MISSING

    shutil.move(drawer, stick)

    assert journal.rejoin_mirror().state is MirrorState.CURRENT
    assert entries_in(stick) == entries_of(journal)
    journal.close()


def test_verify_reads_the_whole_mirror(state: Path, stick: Path) -> None:
    a_day(state, stick)
    journal, _ = open_journal(state, mirror=stick)
    raw = bytearray((stick / FILE_NAME).read_bytes())
    raw[100] ^= 1
    (stick / FILE_NAME).write_bytes(raw)

    found = journal.verify()
    journal.close()

    assert found.mirror == "mirror: entry 1 is missing or damaged"
    assert len(found.problems) == 1


def test_several_drafts_are_one_append(state: Path, stick: Path) -> None:
    a_day(state, stick, range(1, 2))
    before = (state / "journal.db").read_bytes()
    journal, _ = open_journal(state, mirror=stick)
    drafts = [
        approved(Purse(number=5).pay(100), 100, number="000002", sale=5, total_won=300),
        cash(200, sale=5, total_won=300),
    ]
    journal.record(drafts, reading=a_reading(boot_ms=77))
    journal.close()
    (state / "journal.db").write_bytes(before)

    report = report_of(state, mirror=stick)

    assert (report.mirror.adopted, report.mirror.is_rollback) == (2, False)
