"""One database, several writers: nothing is lost, nothing half done, nothing from the future is touched."""

import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, text, update

from pos.errors import ConfigError, DatabaseVersionError
from pos.ledger import schema
from pos.ledger.audit import audit_database
from pos.ledger.audit_checks import count
from pos.ledger.database import Database, LedgerStoreError, open_database
from pos.ledger.dialect import sqlite_url
from tests.support.ledger_builders import LEDGER, Desk, Purse, Town, a_database, ledger_keys


def count_up(connection: Connection) -> None:
    place = connection.execute(select(schema.settlements.c.amount_won)).scalar_one()
    connection.execute(update(schema.settlements).values(amount_won=place + 1))


def amount(database: Database) -> int:
    return int(
        database.read(lambda connection: connection.execute(select(schema.settlements.c.amount_won)).scalar_one())
    )


def a_row(amount_won: object = 0) -> dict[str, object]:
    return {"merchant": "m-1", "number": 1, "amount_won": amount_won, "paid_s": 1}


def test_read_then_write_is_one_step_among_threads_and_connections(tmp_path: Path) -> None:
    databases = [a_database(tmp_path / "ledger.db") for _ in range(2)]
    databases[0].write(lambda connection: connection.execute(insert(schema.settlements), [a_row()]))

    def work(database: Database) -> None:
        for _ in range(25):
            database.write(count_up)

    threads = [threading.Thread(target=work, args=(database,)) for database in databases * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert amount(databases[0]) == 100
    for database in databases:
        database.close()


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    def fail(connection: Connection) -> None:
        connection.execute(insert(schema.settlements), [a_row()])
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.write(fail)

    assert database.read(lambda connection: connection.execute(select(schema.settlements)).all()) == []


def test_no_column_takes_a_float(database: Database) -> None:
    with pytest.raises(LedgerStoreError):
        database.write(lambda connection: connection.execute(insert(schema.settlements), [a_row(1.5)]))


def test_a_database_from_the_future_is_left_untouched(tmp_path: Path) -> None:
    opened = a_database(tmp_path / "ledger.db")
    opened.write(lambda connection: connection.execute(text("UPDATE ledger SET version = 99")))
    opened.close()

    with pytest.raises(DatabaseVersionError):
        a_database(tmp_path / "ledger.db")


@pytest.mark.parametrize("url", ["mysql://h/d", "nonsense", "sqlite+nodriver:///x"])
def test_a_database_that_cannot_be_used_is_named(url: str) -> None:
    with pytest.raises(ConfigError):
        open_database(url)


def test_what_is_committed_is_synced_in_write_ahead_mode(tmp_path: Path) -> None:
    opened = open_database(sqlite_url(tmp_path / "ledger.db"))

    def pragma(name: str) -> object:
        return opened.read(lambda connection: connection.execute(text(f"PRAGMA {name}")).scalar_one())

    assert (pragma("journal_mode"), pragma("synchronous")) == ("wal", 2)
    opened.close()


def test_a_database_of_the_first_version_is_brought_up_and_keeps_what_it_holds(town: Town, database_url: str) -> None:
    with closing(open_database(database_url, ledger=LEDGER)) as first:
        till = town.till("t-1")
        till.approve(Purse("p").pay(1_000), 1_000)
        Desk(town, first).deliver(till)
        kept = {
            table: first.read(lambda connection, table=table: count(connection, table))
            for table in (schema.entries, schema.payments, schema.postings)
        }
        since = (
            *("conflicts", "revocations", "refunds", "declined", "closed_nonces", "returns", "return_parts"),
            *("payouts", "cash_receipts", "news", "log_cosignatures", "log_published"),
            *("provider_receipts", "provider_waits"),
        )
        first.write(lambda connection: [connection.exec_driver_sql(f"DROP TABLE {name}") for name in since])
        first.write(lambda connection: connection.exec_driver_sql("DROP INDEX terminals_by_merchant"))
        first.write(lambda connection: connection.exec_driver_sql("DROP INDEX payments_by_message"))
        first.write(lambda connection: connection.exec_driver_sql("UPDATE ledger SET version = 1"))

    with closing(open_database(database_url, ledger=LEDGER)) as again:
        desk = Desk(town, again)
        till.approve(Purse("q").pay(1_000), 1_000)
        assert [outcome.status for outcome in desk.deliver(till).outcomes] == ["settled", "settled"]
        version = again.read(lambda connection: connection.execute(select(schema.ledger.c.version)).scalar_one())
        assert version == schema.VERSION
        for table, rows in kept.items():
            assert again.read(lambda connection, table=table: count(connection, table)) >= rows
        report = audit_database(again, town.public_keys(), ledger=LEDGER, log_key=ledger_keys().log.public_key)
    assert report.problems == []
