"""The trust files' JSON shapes, and what they become (protocol, "Trust data"). Pure.

Unknown fields are ignored. Whatever is used is checked here or where it becomes a value: ValueError, TrustError or a
msgspec error, none of which knows the file's name.
"""

from typing import Annotated, Final, TypeAlias

import msgspec

from pos.text import safe_text
from pos.till.change import ChangeBasis
from pos.till.notes import NotePolicy
from pos.till.policy import CANCEL_S, ConflictBearer, IssueClass, Limits, Merchant, Policy, Program, ProgramForm
from pos.voucher.body_fields import FEATURE_BYTES_MAX, FEATURES_MAX
from pos.voucher.trust import Issuer, IssuerKey, Ledger, LedgerKey, LedgerRole

REQUEST_LIFE_S: Final = 300

_Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0)]
"""Won, seconds, versions and numbers of things: nothing in trust data is below zero."""


class TrustFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file, or a part of one."""


class IssuerKeyPart(TrustFile, frozen=True, kw_only=True):
    """A key of an issuer and when it may sign."""

    kid: str
    public_key: str
    sign_from: _Count
    sign_until: _Count
    revoked: bool = False


class IssuerPart(TrustFile, frozen=True, kw_only=True):
    """An issuer in `issuers.json`."""

    name: str
    area: list[str]
    keys: list[IssuerKeyPart]


class IssuersFile(TrustFile, frozen=True, kw_only=True):
    """`issuers.json`."""

    version: _Count
    issuers: dict[str, IssuerPart]


class LimitsPart(TrustFile, frozen=True, kw_only=True):
    """Limits; what a programme leaves out is as the policy says."""

    unbound_max_won: _Count | None = None
    bound_max_won: _Count | None = None
    voucher_max_won: _Count | None = None
    count_max: _Count | None = None
    value_max_won: _Count | None = None
    uncovered_max_won: _Count | None = None


class ProgramPart(TrustFile, frozen=True, kw_only=True):
    """A programme in its issuer's file."""

    name: str
    form: ProgramForm
    issue_class: IssueClass
    merchant_classes: list[str] = []
    industries: list[str] = []
    cash_receipt_track: str = "merchant"
    conflict_bearer: ConflictBearer = ConflictBearer.MERCHANT
    limits: LimitsPart = LimitsPart()
    refund_ratio_percent: Annotated[int, msgspec.Meta(ge=60, le=80)] = 60
    """LLV Act decree section 3 allows nothing else."""
    refund_basis: ChangeBasis = ChangeBasis.SUM
    denominations: list[_Count] = []
    number_later: bool = True
    forgery_check_from_won: _Count = 0
    forgery_features: list[str] = []
    issued_from_year: _Count = 0
    blank_issue_year: int | None = None
    note_life_years: _Count = 5
    expired_accepted_until: str | None = None
    consecutive_from: Annotated[int, msgspec.Meta(ge=2)] = 5
    cancel_s: _Count = CANCEL_S
    part_refund: bool = True


class ProgramsFile(TrustFile, frozen=True, kw_only=True):
    """`programs/{issuer}.json`."""

    version: _Count
    programs: dict[str, ProgramPart]


class PolicyFile(TrustFile, frozen=True, kw_only=True):
    """`policy.json`."""

    version: _Count
    payment_age_s: _Count
    payment_skew_s: _Count
    settlement_period_s: _Count
    contact_soft_s: _Count
    contact_hard_s: _Count
    limits: LimitsPart
    reduced_limits: LimitsPart
    request_life_s: _Count = REQUEST_LIFE_S


class LedgerKeyPart(TrustFile, frozen=True, kw_only=True):
    """A key of a ledger and what it may sign."""

    kid: str
    public_key: str
    roles: list[str]


class LedgerPart(TrustFile, frozen=True, kw_only=True):
    """A ledger in `ledgers.json`."""

    keys: list[LedgerKeyPart]
    urls: list[str] = []
    log_key: str | None = None
    witnesses: list[str] = []
    quorum: _Count = 0
    tls_ca: str | None = None


class LedgersFile(TrustFile, frozen=True, kw_only=True):
    """`ledgers.json`."""

    version: _Count
    ledgers: dict[str, LedgerPart]


class MerchantFile(TrustFile, frozen=True, kw_only=True):
    """`merchants/{merchant}.json`."""

    version: _Count
    merchant: str
    name: str
    representative: str
    business_number: str
    address: str
    phone: str
    merchant_class: str = msgspec.field(name="class")
    industry: str
    municipality: str
    accepted_issue_classes: list[IssueClass]
    tax_default: str = "taxable"
    simplified_taxpayer: bool = False
    cash_receipt_mandatory: bool = False
    terminals: list[str] = []
    """Ids of the terminals that sell for this merchant now."""


