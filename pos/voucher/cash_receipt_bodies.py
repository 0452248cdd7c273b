"""Entries about cash receipts that the shop itself has to issue.

The buyer's identifier is in no entry but sealed to the ledger's key and masked as it may stand on paper (NTS notice
2025-19, section 2(4)). A document key names one request to the provider, an issue or a cancellation, for good: sending
the same one twice issues once. Imported from `pos.voucher.bodies`.
"""

from dataclasses import dataclass
from typing import ClassVar

from pos.voucher import body_fields as key
from pos.voucher.body_fields import EntryBody


@dataclass(frozen=True, slots=True, kw_only=True)
class CashReceiptRequested(EntryBody):
    """To be issued over the part of a sale that no platform reports."""

    KIND: ClassVar[str] = "cash_receipt.requested"

    cash_receipt_id: key.CashReceiptId
    sale_id: key.SaleId
    sale_receipt: key.SaleReceipt
    amount_won: key.AmountWon
    tax: key.SplitOfTax
    """Of `amount_won`."""
    purpose: key.PurposeOfCashReceipt
    identifier_kind: key.KindOfIdentifier
    identifier: key.MaskedIdentifier
    sealed: key.SealedIdentifier
    """The identifier's digits in a sealed box for the ledger's identifier key."""
    traded_s: key.TradedS
    """When the sale was made, which may be days before it is issued."""
    business_date: key.BusinessDate
    clerk: key.Clerk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CashReceiptCancelRequested(EntryBody):
    """All or part of an earlier one is to be taken back; number and date of the original are found by its id."""

    KIND: ClassVar[str] = "cash_receipt.cancel_requested"

    cash_receipt_id: key.CashReceiptId
    original_id: key.OriginalCashReceiptId
    sale_id: key.SaleId
    amount_won: key.AmountWon
    tax: key.SplitOfTax
    reason: key.CancelReason
    traded_s: key.TradedS
    business_date: key.BusinessDate
    refund_id: key.RefundId | None = None
    clerk: key.Clerk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CashReceiptIssued(EntryBody):
    """The provider gave the request of this id an approval number."""

    KIND: ClassVar[str] = "cash_receipt.issued"

    cash_receipt_id: key.CashReceiptId
    approval_number: key.ApprovalNumber
    """Nine characters, not always digits; unique within its day."""
    approved_s: key.ApprovedS


@dataclass(frozen=True, slots=True, kw_only=True)
class CashReceiptConfirmed(EntryBody):
    """The tax office has it."""

    KIND: ClassVar[str] = "cash_receipt.confirmed"

    cash_receipt_id: key.CashReceiptId


@dataclass(frozen=True, slots=True, kw_only=True)
class CashReceiptRejected(EntryBody):
    """The provider will not issue it as it stands."""

    KIND: ClassVar[str] = "cash_receipt.rejected"

    cash_receipt_id: key.CashReceiptId
    reason: key.Reason
