"""A counter for the sandbox's tests: the terminal's verifier and decisions with a memory instead of a journal."""

import itertools
import time
from dataclasses import dataclass, field

from pos.clock import Quality, Reading
from pos.core.trust_store import FolderTrustStore
from pos.errors import MalformedError
from pos.link.state import Outcome
from pos.sandbox.scenarios import Scenario
from pos.sandbox.town import Town
from pos.till.decision import (
    Approved,
    Declined,
    EarlierPayment,
    Exposure,
    History,
    OpenRequest,
    Referred,
    Situation,
    Tender,
    decide,
)
from pos.till.reasons import Reason
from pos.voucher.keys import SigningKey
from pos.voucher.qr import NewerVersionError, QrKind, TooLongError, UnknownPrefixError, decode_text, encode_text
from pos.voucher.signed import decode_payment, sign_request
from pos.voucher.spend_line import LinePoint, are_different, point_of
from pos.voucher.terminal_claims import PaymentRequest
from pos.voucher.verified import VerificationFailure, VerifiedPayment, verify_payment

FAILED = {
    "issuer_unknown": Reason.ISSUER_UNKNOWN,
    "issuer_signature": Reason.FORGED_VOUCHER,
    "holder_signature": Reason.FORGED_PAYMENT,
}


@dataclass
class Till:
    """A counter with the terminal's verifier and decisions, and a memory instead of a journal."""

    town: Town
    now_s: int = field(default_factory=lambda: int(time.time()))
    approved: dict[object, VerifiedPayment] = field(default_factory=dict)
    highest: dict[object, LinePoint] = field(default_factory=dict)
    open: OpenRequest | None = None

    def __post_init__(self) -> None:
        self.trust = FolderTrustStore(
            self.town.trust.folder, version=1, terminal="t-bakery-1", merchant="m-bakery", ledger="sandbox"
        )
        self.key = SigningKey.from_seed((self.town.directory / "state" / "terminal.key").read_bytes())
        self.nonces = itertools.count(1)

    def ask(self, amount_won: int) -> str:
        self.open = OpenRequest(nonce=next(self.nonces).to_bytes(16, "big"), amount_won=amount_won)
        request = PaymentRequest(
            terminal="t-bakery-1",
            merchant="m-bakery",
            issued_s=self.now_s,
            nonce=self.open.nonce,
            amount_won=amount_won,
            certificate=self.trust.certificate,
        )
        return encode_text(QrKind.REQUEST, sign_request(request, key=self.key).raw)

    def serve(self, scenario: Scenario) -> tuple[Outcome, str | None]:
        self.now_s += 7
        request = self.ask(scenario.amount_due_won) if scenario.needs_request else None
        return self.present(scenario.text(self.now_s, request), scenario.amount_due_won)

    def present(self, text: str, due_won: int) -> tuple[Outcome, str | None]:
        try:
            found = decode_text(text)
            if found.kind is not QrKind.PAYMENT:
                return Outcome.DECLINED, Reason.NOT_A_PAYMENT
            signed = decode_payment(found.data)
        except TooLongError:
            return Outcome.DECLINED, Reason.TOO_LONG
        except NewerVersionError:
            return Outcome.DECLINED, Reason.NEEDS_UPDATE
        except UnknownPrefixError:
            return Outcome.DECLINED, Reason.NOT_OUR_CODE
        except MalformedError:
            return Outcome.DECLINED, Reason.MALFORMED
        verified = verify_payment(signed, self.trust.issuer(signed.voucher.claims.issuer))
        if isinstance(verified, VerificationFailure):
            return Outcome.DECLINED, FAILED[verified.step]
        return self.decide(verified, due_won)

    def decide(self, verified: VerifiedPayment, due_won: int) -> tuple[Outcome, str | None]:
        match decide(verified, self.situation(verified, due_won)):
            case Approved():
                self.approved[verified.identity] = verified
                self.highest[verified.voucher_identity] = point_of(verified.payment)
                self.open = None if verified.payment.nonce else self.open
                return Outcome.APPROVED, None
            case Declined(finding=finding):
                return Outcome.DECLINED, finding.reason
            case Referred(finding=finding):
                return Outcome.REFERRED, finding.reason

    def situation(self, verified: VerifiedPayment, due_won: int) -> Situation:
        voucher = verified.voucher
        return Situation(
            merchant=self.trust.merchant,
            policy=self.trust.policy,
            program=self.trust.program(voucher.issuer, voucher.program),
            revocation=self.trust.revocation(voucher.issuer, voucher.voucher_id, now_s=self.now_s),
            reading=Reading(
                time_s=self.now_s,
                earliest_s=self.now_s - 2,
                latest_s=self.now_s + 2,
                quality=Quality.SIGNED,
                boot_id=bytes(16),
                boot_ms=0,
            ),
            tender=Tender(due_won=due_won),
            request=self.open,
            history=self.history(verified),
            exposure=Exposure(),
        )

    def history(self, verified: VerifiedPayment) -> History:
        before = self.approved.get(verified.identity)
        earlier = None if before is None else EarlierPayment(receipt_number="1", time_s=0, amount_won=1)
        is_same = before is not None and not are_different(before.payment, verified.payment)
        return History(
            same_payment=earlier if is_same else None,
            same_sequence=None if is_same else earlier,
            highest=self.highest.get(verified.voucher_identity),
        )
