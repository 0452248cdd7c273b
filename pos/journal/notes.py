"""Paper notes: in the drawer, at the bank, credited."""

from dataclasses import dataclass
from typing import Final

from pos.journal.database import Database, Row

SUBMISSIONS_MAX: Final = 200
_COLUMNS: Final = (
    "SELECT n.entry, e.hash, n.issuer, n.program, n.denomination_won, n.serial, n.time_s, n.is_scanned, n.submission,"
    " r.entry, coalesce(r.cause, '')"
)
_NOTE: Final = (
    f"{_COLUMNS} FROM notes n JOIN entries e ON e.sequence = n.entry"
    " LEFT JOIN reported_notes r ON r.note = n.entry AND r.serial = n.serial"
)
_REPORTED: Final = (
    f"{_COLUMNS} FROM reported_notes r JOIN notes n ON n.entry = r.note AND n.serial = r.serial"
    " JOIN entries e ON e.sequence = n.entry WHERE n.submission IS NULL"
)
_ORDER: Final = "ORDER BY n.issuer, n.program, n.denomination_won, n.serial, n.entry, n.place"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRecord:
    """One note that was taken."""

    entry: int
    entry_hash: bytes
    issuer: str
    program: str
    denomination_won: int
    serial: str | None
    time_s: int
    is_scanned: bool
    submission: int | None
    reported_entry: int | None
    """The entry that says it was reported after it was taken."""
    reported_cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """Notes that were carried to the bank together."""

    number: int
    issuer: str
    program: str
    business_date: str
    count: int
    amount_won: int
    credited_date: str | None
    credited_won: int | None


class Notes:
    """Questions about notes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def in_drawer(self, issuer: str | None = None, program: str | None = None) -> tuple[NoteRecord, ...]:
        """Notes that have not been submitted, by programme and denomination."""
        return self._many(
            f"WHERE n.submission IS NULL AND (?1 IS NULL OR n.issuer = ?1) AND (?2 IS NULL OR n.program = ?2) {_ORDER}",
            issuer,
            program,
        )

    def of_submission(self, number: int) -> tuple[NoteRecord, ...]:
        """The notes that were submitted together."""
        return self._many(f"WHERE n.submission = ? {_ORDER}", number)

    def reported(self) -> tuple[NoteRecord, ...]:
        """Notes in the drawer that were reported after they were taken, in the order in which that was noticed."""
        return tuple(map(_note, self._database.rows(f"{_REPORTED} ORDER BY r.entry")))

    def known_serials(self, issuer: str, serials: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the numbers under which a note was taken before."""
        return tuple(
            serial
            for serial in serials
            if self._database.row("SELECT 1 FROM notes WHERE issuer = ? AND serial = ?", issuer, serial) is not None
        )

    def submissions(self) -> tuple[Submission, ...]:
        """The newest first."""
        return tuple(map(_submission, self._database.rows(_SUBMISSIONS, SUBMISSIONS_MAX)))

    def next_submission(self) -> int:
        row = self._database.row("SELECT coalesce(max(number), 0) + 1 FROM submissions")
        assert row is not None, "an aggregate has one row"
        return int(row[0])

    def newest_entry(self) -> int | None:
        """The entry by which the last note was taken."""
        row = self._database.row("SELECT max(entry) FROM notes")
        return None if row is None else row[0]

    def _many(self, clause: str, *parameters: str | int | None) -> tuple[NoteRecord, ...]:
        return tuple(map(_note, self._database.rows(f"{_NOTE} {clause}", *parameters)))


_SUBMISSIONS: Final = (
    "SELECT number, issuer, program, business_date, count, amount_won, credited_date, credited_won FROM submissions"
    " ORDER BY number DESC LIMIT ?"
)


def _note(row: Row) -> NoteRecord:
    (
        entry,
        digest,
        issuer,
        program,
        denomination_won,
        serial,
        time_s,
        is_scanned,
        submission,
        reported_entry,
        reported_cause,
    ) = row
    return NoteRecord(
        entry=entry,
        entry_hash=digest,
        issuer=issuer,
        program=program,
        denomination_won=denomination_won,
        serial=serial,
        time_s=time_s,
        is_scanned=bool(is_scanned),
        submission=submission,
        reported_entry=reported_entry,
        reported_cause=reported_cause,
    )


def _submission(row: Row) -> Submission:
    number, issuer, program, business_date, count, amount_won, credited_date, credited_won = row
    return Submission(
        number=number,
        issuer=issuer,
        program=program,
        business_date=business_date,
        count=count,
        amount_won=amount_won,
        credited_date=credited_date,
        credited_won=credited_won,
    )
