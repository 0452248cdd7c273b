"""From a scanned text to a recorded answer: read, verify, decide, record.

The only caller of both till and journal. Types carry the order: text → signed → verified → decided → recorded, and a
stage cannot be skipped because the next one takes its result. What is approved is durable before this returns it;
what is refused is recorded too, with the code's bytes where they were authentic (they let a customer's money come
back). The counter (`pos.core.counter`) says what a code is presented for; this module does not know the screen.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from pos.clock import Clock, Quality, Reading
from pos.core.request_age import is_over
from pos.core.trust_store import TrustStore
from pos.errors import MalformedError
from pos.journal.journal import Journal
from pos.till import basket
from pos.till.day import is_same_shop_day
from pos.till.decision import (
    VERIFYING,
    Approved,
    Declined,
    EarlierPayment,
    Exposure,
    Finding,
    History,
    OpenRequest,
    Referred,
    Situation,
    Tender,
    decide,
)
from pos.till.policy import Limits, RevocationState
from pos.till.reasons import Check, Reason
from pos.till.receipt.moment import date_of
from pos.till.receipt.tax import split_tax
from pos.voucher.bodies import PaymentApproved, PaymentDeclined, PaymentReferred, SaleItemised, SoldItem, TaxSplit
from pos.voucher.entry import Entry
from pos.voucher.foreign import ForeignCode
from pos.voucher.qr import (
    AlphabetError,
    NewerVersionError,
    QrKind,
    TooLongError,
    UnknownPrefixError,
    decode_text,
)
from pos.voucher.signed import SignedPayment, decode_payment
from pos.voucher.spend_line import are_different
from pos.voucher.verified import VerificationFailure, VerificationStep, VerifiedPayment, verify_payment

_FAILED_STEP: Final = {
    VerificationStep.ISSUER_UNKNOWN: (Check.ISSUER_KNOWN, Reason.ISSUER_UNKNOWN),
    VerificationStep.ISSUER_SIGNATURE: (Check.ISSUER_SIGNATURE, Reason.FORGED_VOUCHER),
    VerificationStep.HOLDER_SIGNATURE: (Check.HOLDER_SIGNATURE, Reason.FORGED_PAYMENT),
}


class ContactAge(Protocol):
    """How long ago the ledger signed a time for this terminal."""

    @property
    def contact_s(self) -> int: ...

    @property
    def uptime_s(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """A code and what it is presented for."""

    text: str
    length: int
    """True length of the text, which may have been cut."""
    tender: Tender
    sale_id: bytes | None
    receipt_number: str | None
    """Of the sale, where an earlier tender has given it one."""
    paid_won: int = 0
    items: tuple[SoldItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An answer that is durable."""

    decision: Approved | Declined | Referred
    entry: Entry
    receipt_number: str | None = None
    sale_id: bytes | None = None
    foreign: ForeignCode | None = None
    is_completed: bool = False
    """The sale owes nothing more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unreadable:
    """Refused before anything could be verified."""

    check: Check
    reason: Reason
    foreign: ForeignCode | None = None


Clerk: TypeAlias = Callable[[], str]
"""The number of who is at the till; empty where nobody has one."""
_Read: TypeAlias = SignedPayment | _Unreadable


class Checkout:
    """Answers codes for one terminal."""

    def __init__(self, *, journal: Journal, trust: TrustStore, clock: Clock, contact: ContactAge, clerk: Clerk) -> None:
        self._journal = journal
        self._clock = clock
        self._contact = contact
        self._clerk = clerk
        self.trust = trust

    def present(self, presented: Presented) -> Recorded:
        """Answer a code; approved and refused alike are recorded when this returns."""
        reading = self._clock.read()
        decision, foreign = self.judge(presented, reading)
        match decision:
            case Approved():
                return self._approve(decision, presented, reading)
            case Declined() | Referred():
                return self._refuse(decision, presented, reading, foreign)

    def judge(
        self, presented: Presented, reading: Reading
    ) -> tuple[Approved | Declined | Referred, ForeignCode | None]:
        """Read, verify and decide; records nothing."""
        signed = _read(presented.text, presented.length)
        if isinstance(signed, _Unreadable):
            ran = VERIFYING[: VERIFYING.index(signed.check) + 1]
            return Declined(finding=Finding(reason=signed.reason), checks=ran), signed.foreign
        verified = verify_payment(signed, self.trust.issuer(signed.voucher.claims.issuer))
        if isinstance(verified, VerificationFailure):
            check, reason = _FAILED_STEP[verified.step]
            ran = VERIFYING[: VERIFYING.index(check) + 1]
            return Declined(finding=Finding(reason=reason), checks=ran), None
        return decide(verified, self._situation(verified, presented.tender, reading)), None

    def decline(self, referred: Referred, presented: Presented) -> Entry:
        """Record that a person left a referred code: the ledger can give its money back."""
        declined = Declined(finding=referred.finding, checks=referred.checks, payment=referred.payment)
        return self._refuse(declined, presented, self._clock.read(), None).entry

    def refuse(self, declined: Declined, presented: Presented) -> Recorded:
        """Record that a code which is no payment was declined."""
        return self._refuse(declined, presented, self._clock.read(), None)

    def identity_of(self, text: str) -> VerifiedPayment | None:
        """The verified payment in a text, or None; records nothing and judges nothing."""
        signed = _read(text, len(text))
        if isinstance(signed, _Unreadable):
            return None
        verified = verify_payment(signed, self.trust.issuer(signed.voucher.claims.issuer))
        return verified if isinstance(verified, VerifiedPayment) else None

    def limits(self, reading: Reading) -> Limits:
        """What holds now, whatever the programme."""
        policy = self.trust.policy
        is_reduced = self.exposure(reading).contact_age_s > policy.contact_soft_s or reading.quality < Quality.NETWORK
        return policy.reduced if is_reduced else policy.limits

    def exposure(self, reading: Reading) -> Exposure:
        """What stands between this terminal and its last contact."""
        seen = self._journal.payments.exposure()
        return Exposure(
            count=seen.count,
            value_won=seen.value_won,
            contact_age_s=max(reading.earliest_s - self._contact.contact_s, self._contact.uptime_s, 0),
            contact_uptime_s=self._contact.uptime_s,
        )

    def _situation(self, verified: VerifiedPayment, tender: Tender, reading: Reading) -> Situation:
        voucher, payment = verified.voucher, verified.payment
        return Situation(
            merchant=self.trust.merchant,
            policy=self.trust.policy,
            program=self.trust.program(voucher.issuer, voucher.program),
            revocation=self._revocation(verified, reading),
            reading=reading,
            tender=tender,
            request=None if payment.nonce is None else self.open_request(payment.nonce, reading),
            history=self._history(verified),
            exposure=self.exposure(reading),
        )

    def _revocation(self, verified: VerifiedPayment, reading: Reading) -> RevocationState:
        return self.trust.revocation(verified.voucher.issuer, verified.voucher.voucher_id, now_s=reading.time_s)

    def open_request(self, nonce: bytes, reading: Reading) -> OpenRequest | None:
        """The request of this nonce that nobody has answered and whose time is not over."""
        request = self._journal.requests.open_request(nonce)
        opened = None if request is None else self._journal.entry(request.entry)
        if request is None or opened is None or is_over(request, opened, reading):
            return None
        return OpenRequest(nonce=nonce, amount_won=request.amount_won)

    def _history(self, verified: VerifiedPayment) -> History:
        highest = self._journal.payments.highest_point(verified.voucher_identity)
        if highest is None:
            return History()
        same_payment = same_sequence = None
        approved = self._journal.payments.approved_payment(verified.identity)
        if approved is not None:
            earlier = EarlierPayment(
                receipt_number=approved.receipt_number, time_s=approved.time_s, amount_won=approved.amount_won
            )
            if not are_different(verified.payment, decode_payment(approved.object_bytes).claims):
                same_payment = earlier
            else:
                same_sequence = earlier
        return History(
            same_payment=same_payment,
            same_sequence=same_sequence,
            highest=highest,
            voucher_won=self._journal.payments.voucher_spent_since_contact(verified.voucher_identity),
        )

    def _approve(self, decision: Approved, presented: Presented, reading: Reading) -> Recorded:
        payment = decision.payment.payment
        due_won = presented.tender.due_won
        total_won = presented.paid_won + (payment.amount_won if due_won is None else due_won)
        is_completed = presented.paid_won + payment.amount_won >= total_won
        sale_id = presented.sale_id or new_sale_id()
        receipt_number = presented.receipt_number or self._journal.sales.next_receipt_number()
        body = PaymentApproved(
            object_bytes=decision.payment.raw,
            receipt_number=receipt_number,
            sale_id=sale_id,
            amount_won=payment.amount_won,
            business_date=business_date(self._journal, reading),
            checks=tuple(map(int, decision.checks)),
            clerk=self._clerk() or None,
            nonce=payment.nonce,
            total_won=total_won,
            tax=self.tax(total_won, presented.items) if is_completed else None,
        )
        before = self.itemised(sale_id, presented.items, reading) if presented.receipt_number is None else ()
        *_, entry = self._journal.record([*before, body], reading=reading)
        return Recorded(
            decision=decision,
            entry=entry,
            receipt_number=receipt_number,
            sale_id=sale_id,
            is_completed=is_completed,
        )

    def itemised(self, sale_id: bytes, items: tuple[SoldItem, ...], reading: Reading) -> tuple[SaleItemised, ...]:
        """What has to stand before the first tender of a sale."""
        if not items:
            return ()
        body = SaleItemised(
            sale_id=sale_id,
            business_date=business_date(self._journal, reading),
            items=items,
            clerk=self._clerk() or None,
        )
        return (body,)

    def tax(self, total_won: int, items: tuple[SoldItem, ...] = ()) -> TaxSplit:
        """How the items split the total; without them, the shop's default does."""
        if items:
            assert basket.total_of(items) == total_won, "what is sold is what is owed"
            return basket.split_of(items)
        merchant = self.trust.merchant
        if merchant.is_tax_exempt:
            return split_tax(taxable_won=0, exempt_won=total_won)
        return split_tax(taxable_won=total_won, exempt_won=0)

    def _refuse(
        self, decision: Declined | Referred, presented: Presented, reading: Reading, foreign: ForeignCode | None
    ) -> Recorded:
        kind = PaymentReferred if isinstance(decision, Referred) else PaymentDeclined
        body = kind(
            business_date=business_date(self._journal, reading),
            checks=tuple(map(int, decision.checks)),
            reason=decision.finding.reason.value,
            scanned_sha256=hashlib.sha256(presented.text.encode("utf-8", "replace")).digest(),
            object_bytes=decision.payment.raw if decision.payment is not None else None,
            sale_id=presented.sale_id,
            amount_won=presented.tender.due_won,
            clerk=self._clerk() or None,
        )
        (entry,) = self._journal.record([body], reading=reading)
        return Recorded(decision=decision, entry=entry, sale_id=presented.sale_id, foreign=foreign)


