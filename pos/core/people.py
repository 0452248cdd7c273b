"""Who is at the till, proved by a PIN, and whether they may do what was asked.

Rules:

- a shop has PINs once its owner has one; without, everybody at the till may do everything, as in a shop of one;
- a till left alone locks itself, never in the middle of a sale: with one person in the shop payments are still taken
  and everything else wants the PIN; with more, everything does;
- wrong PINs make that person wait, longer each time; the waiting is in the journal, and a restart of the machine begins
  it again instead of ending it;
- somebody with the right may allow one act at a till where another person stands: the act just refused, once, soon.

Every coming, going, wrong PIN and allowance is an entry. Whether an act needs a right is `pos.core.rights`'s to know.
"""

from dataclasses import dataclass
from typing import Final

from pos.clock import Clock
from pos.core.pins import Pins
from pos.journal.journal import Journal
from pos.journal.people import PersonRecord
from pos.link.calls import Done, PeoplePage, PersonLine, PinRefused, Refused
from pos.link.state import TillLock
from pos.till.people import PIN_DIGITS, Right, Role, may, wait_after_s
from pos.till.reasons import Refusal
from pos.voucher.bodies import ActAllowed, EntryBody, LockedOut, LoggedIn, LoggedOut, WrongPin, boot_of

ALLOWANCE_S: Final = 60.0
"""How long an allowed act may take to be asked for again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Allowance:
    right: Right
    until_s: float


class People:
    """The person at the till."""

    def __init__(self, *, journal: Journal, pins: Pins, clock: Clock, idle_lock_s: int) -> None:
        self._journal = journal
        self._pins = pins
        self._clock = clock
        self._idle_lock_s = idle_lock_s
        self._everyone = journal.people.everyone()
        self._at_till: int | None = None
        self._is_locked = True
        self._last: int | None = None
        """Who is at the till, or was last."""
        self._before: int | None = None
        """Who was there before."""
        self._touched_s = clock.monotonic_s()
        self._refused: Right | None = None
        self._allowance: _Allowance | None = None
        alone = self._alone
        if alone is not None:
            self._at_till = alone.person

    @property
    def everyone(self) -> tuple[PersonRecord, ...]:
        """Everybody who may use the till, by number."""
        return self._everyone

    @property
    def has_pins(self) -> bool:
        return any(person.role is Role.OWNER and person.has_pin for person in self._everyone)

    @property
    def clerk(self) -> str:
        """The number of who is at the till, as entries carry it; empty in a shop without PINs, or where nobody is."""
        return "" if self._at_till is None else str(self._at_till)

    def at_till(self) -> str:
        """`clerk`, for whoever asks at the moment of an entry."""
        return self.clerk

    @property
    def clerk_name(self) -> str:
        """For the screen and for paper."""
        person = self.person(self._at_till)
        return "" if person is None else person.name

    @property
    def lock(self) -> TillLock:
        """What the till asks a PIN for now."""
        if not self.has_pins or (self._at_till is not None and not self._is_locked):
            return TillLock.OPEN
        return TillLock.PIN if self._at_till is None else TillLock.PAYMENTS

    @property
    def relief(self) -> int | None:
        """Who takes over next, as far as anybody can tell: the only other person, or else who was here before; 0 where
        neither helps, None where nobody can be relieved."""
        if self.lock is not TillLock.OPEN or self._at_till is None:
            return None
        others = [person.person for person in self._everyone if person.has_pin and person.person != self._at_till]
        if not others:
            return None
        if len(others) == 1:
            return others[0]
        return self._before if self._before in others else 0

    @property
    def relief_name(self) -> str:
        person = self.person(self.relief)
        return "" if person is None else person.name

    def person(self, number: int | None) -> PersonRecord | None:
        return next((person for person in self._everyone if person.person == number), None)

    def refusal(self, right: Right) -> Refusal | None:
        """Why whoever is at the till may not do this now; None where they may. Ask right before the act: what somebody
        allowed once is used up by the asking."""
        if not self.has_pins:
            return None
        person = self.person(self._at_till)
        if person is None:
            return Refusal.NOBODY_AT_TILL
        if self._is_locked and right is not Right.SELL:
            return Refusal.TILL_LOCKED
        if may(person.role, right) or self._use_allowance(right):
            return None
        self._refused = right
        return Refusal.NOT_ALLOWED

    def may(self, right: Right) -> bool:
        """Whether whoever is at the till may do this now, without an allowance; for what is shown, not for acts."""
        person = self.person(self._at_till)
        if not self.has_pins:
            return True
        return person is not None and may(person.role, right) and (right is Right.SELL or not self._is_locked)

    def log_in(self, number: int, pin: str) -> Done | PinRefused | Refused:
        """Somebody comes to the till."""
        wrong = self._check(number, pin)
        if wrong is not None:
            return wrong
        drafts: list[EntryBody] = []
        if self._at_till is not None and self._at_till != number:
            drafts.append(LoggedOut(person=self._at_till, reason="relieved"))
        self._record(*drafts, LoggedIn(person=number))
        self._at_till, self._is_locked, self._allowance = number, False, None
        if number != self._last:
            self._last, self._before = number, self._last
        self.touch()
        return Done()

    def log_out(self, reason: str = "left") -> Done:
        """Whoever is at the till leaves it."""
        if self.lock is not TillLock.OPEN or self._at_till is None:
            return Done()
        self._record(LoggedOut(person=self._at_till, reason=reason))
        alone = self._alone
        self._at_till = None if alone is None else alone.person
        self._is_locked, self._allowance = True, None
        return Done()

    def allow(self, number: int, pin: str) -> Done | PinRefused | Refused:
        """Somebody with the right allows the act that was refused last."""
        right, person = self._refused, self.person(number)
        if right is None or person is None or not may(person.role, right):
            return Refused(cause=Refusal.NOT_ALLOWED)
        wrong = self._check(number, pin)
        if wrong is not None:
            return wrong
        self._record(ActAllowed(person=number, reason=right.value, clerk=self.clerk or None))
        self._allowance = _Allowance(right=right, until_s=self._clock.monotonic_s() + ALLOWANCE_S)
        self._refused = None
        return Done()

    def touch(self) -> None:
        """Somebody works at the till."""
        self._touched_s = self._clock.monotonic_s()

    def tick(self, *, is_selling: bool) -> None:
        """Lock a till that was left alone; never while a sale is open."""
        if is_selling:
            self.touch()
            return
        is_left_alone = self._clock.monotonic_s() - self._touched_s >= self._idle_lock_s
        if is_left_alone and self.lock is TillLock.OPEN and self._at_till is not None:
            self.log_out("idle")

    def reread(self) -> None:
        """People were added, changed or removed."""
        self._everyone = self._journal.people.everyone()
        if self.person(self._at_till) is None or not self.has_pins:
            self._at_till = None

    def page(self) -> PeoplePage:
        return PeoplePage(
            people=tuple(
                PersonLine(
                    person=person.person,
                    name=person.name,
                    role=person.role.value,
                    has_pin=person.has_pin,
                    is_at_till=person.person == self._at_till,
                )
                for person in self._everyone
            )
        )

    @property
    def _alone(self) -> PersonRecord | None:
        """The one person of a shop of one."""
        with_pin = [person for person in self._everyone if person.has_pin and may(person.role, Right.SELL)]
        return with_pin[0] if self.has_pins and len(with_pin) == 1 else None

    def _check(self, number: int, pin: str) -> PinRefused | Refused | None:
        """None where the PIN is right; every wrong one is an entry."""
        person = self.person(number)
        if person is None or not person.has_pin:
            return Refused(cause=Refusal.PERSON_UNKNOWN)
        wait_s = self._wait_s(number)
        if wait_s:
            return PinRefused(cause=Refusal.PIN_WAITS, wait_s=wait_s)
        if len(pin) == PIN_DIGITS and self._pins.is_right(number, pin):
            return None
        known = self._journal.people.wrong_tries(number)
        tries = 1 if known is None else known.tries + 1
        wait_s = wait_after_s(tries)
        wrong = WrongPin(person=number, tries=tries, clerk=self.clerk or None)
        self._record(wrong, *((LockedOut(person=number, wait_s=wait_s),) if wait_s else ()))
        return PinRefused(cause=Refusal.PIN_WRONG, wait_s=wait_s)

    def _wait_s(self, number: int) -> int:
        """How much longer this person has to wait; counted in this boot only, so that a restart gains nothing."""
        known = self._journal.people.wrong_tries(number)
        whole_s = 0 if known is None else wait_after_s(known.tries)
        entry = None if known is None or not whole_s else self._journal.entry(known.entry)
        if entry is None:
            return 0
        reading, then = self._clock.read(), boot_of(entry.body)
        since_ms = then.boot_ms if then.boot_id == reading.boot_id else 0
        passed_s = max(reading.boot_ms - since_ms, 0) // 1000
        return max(whole_s - passed_s, 0)

    def _use_allowance(self, right: Right) -> bool:
        allowed, self._allowance = self._allowance, None
        return allowed is not None and allowed.right is right and self._clock.monotonic_s() <= allowed.until_s

    def _record(self, *drafts: EntryBody) -> None:
        self._journal.record(drafts, reading=self._clock.read())
