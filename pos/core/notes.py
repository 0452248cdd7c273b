"""Paper notes at the counter, counted by hand; and what notes whose code is read (`scanned_notes`) have in common.

Rules:

- notes are durable before the screen shows them; what is too much is handed back in cash, with the reason written down;
- nothing is recorded before a person has agreed to what the issuer wants agreed;
- a note that must not be taken is declined like a code: with a verdict on the screen, and recorded.

What becomes of them afterwards is `note_bank`'s.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from pos.clock import Reading
from pos.core.checkout import Recorded, business_date
from pos.core.counterparts import Counterparts
from pos.core.sale import Sale
from pos.journal.records import TenderForm
from pos.link.calls import Done, NoteAsked, NoteProgram, NoteProgramPage, Refused, TakeNotes
from pos.link.state import TenderView
from pos.text import safe_text
from pos.till.decision import Declined, EarlierPayment, Finding
from pos.till.notes import Handed, NoteAsk, NotePolicy, NoteQuestion, NoteSituation, TakeableNotes, judge_notes
from pos.till.policy import Program
from pos.till.reasons import Check, Reason, Refusal
from pos.till.receipt.moment import date_of
from pos.voucher.bodies import ChangeRuling, EntryBody, NoteTaken, PaymentApproved, PaymentDeclined, parse_body
from pos.voucher.serial_list import SerialCause

NOTE_CHECKS: Final = (
    Check.FORM,
    Check.CANONICAL,
    Check.ISSUER_KNOWN,
    Check.ISSUER_SIGNATURE,
    Check.FIRST_USE,
    Check.SIGNING_WINDOW,
    Check.PROGRAM,
    Check.VALIDITY,
    Check.REVOCATION,
)
"""What is checked of a note, in order; of one counted by hand only what a person can see of it."""
_CHECKS_OF: Final = {
    Reason.ISSUER_UNKNOWN: Check.ISSUER_KNOWN,
    Reason.FORGED_VOUCHER: Check.ISSUER_SIGNATURE,
    Reason.ALREADY_USED: Check.FIRST_USE,
    Reason.ISSUER_KEY_REVOKED: Check.SIGNING_WINDOW,
    Reason.ISSUER_KEY_WINDOW: Check.SIGNING_WINDOW,
    Reason.PROGRAM_UNKNOWN: Check.PROGRAM,
    Reason.WRONG_AREA: Check.PROGRAM,
    Reason.WRONG_ISSUE_CLASS: Check.PROGRAM,
    Reason.WRONG_MERCHANT_CLASS: Check.PROGRAM,
    Reason.WRONG_INDUSTRY: Check.PROGRAM,
    Reason.EXPIRED: Check.VALIDITY,
    Reason.NOT_YET_VALID: Check.VALIDITY,
}
_REPORTED: Final = {
    SerialCause.OTHER: Reason.NOTE_REPORTED,
    SerialCause.STOLEN: Reason.NOTE_STOLEN,
    SerialCause.FORGED: Reason.NOTE_LISTED_FORGED,
    SerialCause.VOID: Reason.NOTE_VOID,
    SerialCause.REDEEMED: Reason.NOTE_REDEEMED,
}
_ASKS: Final = frozenset(NoteAsk)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclinedNotes:
    """Notes that are not taken, as far as anything is known of them."""

    program: Program | None = None
    denomination_won: int | None = None
    serials: tuple[str, ...] = ()
    code: str = ""
    """As it was scanned; empty for notes counted by hand."""
    earlier: EarlierPayment | None = None

    @property
    def text(self) -> str:
        """What stands for them where a code would."""
        return self.code or " ".join(self.serials)


class Notes:
    """The paper notes of one till."""

    def __init__(self, at: Counterparts) -> None:
        self._at = at
        self._wants_check = False

    def programs(self) -> NoteProgramPage:
        """The notes that are taken in this shop."""
        return NoteProgramPage(programs=tuple(map(self._program_line, self._programs())))

    # -- taking ------------------------------------------------------------------------------------------------------

    def take(self, call: TakeNotes) -> Done | NoteAsked | Refused:
        sale = self._at.counter.sale
        if sale is None or sale.remaining_won is None:
            return Refused(cause=Refusal.NO_SALE)
        program = self._at.checkout.trust.program(call.issuer, call.program)
        if program is None or program not in self._programs() or program.notes is None:
            return Refused(cause=Refusal.NO_NOTES_HERE)
        agreed = frozenset(NoteAsk(ask) for ask in call.agreed if ask in _ASKS)
        reason = Reason.NOTE_DOUBTED if call.is_doubted else self.reported(program.issuer, call.serials)
        if reason is not None:
            declined = DeclinedNotes(program=program, denomination_won=call.denomination_won, serials=call.serials)
            self.decline(sale, reason, declined)
            return Refused(cause=Refusal.NOTE_DECLINED)
        handed = Handed(
            denomination_won=call.denomination_won,
            count=call.count,
            serials=call.serials,
            issue_year=call.issue_year,
            is_damaged=call.is_damaged,
        )
        judged = judge_notes(handed, program.notes, self.situation(sale, program, call.serials, agreed))
        if isinstance(judged, Refusal):
            return Refused(cause=judged)
        if isinstance(judged, NoteQuestion):
            return _asked(judged, program.notes)
        self._record_taken(sale, program, handed, judged)
        return Done()

    def check_next(self) -> Done | Refused:
        """Somebody wants to look at the security features of the next notes, whatever they are worth."""
        if not any(program.notes is not None and program.notes.features for program in self._programs()):
            return Refused(cause=Refusal.NOT_FOUND)
        self._wants_check = True
        return Done()

    def reported(self, issuer: str, serials: tuple[str, ...]) -> Reason | None:
        """Why notes of these numbers must not be taken, where their issuer has reported one of them."""
        causes = (self._at.checkout.trust.reported(issuer, serial) for serial in serials)
        return next((_REPORTED[cause] for cause in causes if cause is not None), None)

    def situation(
        self, sale: Sale, program: Program, serials: tuple[str, ...], agreed: frozenset[NoteAsk]
    ) -> NoteSituation:
        reading, notes = self._at.clock.read(), self._at.journal.notes
        shop_day = business_date(self._at.journal, reading)
        earlier = tuple(
            note for note in notes.in_drawer(program.issuer, program.program) if note.entry in self._entries_of(sale)
        )
        return NoteSituation(
            remaining_won=sale.remaining_won or 0,
            earlier_faces_won=tuple(note.denomination_won for note in earlier),
            earlier_serials=tuple(note.serial for note in earlier if note.serial is not None),
            today=date_of(reading.time_s),
            is_first_of_shift=self._is_first_of_shift(shop_day),
            wants_check=self._wants_check,
            known_serials=notes.known_serials(program.issuer, serials),
            agreed=agreed,
        )

    def _is_first_of_shift(self, shop_day: str) -> bool:
        """Whether the last note was taken on another day, or by somebody else."""
        newest = self._at.journal.notes.newest_entry()
        entry = None if newest is None else self._at.journal.entry(newest)
        body = None if entry is None else parse_body(entry.kind, entry.body)
        if not isinstance(body, NoteTaken | PaymentApproved):
            return True
        return (body.business_date, body.clerk or "") != (shop_day, self._at.clerk())

    def _entries_of(self, sale: Sale) -> frozenset[int]:
        record = self._at.journal.sales.sale(sale.sale_id)
        return frozenset() if record is None else frozenset(tender.entry for tender in record.tenders)

    def _record_taken(self, sale: Sale, program: Program, handed: Handed, judged: TakeableNotes) -> None:
        reading = self._at.clock.read()
        number = sale.receipt_number or self._at.journal.sales.next_receipt_number()
        assert sale.due_won is not None, "notes are taken for an amount"
        body = NoteTaken(
            sale_id=sale.sale_id,
            amount_won=handed.face_won,
            business_date=business_date(self._at.journal, reading),
            receipt_number=number,
            issuer=program.issuer,
            program=program.program,
            denomination_won=handed.denomination_won,
            count=handed.count,
            serials=handed.serials or None,
            total_won=sale.due_won,
            tax=self._at.checkout.tax(sale.due_won, sale.items) if is_last(sale, handed.face_won) else None,
            change_won=judged.change.change_won if judged.change is not None else None,
            ruling=ruling_on(judged),
            marks=judged.marks or None,
            features_checked=judged.features_checked or None,
            issue_year=handed.issue_year or None,
            clerk=self._at.clerk() or None,
        )
        self.record_tender(sale, body, number, reading, TenderForm.NOTE, program.name)

    def record_tender(
        self, sale: Sale, body: NoteTaken | PaymentApproved, number: str, reading: Reading, form: TenderForm, name: str
    ) -> int:
        """Make it durable, then show it; returns the entry's sequence."""
        before = () if sale.tenders else self._at.checkout.itemised(sale.sale_id, sale.items, reading)
        self._at.counter.make_way()
        drafts: list[EntryBody] = [*before, body]
        *_, entry = self._at.journal.record(drafts, reading=reading)
        view = TenderView(kind=form.value, amount_won=body.amount_won, program_name=safe_text(name))
        self._at.counter.tender_taken(sale, view, number, handed_won=body.amount_won)
        self._at.paper.open_drawer_for_sale()
        self._wants_check = False
        return entry.sequence

    def decline(self, sale: Sale, reason: Reason, notes: "DeclinedNotes") -> None:
        """Record that notes were not taken, and say so."""
        reading = self._at.clock.read()
        checks = NOTE_CHECKS[: NOTE_CHECKS.index(_CHECKS_OF.get(reason, Check.REVOCATION)) + 1]
        body = PaymentDeclined(
            business_date=business_date(self._at.journal, reading),
            checks=tuple(map(int, checks)),
            reason=reason.value,
            scanned_sha256=hashlib.sha256(notes.text.encode()).digest(),
            sale_id=sale.sale_id,
            amount_won=sale.due_won,
            clerk=self._at.clerk() or None,
            issuer=notes.program.issuer if notes.program is not None else None,
            program=notes.program.program if notes.program is not None else None,
            denomination_won=notes.denomination_won,
            serials=notes.serials or None,
        )
        (entry,) = self._at.journal.record([body], reading=reading)
        finding = Finding(reason=reason, earlier=notes.earlier)
        recorded = Recorded(decision=Declined(finding=finding, checks=checks), entry=entry, sale_id=sale.sale_id)
        self._wants_check = False
        self._at.counter.show_refused(recorded, notes.text, len(notes.text))

    def _programs(self) -> tuple[Program, ...]:
        """Paper programmes that are good in this shop."""
        merchant = self._at.checkout.trust.merchant
        return tuple(
            program
            for program in self._at.checkout.trust.programs()
            if program.notes is not None
            and merchant.municipality in program.area
            and program.issue_class in merchant.accepted_issue_classes
            and merchant.merchant_class in (program.merchant_classes or {merchant.merchant_class})
            and merchant.industry in (program.industries or {merchant.industry})
        )

    def _program_line(self, program: Program) -> NoteProgram:
        assert program.notes is not None, "only paper programmes are listed"
        return NoteProgram(
            issuer=program.issuer,
            program=program.program,
            name=safe_text(program.name),
            denominations_won=program.notes.denominations_won,
            is_number_later=program.notes.is_number_later,
            features=tuple(map(safe_text, program.notes.features)),
            oldest_year=program.notes.oldest_year(date_of(self._at.clock.read().time_s)),
        )


def is_last(sale: Sale, amount_won: int) -> bool:
    return amount_won >= (sale.remaining_won or 0)


def ruling_on(judged: TakeableNotes) -> ChangeRuling | None:
    if judged.change is None:
        return None
    return ChangeRuling.DUTY if judged.change.is_duty else ChangeRuling.BELOW_RATIO


def _asked(question: NoteQuestion, policy: NotePolicy) -> NoteAsked:
    change = question.change
    return NoteAsked(
        ask=question.ask.value,
        change_won=change.change_won if change is not None else 0,
        used_won=change.used_won if change is not None else 0,
        face_won=change.face_won if change is not None else 0,
        ratio_percent=policy.ratio_percent,
        features=tuple(map(safe_text, policy.features)) if question.ask is NoteAsk.CHECK else (),
    )
