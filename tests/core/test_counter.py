"""What a cashier sees and may do: amounts, codes, verdicts, questions, other tenders, requests."""

from collections.abc import Callable

import pytest

from pos.link.calls import (
    AnswerQuestion,
    CancelSale,
    ClearVerdict,
    CloseRequest,
    Done,
    EnterAmount,
    OpenRequest,
    PayOther,
    Refused,
    ScanSeen,
)
from pos.link.state import Outcome, QuestionKind, SaleView
from pos.money import AMOUNT_MAX_WON
from pos.till.reasons import Reason, Refusal
from pos.voucher.bodies import (
    PaymentApproved,
    PaymentDeclined,
    PaymentReferred,
    RefundRequested,
    RequestClosed,
    RequestEnd,
    SaleCancelled,
    TenderRecorded,
)
from tests.support.core_builders import Shop

TAKE, LEAVE = 1, 2


def sale_of(shop: Shop) -> SaleView:
    sale = shop.till.sale
    assert sale is not None, "no sale is open"
    return sale


# An amount and a code


def test_an_exact_code_pays_without_a_key(shop: Shop) -> None:
    shop.type_amount(12_000)

    till = shop.see(shop.code(12_000))

    assert till.verdict is not None
    assert (till.verdict.outcome, till.verdict.amount_won) == (Outcome.APPROVED, 12_000)
    assert till.verdict.receipt_number == "000001"
    assert (till.sale, till.question) == (None, None)
    assert shop.kinds == ["payment.approved"]


@pytest.mark.parametrize(
    ("amount_won", "refusal"),
    [
        (0, Refusal.AMOUNT_ZERO),
        (-1, Refusal.AMOUNT_ZERO),
        (AMOUNT_MAX_WON + 1, Refusal.AMOUNT_TOO_LARGE),
    ],
)
def test_an_impossible_amount_begins_no_sale_and_records_nothing(shop: Shop, amount_won: int, refusal: Refusal) -> None:
    assert shop.screen(EnterAmount(amount_won=amount_won)) == Refused(cause=refusal)

    assert (shop.till.sale, shop.kinds) == (None, [])


def test_the_largest_amount_begins_a_sale(shop: Shop) -> None:
    shop.type_amount(AMOUNT_MAX_WON)

    assert sale_of(shop).due_won == AMOUNT_MAX_WON


def test_the_amount_may_be_corrected_while_nothing_is_paid(shop: Shop) -> None:
    shop.type_amount(12_000)
    shop.type_amount(13_000)
    shop.see(shop.code(13_000))

    assert shop.verdict.outcome is Outcome.APPROVED


def test_the_amount_cannot_be_changed_behind_a_payment(shop: Shop) -> None:
    shop.type_amount(12_000)
    shop.see(shop.code(5_000))
    shop.choose(TAKE)

    assert shop.screen(EnterAmount(amount_won=5_000)) == Refused(cause=Refusal.SALE_HAS_TENDERS)
    assert sale_of(shop).remaining_won == 7_000


def test_the_verdict_stays_until_the_next_thing_that_the_cashier_does(shop: Shop) -> None:
    shop.type_amount(12_000)
    shop.see(shop.code(12_000))
    assert shop.till.verdict is not None

    shop.type_amount(3_000)

    assert shop.till.verdict is None
    assert sale_of(shop).due_won == 3_000


def test_a_code_for_too_much_is_declined_with_the_difference_and_may_be_shown_again(shop: Shop) -> None:
    shop.type_amount(12_000)
    text = shop.code(13_000)
    shop.see(text)

    assert (shop.verdict.reason, shop.verdict.difference_won) == (Reason.AMOUNT_OVER, 1_000)
    assert shop.verdict.may_show_again
    shop.type_amount(13_000)
    shop.see(text)
    assert shop.verdict.outcome is Outcome.APPROVED


# Part payment


def test_a_part_payment_is_asked_about_and_taken(shop: Shop) -> None:
    shop.type_amount(12_000)
    till = shop.see(shop.code(11_000))

    assert till.question is not None
    assert (till.question.kind, till.question.amount_won) == (QuestionKind.PART_PAYMENT, 11_000)
    assert till.question.difference_won == 1_000
    assert not shop.core.devices_state().armed

    assert shop.choose(TAKE) == Done()

    assert shop.verdict.outcome is Outcome.APPROVED
    assert shop.verdict.remaining_won == sale_of(shop).remaining_won == 1_000
    assert shop.core.devices_state().armed
    assert shop.kinds == ["payment.referred", "payment.approved"]


