"""A cashier's hands that press keys of the number pad, on the real screen over a real link to a running till.

The scenes of the day are told by a thread of their own; what they ask of the hands is done in the screen's event loop,
key by key. A key is pressed when everything that the one before it asked of core has been answered and is on the
screen, as a person waits for what a key does.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from typing import TypeVar

from pos.demo.showing import DemoError
from pos.demo.story.hands import PART, PaperNotes, Person
from pos.errors import LinkError
from pos.link.calls import AnyPush, Call, State, Watch
from pos.link.client import AsyncLink
from pos.link.state import QuestionKind, TillState, VerdictView
from pos.tui.screens.code import CodeScreen
from pos.tui.screens.day import ClosedScreen
from pos.tui.screens.login import LoginScreen
from pos.tui.screens.sale import SaleScreen
from tests.support.screens import Counter

R = TypeVar("R")
ANSWER_S = 30.0
LOOK_S = 0.01
QUESTION_S = 30.0


@dataclass
class Traffic:
    """What the screen asks of core."""

    made: int = 0
    under_way: int = 0


@dataclass
class CountedLink:
    """The screen's link, and how much goes over it."""

    link: AsyncLink
    traffic: Traffic

    async def call(self, call: Call[R]) -> R:
        self.traffic.made += 1
        self.traffic.under_way += 1
        try:
            return await self.link.call(call)
        finally:
            self.traffic.under_way -= 1

    def pushes(self) -> AsyncIterator[AnyPush]:
        return self.link.pushes()

    async def close(self) -> None:
        await self.link.close()


