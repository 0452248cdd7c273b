"""What keys mean, told as stories without a screen."""

from typing import cast

import msgspec
import pytest

from pos.link.calls import AnswerQuestion, CancelSale, ClearVerdict, EnterAmount, ScanAgain
from pos.link.state import (
    Outcome,
    QuestionKind,
    QuestionView,
    SaleView,
    ScannerState,
    ScannerView,
    SellingStop,
    TenderView,
    VerdictView,
)
from pos.till.reasons import Reason
from pos.tui.desk import REACTION_S, Desk, Stage
from pos.tui.intents import Intent, LeaveSale, Nothing, OpenMenu, OpenRequest, Say, Send, TakeTender
from pos.tui.pad import PadKey
from pos.words import Notice
from tests.support.till_simulator import quiet_till

TENDER = TenderView(kind="voucher", amount_won=8_000, program_name="시루")
KEYS = {"-": PadKey.BACK, "*": PadKey.MENU, "/": PadKey.NOTES, "+": PadKey.TENDER, ".": PadKey.DOUBLE_ZERO}


class Hand:
    """A cashier's hand: unhurried unless told to be quick."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.now_s = 0.0
        self.serial = 0
        self.state()

    def state(self, **changes: object) -> VerdictView | None:
        """Core tells a state."""
        till = self.desk.till or quiet_till()
        return self.desk.take_state(msgspec.structs.replace(till, **changes), now_s=self.now_s)

    def verdict(self, outcome: Outcome, reason: str = "", **changes: object) -> VerdictView | None:
        self.serial += 1
        view = VerdictView(serial=self.serial, outcome=outcome, reason=reason, amount_won=12_000)
        return self.state(verdict=view, **changes)

    def question(self, kind: QuestionKind, **changes: object) -> None:
        self.serial += 1
        self.state(question=QuestionView(serial=self.serial, kind=kind, amount_won=12_000), **changes)

    def press(self, keys: str, *, is_quick: bool = False) -> Intent:
        """Keys one after the other; the last one's intent. "E" is Enter."""
        intent: Intent = Nothing()
        for character in keys:
            self.now_s += 0.01 if is_quick else REACTION_S
            key = PadKey.ENTER if character == "E" else KEYS.get(character) or PadKey(character)
            intent = self.desk.press(key, now_s=self.now_s)
        return intent


@pytest.fixture
def hand() -> Hand:
    return Hand()


def test_an_amount_is_typed_and_sent_with_one_enter(hand: Hand) -> None:
    assert hand.press("12.0") == Nothing()
    assert hand.desk.stage is Stage.AMOUNT

    assert hand.press("E") == Send((EnterAmount(amount_won=12_000),))
    assert (hand.desk.typed, hand.desk.sent) == ("", "12000")


UNREAD = ScannerView(state=ScannerState.LOCATED, unread_s=8)
IN_SIGHT = ScannerView(state=ScannerState.LOCATED, unread_s=0)


def test_a_code_that_is_not_read_for_eight_seconds_offers_three_ways_on(hand: Hand) -> None:
    sale = SaleView(due_won=12_000, paid_won=0)
    hand.state(sale=sale, scanner=IN_SIGHT)
    assert hand.desk.stage is Stage.READING

    for keys, intent in (
        ("1", Send((ScanAgain(),))),
        ("2", OpenRequest()),
        ("3", TakeTender(amount_won=12_000, begins_sale=False, is_note=False)),
    ):
        hand.state(scanner=UNREAD)
        assert hand.desk.stage is Stage.UNREAD
        assert hand.press(keys) == intent
        assert hand.desk.stage is Stage.READING, "it is offered once for a showing"
        hand.state(scanner=IN_SIGHT)


def test_the_offer_is_put_aside_with_back_and_the_sale_stays(hand: Hand) -> None:
    hand.state(sale=SaleView(due_won=12_000, paid_won=0), scanner=UNREAD)

    assert hand.press("-") == Nothing()

    assert hand.desk.stage is Stage.READING
    assert hand.press("-") == Send((CancelSale(),))


