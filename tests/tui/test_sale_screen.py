"""Sales at the screen, with a simulated core behind it."""

import pytest

from pos.link.calls import (
    AnswerQuestion,
    CancelSale,
    ClearVerdict,
    EnterAmount,
    OpenRequest,
    PayOther,
    ScanAgain,
    TakeNotes,
    VerdictShown,
)
from pos.link.state import (
    LimitView,
    PrinterState,
    PrinterView,
    QuestionKind,
    ScanHint,
    ScannerState,
    ScannerView,
    SellingStop,
)
from pos.till.reasons import Reason, Refusal
from pos.tui.desk import Stage
from pos.tui.screens.request import RequestScreen
from pos.tui.screens.sale import SaleScreen
from pos.words import words_for
from tests.support.screens import Counter, open_counter
from tests.support.till_simulator import NOON_S, Code, TillSimulator

KOREAN = words_for("ko")


def shows(counter: Counter, *texts: str) -> bool:
    """Whether each text stands on the screen."""
    screen = "\n".join(counter.text())
    return all(text in screen for text in texts)


async def test_a_code_over_the_amount_due_is_paid_without_another_key() -> None:
    async with open_counter() as counter:
        await counter.press("12 . 0 enter")
        assert counter.app.desk.stage is Stage.READING

        await counter.present(Code(amount_won=12_000))

        assert counter.app.desk.stage is Stage.VERDICT
        assert shows(counter, "12,000원 받았습니다", "손님께: 12,000원 결제되었습니다.", "시루", "영수증 0124")
        assert [call.amount_won for call in counter.core.asked_for(EnterAmount)] == [12_000]


async def test_keys_of_an_exact_sale_after_the_digits() -> None:
    async with open_counter() as counter:
        await counter.press("12000")
        before = len(counter.core.calls)

        await counter.press("enter")
        await counter.present(Code(amount_won=12_000))

        made = counter.core.calls[before:]
        assert [type(call) for call in made] == [EnterAmount, VerdictShown]
        assert counter.core.till.sale is None


async def test_keys_of_a_sale_that_begins_with_the_code() -> None:
    async with open_counter() as counter:
        await counter.present(Code(amount_won=12_000))
        assert shows(counter, "손님께: 12,000원 결제할까요?")

        await counter.press("1")

        assert shows(counter, "12,000원 받았습니다")


async def test_keys_of_voucher_and_cash() -> None:
    async with open_counter() as counter:
        await counter.press("12000")
        before = len(counter.core.calls)

        await counter.press("enter")
        await counter.present(Code(amount_won=8_000))
        await counter.press("1 + 1")

        assert counter.core.till.sale is None
        assert [call.amount_won for call in counter.core.asked_for(PayOther)] == [4_000]
        keys = ["enter", "1", "+", "1"]
        assert len(keys) <= 5
        assert [type(call) for call in counter.core.calls[before:]] == [
            *(EnterAmount, VerdictShown, AnswerQuestion, VerdictShown, PayOther),
        ]


async def test_the_verdict_is_reported_as_shown_once_and_only_after_it_was_painted() -> None:
    async with open_counter() as counter:
        await counter.press("12 . 0 enter")
        await counter.present(Code())
        await counter.change(attention_count=1)

        shown = counter.core.asked_for(VerdictShown)
        assert counter.core.till.verdict is not None
        assert [call.entry_sequence for call in shown] == [counter.core.till.verdict.entry_sequence]


async def test_the_first_digit_after_a_verdict_begins_the_next_amount() -> None:
    async with open_counter() as counter:
        await counter.press("12 . 0 enter")
        await counter.present(Code())

        await counter.press("4")

        assert counter.app.desk.stage is Stage.AMOUNT
        assert counter.app.desk.typed == "4"
        assert not shows(counter, "12,000원 받았습니다")


async def test_no_digit_is_lost_whenever_the_verdict_arrives() -> None:
    for typed_before in range(6):
        async with open_counter() as counter:
            await counter.press("12 . 0 enter")
            for index, digit in enumerate("34567"):
                if index == typed_before:
                    counter.core.present(Code())
                await counter.press_now(digit)
            if typed_before == 5:
                counter.core.present(Code())
            await counter.settle()

            assert counter.app.desk.typed == "34567"
            assert counter.app.desk.verdict is not None, "it was never looked at alone"