def test_a_part_payment_that_is_left_is_recorded_as_declined_with_its_bytes(shop: Shop) -> None:
    shop.type_amount(12_000)
    shop.see(shop.code(11_000))

    shop.choose(LEAVE)

    referred, declined = shop.bodies[1:]
    assert isinstance(referred, PaymentReferred)
    assert isinstance(declined, PaymentDeclined)
    assert referred.object_bytes == declined.object_bytes is not None
    assert (shop.till.verdict, sale_of(shop).paid_won) == (None, 0)


def test_two_codes_and_cash_pay_one_sale_on_one_receipt(shop: Shop) -> None:
    shop.type_amount(30_000)
    for amount_won in (10_000, 15_000):
        shop.see(shop.code(amount_won))
        shop.choose(TAKE)
    assert shop.screen(PayOther(kind="cash", amount_won=5_000)) == Done()

    paid = [body for body in shop.bodies if isinstance(body, PaymentApproved | TenderRecorded)]
    assert [body.receipt_number for body in paid] == ["000001"] * 3
    assert {body.sale_id for body in paid} == {paid[0].sale_id}
    assert [body.tax is not None for body in paid] == [False, False, True]
    assert (shop.till.sale, shop.till.printer.unprinted) == (None, 1)


def test_the_next_digit_leaves_a_question(shop: Shop) -> None:
    shop.type_amount(12_000)
    shop.see(shop.code(11_000))

    shop.type_amount(11_000)

    assert shop.till.question is None
    assert shop.kinds == ["payment.referred", "payment.declined"]


def test_another_code_is_not_looked_at_while_a_question_is_asked(shop: Shop) -> None:
    shop.type_amount(12_000)
    shop.see(shop.code(11_000))
    shop.see(shop.code(12_000))

    assert shop.kinds == ["payment.referred"]


@pytest.mark.parametrize("choice", [0, 3])
def test_a_choice_that_was_not_offered_changes_nothing(shop: Shop, choice: int) -> None:
    shop.type_amount(12_000)
    shop.see(shop.code(11_000))

    assert shop.choose(choice) == Refused(cause=Refusal.QUESTION_GONE)
    assert shop.till.question is not None


def test_the_answer_to_an_older_question_is_refused(shop: Shop) -> None:
    shop.type_amount(12_000)
    shop.see(shop.code(11_000))
    question = shop.till.question
    assert question is not None
    shop.choose(LEAVE)
    shop.see(shop.code(10_000))

    assert shop.screen(AnswerQuestion(serial=question.serial, choice=TAKE)) == Refused(cause=Refusal.QUESTION_GONE)


# No amount typed


def test_a_code_without_an_amount_is_taken_with_one_key(shop: Shop) -> None:
    till = shop.see(shop.code(8_500))
    assert till.question is not None
    assert (till.question.kind, till.question.amount_won) == (QuestionKind.CODE_AMOUNT, 8_500)

    shop.choose(TAKE)

    assert (shop.verdict.outcome, shop.verdict.amount_won) == (Outcome.APPROVED, 8_500)
    assert shop.till.sale is None
    referred, approved = shop.bodies[1:]
    assert isinstance(referred, PaymentReferred)
    assert isinstance(approved, PaymentApproved)
    assert approved.total_won == 8_500
    assert referred.sale_id == approved.sale_id


def test_a_code_without_an_amount_that_is_left_sells_nothing(shop: Shop) -> None:
    shop.see(shop.code(8_500))

    shop.choose(LEAVE)

    assert shop.kinds == ["payment.referred", "payment.declined"]
    assert shop.till.sale is None


def test_a_bad_code_without_an_amount_is_declined_at_once(shop: Shop) -> None:
    shop.see("https://shop.example/")

    assert (shop.verdict.reason, shop.till.question) == (Reason.NOT_OUR_CODE, None)


# The same code again


def test_the_code_just_approved_is_shown_quietly_and_recorded_nowhere(shop: Shop) -> None:
    shop.type_amount(12_000)
    text = shop.code(12_000)
    shop.see(text)
    first = shop.verdict
    shop.see(text)

    again = shop.verdict
    assert again.is_quiet
    assert again.serial > first.serial
    assert (again.amount_won, again.receipt_number) == (12_000, "000001")
    assert shop.core.devices_state().verdict == "", "no sound for information"
    assert shop.kinds == ["payment.approved"]