def test_a_digit_that_was_under_way_when_the_offer_came_up_is_the_amounts(hand: Hand) -> None:
    hand.state(sale=SaleView(due_won=12_000, paid_won=0), scanner=UNREAD)

    assert hand.press("1", is_quick=True) == Nothing()

    assert (hand.desk.stage, hand.desk.typed) == (Stage.AMOUNT, "1")


def test_digits_that_are_no_offer_correct_the_amount(hand: Hand) -> None:
    hand.state(sale=SaleView(due_won=12_000, paid_won=0), scanner=UNREAD)

    hand.press("45.0E")

    assert hand.desk.sent == "45000"


def test_nothing_is_offered_where_no_sale_is_open(hand: Hand) -> None:
    hand.state(scanner=UNREAD)

    assert hand.desk.stage is Stage.IDLE
    hand.press("1")
    assert hand.desk.typed == "1"


def test_a_refused_amount_stands_there_again(hand: Hand) -> None:
    hand.press("12.0E")

    hand.desk.amount_refused()

    assert hand.desk.typed == "12000"


def test_what_is_typed_while_core_answers_is_the_next_amount(hand: Hand) -> None:
    hand.press("12.0E7")

    hand.desk.amount_refused()

    assert hand.desk.typed == "7"


def test_zero_and_nothing_are_said_and_not_sent(hand: Hand) -> None:
    assert hand.press("E") == Say(Notice.AMOUNT_FIRST)
    assert hand.press("0E") == Say(Notice.AMOUNT_ZERO)
    assert hand.press("5E") == Send((EnterAmount(amount_won=5),))


def test_leading_zeros_are_not_part_of_an_amount(hand: Hand) -> None:
    hand.press("0.01")

    assert hand.desk.typed == "1"


def test_a_digit_that_makes_the_amount_too_large_is_refused_alone(hand: Hand) -> None:
    hand.press("10000000")

    assert hand.press("0") == Nothing()
    assert hand.press("0") == Say(Notice.AMOUNT_TOO_LARGE)
    assert hand.press(".") == Say(Notice.AMOUNT_TOO_LARGE)
    assert hand.desk.typed == "100000000"


def test_back_erases_one_digit_and_then_does_nothing(hand: Hand) -> None:
    hand.press("12-")
    assert hand.desk.typed == "1"

    assert hand.press("--") == Nothing()
    assert hand.desk.stage is Stage.IDLE


def test_the_verdict_stays_until_the_next_digit_which_is_kept(hand: Hand) -> None:
    hand.verdict(Outcome.APPROVED)
    assert hand.desk.stage is Stage.VERDICT

    hand.press("7")

    assert hand.desk.verdict is None
    assert hand.desk.typed == "7"


def test_a_verdict_that_arrives_among_digits_stays_beside_them(hand: Hand) -> None:
    hand.press("45")
    hand.verdict(Outcome.DECLINED, Reason.EXPIRED, sale=SaleView(due_won=12_000, paid_won=0))

    hand.press("00")
    assert hand.desk.verdict is not None
    assert hand.desk.typed == "4500"

    hand.press("E")
    assert hand.desk.verdict is None


def test_a_digit_already_under_way_does_not_sweep_the_verdict_off(hand: Hand) -> None:
    hand.verdict(Outcome.DECLINED, Reason.EXPIRED)

    hand.press("12", is_quick=True)

    assert hand.desk.verdict is not None
    assert hand.desk.typed == "12"


def test_a_dismissed_verdict_does_not_come_back_with_the_next_state(hand: Hand) -> None:
    hand.verdict(Outcome.APPROVED)
    hand.press("7")

    assert hand.state(attention_count=1) is None
    assert hand.desk.verdict is None


def test_enter_and_back_take_the_verdict_off(hand: Hand) -> None:
    for keys in ("E", "-"):
        hand.verdict(Outcome.APPROVED)
        assert hand.press(keys) == Send((ClearVerdict(),))
        assert hand.desk.verdict is None


def test_a_quick_enter_does_not_take_a_verdict_off_unread(hand: Hand) -> None:
    hand.verdict(Outcome.DECLINED, Reason.EXPIRED)

    assert hand.press("E", is_quick=True) == Nothing()
    assert hand.desk.verdict is not None


