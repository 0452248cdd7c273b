"""The terminal killed at every system call of taking a price list that changes something.

After each kill the till starts again: the file in use is the old or the new whole, the one that the journal names, and
the new one where the command had said so.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from contextlib import closing
from pathlib import Path

import pytest

from pos.config import load_config
from pos.journal.settings import CATALOGUE
from pos.link.calls import CatalogueAnswer, ImportCatalogue, Role
from pos.terminal import build_core
from pos.till.catalogue import CATALOGUE_FILE
from tests.support.core_builders import make_town
from tests.workshop.kill_matrix import Killed, Report, Victim, kill_everywhere, until_its_end
from tests.workshop.warm_python import WarmPython

OLD = "이름,가격,세금,단축키\n소금빵,3000,과세,1\n".encode()
NEW = "이름,가격,세금,단축키\n소금빵,3500,과세,1\n우유 식빵,4500,과세,2\n".encode()
HOME_PARTS = ("state", "trust", "paper", "camera", "run")
PRELOADED = ("pos.cli", "pos.terminal", "pos.commands.wares", "pos.words.ko.report", "pos.words.ko.receipt")


def command(folder: Path) -> list[str | Path]:
    return ["-m", "pos", "catalogue", "import", folder / "new.csv", "--config", folder / "terminal.toml"]


def one_story_is_told(killed: Killed[str]) -> None:
    in_use = killed.folder / "state" / CATALOGUE_FILE
    assert in_use.read_bytes() in (OLD, NEW)
    with closing(build_core(load_config(killed.folder / "terminal.toml"))) as core:
        content = in_use.read_bytes()
        assert core.journal.settings.value(CATALOGUE) == hashlib.sha256(content).hexdigest()
    assert content == NEW or not killed.told, "it was said to be taken"


def matrix(scratch: Path, *, every: int = 1) -> Report:
    home = make_town(scratch / "town")
    with closing(build_core(load_config(home.terminal_toml))) as core:
        assert core.handle(Role.CONTROL, ImportCatalogue(content=OLD)) == CatalogueAnswer(articles=1)

    def lay_out(folder: Path) -> None:
        for part in HOME_PARTS:
            if (home.directory / part).exists():
                shutil.copytree(home.directory / part, folder / part)
        shutil.copy(home.terminal_toml, folder)
        (folder / "new.csv").write_bytes(NEW)

    (scratch / "runs").mkdir()
    with WarmPython(PRELOADED) as warm:
        victim = Victim(lay_out=lay_out, command=command, drive=until_its_end, judge=one_story_is_told, warm=warm)
        return kill_everywhere(victim, scratch / "runs", every=every)


def test_a_price_list_survives_a_slice_of_the_kills(tmp_path: Path) -> None:
    matrix(tmp_path, every=3).demand(points_min=10, missed_max=1)


@pytest.mark.slow
def test_a_price_list_survives_a_kill_at_every_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = matrix(tmp_path)

    with capsys.disabled():
        sys.stdout.write(f"\na price list: {report}\n")
    report.demand(points_min=30, missed_max=1)
