"""Taking sales back at the counter: the last one, one whose receipt is shown, a part; and what lies on paper then."""

from collections.abc import Callable

import pytest

from pos.link.calls import (
    Done,
    EndPrintJob,
    EnterAmount,
    ListCashReceipts,
    ListDrawer,
    MakeRefund,
    NextPrintJob,
    PayOther,
    PreviewRefund,
    ReadReport,
    ReceiptPage,
    RefundMade,
    RefundPlan,
    Refused,
    ReportPage,
    ReprintReceipt,
    RequestCashReceipt,
    ShowReceipt,
    TakeNotes,
)
from pos.till.reasons import Refusal
from pos.voucher.bodies import DrawerOpened, RefundKind, RefundRequested
from pos.voucher.qr import decode_text
from pos.voucher.signed import decode_receipt
from pos.voucher.terminal_claims import ReceiptKind
from tests.support.core_builders import DAY_S, Shop

CAUSE = "changed_mind"


def sell_mixed(shop: Shop) -> None:
    """12,000 won: 8,000 by voucher, 4,000 in cash."""
    shop.type_amount(12_000)
    shop.see(shop.code(8_000))
    shop.choose(1)
    shop.screen(PayOther(kind="cash", amount_won=4_000))


def code_on(shop: Shop, number: str) -> str:
    page = shop.control(ShowReceipt(receipt_number=number))
    assert isinstance(page, ReceiptPage)
    return next(row.text for row in page.rows if row.kind == "qr")


def refunded(shop: Shop) -> list[RefundRequested]:
    return [body for body in shop.bodies if isinstance(body, RefundRequested)]


def test_the_last_sale_is_taken_back_whole_without_its_receipt(shop: Shop) -> None:
    sell_mixed(shop)

    plan = shop.screen(PreviewRefund())
    assert isinstance(plan, RefundPlan)
    assert (plan.amount_won, plan.voucher_won, plan.cash_won, plan.is_void) == (12_000, 8_000, 4_000, True)
    assert plan.stage == "not_sent"
    drawers = shop.core.devices_state().drawer_serial
    made = shop.screen(MakeRefund(receipt_number="", amount_won=0, cause=CAUSE))

    assert isinstance(made, RefundMade)
    assert made.receipt_number == "000002"
    assert [(body.amount_won, body.kind, body.payment_entry is None) for body in refunded(shop)] == [
        (4_000, RefundKind.VOID, True),
        (8_000, RefundKind.VOID, False),
    ]
    assert shop.core.devices_state().drawer_serial == drawers + 1
    assert not any(isinstance(body, DrawerOpened) for body in shop.bodies)
    assert shop.till.printer.unprinted == 2


def test_looking_records_nothing_and_taking_back_twice_gives_back_once(shop: Shop) -> None:
    shop.pay(shop.code(5_000), 5_000)
    before = len(shop.kinds)

    shop.screen(PreviewRefund())
    assert len(shop.kinds) == before
    shop.screen(MakeRefund(receipt_number="", amount_won=0, cause=CAUSE))
    again = shop.screen(MakeRefund(receipt_number="", amount_won=0, cause=CAUSE))

    assert again == Refused(cause=Refusal.ALREADY_REFUNDED)
    assert sum(body.amount_won for body in refunded(shop)) == 5_000


def test_parts_go_back_until_nothing_is_left(shop: Shop) -> None:
    number = shop.pay(shop.code(11_000), 11_000).receipt_number
    assert number is not None

    for amount_won in (3_000, 7_000):
        made = shop.control(MakeRefund(receipt_number=number, amount_won=amount_won, cause=CAUSE))
        assert isinstance(made, RefundMade)
        assert not made.plan.is_void
    too_much = shop.control(MakeRefund(receipt_number=number, amount_won=1_001, cause=CAUSE))
    shop.restart()
    rest = shop.control(PreviewRefund(receipt_number=number))

    assert too_much == Refused(cause=Refusal.REFUND_OVER)
    assert isinstance(rest, RefundPlan)
    assert (rest.total_won, rest.left_won, rest.amount_won) == (11_000, 1_000, 1_000)