def test_the_phone_still_held_up_when_the_next_amount_is_typed_is_no_alarm(shop: Shop) -> None:
    shop.type_amount(12_000)
    text = shop.code(12_000)
    shop.see(text)
    shop.type_amount(12_000)
    shop.see(text)

    assert shop.verdict.is_quiet
    assert sale_of(shop).paid_won == 0
    assert shop.kinds == ["payment.approved"]


def test_the_first_of_two_codes_seen_again_is_told_with_its_own_amount(shop: Shop) -> None:
    shop.type_amount(12_000)
    first, second = shop.code(7_000), shop.code(5_000)
    shop.see(first)
    shop.choose(TAKE)
    shop.see(second)
    shop.see(first)

    assert (shop.verdict.is_quiet, shop.verdict.amount_won) == (True, 7_000)


@pytest.mark.parametrize("other_tender", [False, True])
def test_a_code_of_an_earlier_sale_is_an_alarm(shop: Shop, other_tender: bool) -> None:
    text = shop.code(12_000)
    shop.type_amount(12_000)
    shop.see(text)
    shop.type_amount(4_000)
    if other_tender:
        shop.screen(PayOther(kind="cash", amount_won=4_000))
    else:
        shop.see(shop.code(4_000))
    shop.type_amount(12_000)
    shop.see(text)

    assert not shop.verdict.is_quiet
    assert (shop.verdict.reason, shop.verdict.earlier_receipt_number) == (Reason.ALREADY_USED, "000001")
    assert shop.verdict.earlier_amount_won == 12_000
    assert not shop.verdict.may_show_again
    assert shop.kinds[-1] == "payment.declined"


def test_another_payment_of_the_same_sequence_is_an_alarm_at_once(shop: Shop) -> None:
    hand = shop.hand()
    shop.type_amount(12_000)
    shop.see(shop.code(12_000, hand))
    shop.type_amount(12_000)
    shop.see(shop.code(12_000, hand, issued_s=shop.clock.wall - 1))

    assert (shop.verdict.reason, shop.verdict.is_quiet) == (Reason.DOUBLE_SPEND, False)


def test_a_refused_code_held_up_is_recorded_once(shop: Shop) -> None:
    shop.type_amount(12_000)
    text = shop.code(13_000)
    serial = [shop.see(text).verdict for _ in range(3)]

    assert serial[0] == serial[1] == serial[2]
    assert shop.kinds == ["payment.declined"]


def test_a_refused_code_shown_again_after_the_verdict_is_gone_is_judged_again(shop: Shop) -> None:
    shop.type_amount(12_000)
    text = shop.code(13_000)
    shop.see(text)
    shop.screen(ClearVerdict())
    shop.see(text)

    assert shop.kinds == ["payment.declined"] * 2


def test_an_overlong_code_is_refused_whatever_stands_on_the_screen(shop: Shop) -> None:
    """The scanner passes on the length of a code that is too long, and none of its text."""
    shop.type_amount(12_000)
    shop.see(shop.code(12_000))
    shop.see("", length=2_000)

    assert shop.verdict.reason == Reason.TOO_LONG
    shop.see("", length=2_001)
    assert shop.kinds == ["payment.approved", "payment.declined", "payment.declined"]


def test_a_cut_text_is_refused_even_if_what_is_left_could_be_read(shop: Shop) -> None:
    shop.type_amount(12_000)
    text = shop.code(12_000)
    shop.see(text, length=len(text) + 1)

    assert shop.verdict.reason == Reason.TOO_LONG


# Other tenders and cancelling


def test_cash_alone_pays_a_sale(shop: Shop) -> None:
    shop.type_amount(4_000)

    assert shop.screen(PayOther(kind="cash", amount_won=4_000)) == Done()

    assert (shop.till.sale, shop.kinds) == (None, ["tender.recorded"])
    last = shop.till.last_sale
    assert last is not None
    assert (last.amount_won, last.receipt_number, last.program_name) == (4_000, "000001", "")


@pytest.mark.parametrize(
    ("kind", "amount_won", "refusal"),
    [
        ("cash", 104_000, Refusal.TENDER_OVER),
        ("other", 4_001, Refusal.TENDER_OVER),
        ("cash", 0, Refusal.AMOUNT_ZERO),
        ("cash", -5, Refusal.AMOUNT_ZERO),
        ("gold", 4_000, Refusal.NOT_ACCEPTABLE),
    ],
)
def test_a_tender_that_cannot_be_is_refused_and_records_nothing(
    shop: Shop, kind: str, amount_won: int, refusal: Refusal
) -> None:
    shop.type_amount(4_000)

    assert shop.screen(PayOther(kind=kind, amount_won=amount_won)) == Refused(cause=refusal)
    assert shop.kinds == []


