"""Trust data from the command line, as a stick brings it, without a core that runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pos.cli import main
from pos.exits import Exit
from pos.sandbox.town import HOME_ISSUER, Town, revoke_vouchers


def bring(town: Town, folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, object]]:
    status = main(["trust", "import", str(folder), "--json", "--config", str(town.terminal_toml)])
    told: dict[str, object] = json.loads(capsys.readouterr().out)
    return status, told


def test_a_stick_brings_news_once_and_a_spoilt_one_nothing(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    repository = town.ledger_dir / "repository"
    revoke_vouchers(town, HOME_ISSUER, (bytes(16),), now_s=town.made_s)
    town.publication.publish(now_s=town.made_s)

    assert bring(town, repository, capsys) == (Exit.DONE, {"outcome": "taken", "reason": None, "trust_version": 2})
    assert bring(town, repository, capsys) == (Exit.DONE, {"outcome": "same", "reason": None, "trust_version": 2})
    (repository / "timestamp.json").write_bytes(b"{}")
    assert bring(town, repository, capsys) == (
        Exit.DECLINED,
        {"outcome": "refused", "reason": "malformed", "trust_version": 2},
    )


def test_a_terminal_whose_trust_data_is_damaged_gets_it_back_from_a_stick(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    (town.trust.folder / "policy.json").write_text("{", "utf-8")

    status, told = bring(town, town.ledger_dir / "repository", capsys)

    assert (status, told["outcome"]) == (Exit.DONE, "taken")
    assert json.loads((town.trust.folder / "policy.json").read_bytes())["contact_hard_s"]


def test_a_folder_that_is_no_repository_is_said(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["trust", "import", str(town.directory), "--config", str(town.terminal_toml)])

    assert status == Exit.USAGE
    assert "timestamp.json is missing" in capsys.readouterr().err
