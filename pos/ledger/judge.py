"""What a payment in an approved journal entry is worth, decided from its own bytes and from what settled before; pure.

Two steps. `examine` looks at one payment alone and ends at the first check that fails:

1. the terminal is trusted for this entry (`revoked_after`);
2. the object is a payment, a paper voucher or a paid confirmation, and the entry names the amount;
3. its signatures hold under today's keys (an issuer or key that is not known yet leaves it pending);
4. it is addressed to this merchant or to nobody, and for the amount that the terminal recorded;
5. the issuer's key was allowed to sign that voucher, and is not revoked (or the terminal could not know it yet);
6. the voucher was in force when it was approved, as far as the entry's clock can be believed;
7. it does not pay more than the voucher's value.

`SpendLine.place` then puts it beside the payments of the same voucher that stand already: equal claims are a duplicate;
two that prove double signing are a conflict, where the first to arrive has settled; anything else settles. Whoever is
refused never enters the line and incriminates nobody.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from pos.clock import Quality
from pos.voucher.outcomes import OutcomeStatus
from pos.voucher.spend_line import LinePoint, contradict
from pos.voucher.trust import Issuer, IssuerKey, Ledger

CLOCK_TOLERANCE_S: Final = 120
"""A terminal refuses only what has certainly expired; a good clock may still be this far off after a week alone."""


class ClaimKind(StrEnum):
    """What was presented, persisted."""

    PAYMENT = "payment"
    NOTE = "note"
    CONFIRMATION = "confirmation"


def line_domain(kind: ClaimKind) -> bytes:
    """What the keys of this kind's spend lines begin with."""
    return b"ledger:" if kind is ClaimKind.CONFIRMATION else b"issuer:"


class Bearer(StrEnum):
    """Who bears a payment in conflict, by the programme's `conflict_bearer`; persisted."""

    ISSUER = "issuer"
    """The merchant, who could not know, is paid; the issuer looks to the holder."""
    MERCHANT = "merchant"
    """The merchant's claim stays disputed until the review."""


