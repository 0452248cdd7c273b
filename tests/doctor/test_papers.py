"""How old the trust data is, from a town's own repository."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from pos.config import load_config
from pos.doctor.check import Place
from pos.doctor.papers import TrustCheck
from pos.link.examination import Colour
from pos.terminal import open_trust
from pos.trust.folder import TrustFolder
from pos.words.findings import FindingCode
from tests.support.core_builders import make_town


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    town = make_town(tmp_path_factory.mktemp("aged") / "town")
    return Place(config=load_config(town.directory / "terminal.toml"), core=None)


def end_of(place: Place, role: str) -> float:
    stored = TrustFolder(place.config.terminal.trust_dir).stored()
    assert stored is not None
    raw = stored.metadata(role)
    assert raw is not None
    text: str = msgspec.json.decode(raw)["signed"]["expires"]
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize(
    ("part", "code", "colour"),
    [
        (0.0, FindingCode.TRUST_FRESH, Colour.GREEN),
        (1.1, FindingCode.TRUST_STALE, Colour.RED),
        (2.1, FindingCode.TRUST_OLD, Colour.RED),
    ],
)
def test_it_ages_by_the_policys_two_limits(place: Place, part: float, code: FindingCode, colour: Colour) -> None:
    policy = open_trust(place.config).policy
    late_s = {0.0: -3600.0, 1.1: policy.contact_soft_s + 60.0, 2.1: policy.contact_hard_s + 60.0}[part]
    now_s = end_of(place, "timestamp") + late_s

    (found,) = TrustCheck(now_s=lambda: now_s).look(place)

    assert (found.code, found.colour) == (code, colour)


def test_a_terminal_without_any_says_so(place: Place, tmp_path: Path) -> None:
    path = place.config.file
    text = path.read_text().replace('trust_dir = "', f'trust_dir = "{tmp_path}/none-')
    bare = path.with_name("bare.toml")
    bare.write_text(text)

    (found,) = TrustCheck().look(Place(config=load_config(bare), core=None))

    assert (found.code, found.colour) == (FindingCode.TRUST_MISSING, Colour.RED)
