"""A real bakery behind the screen, for what must be true from the key to the journal."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.core_builders import Shop, make_town, move_in, open_shop


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town that nobody has sold in; copy it, do not touch it."""
    return make_town(tmp_path_factory.mktemp("template") / "town").directory


@pytest.fixture
def shop(template: Path, tmp_path: Path) -> Iterator[Shop]:
    opened = open_shop(move_in(template, tmp_path / "town"))
    yield opened
    opened.close()


@pytest.fixture
def asking_shop(template: Path, tmp_path: Path) -> Iterator[Shop]:
    """A shop that asks each customer whether to print the receipt."""
    opened = open_shop(move_in(template, tmp_path / "asking town"), printing='"ask"')
    yield opened
    opened.close()
