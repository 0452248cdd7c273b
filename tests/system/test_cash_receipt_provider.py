"""A cash receipt from the counter to the provider and back: a provider's process, a ledger's process, and a till."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pos.exits import Exit
from pos.link.calls import CashReceiptLine, Done, ListCashReceipts, PayOther, RequestCashReceipt
from pos.sandbox.provider_service import BOOKS_FILE
from pos.supervisor import pos_command
from pos.terminal import build_core
from tests.support.core_builders import HandClock, Shop, with_settings
from tests.support.process_tools import Child, wait_until
from tests.system.conftest import Till

PHONE = "01012345678"


@pytest.fixture
def provider(till: Till) -> Iterator[Child]:
    command = pos_command("sandbox", "cash-receipt-provider", str(till.town.directory), "--port", "0")
    with Child(command) as running:
        running.wait_for_line('"ready": true')
        yield running


@pytest.fixture
def ledger(till: Till, provider: Child) -> Iterator[Child]:
    """Started after the provider named itself in its settings."""
    with Child(pos_command("ledger", "serve", "--data", str(till.town.ledger_dir), "--port", "0")) as running:
        running.wait_for_line('"ready": true')
        yield running


@contextmanager
def opened(till: Till) -> Iterator[Shop]:
    """The shop on the time that the other processes have."""
    config, clock = with_settings(till.town), HandClock(wall=int(time.time()))
    shop = Shop(town=till.town, config=config, clock=clock, core=build_core(config, clock), mint=till.mint)
    try:
        yield shop
    finally:
        shop.close()


def the_line(till: Till) -> CashReceiptLine:
    with opened(till) as shop:
        (line,) = shop.screen(ListCashReceipts()).lines
    return line


def deliver(till: Till) -> None:
    said = till.pos("sync", "--once")
    assert said.exit == Exit.DONE, said.err


def has_number(till: Till) -> bool:
    deliver(till)
    return the_line(till).state == "approved"


@pytest.mark.usefixtures("ledger")
def test_a_receipt_asked_for_at_the_till_comes_back_with_the_providers_number(till: Till, provider: Child) -> None:
    with opened(till) as shop:
        shop.type_amount(11_000)
        assert shop.screen(PayOther(kind="cash", amount_won=11_000)) == Done()
        assert shop.screen(RequestCashReceipt(purpose="deduction", digits=PHONE)) == Done()
    assert the_line(till).state == "queued"

    deliver(till)
    issued = json.loads(provider.wait_for_line('"approval_number"').string)
    wait_until(lambda: has_number(till), what="the number came to the till")

    assert the_line(till).approval_number == issued["approval_number"]
    assert (issued["order"]["total_won"], issued["order"]["vat_won"]) == (11_000, 1_000)
    assert issued["order"]["business_number"]
    books = (till.town.directory / BOOKS_FILE).read_text("utf-8")
    assert [json.loads(line) for line in books.splitlines()] == [issued]
    assert PHONE not in books + provider.stdout + provider.stderr
    provider.signal(signal.SIGTERM)
    assert provider.wait() == Exit.DONE
