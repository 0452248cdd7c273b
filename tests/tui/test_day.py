"""A shop's day by the number pad, from the key to the journal: opening, PINs, reports, closing."""

import pytest

from pos.link.calls import AddPerson, AnswerQuestion, Done, EndPrintJob, LogOut, NextPrintJob, ReportPrinter
from pos.link.state import PrinterState, QuestionKind, SellingStop, TillLock
from pos.tui.screens.day import ClosedScreen
from pos.tui.screens.login import LoginScreen
from pos.tui.screens.number import PinScreen
from pos.tui.screens.sale import SaleScreen
from pos.voucher.bodies import (
    ActAllowed,
    CashMoved,
    DayClosed,
    DayOpened,
    LoggedOut,
    PersonAdded,
    RefundRequested,
    WrongPin,
)
from tests.support import screens
from tests.support.core_builders import HOUR_S, Shop
from tests.support.real_counter import RealCounter, open_real_counter
from tests.support.screens import open_counter

OWNER_PIN, CLERK_PIN, MANAGER_PIN = "271828", "031415", "161803"


def keys_in(keys: str) -> int:
    """How many keys a line of keys is."""
    return sum(len(word) if word.isdigit() else 1 for word in keys.split())


def shows(counter: RealCounter, *texts: str) -> bool:
    screen = "\n".join(counter.text())
    return all(text in screen for text in texts)


def with_people(shop: Shop) -> None:
    for name, role, pin in (("박주인", "owner", OWNER_PIN), ("김점원", "clerk", CLERK_PIN)):
        assert shop.control(AddPerson(name=name, role=role, pin=pin)) == Done()


async def test_the_first_opening_asks_for_the_float_and_every_later_one_is_one_enter(shop: Shop) -> None:
    async with open_real_counter(shop) as (counter, links):
        await counter.press("* 6 1 100 . . enter")
        assert shows(counter, "개점했습니다")
        await counter.press("* 6 2 100 . . enter")
        assert isinstance(counter.app.screen, ClosedScreen)
        await counter.press("enter")

        shop.clock.pass_s(24 * HOUR_S)
        links[-1].push()
        await counter.settle()
        assert shows(counter, "Enter를 누르면 개점합니다 (준비금 1,000,000원)")
        await counter.press(keys := "enter")

        assert keys_in(keys) <= 2
        assert shows(counter, "개점했습니다")
    assert [body.float_won for body in shop.bodies if isinstance(body, DayOpened)] == [1_000_000, 1_000_000]


async def test_an_evening_is_closed_in_four_keys_beside_the_counted_total(shop: Shop) -> None:
    shop.sell_for_cash(30_000)
    async with open_real_counter(shop) as (counter, _):
        keys = "* 6 2 30 . 0 enter"
        await counter.press(keys)

        assert keys_in(keys) - keys_in("30 . 0") <= 4
        assert shows(counter, "마감했습니다 (Z 1)", "있어야 할 돈  30,000원", "맞습니다")
    closed = [body for body in shop.bodies if isinstance(body, DayClosed)]
    assert [(body.z_number, body.counted_won) for body in closed] == [(1, 30_000)]


async def test_what_should_be_there_is_not_said_before_it_was_counted(shop: Shop) -> None:
    shop.sell_for_cash(30_000)
    async with open_real_counter(shop) as (counter, _):
        await counter.press("* 6 2")

        assert not shows(counter, "30,000")
        await counter.press("28 . 0 enter")
        assert shows(counter, "2,000원 모자랍니다")


async def test_the_drawer_may_be_counted_by_notes_and_coins(shop: Shop) -> None:
    shop.sell_for_cash(61_500)
    async with open_real_counter(shop) as (counter, _):
        await counter.press("* 6 2 +")
        assert shows(counter, "50,000원짜리 몇 장")
        await counter.press("1 enter 1 enter enter 1 enter")
        assert shows(counter, "500원짜리 몇 개")
        await counter.press("1 enter enter enter enter")

        assert shows(counter, "마감했습니다", "맞습니다")
    closed = [body for body in shop.bodies if isinstance(body, DayClosed)]
    assert dict(closed[0].counted or ()) == {50_000: 1, 10_000: 1, 5_000: 0, 1_000: 1, 500: 1, 100: 0, 50: 0, 10: 0}


async def test_the_last_word_of_the_day_says_what_is_true_now(shop: Shop) -> None:
    async with open_real_counter(shop) as (counter, links):
        await counter.press("* 6 2 0 enter")
        waiting = shop.till.unsent_count
        assert waiting > 0
        if shop.till.printer.unprinted:
            assert shows(counter, "마감 보고서를 출력하고 있습니다")
            shop.devices(ReportPrinter(state=PrinterState.READY))
            for job in shop.core.journal.paper.print_jobs():
                shop.devices(NextPrintJob())
                links[-1].push()
                await counter.settle()
                assert shows(counter, "마감 보고서를 출력하고 있습니다"), "the last of it is at the printer"
                shop.devices(EndPrintJob(job=job.job, outcome="printed"))
            links[-1].push()
            await counter.settle()
        assert shows(counter, f"미전송 {shop.till.unsent_count}건: 켜 두면 밤에 전송됩니다")


