"""Who may use the till, wrong PINs in a row, and what a right PIN is checked against.

People and wrong PINs are computed from entries. A PIN's verifier is not: entries are delivered, and verifiers stay on
this terminal; losing them (a new card in the machine) costs the shop new PINs and no money.
"""

from dataclasses import dataclass
from typing import Final

from pos.journal.database import Database
from pos.voucher.bodies import PersonRole

_PEOPLE: Final = (
    "SELECT p.person, p.name, p.role, v.verifier IS NOT NULL FROM people p"
    " LEFT JOIN pins v ON v.person = p.person WHERE p.is_removed = 0 ORDER BY p.person"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord:
    """Somebody who may use the till."""

    person: int
    name: str
    role: PersonRole
    has_pin: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongTries:
    """Wrong PINs in a row."""

    tries: int
    entry: int
    """The last one's."""


class People:
    """Questions about people, and the place of their PINs' verifiers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def everyone(self) -> tuple[PersonRecord, ...]:
        """Everybody who may use the till, by number."""
        return tuple(
            PersonRecord(person=person, name=name, role=PersonRole(role), has_pin=bool(has_pin))
            for person, name, role, has_pin in self._database.rows(_PEOPLE)
        )

    def name_of(self, person: int) -> str:
        """The name of whoever has this number or had it last; empty where nobody ever did."""
        row = self._database.row("SELECT name FROM people WHERE person = ?", person)
        return "" if row is None else str(row[0])

    def wrong_tries(self, person: int) -> WrongTries | None:
        row = self._database.row("SELECT tries, entry FROM wrong_pins WHERE person = ?", person)
        return None if row is None else WrongTries(tries=row[0], entry=row[1])

    def verifier(self, person: int) -> str | None:
        row = self._database.row("SELECT verifier FROM pins WHERE person = ?", person)
        return None if row is None else str(row[0])

    def keep_verifier(self, person: int, verifier: str | None) -> None:
        """Replace what this person's PIN is checked against, durably; None forgets it."""
        with self._database.transaction() as transaction:
            transaction.connection.execute("DELETE FROM pins WHERE person = ?", (person,))
            if verifier is not None:
                transaction.connection.execute("INSERT INTO pins VALUES (?, ?)", (person, verifier))
