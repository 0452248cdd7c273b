"""Every closed vocabulary has words in both languages that fit where they are shown."""

from collections.abc import Iterator
from dataclasses import fields

import msgspec
import pytest

from pos.core.alarms import AlarmCause
from pos.journal.inbox import MessageState
from pos.link.calls import PaperState
from pos.link.state import (
    EmergencyState,
    EmergencyView,
    LastSaleView,
    LimitView,
    NetworkView,
    Outcome,
    PrinterState,
    PrinterView,
    QuestionKind,
    QuestionView,
    SaleView,
    ScanHint,
    ScannerState,
    ScannerView,
    SellingStop,
    TenderView,
    VerdictView,
    WaitingView,
)
from pos.link.stick import StickState
from pos.money import AMOUNT_MAX_WON
from pos.till.catalogue import Column, ProblemKind
from pos.till.reasons import Check, Reason, Refusal
from pos.tui.drawing import Pixels, has_glyph
from pos.voucher.foreign import ForeignKind
from pos.voucher.message_bodies import FraudCause
from pos.words import Advice, Labels, Notice, Words, words_for
from pos.words.columns import columns_of, wrapped
from pos.words.vocabulary import ACTION_COLUMNS, CUSTOMER_COLUMNS, LINE_COLUMNS, REASON_COLUMNS
from tests.support.plain_words import doubtful_characters, faults_in_english, faults_in_korean

NOON_S = 1_763_780_580
ALLOWANCE = "청년기본소득"
KOREAN, ENGLISH = words_for("ko"), words_for("en")
BOTH = pytest.mark.parametrize("words", [KOREAN, ENGLISH], ids=["ko", "en"])
REASONS = pytest.mark.parametrize("reason", Reason)
ACTIONS = (
    *("confirm", "show_request", "new_sale", "read_again", "go_on", "erase", "back", "cancel_sale", "leave_sale"),
    *("other_tender", "notes", "menu", "keypad", "next_page", "previous_page", "by_touch", "print_now"),
    *("skip_print", "close_request", "reprint"),
)


def verdict(outcome: Outcome, reason: str = "", **changes: object) -> VerdictView:
    """A verdict whose numbers are as wide as they get."""
    view = VerdictView(
        serial=1,
        outcome=outcome,
        reason=reason,
        amount_won=AMOUNT_MAX_WON,
        difference_won=AMOUNT_MAX_WON - 1,
        limit_won=AMOUNT_MAX_WON,
        limit_count=10_000,
        program_name=ALLOWANCE,
        voucher_mask="****-7C41",
        receipt_number="1122-0124",
        earlier_receipt_number="1121-0123",
        earlier_time_s=NOON_S - 86_400,
        earlier_amount_won=AMOUNT_MAX_WON,
        foreign_length=4_296,
        foreign_head="WIFI:S:moonlight;T:WPA;P",
        time_s=NOON_S,
    )
    return msgspec.structs.replace(view, **changes)


ELSEWHERE = {"earlier_receipt_number": "", "earlier_time_s": 0, "earlier_amount_won": 0}
"""Another till of the shop took it: nobody here knows when, or under which number."""


def quiet(words: Words) -> Advice:
    return words.quiet(verdict(Outcome.APPROVED, is_quiet=True))


def lines_of(advice: Advice) -> tuple[str, ...]:
    beside = (advice.headline, advice.detail, *advice.more, advice.again)
    return tuple(line for line in (*beside, advice.customer, advice.next_step) if line)


def all_advice(words: Words) -> Iterator[Advice]:
    for reason in Reason:
        for may_show_again in (False, True):
            yield words.verdict(verdict(Outcome.DECLINED, reason, may_show_again=may_show_again))
    for kind in ForeignKind:
        yield words.verdict(verdict(Outcome.DECLINED, Reason.NOT_OUR_CODE, foreign_kind=kind))
    yield words.verdict(verdict(Outcome.DECLINED, Reason.ALREADY_USED, **ELSEWHERE))
    yield words.verdict(verdict(Outcome.DECLINED, "a_reason_of_tomorrow"))
    for remaining_won in (0, AMOUNT_MAX_WON):
        for is_offline in (False, True):
            yield words.verdict(verdict(Outcome.APPROVED, remaining_won=remaining_won, is_offline=is_offline))


