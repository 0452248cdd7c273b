"""What entries about people add up to: who there is, and wrong PINs in a row. Called by `pos.journal.projections`."""

import sqlite3

from pos.journal.records import Place
from pos.voucher.bodies import (
    ActAllowed,
    EntryBody,
    LoggedIn,
    PersonAdded,
    PersonChanged,
    PersonRemoved,
    UnknownBody,
    WrongPin,
)


def apply_person(connection: sqlite3.Connection, at: Place, body: EntryBody | UnknownBody) -> None:
    """Add one entry; nothing where it is not about people."""
    match body:
        case PersonAdded() | PersonChanged():
            connection.execute(
                "INSERT OR REPLACE INTO people VALUES (?, ?, ?, 0, ?)",
                (body.person, body.name, body.role.value, at.sequence),
            )
            if isinstance(body, PersonAdded) or body.has_new_pin:
                _forgive(connection, body.person)
        case PersonRemoved():
            connection.execute(
                "UPDATE people SET is_removed = 1, entry = ? WHERE person = ?", (at.sequence, body.person)
            )
            _forgive(connection, body.person)
        case WrongPin():
            connection.execute(
                "INSERT OR REPLACE INTO wrong_pins VALUES (?, ?, ?)", (body.person, body.tries, at.sequence)
            )
        case LoggedIn() | ActAllowed():
            _forgive(connection, body.person)
        case _:
            pass


def _forgive(connection: sqlite3.Connection, person: int) -> None:
    connection.execute("DELETE FROM wrong_pins WHERE person = ?", (person,))
