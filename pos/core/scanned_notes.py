"""Paper notes whose code is read: they fill themselves in, and are asked about like notes counted by hand.

Rules:

- a note whose code is read is evidence for the ledger (`payment.approved`), and is declined like any code;
- what the issuer wants looked at or agreed to is asked first, and the answer is recorded with the note;
- a question is about one note and one state of the sale: whatever else is paid makes it go away.
"""

from dataclasses import dataclass
from typing import Final

from pos.clock import Reading
from pos.core.checkout import business_date
from pos.core.counterparts import Counterparts
from pos.core.notes import NOTE_CHECKS, DeclinedNotes, Notes, is_last, ruling_on
from pos.core.sale import Sale
from pos.errors import MalformedError
from pos.journal.records import TenderForm
from pos.link.calls import Done, Refused
from pos.link.state import QuestionKind, QuestionView
from pos.text import safe_text
from pos.till.decision import EarlierPayment
from pos.till.note_codes import NoteCodeSituation, object_to
from pos.till.notes import Handed, NoteAsk, NotePolicy, NoteQuestion, TakeableNotes, judge_notes
from pos.till.policy import Program
from pos.till.reasons import Reason, Refusal
from pos.voucher.bodies import PaymentApproved
from pos.voucher.qr import QrKind, decode_text
from pos.voucher.signed import decode_paper_voucher
from pos.voucher.verified import (
    PaymentIdentity,
    VerificationFailure,
    VerificationStep,
    VerifiedVoucher,
    verify_voucher,
)

PREFIX: Final = "CKV1:"
_KINDS: Final = {
    NoteAsk.CHECK: QuestionKind.NOTE_CHECK,
    NoteAsk.CONSECUTIVE: QuestionKind.NOTE_CONSECUTIVE,
    NoteAsk.CHANGE: QuestionKind.NOTE_CHANGE,
}
_YES: Final = {NoteAsk.CHECK: 1, NoteAsk.CONSECUTIVE: 1, NoteAsk.CHANGE: 2}
"""Giving change that nobody owes is the second answer: the first one that a finger finds does no harm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A note that waits for a person's word."""

    view: QuestionView
    ask: NoteAsk
    agreed: frozenset[NoteAsk]
    text: str
    note: VerifiedVoucher
    program: Program
    sale_id: bytes
    remaining_won: int | None


