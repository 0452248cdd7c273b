"""The values that journal entry bodies are made of: closed vocabularies and small records.

What is persisted is a member's value: members are added, never renamed. How they are read and written is in
`body_fields`.
"""

from dataclasses import dataclass
from enum import StrEnum


class TenderKind(StrEnum):
    """How a tender that is no voucher was paid."""

    CASH = "cash"
    OTHER = "other"


class CashDirection(StrEnum):
    """Where cash went that moved without a sale."""

    IN = "in"
    OUT = "out"


class PersonRole(StrEnum):
    """What a person is in the shop."""

    OWNER = "owner"
    MANAGER = "manager"
    CLERK = "clerk"
    TECHNICIAN = "technician"


class TenderMethod(StrEnum):
    """What a tender of kind "other" was. Add members, never rename."""

    CARD = "card"
    """On another terminal."""
    TRANSFER = "transfer"
    MERCHANT_QR = "merchant_qr"
    """The shop's own code was shown, and nobody here knows whether it was paid."""
    OTHER = "other"


class TaxClass(StrEnum):
    """How something sold is taxed. Add members, never rename."""

    TAXABLE = "taxable"
    EXEMPT = "exempt"
    SERVICE = "service"
    """A service charge, itemised and paid on to staff."""


class ChangeRuling(StrEnum):
    """What the cash given back on paper notes was. Add members, never rename."""

    DUTY = "duty"
    """So much of the notes was used that the shop owes the rest in cash (LLV Act section 10(2))."""
    BELOW_RATIO = "below_ratio"
    """Given although nobody owed it: it looks like exchanging notes for cash (LLV Act section 10(1))."""


class NoteMark(StrEnum):
    """What was particular about paper notes. Add members, never rename."""

    CHECKED = "checked"
    """Somebody looked at the security features."""
    DAMAGED = "damaged"
    """Taken at the lowest value that can be read (LLV Act section 12)."""
    CONSECUTIVE = "consecutive"
    EXPIRED = "expired"
    """Its time was over, and the issuer still takes it."""


class RequestEnd(StrEnum):
    """Why a payment request is closed."""

    ANSWERED = "answered"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class RefundKind(StrEnum):
    """Whether a whole sale was taken back at once, or something of it later."""

    VOID = "void"
    REFUND = "refund"


class CashReceiptPurpose(StrEnum):
    """What the buyer uses a cash receipt for (NTS notice 2025-19, section 2(2))."""

    DEDUCTION = "deduction"
    EXPENSE = "expense"


class IdentifierKind(StrEnum):
    """What the buyer gave for a cash receipt."""

    PHONE = "phone"
    CARD = "card"
    BUSINESS = "business"
    SELF = "self"
    """Nobody gave anything: issued to the number that the NTS keeps for it."""


class CashReceiptReason(StrEnum):
    """Why a cash receipt was cancelled (NTS notice 2025-19, record layout: 1, 2, 3)."""

    CANCELLED = "cancelled"
    MISTAKE = "mistake"
    OTHER = "other"


class RemoteAnswerKind(StrEnum):
    """What the shop said to an order or a payment from elsewhere."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class PrintOutcome(StrEnum):
    """What is proven about a receipt's paper."""

    PRINTED = "printed"
    NOT_STARTED = "not_started"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxSplit:
    """What a sale's total is made of, in won."""

    taxable_won: int
    """Supply value without the tax."""
    vat_won: int
    exempt_won: int
    service_won: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldItem:
    """One line of what is sold."""

    name: str
    unit_price_won: int
    quantity: int
    tax: TaxClass
    code: str = ""
    """Its barcode or article number, where it has one."""

    @property
    def amount_won(self) -> int:
        return self.unit_price_won * self.quantity
