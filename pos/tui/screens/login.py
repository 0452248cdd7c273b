"""Who is at the till: a number from the list, then the PIN. Also for somebody who allows one act.

Rules: the digits of a PIN are never on the screen; a till that wants a PIN leaves this screen in no other way; keys
that come while core is answering wait for the answer: a number for the list, an amount for the PIN to be right.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import partial

from textual.screen import Screen

from pos.link.calls import AllowOnce, Done, ListPeople, LogIn, PersonLine, PinRefused, Refused
from pos.link.state import SellingStop, TillLock
from pos.till.people import PIN_DIGITS
from pos.till.reasons import Refusal
from pos.tui.answers import refusal_text
from pos.tui.host import Host
from pos.tui.messages import PadPressed
from pos.tui.pad import PadKey
from pos.tui.screens.listing import ListScreen, Row
from pos.tui.screens.number import PinScreen
from pos.tui.screens.pad_screen import PadScreen
from pos.words import Notice, Words

_DONE = 1


class Purpose(StrEnum):
    """What the PIN is for."""

    LOG_IN = "log_in"
    RELIEVE = "relieve"
    """Somebody takes over; who is at the till stays there until then."""
    ALLOW = "allow"


class LoginScreen(ListScreen):
    """Closes with a result once the PIN was right; with None for Back, where the till may be left as it is."""

    def __init__(self, host: Host, *, purpose: Purpose = Purpose.LOG_IN, expected: int = 0) -> None:
        """`expected` is the number of who will come; their PIN is asked for at once, and Back leads to the list."""
        super().__init__(host)
        self._expected = expected
        self._purpose = purpose
        self._people: tuple[PersonLine | None, ...] = ()
        self.when_gone: Callable[[bool], None] | None = None
        """Told, however this screen goes, whether the PIN was right."""
        self._is_proved = False
        self._is_waiting = True
        """For the list, for a PIN, or for what core says to it."""
        self._early: list[PadKey] = []
        """Keys that came in the meantime."""

    def on_mount(self) -> None:
        self.run_worker(self._load())

    def on_unmount(self) -> None:
        if self.when_gone is not None:
            self.when_gone(self._is_proved)

    def title_text(self) -> str:
        day = self.host.words.day
        title, line = (
            (day.allow_title, day.allow_line) if self._purpose is Purpose.ALLOW else (day.login_title, day.login_line)
        )
        return f"{title}  {line}"

    def draw(self) -> None:
        super().draw()
        till = self.host.desk.till
        if self._purpose is Purpose.LOG_IN and till is not None and till.lock is TillLock.OPEN:
            self.leave(_DONE)
        elif self._purpose is Purpose.LOG_IN and till is not None and till.stop is SellingStop.JOURNAL_BEHIND:
            self.leave()

    def leave(self, result: int | None = None) -> None:
        is_needed = self._purpose is not Purpose.ALLOW and self.host.desk.wants_pin
        if result is None and is_needed:
            self.host.notify_cashier(Notice.PIN_FIRST)
        elif self.is_active:
            self._is_proved = result is not None
            super().leave(result)
            self._pass_on(self.app.screen)

    def press(self, key: PadKey) -> None:
        if not self._is_waiting or (key is PadKey.BACK and not self._early):
            super().press(key)
        elif key is PadKey.BACK:
            self._early.pop()
        else:
            self._early.append(key)

    def _pass_on(self, seen: Screen[object]) -> None:
        """What was typed behind a right PIN is the next amount, where the sale screen is seen again."""
        is_there = self._is_proved and self._purpose is not Purpose.ALLOW
        if is_there and isinstance(seen, PadScreen) and seen.begins_amount:
            for key in self._early:
                seen.post_message(PadPressed(key))

    def _wait_no_more(self) -> None:
        """Take the keys that came too early, in their order."""
        self._is_waiting = False
        while self._early and not self._is_waiting:
            super().press(self._early.pop(0))

    def chosen(self, index: int) -> None:
        person = self._people[index]
        if person is None or not person.has_pin:
            self.host.notify_cashier(Notice.NOTHING_HERE)
        else:
            self._ask_pin(person)

    def _ask_pin(self, person: PersonLine) -> None:
        self._is_waiting = True
        # In this screen's own turn: what a PIN leads to is lost with the screen that asked for it.
        self.call_next(self._open_pin, person)

    def _open_pin(self, person: PersonLine) -> None:
        day = self.host.words.day
        screen = PinScreen(
            self.host, title=day.pin_title.format(name=person.name), digits=PIN_DIGITS, lines=(day.pin_line,)
        )
        self.app.push_screen(screen, partial(self._take_pin, person))
        while self._early and screen.is_active:
            screen.press(self._early.pop(0))

    def _take_pin(self, person: PersonLine, pin: int | None) -> None:
        if pin is None:
            self._wait_no_more()
        else:
            self.run_worker(self._prove(person, f"{pin:0{PIN_DIGITS}d}"))

    async def _prove(self, person: PersonLine, pin: str) -> None:
        if self._purpose is Purpose.ALLOW:
            answer = await self.host.ask(AllowOnce(person=person.person, pin=pin))
        else:
            answer = await self.host.ask(LogIn(person=person.person, pin=pin))
        if isinstance(answer, Done):
            self.leave(_DONE)
            return
        # Whatever was typed behind a PIN that opened nothing was meant for what is not there.
        self._early, self._is_waiting = [], False
        if answer is not None:
            self.host.tell(pin_refusal(self.host.words, answer))
            if isinstance(answer, PinRefused) and not answer.wait_s:
                self._ask_pin(person)

    async def _load(self) -> None:
        page = await self.host.ask(ListPeople())
        by_number = {} if page is None else {person.person: person for person in page.people}
        if page is not None:
            self._people = tuple(map(by_number.get, range(1, max(by_number, default=0) + 1)))
            self.fill(tuple(map(self._row, self._people)))
        expected = by_number.get(self._expected)
        if expected is not None and expected.has_pin:
            self._ask_pin(expected)
        else:
            self._wait_no_more()

    def _row(self, person: PersonLine | None) -> Row:
        day = self.host.words.day
        return Row(text=day.number_free if person is None else person.name)


def pin_refusal(words: Words, answer: PinRefused | Refused) -> str:
    """Why the PIN opened nothing."""
    said = refusal_text(words, Refused(cause=answer.cause))
    if isinstance(answer, PinRefused) and answer.wait_s:
        return f"{said}. {words.day.pin_wait.format(seconds=answer.wait_s)}"
    return said


WANTS_PIN = frozenset({Refusal.TILL_LOCKED, Refusal.NOT_ALLOWED})
"""Refusals that a PIN turns into the act itself."""