async def test_no_digit_is_lost_to_a_slow_core() -> None:
    async with open_counter() as counter:
        counter.core.hold()
        await counter.press("12 . 0 enter")
        await counter.press("45")
        assert counter.app.desk.typed == "45"

        counter.core.release()
        await counter.settle()

        assert counter.app.desk.typed == "45"
        assert counter.core.till.sale is not None
        assert counter.core.till.sale.due_won == 12_000


async def test_an_amount_that_core_refuses_stays_with_the_reason() -> None:
    async with open_counter() as counter:
        counter.core.refuse = Refusal.SALE_HAS_TENDERS

        await counter.press("12 . 0 enter")

        assert counter.app.desk.typed == "12000"
        assert shows(counter, KOREAN.refusal(Refusal.SALE_HAS_TENDERS))


async def test_amounts_that_cannot_be_are_said_at_once_and_nothing_is_sent() -> None:
    async with open_counter() as counter:
        await counter.press("0 enter")
        assert shows(counter, "0원은 받을 수 없습니다")

        await counter.press("- 999999999")
        assert shows(counter, "1억 원")

        await counter.press_now("a")
        await counter.settle()
        assert shows(counter, "숫자판의 숫자만")
        assert counter.core.asked_for(EnterAmount) == []


async def test_numlock_off_types_the_same_amount() -> None:
    async with open_counter() as counter:
        for key in ("end", "down", "delete", "insert", "enter"):
            await counter.press_now(key)
        await counter.settle()

        assert [call.amount_won for call in counter.core.asked_for(EnterAmount)] == [12_000]


async def test_a_part_payment_is_left_with_two() -> None:
    async with open_counter() as counter:
        await counter.press("12 . 0 enter")
        await counter.present(Code(amount_won=11_000))
        assert shows(counter, "손님 코드 11,000원, 1,000원 부족", "나머지 1,000원은 어떻게 내시겠어요?")

        await counter.press("2")

        assert counter.app.desk.stage is Stage.READING
        assert shows(counter, "손님 코드를 카메라에 대 주세요")


async def test_a_code_for_more_is_declined_with_the_difference() -> None:
    async with open_counter() as counter:
        await counter.press("12 . 0 enter")
        await counter.present(Code(amount_won=13_000))

        assert shows(counter, "손님 코드 13,000원, 1,000원 초과")


async def test_the_code_just_approved_is_shown_quietly() -> None:
    async with open_counter() as counter:
        await counter.press("12 . 0 enter")
        await counter.present(Code())
        await counter.press("enter")
        reported = len(counter.core.asked_for(VerdictShown))

        await counter.present(Code())

        assert shows(counter, "방금 승인됨 12:03 12,000원 (0124)")
        assert len(counter.core.asked_for(VerdictShown)) == reported


async def test_a_used_code_says_when_and_that_it_cannot_be_shown_again() -> None:
    async with open_counter() as counter:
        await counter.press("12 . 0 enter")
        fields: dict[str, object] = {
            "earlier_time_s": NOON_S + 2 * 3_600,
            "earlier_amount_won": 12_000,
            "earlier_receipt_number": "0123",
        }
        await counter.present(Code(reason=Reason.ALREADY_USED, fields=fields))

        assert shows(counter, "이미 사용된 코드", "14:03 12,000원 (0123)", "같은 코드는 다시 쓸 수 없습니다")

        await counter.press("enter")
        assert counter.app.desk.stage is Stage.READING
        assert len(counter.core.asked_for(ClearVerdict)) == 1


async def test_the_receipt_is_printed_on_enter_and_passed_over_by_the_next_digit() -> None:
    for keys, choice, typed in (("enter", 1, ""), ("1", 2, "1"), ("-", 2, "")):
        core = TillSimulator()
        core.asks_for_receipts = True
        async with open_counter(core) as counter:
            await counter.press("12 . 0 enter")
            await counter.present(Code())
            assert shows(counter, "손님께: 영수증 드릴까요?")

            await counter.press(keys)

            assert [call.choice for call in core.asked_for(AnswerQuestion)] == [choice]
            assert counter.app.desk.typed == typed


