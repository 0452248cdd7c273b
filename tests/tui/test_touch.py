"""Everything by finger, too."""

from collections.abc import Awaitable, Callable

import pytest

from pos.link.calls import AnswerQuestion, CancelSale, EnterAmount, ListDevices, OpenDrawer, PayOther
from pos.link.state import QuestionKind
from pos.tui.desk import Stage
from pos.tui.pad import PadKey
from pos.tui.screens.listing import ListedRow
from pos.tui.screens.menu import MenuScreen
from pos.tui.screens.receipt import ReceiptScreen
from pos.tui.widgets.footer import KeyButton, Keypad
from tests.support import screens
from tests.support.screens import SCENES, Counter, Scene, open_counter
from tests.support.till_simulator import Code, a_receipt

FINGER_ROWS, FINGER_COLUMNS = 3, 12
ONE_OF_EACH_SCREEN = (
    *("question_part", "approved", "menu", "menu_more", "history", "receipt", "devices", "devices_trial", "notes"),
    *("items", "tender_kinds", "receipt_code", "why", "attention", "request", "login_pin", "opening", "day_menu"),
    *("day_count", "people", "owner", "support", "period", "install_compare", "catalogue_found"),
)


def buttons(counter: Counter, place: str) -> list[KeyButton]:
    return [button for button in counter.app.screen.query_one(place).query(KeyButton) if button.display]


async def touch(counter: Counter, place: str, index: int) -> None:
    """Touch the button of that index in the footer or on the keypad."""
    await counter.pilot.click(buttons(counter, place)[index])
    counter.clock.pass_reaction()
    await counter.settle()


async def touch_key(counter: Counter, key: PadKey) -> None:
    pad = [*"789-456+123*0", "00", "/", "enter"]
    await touch(counter, "Keypad", pad.index(key.value))


async def test_a_whole_sale_by_finger() -> None:
    async with open_counter() as counter:
        await counter.pilot.click("AmountPanel")
        for key in (PadKey.D1, PadKey.D2, PadKey.DOUBLE_ZERO, PadKey.D0, PadKey.ENTER):
            await touch_key(counter, key)
        assert counter.app.desk.stage is Stage.READING

        await counter.present(Code(amount_won=8_000))
        await touch(counter, "ActionFooter", 1)
        assert [call.choice for call in counter.core.asked_for(AnswerQuestion)] == [1]

        await touch(counter, "ActionFooter", 2)
        await counter.pilot.click(counter.app.screen.query(KeyButton).first())
        await counter.settle()
        assert [call.amount_won for call in counter.core.asked_for(PayOther)] == [4_000]
        assert counter.core.till.sale is None


async def test_the_keypad_comes_back_over_a_verdict_and_goes_when_touched_again() -> None:
    async with open_counter() as counter:
        await screens.approved(counter)
        await touch(counter, "ActionFooter", 1)
        assert counter.app.desk.stage is Stage.IDLE
        assert counter.app.screen.query_one("Keypad").display

        await touch_key(counter, PadKey.D7)
        assert counter.app.desk.typed == "7"

        await counter.pilot.click("AmountPanel")
        assert not counter.app.screen.query_one("Keypad").region


async def test_a_verdict_is_never_hidden_by_the_keypad() -> None:
    async with open_counter() as counter:
        await counter.press("12 . 0 enter")
        await counter.pilot.click("AmountPanel")
        await counter.present(Code())

        assert "12,000원 받았습니다" in "\n".join(counter.text())


async def test_buttons_are_large_enough_for_a_finger() -> None:
    async with open_counter() as counter:
        for scene in (screens.idle, screens.question_part, screens.keypad):
            await scene(counter)
            for place in ("ActionFooter", "Keypad"):
                shown = [button.region for button in buttons(counter, place) if button.region]
                assert all(region.height >= FINGER_ROWS and region.width >= FINGER_COLUMNS for region in shown)


async def test_the_footer_has_at_most_six_actions_in_every_scene() -> None:
    async with open_counter() as counter:
        for scene in (screens.reading, screens.question_paper, screens.menu):
            await scene(counter)
            assert 1 <= len(buttons(counter, "ActionFooter")) <= 6


async def test_lists_and_choices_by_finger() -> None:
    async with open_counter() as counter:
        await touch(counter, "ActionFooter", 0)
        assert isinstance(counter.app.screen, MenuScreen)

        rows = counter.app.screen.query(ListedRow)
        drawer = next(row for row in rows if "돈통 열기" in str(row.render()))
        await counter.pilot.click(drawer)
        await counter.settle()
        await counter.pilot.click(counter.app.screen.query(KeyButton)[0])
        await counter.settle()

        assert [call.cause for call in counter.core.asked_for(OpenDrawer)] == ["change"]


async def test_a_receipt_by_finger() -> None:
    async with open_counter() as counter:
        await screens.history(counter)
        counter.core.receipt = a_receipt()
        await counter.pilot.click(counter.app.screen.query(ListedRow)[0])
        await counter.settle()
        assert isinstance(counter.app.screen, ReceiptScreen)

        await touch(counter, "ActionFooter", 2)
        await counter.pilot.click(counter.app.screen.query(KeyButton).first())
        await counter.settle()
        assert isinstance(counter.app.screen, ReceiptScreen)


async def test_cancelling_and_paper_questions_by_finger() -> None:
    async with open_counter() as counter:
        await counter.press("5 enter")
        await touch(counter, "ActionFooter", 4)
        assert len(counter.core.asked_for(CancelSale)) == 1
        assert len(counter.core.asked_for(EnterAmount)) == 1

        counter.core.ask(QuestionKind.PRINT_UNKNOWN, receipt_number="1122-0123")
        await counter.settle()
        await touch(counter, "ActionFooter", 3)
        assert [call.choice for call in counter.core.asked_for(AnswerQuestion)] == [3]


async def after(scene: Scene, do: Callable[[Counter, KeyButton], Awaitable[None]]) -> tuple[list[str], list[str]]:
    """What is on the screen and what core was asked for when something was done with the scene's first button."""
    async with open_counter() as counter:
        await scene(counter)
        asked = len(counter.core.calls)
        shown = [button for button in counter.app.screen.query(KeyButton) if button.display and not in_keypad(button)]
        if shown:
            counter.clock.pass_reaction()
            await do(counter, shown[0])
            counter.clock.pass_reaction()
            await counter.settle()
        # Screens about devices ask by themselves how these are, every so often.
        return counter.text(), [repr(call) for call in counter.core.calls[asked:] if not isinstance(call, ListDevices)]


def in_keypad(button: KeyButton) -> bool:
    return any(isinstance(parent, Keypad) for parent in button.ancestors)


async def click(counter: Counter, button: KeyButton) -> None:
    await counter.pilot.click(button)


async def press_its_key(counter: Counter, button: KeyButton) -> None:
    key = str(button.render()).split("\n")[0].strip()
    await counter.press("enter" if key == "Enter" else key)


@pytest.mark.slow
@pytest.mark.parametrize("scene", ONE_OF_EACH_SCREEN)
async def test_a_finger_on_a_button_does_what_its_key_does(scene: str) -> None:
    by_finger, by_key = await after(SCENES[scene], click), await after(SCENES[scene], press_its_key)

    assert by_finger == by_key
