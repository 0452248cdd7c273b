"""What the scenes took in, by their own reckoning, and where a report says something else."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from pos.link.calls import FigureLine


@dataclass(slots=True)
class Takings:
    """Added up by the scenes and nowhere else."""

    float_won: int
    sales: int = 0
    forms_won: Counter[str] = field(default_factory=Counter)
    """By form: "voucher", "confirmation", "note", "cash", "other"."""
    refunds_won: Counter[str] = field(default_factory=Counter)
    change_won: int = 0
    """Cash given back on notes."""
    safe_won: int = 0
    """Carried away from the drawer."""
    disputed_won: int = 0
    """Approved here, and spent elsewhere before."""
    disputed_count: int = 0
    from_elsewhere_won: int = 0
    """Orders and payments from elsewhere that were accepted: the ledger had their money before."""

    def sale(self, **forms_won: int) -> None:
        """One more sale, and how it was paid."""
        self.sales += 1
        self.forms_won.update(forms_won)

    @property
    def total_won(self) -> int:
        return sum(self.forms_won.values()) - self.change_won

    @property
    def drawer_won(self) -> int:
        """What has to lie in the drawer."""
        came_won = self.float_won + self.forms_won["cash"]
        return came_won - self.refunds_won["cash"] - self.change_won - self.safe_won

    @property
    def approved_won(self) -> int:
        """What the ledger has to decide on: codes, and its own words for them."""
        return self.forms_won["voucher"] + self.forms_won["confirmation"] - self.from_elsewhere_won

    def differences(self, figures: tuple[FigureLine, ...]) -> Iterator[str]:
        """Where a report's figures are others than these."""
        said = _by_label(figures, "tender")
        yield from _different("of", said, self.forms_won)
        yield from _different("gone back of", _by_label(figures, "refund"), self.refunds_won)
        sales = sum(line.count for line in figures if line.group == "sales")
        if sales != self.sales:
            yield f"the report counts {sales} sales, {self.sales} were made"
        sold_won = sum(line.won for line in figures if line.group == "sales")
        if sold_won != self.total_won:
            yield f"the report sums sales of {sold_won} won, {self.total_won} were made"
        split_won = sum(line.won for line in figures if line.group in ("taxable", "vat", "exempt", "service"))
        if split_won != sold_won:
            yield f"the parts of the sales by tax are {split_won} won, the sales {sold_won}"


def _by_label(figures: tuple[FigureLine, ...], group: str) -> Counter[str]:
    found = Counter[str]()
    for line in figures:
        if line.group == group:
            found[line.labels[0]] += line.won
    return found


def _different(what: str, said: Counter[str], were: Counter[str]) -> Iterator[str]:
    for form in sorted(said.keys() | were.keys()):
        if said[form] != were[form]:
            yield f"the report says {said[form]} won {what} {form}, it was {were[form]}"
