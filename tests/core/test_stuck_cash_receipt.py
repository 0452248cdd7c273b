"""A cash receipt that the provider does not answer, as the till sees it: underway, late, alarming, and issued once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pos.ledger.provider import document_key_of
from pos.link.calls import CashReceiptLine, Done, ListCashReceipts, PayOther, RequestCashReceipt
from pos.sandbox.cash_receipt_provider import Fault, ProviderThread, SimulatedProvider
from pos.voucher.bodies import CashReceiptIssued, CashReceiptRequested
from tests.support.core_builders import DAY_S, Shop
from tests.support.ledger_beside import LedgerBeside, ledger_beside

API_KEY = "sandbox-key-0001"


@contextmanager
def asking(shop: Shop, provider: SimulatedProvider) -> Iterator[LedgerBeside]:
    """The town's ledger, which asks this provider."""
    data = shop.town.ledger_dir
    (data / "provider.key").write_text(API_KEY, "ascii")
    (data / "provider.key").chmod(0o600)
    with ProviderThread(provider) as service:
        named = f'provider = "http"\nurl = {json.dumps(service.url)}\nkey_file = "provider.key"\n'
        settings = (data / "ledger.toml").read_text("utf-8")
        assert 'provider = "rehearsal"\n' in settings
        (data / "ledger.toml").write_text(settings.replace('provider = "rehearsal"\n', named), "utf-8")
        with ledger_beside(shop) as ledger:
            yield ledger


def listed(shop: Shop) -> list[CashReceiptLine]:
    return sorted(shop.screen(ListCashReceipts()).lines, key=lambda line: line.receipt_number)


@pytest.fixture
def provider(shop: Shop) -> SimulatedProvider:
    return SimulatedProvider(clock=lambda: shop.clock.wall, api_key=API_KEY)


def test_the_one_that_is_stuck_is_underway_then_late_and_the_other_four_have_their_numbers(
    shop: Shop, provider: SimulatedProvider
) -> None:
    for _ in range(5):
        shop.type_amount(11_000)
        assert shop.screen(PayOther(kind="cash", amount_won=11_000)) == Done()
        assert shop.screen(RequestCashReceipt(purpose="deduction", digits="01012345678")) == Done()
    asked = [body for body in shop.bodies if isinstance(body, CashReceiptRequested)]
    stuck, number = document_key_of(asked[2].cash_receipt_id), asked[2].sale_receipt
    provider.poison(stuck, Fault.HALF)
    with asking(shop, provider) as ledger:
        ledger.deliver()
        assert [line.state for line in listed(shop)] == [
            *("approved", "approved", "requested"),
            *("approved", "approved"),
        ]
        for days, level in ((1, 1), (4, 5), (5, 10)):
            shop.clock.pass_s(days * DAY_S)
            ledger.deliver()
            alarming = {line.receipt_number: line.lateness_days for line in listed(shop) if line.lateness_days}
            assert alarming == {number: level}
            assert shop.till.cash_receipts_late == 1
        assert provider.orders.count(stuck) == 4
        provider.poison(stuck, None)
        shop.clock.pass_s(DAY_S)
        ledger.deliver()

    assert shop.till.cash_receipts_late == 0
    told = [body.approval_number for body in shop.bodies if isinstance(body, CashReceiptIssued)]
    assert sorted(told) == sorted(line.approval_number for line in provider.issued)
    assert (len(provider.issued), provider.net_won) == (5, 55_000)
