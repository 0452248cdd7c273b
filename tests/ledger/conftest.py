"""Fixtures of the ledger's tests: one town, and its database on SQLite every day, on PostgreSQL too with --all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.bench.postgres import Cluster
from pos.ledger.database import Database, open_database
from pos.ledger.dialect import sqlite_url
from tests.support.ledger_builders import LEDGER, Desk, Town


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with Cluster() as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty database is, once for each kind that the ledger runs on."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "ledger.db")
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster.new_database()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url, ledger=LEDGER)
    yield opened
    opened.close()


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path / "town")


@pytest.fixture
def desk(town: Town, database: Database) -> Desk:
    return Desk(town, database)
