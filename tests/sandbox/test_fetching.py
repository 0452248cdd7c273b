"""The wallet fetches money that came back, from a ledger that runs."""

from pathlib import Path

import pytest

from pos.ledger.audit import audit
from pos.ledger.serve import LedgerThread
from pos.sandbox.errors import SandboxError
from pos.sandbox.fetching import fetch
from pos.sandbox.issuing import VoucherOrder, issue_voucher
from pos.sandbox.town import Town, init
from pos.sandbox.wallet.claims import read_voucher

LONG_AGO_S = -100 * 86_400


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return init(tmp_path / "town", seed="7")


def voucher(town: Town, *, expires_in_s: int | None) -> Path:
    order = VoucherOrder(
        value_won=20_000, issuer="41390", program="general", holder_key=None, serial=None, expires_in_s=expires_in_s
    )
    return issue_voucher(town.directory, order, out=town.directory / "purse.voucher").path


def test_what_an_old_voucher_left_is_a_new_voucher_that_pays(town: Town, tmp_path: Path) -> None:
    old = voucher(town, expires_in_s=LONG_AGO_S)

    with LedgerThread(town.ledger_dir):
        (fetched,) = fetch(town.directory, old, out=tmp_path / "new")
        again = fetch(town.directory, old, out=tmp_path / "new")

    assert fetched.value_won == 20_000
    assert again == ()
    raw = fetched.path.read_bytes()
    assert read_voucher(raw).holder_key != read_voucher(old.read_bytes()).holder_key
    assert town.wallet.pay(town.wallet.add(raw), amount_won=5_000, now_s=town.made_s).startswith("CKP1:")
    report = audit(town.ledger_dir)
    assert (report.problems, report.returned_won) == ([], 20_000)


def test_nothing_comes_back_of_a_voucher_that_lives(town: Town, tmp_path: Path) -> None:
    living = voucher(town, expires_in_s=None)

    with LedgerThread(town.ledger_dir):
        assert fetch(town.directory, living, out=tmp_path / "new") == ()


def test_without_a_ledger_nothing_is_asked(town: Town, tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="ledger serve"):
        fetch(town.directory, voucher(town, expires_in_s=None), out=tmp_path / "new")
