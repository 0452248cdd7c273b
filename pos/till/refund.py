"""What goes back when a sale, or a part of it, is taken back. Pure.

Rules:

- a tender goes back the way it came: a voucher as a voucher, cash as cash, a card at the terminal that took it; a
  voucher is never turned into cash;
- notes go back whole, and what was given in change on them comes back from the customer at the same time;
- of a mixed sale the tender taken last goes back first, and none gives back more than was paid with it;
- the tax of a refund is the difference between what had gone back before and what has gone back with it, so that
  refunds add up to the sale to the won, however it is cut;
- cancelling the sale just made needs no receipt within the time that the strictest of its programmes allows.

Where the money of a voucher stands (not sent, with the ledger, settled) changes what is said, never what is recorded:
the ledger executes every claim as a new voucher.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from pos.till.reasons import Refusal
from pos.till.receipt.tax import total_of
from pos.voucher.bodies import TaxSplit


class Way(StrEnum):
    """How a tender goes back."""

    VOUCHER = "voucher"
    """The ledger makes a new voucher."""
    CASH = "cash"
    NOTE = "note"
    """The paper note itself, as long as it lies in the drawer."""
    ELSEWHERE = "elsewhere"
    """At the terminal that took it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refundable:
    """A tender of the sale, and what has gone back of it."""

    entry: bytes
    """Hash of the entry that recorded it."""
    sequence: int
    """Of that entry."""
    way: Way
    amount_won: int
    refunded_won: int = 0
    change_won: int = 0
    """Cash that was given back on it: it comes back from the customer when the notes go, and notes go whole."""
    is_conflict: bool = False
    """The ledger says that another shop was paid with it first."""

    @property
    def left_won(self) -> int:
        return self.amount_won - self.refunded_won

    @property
    def sold_back_won(self) -> int:
        """What of the sale has gone back with it."""
        return self.refunded_won - (0 if self.left_won else self.change_won)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPart:
    """What goes back of one tender."""

    tender: Refundable
    amount_won: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """What goes back together."""

    parts: tuple[RefundPart, ...]
    tax: TaxSplit | None
    """None where the sale was never itemised for tax."""

    @property
    def amount_won(self) -> int:
        return sum(part.amount_won for part in self.parts)

    @property
    def change_won(self) -> int:
        """Change that the customer gives back."""
        return sum(part.tender.change_won for part in self.parts)

    @property
    def sold_won(self) -> int:
        """What of the sale goes back."""
        return self.amount_won - self.change_won

    def won_by(self, way: Way) -> int:
        """What goes back this way."""
        return sum(part.amount_won for part in self.parts if part.tender.way is way)


def plan_refund(tenders: Sequence[Refundable], *, amount_won: int | None, tax: TaxSplit | None) -> Refund | Refusal:
    """Plan a refund over `amount_won`, or over everything that is left (None). `tenders` stand in the order taken."""
    left_won = sum(tender.left_won for tender in tenders)
    wanted_won = left_won if amount_won is None else amount_won
    if left_won == 0:
        return Refusal.ALREADY_REFUNDED
    if wanted_won <= 0:
        return Refusal.AMOUNT_ZERO
    if wanted_won > left_won:
        return Refusal.REFUND_OVER
    parts: list[RefundPart] = []
    rest_won = wanted_won
    for tender in reversed(tenders):
        part_won = min(tender.left_won, rest_won)
        if part_won and tender.is_conflict:
            return Refusal.PAYMENT_IN_CONFLICT
        if part_won and tender.way is Way.NOTE and part_won != tender.amount_won:
            return Refusal.NOTE_IN_PART
        if part_won:
            parts.append(RefundPart(tender=tender, amount_won=part_won))
            rest_won -= part_won
    refund = Refund(parts=tuple(parts), tax=None)
    sold_back_won = sum(tender.sold_back_won for tender in tenders)
    split = None if tax is None else tax_between(tax, sold_back_won, sold_back_won + refund.sold_won)
    return replace(refund, tax=split)


def tax_between(tax: TaxSplit, before_won: int, after_won: int) -> TaxSplit:
    """The tax of what lies between two sums gone back of a sale, 0 ≤ `before_won` ≤ `after_won` ≤ its total."""
    before, after = _share(tax, before_won), _share(tax, after_won)
    return TaxSplit(
        taxable_won=after.taxable_won - before.taxable_won,
        vat_won=after.vat_won - before.vat_won,
        exempt_won=after.exempt_won - before.exempt_won,
        service_won=after.service_won - before.service_won,
    )


def _share(tax: TaxSplit, amount_won: int) -> TaxSplit:
    """The tax of the first `amount_won` of a sale. No member ever falls as the amount grows."""
    total_won = total_of(tax)
    assert 0 <= amount_won <= total_won
    untaxed_won = tax.exempt_won + tax.service_won
    untaxed_share_won = untaxed_won * amount_won // total_won if total_won else 0
    service_won = tax.service_won * untaxed_share_won // untaxed_won if untaxed_won else 0
    gross_won = amount_won - untaxed_share_won
    all_gross_won = tax.taxable_won + tax.vat_won
    vat_won = (2 * tax.vat_won * gross_won + all_gross_won) // (2 * all_gross_won) if all_gross_won else 0
    return TaxSplit(
        taxable_won=gross_won - vat_won,
        vat_won=vat_won,
        exempt_won=untaxed_share_won - service_won,
        service_won=service_won,
    )