async def test_a_change_of_clerk_is_one_number_and_a_pin_that_nobody_reads(shop: Shop) -> None:
    with_people(shop)
    async with open_real_counter(shop) as (counter, _):
        assert isinstance(counter.app.screen, LoginScreen)
        await counter.press("2")
        assert isinstance(counter.app.screen, PinScreen)
        await counter.press(CLERK_PIN[:3])
        assert shows(counter, "* * * _ _ _")
        assert not shows(counter, CLERK_PIN[:3])
        await counter.press(CLERK_PIN[3:])

        assert isinstance(counter.app.screen, SaleScreen)
        assert shows(counter, "김점원")

        await counter.press("-")
        assert isinstance(counter.app.screen, LoginScreen), "whoever leaves the till says so with one key"
        keys = f"1 {OWNER_PIN}"
        await counter.press(keys)
        assert keys_in(keys) - len(OWNER_PIN) == 1
        assert shows(counter, "박주인")


async def test_a_locked_till_is_left_by_no_key_but_a_pin(shop: Shop) -> None:
    with_people(shop)
    async with open_real_counter(shop) as (counter, _):
        for keys in ("-", "*", "+", "/", "enter", "9", "1 - -", "1 000000 -"):
            await counter.press(keys)
            assert not isinstance(counter.app.screen, SaleScreen), keys
        assert shop.till.lock is TillLock.PIN
    assert "people.logged_in" not in shop.kinds


async def test_whoever_was_here_before_takes_over_with_one_key_and_a_pin(shop: Shop) -> None:
    with_people(shop)
    shop.control(AddPerson(name="이책임", role="manager", pin=MANAGER_PIN))
    async with open_real_counter(shop) as (counter, _):
        await counter.press(f"1 {OWNER_PIN} - 2 {CLERK_PIN}")
        for keys, name in ((f". {OWNER_PIN}", "박주인"), (f". {CLERK_PIN}", "김점원")):
            await counter.press(keys)

            assert keys_in(keys) - 6 == 1
            assert isinstance(counter.app.screen, SaleScreen)
            assert shop.till.clerk == name
        await counter.press(f". - 3 {MANAGER_PIN}")
        assert shop.till.clerk == "이책임", "anybody else is a number behind Back"
        await counter.press(f". {CLERK_PIN}")
        assert shop.till.clerk == "김점원"
    left = [body.reason for body in shop.bodies if isinstance(body, LoggedOut)]
    assert left == ["left", "relieved", "relieved", "relieved", "relieved"]


async def test_a_wrong_pin_relieves_nobody_and_counts_for_whose_it_is_not(shop: Shop) -> None:
    with_people(shop)
    async with open_real_counter(shop) as (counter, _):
        await counter.press(f"2 {CLERK_PIN}")
        assert shows(counter, "박주인", "교대"), "the only other person"
        await counter.press(". 000111 - -")

        assert isinstance(counter.app.screen, SaleScreen)
        assert shop.till.clerk == "김점원"
        assert shop.till.lock is TillLock.OPEN
    wrong = [(body.person, body.clerk) for body in shop.bodies if isinstance(body, WrongPin)]
    assert wrong == [(1, "2")]


async def test_the_key_that_relieves_is_two_zeros_once_an_amount_has_begun_or_a_sale_is_open(shop: Shop) -> None:
    with_people(shop)
    async with open_real_counter(shop) as (counter, _):
        await counter.press(f"2 {CLERK_PIN} 7 .")
        assert counter.app.desk.typed == "700"
        await counter.press(". enter .")

        assert isinstance(counter.app.screen, SaleScreen)
        assert shop.till.sale is not None
        assert shop.till.sale.due_won == 70_000
        assert shop.till.clerk == "김점원"


async def test_a_till_that_locks_itself_while_somebody_takes_over_stays_locked(shop: Shop) -> None:
    with_people(shop)
    async with open_real_counter(shop) as (counter, links):
        await counter.press(f"2 {CLERK_PIN} .")
        shop.screen(LogOut())
        links[-1].push()
        await counter.settle()
        await counter.press("- - -")
        assert isinstance(counter.app.screen, LoginScreen)

        await counter.press(f"1 {OWNER_PIN}")
        assert isinstance(counter.app.screen, SaleScreen)
        assert shop.till.clerk == "박주인"


async def test_number_and_pin_typed_before_the_names_are_there_are_taken(shop: Shop) -> None:
    with_people(shop)
    async with open_real_counter(shop) as (counter, links):
        await counter.press(f"1 {OWNER_PIN}")
        links[-1].may_answer.clear()
        shop.screen(LogOut())
        links[-1].push()
        await counter.settle()
        await counter.press(f"2 {CLERK_PIN}")
        links[-1].may_answer.set()
        await counter.settle()

        assert isinstance(counter.app.screen, SaleScreen)
        assert shop.till.clerk == "김점원"
        assert not shows(counter, CLERK_PIN[1:]), "no digit of a PIN becomes an amount"


