"""Who is at the till, and who may be: PINs, changes of clerk, people, practice."""

import msgspec

from pos.link.base_calls import Answer, Call, Done, Refused


class PersonLine(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may use the till."""

    person: int
    name: str
    role: str
    """A value of `pos.till.people.Role`."""
    has_pin: bool
    is_at_till: bool = False


class PeoplePage(Answer, frozen=True, kw_only=True):
    """Everybody, by number; nobody in a shop without PINs."""

    people: tuple[PersonLine, ...]


class PinRefused(Answer, frozen=True, kw_only=True):
    """The PIN was not right, or is not looked at now."""

    cause: str
    """`Refusal.PIN_WRONG` or `Refusal.PIN_WAITS`."""
    wait_s: int = 0
    """How long no PIN of this person is looked at."""


class ListPeople(Call[PeoplePage], frozen=True, kw_only=True):
    pass


class LogIn(Call[Done | PinRefused | Refused], frozen=True, kw_only=True):
    """Come to the till, relieve whoever is there, or unlock it."""

    person: int
    pin: str


class LogOut(Call[Done], frozen=True, kw_only=True):
    """Leave the till; in a shop of one person it locks itself and still takes payments."""


class AllowOnce(Call[Done | PinRefused | Refused], frozen=True, kw_only=True):
    """Somebody with the right lets the act happen that was refused last; it has to be asked for again at once."""

    person: int
    pin: str


class AddPerson(Call[Done | Refused], frozen=True, kw_only=True):
    """Let somebody use the till, under the lowest free number."""

    name: str
    role: str
    pin: str


class ChangePerson(Call[Done | Refused], frozen=True, kw_only=True):
    """Give a person another name, role or PIN; empty leaves it as it is."""

    person: int
    name: str = ""
    role: str = ""
    pin: str = ""


class RemovePerson(Call[Done | Refused], frozen=True, kw_only=True):
    person: int


class Practise(Call[Done | Refused], frozen=True, kw_only=True):
    """Turn the till to practice, or back."""

    is_begun: bool