def labels_of(labels: Labels) -> Iterator[tuple[str, str]]:
    """Every fixed word with the name of its field."""
    for each in fields(labels):
        value: str | tuple[str, ...] = getattr(labels, each.name)
        for text in (value,) if isinstance(value, str) else value:
            yield each.name, text


def header_words(words: Words) -> Iterator[tuple[int, str]]:
    """Words of the header with the columns that they have."""
    for since_s in (0, NOON_S - 60, NOON_S - 90_000):
        for online in (False, True):
            yield 20, words.network(NetworkView(online=online, since_s=since_s), now_s=NOON_S)
    yield 31, words.waiting(WaitingView(count=9_999, value_won=99_999_999), progress_percent=None)
    yield 31, words.waiting(WaitingView(count=9_999, value_won=99_999_999), progress_percent=100)
    yield 31, words.waiting(WaitingView(count=0, value_won=0), progress_percent=None)
    for state in PrinterState:
        for unprinted in (0, 99):
            yield 27, words.printer(PrinterView(state=state, unprinted=unprinted))
    yield 34, words.limit(LimitView(left_won=9_999_999, left_count=5, used_percent=91))
    yield 34, words.attention(12)
    yield 34, words.notices(12)
    for state in EmergencyState:
        yield 34, words.emergency(EmergencyView(state=state, collected=12, total=32))
    for stick in StickState:
        yield 34, words.stick(stick)
    yield 34, words.contact_needed(3)
    yield 34, words.contact_needed(0)


def screen_lines(words: Words) -> Iterator[str]:
    """Everything that takes one full line of the screen at most."""
    yield from map(words.refusal, Refusal)
    yield words.unknown_refusal()
    yield from map(words.notice, Notice)
    for hint in (None, *ScanHint):
        yield words.scanner(ScannerView(state=ScannerState.LOCATED, hint=hint, unread_s=120))
    for state in (ScannerState.MISSING, ScannerState.FAULT):
        for is_camera in (True, False):
            yield words.scanner(ScannerView(state=state, is_camera=is_camera))
    yield words.due(SaleView(due_won=AMOUNT_MAX_WON, paid_won=1))
    yield words.due(SaleView(due_won=AMOUNT_MAX_WON, paid_won=0))
    yield words.due(SaleView(due_won=0, paid_won=0))
    yield words.tender_question(AMOUNT_MAX_WON)
    yield words.leave_question(AMOUNT_MAX_WON)
    for kind in ("voucher", "cash", "other"):
        yield words.tender(TenderView(kind=kind, amount_won=AMOUNT_MAX_WON))
    yield from map(words.attention_cause, ("not_shown", "paper_unknown", "recovered", "of_tomorrow"))
    yield from map(words.attention_cause, (*AlarmCause, *FraudCause, *MessageState))
    yield from map(words.delivery, ("waiting", "settled", "duplicate", "conflict", "refused", "pending", "of_tomorrow"))
    yield words.no_sale_yet()


def questions(words: Words) -> Iterator[tuple[str, ...]]:
    for kind in QuestionKind:
        view = QuestionView(
            serial=1,
            kind=kind,
            amount_won=AMOUNT_MAX_WON,
            difference_won=AMOUNT_MAX_WON - 1,
            count=99,
            receipt_number="1122-0123",
        )
        asked = words.question(view, SaleView(due_won=AMOUNT_MAX_WON, paid_won=8_000))
        yield (asked.title, asked.detail, asked.customer, *asked.choices)


def everything(words: Words) -> Iterator[str]:
    yield from lines_of(quiet(words))
    for advice in all_advice(words):
        yield from lines_of(advice)
    yield from screen_lines(words)
    yield from (text for _, text in header_words(words))
    for texts in questions(words):
        yield from texts
    for stop in SellingStop:
        stopped = words.stop(stop)
        yield from (stopped.headline, stopped.meaning, *stopped.to_do)
    yield from map(words.check, Check)
    yield from map(words.paper, PaperState)
    yield from (text for _, text in labels_of(words.labels))


@BOTH
@REASONS
def test_every_reason_is_said_in_full_and_fits(words: Words, reason: Reason) -> None:
    advice = words.verdict(verdict(Outcome.DECLINED, reason))

    assert all((advice.headline, advice.detail, advice.again, advice.customer, advice.next_step))
    for beside in (advice.headline, advice.detail, *advice.more, advice.again):
        assert columns_of(beside) <= REASON_COLUMNS, beside
    assert len(advice.more) <= 3
    assert columns_of(advice.customer) <= CUSTOMER_COLUMNS, advice.customer
    assert columns_of(advice.next_step) <= LINE_COLUMNS, advice.next_step


