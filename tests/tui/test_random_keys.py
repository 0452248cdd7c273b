"""Whatever is pressed, and whatever happens meanwhile, the screen stays and no digit goes astray."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events

from pos.link.state import Outcome, QuestionKind, SellingStop, VerdictView
from pos.money import AMOUNT_MAX_WON
from pos.till.reasons import Reason
from pos.tui.desk import Desk
from pos.tui.pad import PadKey
from pos.tui.screens.sale import SaleScreen
from tests.support.screens import PAD_KEYS, Counter, open_counter
from tests.support.till_simulator import Code, a_receipt, quiet_till

KEYS = 1_000
SEED = 20_251_122
NAMES = (
    *PAD_KEYS,
    *(("home", None), ("up", None), ("kp_begin", None), ("delete", None), ("backspace", "\x7f"), ("escape", "\x1b")),
    *(("a", "a"), ("tab", "\t"), ("ctrl+c", "\x03"), ("ctrl+q", "\x11"), ("f1", None), ("ㅁ", "ㅁ")),
)


async def test_a_thousand_random_keys_never_end_the_screen() -> None:
    chance = random.Random(SEED)
    async with open_counter() as counter:
        counter.core.receipt = a_receipt()
        for pressed in range(KEYS):
            name, character = chance.choice(NAMES)
            counter.clock.now_s += chance.choice((0.01, 0.2, 0.5))
            counter.app.post_message(events.Key(name, character))
            if pressed % 20 == 0:
                happen(counter, chance)
                await counter.settle()
        await counter.settle()
        assert counter.app.is_running

        if not counter.app.desk.is_linked:
            counter.core.start()
        counter.core.change(stop=None)
        while not counter.app.desk.is_linked:
            await counter.pilot.pause(0.05)
        await counter.settle()
        assert counter.app.screen.query("KeyButton")
        assert "달빛 베이커리" in counter.text()[0] or not isinstance(counter.app.screen, SaleScreen)


def happen(counter: Counter, chance: random.Random) -> None:
    """Something at the counter that nobody pressed a key for."""
    core = counter.core
    match chance.randrange(12):
        case 0 | 1 | 2:
            sale = core.till.sale
            due_won = sale.remaining_won if sale is not None else 0
            amount_won = chance.choice((due_won, due_won + 1_000, max(due_won - 1_000, 1))) or 5_000
            core.present(Code(amount_won=amount_won, name=f"code {chance.randrange(40)}"))
        case 3 | 4:
            core.present(Code(reason=chance.choice(list(Reason))))
        case 5:
            if core.till.question is None:
                core.ask(chance.choice((QuestionKind.PAPER_LOADED, QuestionKind.PRINT_UNKNOWN, QuestionKind.OPEN_SALE)))
        case 6:
            core.change(stop=chance.choice((None, None, SellingStop.DISK_FULL)))
        case 7:
            core.stop()
            core.start()
        case 8:
            core.asks_for_receipts = not core.asks_for_receipts
        case _:
            core.change(attention_count=chance.randrange(3))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["0", "1", "5", "9", "00", "verdict", "pause", "state", "lost", "back again"])))
def test_digits_are_typed_in_their_order_whatever_arrives(happenings: list[str]) -> None:
    desk, now_s, serial, typed = Desk(), 0.0, 0, ""
    till = quiet_till()
    desk.take_state(till, now_s=now_s)
    for happening in happenings:
        match happening:
            case "verdict":
                serial += 1
                verdict = VerdictView(serial=serial, outcome=Outcome.DECLINED, reason=Reason.EXPIRED)
                till = quiet_till(verdict=verdict)
                desk.take_state(till, now_s=now_s)
            case "pause":
                now_s += 1.0
            case "state" | "back again":
                desk.take_state(till, now_s=now_s)
            case "lost":
                desk.lose_link()
            case digits:
                desk.press(PadKey(digits), now_s=now_s)
                longer = (typed + digits).lstrip("0") or "0"
                typed = longer if int(longer) <= AMOUNT_MAX_WON else typed

        assert desk.typed == typed
