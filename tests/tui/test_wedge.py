"""A scanner that types: its scan is one scan, whatever it types, and what a person types never is one."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from textual import events

from pos.link.calls import AnswerQuestion, CancelSale, EnterAmount, PayOther, ScanSeen
from pos.link.state import QuestionKind
from pos.tui.desk import Stage
from pos.tui.screens.menu import MenuScreen
from pos.tui.wedge import CHARACTERS_MIN, GAP_S, STUMBLE_S, TypedScan, Wedge
from tests.support.screens import Counter, open_counter
from tests.support.till_simulator import Code

BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
CODE = "CKP1:" + BASE45 * 3
KEYS = {" ": "space", "\r": "enter", "\t": "tab", "\n": "ctrl+j"}
ENDS = ("\r", "\t", "\n", "\r\n", "")


def typed(text: str, gaps_s: Sequence[float]) -> list[str | TypedScan]:
    """What becomes of characters typed with these pauses before each, and of the quiet behind them."""
    wedge: Wedge[str] = Wedge()
    now_s, done = 100.0, []
    for character, gap_s in zip(text, gaps_s, strict=True):
        now_s += gap_s
        done += wedge.take(character, character, at_s=now_s)
    return [*done, *wedge.expire(now_s=now_s + 1.0)]


def at_once(text: str, gap_s: float = 0.002) -> list[str | TypedScan]:
    return typed(text, [gap_s] * len(text))


@pytest.mark.parametrize("end", ENDS)
def test_every_character_of_a_code_comes_through_and_the_end_of_line_is_the_scanners(end: str) -> None:
    assert at_once(CODE + end) == [TypedScan(text=CODE, length=len(CODE))]


@pytest.mark.parametrize("end", ENDS)
def test_with_caps_lock_a_code_of_ours_is_put_right_and_another_is_left_alone(end: str) -> None:
    assert at_once(CODE.swapcase() + end) == [TypedScan(text=CODE, length=len(CODE))]
    assert at_once("https://chak.example/a" + end) == [TypedScan(text="https://chak.example/a", length=22)]


@given(st.text(BASE45, min_size=CHARACTERS_MIN, max_size=80), st.data())
def test_whatever_is_typed_fast_is_one_scan(text: str, data: st.DataObject) -> None:
    assume(len(set(text)) > 1)
    gaps_s = [data.draw(st.floats(0.0, GAP_S * 0.99)) for _ in text]
    assert typed(text, gaps_s) == [TypedScan(text=text, length=len(text))]


@given(st.text(BASE45 + "\r\t", min_size=1, max_size=40), st.data())
def test_whatever_is_typed_slowly_is_keys_in_their_order(text: str, data: st.DataObject) -> None:
    gaps_s = [data.draw(st.floats(GAP_S * 1.001, 2.0)) for _ in text]
    assert typed(text, gaps_s) == list(text)


@given(st.text(BASE45, min_size=1, max_size=60), st.data())
def test_no_key_is_lost_or_done_twice(text: str, data: st.DataObject) -> None:
    """However somebody types, what was typed is done once, as keys or inside scans, in its order."""
    gaps_s = [data.draw(st.sampled_from((0.0, 0.01, 0.03, 0.04, 0.09, 0.2))) for _ in text]
    done = typed(text, gaps_s)
    assert "".join(one if isinstance(one, str) else one.text for one in done) == text


@pytest.mark.parametrize("text", ["1", "12345", "12.0\r", "00", "000", "-----"])
def test_fewer_than_six_are_keys_however_fast(text: str) -> None:
    assert at_once(text) == list(text)


def test_two_scans_behind_each_other_are_two() -> None:
    assert at_once("CKP1:A\rCKP1:B\r") == [TypedScan(text="CKP1:A", length=6), TypedScan(text="CKP1:B", length=6)]


def test_an_enter_behind_a_key_behind_a_scan_is_the_persons() -> None:
    gaps_s = [0.002] * len(CODE) + [0.002, 0.036, 0.05]
    assert typed(CODE + "\r7\r", gaps_s) == [TypedScan(text=CODE, length=len(CODE)), "7", "\r"]


def test_a_scan_that_stumbles_does_not_leave_its_rest_to_the_amount() -> None:
    gaps_s = [0.002] * 20
    gaps_s[12] = STUMBLE_S * 0.9
    assert typed("8801234567890\r12345 \r"[:20], gaps_s)[0] == TypedScan(text="8801234567890", length=13)
    assert typed("CKP1:0123456789ABCDE", gaps_s) == [TypedScan(text="CKP1:0123456789ABCDE", length=20)]


@pytest.mark.parametrize("repeat_s", [0.025, 0.033])
def test_a_key_that_is_held_down_is_a_person(repeat_s: float) -> None:
    assert at_once("0" * 30, repeat_s) == ["0"] * 30
    assert at_once("0" * 30) == [TypedScan(text="0" * 30, length=30)]


def test_a_code_that_is_too_long_is_cut_and_its_length_is_told() -> None:
    (scan,) = at_once("9A" * 5_000 + "\r")
    assert scan == TypedScan(text=("9A" * 5_000)[:801], length=10_000)


async def scan(counter: Counter, text: str, *, gap_s: float = 0.003) -> None:
    """A scanner types at the screen."""
    counter.timers.stands = True
    for character in text:
        counter.clock.now_s += gap_s
        counter.app.post_message(events.Key(KEYS.get(character, character), character))
        await counter.pilot.pause(0)
    await counter.timers.pass_s(STUMBLE_S)
    await counter.settle()


@pytest.mark.parametrize("text", [CODE + "\r", CODE.swapcase() + "\t", "8801234567890\r", "-*/+.1\r"])
async def test_a_scan_goes_to_core_and_nothing_else_happens(text: str) -> None:
    async with open_counter() as counter:
        await counter.press("12 . 0 enter 4 5")
        before = counter.text()

        await scan(counter, text)

        sent = CODE if text.lower().startswith("ckp1") else text.strip()
        assert counter.core.asked_for(ScanSeen) == [ScanSeen(text=sent, length=len(sent))]
        assert (counter.app.desk.typed, counter.app.desk.stage) == ("45", Stage.AMOUNT)
        assert counter.text() == before
        assert len(counter.core.asked_for(EnterAmount)) == 1
        assert not counter.core.asked_for(CancelSale) + counter.core.asked_for(PayOther)


async def test_a_scan_answers_no_question_and_chooses_nothing_in_a_menu() -> None:
    async with open_counter() as counter:
        await counter.press("12 . 0 enter")
        await counter.present(Code(amount_won=11_000))
        await scan(counter, "1CKP1:1111112222\r")
        assert not counter.core.asked_for(AnswerQuestion)
        assert counter.core.till.question is not None
        assert counter.core.till.question.kind is QuestionKind.PART_PAYMENT

    async with open_counter() as counter:
        await counter.press("*")
        await scan(counter, "1234567890\r")
        assert isinstance(counter.app.screen, MenuScreen)
        assert len(counter.core.asked_for(ScanSeen)) == 1


async def test_an_unhurried_hand_is_never_taken_for_a_scanner() -> None:
    chance = random.Random(8)
    async with open_counter() as counter:
        counter.timers.stands = True
        for digit in "12345678":
            counter.clock.now_s += chance.uniform(GAP_S * 1.001, 0.4)
            counter.app.post_message(events.Key(digit, digit))
            await counter.pilot.pause(0)
            await counter.timers.pass_s(GAP_S)
        await counter.settle()
        assert counter.app.desk.typed == "12345678"
        assert not counter.core.asked_for(ScanSeen)