class Refusal(StrEnum):
    """Reason codes of refused and pending payments: persisted and sent, added but never renamed."""

    TERMINAL_REVOKED = "terminal_revoked"
    UNREADABLE = "unreadable"
    ISSUER_UNKNOWN = "issuer_unknown"
    """The issuer or its key is not in the trust data (yet): pending, not final."""
    ISSUER_SIGNATURE = "issuer_signature"
    HOLDER_SIGNATURE = "holder_signature"
    LEDGER_SIGNATURE = "ledger_signature"
    AUDIENCE = "audience"
    AMOUNT = "amount"
    KEY_WINDOW = "key_window"
    KEY_REVOKED = "key_revoked"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    OVER_VALUE = "over_value"
    VOUCHER_DIFFERS = "voucher_differs"
    """The issuer signed two different vouchers with one id."""
    VOUCHER_REVOKED = "voucher_revoked"
    """Approved after every terminal must have known that the voucher is revoked."""
    RETURNED = "returned"
    """Its money went back to the holder, who may not spend it this way any more."""

    @property
    def is_final(self) -> bool:
        return self is not Refusal.ISSUER_UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What an approved entry of a terminal says."""

    terminal: str
    merchant: str
    sequence: int
    """Of the entry."""
    time_s: int
    quality: Quality
    received_s: int
    is_trusted: bool
    """Whether the terminal was not revoked before this entry."""
    object_bytes: bytes | None
    """None where the body does not hold what the protocol asks of it."""
    amount_won: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherClaim:
    """The voucher that a payment draws on."""

    key: bytes
    """Issuer and voucher id: what a spend line is kept by."""
    issuer: str
    voucher_id: bytes
    program: str
    value_won: int
    expires_s: int
    digest: bytes
    """SHA-256 of the voucher's claims: two vouchers of one id must agree in it."""
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A payment that is good in itself; what else is drawn from the same voucher decides the rest."""

    kind: ClaimKind
    owner: str
    """Issuer, or the ledger that a confirmation is from: whose money it is."""
    line: bytes
    """The key of the line that it stands on: a voucher's, or that of one confirmation."""
    point: LinePoint
    digest: bytes
    """Over its claims but the voucher's bytes: equal digests on one line are one payment signed twice."""
    voucher: VoucherClaim | None
    """None for a confirmation, whose money was taken online."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the trust data said when a payment was examined, for what only the stored lines decide."""

    bearer: Bearer
    """By the programme of the voucher."""
    contact_hard_s: int
    """How long a terminal may sell without hearing of a revoked voucher."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A payment that was judged before, settled or in conflict."""

    terminal: str
    sequence: int
    """Of its entry."""
    status: OutcomeStatus
    point: LinePoint
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of a payment."""

    status: OutcomeStatus
    reason: Refusal | None = None
    other: Standing | None = None
    """The payment that it repeats or contradicts."""


class Keys(Protocol):
    """The trust data that judging needs."""

    def issuer(self, issuer: str) -> Issuer | None: ...

    def ledger(self, ledger: str) -> Ledger | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocations:
    """When this ledger first saw an issuer key revoked, and how long a terminal may sell without hearing of it."""

    seen_s: Mapping[bytes, int]
    """By key id."""
    contact_hard_s: int

    def refuses(self, key: IssuerKey, approval: Approval) -> bool:
        """Whether a payment under a revoked key was approved after every terminal must have known.

        What was approved before the terminal had the list settles; a terminal that stayed away longer than
        `contact_hard_s` was not allowed to sell, so its ignorance excuses nothing.
        """
        return key.revoked and approval.time_s > self.seen_s.get(key.kid, 0) + self.contact_hard_s


class SpendLine:
    """The payments of one line that settled or are in conflict, and what a further one is beside them."""

    def __init__(self, standing: Iterable[Standing] = ()) -> None:
        self._by_digest: dict[bytes, Standing] = {}
        self._settled: list[Standing] = []  # by sequence, and, as no two of them contradict each other, by sum
        for payment in standing:
            self.add(payment)

    def add(self, payment: Standing) -> None:
        """Take a payment in that was judged beside all that stand here."""
        self._by_digest.setdefault(payment.digest, payment)
        if payment.status is OutcomeStatus.SETTLED:
            insort(self._settled, payment, key=_sequence_of)

    def place(self, claim: Claim) -> Verdict:
        """Judge a good payment."""
        repeated = self._by_digest.get(claim.digest)
        if repeated is not None:
            return Verdict(status=OutcomeStatus.DUPLICATE, other=repeated)
        contradicted = self._contradicted(claim.point)
        if contradicted is not None:
            return Verdict(status=OutcomeStatus.CONFLICT, other=contradicted)
        return Verdict(status=OutcomeStatus.SETTLED)

    def _contradicted(self, point: LinePoint) -> Standing | None:
        """The first on the line that cannot stand beside this point; all that cannot are next to each other."""
        first = bisect_left(self._settled, point.sequence, key=_sequence_of)
        while first and contradict(self._settled[first - 1].point, point):
            first -= 1
        candidates = self._settled[first : first + 1]
        return next((other for other in candidates if contradict(other.point, point)), None)


def _sequence_of(payment: Standing) -> int:
    return payment.point.sequence


def refused(reason: Refusal) -> Verdict:
    """Return the verdict that a failed check leads to."""
    status = OutcomeStatus.REFUSED if reason.is_final else OutcomeStatus.PENDING
    return Verdict(status=status, reason=reason)


def is_in_force(approval: Approval, *, not_before_s: int, expires_s: int) -> Refusal | None:
    """Check 6: refuse only what was certainly outside `not_before_s ≤ now < expires_s`."""
    if approval.received_s < not_before_s - CLOCK_TOLERANCE_S:
        return Refusal.NOT_YET_VALID
    if approval.quality < Quality.NETWORK:
        return None
    if approval.time_s < not_before_s - CLOCK_TOLERANCE_S:
        return Refusal.NOT_YET_VALID
    if approval.time_s >= expires_s + CLOCK_TOLERANCE_S:
        return Refusal.EXPIRED
    return None
