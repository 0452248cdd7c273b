"""What a phone had paid online is refunded, and the slip's code becomes a voucher: till, ledger and wallet for real."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from pos.ledger.audit import audit
from pos.ledger.serve import LedgerThread
from pos.link.calls import Done, EnterAmount, MakeRefund, OpenRequest, ReceiptPage, RequestAnswer, Role, ShowReceipt
from pos.sandbox.errors import SandboxError
from pos.sandbox.online import phone_app
from pos.sandbox.redeeming import redeem
from pos.sync.client import LedgerClient
from pos.sync.inbox import Inbox
from tests.sync.conftest import Till

AMOUNT_WON = 80_000


def sell_online(till: Till, url: str) -> None:
    assert till.core.handle(Role.SCREEN, EnterAmount(amount_won=AMOUNT_WON)) == Done()
    request = till.core.handle(Role.SCREEN, OpenRequest())
    assert isinstance(request, RequestAnswer)
    phone_app(till.town).pay("app-1", request=request.text)
    with closing(LedgerClient(url)) as client:
        assert Inbox(till, client).bring_all() == 1


def code_on(till: Till, number: str) -> str:
    shown = till.core.handle(Role.CONTROL, ShowReceipt(receipt_number=number))
    assert isinstance(shown, ReceiptPage)
    return next(row.text for row in shown.rows if row.kind == "qr")


def test_a_refund_of_an_online_payment_is_redeemed_by_its_slip_and_only_once(till: Till, tmp_path: Path) -> None:
    with LedgerThread(till.town.ledger_dir) as ledger:
        till.deliver(ledger.url)
        sell_online(till, ledger.url)
        till.core.handle(Role.CONTROL, MakeRefund(receipt_number="000001", amount_won=30_000, cause="customer"))
        slip = code_on(till, "000002")
        assert redeem(till.town.directory, slip, out=tmp_path) is None, "the ledger has not heard of it"
        till.deliver(ledger.url)

        found = redeem(till.town.directory, slip, out=tmp_path)

        assert found is not None
        assert found.value_won == 30_000
        assert redeem(till.town.directory, slip, out=tmp_path) is None, "it was given out"
        with pytest.raises(SandboxError, match="400"):
            redeem(till.town.directory, code_on(till, "000001"), out=tmp_path)  # a sale's receipt buys nothing
    paid = till.town.wallet.pay(till.town.wallet.add(found.path.read_bytes()), amount_won=5_000, now_s=till.town.made_s)
    assert paid.startswith("CKP1:")
    report = audit(till.town.ledger_dir)
    assert (report.problems, report.refunded_won, report.returned_won) == ([], 30_000, 30_000)
