"""Orders and payments from elsewhere: waiting until somebody answers, a sale once, in the totals, on paper."""

from dataclasses import replace

import pytest

from pos.link.calls import (
    AnswerRemote,
    Done,
    ListRemotes,
    MakeRefund,
    NextPrintJob,
    ReadReport,
    RefundMade,
    Refused,
    ReportPage,
)
from pos.till.reasons import Refusal
from pos.voucher.bodies import RemoteAccepted, RemoteAnswered
from tests.support.core_builders import Shop
from tests.support.ledger_post import Post
from tests.support.message_builders import ORDER, REMOTE_PAYMENT


@pytest.fixture
def post(shop: Shop) -> Post:
    return Post(shop)


def test_an_order_waits_with_what_was_ordered(shop: Shop, post: Post) -> None:
    post.tell(ORDER, REMOTE_PAYMENT)

    order, payment = shop.screen(ListRemotes()).lines
    assert (order.who, order.what, order.amount_won, order.is_paid) == (
        "배달모아",
        ("단팥빵 x 3", "우유 x 2"),
        15_500,
        True,
    )
    assert (payment.is_order, payment.amount_won, payment.what) == (False, 250_000, ("12월 수강료",))
    assert shop.till.remotes_waiting == 2


def test_an_accepted_order_is_a_sale_once_with_a_slip(shop: Shop, post: Post) -> None:
    post.tell(ORDER)

    assert shop.screen(AnswerRemote(subject=ORDER.order_id, is_accepted=True)) == Done()
    again = shop.screen(AnswerRemote(subject=ORDER.order_id, is_accepted=True))

    assert again == Refused(cause=Refusal.NOT_FOUND)
    (body,) = [body for body in shop.bodies if isinstance(body, RemoteAccepted)]
    assert (body.amount_won, body.receipt_number) == (15_500, "000001")
    sale = shop.core.journal.sales.last_sale()
    assert sale is not None
    assert (sale.total_won, sale.paid_won) == (15_500, 15_500)
    text = "\n".join(row.text for row in shop.devices(NextPrintJob()).rows)
    assert "배달모아" in text
    assert "단팥빵 x 3" in text
    report = shop.control(ReadReport(name="x"))
    assert isinstance(report, ReportPage)
    assert [(line.labels[0], line.won) for line in report.figures if line.group == "tender"] == [
        ("confirmation", 15_500)
    ]
    assert sum(line.won for line in report.figures if line.group == "sales") == 15_500
    shop.restart()
    assert shop.till.remotes_waiting == 0
    assert shop.core.journal.verify().problems == ()


def test_an_order_told_twice_and_its_payment_are_one_sale(shop: Shop, post: Post) -> None:
    assert ORDER.payment_id is not None
    post.tell(ORDER, replace(REMOTE_PAYMENT, payment_id=ORDER.payment_id, amount_won=15_500))
    assert shop.till.remotes_waiting == 1

    shop.screen(AnswerRemote(subject=ORDER.order_id, is_accepted=True))

    assert shop.till.remotes_waiting == 0


def test_an_order_that_is_not_paid_makes_no_sale(shop: Shop, post: Post) -> None:
    post.tell(replace(ORDER, payment_id=None))

    shop.screen(AnswerRemote(subject=ORDER.order_id, is_accepted=True))

    assert [body.answer.value for body in shop.bodies if isinstance(body, RemoteAnswered)] == ["accepted"]
    assert shop.core.journal.sales.last_sale() is None


def test_a_refusal_has_a_cause_and_moves_no_money(shop: Shop, post: Post) -> None:
    post.tell(REMOTE_PAYMENT)

    shop.screen(AnswerRemote(subject=REMOTE_PAYMENT.payment_id, is_accepted=False, cause="sold_out"))

    assert [body.reason for body in shop.bodies if isinstance(body, RemoteAnswered)] == ["sold_out"]
    assert (shop.till.remotes_waiting, shop.core.journal.sales.last_sale()) == (0, None)


def test_an_accepted_payment_goes_back_like_any_voucher(shop: Shop, post: Post) -> None:
    post.tell(REMOTE_PAYMENT)
    shop.screen(AnswerRemote(subject=REMOTE_PAYMENT.payment_id, is_accepted=True))

    made = shop.screen(MakeRefund(receipt_number="", amount_won=0, cause="changed_mind"))

    assert isinstance(made, RefundMade)
    assert made.plan.voucher_won == 250_000