@BOTH
def test_every_advice_fits(words: Words) -> None:
    for advice in all_advice(words):
        for beside in (advice.headline, advice.detail, *advice.more, advice.again):
            assert columns_of(beside) <= REASON_COLUMNS, beside
        assert columns_of(advice.customer) <= CUSTOMER_COLUMNS, advice.customer
        assert columns_of(advice.next_step) <= LINE_COLUMNS, advice.next_step
    assert all(columns_of(line) <= CUSTOMER_COLUMNS for line in lines_of(quiet(words)))


@REASONS
def test_the_customer_is_addressed_politely_and_never_told_of_an_allowance(reason: Reason) -> None:
    said = KOREAN.verdict(verdict(Outcome.DECLINED, reason)).customer

    assert said.startswith("손님께: ")
    assert said.endswith(("요.", "니다.", "요?"))
    assert ALLOWANCE not in said


@BOTH
def test_an_approval_is_said_aloud_without_the_programme(words: Words) -> None:
    advice = words.verdict(verdict(Outcome.APPROVED))

    assert ALLOWANCE in advice.more
    assert ALLOWANCE not in advice.customer


@BOTH
@REASONS
def test_whether_the_code_may_be_shown_again_is_always_said(words: Words, reason: Reason) -> None:
    again = words.verdict(verdict(Outcome.DECLINED, reason, may_show_again=True)).again
    never = words.verdict(verdict(Outcome.DECLINED, reason, may_show_again=False)).again

    assert again
    assert never
    assert again != never


@BOTH
def test_different_reasons_are_told_apart(words: Words) -> None:
    said = [words.verdict(verdict(Outcome.DECLINED, reason)) for reason in Reason]

    assert len({(advice.headline, advice.detail) for advice in said}) == len(Reason)


def test_the_sentences_that_cashiers_learn() -> None:
    short = verdict(Outcome.REFERRED, Reason.PART_PAYMENT, amount_won=11_000, difference_won=1_000)
    used = verdict(
        Outcome.DECLINED,
        Reason.ALREADY_USED,
        earlier_time_s=NOON_S + 7_200,
        earlier_amount_won=12_000,
        earlier_receipt_number="0123",
    )
    again = verdict(
        Outcome.APPROVED, is_quiet=True, amount_won=12_000, receipt_number="1122-0123", time_s=NOON_S + 7_200
    )
    unknown = KOREAN.verdict(verdict(Outcome.DECLINED, Reason.NOT_OUR_CODE, foreign_kind="unknown", foreign_length=23))

    assert KOREAN.verdict(short).detail == "손님 코드 11,000원, 1,000원 부족"
    advice = KOREAN.verdict(used)
    assert f"{advice.headline} {advice.detail}" == "이미 사용된 코드 14:03 12,000원 (0123)"
    assert KOREAN.quiet(again).headline == "방금 승인됨 14:03 12,000원 (0123)"
    assert unknown.detail == "이 단말기가 아는 코드가 아닙니다"
    assert unknown.more == ("길이 23자: WIFI:S:moonlight;T:WP..",)


def test_a_code_that_another_till_took_is_not_given_a_time_that_nobody_knows() -> None:
    advice = KOREAN.verdict(verdict(Outcome.DECLINED, Reason.ALREADY_USED, **ELSEWHERE))

    assert f"{advice.headline}: {advice.detail}" == "이미 사용된 코드: 우리 가게가 이미 받은 코드입니다"


def test_known_other_codes_are_named() -> None:
    named = {
        kind: KOREAN.verdict(verdict(Outcome.DECLINED, Reason.NOT_OUR_CODE, foreign_kind=kind)).detail
        for kind in ForeignKind
    }

    assert named[ForeignKind.EMV_CONSUMER] == "다른 페이의 결제 QR입니다"
    assert named[ForeignKind.WEB_ADDRESS] == "웹 주소입니다"
    assert named[ForeignKind.CASH_RECEIPT_CARD] == "현금영수증 바코드입니다"
    assert len(set(named.values())) == len(ForeignKind)