def test_without_a_sale_nothing_can_be_tendered_asked_or_cancelled(shop: Shop) -> None:
    for call in (PayOther(kind="cash", amount_won=1), OpenRequest(), CancelSale()):
        assert shop.screen(call) == Refused(cause=Refusal.NO_SALE)
    assert shop.screen(CloseRequest()) == Refused(cause=Refusal.REQUEST_GONE)


def test_a_voucher_in_a_sale_that_is_given_up_is_a_claim_on_the_ledger_and_never_cash(shop: Shop) -> None:
    shop.type_amount(12_000)
    shop.see(shop.code(11_000))
    shop.choose(TAKE)

    assert shop.screen(CancelSale()) == Done()

    approved, cancelled, refund = shop.bodies[-3:]
    assert isinstance(approved, PaymentApproved)
    assert isinstance(cancelled, SaleCancelled)
    assert isinstance(refund, RefundRequested)
    assert approved.sale_id == cancelled.sale_id == refund.sale_id
    assert (refund.amount_won, refund.payment_entry) == (11_000, shop.entries[-3].hash)
    assert (refund.sale_receipt, refund.receipt_number) == ("000001", "000002")
    assert (shop.till.sale, shop.till.verdict) == (None, None)
    assert shop.core.paper.drawer_serial == 0
    assert shop.till.printer.unprinted == 2, "one for what was taken, one for what goes back"


def test_cancelling_before_anything_is_paid_records_nothing(shop: Shop) -> None:
    shop.type_amount(12_000)

    assert shop.screen(CancelSale()) == Done()
    assert (shop.till.sale, shop.kinds) == (None, [])


def test_cancelling_an_open_question_declines_its_code(shop: Shop) -> None:
    shop.see(shop.code(11_000))

    shop.screen(CancelSale())

    assert shop.till.question is None
    assert shop.kinds == ["payment.referred", "payment.declined"]


# Payment requests


def test_the_answer_to_a_request_pays_its_sale(shop: Shop) -> None:
    shop.type_amount(60_000)
    request = shop.ask_phone()
    assert sale_of(shop).request is not None
    shop.see(shop.answer_to(request))

    assert shop.verdict.outcome is Outcome.APPROVED
    assert shop.till.sale is None
    assert shop.kinds == ["request.opened", "payment.approved"]
    assert shop.core.journal.requests.open_requests() == ()


def test_a_request_over_another_amount_than_answered_stays_open(shop: Shop) -> None:
    shop.type_amount(60_000)
    request = shop.ask_phone()
    shop.see(shop.answer_to(request, amount_won=59_000))

    assert (shop.verdict.reason, shop.verdict.difference_won) == (Reason.REQUEST_AMOUNT, 1_000)
    shop.see(shop.answer_to(request))
    assert shop.verdict.outcome is Outcome.APPROVED


def test_a_closed_request_is_not_answered(shop: Shop) -> None:
    shop.type_amount(60_000)
    text = shop.answer_to(shop.ask_phone())

    assert shop.screen(CloseRequest()) == Done()

    assert sale_of(shop).request is None
    shop.see(text)
    assert shop.verdict.reason == Reason.REQUEST_CLOSED


def test_a_second_request_closes_the_first(shop: Shop) -> None:
    shop.type_amount(60_000)
    first = shop.ask_phone()
    second = shop.ask_phone()

    assert [request.nonce for request in shop.core.journal.requests.open_requests()] == [second.nonce]
    shop.see(shop.answer_to(first))
    assert shop.verdict.reason == Reason.REQUEST_CLOSED


def test_a_request_expires_by_itself(shop: Shop) -> None:
    shop.type_amount(60_000)
    request = shop.ask_phone()
    shop.clock.pass_s(request.expires_s - shop.clock.wall + 10)
    shop.core.tick()

    closed = shop.bodies[-1]
    assert isinstance(closed, RequestClosed)
    assert (closed.nonce, closed.reason) == (request.nonce, RequestEnd.EXPIRED)
    assert sale_of(shop).request is None


def test_a_request_that_is_over_is_not_answered_even_before_it_is_closed(shop: Shop) -> None:
    shop.type_amount(60_000)
    request = shop.ask_phone()
    text = shop.answer_to(request)
    shop.clock.pass_s(request.expires_s - shop.clock.wall + 10)
    shop.see(text)

    assert shop.verdict.reason == Reason.REQUEST_CLOSED