async def test_cash_for_a_whole_sale() -> None:
    async with open_counter() as counter:
        await counter.press("5 . + 1")

        assert [call.amount_won for call in counter.core.asked_for(EnterAmount)] == [500]
        assert [(call.kind, call.amount_won) for call in counter.core.asked_for(PayOther)] == [("cash", 500)]
        assert counter.core.till.sale is None
        assert counter.app.desk.typed == ""


async def test_paper_notes_are_counted_by_denomination() -> None:
    async with open_counter() as counter:
        await counter.press("5 . /")
        assert shows(counter, "종이 상품권: 시루 지류", "1,000원", "50,000원")

        await counter.press("1 enter")
        taken = counter.core.asked_for(TakeNotes)

    assert [(call.denomination_won, call.count) for call in taken] == [(1_000, 1)]


async def test_a_tender_question_is_left_with_back_and_the_digits_stay() -> None:
    async with open_counter() as counter:
        await counter.press("5 . + -")

        assert counter.app.desk.typed == "500"
        assert counter.core.asked_for(EnterAmount) == []


async def test_an_unpaid_sale_is_cancelled_at_once_and_a_paid_one_only_after_a_question() -> None:
    async with open_counter() as counter:
        await counter.press("12 . 0 enter -")
        assert counter.core.till.sale is None

        await counter.press("12 . 0 enter")
        await counter.present(Code(amount_won=8_000))
        await counter.press("1 enter -")
        assert shows(counter, "판매를 끝낼까요?", "이미 받은 8,000원은 돌아갑니다")

        await counter.press("2")
        assert counter.core.till.sale is not None

        await counter.press("- 1")
        assert counter.core.till.sale is None
        assert len(counter.core.asked_for(CancelSale)) == 2


async def test_while_reading_the_customer_is_helped() -> None:
    async with open_counter() as counter:
        await counter.press("12 . 0 enter")
        scanner = ScannerView(state=ScannerState.LOCATED, hint=ScanHint.CLOSER, unread_s=4)
        await counter.change(scanner=scanner)
        assert shows(counter, "코드가 보입니다 (4초째). 조금 더 가까이 대 주세요")

        await counter.change(scanner=ScannerView(state=ScannerState.MISSING))
        assert shows(counter, "카메라가 없습니다")


async def test_a_code_that_cannot_be_read_offers_other_ways_and_goes_on_by_itself_when_it_is() -> None:
    unread = ScannerView(state=ScannerState.LOCATED, hint=ScanHint.BRIGHTER, unread_s=8)
    async with open_counter() as counter:
        await counter.press("12 . 0 enter")
        await counter.change(scanner=unread)
        assert shows(
            counter,
            "코드가 보이는데 읽히지 않습니다",
            "1  다시",
            "2  결제요청 QR",
            "3  다른 수단",
            "밝기를 올려 주세요",
        )

        await counter.press("1")
        assert counter.app.desk.stage is Stage.READING
        assert len(counter.core.asked_for(ScanAgain)) == 1

        await counter.change(scanner=unread)
        await counter.press("2")
        assert isinstance(counter.app.screen, RequestScreen)
        await counter.press("-")

        await counter.change(scanner=ScannerView(state=ScannerState.READY))
        await counter.change(scanner=unread)
        await counter.press("3 1")
        assert [call.amount_won for call in counter.core.asked_for(PayOther)] == [12_000]

        await counter.press("8 . 0 enter")
        await counter.change(scanner=ScannerView(state=ScannerState.READY))
        await counter.change(scanner=unread)
        await counter.present(Code(amount_won=8_000, name="read at last"))
        assert counter.app.desk.stage is Stage.VERDICT


async def test_a_camera_that_fails_and_one_that_is_not_wanted() -> None:
    async with open_counter() as counter:
        await counter.change(scanner=ScannerView(state=ScannerState.FAULT))
        assert shows(counter, "카메라가 응답하지 않습니다. 선을 뺐다가 다시 꽂아 주세요")
        await counter.change(scanner=ScannerView(state=ScannerState.MISSING, is_camera=False))
        assert shows(counter, "스캐너가 없습니다")
        await counter.change(scanner=ScannerView(state=ScannerState.OFF))
        assert not shows(counter, "스캐너가 없습니다")


