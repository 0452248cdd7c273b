"""What a call costs does not grow with what the ledger holds: no statement reads a long table, or a journal, whole."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPICursor

from pos.ledger import schema
from pos.ledger.calls import Caller
from pos.ledger.database import open_database
from pos.ledger.dialect import sqlite_url
from pos.voucher.bodies import InboxAcknowledged
from tests.support.ledger_builders import LEDGER, NOW_S, Desk, Purse, Till, Town

LONG = (
    *(schema.entries, schema.payments, schema.postings, schema.vouchers, schema.messages, schema.refunds),
    *(schema.declined, schema.closed_nonces, schema.log_leaves, schema.log_nodes, schema.log_heads, schema.nonces),
)


@pytest.fixture
def statements() -> Iterator[set[tuple[str, tuple[object, ...]]]]:
    """Every statement that reads, with one set of its parameters."""
    seen: set[tuple[str, tuple[object, ...]]] = set()

    def note(_connection: object, _cursor: DBAPICursor, statement: str, parameters: object, *_: object) -> None:
        if isinstance(parameters, tuple) and statement.startswith(("SELECT", "UPDATE", "DELETE")):
            seen.add((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


def a_caller(desk: Desk, till: Till) -> Caller:
    known = desk.service.find(till.terminal)
    assert known is not None
    return Caller(known=known, token=till.token("GET", till.path, b""))


def whole_tables_read(path: Path, statements: set[tuple[str, tuple[object, ...]]]) -> list[str]:
    found = []
    with closing(sqlite3.connect(path)) as database:
        for statement, parameters in sorted(statements, key=lambda pair: pair[0]):
            for *_, step in database.execute(f"EXPLAIN QUERY PLAN {statement}", parameters):
                words = step.split()
                is_read_to_its_end = words[0] == "SCAN" and "LIMIT" not in statement
                is_whole = is_read_to_its_end or step.endswith("(terminal=?)")
                if is_whole and words[1] in {table.name for table in LONG}:
                    found.append(f"{step}: {statement}")
    return found


def test_no_call_of_a_till_reads_a_long_table_whole(
    tmp_path: Path, town: Town, statements: set[tuple[str, tuple[object, ...]]]
) -> None:
    town.add_witnesses(3, quorum=2)
    path = tmp_path / "ledger.db"
    with closing(open_database(sqlite_url(path), ledger=LEDGER)) as database:
        desk = Desk(town, database)
        first, second, purse = town.till("t-1"), town.till("t-2"), Purse("p")
        settled = [first.approve(purse.pay(1_000), 1_000) for _ in range(3)]
        desk.deliver(first)
        second.approve(Purse("p").pay(500), 500)
        assert desk.deliver(second).outcomes[0].status == "conflict"
        first.record(InboxAcknowledged(number=1))
        first.approve(purse.pay(1_000), 1_000)
        desk.deliver(first, *settled)
        desk.deliver(first)
        for _ in range(2):
            desk.service.grow_log(now_s=NOW_S)
            desk.service.tell_news(now_s=NOW_S)
            desk.service.look_at_refunds(now_s=NOW_S)
        assert desk.service.growth(0)
        desk.service.messages_after(a_caller(desk, first), 0)
        desk.service.journal_after(a_caller(desk, first), 0, now_s=NOW_S)
        desk.service.proof(a_caller(desk, first), settled[0].hash, now_s=NOW_S)

        assert whole_tables_read(path, statements) == []