async def test_an_amount_typed_while_the_pin_is_looked_at_is_the_next_amount(shop: Shop) -> None:
    with_people(shop)
    async with open_real_counter(shop) as (counter, links):
        await counter.press(f"2 {CLERK_PIN[:-1]}")
        links[-1].may_answer.clear()
        await counter.press(f"{CLERK_PIN[-1]} 12 . 0 -")
        links[-1].may_answer.set()
        await counter.settle()

        assert isinstance(counter.app.screen, SaleScreen)
        assert counter.app.desk.typed == "1200"


async def test_an_amount_typed_behind_a_wrong_pin_is_neither_amount_nor_pin(shop: Shop) -> None:
    with_people(shop)
    async with open_real_counter(shop) as (counter, links):
        await counter.press("2 00000")
        links[-1].may_answer.clear()
        await counter.press("0 12 . 0 9")
        links[-1].may_answer.set()
        await counter.settle()

        assert [type(screen) for screen in counter.app.screen_stack[-3:]] == [SaleScreen, LoginScreen, PinScreen]
        assert shows(counter, "_ _ _ _ _ _")
        assert counter.app.desk.typed == ""
    assert [body.tries for body in shop.bodies if isinstance(body, WrongPin)] == [1]


async def test_a_question_that_lay_under_the_pin_is_not_answered_by_an_amount_typed_behind_it() -> None:
    async with open_counter() as counter:
        screens.some_people(counter)
        await counter.change(has_pins=True, lock=TillLock.PIN, clerk="")
        counter.core.ask(QuestionKind.PAPER_LOADED, count=3)
        await counter.settle()
        await counter.press("2")
        await counter.change(lock=TillLock.OPEN)
        await counter.press_now("minus")
        await counter.press_now("1")

        assert isinstance(counter.app.screen, SaleScreen)
        assert counter.app.desk.typed == "1"
        assert counter.core.asked_for(AnswerQuestion) == []


@pytest.mark.parametrize("is_asking", [True, False])
async def test_where_nobody_can_be_written_down_no_pin_is_asked_for_and_the_reason_is_seen(is_asking: bool) -> None:
    async with open_counter() as counter:
        screens.some_people(counter)
        if is_asking:
            await counter.change(has_pins=True, lock=TillLock.PIN, clerk="")
            assert isinstance(counter.app.screen, LoginScreen)
        await counter.change(has_pins=True, lock=TillLock.PIN, clerk="", stop=SellingStop.JOURNAL_BEHIND)
        await counter.settle()

        assert isinstance(counter.app.screen, SaleScreen)
        assert "지난 판매를 되찾고 있습니다" in "\n".join(counter.text())

        await counter.change(stop=None)
        await counter.settle()
        assert isinstance(counter.app.screen, LoginScreen), "back to work, by PIN"


async def test_a_clerk_asks_the_owner_and_the_act_goes_on(shop: Shop) -> None:
    with_people(shop)
    async with open_real_counter(shop) as (counter, _):
        await counter.press(f"2 {CLERK_PIN}")
        await counter.press("* 6 6 50 . 0 enter 1")
        assert shows(counter, "책임자 확인")
        await counter.press(f"1 {OWNER_PIN}")
        await counter.settle()

        assert shows(counter, "처리했습니다")
    moved = [body for body in shop.bodies if isinstance(body, CashMoved | ActAllowed)]
    assert [type(body) for body in moved] == [ActAllowed, CashMoved]
    assert moved[1].clerk == "2"


async def test_the_last_sale_is_cancelled_in_four_keys_where_people_have_pins(shop: Shop) -> None:
    with_people(shop)
    async with open_real_counter(shop) as (counter, _):
        await counter.press(f"2 {CLERK_PIN}")
        await counter.press("7 . 0 + 1")
        keys = "* 1 1 1"
        await counter.press(keys)

        assert keys_in(keys) <= 4
    gone = [body for body in shop.bodies if isinstance(body, RefundRequested)]
    assert [(body.amount_won, body.clerk) for body in gone] == [(7_000, "2")]


async def test_people_are_added_by_the_pad_alone(shop: Shop) -> None:
    async with open_real_counter(shop) as (counter, _):
        await counter.press(f"* 6 9 1 1 {OWNER_PIN} {OWNER_PIN}")
        await counter.press(f"1 {OWNER_PIN}")
        await counter.press(f"* 6 9 2 3 {CLERK_PIN} {CLERK_PIN}")
        assert shows(counter, "점원")

    added = [(body.person, body.role.value) for body in shop.bodies if isinstance(body, PersonAdded)]
    assert added == [(1, "owner"), (2, "clerk")]


async def test_a_report_is_read_on_the_screen_and_printed(shop: Shop) -> None:
    shop.sell_for_cash(30_000)
    async with open_real_counter(shop) as (counter, _):
        await counter.press("* 6 3")
        assert shows(counter, "중 간 보 고 (X)", "30,000")
        await counter.press("1")
        assert shows(counter, "다시 출력합니다")

    assert "document.asked" in shop.kinds
