"""Entries about the counter: other tenders, whole sales, paper, the drawer, and what a person has dealt with.

Imported from `pos.voucher.bodies`.
"""

from dataclasses import dataclass
from typing import ClassVar

from pos.voucher import body_fields as key
from pos.voucher.body_fields import EntryBody


@dataclass(frozen=True, slots=True, kw_only=True)
class TenderRecorded(EntryBody):
    """Money that is no voucher."""

    KIND: ClassVar[str] = "tender.recorded"

    sale_id: key.SaleId
    amount_won: key.AmountWon
    business_date: key.BusinessDate
    tender: key.KindOfTender
    receipt_number: key.ReceiptNumber | None = None
    clerk: key.Clerk | None = None
    total_won: key.TotalWon | None = None
    """What the whole sale owes; the sale is complete when its tenders reach it."""
    tax: key.SplitOfTax | None = None
    """Of the whole sale; with the tender that completes it."""
    given_won: key.GivenWon | None = None
    """Cash that was handed over, where it was more: the rest was handed back."""
    method: key.MethodOfTender | None = None
    """Of another tender than cash."""
    reference: key.ReferenceLabel | None = None
    """Of the shop's own payment code: the label by which a payment service can be asked about it."""
    program: key.ProgramId | None = None
    """Of the shop's own payment code: whose it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleCancelled(EntryBody):
    """A sale that was begun and given up."""

    KIND: ClassVar[str] = "sale.cancelled"

    sale_id: key.SaleId
    business_date: key.BusinessDate
    reason: key.Reason
    clerk: key.Clerk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPrinted(EntryBody):
    """How the printing of a receipt ended."""

    KIND: ClassVar[str] = "receipt.printed"

    receipt_number: key.ReceiptNumber
    copy_number: key.CopyNumber
    outcome: key.OutcomeOfPrint


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptReprinted(EntryBody):
    """Somebody asked for another copy."""

    KIND: ClassVar[str] = "receipt.reprinted"

    receipt_number: key.ReceiptNumber
    copy_number: key.CopyNumber
    clerk: key.Clerk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptElectronic(EntryBody):
    """The customer agreed to have the receipt as a code instead of on paper."""

    KIND: ClassVar[str] = "receipt.electronic"

    receipt_number: key.ReceiptNumber
    clerk: key.Clerk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionClosed(EntryBody):
    """A person dealt with what the entry named here had left open."""

    KIND: ClassVar[str] = "attention.closed"

    entry: key.OtherEntry
    reason: key.Reason
    clerk: key.Clerk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawerOpened(EntryBody):
    """The drawer was told to open."""

    KIND: ClassVar[str] = "drawer.opened"

    reason: key.Reason
    clerk: key.Clerk | None = None