@BOTH
def test_a_code_may_hold_anything_and_is_cut_to_its_line(words: Words) -> None:
    wide = verdict(Outcome.DECLINED, Reason.NOT_OUR_CODE, foreign_kind="unknown", foreign_head="한" * 24)

    assert all(columns_of(line) <= REASON_COLUMNS for line in words.verdict(wide).more)


@BOTH
def test_the_verdict_words_are_drawn_in_every_size(words: Words) -> None:
    drawn = [words.verdict_word(outcome) for outcome in Outcome]

    assert len(set(drawn)) == len(Outcome)
    for letter in "".join(drawn):
        assert has_glyph(letter, Pixels.LETTERS)
        assert has_glyph(letter, Pixels.LARGE_LETTERS)


@BOTH
def test_lines_of_the_screen_fit_their_places(words: Words) -> None:
    for text in screen_lines(words):
        assert columns_of(text) <= LINE_COLUMNS, text
    for columns, text in header_words(words):
        assert columns_of(text) <= columns, text
    for check in Check:
        assert columns_of(words.check(check)) <= 36
    for texts in questions(words):
        title, detail, customer, *choices = texts
        assert columns_of(title) <= REASON_COLUMNS, title
        assert columns_of(detail) <= 62, detail
        assert columns_of(customer) <= CUSTOMER_COLUMNS, customer
        assert all(columns_of(choice) <= 18 for choice in choices), choices


@BOTH
def test_what_is_wrong_with_a_catalogue_fits_behind_its_line(words: Words) -> None:
    for kind in (*ProblemKind, "of_tomorrow"):
        for text in (*(column.value for column in Column), "12,000"):
            what, _ = words.catalogue_problem(kind, text)
            line = words.wares.catalogue_fault.format(line="20,001", what=what)
            assert columns_of(line) <= LINE_COLUMNS, line


@BOTH
def test_buttons_have_room_for_their_words(words: Words) -> None:
    texts = {name: text for name, text in labels_of(words.labels) if name in ACTIONS}

    assert texts.keys() == set(ACTIONS)
    assert {name: text for name, text in texts.items() if columns_of(text) > ACTION_COLUMNS} == {}
    for name, text in labels_of(words.labels):
        assert columns_of(text) <= LINE_COLUMNS, name


@BOTH
def test_what_to_do_when_selling_stops_fits_beside_the_sign(words: Words) -> None:
    for stop in SellingStop:
        stopped = words.stop(stop)
        rows = [row for text in (stopped.meaning, *stopped.to_do) for row in wrapped(text, 62)]
        assert len(rows) <= 6, rows
        assert columns_of(stopped.headline) <= 44


@BOTH
def test_the_last_sale_takes_one_line_beside_a_warning(words: Words) -> None:
    view = LastSaleView(
        time_s=NOON_S, amount_won=1_234_500, receipt_number="1122-0123", program_name="시루", paper="unknown"
    )
    cash = LastSaleView(time_s=NOON_S, amount_won=3_000, receipt_number="1122-0124", program_name="", paper="")

    assert columns_of(words.last_sale(view, now_s=NOON_S)) <= LINE_COLUMNS - 28
    assert "  " not in words.last_sale(cash, now_s=NOON_S)


def test_no_word_of_the_machinery_is_put_together_for_a_cashier() -> None:
    for text in everything(KOREAN):
        # What follows the length of an unknown code is the customer's own text; a mask is the voucher's.
        own = "" if text.startswith(("길이 ", "****")) else text
        assert faults_in_korean(own) == [], text
    for text in everything(ENGLISH):
        assert faults_in_english(text) == [], text


@BOTH
def test_nothing_put_together_is_wide_on_one_terminal_and_narrow_on_another(words: Words) -> None:
    for text in everything(words):
        assert doubtful_characters(text) == [], text


@BOTH
def test_a_word_of_tomorrow_is_not_a_fault(words: Words) -> None:
    assert words.verdict(verdict(Outcome.DECLINED, "of_tomorrow")).headline
    assert words.paper("of_tomorrow") == ""
    assert words.delivery("of_tomorrow") == ""
    assert words.attention_cause("of_tomorrow")


def test_any_other_language_is_korean() -> None:
    assert words_for("fr").language == "ko"


@BOTH
def test_every_alarm_and_notice_has_words_of_its_own(words: Words):
    for cause in (*AlarmCause, *FraudCause, MessageState.UNKNOWN, MessageState.UNREADABLE):
        assert words.is_notice(cause), cause
