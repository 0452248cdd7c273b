"""The support page: the number, what is wrong, paper, and the file for support."""

from __future__ import annotations

import msgspec

from pos.link.calls import PrintDocument, WantBundle
from pos.link.examination import BundleState
from tests.support import screens
from tests.support.screens import Counter, open_counter


def shows(counter: Counter, *texts: str) -> bool:
    screen = "\n".join(counter.text())
    return all(text in screen for text in texts)


async def test_the_number_is_read_in_two_groups_and_what_is_wrong_stands_below() -> None:
    async with open_counter() as counter:
        await screens.support(counter)

        assert shows(counter, "지원 번호  2048 5177")
        assert shows(counter, "영수증 프린터: 종이가 없습니다 (103)", "종이를 넣어 주세요")
        assert shows(counter, "본사 주소를 찾지 못합니다. 인터넷이 안 됩니다 (502)", "0:23")
        assert not shows(counter, "(220)"), "what is in order is not listed"


async def test_where_nothing_is_wrong_that_is_said() -> None:
    async with open_counter() as counter:
        counter.core.examination = msgspec.structs.replace(counter.core.examination, findings=(), examined_s=0)
        await screens.support(counter)

        assert shows(counter, "점검한 것은 모두 정상입니다", "아직 점검하지 않았습니다")


async def test_the_slip_that_is_shown_is_the_one_that_is_printed() -> None:
    async with open_counter() as counter:
        await screens.support(counter)
        await counter.press("1")

        assert [call.name for call in counter.core.asked_for(PrintDocument)] == ["S20485177103"]


async def test_a_till_that_cannot_print_does_not_pretend_to() -> None:
    async with open_counter() as counter:
        counter.core.examination = msgspec.structs.replace(counter.core.examination, slip="")
        await screens.support(counter)
        await counter.press("1")

        assert counter.core.asked_for(PrintDocument) == []


async def test_the_stick_is_written_and_its_end_is_seen_without_a_key() -> None:
    async with open_counter() as counter:
        await screens.support(counter)
        assert shows(counter, "메모리를 꽂고 2를 누르세요")
        await counter.press("2")
        assert len(counter.core.asked_for(WantBundle)) == 1
        assert shows(counter, "메모리를 빼지 마세요")

        counter.core.examination = msgspec.structs.replace(counter.core.examination, bundle=BundleState.WRITTEN)
        await counter.look()

        assert shows(counter, "이제 메모리를 빼도 됩니다")
