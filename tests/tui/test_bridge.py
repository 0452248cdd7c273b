"""The link made again, and the three sounds."""

import asyncio

import pytest

from pos.errors import LinkError
from pos.link.calls import EnterAmount, SyncNow, Watch
from pos.link.state import Outcome, TillState
from pos.tui.bridge import RETRY_S, Bridge
from pos.tui.sounds import CALL_INTERVAL_S, QUIET_S, STROKE_INTERVAL_S, BellSounds
from tests.support.screens import open_counter
from tests.support.till_simulator import Code, TillSimulator


class Follower:
    """A bridge and what came over it."""

    def __init__(self, core: TillSimulator) -> None:
        self.states: list[TillState] = []
        self.losses = 0
        self.pauses: list[float] = []
        self.bridge = Bridge(core.connect, on_state=self.states.append, on_lost=self._lose, pause=self._pause)

    def _lose(self) -> None:
        self.losses += 1

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)


async def turns(count: int = 20) -> None:
    """Let everything that is ready run."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_the_newest_state_is_asked_for_first_and_changes_follow() -> None:
    core = TillSimulator()
    follower = Follower(core)
    running = asyncio.ensure_future(follower.bridge.run())
    await turns()
    core.change(attention_count=2)
    await turns()

    assert [till.attention_count for till in follower.states] == [0, 2]
    assert isinstance(core.calls[0], Watch)
    running.cancel()


async def test_the_bridge_tries_until_core_is_there_and_again_when_it_goes() -> None:
    core = TillSimulator()
    core.stop()
    follower = Follower(core)
    running = asyncio.ensure_future(follower.bridge.run())
    await turns()
    assert follower.pauses
    assert set(follower.pauses) == {RETRY_S}
    with pytest.raises(LinkError):
        await follower.bridge.ask(SyncNow())

    core.start()
    await turns()
    await follower.bridge.ask(SyncNow())
    core.stop()
    await turns()
    core.start()
    await turns()

    assert follower.losses == 1
    assert len(follower.states) == 2
    running.cancel()


async def test_a_call_that_core_never_answers_fails_when_core_goes() -> None:
    core = TillSimulator()
    follower = Follower(core)
    running = asyncio.ensure_future(follower.bridge.run())
    await turns()
    core.hold()
    asking = asyncio.ensure_future(follower.bridge.ask(EnterAmount(amount_won=1)))
    await turns()
    core.stop()

    with pytest.raises(LinkError):
        await asking
    running.cancel()


def strokes(outcome: Outcome) -> list[float]:
    """When the bell is struck."""
    at_s: list[float] = []
    BellSounds(ring=lambda: at_s.append(0.0), after=lambda delay_s, _: at_s.append(delay_s)).play(outcome)
    return at_s


def test_the_three_verdicts_sound_different() -> None:
    heard = {outcome: strokes(outcome) for outcome in Outcome}

    assert heard[Outcome.APPROVED] == [0.0]
    assert heard[Outcome.REFERRED] == [0.0, STROKE_INTERVAL_S]
    assert heard[Outcome.DECLINED] == [0.0, STROKE_INTERVAL_S, 2 * STROKE_INTERVAL_S]


async def test_a_verdict_is_heard_once_and_a_quiet_one_never() -> None:
    ear = Ear()
    async with open_counter() as counter:
        counter.app._sounds = ear
        await counter.press("12 . 0 enter")
        await counter.present(Code())
        await counter.change(attention_count=1)
        await counter.press("enter")
        await counter.present(Code())

    assert ear.heard == ["approved"]


class Ear:
    """A bell that writes down what it rang."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def play(self, outcome: Outcome) -> None:
        self.heard.append(outcome.value)

    def call(self) -> None:
        self.heard.append("call")


def test_a_call_is_two_slow_strokes_like_no_verdict() -> None:
    at_s: list[float] = []
    BellSounds(ring=lambda: at_s.append(0.0), after=lambda delay_s, _: at_s.append(delay_s)).call()

    assert at_s == [0.0, CALL_INTERVAL_S]
    assert all(at_s != strokes(outcome) for outcome in Outcome)


async def test_an_order_is_heard_at_rest_and_after_a_payment_and_never_in_the_middle_of_one() -> None:
    ear = Ear()
    async with open_counter() as counter:
        counter.app._sounds = ear
        await counter.change(remotes_waiting=1)
        assert ear.heard == ["call"]
        await counter.press("12 . 0 enter")
        await counter.change(remotes_waiting=2)
        assert ear.heard == ["call"], "a customer is being served"
        await counter.present(Code())
        assert ear.heard == ["call", "approved"], "the verdict, with nothing on top of it"

        counter.clock.now_s += QUIET_S
        await counter.change(attention_count=1)

        assert ear.heard == ["call", "approved", "call"]
