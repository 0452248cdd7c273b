"""TLS as it fails: a strange authority, an expired certificate, another name. Nothing is believed, nothing is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pos.errors import LedgerUnreachableError
from pos.ledger.serve import LedgerThread
from pos.sandbox.enrolling import make_authority, openssl_authority, sign_server
from pos.sync.client import LedgerClient
from pos.sync.delivery import Delivery
from tests.sync.conftest import Till


@pytest.fixture
def authority(till: Till) -> Path:
    return make_authority(till.town)


def deliver(till: Till, ledger: LedgerThread, ca_file: Path | None) -> int:
    client = LedgerClient(ledger.url, ca_file=ca_file)
    try:
        return Delivery(till, client).deliver_all().sent
    finally:
        client.close()


def refuse(till: Till, ledger: LedgerThread, ca_file: Path | None) -> str:
    waiting = till.waiting
    with pytest.raises(LedgerUnreachableError) as failed:
        deliver(till, ledger, ca_file)
    assert till.waiting == waiting > 0, "nothing was believed and nothing was lost"
    return str(failed.value)


def replace_certificate(till: Till, work: Path, **wanted: str) -> Path:
    """Give the ledger another certificate under an authority of this test's own; returns the authority."""
    authority = openssl_authority(work)
    certificate, key = sign_server(work, **{"host": "127.0.0.1", **wanted})
    shutil.copyfile(certificate, till.town.ledger_dir / "tls.pem")
    shutil.copyfile(key, till.town.ledger_dir / "tls.key")
    return authority


def test_under_the_pinned_authority_everything_is_delivered(till: Till, authority: Path) -> None:
    till.sell(3)
    with LedgerThread(till.town.ledger_dir) as ledger:
        assert ledger.url.startswith("https:")
        assert deliver(till, ledger, authority) == len(till.entries())


def test_a_strange_authority_is_refused_and_the_system_s_own_are_not_asked(
    till: Till, authority: Path, tmp_path: Path
) -> None:
    till.sell(1)
    replace_certificate(till, tmp_path)
    with LedgerThread(till.town.ledger_dir) as ledger:
        assert "CERTIFICATE_VERIFY_FAILED" in refuse(till, ledger, authority)
        assert "CERTIFICATE_VERIFY_FAILED" in refuse(till, ledger, None)


@pytest.mark.parametrize(
    ("wanted", "what"), [({"host": "ledger.example"}, "mismatch"), ({"days": "-1"}, "expired")], ids=["name", "expired"]
)
def test_a_certificate_that_does_not_hold_is_refused(
    till: Till, authority: Path, tmp_path: Path, wanted: dict[str, str], what: str
) -> None:
    till.sell(1)
    strange = replace_certificate(till, tmp_path, **wanted)
    with LedgerThread(till.town.ledger_dir) as ledger:
        assert what in refuse(till, ledger, strange)


def test_an_authority_file_that_is_not_there_yet_is_a_network_that_is_not_there_yet(
    till: Till, authority: Path, tmp_path: Path
) -> None:
    till.sell(1)
    with LedgerThread(till.town.ledger_dir) as ledger:
        assert "cannot be read" in refuse(till, ledger, tmp_path / "missing.pem")


def test_plain_http_to_a_tls_port_finds_no_ledger(till: Till, authority: Path) -> None:
    till.sell(1)
    with LedgerThread(till.town.ledger_dir) as ledger:
        plain = LedgerClient(ledger.url.replace("https:", "http:"))
        with pytest.raises(LedgerUnreachableError):
            Delivery(till, plain).deliver_all()
        plain.close()
