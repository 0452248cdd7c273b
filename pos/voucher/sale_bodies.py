"""Entries about what is sold and about sales that wait.

Imported from `pos.voucher.bodies`.
"""

from dataclasses import dataclass
from typing import ClassVar

from pos.voucher import body_fields as key
from pos.voucher.body_fields import EntryBody


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleItemised(EntryBody):
    """What is sold; together with the first tender of the sale."""

    KIND: ClassVar[str] = "sale.itemised"

    sale_id: key.SaleId
    business_date: key.BusinessDate
    items: key.ItemsSold
    clerk: key.Clerk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleSuspended(EntryBody):
    """A sale is put aside and called back by its number."""

    KIND: ClassVar[str] = "sale.suspended"

    sale_id: key.SaleId
    business_date: key.BusinessDate
    total_won: key.TotalWon
    hold_number: key.HoldNumber
    items: key.ItemsSold | None = None
    clerk: key.Clerk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleResumed(EntryBody):
    """A sale that was put aside goes on."""

    KIND: ClassVar[str] = "sale.resumed"

    sale_id: key.SaleId
    clerk: key.Clerk | None = None