async def test_the_header_tells_of_trouble() -> None:
    async with open_counter() as counter:
        await counter.change(
            printer=PrinterView(state=PrinterState.READY, unprinted=3),
            limit=LimitView(left_won=96_000, left_count=4, used_percent=72),
        )
        assert shows(counter, "미출력 3장", "남은 오프라인 한도 96,000원")

        await counter.change(attention_count=2)
        assert shows(counter, "손님과 정리할 판매 2건")


@pytest.mark.parametrize("stop", SellingStop)
async def test_when_nothing_can_be_sold_the_screen_says_why_and_what_to_do(stop: SellingStop) -> None:
    async with open_counter() as counter:
        await counter.change(stop=stop)

        stopped = KOREAN.stop(stop)
        assert shows(counter, f"판매 중지: {stopped.headline}", *stopped.to_do)

        await counter.press("5 enter")
        assert counter.core.asked_for(EnterAmount) == []


async def test_core_goes_and_comes_back_and_the_digits_are_still_there() -> None:
    async with open_counter() as counter:
        await counter.press("12")
        counter.core.stop()
        await counter.settle()
        assert shows(counter, "단말기 프로그램을 다시 시작하고 있습니다")

        await counter.press(". 0 enter")
        assert shows(counter, "다시 시작되면 한 번 더 눌러 주세요")
        assert counter.app.desk.typed == "12000"

        counter.core.start()
        await reconnected(counter)
        await counter.press("enter")
        await counter.present(Code())

        assert shows(counter, "12,000원 받았습니다")


async def test_a_core_that_dies_over_an_amount_gives_it_back() -> None:
    async with open_counter() as counter:
        counter.core.hold()
        await counter.press("12 . 0 enter")
        counter.core.stop()
        await counter.settle()

        assert counter.app.desk.typed == "12000"


async def test_questions_of_paper_and_of_a_power_cut() -> None:
    async with open_counter() as counter:
        counter.core.ask(QuestionKind.PAPER_LOADED, count=3)
        await counter.settle()
        assert shows(counter, "밀린 영수증 3장", "모두 출력", "마지막 것만", "출력하지 않음")

        await counter.press("2")

        assert [call.choice for call in counter.core.asked_for(AnswerQuestion)] == [2]
        assert counter.app.desk.stage is Stage.IDLE


async def test_a_refused_answer_leaves_the_question_on_the_screen() -> None:
    async with open_counter() as counter:
        counter.core.ask(QuestionKind.OPEN_SALE)
        await counter.settle()
        counter.core.refuse = Refusal.QUESTION_GONE

        await counter.press("1")

        assert counter.app.desk.stage is Stage.QUESTION
        assert shows(counter, KOREAN.refusal(Refusal.QUESTION_GONE))


async def test_over_the_limit_enter_shows_the_request_and_the_answer_ends_it() -> None:
    async with open_counter() as counter:
        await counter.press("72 . 0 enter")
        await counter.present(Code(amount_won=72_000, reason=Reason.REQUEST_NEEDED, fields={"limit_won": 50_000}))

        await counter.press("enter")
        assert len(counter.core.asked_for(OpenRequest)) == 1
        assert shows(counter, "손님 전화기로 QR을 찍습니다", "72,000원")

        await counter.present(Code(amount_won=72_000, name="bound"))
        assert isinstance(counter.app.screen, SaleScreen)
        assert shows(counter, "72,000원 받았습니다")


async def test_a_verdict_brings_the_sale_screen_back_from_the_menu() -> None:
    async with open_counter() as counter:
        await counter.press("12 . 0 enter * 2")

        await counter.present(Code())

        assert isinstance(counter.app.screen, SaleScreen)
        assert shows(counter, "12,000원 받았습니다")


async def test_the_request_can_be_made_for_a_code_that_came_first() -> None:
    async with open_counter() as counter:
        await counter.present(Code(amount_won=72_000, reason=Reason.REQUEST_NEEDED, fields={"limit_won": 50_000}))

        await counter.press("enter")

        assert [call.amount_won for call in counter.core.asked_for(EnterAmount)] == [72_000]
        assert len(counter.core.asked_for(OpenRequest)) == 1


async def reconnected(counter: Counter) -> None:
    """Wait for the bridge's own quarter of a second."""
    while not counter.app.desk.is_linked:
        await counter.pilot.pause(0.05)
    await counter.settle()
