"""What the menu leads to."""

import pytest

from pos.link.calls import (
    CloseAttention,
    CloseRequest,
    OpenDrawer,
    PrintWaiting,
    ReprintReceipt,
    ShowReceipt,
    SyncNow,
)
from pos.link.state import PrinterState, PrinterView
from pos.till.reasons import Reason, Refusal
from pos.tui.screens.sale import SaleScreen
from pos.words import words_for
from tests.support import screens
from tests.support.screens import Counter, open_counter
from tests.support.till_simulator import Code, a_receipt

KOREAN = words_for("ko")


def shows(counter: Counter, *texts: str) -> bool:
    screen = "\n".join(counter.text())
    return all(text in screen for text in texts)


async def test_the_menu_opens_closes_and_answers_a_number_that_is_not_there() -> None:
    async with open_counter() as counter:
        await counter.press("*")
        assert shows(counter, "메뉴", "2  판매 내역", "7  돈통 열기", "8  더 보기")

        await counter.press("0")
        assert shows(counter, "여기에는 그 번호가 없습니다")

        await counter.press("-")
        assert isinstance(counter.app.screen, SaleScreen)


async def test_sales_lead_to_their_receipt_which_is_printed_again() -> None:
    async with open_counter() as counter:
        await screens.receipt(counter)
        assert [call.receipt_number for call in counter.core.asked_for(ShowReceipt)] == ["1122-0123"]
        assert shows(counter, "영 수 증", "소금빵 1 ")

        await counter.press("+")
        assert shows(counter, "합계", "54,000원")

        await counter.press("1")
        assert [call.receipt_number for call in counter.core.asked_for(ReprintReceipt)] == ["1122-0123"]
        assert shows(counter, "다시 출력합니다")

        await counter.press("- - -")
        assert isinstance(counter.app.screen, SaleScreen)


async def test_history_is_paged_and_the_number_is_that_of_the_page() -> None:
    async with open_counter() as counter:
        await screens.history(counter)
        await counter.press("+")
        assert shows(counter, "2/2")

        counter.core.receipt = a_receipt()
        await counter.press("1")

        assert [call.receipt_number for call in counter.core.asked_for(ShowReceipt)] == ["1122-0114"]


async def test_a_receipt_that_is_gone_says_so() -> None:
    async with open_counter() as counter:
        await screens.history(counter)
        await counter.press("1")

        assert shows(counter, KOREAN.refusal(Refusal.NOT_FOUND))


async def test_an_empty_history_says_so() -> None:
    async with open_counter() as counter:
        await counter.press("* 2")

        assert shows(counter, "아직 판매가 없습니다")


async def test_why_shows_each_check_that_ran() -> None:
    async with open_counter() as counter:
        await counter.press("* 3")
        assert shows(counter, "승인되지 않은 코드가 없습니다")
        await counter.press("- -")

        await counter.press("12 . 0 enter")
        await counter.present(Code(reason=Reason.EXPIRED))
        await counter.press("* 3")

        assert shows(counter, "사용 기간 지남", "코드의 모양과 길이", "맞음", "처음 쓰는 코드인지", "여기서 멈춤")


async def test_each_open_matter_is_closed_by_a_person() -> None:
    async with open_counter() as counter:
        await screens.attention(counter)
        assert shows(counter, "화면에 나오지 않음", "영수증이 나왔는지 모름")

        await counter.press("2 3")

        closed = counter.core.asked_for(CloseAttention)
        assert [(call.entry, call.answer) for call in closed] == [(b"\x02" * 32, "not_found")]
        assert shows(counter, "처리했습니다")
        assert not shows(counter, "영수증이 나왔는지 모름")


@pytest.mark.parametrize(("key", "which"), [("1", "all"), ("2", "last"), ("3", "none")])
async def test_receipts_that_wait_are_printed_on_demand(key: str, which: str) -> None:
    async with open_counter() as counter:
        await counter.change(printer=PrinterView(state=PrinterState.PAPER_OUT, unprinted=3))
        await counter.press("* 5")
        assert shows(counter, "종이 없음, 미출력 3장")

        await counter.press(key)

        assert [call.which for call in counter.core.asked_for(PrintWaiting)] == [which]


async def test_printing_nothing_is_answered() -> None:
    async with open_counter() as counter:
        await counter.press("* 5 1")

        assert shows(counter, KOREAN.refusal(Refusal.NOTHING_WAITING))


async def test_sending_now() -> None:
    async with open_counter() as counter:
        await counter.press("* 8 1")
        assert len(counter.core.asked_for(SyncNow)) == 1
        assert shows(counter, "지금 보내고 있습니다")

        await counter.press("- -")
        await counter.change(sync_progress_percent=40)
        assert shows(counter, "보내는 중 40%")


async def test_the_drawer_is_opened_with_a_reason() -> None:
    async with open_counter() as counter:
        await counter.press("* 7 2")

        assert [call.cause for call in counter.core.asked_for(OpenDrawer)] == ["count"]
        assert shows(counter, "돈통을 열었습니다")


async def test_the_language_changes_everywhere_at_once_and_back() -> None:
    async with open_counter() as counter:
        await counter.press("* 8 7")
        assert shows(counter, "Send now", "More")

        await counter.press("-")
        assert shows(counter, "Sales, receipts, print again")

        await counter.press("-")
        assert shows(counter, "Offline since 11:40", "Menu")

        await counter.press("* 8 7 - -")
        assert shows(counter, "오프라인 11:40부터")


async def test_a_request_can_be_hidden_and_only_a_number_closes_it() -> None:
    async with open_counter() as counter:
        await screens.request(counter)
        await counter.press("-")
        assert shows(counter, "결제 요청 QR이 열려 있습니다")
        assert counter.core.asked_for(CloseRequest) == []

        await counter.press("enter 1")

        assert len(counter.core.asked_for(CloseRequest)) == 1
        assert counter.core.till.sale is not None
        assert counter.core.till.sale.request is None


async def test_a_request_without_a_sale_is_refused_in_words() -> None:
    async with open_counter() as counter:
        await counter.press("* 8 2")

        assert shows(counter, KOREAN.refusal(Refusal.NO_SALE))


async def test_a_core_that_goes_away_closes_the_menu() -> None:
    async with open_counter() as counter:
        await counter.press("* 2")
        counter.core.stop()
        await counter.settle()

        assert isinstance(counter.app.screen, SaleScreen)


async def test_nobody_leaves_the_screen_of_a_shop() -> None:
    async with open_counter() as counter:
        for key in ("ctrl+q", "ctrl+c", "ctrl+z", "ctrl+p", "f1", "tab", "ctrl+backslash", "shift+tab"):
            await counter.press_now(key)
            await counter.settle()
        assert counter.app.is_running
        assert isinstance(counter.app.screen, SaleScreen)
        assert not shows(await more(counter), "화면 끝내기")


async def test_a_person_at_a_desk_may_leave_it() -> None:
    async with open_counter(may_quit=True) as counter:
        assert shows(await more(counter), "화면 끝내기")
        await counter.press_now("ctrl+q")
        await counter.pilot.pause()

        assert not counter.app.is_running or counter.app._exit


async def more(counter: Counter) -> Counter:
    await counter.press("* 8")
    return counter