def test_the_paper_of_a_refund_says_so_and_its_code_proves_it(shop: Shop) -> None:
    number = shop.pay(shop.code(11_000), 11_000).receipt_number or ""
    shop.control(MakeRefund(receipt_number=number, amount_won=3_000, cause=CAUSE))

    page = shop.control(ShowReceipt(receipt_number="000002"))
    assert isinstance(page, ReceiptPage)
    text = "\n".join(page.lines)
    code = decode_receipt(decode_text(code_on(shop, "000002")).data).claims

    assert "-3,000" in text
    assert "000001" in text
    assert "현금으로 드리지 않습니다" in text
    assert (code.kind, code.amount_won, code.receipt_number) == (ReceiptKind.REFUND, 3_000, "000002")
    assert code.payment is None


def test_a_refunds_paper_is_printed_and_copied_like_any_other(shop: Shop) -> None:
    shop.pay(shop.code(11_000), 11_000)
    shop.control(MakeRefund(receipt_number="", amount_won=0, cause=CAUSE))
    for expected in ("000001", "000002"):
        job = shop.devices(NextPrintJob())
        assert job.receipt_number == expected
        shop.devices(EndPrintJob(job=job.job, outcome="printed"))

    shop.control(ReprintReceipt(receipt_number="000002"))
    copy = shop.devices(NextPrintJob())

    assert any("재발행" in row.text for row in copy.rows)


def test_a_receipt_that_is_shown_again_opens_its_sale(shop: Shop) -> None:
    shop.pay(shop.code(7_000), 7_000)
    code = code_on(shop, "000001")
    before = len(shop.kinds)

    seen = shop.see(code).receipt_seen
    again = shop.see(code).receipt_seen

    assert seen is not None
    assert (seen.receipt_number, seen.cause, seen.code) == ("000001", "", code)
    assert again == seen
    assert len(shop.kinds) == before
    made = shop.screen(MakeRefund(receipt_number="000001", amount_won=0, cause=CAUSE, code=code))
    assert isinstance(made, RefundMade)


def test_a_code_of_another_receipt_does_not_speak_for_this_one(shop: Shop) -> None:
    shop.pay(shop.code(7_000), 7_000)
    shop.pay(shop.code(9_000), 9_000)
    other = code_on(shop, "000001")

    refused = shop.screen(MakeRefund(receipt_number="000002", amount_won=0, cause=CAUSE, code=other))

    assert refused == Refused(cause=Refusal.NOT_A_RECEIPT)
    assert refunded(shop) == []


@pytest.mark.parametrize("spoiled", ["CKS1:", "CKS1:AAAA", "CKS1:" + "0" * 300])
def test_what_is_no_receipt_is_said_to_be_none(shop: Shop, spoiled: str) -> None:
    seen = shop.see(spoiled).receipt_seen

    assert seen is not None
    assert (seen.receipt_number, seen.cause) == ("", Refusal.NOT_A_RECEIPT)


def test_a_receipt_of_a_refund_is_not_taken_back_once_more(shop: Shop) -> None:
    shop.pay(shop.code(7_000), 7_000)
    shop.control(MakeRefund(receipt_number="", amount_won=0, cause=CAUSE))

    seen = shop.see(code_on(shop, "000002")).receipt_seen

    assert seen is not None
    assert seen.cause == Refusal.NOT_A_RECEIPT
    assert shop.control(PreviewRefund(receipt_number="000002")) == Refused(cause=Refusal.NOT_FOUND)


def test_in_a_sale_the_camera_is_for_paying(shop: Shop) -> None:
    shop.pay(shop.code(7_000), 7_000)
    code = code_on(shop, "000001")
    shop.type_amount(5_000)

    till = shop.see(code)

    assert till.receipt_seen is None
    assert till.verdict is not None
    assert till.verdict.reason == "not_a_payment"