class ScannedNotes:
    """Notes before the camera of one till."""

    def __init__(self, at: Counterparts, notes: Notes) -> None:
        self._at = at
        self._notes = notes
        self._asked: _Asked | None = None
        self._taken: tuple[bytes, frozenset[str]] = (b"", frozenset())
        """The last sale that a note was scanned for, and the codes of its notes: one still held up is no alarm."""

    @property
    def question(self) -> QuestionView | None:
        """What has to be said of the note that was scanned last."""
        asked, sale = self._asked, self._at.counter.sale
        if asked is None or sale is None or (sale.sale_id, sale.remaining_won) != (asked.sale_id, asked.remaining_won):
            return None
        return asked.view

    def asks(self, serial: int) -> bool:
        question = self.question
        return question is not None and question.serial == serial

    def answer(self, serial: int, choice: int) -> Done | Refused:
        """The cashier's word on the note."""
        asked, sale = self._asked, self._at.counter.sale
        if asked is None or sale is None or not self.asks(serial) or choice not in (1, 2):
            return Refused(cause=Refusal.QUESTION_GONE)
        self._asked = None
        if choice == _YES[asked.ask]:
            refusal = self._take(sale, asked.note, asked.program, asked.text, asked.agreed | {asked.ask})
            return Done() if refusal is None else Refused(cause=refusal)
        if asked.ask is NoteAsk.CHECK:
            self._decline(sale, Reason.NOTE_DOUBTED, asked.text, note=asked.note, program=asked.program)
        return Done()

    def take_code(self, text: str) -> bool:
        """Take the note whose code was read; False where the text is no note's."""
        note = self._read(text)
        if note is None:
            return False
        sale = self._at.counter.sale
        if sale is None or sale.due_won is None:
            self._at.counter.say(Refusal.NO_SALE)
        elif (sale.sale_id, text) in ((self._taken[0], code) for code in self._taken[1]):
            self._at.counter.say(Refusal.SERIAL_TAKEN)
        elif not self._at.counter.is_seen_again(text, len(text)):
            self._judge(sale, note, text)
        return True

    def _read(self, text: str) -> VerifiedVoucher | VerificationFailure | None:
        if not text.startswith(PREFIX):
            return None
        try:
            found = decode_text(text)
            signed = decode_paper_voucher(found.data) if found.kind is QrKind.VOUCHER else None
        except MalformedError:
            return None
        return None if signed is None else verify_voucher(signed, self._at.checkout.trust.issuer(signed.claims.issuer))

    def _judge(self, sale: Sale, note: VerifiedVoucher | VerificationFailure, text: str) -> None:
        if isinstance(note, VerificationFailure):
            is_unknown = note.step is VerificationStep.ISSUER_UNKNOWN
            self._decline(sale, Reason.ISSUER_UNKNOWN if is_unknown else Reason.FORGED_VOUCHER, text)
            return
        program = self._at.checkout.trust.program(note.voucher.issuer, note.voucher.program)
        reason = object_to(note, self._situation(note, program))
        if reason is None:
            reason = self._notes.reported(note.voucher.issuer, (note.voucher.serial or "",))
        if reason is not None:
            self._decline(sale, reason, text, note=note, program=program)
            return
        assert program is not None, "an unknown programme was refused above"
        refusal = self._take(sale, note, program, text, frozenset())
        if refusal is not None:
            self._at.counter.say(refusal)

    def _take(
        self, sale: Sale, note: VerifiedVoucher, program: Program, text: str, agreed: frozenset[NoteAsk]
    ) -> Refusal | None:
        assert program.notes is not None, "an unknown programme was refused before"
        serials = (note.voucher.serial or "",)
        handed = Handed(denomination_won=note.voucher.value_won, count=1, serials=serials)
        judged = judge_notes(handed, program.notes, self._notes.situation(sale, program, serials, agreed))
        if isinstance(judged, Refusal):
            return judged
        if isinstance(judged, NoteQuestion):
            self._at.counter.make_way()
            self._asked = _Asked(
                view=_view(judged, program.notes, note, serial=self._at.counter.next_serial()),
                ask=judged.ask,
                agreed=agreed,
                text=text,
                note=note,
                program=program,
                sale_id=sale.sale_id,
                remaining_won=sale.remaining_won,
            )
            return None
        self._record(sale, note, program, judged)
        earlier = self._taken[1] if self._taken[0] == sale.sale_id else frozenset()
        self._taken = (sale.sale_id, earlier | {text})
        return None

    def _situation(self, note: VerifiedVoucher, program: Program | None) -> NoteCodeSituation:
        voucher, trust, reading = note.voucher, self._at.checkout.trust, self._at.clock.read()
        return NoteCodeSituation(
            merchant=trust.merchant,
            program=program,
            revocation=trust.revocation(voucher.issuer, voucher.voucher_id, now_s=reading.time_s),
            reading=reading,
            is_known=self._earlier(note) is not None,
        )

    def _earlier(self, note: VerifiedVoucher) -> EarlierPayment | None:
        """When this note was taken before."""
        identity = PaymentIdentity(issuer=note.voucher.issuer, voucher_id=note.voucher.voucher_id, sequence=1)
        approved = self._at.journal.payments.approved_payment(identity)
        if approved is None:
            return None
        return EarlierPayment(
            receipt_number=approved.receipt_number, time_s=approved.time_s, amount_won=approved.amount_won
        )

    def _decline(
        self,
        sale: Sale,
        reason: Reason,
        text: str,
        *,
        note: VerifiedVoucher | None = None,
        program: Program | None = None,
    ) -> None:
        declined = DeclinedNotes(code=text)
        if note is not None:
            declined = DeclinedNotes(
                code=text,
                program=program,
                denomination_won=note.voucher.value_won,
                serials=(note.voucher.serial or "",),
                earlier=self._earlier(note),
            )
        self._notes.decline(sale, reason, declined)

    def _record(self, sale: Sale, note: VerifiedVoucher, program: Program, judged: TakeableNotes) -> None:
        reading: Reading = self._at.clock.read()
        number = sale.receipt_number or self._at.journal.sales.next_receipt_number()
        value_won = note.voucher.value_won
        assert sale.due_won is not None, "notes are taken for an amount"
        body = PaymentApproved(
            object_bytes=note.raw,
            receipt_number=number,
            sale_id=sale.sale_id,
            amount_won=value_won,
            business_date=business_date(self._at.journal, reading),
            checks=tuple(map(int, NOTE_CHECKS)),
            clerk=self._at.clerk() or None,
            total_won=sale.due_won,
            tax=self._at.checkout.tax(sale.due_won, sale.items) if is_last(sale, value_won) else None,
            change_won=judged.change.change_won if judged.change is not None else None,
            ruling=ruling_on(judged),
            marks=judged.marks or None,
            features_checked=judged.features_checked or None,
        )
        entry = self._notes.record_tender(sale, body, number, reading, TenderForm.SCANNED_NOTE, program.name)
        # The note itself lies in the drawer: there is no verdict that a customer could have missed.
        self._at.journal.attention.mark_shown(entry)


def _view(question: NoteQuestion, policy: NotePolicy, note: VerifiedVoucher, *, serial: int) -> QuestionView:
    change = question.change
    return QuestionView(
        serial=serial,
        kind=_KINDS[question.ask],
        amount_won=note.voucher.value_won,
        difference_won=change.change_won if change is not None else 0,
        used_won=change.used_won if change is not None else 0,
        face_won=change.face_won if change is not None else 0,
        ratio_percent=policy.ratio_percent,
        note_number=safe_text(note.voucher.serial or ""),
        features=tuple(map(safe_text, policy.features)) if question.ask is NoteAsk.CHECK else (),
    )
