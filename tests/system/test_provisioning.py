"""A new terminal takes its place with one code, over real TLS, and another takes its place from it."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pos.cli import main
from pos.commands.provisioning import read_code
from pos.config import load_config
from pos.errors import LedgerUnreachableError
from pos.exits import Exit
from pos.ledger import records
from pos.ledger.database import open_database
from pos.ledger.folder import open_folder
from pos.ledger.publishing import Publisher
from pos.ledger.serve import LedgerThread
from pos.link.state import SellingStop
from pos.sandbox.enrolling import issue_code, make_authority
from pos.sandbox.town import Town
from pos.sync.client import LedgerClient
from pos.sync.enrolling import fetch_authority
from pos.terminal import build_core
from pos.voucher.qr import QrKind, encode_text
from tests.support.core_builders import make_town


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    made = make_town(tmp_path_factory.mktemp("tls") / "town")
    make_authority(made)
    return made


@pytest.fixture(scope="module")
def ledger(town: Town) -> Iterator[LedgerThread]:
    with LedgerThread(town.ledger_dir) as running:
        yield running


def provision(text: str, config: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    status = main(["provision", text, "--config", str(config), "--json"])
    said = capsys.readouterr()
    assert status == Exit.DONE, said.err
    answer: dict[str, str] = json.loads(said.out.splitlines()[-1])
    return answer


def test_a_terminal_enrols_over_tls_and_delivers(
    town: Town, ledger: LedgerThread, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ledger.url.startswith("https:")
    terminal, text = issue_code(town, merchant="m-bakery", url=ledger.url)

    said = provision(text, tmp_path / "till" / "terminal.toml", capsys)
    again = provision(text, tmp_path / "till" / "terminal.toml", capsys)

    assert said == again, "the same code and key get the same answer"
    assert (said["terminal"], said["merchant"]) == (terminal, "m-bakery")
    config = load_config(tmp_path / "till" / "terminal.toml")
    assert (config.terminal.state_dir / "terminal.key").stat().st_mode & 0o777 == 0o600
    assert main(["sync", "--once", "--json", "--config", str(config.file)]) == Exit.DONE
    assert json.loads(capsys.readouterr().out)["acknowledged"] >= 1
    with closing(build_core(config)) as core:
        assert core.till().stop is None


def test_another_device_cannot_use_the_same_code(
    town: Town, ledger: LedgerThread, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, text = issue_code(town, merchant="m-bakery", url=ledger.url)
    provision(text, tmp_path / "one" / "terminal.toml", capsys)

    assert main(["provision", text, "--config", str(tmp_path / "two" / "terminal.toml")]) == Exit.FAULT

    assert "another terminal" in capsys.readouterr().err
    assert not (tmp_path / "two" / "terminal.toml").exists()


def test_a_second_enrolment_of_a_place_retires_the_first_at_its_next_contact(
    town: Town, ledger: LedgerThread, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, text = issue_code(town, merchant="m-butcher", url=ledger.url)
    old = tmp_path / "old" / "terminal.toml"
    provision(text, old, capsys)
    assert main(["sync", "--once", "--config", str(old)]) == Exit.DONE

    second, text = issue_code(town, merchant="m-butcher", replaces=first, url=ledger.url)
    new = tmp_path / "new" / "terminal.toml"
    provision(text, new, capsys)
    with closing(build_core(load_config(old))) as core:
        assert core.till().stop is None, "nobody has told it yet"
    assert main(["sync", "--once", "--config", str(old)]) == Exit.DONE

    with closing(build_core(load_config(old))) as core:
        assert core.till().stop is SellingStop.TERMINAL_RETIRED
        told = core.sync.inbox.retirement
        assert told is not None
        assert (told.reason, told.replaced_by) == ("replaced", second)
    folder = open_folder(town.ledger_dir)
    with closing(open_database(folder.database_url, ledger=folder.ledger)) as database:
        Publisher(folder, database).publish(now_s=int(time.time()))
    named = json.loads((folder.trust_dir / "merchants" / "m-butcher.json").read_text("utf-8"))["terminals"]
    assert (first in named, second in named) == (False, True), "the tills of a shop know who is one of them"
    with closing(build_core(load_config(new))) as core:
        assert core.till().stop is None


def test_whoever_has_another_authority_is_not_asked(
    town: Town, ledger: LedgerThread, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, text = issue_code(town, merchant="m-bakery", url=ledger.url)
    forged = encode_text(QrKind.ENROLMENT, replace(read_code(text), ca_pin=b"p" * 32).to_bytes())

    assert main(["provision", forged, "--config", str(tmp_path / "terminal.toml")]) == Exit.UNREACHABLE

    assert "authority" in capsys.readouterr().err
    assert not (tmp_path / "terminal.toml").exists()


def test_another_trust_root_than_the_codes_is_refused(
    town: Town, ledger: LedgerThread, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, text = issue_code(town, merchant="m-bakery", url=ledger.url)
    forged = encode_text(QrKind.ENROLMENT, replace(read_code(text), root_sha256=b"r" * 32).to_bytes())

    assert main(["provision", forged, "--config", str(tmp_path / "terminal.toml")]) == Exit.FAULT

    assert "trust root" in capsys.readouterr().err
    assert not (tmp_path / "terminal.toml").exists()


@pytest.mark.parametrize("text", ["", "CKE1:", "CKR1:ABC", "cke1:abc", "CKE2:ABC"])
def test_what_is_no_code_is_one_sentence(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["provision", text, "--config", str(tmp_path / "terminal.toml")]) == Exit.USAGE
    assert capsys.readouterr().err.count("\n") == 1


def test_the_authority_comes_from_the_ledger_and_counts_only_under_its_pin(town: Town, ledger: LedgerThread) -> None:
    code = read_code(issue_code(town, merchant="m-bakery", url=ledger.url)[1])

    pem = fetch_authority(ledger.url, pin=code.ca_pin)

    assert ssl.PEM_cert_to_DER_cert(pem.decode()) == ssl.PEM_cert_to_DER_cert(
        (town.ledger_dir / "authority.pem").read_text()
    )
    with pytest.raises(LedgerUnreachableError):
        fetch_authority(ledger.url, pin=bytes(32))


def test_a_client_without_the_authority_trusts_nobody(ledger: LedgerThread) -> None:
    with closing(LedgerClient(ledger.url)) as client, pytest.raises(LedgerUnreachableError):
        client.call("GET", "/healthz", body=b"", authorization="")


def held_of(town: Town, terminal: str) -> list[bytes]:
    """The entries that the ledger holds of a terminal."""
    folder = open_folder(town.ledger_dir)
    with closing(open_database(folder.database_url, ledger=folder.ledger)) as database:
        return list(database.read(lambda connection: records.entries_after(connection, terminal, 0)))
