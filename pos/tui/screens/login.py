"""Who is at the till: a number from the list, then the PIN. Also for somebody who allows one act.

Rules: the digits of a PIN are never on the screen; a till that wants a PIN leaves this screen in no other way.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import partial

from pos.link.calls import AllowOnce, Done, ListPeople, LogIn, PersonLine, PinRefused, Refused
from pos.link.state import TillLock
from pos.till.people import PIN_DIGITS
from pos.till.reasons import Refusal
from pos.tui.answers import refusal_text
from pos.tui.host import Host
from pos.tui.screens.listing import ListScreen, Row
from pos.tui.screens.number import PinScreen
from pos.words import Notice, Words

_DONE = 1


class Purpose(StrEnum):
    """What the PIN is for."""

    LOG_IN = "log_in"
    ALLOW = "allow"


class LoginScreen(ListScreen):
    """Closes with a result once the PIN was right; with None for Back, where the till may be left as it is."""

    def __init__(self, host: Host, *, purpose: Purpose = Purpose.LOG_IN) -> None:
        super().__init__(host)
        self._purpose = purpose
        self._people: tuple[PersonLine | None, ...] = ()
        self.when_gone: Callable[[bool], None] | None = None
        """Told, however this screen goes, whether the PIN was right."""
        self._is_proved = False

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

    def leave(self, result: int | None = None) -> None:
        till = self.host.desk.till
        is_needed = self._purpose is Purpose.LOG_IN and till is not None and till.lock is TillLock.PIN
        if result is not None or not is_needed:
            self._is_proved = result is not None
            super().leave(result)
        else:
            self.host.notify_cashier(Notice.PIN_FIRST)

    def chosen(self, index: int) -> None:
        person = self._people[index]
        if person is None or not person.has_pin:
            self.host.notify_cashier(Notice.NOTHING_HERE)
        else:
            self._ask_pin(person)

    def _ask_pin(self, person: PersonLine) -> None:
        day = self.host.words.day
        screen = PinScreen(
            self.host, title=day.pin_title.format(name=person.name), digits=PIN_DIGITS, lines=(day.pin_line,)
        )
        self.app.push_screen(screen, partial(self._take_pin, person))

    def _take_pin(self, person: PersonLine, pin: int | None) -> None:
        if pin is not None:
            self.run_worker(self._prove(person, f"{pin:0{PIN_DIGITS}d}"))

    async def _prove(self, person: PersonLine, pin: str) -> None:
        if self._purpose is Purpose.ALLOW:
            answer = await self.host.ask(AllowOnce(person=person.person, pin=pin))
        else:
            answer = await self.host.ask(LogIn(person=person.person, pin=pin))
        if isinstance(answer, Done):
            self.leave(_DONE)
        elif answer is not None:
            self.host.tell(pin_refusal(self.host.words, answer))
            if isinstance(answer, PinRefused) and not answer.wait_s:
                self._ask_pin(person)

    async def _load(self) -> None:
        page = await self.host.ask(ListPeople())
        if page is not None:
            by_number = {person.person: person for person in page.people}
            self._people = tuple(map(by_number.get, range(1, max(by_number, default=0) + 1)))
            self.fill(tuple(map(self._row, self._people)))

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
