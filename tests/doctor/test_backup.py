"""What is said of the journal's copies: how old the newest is, and whether it may be looked at."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pos.config import load_config
from pos.doctor.check import Place
from pos.doctor.storage import BACKUP_S_MAX, BackupCheck
from pos.link.examination import Colour
from pos.sandbox.town import Town
from pos.words.findings import FindingCode

NOW_S = 1_795_316_400


@pytest.fixture
def place(tmp_path: Path) -> Place:
    path = tmp_path / "terminal.toml"
    path.write_text(
        '[terminal]\nid = "t-1"\nmerchant = "m-1"\nledger = "l"\nstate_dir = "state"\nsocket_dir = "run"\n'
        'trust_dir = "trust"\n[ledger]\nurl = "http://127.0.0.1:1"\n[backup]\npath = "backup"\n'
    )
    (tmp_path / "backup" / "t-1").mkdir(parents=True)
    return Place(config=load_config(path), core=None)


def looked(place: Place) -> tuple[int, Colour]:
    (finding,) = BackupCheck(now_s=lambda: NOW_S).look(place)
    return finding.code, finding.colour


def copy(place: Place, *, age_s: int) -> None:
    folder = place.config.backup.of_terminal("t-1")
    assert folder is not None
    path = folder / f"journal-{age_s:012d}.db"
    path.touch()
    os.utime(path, (NOW_S - age_s, NOW_S - age_s))


def test_the_newest_copy_counts(place: Place) -> None:
    assert looked(place) == (FindingCode.BACKUP_MISSING, Colour.RED)
    copy(place, age_s=BACKUP_S_MAX + 60)
    assert looked(place) == (FindingCode.BACKUP_OLD, Colour.RED)
    copy(place, age_s=3_600)
    assert looked(place) == (FindingCode.BACKUP_FRESH, Colour.GREEN)


def test_another_terminals_copies_are_not_this_ones(place: Place) -> None:
    copy(place, age_s=60)
    other = place.config.backup.of_terminal("t-1")
    assert other is not None
    other.rename(other.with_name("t-0"))

    assert looked(place) == (FindingCode.BACKUP_MISSING, Colour.RED)


def test_where_nobody_makes_copies_nothing_is_said_of_them(tmp_path: Path, town_config: Path) -> None:
    assert BackupCheck().look(Place(config=load_config(town_config), core=None)) == ()


@pytest.fixture
def town_config(tmp_path: Path) -> Path:
    from pos.sandbox.town import init

    town: Town = init(tmp_path / "town", seed="doctor")
    return town.terminal_toml