@dataclass
class KeyHands:
    """Presses keys; every act ends on the sale screen."""

    counter: Counter
    traffic: Traffic
    loop: asyncio.AbstractEventLoop
    pressed: int = 0
    """Keys, all day."""

    # The day's view of the till

    def look(self) -> TillState:
        return self._run(self._fresh())

    def wait_until(self, condition: Callable[[TillState], bool], what: str, within_s: float) -> TillState:
        return self._run(self._until(condition, what, within_s), within_s + ANSWER_S)

    def core_is_back(self) -> None:
        self._run(self._linked())

    def saw(self, verdict: VerdictView) -> None:
        """The screen reports by itself what it has shown."""
        self._expect(f"{verdict.amount_won:,}")

    def close(self) -> None:
        pass

    # People and the day

    def come(self, person: Person, pin: str = "") -> bool:
        while not isinstance(self.counter.app.screen, LoginScreen):
            # What stands on the screen is put away first; then the till is left.
            self._press("-")
        self._press(f"{person.number} {pin or person.pin}")
        is_right = not self._is_asked_for_pin
        while self._is_asked_for_pin and not isinstance(self.counter.app.screen, LoginScreen):
            self._press("-")
        return is_right

    @property
    def _is_asked_for_pin(self) -> bool:
        return any(isinstance(screen, LoginScreen) for screen in self.counter.app.screen_stack)

    def open_day(self) -> None:
        self._press("enter")

    def close_day(self, counted_won: int) -> None:
        self._press(f"* 6 2 {counted_won} enter")
        assert isinstance(self.counter.app.screen, ClosedScreen), self._screen()
        self._expect("맞습니다")
        self._press("enter")

    def practise(self, *, is_begun: bool) -> None:
        self._press("* 6 8")
        self._expect("훈련" if is_begun else "훈련을 끝냈습니다")

    def print_interim(self) -> None:
        self._press("* 6 3")
        self._expect("중 간 보 고 (X)")
        self._press("1")
        self._go_home()

    def look_at_owners_page(self, sold_won: int) -> None:
        self._press("* 8 5")
        self._expect(f"{sold_won:,}")
        self._go_home()

    def print_year(self, year: int) -> None:
        self._press(f"* 6 0 4 {year} enter")
        self._expect("기 간 매 출")
        self._press("1")
        self._go_home()

    def carry_to_safe(self, amount_won: int, *, allowed_by: Person) -> None:
        self._press(f"* 6 6 {amount_won} enter 1")
        self._expect("책임자 확인")
        self._press(f"{allowed_by.number} {allowed_by.pin}")
        self._expect("처리했습니다")
        self._go_home()

    def open_drawer(self) -> None:
        self._press("* 7 1")
        self._go_home()

    # Selling

    def enter(self, amount_won: int) -> None:
        self._press(f"{amount_won} enter")

    def choose_items(self, *keys: int) -> None:
        self._press(" ".join(("/", *map(str, keys), "enter")))

    def answer(self, kind: QuestionKind, choice: int) -> None:
        def is_asked(till: TillState) -> bool:
            return till.question is not None and till.question.kind is kind

        self.wait_until(is_asked, f"the question {kind.value}", QUESTION_S)
        self._press(str(choice))

    def take_cash(self, amount_won: int) -> None:
        self._press(f"{amount_won} + 1")

    def take_card_elsewhere(self) -> None:
        self._press("+ 2")

    def take_notes(self, notes: PaperNotes) -> None:
        row = (1_000, 5_000, 10_000, 50_000).index(notes.value_won) + 1
        self._press(f"/ + 1 {row} {notes.serial} enter" if notes.serial else f"/ {row} {notes.count} enter")
        if not isinstance(self.counter.app.screen, SaleScreen):
            # The first notes of a shift are looked at.
            self._press("1")

    def ask_phone(self) -> str:
        self._press("enter")
        sale = self.look().sale
        assert sale is not None, self._screen()
        assert sale.request is not None, self._screen()
        return sale.request.text

    def put_aside(self) -> None:
        self._press("+ 5")

    def call_back(self) -> None:
        self._press("/ 2 1")

    def leave_refused(self) -> None:
        self._press("- -")

    # After the sale

    def cancel_last(self) -> None:
        self._press("* 1 1 1")
        self._expect("취소했습니다")
        self._press("1")

    def give_back(self, receipt_number: str, amount_won: int) -> None:
        self._press(f"* 8 3 {receipt_number} enter")
        self._press(f"{PART} {amount_won} enter 3" if amount_won else "1 3")
        self._expect("취소했습니다")
        self._press("1")
        self._go_home()

    def ask_cash_receipt(self, digits: str) -> None:
        self._press(f"+ 1 {digits} enter")
        self._expect("현금영수증을 신청했습니다")

    def show_last_receipt(self) -> str:
        self._press("* 2 1 2")
        self._expect("전자영수증")
        self._press("1")
        screen = self.counter.app.screen
        assert isinstance(screen, CodeScreen), self._screen()
        text = screen.code_text
        self._go_home()
        return text

    def print_last_again(self) -> None:
        self._press("* 2 1 1")
        self._go_home()

    def answer_remote(self, *, is_accepted: bool) -> None:
        self._press("* 4 1 1" if is_accepted else "* 4 1 2 1")
        self._go_home()

    def number_and_submit_notes(self, serials: tuple[str, ...]) -> None:
        self._press("* 8 0 1")
        for serial in serials:
            self._press(f"{serial} enter")
        self._press("1 1 enter")
        self._expect("입금됨")
        self._go_home()

    def print_evidence(self) -> None:
        self._press("* 8 5 1 1")
        self._go_home()

    def send_now(self) -> None:
        self._press("* 8 1")
        self._go_home()

    # Means

    def _press(self, keys: str) -> None:
        for word in keys.split():
            for key in word if word.isdigit() else (word,):
                self.pressed += 1
                self._run(self._press_one(key))

    def _go_home(self) -> None:
        while not isinstance(self.counter.app.screen, SaleScreen):
            self._press("-")

    def _expect(self, text: str) -> None:
        """These words stand on the screen, or will in a moment."""

        async def appear() -> None:
            until_s = time.monotonic() + ANSWER_S
            while text not in self._screen():
                if time.monotonic() > until_s:
                    raise DemoError(f"{text!r} is not on the screen:\n{self._screen()}")
                await self.counter.pilot.pause(LOOK_S)

        self._run(appear())

    def _screen(self) -> str:
        return "\n".join(self.counter.text())

    def _run(self, work: Coroutine[object, None, R], within_s: float = ANSWER_S * 2) -> R:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(within_s)

    async def _press_one(self, key: str) -> None:
        before = self.traffic.made
        await self.counter.press(key)
        while self.traffic.under_way:
            await self.counter.pilot.pause(LOOK_S)
            await self.counter.settle()
        if self.traffic.made != before:
            await self._fresh()
            await self.counter.settle()

    async def _fresh(self) -> TillState:
        """The till as core tells it now, once the screen knows it too."""
        until_s = time.monotonic() + ANSWER_S
        while True:
            state = await self.counter.app.ask(Watch())
            shown = self.counter.app.desk.till
            if isinstance(state, State) and shown is not None and _is_same(shown, state.till):
                return state.till
            if time.monotonic() > until_s:
                raise DemoError(f"the screen does not follow:\n{self._screen()}\n{state}")
            await self.counter.pilot.pause(LOOK_S)

    async def _until(self, condition: Callable[[TillState], bool], what: str, within_s: float) -> TillState:
        until_s = time.monotonic() + within_s
        while True:
            shown = self.counter.app.desk.till
            if shown is not None and self.counter.app.desk.is_linked and condition(shown):
                await self.counter.settle()
                return await self._fresh()
            if time.monotonic() > until_s:
                raise DemoError(f"{what} did not happen within {within_s:.0f} s:\n{self._screen()}")
            await self.counter.pilot.pause(LOOK_S)

    async def _linked(self) -> None:
        """The screen has found core again, and it is not the one that went."""
        until_s = time.monotonic() + ANSWER_S
        while True:
            try:
                if self.counter.app.desk.is_linked and isinstance(await self.counter.app.ask(Watch()), State):
                    await self._fresh()
                    return
            except LinkError:
                pass
            assert time.monotonic() < until_s, self._screen()
            await self.counter.pilot.pause(LOOK_S)


def _is_same(shown: TillState, told: TillState) -> bool:
    """Whether the screen shows what core tells, but for what changes by itself."""
    return _essence(shown) == _essence(told)


def _essence(till: TillState) -> tuple[object, ...]:
    return (
        till.sale,
        till.verdict,
        till.question,
        till.settled,
        till.lock,
        till.clerk,
        till.day,
        till.is_training,
        till.suspended_count,
        till.remotes_waiting,
        till.last_sale is None or till.last_sale.receipt_number,
    )
