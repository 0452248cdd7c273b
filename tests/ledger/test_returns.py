"""Money that goes back: refunds by merchants, payments nobody approved, vouchers that are over; and never twice."""

import pytest

from pos import cbor
from pos.errors import MalformedError
from pos.ledger import books, inbox
from pos.ledger.audit import audit_database
from pos.ledger.books import Account, AccountKind
from pos.ledger.database import Database
from pos.ledger.problem import ProblemError
from pos.ledger.returns import build_request, read_request
from pos.voucher.bodies import PaymentDeclined, RefundKind, RefundRequested, RequestClosed, RequestEnd
from pos.voucher.claims import Voucher
from pos.voucher.entry import Entry
from pos.voucher.messages import Acknowledgement, MessageKind, parse_message
from pos.voucher.signed import decode_holder_voucher
from tests.support.ledger_builders import (
    ISSUER,
    LEDGER,
    NOW_S,
    YEAR_S,
    Desk,
    Purse,
    Till,
    Town,
    a_confirmation,
    ledger_keys,
    pay_out,
    seeded_key,
    statuses,
)

DAY_S = 86_400
SHOWN_S = 180 + 120 + 604_800
"""How long an unbound code may still be on its way: its age, the clocks' skew, and the longest absence of a till."""


@pytest.fixture
def desk(town: Town, database: Database) -> Desk:
    town.lend_issuing_keys()
    return Desk(town, database)


def refund(till: Till, payment: Entry, amount_won: int) -> Entry:
    return till.record(
        RefundRequested(
            receipt_number="R-1",
            sale_id=bytes(16),
            amount_won=amount_won,
            business_date="2026-09-21",
            reason="customer",
            refund_id=bytes(16),
            sale_receipt="0001",
            tender_sequence=payment.sequence,
            kind=RefundKind.REFUND,
            payment_entry=payment.hash,
        )
    )


def decline(till: Till, payment: bytes) -> Entry:
    return till.record(
        PaymentDeclined(
            business_date="2026-09-21", checks=(1,), reason="over_limit", scanned_sha256=bytes(32), object_bytes=payment
        )
    )


def fetch(desk: Desk, purse: Purse, object_bytes: bytes, *, fresh: str = "fresh", now_s: int = NOW_S) -> Voucher:
    """Fetch what came back as its holder's wallet does."""
    request = build_request(object_bytes, ledger=LEDGER, holder=purse.key, fresh=seeded_key(fresh))
    answer = cbor.decode(desk.service.give_back(request, now_s=now_s))
    assert isinstance(answer, dict)
    raw, value_won = answer[1], answer[2]
    assert isinstance(raw, bytes)
    voucher = decode_holder_voucher(raw).claims
    assert voucher.value_won == value_won
    assert voucher.holder_key == seeded_key(fresh).public_key
    return voucher


def refused(desk: Desk, purse: Purse, object_bytes: bytes, *, fresh: str = "fresh", now_s: int = NOW_S) -> int:
    with pytest.raises(ProblemError) as caught:
        fetch(desk, purse, object_bytes, fresh=fresh, now_s=now_s)
    return caught.value.problem.status


def balance(desk: Desk, kind: AccountKind, owner: str) -> int:
    return desk.database.read(lambda connection: books.balance(connection, Account(kind=kind, owner=owner)))


def problems(desk: Desk) -> list[str]:
    keys = desk.town.public_keys()
    return audit_database(desk.database, keys, ledger=LEDGER, log_key=ledger_keys().log.public_key).problems


def of(acknowledged: Acknowledgement) -> list[str]:
    return statuses(acknowledged.outcomes)


# Refunds


def test_a_refund_comes_back_as_a_new_voucher_with_a_fresh_key(desk: Desk) -> None:
    till, purse = desk.town.till("t-1"), Purse("p", value_won=30_000)
    payment = purse.pay(12_000)
    sale = till.approve(payment, 12_000)
    refund(till, sale, 5_000)

    assert of(desk.deliver(till)) == ["settled", "settled"]
    assert balance(desk, AccountKind.PAYABLE, "m-bakery") == -7_000
    assert balance(desk, AccountKind.CREDIT, ISSUER) == -5_000

    voucher = fetch(desk, purse, payment)

    assert (voucher.issuer, voucher.program, voucher.value_won) == (ISSUER, "general", 5_000)
    assert voucher.expires_s == purse.expires_s
    assert balance(desk, AccountKind.CREDIT, ISSUER) == 0
    assert balance(desk, AccountKind.HELD, ISSUER) == -(30_000 - 12_000 + 5_000)
    assert problems(desk) == []


