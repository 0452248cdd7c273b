"""Paper notes after the sale: numbered, carried to the bank, credited; and the sheet that goes with them.

Rules: only numbered notes go to the bank, all of a programme at once, but for those that were reported after they were
taken; nothing leaves the drawer by itself; the first word about a credit counts. A list of reported numbers that is new
here is held against the drawer once, never while something is being sold.
"""

from collections import Counter as Tally
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import assert_never

from pos.core.checkout import business_date
from pos.core.counterparts import Counterparts
from pos.core.documents import SHEET
from pos.journal.notes import NoteRecord
from pos.link.calls import (
    CreditNotes,
    Done,
    DrawerLine,
    DrawerPage,
    ExchangeLine,
    ExchangePage,
    ListDrawer,
    NumberNotes,
    Refused,
    SubmissionLine,
    SubmitNotes,
    UnnumberedLine,
)
from pos.text import safe_text
from pos.till.reasons import Refusal
from pos.voucher.bodies import (
    DocumentAsked,
    NoteNumbered,
    NoteReported,
    NotesCredited,
    NotesSubmitted,
)


class NoteBank:
    """The notes that one till has taken."""

    def __init__(self, at: Counterparts) -> None:
        self._at = at
        self._checked_version: int | None = None
        """Of the trust data whose lists the drawer was held against."""

    def answer(self, call: ListDrawer | NumberNotes | SubmitNotes | CreditNotes) -> DrawerPage | Done | Refused:
        match call:
            case ListDrawer():
                return self._drawer()
            case NumberNotes():
                return self._number(call)
            case SubmitNotes():
                return self._submit(call)
            case CreditNotes():
                return self._credit(call)
            case _:
                assert_never(call)

    def exchange(self, issuer: str) -> ExchangePage:
        """The exchange sheet: the drawer first, then every submission."""
        notes = self._at.journal.notes
        lines = list(self._exchange_lines(notes.in_drawer(issuer or None), 0, "", ""))
        for gone in notes.submissions():
            if issuer in ("", gone.issuer):
                credited = gone.credited_date or ""
                lines += self._exchange_lines(
                    notes.of_submission(gone.number), gone.number, gone.business_date, credited
                )
        return ExchangePage(lines=tuple(lines))

    def _number(self, call: NumberNotes) -> Done | Refused:
        waiting = [note for note in self._at.journal.notes.in_drawer() if note.entry_hash == call.entry]
        unnumbered = [note for note in waiting if note.serial is None]
        if not unnumbered or not 0 < len(call.serials) <= len(unnumbered):
            return Refused(cause=Refusal.NOT_FOUND)
        if len(set(call.serials)) != len(call.serials):
            return Refused(cause=Refusal.SERIAL_TWICE)
        if self._at.journal.notes.known_serials(unnumbered[0].issuer, call.serials):
            return Refused(cause=Refusal.SERIAL_TAKEN)
        body = NoteNumbered(entry=call.entry, serials=call.serials, clerk=self._at.clerk() or None)
        self._at.journal.record([body], reading=self._at.clock.read())
        # They lie in the drawer already: the numbers are written down all the same, and the owner has to know.
        self._checked_version = None
        return Done()

    def check_again(self) -> None:
        """Hold what lies in the drawer against the lists that hold now; each note that is on one is written down once.
        Called once a second."""
        trust = self._at.checkout.trust
        if self._checked_version == trust.version or self._at.counter.sale is not None:
            return
        bodies = [
            NoteReported(entry=note.entry_hash, serials=(note.serial,), reason=cause.name.lower())
            for note in self._at.journal.notes.in_drawer()
            if note.serial is not None and note.reported_entry is None
            if (cause := trust.reported(note.issuer, note.serial)) is not None
        ]
        if bodies:
            self._at.journal.record(bodies, reading=self._at.clock.read())
        self._checked_version = trust.version

    def _submit(self, call: SubmitNotes) -> Done | Refused:
        drawer = self._at.journal.notes.in_drawer(call.issuer, call.program)
        waiting = [note for note in drawer if note.reported_entry is None]
        if not waiting:
            return Refused(cause=Refusal.DRAWER_EMPTY)
        if any(note.serial is None for note in waiting):
            return Refused(cause=Refusal.NUMBERS_MISSING)
        reading = self._at.clock.read()
        body = NotesSubmitted(
            submission=self._at.journal.notes.next_submission(),
            issuer=call.issuer,
            program=call.program,
            amount_won=sum(note.denomination_won for note in waiting),
            count=len(waiting),
            business_date=business_date(self._at.journal, reading),
            clerk=self._at.clerk() or None,
        )
        # What goes to the bank with them waits for the printer in the same breath.
        sheet = DocumentAsked(receipt_number=f"{SHEET}{body.submission}", copy_number=1, clerk=body.clerk)
        self._at.journal.record([body, sheet], reading=reading)
        return Done()

    def _credit(self, call: CreditNotes) -> Done | Refused:
        gone = {line.number: line for line in self._at.journal.notes.submissions()}.get(call.number)
        if gone is None or gone.credited_date is not None:
            return Refused(cause=Refusal.NOT_FOUND)
        if call.amount_won <= 0:
            return Refused(cause=Refusal.AMOUNT_ZERO)
        reading = self._at.clock.read()
        body = NotesCredited(
            submission=call.number,
            amount_won=call.amount_won,
            business_date=business_date(self._at.journal, reading),
            clerk=self._at.clerk() or None,
        )
        self._at.journal.record([body], reading=reading)
        return Done()

    def _drawer(self) -> DrawerPage:
        notes = self._at.journal.notes
        drawer = notes.in_drawer()
        return DrawerPage(
            lines=tuple(
                DrawerLine(
                    issuer=line.issuer,
                    program=line.program,
                    name=line.name,
                    denomination_won=line.denomination_won,
                    count=line.count,
                    unnumbered=line.unnumbered,
                    reported=len(line.reported),
                )
                for line in self._exchange_lines(drawer, 0, "", "")
            ),
            unnumbered=self._unnumbered(drawer),
            submissions=tuple(
                SubmissionLine(
                    number=gone.number,
                    issuer=gone.issuer,
                    name=self._name(gone.issuer, gone.program),
                    business_date=gone.business_date,
                    count=gone.count,
                    amount_won=gone.amount_won,
                    credited_date=gone.credited_date or "",
                    credited_won=gone.credited_won or 0,
                )
                for gone in notes.submissions()
            ),
        )

    def _unnumbered(self, drawer: Iterable[NoteRecord]) -> tuple[UnnumberedLine, ...]:
        waiting = [note for note in drawer if note.serial is None]
        counts = Tally(note.entry for note in waiting)
        first = {note.entry: note for note in waiting}
        return tuple(
            UnnumberedLine(
                entry=first[entry].entry_hash,
                name=self._name(first[entry].issuer, first[entry].program),
                denomination_won=first[entry].denomination_won,
                count=count,
                time_s=first[entry].time_s,
            )
            for entry, count in sorted(counts.items())
        )

    def _exchange_lines(
        self, notes: Iterable[NoteRecord], submission: int, submitted: str, credited: str
    ) -> Iterator[ExchangeLine]:
        """Notes in the order of programme and denomination, one line for each."""
        for key, group in groupby(notes, key=lambda note: (note.issuer, note.program, note.denomination_won)):
            issuer, program, denomination_won = key
            together = tuple(group)
            yield ExchangeLine(
                issuer=issuer,
                program=program,
                name=self._name(issuer, program),
                denomination_won=denomination_won,
                count=len(together),
                amount_won=denomination_won * len(together),
                serials=tuple(safe_text(note.serial) for note in together if note.serial is not None),
                unnumbered=sum(note.serial is None for note in together),
                reported=tuple(safe_text(note.serial or "") for note in together if note.reported_entry is not None),
                submission=submission,
                submitted_date=submitted,
                credited_date=credited,
            )

    def _name(self, issuer: str, program: str) -> str:
        known = self._at.checkout.trust.program(issuer, program)
        return safe_text(program if known is None else known.name)
