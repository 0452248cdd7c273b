"""Entries about people: who there is, who came to the till and went, and whose PIN was wrong.

Imported from `pos.voucher.bodies`. A PIN is in no entry, not even hashed: entries are delivered, PINs stay here.
`clerk` is whoever did it; `person` whom it is about.
"""

from dataclasses import dataclass
from typing import ClassVar

from pos.voucher import body_fields as key
from pos.voucher.body_fields import EntryBody


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAdded(EntryBody):
    """A person may use the till from now on; a number that was free again is another person's now."""

    KIND: ClassVar[str] = "people.added"

    person: key.Person
    name: key.PersonName
    role: key.RoleOfPerson
    clerk: key.Clerk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChanged(EntryBody):
    """Another name, another role or another PIN."""

    KIND: ClassVar[str] = "people.changed"

    person: key.Person
    name: key.PersonName
    role: key.RoleOfPerson
    has_new_pin: key.HasNewPin | None = None
    """1 where the PIN was set anew."""
    clerk: key.Clerk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRemoved(EntryBody):
    """A person may not use the till any more; what was done under the number stays theirs."""

    KIND: ClassVar[str] = "people.removed"

    person: key.Person
    clerk: key.Clerk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedIn(EntryBody):
    """A person proved to be the one, and is at the till from here on."""

    KIND: ClassVar[str] = "people.logged_in"

    person: key.Person


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedOut(EntryBody):
    """A person left the till."""

    KIND: ClassVar[str] = "people.logged_out"

    person: key.Person
    reason: key.Reason
    """ "left", "idle", "relieved" or "removed"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongPin(EntryBody):
    """Somebody typed a PIN that is not this person's."""

    KIND: ClassVar[str] = "people.wrong_pin"

    person: key.Person
    tries: key.Tries
    """Wrong ones in a row, this one included."""
    clerk: key.Clerk | None = None
    """Who was at the till then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedOut(EntryBody):
    """After too many wrong PINs this person's is not looked at for a while."""

    KIND: ClassVar[str] = "people.locked_out"

    person: key.Person
    wait_s: key.WaitS


@dataclass(frozen=True, slots=True, kw_only=True)
class ActAllowed(EntryBody):
    """A person with the right let somebody without it do one act."""

    KIND: ClassVar[str] = "people.allowed"

    person: key.Person
    reason: key.Reason
    """The right: a value of `pos.till.people.Right`."""
    clerk: key.Clerk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingBegun(EntryBody):
    """The till turned to practice: what follows on it is in no journal of money."""

    KIND: ClassVar[str] = "people.training_begun"

    clerk: key.Clerk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingEnded(EntryBody):
    """The till is back; `sales` were practised."""

    KIND: ClassVar[str] = "people.training_ended"

    sales: key.TrainingSales
    clerk: key.Clerk | None = None