def test_the_new_voucher_pays_and_settles_like_any_other(desk: Desk) -> None:
    till, purse = desk.town.till("t-1"), Purse("p")
    payment = purse.pay(12_000)
    refund(till, till.approve(payment, 12_000), 12_000)
    desk.deliver(till)
    request = build_request(payment, ledger=LEDGER, holder=purse.key, fresh=seeded_key("holder q"))
    answer = cbor.decode(desk.service.give_back(request, now_s=NOW_S))
    assert isinstance(answer, dict)

    class Fetched(Purse):
        @property
        def voucher(self) -> bytes:
            raw = answer[1]
            assert isinstance(raw, bytes)
            return raw

    till.approve(Fetched("q").pay(12_000), 12_000)

    assert of(desk.deliver(till))[-1] == "settled"
    assert problems(desk) == []


def test_a_lost_answer_is_asked_for_again_and_a_key_is_used_once(desk: Desk) -> None:
    till, purse = desk.town.till("t-1"), Purse("p")
    payments = [purse.pay(4_000), purse.pay(3_000)]
    for payment in payments:
        refund(till, till.approve(payment, 4_000 if payment is payments[0] else 3_000), 1_000)
    desk.deliver(till)

    assert fetch(desk, purse, payments[0]) == fetch(desk, purse, payments[0], now_s=NOW_S + 5)
    assert refused(desk, purse, payments[1]) == 409
    assert refused(desk, purse, payments[0], fresh="another") == 404
    assert fetch(desk, purse, payments[1], fresh="another").value_won == 1_000


def test_refunds_together_are_never_above_the_payment(desk: Desk) -> None:
    till, sibling, purse = desk.town.till("t-1"), desk.town.till("t-2"), Purse("p")
    payment = purse.pay(10_000)
    sale = till.approve(payment, 10_000)
    for amount_won in (6_000, 5_000, 4_000):
        refund(till, sale, amount_won)
    refund(sibling, sale, 1)

    assert of(desk.deliver(till)) == ["settled", "settled", "refused over_payment", "settled"]
    assert of(desk.deliver(sibling)) == ["refused over_payment"]
    assert fetch(desk, purse, payment).value_won == 10_000
    assert problems(desk) == []


def test_a_refund_that_arrives_before_its_payment_waits_for_it_and_its_till_is_told(desk: Desk) -> None:
    till, sibling, purse = desk.town.till("t-1"), desk.town.till("t-2"), Purse("p")
    payment = purse.pay(10_000)
    sale = till.approve(payment, 10_000)
    refund(sibling, sale, 10_000)

    assert of(desk.deliver(sibling)) == ["pending"]
    assert refused(desk, purse, payment) == 404
    desk.deliver(till)
    desk.service.look_at_refunds(now_s=NOW_S + 1)

    assert fetch(desk, purse, payment, now_s=NOW_S + 1).value_won == 10_000
    (told,) = (parse_message(raw).claims for raw in _messages(desk, "t-2"))
    assert (told.kind, told.body) == (MessageKind.PAYMENT_OUTCOME, {1: [1, "settled", None]})
    assert of(desk.deliver(sibling)) == ["settled"]
    assert problems(desk) == []


def _messages(desk: Desk, terminal: str) -> tuple[bytes, ...]:
    return desk.database.read(lambda connection: inbox.messages_after(connection, terminal, 0))


def test_another_merchant_gives_nothing_back(desk: Desk) -> None:
    till, butcher, purse = desk.town.till("t-1"), desk.town.till("t-2", merchant="m-butcher"), Purse("p")
    sale = till.approve(purse.pay(10_000), 10_000)
    refund(butcher, sale, 10_000)
    desk.deliver(till)

    assert of(desk.deliver(butcher)) == ["pending"]
    desk.service.look_at_refunds(now_s=NOW_S + 1)
    assert balance(desk, AccountKind.PAYABLE, "m-bakery") == -10_000


def test_a_refund_after_the_payout_is_owed_by_the_merchant_and_taken_off_the_next_one(desk: Desk) -> None:
    till, purse = desk.town.till("t-1"), Purse("p")
    sale = till.approve(purse.pay(10_000), 10_000)
    desk.deliver(till)
    assert pay_out(desk, "m-bakery") == 10_000

    refund(till, sale, 4_000)
    till.approve(purse.pay(9_000), 9_000)
    desk.deliver(till)

    assert pay_out(desk, "m-bakery") == 5_000
    assert problems(desk) == []


def test_what_was_not_paid_is_not_given_back(desk: Desk) -> None:
    till, purse = desk.town.till("t-1"), Purse("p")
    till.approve(purse.copied().pay(10_000), 10_000)
    refund(till, till.approve(purse.copied().pay(9_000), 9_000), 9_000)

    assert of(desk.deliver(till)) == ["settled", "conflict", "refused not_settled"]
    assert problems(desk) == []