@pytest.mark.parametrize(
    ("kind", "choices"),
    [
        (QuestionKind.PART_PAYMENT, 2),
        (QuestionKind.CODE_AMOUNT, 2),
        (QuestionKind.PRINT_UNKNOWN, 3),
        (QuestionKind.PAPER_LOADED, 3),
        (QuestionKind.OPEN_SALE, 2),
        (QuestionKind.CUT_APPROVED, 3),
    ],
)
def test_a_question_is_answered_by_its_numbers_and_other_digits_are_kept(kind: QuestionKind, choices: int) -> None:
    for choice in range(1, choices + 1):
        hand = Hand()
        hand.question(kind)
        assert hand.press(str(choice)) == Send((AnswerQuestion(serial=1, choice=choice),))
        assert hand.desk.question is None
    hand = Hand()
    hand.question(kind)
    assert hand.press("9") == Nothing()
    assert hand.desk.typed == "9"
    assert hand.desk.question is not None


def test_a_question_that_has_just_come_up_takes_no_digit_meant_for_an_amount(hand: Hand) -> None:
    hand.question(QuestionKind.PRINT_UNKNOWN)

    assert hand.press("12", is_quick=True) == Nothing()

    assert hand.desk.typed == "12"
    assert hand.desk.question is not None


def test_digits_go_on_to_the_amount_when_a_question_comes_up_among_them(hand: Hand) -> None:
    hand.press("1")
    hand.question(QuestionKind.PAPER_LOADED)

    hand.press("1.0")

    assert hand.desk.typed == "11000"
    assert hand.press("E") == Send((EnterAmount(amount_won=11_000),))
    assert hand.desk.question is not None, "paper can be asked about later"


def test_whoever_types_on_wants_no_receipt(hand: Hand) -> None:
    hand.verdict(Outcome.APPROVED)
    hand.question(QuestionKind.PRINT_RECEIPT)

    assert hand.press("1") == Send((AnswerQuestion(serial=2, choice=2),))

    assert hand.desk.typed == "1"
    assert hand.desk.verdict is None


def test_enter_prints_the_receipt(hand: Hand) -> None:
    hand.verdict(Outcome.APPROVED)
    hand.question(QuestionKind.PRINT_RECEIPT)

    assert hand.press("E") == Send((AnswerQuestion(serial=2, choice=1),))
    assert hand.desk.verdict is not None


def test_enter_takes_the_codes_own_amount_but_never_a_part_payment(hand: Hand) -> None:
    hand.question(QuestionKind.CODE_AMOUNT)
    assert hand.press("E") == Send((AnswerQuestion(serial=1, choice=1),))

    hand.question(QuestionKind.PART_PAYMENT)
    assert hand.press("E") == Say(Notice.ANSWER_FIRST)


def test_typing_the_codes_own_amount_agrees_to_it(hand: Hand) -> None:
    hand.press("12")
    hand.question(QuestionKind.CODE_AMOUNT)

    assert hand.press(".0E") == Send((AnswerQuestion(serial=1, choice=1),))
    assert hand.desk.typed == ""


def test_typing_another_amount_begins_a_sale_over_it(hand: Hand) -> None:
    hand.press("13")
    hand.question(QuestionKind.CODE_AMOUNT)

    assert hand.press(".0E") == Send((EnterAmount(amount_won=13_000),))
    assert hand.desk.question is None


def test_back_leaves_a_code_and_nothing_else_that_is_asked(hand: Hand) -> None:
    hand.question(QuestionKind.PART_PAYMENT)
    assert hand.press("-") == Send((AnswerQuestion(serial=1, choice=2),))

    hand.question(QuestionKind.OPEN_SALE)
    assert hand.press("-") == Say(Notice.ANSWER_FIRST)


def test_a_refused_answer_leaves_the_question_standing(hand: Hand) -> None:
    hand.question(QuestionKind.PART_PAYMENT)
    hand.press("1")

    hand.desk.answer_refused()

    assert hand.desk.question is not None


def test_back_cancels_an_unpaid_sale_and_asks_before_a_paid_one(hand: Hand) -> None:
    hand.state(sale=SaleView(due_won=12_000, paid_won=0))
    assert hand.press("-") == Send((CancelSale(),))

    hand.state(sale=SaleView(due_won=12_000, paid_won=8_000, tenders=(TENDER,)))
    assert hand.press("-") == LeaveSale(paid_won=8_000)


