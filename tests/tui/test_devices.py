"""The device page: each device with its number and what to do, its tests, and the shop's choices."""

from __future__ import annotations

from pos.link.calls import (
    AdoptPrinter,
    ChoosePrinting,
    ChooseShownOn,
    ChooseTrialLine,
    OpenDrawer,
    PrintTrial,
    TryScanner,
    TryWifi,
    WifiPage,
)
from pos.link.equipment import Condition, Trial
from pos.link.wifi import WifiState
from pos.tui.screens.devices import DevicesScreen
from pos.words import DrawerCause
from tests.support import screens
from tests.support.device_page import a_counter
from tests.support.screens import Counter, open_counter


def shows(counter: Counter, *texts: str) -> bool:
    screen = "\n".join(counter.text())
    return all(text in screen for text in texts)


async def test_each_device_says_how_it_is_and_what_to_do() -> None:
    async with open_counter() as counter:
        await screens.devices(counter)

        assert shows(counter, "영수증 프린터: 종이가 없습니다 (103)", "종이를 넣어 주세요")
        assert shows(counter, "카메라: 연결되어 있지 않습니다 (125)", "꽂으면 바로 됩니다")


async def test_plugging_it_in_is_seen_without_a_key() -> None:
    async with open_counter() as counter:
        await screens.devices(counter)
        counter.core.devices.page = a_counter()
        await counter.look()

        assert shows(counter, "카메라: 정상입니다 (121)")


async def test_the_page_is_printed_and_the_number_is_typed() -> None:
    async with open_counter() as counter:
        await screens.devices(counter)
        await counter.press("1")
        assert len(counter.core.asked_for(PrintTrial)) == 1
        assert shows(counter, "시험 종이를 출력하고 있습니다")

        await counter.look()
        assert shows(counter, "바르게 보이는 첫 줄 번호는?", "종이에서 한글이 바르고")
        await counter.press("4")

        assert [call.number for call in counter.core.asked_for(ChooseTrialLine)] == [4]
        assert isinstance(counter.app.screen, DevicesScreen)
        assert shows(counter, "그 번호로 출력합니다")


async def test_a_page_that_did_not_come_out_is_said_and_no_number_is_taken() -> None:
    async with open_counter() as counter:
        counter.core.devices.trial = Trial(outcome="not_started", cause="paper_out")
        await screens.devices_trial(counter)
        assert shows(counter, "시험 종이가 나오지 않았습니다")

        await counter.press("1")

        assert counter.core.asked_for(ChooseTrialLine) == []


async def test_a_code_on_trial_is_told_and_leaving_ends_the_trial() -> None:
    async with open_counter() as counter:
        await screens.devices_scan(counter)
        assert shows(counter, "읽었습니다. 글자 수 512", "우리 상품권 코드입니다")

        await counter.press("-")

        assert [call.is_on for call in counter.core.asked_for(TryScanner)] == [True, False]


async def test_the_drawer_opens_with_its_reason() -> None:
    async with open_counter() as counter:
        await screens.devices(counter)
        await counter.press("6")

        assert [call.cause for call in counter.core.asked_for(OpenDrawer)] == [DrawerCause.TEST]


async def test_a_found_printer_is_adopted_by_its_number() -> None:
    async with open_counter() as counter:
        await screens.devices_found(counter)
        assert shows(counter, "EPSON TM-T82III KOREA C-5601C", "tcp://192.168.0.31")

        await counter.press("3")

        assert [call.url for call in counter.core.asked_for(AdoptPrinter)] == ["tcp://192.168.0.31"]
        assert shows(counter, "이 프린터로 출력합니다")


async def test_a_search_that_finds_nothing_says_what_to_look_at() -> None:
    async with open_counter() as counter:
        await screens.devices(counter)
        await counter.press("7")
        await counter.look()

        assert shows(counter, "찾지 못했습니다. 전원과 케이블을 확인하세요")


async def test_habits_are_chosen_by_number_and_shown() -> None:
    async with open_counter() as counter:
        await screens.devices(counter)
        await counter.press("8 2")
        await counter.look()
        assert [call.printing for call in counter.core.asked_for(ChoosePrinting)] == ["ask"]
        assert shows(counter, "물어보고 출력")

        await counter.press("9 3")
        await counter.look()
        assert [call.shown_on for call in counter.core.asked_for(ChooseShownOn)] == ["paper"]


async def test_a_device_without_a_test_answers_its_number() -> None:
    async with open_counter() as counter:
        counter.core.devices.page = a_counter(lamp=Condition.DENIED)
        await counter.press("* 8 6 4")

        assert shows(counter, "여기에는 그 번호가 없습니다", "(168)")


async def test_a_network_is_asked_for_and_leaving_makes_the_next_code_a_customers_again() -> None:
    async with open_counter() as counter:
        await screens.devices_wifi(counter)
        assert shows(counter, "와이파이 연결", "카메라에 비추세요")

        counter.core.wifi = WifiPage(state=WifiState.NOT_FOUND, network="시흥 빵집")
        await counter.look()
        assert shows(counter, "그 와이파이가 보이지 않습니다", "공유기를 켜거나", "와이파이 이름: 시흥 빵집")

        await counter.press("enter")
        await counter.look()
        assert shows(counter, "와이파이 QR을 기다립니다")
        await counter.press("-")
        assert [call.is_on for call in counter.core.asked_for(TryWifi)] == [True, True, False]