class TerminalFile(TrustFile, frozen=True, kw_only=True):
    """`terminals/{terminal}.json`."""

    version: _Count
    terminal: str
    certificate: str
    revoked_after: _Count | None = None


def issuer_of(name: str, given: IssuerPart) -> Issuer:
    return Issuer(
        issuer=name,
        name=given.name,
        area=frozenset(given.area),
        keys=tuple(
            IssuerKey(
                kid=bytes.fromhex(key.kid),
                public_key=bytes.fromhex(key.public_key),
                sign_from_s=key.sign_from,
                sign_until_s=key.sign_until,
                revoked=key.revoked,
            )
            for key in given.keys
        ),
    )


def ledger_of(name: str, given: LedgerPart) -> Ledger:
    known = {role.value for role in LedgerRole}
    return Ledger(
        ledger=name,
        keys=tuple(
            LedgerKey(
                kid=bytes.fromhex(key.kid),
                public_key=bytes.fromhex(key.public_key),
                roles=frozenset(LedgerRole(role) for role in key.roles if role in known),
            )
            for key in given.keys
        ),
        log_key=None if given.log_key is None else bytes.fromhex(given.log_key),
        urls=tuple(given.urls),
        tls_ca=given.tls_ca,
        witnesses=tuple(bytes.fromhex(key) for key in given.witnesses),
        quorum=given.quorum,
    )


def _limits(given: LimitsPart, default: Limits | None) -> Limits:
    def pick(name: str) -> int:
        value: int | None = getattr(given, name)
        if value is None:
            if default is None:
                raise ValueError(f"limits.{name} is missing")
            return int(getattr(default, name))
        return value

    unbound_max_won = pick("unbound_max_won")
    uncovered = given.uncovered_max_won
    if uncovered is None:
        uncovered = unbound_max_won if default is None else default.uncovered_max_won
    return Limits(
        unbound_max_won=unbound_max_won,
        bound_max_won=pick("bound_max_won"),
        voucher_max_won=pick("voucher_max_won"),
        count_max=pick("count_max"),
        value_max_won=pick("value_max_won"),
        uncovered_max_won=uncovered,
    )


def policy_of(given: PolicyFile) -> Policy:
    limits = _limits(given.limits, None)
    return Policy(
        payment_age_s=given.payment_age_s,
        payment_skew_s=given.payment_skew_s,
        request_life_s=given.request_life_s,
        settlement_period_s=given.settlement_period_s,
        contact_soft_s=given.contact_soft_s,
        contact_hard_s=given.contact_hard_s,
        limits=limits,
        reduced=_limits(given.reduced_limits, limits),
    )


def program_of(issuer: Issuer, name: str, given: ProgramPart, default: Limits) -> Program:
    return Program(
        issuer=issuer.issuer,
        program=name,
        name=given.name,
        form=given.form,
        issue_class=given.issue_class,
        area=issuer.area,
        merchant_classes=frozenset(given.merchant_classes),
        industries=frozenset(given.industries),
        is_cash_receipt_by_platform=given.cash_receipt_track == "platform",
        conflict_bearer=given.conflict_bearer,
        limits=_limits(given.limits, default),
        cancel_s=given.cancel_s,
        is_part_refund_allowed=given.part_refund,
        notes=_notes(given) if given.form is ProgramForm.PAPER else None,
    )


def _notes(given: ProgramPart) -> NotePolicy:
    return NotePolicy(
        denominations_won=tuple(given.denominations),
        ratio_percent=given.refund_ratio_percent,
        basis=given.refund_basis,
        is_number_later=given.number_later,
        check_from_won=given.forgery_check_from_won,
        features=tuple(map(_feature, given.forgery_features[:FEATURES_MAX])),
        issued_from_year=given.issued_from_year,
        blank_issue_year=given.blank_issue_year,
        life_years=given.note_life_years,
        expired_until=given.expired_accepted_until,
        consecutive_from=given.consecutive_from,
    )


def _feature(given: str) -> str:
    """A security feature as it can be shown, and recorded beside the note."""
    return safe_text(given.encode("utf-8", "replace")[:FEATURE_BYTES_MAX].decode("utf-8", "ignore"))


def merchant_of(given: MerchantFile) -> Merchant:
    return Merchant(
        merchant=given.merchant,
        name=given.name,
        representative=given.representative,
        business_number=given.business_number,
        address=given.address,
        phone=given.phone,
        merchant_class=given.merchant_class,
        industry=given.industry,
        municipality=given.municipality,
        accepted_issue_classes=frozenset(given.accepted_issue_classes),
        is_tax_exempt=given.tax_default == "exempt",
        is_simplified_taxpayer=given.simplified_taxpayer,
        must_issue_cash_receipts=given.cash_receipt_mandatory,
    )