@pytest.mark.parametrize("is_disciplined", [True, False])
def test_a_request_ends_by_its_age_whatever_the_wall_clock_says(shop: Shop, is_disciplined: bool) -> None:
    """A clock set back, or one that nobody disciplines, keeps no request open."""
    shop.clock.is_disciplined = is_disciplined
    shop.type_amount(60_000)
    shop.ask_phone()
    shop.clock.pass_s(301)
    shop.clock.wall -= 100_000
    shop.core.tick()

    assert shop.kinds == ["request.opened", "request.closed"]


@pytest.mark.parametrize("amount_won", [1_000, 60_000])
def test_cash_beside_an_open_request_closes_it(shop: Shop, amount_won: int) -> None:
    shop.type_amount(60_000)
    text = shop.answer_to(shop.ask_phone())
    shop.screen(PayOther(kind="cash", amount_won=amount_won))

    assert shop.till.sale is None or shop.till.sale.request is None
    assert shop.core.journal.requests.open_requests() == ()
    shop.see(text)
    assert shop.verdict.reason == Reason.REQUEST_CLOSED


@pytest.mark.parametrize("amount_won", [10_000, 40_000])
def test_another_code_beside_an_open_request_closes_it(shop: Shop, amount_won: int) -> None:
    """The request asked for an amount that is no longer due."""
    shop.type_amount(40_000)
    shop.ask_phone()
    shop.see(shop.code(amount_won))
    if shop.till.question is not None:
        shop.choose(TAKE)

    assert shop.verdict.outcome is Outcome.APPROVED
    assert shop.till.sale is None or shop.till.sale.request is None
    assert shop.core.journal.requests.open_requests() == ()


def test_cancelling_closes_the_request(shop: Shop) -> None:
    shop.type_amount(60_000)
    shop.ask_phone()
    shop.screen(CancelSale())

    assert shop.kinds == ["request.opened", "request.closed"]


# Armed or not


def test_the_camera_is_armed_whenever_a_code_could_be_taken(shop: Shop) -> None:
    def armed() -> bool:
        return shop.core.devices_state().armed

    assert armed(), "a code may come before the amount"
    shop.type_amount(12_000)
    assert armed()
    shop.see(shop.code(11_000))
    assert not armed()
    shop.choose(TAKE)
    assert armed()


# After a power cut


def test_an_open_sale_comes_back_with_what_is_paid(shop: Shop) -> None:
    shop.type_amount(12_000)
    shop.see(shop.code(7_000))
    shop.choose(TAKE)
    shop.screen(PayOther(kind="cash", amount_won=1_000))
    before = sale_of(shop)

    shop.restart()

    assert sale_of(shop) == before
    assert shop.till.question is not None
    assert shop.till.question.kind is QuestionKind.OPEN_SALE
    shop.see(shop.code(4_000))
    assert sale_of(shop) == before, "nothing is taken before the question is answered"
    shop.choose(TAKE)
    shop.see(shop.code(4_000))
    assert shop.verdict.outcome is Outcome.APPROVED
    assert shop.till.sale is None
    assert shop.verdict.receipt_number == "000001"


def test_an_amount_without_a_payment_is_forgotten(shop: Shop) -> None:
    shop.type_amount(12_000)

    shop.restart()

    assert shop.till.sale is None


def test_a_finished_sale_does_not_come_back(shop: Shop) -> None:
    shop.type_amount(12_000)
    text = shop.code(12_000)
    shop.see(text)
    shop.restart()

    assert shop.till.sale is None
    shop.type_amount(12_000)
    shop.see(text)
    assert shop.verdict.reason == Reason.ALREADY_USED


def test_an_open_request_survives_and_can_still_be_answered(shop: Shop) -> None:
    shop.type_amount(60_000)
    text = shop.answer_to(shop.ask_phone())
    shop.restart()
    shop.type_amount(60_000)
    shop.see(text)

    assert shop.verdict.outcome is Outcome.APPROVED


def test_a_scan_is_never_a_fault_whatever_it_holds(open_with: Callable[..., Shop]) -> None:
    shop = open_with()
    for text in ("", "\x00", "\ud800", "시루" * 300, "CKP1:", "CKP1:A", "CKV1:" + "0" * 30, "ckp1:00", "CKZ9:AB"):
        assert shop.devices(ScanSeen(text=text, length=len(text))) == Done()
        shop.screen(ClearVerdict())

    assert set(shop.kinds) == {"payment.declined"}
    assert len(shop.kinds) == 9
