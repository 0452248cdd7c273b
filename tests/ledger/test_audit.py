"""The auditor believes nothing that the service derived: whatever is tampered with is found."""

import itertools
import shutil
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from pos.ledger.audit import AuditReport, audit, audit_database
from pos.ledger.database import open_database
from pos.ledger.issues import issue_voucher
from tests.support.ledger_builders import (
    LEDGER,
    NOW_S,
    Desk,
    Purse,
    Town,
    a_confirmation,
    a_database,
    a_note,
    ledger_keys,
    pay_out,
    seeded_key,
)

DAYS = itertools.count()


def audited(desk: Desk) -> AuditReport:
    return audit_database(desk.database, desk.town.public_keys(), ledger=LEDGER, log_key=ledger_keys().log.public_key)


def a_day(desk: Desk) -> None:
    """Two tills, every kind of outcome, a known voucher and unknown ones, a clone."""
    first, second = desk.town.till("t-1"), desk.town.till("t-2", merchant="m-butcher")
    known, shared = Purse("known", value_won=40_000), Purse("shared", value_won=9_000)
    issue_voucher(desk.database, known.voucher, now_s=NOW_S)
    first.write("journal.opened", {})
    first.approve(known.pay(12_000), 12_000)
    first.approve(shared.copied().pay(9_000), 9_000)
    first.approve(a_note("A-1"), 10_000)
    first.approve(a_confirmation("c", amount_won=3_000), 3_000)
    first.approve(b"poison", 1_000)
    second.approve(shared.copied().pay(8_000), 8_000)
    second.approve(known.pay(5_000), 5_000)
    second.approve(a_note("A-1"), 10_000)
    second.approve(Purse("q", issuer="41110", issuer_key=seeded_key("suwon")).pay(1_000), 1_000)
    clone = first.cloned()
    clone.write("drawer.opened", {7: "clone"})
    first.write("drawer.opened", {7: "original"})
    desk.deliver(first)
    desk.deliver(second)
    desk.deliver(clone)
    desk.service.grow_log(now_s=NOW_S)


