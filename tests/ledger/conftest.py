"""Fixtures of the ledger's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.ledger.database import Database
from tests.support.ledger_builders import a_database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = a_database(tmp_path / "ledger.db")
    yield opened
    opened.close()
