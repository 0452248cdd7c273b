"""Answers calls about people: PINs, changes of clerk, and who may use the till.

Rules: the first person is the owner, and while there is anybody else one owner stays; whoever is at the till may change
their own PIN, everything else about people wants the right; a PIN is durable before the entry that says so.
"""

from dataclasses import dataclass
from typing import assert_never

from pos.clock import Clock
from pos.core.people import People
from pos.core.pins import Pins
from pos.journal.journal import Journal
from pos.link.calls import (
    AddPerson,
    AllowOnce,
    ChangePerson,
    Done,
    ListPeople,
    LogIn,
    LogOut,
    PeoplePage,
    PinRefused,
    Refused,
    RemovePerson,
)
from pos.text import safe_text
from pos.till.people import PEOPLE_MAX, PIN_DIGITS, Right, Role, is_easy
from pos.till.reasons import Refusal
from pos.voucher.bodies import EntryBody, LoggedOut, PersonAdded, PersonChanged, PersonRemoved

NAME_CHARACTERS_MAX = 12
_ROLES = frozenset(Role)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleDesk:
    """The till's people, for the screen and for the command line."""

    people: People
    pins: Pins
    journal: Journal
    clock: Clock

    def answer(
        self, call: ListPeople | LogIn | LogOut | AllowOnce | AddPerson | ChangePerson | RemovePerson
    ) -> PeoplePage | Done | PinRefused | Refused:
        match call:
            case ListPeople():
                return self.people.page()
            case LogIn(person=person, pin=pin):
                return self.people.log_in(person, pin)
            case LogOut():
                return self.people.log_out()
            case AllowOnce(person=person, pin=pin):
                return self.people.allow(person, pin)
            case AddPerson():
                return self._add(call)
            case ChangePerson():
                return self._change(call)
            case RemovePerson(person=person):
                return self._remove(person)
            case _:
                assert_never(call)

    def right_for(self, call: AddPerson | ChangePerson | RemovePerson) -> Right:
        """Changing nothing but one's own PIN is everybody's right."""
        if isinstance(call, ChangePerson) and not (call.name or call.role):
            return Right.SELL if str(call.person) == self.people.clerk else Right.PEOPLE
        return Right.PEOPLE

    def _add(self, call: AddPerson) -> Done | Refused:
        everyone = self.people.everyone
        if call.role not in _ROLES or not _is_pin(call.pin):
            return Refused(cause=Refusal.PIN_UNSUITABLE if call.role in _ROLES else Refusal.NOT_ACCEPTABLE)
        if not any(person.role is Role.OWNER for person in everyone) and call.role != Role.OWNER:
            return Refused(cause=Refusal.OWNER_NEEDED)
        taken = {person.person for person in everyone}
        number = next((number for number in range(1, PEOPLE_MAX + 1) if number not in taken), None)
        if number is None:
            return Refused(cause=Refusal.NO_ROOM_FOR_PERSON)
        self.pins.set(number, call.pin)
        self._record(PersonAdded(person=number, name=_name(call.name, number), role=Role(call.role), clerk=self._clerk))
        return Done()

    def _change(self, call: ChangePerson) -> Done | Refused:
        person = self.people.person(call.person)
        if person is None:
            return Refused(cause=Refusal.PERSON_UNKNOWN)
        if call.role and call.role not in _ROLES:
            return Refused(cause=Refusal.NOT_ACCEPTABLE)
        if call.pin and not _is_pin(call.pin):
            return Refused(cause=Refusal.PIN_UNSUITABLE)
        role = Role(call.role) if call.role else person.role
        if person.role is Role.OWNER and role is not Role.OWNER and self._is_last_owner(call.person):
            return Refused(cause=Refusal.OWNER_NEEDED)
        if call.pin:
            self.pins.set(call.person, call.pin)
        self._record(
            PersonChanged(
                person=call.person,
                name=_name(call.name or person.name, call.person),
                role=role,
                has_new_pin=1 if call.pin else None,
                clerk=self._clerk,
            )
        )
        return Done()

    def _remove(self, number: int) -> Done | Refused:
        person = self.people.person(number)
        if person is None:
            return Refused(cause=Refusal.PERSON_UNKNOWN)
        if len(self.people.everyone) > 1 and person.role is Role.OWNER and self._is_last_owner(number):
            return Refused(cause=Refusal.OWNER_NEEDED)
        is_at_till = str(number) == self.people.clerk
        leaving: tuple[EntryBody, ...] = (LoggedOut(person=number, reason="removed"),) if is_at_till else ()
        self._record(*leaving, PersonRemoved(person=number, clerk=self._clerk))
        self.pins.forget(number)
        self.people.reread()
        return Done()

    def _is_last_owner(self, number: int) -> bool:
        return not any(person.role is Role.OWNER and person.person != number for person in self.people.everyone)

    def _record(self, *drafts: EntryBody) -> None:
        self.journal.record(drafts, reading=self.clock.read())
        self.people.reread()

    @property
    def _clerk(self) -> str | None:
        return self.people.clerk or None


def _is_pin(pin: str) -> bool:
    return len(pin) == PIN_DIGITS and pin.isascii() and pin.isdigit() and not is_easy(pin)


def _name(given: str, number: int) -> str:
    """A name fit for paper; a person without one is called by the number."""
    return safe_text(given.strip(), characters_max=NAME_CHARACTERS_MAX) or str(number)
