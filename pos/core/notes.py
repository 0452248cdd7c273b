"""Paper notes at the counter: taken by count or by their code.

Rules:

- notes are durable before the screen shows them; what is too much is handed back in cash, with the reason written down;
- a note whose code is read is evidence for the ledger (`payment.approved`); notes counted by hand are `note.taken`;
- nothing is recorded before a person has agreed to what the issuer wants agreed.

What becomes of them afterwards is `note_bank`'s.
"""

from pos.clock import Reading
from pos.core.checkout import business_date
from pos.core.counterparts import Counterparts
from pos.core.sale import Sale
from pos.errors import MalformedError
from pos.journal.records import TenderForm
from pos.link.calls import (
    Done,
    NoteAsked,
    NoteProgram,
    NoteProgramPage,
    Refused,
    TakeNotes,
)
from pos.link.state import TenderView
from pos.text import safe_text
from pos.till.note_codes import NoteCodeSituation, object_to
from pos.till.notes import Handed, NoteAsk, NotePolicy, NoteQuestion, NoteSituation, TakeableNotes, judge_notes
from pos.till.policy import Program
from pos.till.reasons import Check, Reason, Refusal
from pos.till.receipt.moment import date_of
from pos.voucher.bodies import (
    ChangeRuling,
    EntryBody,
    NoteTaken,
    PaymentApproved,
)
from pos.voucher.qr import QrKind, decode_text
from pos.voucher.signed import decode_paper_voucher
from pos.voucher.verified import PaymentIdentity, VerificationFailure, VerifiedVoucher, verify_voucher

_NOTE_CHECKS = (Check.FORM, Check.CANONICAL, Check.ISSUER_KNOWN, Check.ISSUER_SIGNATURE, Check.FIRST_USE)
_ASKS = frozenset(NoteAsk)
PREFIX = "CKV1:"


