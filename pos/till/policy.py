"""What issuers and the city allow, as the till needs it: programmes, limits, the shop itself.

Plain values; reading them out of trust data is `pos.core.trust_store`'s matter. Limits count per sale and between two
contacts with the ledger; the tighter of programme and policy holds.
"""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final

from pos.till.notes import NotePolicy

CANCEL_S: Final = 86_400
"""What a programme that says nothing allows for cancelling without the receipt."""


class IssueClass(StrEnum):
    """Sold at a discount, or given as an allowance (domain: 일반발행, 정책발행)."""

    GENERAL = "general"
    POLICY = "policy"


class ProgramForm(StrEnum):
    MOBILE = "mobile"
    PAPER = "paper"
    CARD = "card"


class ConflictBearer(StrEnum):
    """Who bears a payment that another terminal approved too."""

    ISSUER = "issuer"
    MERCHANT = "merchant"


class RevocationState(StrEnum):
    """Too old a list says "not covered", never "not revoked"."""

    NOT_REVOKED = "not_revoked"
    REVOKED = "revoked"
    NOT_COVERED = "not_covered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Most that may be approved offline; all in won except `count_max`."""

    unbound_max_won: int
    """In one sale, by codes that answer no payment request."""
    bound_max_won: int
    """In one sale, by codes that answer this terminal's request."""
    voucher_max_won: int
    """From one voucher between two contacts."""
    count_max: int
    """Payments between two contacts."""
    value_max_won: int
    """Sum of payments between two contacts."""
    uncovered_max_won: int
    """In one sale, when the revocation list does not cover the voucher."""

    def tightest(self, other: "Limits") -> "Limits":
        """The smaller of each pair."""
        return Limits(**{item.name: min(getattr(self, item.name), getattr(other, item.name)) for item in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`policy.json`: how offline acceptance works in this city."""

    payment_age_s: int
    payment_skew_s: int
    request_life_s: int
    """An open payment request that nobody answers is closed after this long."""
    settlement_period_s: int
    contact_soft_s: int
    """Since the last signed contact; from then on `reduced` limits hold."""
    contact_hard_s: int
    """From then on nothing is approved offline."""
    limits: Limits
    reduced: Limits
    """Also hold while the clock cannot judge ages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One voucher programme of an issuer."""

    issuer: str
    program: str
    name: str
    form: ProgramForm
    issue_class: IssueClass
    area: frozenset[str]
    """Municipalities in which it may be spent."""
    merchant_classes: frozenset[str]
    """Empty: every class."""
    industries: frozenset[str]
    """Empty: every industry."""
    is_cash_receipt_by_platform: bool
    conflict_bearer: ConflictBearer
    limits: Limits | None
    cancel_s: int = CANCEL_S
    """For so long after a sale the till takes it back without seeing its receipt."""
    is_part_refund_allowed: bool = True
    notes: NotePolicy | None = None
    """Of a paper programme."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """The shop, as the ledger registered it."""

    merchant: str
    name: str
    representative: str
    business_number: str
    address: str
    phone: str
    merchant_class: str
    industry: str
    municipality: str
    accepted_issue_classes: frozenset[IssueClass]
    is_tax_exempt: bool
    """Sells exempt goods only unless items say otherwise."""
    is_simplified_taxpayer: bool
    must_issue_cash_receipts: bool = False
    """Of an industry that issues from 100,000 won without being asked (income tax act 162-3)."""
