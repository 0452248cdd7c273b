"""A town for each test, copied from one that is made once."""

from pathlib import Path

import pytest

from pos.sandbox.town import Town
from tests.support.core_builders import make_town, move_in


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_town(tmp_path_factory.mktemp("template") / "town").directory


@pytest.fixture
def town(template: Path, tmp_path: Path) -> Town:
    return move_in(template, tmp_path / "town")
