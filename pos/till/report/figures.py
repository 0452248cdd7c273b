"""What a stretch of the journal adds up to: counts and sums under names, and nothing else.

Rules:

- figures only ever add up: those of two stretches next to each other, added, are those of both, so closings are the
  parts of a period and a period is the sum of its closings;
- each figure has a group and labels within it; a figure that is nothing has no row;
- they are stored with the closing, in an order of their own, so that the same day always gives the same bytes.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final, Self

import msgspec

from pos.errors import MalformedError

FIGURES_BYTES_MAX: Final = 12_000


class Group(StrEnum):
    """What is counted. Persisted; members are added, never renamed. In brackets: the labels."""

    SALES = "sales"
    CANCELLED = "cancelled"
    """Sales given up after something was paid; won is what had been paid."""
    VOIDED = "voided"
    """Completed sales cancelled whole on their own day; won is what of them went back."""
    ITEMS = "items"
    """Pieces of what was rung up in completed sales, without those of the cancelled ones; won is their price."""
    TAXABLE = "taxable"
    VAT = "vat"
    EXEMPT = "exempt"
    SERVICE = "service"
    TENDER = "tender"
    """[form, issuer, programme]; issuer and programme are empty for money."""
    NOTE = "note"
    """[issuer, programme, denomination]"""
    CHANGE = "change"
    """Cash given back on notes."""
    REFUND = "refund"
    """[form] of what went back, of sales that were given up too."""
    REFUND_TAXABLE = "refund_taxable"
    REFUND_VAT = "refund_vat"
    REFUND_EXEMPT = "refund_exempt"
    REFUND_SERVICE = "refund_service"
    CASH_RECEIPT = "cash_receipt"
    """[purpose]"""
    CASH_RECEIPT_SELF = "cash_receipt_self"
    """[purpose], of the above: for buyers who gave no number."""
    CASH_RECEIPT_CANCELLED = "cash_receipt_cancelled"
    CASH_IN = "cash_in"
    CASH_OUT = "cash_out"
    CLERK_SALES = "clerk_sales"
    """[clerk], and so on below."""
    CLERK_CANCELS = "clerk_cancels"
    """After something was approved."""
    CLERK_REFUNDS = "clerk_refunds"
    """Of completed sales; their sum is what the sales are less by."""
    CLERK_DRAWER = "clerk_drawer"
    CLERK_REPRINTS = "clerk_reprints"
    CLERK_BELOW_RATIO = "clerk_below_ratio"
    CLERK_NO_SERIAL = "clerk_no_serial"
    CLERK_WRONG_PINS = "clerk_wrong_pins"
    CLERK_TRAINING = "clerk_training"


class Figure(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One count and one sum."""

    group: Group
    labels: tuple[str, ...]
    count: int
    won: int


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a stretch adds up to, in order."""

    rows: tuple[Figure, ...] = ()

    @classmethod
    def of(cls, parts: Iterable[Figure]) -> Self:
        """Add single figures up."""
        sums: dict[tuple[Group, tuple[str, ...]], tuple[int, int]] = {}
        for part in parts:
            count, won = sums.get((part.group, part.labels), (0, 0))
            sums[part.group, part.labels] = count + part.count, won + part.won
        return cls(
            rows=tuple(
                Figure(group=group, labels=labels, count=count, won=won)
                for (group, labels), (count, won) in sorted(sums.items())
                if count or won
            )
        )

    def plus(self, *others: "Figures") -> "Figures":
        return Figures.of(row for figures in (self, *others) for row in figures.rows)

    def lines(self, group: Group) -> Iterator[Figure]:
        """The rows of one group."""
        return (row for row in self.rows if row.group is group)

    def won(self, group: Group, *labels: str) -> int:
        """The sum over rows of this group whose labels begin with these."""
        return sum(row.won for row in self.lines(group) if row.labels[: len(labels)] == labels)

    def count(self, group: Group, *labels: str) -> int:
        return sum(row.count for row in self.lines(group) if row.labels[: len(labels)] == labels)

    def to_bytes(self) -> bytes:
        return msgspec.json.encode(self.rows)

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Read stored figures; a group of a later version is left out. Raises MalformedError."""
        try:
            rows = msgspec.json.decode(raw, type=tuple[tuple[str, tuple[str, ...], int, int], ...])
        except msgspec.DecodeError as error:
            raise MalformedError(f"figures cannot be read: {error}") from error
        known = frozenset(Group)
        return cls.of(
            Figure(group=Group(group), labels=labels, count=count, won=won)
            for group, labels, count, won in rows
            if group in known
        )


def net_sales_won(figures: Figures) -> int:
    """Sales less what of completed ones went back; negative where more went back than was sold."""
    # What goes back of a sale that was given up never was among the sales.
    return figures.won(Group.SALES) - figures.won(Group.CLERK_REFUNDS)


def customers(figures: Figures) -> int:
    """Completed sales without the cancelled ones. A return on a later day leaves the customer of that day."""
    return figures.count(Group.SALES) - figures.count(Group.VOIDED)


def average_won(figures: Figures) -> int | None:
    """Net sales for each customer, rounded down; None where there was no customer, or more went back than was sold."""
    people, net_won = customers(figures), net_sales_won(figures)
    return net_won // people if people > 0 and net_won >= 0 else None


def cash_expected_won(figures: Figures, *, float_won: int) -> int:
    """What should lie in the drawer after a stretch that began with `float_won`."""
    taken_won = figures.won(Group.TENDER, "cash") + figures.won(Group.CASH_IN)
    given_won = figures.won(Group.CHANGE) + figures.won(Group.CASH_OUT) + figures.won(Group.REFUND, "cash")
    return float_won + taken_won - given_won