def test_after_the_issuers_time_the_receipt_is_wanted(shop: Shop) -> None:
    shop.pay(shop.code(7_000), 7_000)
    shop.clock.pass_s(DAY_S + 1)

    assert shop.screen(PreviewRefund()) == Refused(cause=Refusal.CANCEL_TOO_LATE)
    assert isinstance(shop.screen(PreviewRefund(receipt_number="000001")), RefundPlan)


def test_a_later_day_makes_a_refund_of_what_would_have_been_a_void(shop: Shop) -> None:
    shop.pay(shop.code(7_000), 7_000)
    shop.clock.pass_s(2 * DAY_S)

    made = shop.control(MakeRefund(receipt_number="000001", amount_won=0, cause=CAUSE))

    assert isinstance(made, RefundMade)
    assert [body.kind for body in refunded(shop)] == [RefundKind.REFUND]


def test_an_open_sale_is_cancelled_where_it_is_open(shop: Shop) -> None:
    shop.screen(EnterAmount(amount_won=9_000))
    shop.screen(PayOther(kind="cash", amount_won=4_000))

    assert shop.control(PreviewRefund(receipt_number="000001")) == Refused(cause=Refusal.SALE_STILL_OPEN)


def test_there_is_nothing_to_take_back_in_an_empty_till(shop: Shop) -> None:
    assert shop.screen(PreviewRefund()) == Refused(cause=Refusal.NOT_FOUND)
    assert shop.screen(PreviewRefund(receipt_number="000099")) == Refused(cause=Refusal.NOT_FOUND)


def test_a_shop_that_never_prints_holds_the_refunds_paper(open_with: Callable[..., Shop]) -> None:
    shop = open_with(printing='"never"')
    shop.pay(shop.code(7_000), 7_000)
    shop.control(MakeRefund(receipt_number="", amount_won=0, cause=CAUSE))

    assert shop.till.printer.unprinted == 0


def sell_for_notes(shop: Shop, due_won: int) -> None:
    """Three notes of 10,000 won, with change."""
    shop.type_amount(due_won)
    notes = TakeNotes(issuer="41390", program="paper", denomination_won=10_000, count=3, agreed=("check",))
    assert shop.screen(notes) == Done()


def test_notes_go_back_whole_and_their_change_comes_back_into_the_drawer(shop: Shop) -> None:
    sell_for_notes(shop, 27_000)
    report = shop.control(ReadReport(name="x"))
    assert isinstance(report, ReportPage)
    before_won = report.expected_won

    made = shop.screen(MakeRefund(receipt_number="", amount_won=0, cause="changed_mind"))

    assert isinstance(made, RefundMade)
    assert (made.plan.note_won, made.plan.cash_won, made.plan.change_won) == (30_000, 0, 3_000)
    page = shop.screen(ShowReceipt(receipt_number=made.receipt_number))
    assert isinstance(page, ReceiptPage)
    assert any("2 7 , 0 0 0" in line for line in page.lines), "the sale is what goes back"
    report = shop.control(ReadReport(name="x"))
    assert isinstance(report, ReportPage)
    assert report.expected_won == before_won + 3_000
    assert shop.screen(ListDrawer()).lines == (), "no note of it goes to the bank"
    assert shop.core.journal.verify().problems == ()


def test_a_cash_receipt_for_notes_is_over_what_was_sold(shop: Shop) -> None:
    sell_for_notes(shop, 27_000)
    assert shop.screen(RequestCashReceipt(purpose="deduction", digits="01012345678")) == Done()
    (asked,) = shop.screen(ListCashReceipts()).lines
    assert asked.amount_won == 27_000

    made = shop.screen(MakeRefund(receipt_number="", amount_won=0, cause="changed_mind"))

    assert isinstance(made, RefundMade)
    assert made.plan.cash_receipt_won == 27_000
