"""`pos report` from a shell: closing, the last closing, a period, and the picture of each."""

import json
from pathlib import Path

import pytest

from pos.cli import main
from pos.exits import Exit
from pos.sandbox.town import Town


@pytest.fixture
def config(town: Town, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POS_CONFIG", str(town.terminal_toml))
    return town.terminal_toml


def test_a_day_is_closed_shown_and_added_up(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert config.exists()
    assert main(["report", "z"]) == Exit.FAULT
    capsys.readouterr()

    picture = tmp_path / "z.png"
    assert main(["report", "z", "--close", "--counted", "0", "--png", str(picture)]) == Exit.DONE
    assert "마 감 (Z 1)" in capsys.readouterr().out
    assert picture.read_bytes().startswith(b"\x89PNG")

    assert main(["report", "z", "--number", "1", "--json"]) == Exit.DONE
    closing = json.loads(capsys.readouterr().out)
    assert (closing["z_number"], closing["counted_won"], closing["figures"]) == (1, 0, [])
    assert (closing["customers"], closing["average_won"], closing["unsent_won"]) == (0, None, 0)

    assert main(["report", "x", "--json"]) == Exit.DONE
    assert json.loads(capsys.readouterr().out)["name"].startswith("X")

    year = closing["business_date"][:4]
    assert main(["report", "period", year, "--json"]) == Exit.DONE
    assert json.loads(capsys.readouterr().out)["z_number"] == 1


def test_a_period_that_is_none_is_wrong_usage(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert config.exists()
    assert main(["report", "period", "2026-13"]) == Exit.USAGE
    assert "2026-Q4" in capsys.readouterr().err
