"""What a receipt says, as data: enough to print it again years later, word for word.

Rules:
- amounts are never negative, whatever the receipt is for; `kind` says which way the money went;
- the tax split and the items, where there are any, make up the total to the won;
- a receipt holds no identifier that may not stand on paper: voucher ids and cash-receipt identifiers come masked.

Leaves words to `words` and places to `layout`. Times are seconds since 1970 and are printed in Korean time (UTC+9).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from pos.text import SafeText
from pos.till.receipt.tax import total_of
from pos.voucher.bodies import CashReceiptPurpose, CashReceiptReason, TaxClass, TaxSplit, TenderMethod


class ReceiptKind(StrEnum):
    """What the slip is about. Persisted: add members, never rename."""

    SALE = "sale"
    REFUND = "refund"
    VOID = "void"
    DECLINED = "declined"
    """A slip for a customer whose code was declined: proof of the refusal, not of a payment."""
    TRAINING = "training"
    """Looks like a sale, and says all over that it is none."""


class Holder(StrEnum):
    """Whose copy it is."""

    CUSTOMER = "customer"
    MERCHANT = "merchant"


class VoucherForm(StrEnum):
    """What the voucher was."""

    MOBILE = "mobile"
    PAPER = "paper"
    CARD = "card"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopBlock:
    """The supplier, as VAT decree section 73(7) wants it on every receipt."""

    name: SafeText
    representative: SafeText
    business_number: str
    """Ten digits."""
    address: SafeText
    phone: str
    is_simplified_taxpayer: bool = False
    """Shows no VAT (VAT Act section 36(1)2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem:
    """Something sold; a discount is an item whose amount is negative."""

    name: SafeText
    amount_won: int
    quantity: int = 1
    unit_price_won: int | None = None
    tax: TaxClass = TaxClass.TAXABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherTender:
    """Paid by voucher."""

    program_name: SafeText
    voucher_mask: str
    """As `masking.mask_voucher_id` writes it."""
    amount_won: int
    form: VoucherForm = VoucherForm.MOBILE
    remaining_won: int | None = None
    """What is left on the voucher, where the payment says so and the customer may know."""
    face_won: int | None = None
    """Of one paper note."""
    count: int = 1
    """Paper notes of that face."""
    change_won: int = 0
    """Cash given back on a paper note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CashTender:
    """Paid in cash; `received_won` is what was handed over."""

    amount_won: int
    received_won: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherTender:
    """Paid some other way, only recorded here."""

    amount_won: int
    method: TenderMethod = TenderMethod.CARD


Tender: TypeAlias = VoucherTender | CashTender | OtherTender


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformCashReceipt:
    """A named mobile voucher: its platform reports the payment, and a second receipt would count it twice."""

    amount_won: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingCashReceipt:
    """Asked for while no provider could be reached: no approval number exists yet."""

    purpose: CashReceiptPurpose
    identifier: str
    """As `masking.mask_identifier` writes it."""
    split: TaxSplit


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedCashReceipt:
    """Approved by the provider."""

    purpose: CashReceiptPurpose
    identifier: str
    approval_number: str
    """Nine characters, not always digits."""
    issued_s: int
    split: TaxSplit


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelledCashReceipt:
    """Taken back; the notice wants the original's number and date and the reason on paper."""

    purpose: CashReceiptPurpose
    identifier: str
    approval_number: str
    """Empty as long as the provider has not answered; so is the original's."""
    issued_s: int
    original_approval_number: str
    original_issued_s: int
    reason: CashReceiptReason
    split: TaxSplit


CashReceipt: TypeAlias = PlatformCashReceipt | PendingCashReceipt | IssuedCashReceipt | CancelledCashReceipt


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalSale:
    """What a refund or void takes back."""

    receipt_number: str
    issued_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One receipt. `copy_number` counts reprints: 0 is the original."""

    kind: ReceiptKind
    shop: ShopBlock
    number: str
    issued_s: int
    is_time_sure: bool = True
    """False where the clock could not vouch for the time."""
    business_date: str
    """YYYY-MM-DD; printed where the till's day is not the calendar's."""
    total_won: int
    tax: TaxSplit | None
    items: tuple[LineItem, ...] = ()
    tenders: tuple[Tender, ...] = ()
    cash_receipt: CashReceipt | None = None
    is_awaiting_delivery: bool = False
    """Approved here; the ledger has not acknowledged it."""
    original: OriginalSale | None = None
    refusal: SafeText | None = None
    """Of a declined slip: the sentence that the customer was told."""
    holder: Holder = Holder.CUSTOMER
    copy_number: int = 0
    clerk: SafeText | None = None
    entry: bytes | None = None
    """Hash of the journal entry."""
    code: str | None = None
    """Text of the receipt code (CKS1:…)."""
    notes: tuple[SafeText, ...] = ()
    """The shop's own lines at the end."""

    def __post_init__(self) -> None:
        assert self.total_won >= 0
        assert self.copy_number >= 0
        assert self.tax is None or total_of(self.tax) == self.total_won
        assert not self.items or sum(item.amount_won for item in self.items) == self.total_won
