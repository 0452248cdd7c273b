"""Fixtures of the ledger's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.ledger.database import Database, open_database
from tests.support.ledger_builders import LEDGER, Desk, Town, a_database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = a_database(tmp_path / "ledger.db")
    yield opened
    opened.close()


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path / "town")


@pytest.fixture
def desk(town: Town) -> Iterator[Desk]:
    opened = open_database(town.folder.database_url, ledger=LEDGER)
    yield Desk(town, opened)
    opened.close()