def test_a_refund_that_cannot_be_read_is_refused_and_one_of_cash_is_the_shops_matter(desk: Desk) -> None:
    till = desk.town.till("t-1")
    till.write(RefundRequested.KIND, {16: bytes(32)})
    cash = till.record(
        RefundRequested(
            receipt_number="R-1",
            sale_id=bytes(16),
            amount_won=1_000,
            business_date="2026-09-21",
            reason="customer",
            refund_id=bytes(16),
            sale_receipt="0001",
            tender_sequence=1,
            kind=RefundKind.VOID,
            tender_entry=bytes(32),
        )
    )

    assert of(desk.deliver(till)) == ["refused unreadable"]
    assert cash.sequence == 2
    assert problems(desk) == []


def test_what_was_paid_online_is_owed_by_the_ledger(desk: Desk) -> None:
    till = desk.town.till("t-1")
    refund(till, till.approve(a_confirmation("c", amount_won=7_000), 7_000), 7_000)

    assert of(desk.deliver(till)) == ["settled", "settled"]
    assert balance(desk, AccountKind.CREDIT, LEDGER) == -7_000
    assert problems(desk) == []


# Payments that nobody approved


def test_a_bound_payment_comes_back_once_its_terminal_declined_it(desk: Desk) -> None:
    till, purse = desk.town.till("t-1"), Purse("p")
    payment = purse.pay(8_000, merchant="m-bakery", nonce=b"n" * 16)
    assert refused(desk, purse, payment) == 404
    decline(till, payment)
    desk.deliver(till)

    assert fetch(desk, purse, payment).value_won == 8_000
    assert balance(desk, AccountKind.HELD, ISSUER) == -50_000
    assert problems(desk) == []


@pytest.mark.parametrize("merchant", ["m-bakery", "m-butcher"])
def test_a_bound_payment_comes_back_once_its_nonce_is_closed_by_its_own_merchant(desk: Desk, merchant: str) -> None:
    till, purse = desk.town.till("t-1", merchant=merchant), Purse("p")
    payment = purse.pay(8_000, merchant="m-bakery", nonce=b"n" * 16)
    till.record(RequestClosed(nonce=b"n" * 16, reason=RequestEnd.EXPIRED))
    desk.deliver(till)

    if merchant == "m-bakery":
        assert fetch(desk, purse, payment).value_won == 8_000
    else:
        assert refused(desk, purse, payment) == 404
    assert problems(desk) == []


def test_an_unbound_payment_comes_back_only_when_no_till_can_still_bring_it(desk: Desk) -> None:
    till, purse = desk.town.till("t-1"), Purse("p")
    payment = purse.pay(8_000)
    decline(till, payment)
    desk.deliver(till)

    assert refused(desk, purse, payment, now_s=NOW_S + SHOWN_S - 1) == 404
    assert fetch(desk, purse, payment, now_s=NOW_S + SHOWN_S).value_won == 8_000


def test_what_came_back_cannot_be_spent_by_a_late_till(desk: Desk) -> None:
    till, late, purse = desk.town.till("t-1"), desk.town.till("t-2"), Purse("p")
    payment = purse.pay(8_000, merchant="m-bakery", nonce=b"n" * 16)
    decline(till, payment)
    desk.deliver(till)
    fetch(desk, purse, payment)
    late.approve(payment, 8_000)
    late.approve(purse.pay(2_000), 2_000)

    assert of(desk.deliver(late)) == ["refused returned", "settled"]
    assert problems(desk) == []


def test_an_approved_payment_does_not_come_back_however_often_it_was_declined(desk: Desk) -> None:
    till, other, purse = desk.town.till("t-1"), desk.town.till("t-2"), Purse("p")
    payment = purse.pay(8_000, merchant="m-bakery", nonce=b"n" * 16)
    other.approve(payment, 8_000)
    decline(till, payment)
    desk.deliver(other)
    desk.deliver(till)

    assert refused(desk, purse, payment) == 404


def test_a_payment_signed_over_money_that_was_spent_does_not_come_back(desk: Desk) -> None:
    """The wallet signed again after a refusal, and the second code was approved: the first one's money is gone."""
    till, purse = desk.town.till("t-1"), Purse("p")
    first = purse.copied().pay(8_000, merchant="m-bakery", nonce=b"n" * 16)
    decline(till, first)
    till.approve(purse.pay(9_000), 9_000)
    desk.deliver(till)

    assert refused(desk, purse, first) == 404


# Vouchers that are over


