"""Paid confirmations: a phone paid online what this till asked for, and the ledger says so, by the phone or the inbox.

Rules (protocol, "Paid confirmation"):

- it counts for an open request of this till, with the same shop and amount, and once for each (`iss`, `cti`);
- the first answer to a request wins, whatever it is;
- one from the inbox that answers no sale that waits says nothing to anybody here: the ledger gives the money back;
- nothing is at risk offline: no limit is asked and none is used up.
"""

import logging

from pos.core.checkout import business_date
from pos.core.counterparts import Counterparts
from pos.core.sale import Sale
from pos.core.verdicts import confirmed_verdict
from pos.errors import MalformedError
from pos.journal.records import TenderForm
from pos.link.state import TenderView
from pos.text import safe_text
from pos.till.decision import VERIFYING, Declined, Finding
from pos.till.reasons import Check, Reason
from pos.voucher.bodies import PaymentApproved
from pos.voucher.claims import PaidConfirmation
from pos.voucher.qr import QrKind, decode_text, encode_text
from pos.voucher.signed import SignedConfirmation, decode_confirmation
from pos.voucher.verified import VerificationFailure, VerifiedConfirmation, verify_confirmation

log = logging.getLogger(__name__)

PREFIX = "CKC1:"
_CHECKS = (*VERIFYING, Check.FIRST_USE, Check.AUDIENCE, Check.REQUEST, Check.AMOUNT)


class Confirmations:
    """Takes paid confirmations for the open sale."""

    def __init__(self, at: Counterparts) -> None:
        self._at = at

    def take_code(self, text: str) -> bool:
        """Answer a confirmation; False where the text is none."""
        signed = _read(text)
        if signed is None:
            return False
        sale = self._at.counter.sale
        verified = verify_confirmation(signed, self._at.checkout.trust.ledger)
        finding = self._finding(sale, verified)
        if finding is None and sale is not None and isinstance(verified, VerifiedConfirmation):
            self._approve(sale, verified, text)
        else:
            check, reason = finding or (Check.REQUEST, Reason.REQUEST_CLOSED)
            self._decline(sale or Sale.begin(None), text, check, reason)
        return True

    def take_told(self, raw: bytes) -> bool:
        """Let a confirmation that came by message answer the open request; False where it answers nothing."""
        try:
            signed = decode_confirmation(raw)
        except MalformedError as error:
            log.warning("a message brings a confirmation that cannot be read: %s", error.what)
            return False
        sale = self._at.counter.sale
        verified = verify_confirmation(signed, self._at.checkout.trust.ledger)
        finding = self._finding(sale, verified)
        if finding is not None or sale is None or isinstance(verified, VerificationFailure):
            log.info("a payment made online answers no request that waits: %s", finding)
            return False
        self._approve(sale, verified, encode_text(QrKind.CONFIRMATION, raw))
        return True

    def _finding(
        self, sale: Sale | None, verified: VerifiedConfirmation | VerificationFailure
    ) -> tuple[Check, Reason] | None:
        """What is wrong with it, the first thing first."""
        if isinstance(verified, VerificationFailure):
            return Check.ISSUER_SIGNATURE, Reason.FORGED_PAYMENT
        claims = verified.confirmation
        if self._at.journal.payments.is_confirmed(ledger=claims.ledger, payment_id=claims.payment_id):
            return Check.FIRST_USE, Reason.ALREADY_USED
        if claims.merchant != self._at.checkout.trust.merchant.merchant:
            return Check.AUDIENCE, Reason.WRONG_SHOP
        request = self._at.checkout.open_request(claims.nonce, self._at.clock.read())
        if request is None or sale is None or sale.request_nonce != claims.nonce:
            return Check.REQUEST, Reason.REQUEST_CLOSED
        if request.amount_won != claims.amount_won or sale.remaining_won != claims.amount_won:
            return Check.AMOUNT, Reason.REQUEST_AMOUNT
        return None

    def _approve(self, sale: Sale, verified: VerifiedConfirmation, text: str) -> None:
        reading, claims = self._at.clock.read(), verified.confirmation
        number = sale.receipt_number or self._at.journal.sales.next_receipt_number()
        assert sale.due_won is not None, "a request is over what is due"
        body = PaymentApproved(
            object_bytes=verified.raw,
            receipt_number=number,
            sale_id=sale.sale_id,
            amount_won=claims.amount_won,
            business_date=business_date(self._at.journal, reading),
            checks=tuple(map(int, _CHECKS)),
            clerk=self._at.clerk() or None,
            nonce=claims.nonce,
            total_won=sale.due_won,
            tax=self._at.checkout.tax(sale.due_won, sale.items),
        )
        before = () if sale.tenders else self._at.checkout.itemised(sale.sale_id, sale.items, reading)
        *_, entry = self._at.journal.record([*before, body], reading=reading)
        name = self._program_name(claims)
        view = TenderView(kind=TenderForm.CONFIRMATION.value, amount_won=claims.amount_won, program_name=name)
        self._at.counter.tender_taken(sale, view, number, handed_won=claims.amount_won)
        verdict = confirmed_verdict(
            serial=self._at.counter.next_serial(),
            amount_won=claims.amount_won,
            program_name=name,
            receipt_number=number,
            entry_sequence=entry.sequence,
            time_s=entry.time_s,
            checks=_CHECKS,
        )
        self._at.counter.show_confirmed(verdict, text)

    def _decline(self, sale: Sale, text: str, check: Check, reason: Reason) -> None:
        checks = _CHECKS[: _CHECKS.index(check) + 1]
        declined = Declined(finding=Finding(reason=reason), checks=checks)
        recorded = self._at.checkout.refuse(declined, sale.presented(text, len(text)))
        self._at.counter.show_refused(recorded, text, len(text))

    def _program_name(self, claims: PaidConfirmation) -> str:
        """The programme by its name in this shop's own municipality, where it has one of that id."""
        municipality = self._at.checkout.trust.merchant.municipality
        known = (
            program.name
            for program in self._at.checkout.trust.programs()
            if program.program == claims.program and municipality in program.area
        )
        return safe_text(next(known, claims.program))


def _read(text: str) -> SignedConfirmation | None:
    if not text.startswith(PREFIX):
        return None
    try:
        found = decode_text(text)
        return decode_confirmation(found.data) if found.kind is QrKind.CONFIRMATION else None
    except MalformedError:
        return None
