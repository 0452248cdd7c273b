"""Paper notes' rows while an entry is being applied: one for each note, whichever way it was taken."""

import json
import sqlite3
from typing import Final

from pos.journal.objects import VoucherSpent
from pos.journal.records import Place
from pos.voucher.bodies import NoteNumbered, NoteReported, NotesCredited, NotesSubmitted, NoteTaken, PaymentApproved

_ROW: Final = "(?, ?, ?, ?, ?, ?, ?, 0, NULL)"


def take_notes(connection: sqlite3.Connection, at: Place, body: NoteTaken) -> None:
    """Put notes counted by hand into the drawer. Raises sqlite3.IntegrityError for a number that is there already; no
    note is then there."""
    serials = body.serials or ()
    padded = (*serials, *[None] * (body.count - len(serials)))[: body.count]
    values: list[str | int | None] = []
    for place, serial in enumerate(padded):
        values += (at.sequence, place, body.issuer, body.program, body.denomination_won, serial, at.time_s)
    connection.execute(f"INSERT INTO notes VALUES {', '.join([_ROW] * len(padded))}", values)


def keep_scanned_note(connection: sqlite3.Connection, at: Place, note: VoucherSpent) -> None:
    """Put a note whose code was approved into the drawer."""
    connection.execute(
        "INSERT INTO notes VALUES (?, 0, ?, ?, ?, ?, ?, 1, NULL)",
        (at.sequence, note.identity.issuer, note.program, note.value_won, note.serial, at.time_s),
    )


def note_change(connection: sqlite3.Connection, at: Place, body: NoteTaken | PaymentApproved, *, sale: int) -> None:
    """Write down cash that was given back."""
    if body.change_won and body.ruling is not None:
        connection.execute(
            "INSERT INTO note_changes VALUES (?, ?, ?, ?, ?, ?)",
            (at.sequence, sale, body.business_date, body.change_won, body.ruling.value, body.clerk or ""),
        )


def return_notes(connection: sqlite3.Connection, tender: int) -> None:
    """Notes of a tender that went back whole are in the drawer no more; they may come again."""
    connection.execute(
        "DELETE FROM notes WHERE entry = ?1 AND submission IS NULL"
        " AND EXISTS (SELECT 1 FROM refunds WHERE tender = ?1 AND left_won = 0)",
        (tender,),
    )


def follow_notes(
    connection: sqlite3.Connection, at: Place, body: NoteNumbered | NoteReported | NotesSubmitted | NotesCredited
) -> None:
    """What becomes of notes after the sale. Raises sqlite3.IntegrityError for a number that is there already."""
    match body:
        case NoteNumbered():
            _number(connection, body)
        case NoteReported():
            connection.execute(
                "INSERT OR IGNORE INTO reported_notes SELECT ?, sequence, ?, ? FROM entries WHERE hash = ?",
                (at.sequence, body.serials[0], body.reason, body.entry),
            )
        case NotesSubmitted():
            _submit(connection, at, body)
        case NotesCredited():
            # The first word counts.
            connection.execute(
                "UPDATE submissions SET credited_date = ?, credited_won = ? WHERE number = ? AND credited_date IS NULL",
                (body.business_date, body.amount_won, body.submission),
            )


def _number(connection: sqlite3.Connection, body: NoteNumbered) -> None:
    """Give notes their numbers, in the order in which they were counted; one statement, so that all or none get one."""
    first = connection.execute(
        "SELECT n.entry, min(n.place) FROM notes n JOIN entries e ON e.sequence = n.entry"
        " WHERE e.hash = ? AND n.serial IS NULL GROUP BY n.entry",
        (body.entry,),
    ).fetchone()
    if first is not None:
        entry, place = first
        connection.execute(
            "UPDATE notes SET serial = json_extract(?, '$[' || (place - ?) || ']')"
            " WHERE entry = ? AND place >= ? AND place < ?",
            (json.dumps(body.serials), place, entry, place, place + len(body.serials)),
        )


def _submit(connection: sqlite3.Connection, at: Place, body: NotesSubmitted) -> None:
    """Take every numbered note of the programme that nobody has reported out of the drawer."""
    connection.execute(
        "INSERT INTO submissions VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL)",
        (body.submission, at.sequence, body.issuer, body.program, body.business_date, body.count, body.amount_won),
    )
    connection.execute(
        "UPDATE notes SET submission = ?"
        " WHERE submission IS NULL AND serial IS NOT NULL AND issuer = ? AND program = ?"
        " AND NOT EXISTS (SELECT 1 FROM reported_notes r WHERE r.note = notes.entry AND r.serial = notes.serial)",
        (body.submission, body.issuer, body.program),
    )