def test_what_is_left_of_a_voucher_comes_back_after_the_settlement_period(desk: Desk) -> None:
    purse = Purse("p", value_won=20_000, expires_s=NOW_S + DAY_S)
    till = desk.town.till("t-1")
    till.approve(purse.pay(6_000), 6_000)
    declined = purse.pay(1_000, merchant="m-bakery", nonce=b"n" * 16)
    decline(till, declined)
    desk.deliver(till)
    fetch(desk, purse, declined, fresh="first")
    over_s = NOW_S + DAY_S + 14 * DAY_S

    assert refused(desk, purse, purse.voucher, now_s=over_s - 1) == 404
    voucher = fetch(desk, purse, purse.voucher, now_s=over_s)
    assert voucher.value_won == 13_000
    assert voucher.expires_s == over_s + 30 * DAY_S
    assert refused(desk, purse, purse.voucher, fresh="third", now_s=over_s) == 404
    assert problems(desk) == []


def test_a_till_that_comes_after_everything_went_back_is_not_paid(desk: Desk) -> None:
    purse = Purse("p", value_won=20_000, expires_s=NOW_S + DAY_S)
    till = desk.town.till("t-1")
    till.approve(purse.pay(6_000), 6_000)
    over_s = NOW_S + 15 * DAY_S
    assert fetch(desk, purse, purse.voucher, now_s=over_s).value_won == 20_000

    assert of(desk.deliver(till, now_s=over_s)) == ["refused returned"]
    assert problems(desk) == []


def test_a_voucher_that_was_spent_twice_gives_nothing_back_before_its_review(desk: Desk) -> None:
    purse = Purse("p", value_won=20_000, expires_s=NOW_S + DAY_S)
    till = desk.town.till("t-1")
    till.approve(purse.copied().pay(6_000), 6_000)
    till.approve(purse.copied().pay(5_000), 5_000)
    desk.deliver(till)

    assert refused(desk, purse, purse.voucher, now_s=NOW_S + YEAR_S) == 404


# Who may ask


def test_nobody_but_the_holder_gets_it_and_only_with_a_key_of_his_own(desk: Desk) -> None:
    purse = Purse("p")
    payment = purse.pay(8_000)
    keys = desk.town.public_keys()
    thief, fresh = seeded_key("thief"), seeded_key("fresh")
    good = build_request(payment, ledger=LEDGER, holder=purse.key, fresh=fresh)
    assert read_request(good, keys, ledger=LEDGER).fresh_key == fresh.public_key

    for spoilt in (
        build_request(payment, ledger=LEDGER, holder=thief, fresh=fresh),
        build_request(payment, ledger="another", holder=purse.key, fresh=fresh),
        build_request(payment, ledger=LEDGER, holder=purse.key, fresh=purse.key),
        build_request(purse.sign(1, 0, 1, key=thief), ledger=LEDGER, holder=purse.key, fresh=fresh),
        good[:-1] + bytes([good[-1] ^ 1]),
        b"",
        bytes(3_000),
    ):
        with pytest.raises(MalformedError):
            read_request(spoilt, keys, ledger=LEDGER)


def test_without_the_issuers_key_money_waits(desk: Desk) -> None:
    (desk.town.data / "issuing" / f"{ISSUER}.key").unlink()
    till, purse = desk.town.till("t-1"), Purse("p")
    payment = purse.pay(12_000)
    refund(till, till.approve(payment, 12_000), 12_000)
    desk.deliver(till)

    assert refused(desk, purse, payment) == 403
    assert balance(desk, AccountKind.CREDIT, ISSUER) == -12_000


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE refunds SET amount_won = amount_won + 1",
        "UPDATE refunds SET status = 'refused'",
        "DELETE FROM refunds",
        "UPDATE refunds SET payment_sequence = 3",
        "UPDATE return_parts SET amount_won = amount_won - 1",
        "UPDATE return_parts SET kind = 'remainder'",
        "DELETE FROM return_parts",
        "DELETE FROM returns",
        "DELETE FROM declined",
        "UPDATE postings SET amount_won = amount_won * 2 WHERE kind = 'return'",
        "DELETE FROM postings WHERE kind = 'refund'",
    ],
)
def test_the_audit_finds_who_tampers_with_what_went_back(desk: Desk, statement: str) -> None:
    till, purse = desk.town.till("t-1"), Purse("p")
    payment = purse.pay(12_000)
    refund(till, till.approve(payment, 12_000), 5_000)
    lost = purse.pay(3_000, merchant="m-bakery", nonce=b"n" * 16)
    decline(till, lost)
    desk.deliver(till)
    fetch(desk, purse, payment)
    fetch(desk, purse, lost, fresh="second")
    assert problems(desk) == []

    desk.database.write(lambda connection: connection.exec_driver_sql(statement))

    assert problems(desk) != []
