"""Refunds of paper notes and of online payments: the slip's receipt code makes a new voucher of them, once."""

import pytest

from pos import cbor
from pos.ledger import books
from pos.ledger.audit import audit_database
from pos.ledger.books import Account, AccountKind
from pos.ledger.database import Database
from pos.ledger.problem import ProblemError
from pos.ledger.slips import build_slip_request
from pos.voucher.bodies import RefundKind, RefundRequested
from pos.voucher.claims import ReceiptCode, ReceiptKind, Voucher
from pos.voucher.entry import Entry
from pos.voucher.signed import decode_holder_voucher, sign_receipt
from tests.ledger.test_online import a_request, answer, hand_in
from tests.support.ledger_builders import (
    ISSUER,
    LEDGER,
    NOW_S,
    Desk,
    Purse,
    Till,
    Town,
    a_confirmation,
    a_note,
    ledger_keys,
    seeded_key,
    statuses,
)


@pytest.fixture
def desk(town: Town, database: Database) -> Desk:
    town.lend_issuing_keys()
    return Desk(town, database)


def refund(till: Till, payment: Entry, amount_won: int, *, refund_id: bytes = bytes(16)) -> Entry:
    return till.record(
        RefundRequested(
            receipt_number="R-1",
            sale_id=bytes(16),
            amount_won=amount_won,
            business_date="2026-09-21",
            reason="customer",
            refund_id=refund_id,
            sale_receipt="0001",
            tender_sequence=payment.sequence,
            kind=RefundKind.REFUND,
            payment_entry=payment.hash,
        )
    )


def slip(till: Till, entry: Entry, *, kind: ReceiptKind = ReceiptKind.REFUND, key_name: str | None = None) -> bytes:
    """The receipt code on a refund's paper."""
    claims = ReceiptCode(
        terminal=till.terminal,
        merchant=till.merchant,
        issued_s=NOW_S,
        amount_won=10_000,
        receipt_number="R-1",
        entry=entry.hash,
        kind=kind,
        payment=None,
    )
    return sign_receipt(claims, key=till.key if key_name is None else seeded_key(key_name)).raw


def redeem(desk: Desk, receipt: bytes, *, fresh: str = "fresh") -> Voucher:
    request = build_slip_request(receipt, ledger=LEDGER, fresh=seeded_key(fresh))
    made = cbor.decode(desk.service.give_back(request, now_s=NOW_S))
    assert isinstance(made, dict)
    raw = made[1]
    assert isinstance(raw, bytes)
    voucher = decode_holder_voucher(raw).claims
    assert voucher.holder_key == seeded_key(fresh).public_key
    assert voucher.value_won == made[2]
    return voucher


def refusal(desk: Desk, receipt: bytes, *, fresh: str = "fresh") -> int:
    with pytest.raises(ProblemError) as caught:
        redeem(desk, receipt, fresh=fresh)
    return caught.value.problem.status


def credit(desk: Desk, owner: str) -> int:
    account = Account(kind=AccountKind.CREDIT, owner=owner)
    return desk.database.read(lambda connection: books.balance(connection, account))


def problems(desk: Desk) -> list[str]:
    keys = desk.town.public_keys()
    return audit_database(desk.database, keys, ledger=LEDGER, log_key=ledger_keys().log.public_key).problems


def test_a_refunded_note_becomes_a_voucher_once_and_it_pays(desk: Desk) -> None:
    till = desk.town.till("t-1")
    gone = refund(till, till.approve(a_note("A-1"), 10_000), 10_000)
    desk.deliver(till)
    assert credit(desk, ISSUER) == -10_000
    assert problems(desk) == []

    voucher = redeem(desk, slip(till, gone), fresh="holder p")

    assert (voucher.issuer, voucher.program, voucher.value_won, voucher.serial) == (ISSUER, "paper", 10_000, None)
    assert credit(desk, ISSUER) == 0
    assert redeem(desk, slip(till, gone), fresh="holder p") == voucher, "the same request, the same voucher"
    assert refusal(desk, slip(till, gone), fresh="another") == 404, "it was given out"
    assert problems(desk) == []


def test_all_notes_of_one_refund_are_one_voucher(desk: Desk) -> None:
    till = desk.town.till("t-1")
    sold = [till.approve(a_note(name), 10_000) for name in ("A-1", "A-2", "A-3")]
    first = refund(till, sold[0], 10_000, refund_id=b"1" * 16)
    refund(till, sold[1], 4_000, refund_id=b"1" * 16)
    other = refund(till, sold[2], 10_000, refund_id=b"2" * 16)
    desk.deliver(till)

    assert redeem(desk, slip(till, first)).value_won == 14_000
    assert redeem(desk, slip(till, other), fresh="second").value_won == 10_000
    assert credit(desk, ISSUER) == 0
    assert problems(desk) == []


def test_what_a_phone_paid_online_comes_back_as_its_issuers_voucher(desk: Desk) -> None:
    till = desk.town.till("t-1")
    gone = refund(till, answer(till, hand_in(desk, request=a_request(till))), 30_000)
    assert statuses(desk.deliver(till).outcomes) == ["settled", "settled"]
    assert credit(desk, LEDGER) == -30_000

    voucher = redeem(desk, slip(till, gone))

    assert (voucher.issuer, voucher.program, voucher.value_won) == (ISSUER, "general", 30_000)
    assert credit(desk, LEDGER) == 0
    assert problems(desk) == []


def test_a_slip_that_proves_nothing_gets_nothing(desk: Desk) -> None:
    till, purse = desk.town.till("t-1"), Purse("p")
    sale = till.approve(a_note("A-1"), 10_000)
    gone = refund(till, sale, 10_000)
    held = refund(till, till.approve(purse.pay(9_000), 9_000), 9_000, refund_id=b"2" * 16)
    strange = refund(till, till.approve(a_confirmation("c", amount_won=5_000), 5_000), 5_000, refund_id=b"3" * 16)
    assert refusal(desk, slip(till, gone)) == 404, "nobody has delivered it"
    desk.deliver(till)

    assert refusal(desk, slip(till, gone, key_name="stranger")) == 404
    assert refusal(desk, slip(till, gone, kind=ReceiptKind.SALE)) == 400
    assert refusal(desk, slip(till, sale)) == 404, "a sale is no refund"
    assert refusal(desk, slip(till, held)) == 404, "that one is for the holder's key to ask for"
    assert refusal(desk, slip(till, strange)) == 404, "no partner of this ledger took it"
    assert problems(desk) == []


def test_the_auditor_finds_a_voucher_that_no_slip_stands_for(desk: Desk) -> None:
    till = desk.town.till("t-1")
    gone = refund(till, till.approve(a_note("A-1"), 10_000), 10_000)
    desk.deliver(till)
    redeem(desk, slip(till, gone))

    desk.database.write(lambda connection: connection.exec_driver_sql("UPDATE refunds SET returned_as = NULL"))

    assert "follow from no refund" in "\n".join(problems(desk))
