"""Text from strangers is letters, whatever it says."""

import asyncio

import pytest

from pos.link.calls import SaleLine
from pos.link.state import LastSaleView, Outcome, TenderView, VerdictView
from pos.till.reasons import Reason
from pos.tui.screens.sale import SaleScreen
from tests.support.screens import Counter, open_counter
from tests.support.till_simulator import NOON_S, a_receipt

CLICK = "[@click=app.quit]PAID[/]"
STYLE = "[black on black]x[/]"
LINK = "[link=https://example.org]x[/]"


def shows(counter: Counter, text: str) -> bool:
    return text in "\n".join(counter.text())


def has_actions(counter: Counter) -> bool:
    """Whether any cell carries an action or a link."""
    strips = counter.app.screen._compositor.render_strips()
    return any(
        segment.style is not None and (segment.style.link or "@click" in (segment.style.meta or {}))
        for strip in strips
        for segment in strip
    )


@pytest.mark.parametrize("hostile", [CLICK, STYLE, LINK, "[/]", "\\[b]", "[red"])
async def test_a_name_is_shown_as_it_is_written(hostile: str) -> None:
    async with open_counter() as counter:
        last = LastSaleView(time_s=NOON_S, amount_won=1, receipt_number="1", program_name=hostile, paper="")
        await counter.change(shop_name=hostile, last_sale=last)
        assert counter.text()[0].strip().startswith(hostile)
        assert hostile in counter.text()[2]

        await counter.change(
            verdict=VerdictView(
                serial=50, outcome=Outcome.APPROVED, program_name=hostile, voucher_mask=hostile, time_s=NOON_S
            )
        )
        assert shows(counter, hostile)
        await counter.change(
            verdict=VerdictView(
                serial=51,
                outcome=Outcome.DECLINED,
                reason=Reason.NOT_OUR_CODE,
                foreign_kind="unknown",
                foreign_head=hostile[:10],
                foreign_length=24,
            )
        )
        assert shows(counter, hostile[:10])
        assert not has_actions(counter)


async def test_touching_a_hostile_name_does_nothing() -> None:
    async with open_counter() as counter:
        await counter.change(shop_name=CLICK)

        for column in range(1, 1 + len(CLICK)):
            await counter.pilot.click(offset=(column, 0))
        await counter.settle()

        assert counter.app.is_running
        assert isinstance(counter.app.screen, SaleScreen)


async def test_names_in_lists_receipts_and_tenders_are_letters_too() -> None:
    async with open_counter() as counter:
        sale = SaleLine(
            time_s=NOON_S, amount_won=1, receipt_number=CLICK, program_name=CLICK, paper="printed", delivery="waiting"
        )
        counter.core.sales = (sale,)
        await counter.press("* 2")
        assert shows(counter, CLICK)

        counter.core.receipt = a_receipt()
        await counter.press("1")
        assert shows(counter, CLICK), "the number in the title"
        await counter.press("- - -")

        await counter.press("9 enter")
        assert counter.core.till.sale is not None
        tender = TenderView(kind="voucher", amount_won=1, program_name=CLICK)
        counter.core._tender(tender, verdict=None)
        await counter.settle()
        assert shows(counter, CLICK)
        assert not has_actions(counter)


async def test_control_characters_never_reach_the_terminal() -> None:
    async with open_counter() as counter:
        await counter.change(shop_name="a\x1b[2J\u202eb\u200b\nc", clerk="\x07")

        seen = "".join(counter.text())
        assert not [character for character in seen if not character.isprintable()]
        assert "a?[2J?b??c" in counter.text()[0]


async def test_pasted_text_is_not_typed() -> None:
    async with open_counter() as counter:
        from textual import events

        counter.app.screen.post_message(events.Paste("12000\r"))
        await asyncio.sleep(0)
        await counter.settle()

        assert counter.app.desk.typed == ""