def business_date(journal: Journal, reading: Reading) -> str:
    """The shop's day at a reading, YYYY-MM-DD: that of the opening, past midnight too; where nobody opened one, the
    Korean calendar day."""
    opened = journal.days.open_day()
    if opened is None or not is_same_shop_day(opened_s=opened.time_s, time_s=reading.time_s):
        return date_of(reading.time_s)
    return opened.business_date


def new_sale_id() -> bytes:
    """16 bytes that no other sale has."""
    return secrets.token_bytes(16)


def _read(text: str, length: int) -> _Read:
    """Checks 1 and 2: the text, then the bytes."""
    try:
        if length > len(text):
            raise TooLongError("the scanner cut the text")
        found = decode_text(text)
    except TooLongError:
        return _Unreadable(check=Check.FORM, reason=Reason.TOO_LONG)
    except NewerVersionError:
        return _Unreadable(check=Check.FORM, reason=Reason.NEEDS_UPDATE)
    except AlphabetError:
        return _Unreadable(check=Check.FORM, reason=Reason.MALFORMED)
    except UnknownPrefixError as error:
        return _Unreadable(check=Check.FORM, reason=Reason.NOT_OUR_CODE, foreign=error.foreign)
    if found.kind is not QrKind.PAYMENT:
        return _Unreadable(check=Check.FORM, reason=Reason.NOT_A_PAYMENT)
    try:
        return decode_payment(found.data)
    except MalformedError:
        return _Unreadable(check=Check.CANONICAL, reason=Reason.MALFORMED)