def test_enter_while_reading_asks_the_customers_phone(hand: Hand) -> None:
    hand.state(sale=SaleView(due_won=72_000, paid_won=0))

    assert hand.press("E") == OpenRequest()


def test_enter_after_a_code_over_the_limit_makes_a_request(hand: Hand) -> None:
    sale = SaleView(due_won=72_000, paid_won=0)
    hand.verdict(Outcome.REFERRED, Reason.REQUEST_NEEDED, sale=sale)
    assert hand.press("E") == OpenRequest()

    hand.verdict(Outcome.REFERRED, Reason.REQUEST_NEEDED, sale=None)
    assert hand.press("E") == OpenRequest(begins_won=12_000)


def test_another_tender_is_over_what_remains_or_what_is_typed(hand: Hand) -> None:
    assert hand.press("+") == Say(Notice.NOTHING_TO_PAY)
    assert hand.press("3.0+") == TakeTender(amount_won=3_000, begins_sale=True, is_note=False)

    hand.desk.take_typed()
    hand.state(sale=SaleView(due_won=12_000, paid_won=8_000, tenders=(TENDER,)))
    assert hand.press("+") == TakeTender(amount_won=4_000, begins_sale=False, is_note=False)
    assert hand.press("1.0/") == TakeTender(amount_won=1_000, begins_sale=False, is_note=True)


def test_the_menu_is_always_one_key(hand: Hand) -> None:
    assert hand.press("*") == OpenMenu()
    hand.verdict(Outcome.APPROVED)
    assert hand.press("*") == OpenMenu()
    hand.state(stop=SellingStop.DISK_FULL)
    assert hand.press("*") == OpenMenu()


def test_nothing_is_sold_when_core_says_so(hand: Hand) -> None:
    hand.press("12")
    hand.state(stop=SellingStop.DISK_FULL)

    assert hand.desk.stage is Stage.STOPPED
    assert hand.press("E") == Say(Notice.SELLING_STOPPED)
    assert hand.press("5") == Say(Notice.SELLING_STOPPED)
    assert hand.press("+") == Say(Notice.SELLING_STOPPED)
    assert hand.desk.typed == "12"


def test_a_verdict_is_seen_before_the_stop_that_came_with_it(hand: Hand) -> None:
    hand.verdict(Outcome.APPROVED, stop=SellingStop.DISK_FULL)

    assert hand.desk.stage is Stage.VERDICT


def test_digits_typed_while_core_is_away_are_kept_and_not_sent(hand: Hand) -> None:
    hand.press("12")
    hand.desk.lose_link()

    hand.press(".0")
    assert hand.press("E") == Say(Notice.LINK_DOWN)
    assert hand.press("*") == Say(Notice.LINK_DOWN)
    assert hand.desk.stage is Stage.LINK_DOWN

    hand.state()
    assert hand.press("E") == Send((EnterAmount(amount_won=12_000),))


def test_an_amount_on_its_way_to_a_dying_core_comes_back(hand: Hand) -> None:
    hand.press("12.0E")

    hand.desk.lose_link()

    assert hand.desk.typed == "12000"


def test_another_core_counts_from_the_beginning(hand: Hand) -> None:
    hand.verdict(Outcome.APPROVED)
    hand.press("E")
    hand.desk.lose_link()

    hand.serial = 0
    assert hand.verdict(Outcome.DECLINED, Reason.EXPIRED) is not None
    assert hand.desk.verdict is not None


def test_why_is_about_the_last_code_that_was_not_approved(hand: Hand) -> None:
    hand.verdict(Outcome.DECLINED, Reason.EXPIRED)
    hand.verdict(Outcome.APPROVED)

    assert cast("VerdictView", hand.desk.last_refused).reason == Reason.EXPIRED


def test_touching_an_answer_is_pressing_its_number(hand: Hand) -> None:
    assert hand.desk.choose(1) == Nothing()
    hand.question(QuestionKind.PAPER_LOADED)

    assert hand.desk.choose(2) == Send((AnswerQuestion(serial=1, choice=2),))
