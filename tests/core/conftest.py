"""A bakery for each test, copied from one town that is made once."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pos.sandbox.town import Town, init
from tests.support.core_builders import Shop, make_town, move_in, open_shop


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town that nobody has sold in; copy it, do not touch it."""
    return make_town(tmp_path_factory.mktemp("template") / "town").directory


@pytest.fixture
def town(template: Path, tmp_path: Path) -> Town:
    return move_in(template, tmp_path / "town")


@pytest.fixture
def open_with(town: Town) -> Iterator[Callable[..., Shop]]:
    """Open the bakery with some settings changed."""
    opened: list[Shop] = []

    def open_it(**settings: str) -> Shop:
        opened.append(open_shop(town, **settings))
        return opened[-1]

    yield open_it
    for shop in opened:
        shop.close()


@pytest.fixture
def shop(open_with: Callable[..., Shop]) -> Shop:
    return open_with()


@pytest.fixture
def stick(town: Town) -> Path:
    """A folder for the second medium, named in the configuration; nothing is mounted there yet."""
    folder = town.directory / "stick"
    folder.mkdir()
    with town.terminal_toml.open("a", encoding="utf-8") as file:
        file.write('\n[mirror]\npath = "stick"\n')
    return folder


@pytest.fixture
def another_shop(tmp_path: Path) -> Iterator[Shop]:
    """The bakery of another town, with other keys everywhere."""
    shop = open_shop(init(tmp_path / "another town", seed="another"))
    yield shop
    shop.close()