class Notes:
    """The paper notes of one till."""

    def __init__(self, at: Counterparts) -> None:
        self._at = at

    def programs(self) -> NoteProgramPage:
        """The notes that are taken in this shop."""
        return NoteProgramPage(programs=tuple(map(self._program_line, self._programs())))

    def take_code(self, text: str) -> bool:
        """Take the note whose code was read; False where the text is no note's."""
        note = self._read(text)
        if note is None:
            return False
        sale = self._at.counter.sale
        refusal = Refusal.NO_SALE if sale is None or sale.due_won is None else self._take_note(sale, note)
        if refusal is not None:
            self._at.counter.say(refusal)
        return True

    # -- taking ------------------------------------------------------------------------------------------------------

    def take(self, call: TakeNotes) -> Done | NoteAsked | Refused:
        sale = self._at.counter.sale
        if sale is None or sale.remaining_won is None:
            return Refused(cause=Refusal.NO_SALE)
        program = self._at.checkout.trust.program(call.issuer, call.program)
        if program is None or program not in self._programs() or program.notes is None:
            return Refused(cause=Refusal.NO_NOTES_HERE)
        handed = Handed(
            denomination_won=call.denomination_won,
            count=call.count,
            serials=call.serials,
            issue_year=call.issue_year,
            is_damaged=call.is_damaged,
        )
        agreed = frozenset(NoteAsk(ask) for ask in call.agreed if ask in _ASKS)
        judged = judge_notes(handed, program.notes, self._situation(sale, program, call.serials, agreed))
        if isinstance(judged, Refusal):
            return Refused(cause=judged)
        if isinstance(judged, NoteQuestion):
            return _asked(judged, program.notes)
        self._record_taken(sale, program, handed, judged)
        return Done()

    def _situation(
        self, sale: Sale, program: Program, serials: tuple[str, ...], agreed: frozenset[NoteAsk]
    ) -> NoteSituation:
        reading, notes = self._at.clock.read(), self._at.journal.notes
        shop_day = business_date(self._at.journal, reading)
        return NoteSituation(
            remaining_won=sale.remaining_won or 0,
            earlier_faces_won=tuple(
                note.denomination_won
                for note in notes.in_drawer(program.issuer, program.program)
                if note.entry in self._entries_of(sale)
            ),
            today=date_of(reading.time_s),
            is_first_of_shift=not notes.has_taken_since(shop_day),
            known_serials=notes.known_serials(program.issuer, serials),
            agreed=agreed,
        )

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
            tax=self._at.checkout.tax(sale.due_won, sale.items) if _ends(sale, handed.face_won) else None,
            change_won=judged.change.change_won if judged.change is not None else None,
            ruling=_ruling(judged),
            marks=judged.marks or None,
            issue_year=handed.issue_year or None,
            clerk=self._at.clerk() or None,
        )
        self._record_tender(sale, body, number, reading, TenderForm.NOTE, program.name)

    def _record_tender(
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
        return entry.sequence

    # -- a note's code -----------------------------------------------------------------------------------------------

    def _read(self, text: str) -> VerifiedVoucher | VerificationFailure | None:
        if not text.startswith(PREFIX):
            return None
        try:
            found = decode_text(text)
            signed = decode_paper_voucher(found.data) if found.kind is QrKind.VOUCHER else None
        except MalformedError:
            return None
        return None if signed is None else verify_voucher(signed, self._at.checkout.trust.issuer(signed.claims.issuer))

    def _take_note(self, sale: Sale, note: VerifiedVoucher | VerificationFailure) -> Refusal | None:
        if isinstance(note, VerificationFailure):
            return Refusal.NOTE_FORGED
        reading, voucher = self._at.clock.read(), note.voucher
        program = self._at.checkout.trust.program(voucher.issuer, voucher.program)
        serial = voucher.serial or ""
        objection = object_to(note, self._code_situation(note, program, reading))
        if objection is not None:
            return _REFUSALS.get(objection, Refusal.NOTE_NOT_GOOD)
        assert program is not None, "an unknown programme was refused above"
        assert program.notes is not None, "an unknown programme was refused above"
        handed = Handed(denomination_won=voucher.value_won, count=1, serials=(serial,))
        situation = self._situation(sale, program, (serial,), frozenset({NoteAsk.CHECK, NoteAsk.CONSECUTIVE}))
        judged = judge_notes(handed, program.notes, situation)
        if isinstance(judged, Refusal):
            return judged
        if isinstance(judged, NoteQuestion):
            return Refusal.NOTE_CHANGE_NOT_DUE
        self._record_code(sale, note, program, judged, reading)
        return None

    def _code_situation(self, note: VerifiedVoucher, program: Program | None, reading: Reading) -> NoteCodeSituation:
        voucher, trust = note.voucher, self._at.checkout.trust
        identity = PaymentIdentity(issuer=voucher.issuer, voucher_id=voucher.voucher_id, sequence=1)
        return NoteCodeSituation(
            merchant=trust.merchant,
            program=program,
            revocation=trust.revocation(voucher.issuer, voucher.voucher_id, now_s=reading.time_s),
            reading=reading,
            is_known=self._at.journal.payments.approved_payment(identity) is not None,
        )

    def _record_code(
        self, sale: Sale, note: VerifiedVoucher, program: Program, judged: TakeableNotes, reading: Reading
    ) -> None:
        number = sale.receipt_number or self._at.journal.sales.next_receipt_number()
        value_won = note.voucher.value_won
        assert sale.due_won is not None, "notes are taken for an amount"
        body = PaymentApproved(
            object_bytes=note.raw,
            receipt_number=number,
            sale_id=sale.sale_id,
            amount_won=value_won,
            business_date=business_date(self._at.journal, reading),
            checks=tuple(map(int, _NOTE_CHECKS)),
            clerk=self._at.clerk() or None,
            total_won=sale.due_won,
            tax=self._at.checkout.tax(sale.due_won, sale.items) if _ends(sale, value_won) else None,
            change_won=judged.change.change_won if judged.change is not None else None,
            ruling=_ruling(judged),
        )
        entry = self._record_tender(sale, body, number, reading, TenderForm.SCANNED_NOTE, program.name)
        # The note itself lies in the drawer: there is no verdict that a customer could have missed.
        self._at.journal.attention.mark_shown(entry)

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


_REFUSALS = {
    Reason.ALREADY_USED: Refusal.SERIAL_TAKEN,
    Reason.EXPIRED: Refusal.NOTE_EXPIRED,
    Reason.WRONG_AREA: Refusal.NO_NOTES_HERE,
    Reason.REVOKED: Refusal.NOTE_STOPPED,
}


def _ends(sale: Sale, amount_won: int) -> bool:
    return amount_won >= (sale.remaining_won or 0)


def _ruling(judged: TakeableNotes) -> ChangeRuling | None:
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