@pytest.fixture(scope="module")
def finished_day(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A day whose database is closed, so that its file is whole and can be copied."""
    town = Town(tmp_path_factory.mktemp("town"))
    with closing(open_database(town.folder.database_url, ledger=LEDGER)) as database:
        desk = Desk(town, database)
        a_day(desk)
    return desk


def test_the_books_of_a_day_agree_to_the_won(desk: Desk) -> None:
    a_day(desk)

    report = audited(desk)

    assert report.problems == []
    assert report.payments == {"settled": 5, "conflict": 1, "duplicate": 1, "refused": 1, "pending": 1}
    assert report.settled_won == 12_000 + 9_000 + 10_000 + 3_000 + 5_000
    assert (report.conflict_won, report.pending_won, report.issued_won) == (8_000, 1_000, 59_000)
    assert (report.payable_won, report.paid_out_won) == (report.settled_won, 0)
    assert (report.terminals, report.entries, report.forked, report.log_size) == (2, 11, 1, 5)


def test_a_folder_is_audited_while_its_service_runs(desk: Desk, database_url: str) -> None:
    a_day(desk)

    report = audit(desk.town.data, database=database_url)

    assert (report.is_sound, report.entries) == (True, 11)


def test_a_merchant_is_paid_out_once_and_the_books_still_agree(desk: Desk) -> None:
    a_day(desk)

    paid = [pay_out(desk, merchant) for merchant in ("m-bakery", "m-bakery", "m-nobody")]

    assert paid == [34_000, 0, 0]
    report = audited(desk)
    assert (report.problems, report.payable_won, report.paid_out_won) == ([], 5_000, 34_000)


def test_an_empty_ledger_is_sound(desk: Desk) -> None:
    assert audited(desk).is_sound


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE payments SET amount_won = amount_won + 1 WHERE terminal = 't-1' AND sequence = 2",
        "UPDATE payments SET status = 'settled', line = 1, number = 1 WHERE status = 'refused'",
        "UPDATE payments SET status = 'refused', reason = 'amount', line = NULL WHERE line = 1 AND sequence = 2",
        (
            "UPDATE payments SET status = 'duplicate', line = NULL, other_terminal = 't-2', other_sequence = 1"
            " WHERE terminal = 't-1' AND sequence = 2"
        ),
        "UPDATE payments SET status = 'settled', line = 7 WHERE status = 'conflict'",
        "UPDATE payments SET other_sequence = 2 WHERE status = 'conflict'",
        "UPDATE payments SET merchant = 'm-thief' WHERE terminal = 't-1' AND sequence = 2",
        "UPDATE payments SET reason = 'audience' WHERE status = 'refused'",
        "DELETE FROM payments WHERE terminal = 't-1' AND sequence = 2",
        (
            "INSERT INTO payments SELECT 't-1', 99, merchant, kind, status, reason, amount_won, NULL, number,"
            " spent_before_won, claims, NULL, NULL, NULL, NULL, 1 FROM payments WHERE terminal = 't-1' AND sequence = 2"
        ),
        "UPDATE postings SET amount_won = amount_won + 1 WHERE account = 'payable:m-bakery'",
        "UPDATE postings SET account = 'payable:m-thief' WHERE account = 'payable:m-bakery'",
        "DELETE FROM postings WHERE kind = 'payment' AND reference = 't-1/2'",
        "DELETE FROM postings WHERE kind = 'hold'",
        (
            "INSERT INTO postings VALUES ('payment', 't-9/1', 0, 'held:41390', 500),"
            " ('payment', 't-9/1', 1, 'payable:m-thief', -500)"
        ),
        (
            "INSERT INTO postings VALUES ('settlement', 'm-bakery/1', 0, 'payable:m-bakery', 500),"
            " ('settlement', 'm-bakery/1', 1, 'settlement:m-bakery', -500)"
        ),
        (
            "INSERT INTO postings VALUES ('conflict', 't-1/2', 0, 'suspense:41390', 500),"
            " ('conflict', 't-1/2', 1, 'disputed:m-bakery', -500)"
        ),
        (
            "UPDATE entries SET raw = (SELECT raw FROM entries WHERE terminal = 't-1' AND sequence = 3)"
            " WHERE terminal = 't-1' AND sequence = 2"
        ),
        "UPDATE entries SET kind = 'drawer.opened' WHERE terminal = 't-1' AND sequence = 2",
        "DELETE FROM entries WHERE terminal = 't-1' AND sequence = 7",
        "DELETE FROM entries WHERE terminal = 't-1' AND sequence = 2",
        "UPDATE terminals SET merchant = 'm-thief' WHERE terminal = 't-1'",
        (
            "UPDATE terminals SET public_key = (SELECT public_key FROM terminals WHERE terminal = 't-2')"
            " WHERE terminal = 't-1'"
        ),
        "UPDATE vouchers SET value_won = value_won + 1",
        "DELETE FROM vouchers WHERE program = 'paper'",
        "DELETE FROM log_leaves WHERE position = 4",
        "UPDATE log_leaves SET entry = zeroblob(32) WHERE position = 1",
        "UPDATE log_leaves SET position = CASE position WHEN 1 THEN 2 ELSE 1 END WHERE position IN (1, 2)",
        "UPDATE log_heads SET checkpoint = replace(checkpoint, 'sandbox', 'another') WHERE size = 5",
        "DELETE FROM log_heads WHERE size = 5",
    ],
)
def test_a_tampered_row_is_found(finished_day: Desk, tmp_path: Path, tampering: str) -> None:
    shutil.copyfile(finished_day.town.data / "ledger.db", tmp_path / "ledger.db")
    with closing(a_database(tmp_path / "ledger.db")) as database:
        changed = database.write(lambda connection: connection.execute(text(tampering)).rowcount)
        report = audit_database(
            database, finished_day.town.public_keys(), ledger=LEDGER, log_key=ledger_keys().log.public_key
        )

    assert changed > 0
    assert not report.is_sound


def test_problems_are_named_up_to_a_bound_and_counted_beyond_it() -> None:
    report = AuditReport()

    report.note(f"problem {number}" for number in range(1_500))

    assert (len(report.problems), report.problem_count, report.is_sound) == (1_000, 1_500, False)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(1, 9), st.booleans()), max_size=12),
    st.permutations(range(3)),
)
def test_any_day_of_honest_and_dishonest_customers_balances(
    desk: Desk, day: list[tuple[int, int, int, bool]], order: list[int]
) -> None:
    name = f"day{next(DAYS)}"
    purses = [Purse(f"{name}-{number}", value_won=12) for number in range(4)]
    tills = [desk.town.till(f"{name}-{number}", merchant=f"m-{number}") for number in range(3)]
    for purse_number, till_number, amount_won, is_honest in day:
        purse = purses[purse_number]
        payment = (purse if is_honest else purse.copied()).pay(amount_won)
        tills[till_number].approve(payment, amount_won)
    for number in order:
        if tills[number].journal:
            desk.deliver(tills[number])
    desk.service.grow_log(now_s=NOW_S)

    report = audited(desk)

    assert report.problems == []
    assert report.payable_won == report.settled_won
