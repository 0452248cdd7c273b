"""A report as data: figures with the names and dates that they are printed with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pos.till.report.figures import Figures, cash_expected_won


class ReportKind(StrEnum):
    """What a report is about."""

    CLOSING = "closing"
    INTERIM = "interim"
    PERIOD = "period"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconfirmed:
    """A tender that nobody confirmed."""

    receipt_number: str
    program: str
    """Name of the programme whose code was shown; empty where nobody knows it."""
    reference: str
    amount_won: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that stands on one report."""

    kind: ReportKind
    shop_name: str
    business_number: str
    representative: str
    dates: tuple[str, str]
    """First and last business day, YYYY-MM-DD; the same twice for one day."""
    made_s: int
    figures: Figures
    number: int = 0
    """Of a closing; of a period: how many closings it is."""
    closings: tuple[int, int] = (0, 0)
    """First and last closing of a period."""
    opened_s: int | None = None
    float_won: int = 0
    counted_won: int | None = None
    counted: tuple[tuple[int, int], ...] = ()
    clerk: str = ""
    """Name of who made it."""
    people: Mapping[str, str] = field(default_factory=dict)
    """Names by the number that figures carry."""
    programs: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Names of programmes by issuer and programme."""
    issuers: Mapping[str, str] = field(default_factory=dict)
    entries: tuple[int, int] = (0, 0)
    """First and last entry of the journal that it adds up."""
    unconfirmed: tuple[Unconfirmed, ...] = ()
    """What was paid by the shop's own code, as far as anybody here can know."""
    receipts: tuple[str, str] | None = None
    """First and last number that a paper of the day got; None where none did, and for a period."""
    unsent: int = 0
    """Entries that the ledger does not have."""
    unsent_payments: tuple[int, int] = (0, 0)
    """Payments among them: how many, and won."""
    is_unsent_at_closing: bool = False
    """Both of the moment before the closing, for good; else of the moment in which the report is made."""
    unissued: tuple[int, int] = (0, 0)
    """Cash receipts that were asked for and have no approval yet: how many, and won."""
    is_training: bool = False

    @property
    def expected_won(self) -> int:
        """What should lie in the drawer."""
        return cash_expected_won(self.figures, float_won=self.float_won)
