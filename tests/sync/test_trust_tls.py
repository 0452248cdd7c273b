"""TLS as it fails while trust data is fetched: nothing is believed, what holds goes on holding."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import pytest

from pos.errors import LedgerUnreachableError
from pos.ledger.serve import LedgerThread
from pos.link.calls import AskTrust, TrustStep
from pos.sandbox.enrolling import make_authority
from pos.sandbox.town import HOME_ISSUER, revoke_vouchers
from pos.sync.trust import TrustUpdate
from tests.sync.conftest import Till
from tests.sync.test_tls import replace_certificate


@pytest.fixture
def authority(till: Till) -> Path:
    """The authority that the till pins; there is news that it does not have yet."""
    pinned = make_authority(till.town)
    now_s = int(time.time())
    revoke_vouchers(till.town, HOME_ISSUER, (bytes(16),), now_s=now_s)
    till.town.publication.publish(now_s=now_s)
    return pinned


def fetch(till: Till, url: str, ca_file: Path | None) -> TrustStep | None:
    update = TrustUpdate(till, url, ca_file=ca_file, staging=till.town.directory / "staging")
    with closing(update):
        taken = update.refresh()
    return None if taken is None else taken.step


def refuse(till: Till, url: str, ca_file: Path | None) -> str:
    before = till.call(AskTrust())
    with pytest.raises(LedgerUnreachableError) as failed:
        fetch(till, url, ca_file)
    assert till.call(AskTrust()) == before, "what holds goes on holding"
    return str(failed.value)


def test_under_the_pinned_authority_the_news_arrive(till: Till, authority: Path) -> None:
    with LedgerThread(till.town.ledger_dir) as ledger:
        assert ledger.url.startswith("https:")
        assert fetch(till, ledger.url, authority) is TrustStep.TAKEN


def test_a_strange_authority_brings_nothing_and_the_system_s_own_are_not_asked(
    till: Till, authority: Path, tmp_path: Path
) -> None:
    replace_certificate(till, tmp_path)
    with LedgerThread(till.town.ledger_dir) as ledger:
        assert "CERTIFICATE_VERIFY_FAILED" in refuse(till, ledger.url, authority)
        assert "CERTIFICATE_VERIFY_FAILED" in refuse(till, ledger.url, None)


@pytest.mark.parametrize(
    ("wanted", "what"), [({"host": "ledger.example"}, "mismatch"), ({"days": "-1"}, "expired")], ids=["name", "expired"]
)
def test_a_certificate_that_does_not_hold_brings_nothing(
    till: Till, authority: Path, tmp_path: Path, wanted: dict[str, str], what: str
) -> None:
    strange = replace_certificate(till, tmp_path, **wanted)
    with LedgerThread(till.town.ledger_dir) as ledger:
        assert what in refuse(till, ledger.url, strange)


def test_plain_http_to_a_tls_port_and_tls_to_a_plain_one_bring_nothing(till: Till, authority: Path) -> None:
    with LedgerThread(till.town.ledger_dir) as ledger:
        refuse(till, ledger.url.replace("https:", "http:"), authority)
    settings = till.town.ledger_dir / "ledger.toml"
    lines = [line for line in settings.read_text("utf-8").splitlines() if not line.startswith("tls_")]
    settings.write_text("\n".join(lines), "utf-8")
    with LedgerThread(till.town.ledger_dir) as plain:
        assert plain.url.startswith("http:")
        refuse(till, plain.url.replace("http:", "https:"), authority)
