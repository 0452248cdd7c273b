"""The towns that the sandbox can make: issuers with programmes, merchants, policies. Data in `places.toml`, typed here.

The shapes are those of the trust files (protocol, "Trust data"), so that what is read here is written there unchanged.
Keys and times are not data: `town` makes them.
"""

from importlib import resources
from typing import Literal

import msgspec

RatioBasis = Literal["sum", "note"]


class Place(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A shape of the data file; an unknown key in it is a mistake."""


class Limits(Place, frozen=True, kw_only=True):
    """Offline limits in won, and a count of payments, between two contacts with the ledger."""

    unbound_max_won: int
    bound_max_won: int
    voucher_max_won: int
    count_max: int
    value_max_won: int
    uncovered_max_won: int


class PolicyPlace(Place, frozen=True, kw_only=True):
    """What `policy.json` says, but for its version."""

    payment_age_s: int
    payment_skew_s: int
    request_life_s: int
    settlement_period_s: int
    contact_soft_s: int
    contact_hard_s: int
    over_limit_action: Literal["request", "manager", "network"]
    limits: Limits
    reduced_limits: Limits


class Program(Place, frozen=True, kw_only=True):
    """One programme of `programs/{issuer}.json`. Empty lists of classes and industries mean all of them."""

    name: str
    form: Literal["mobile", "paper", "card"]
    issue_class: Literal["general", "policy"]
    merchant_classes: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    refund_ratio_percent: int = 60
    refund_basis: RatioBasis = "sum"
    denominations: tuple[int, ...] = ()
    cash_receipt_track: Literal["platform", "merchant"] = "merchant"
    limits: dict[str, int] = {}
    conflict_bearer: Literal["issuer", "merchant"] = "issuer"
    life_days: int = 90
    """How long a purse of it is good when nothing else is said."""
    number_later: bool = True
    """A note's number may be written down after the sale."""
    forgery_check_from_won: int = 0
    """Notes of this much or more are looked at one by one; 0: only the first of a shift and on demand."""
    forgery_features: tuple[str, ...] = ()
    issued_from_year: int = 0
    """The year of the first notes; 0 where nobody says."""
    blank_issue_year: int | None = None
    """Which year a note without one is of."""
    note_life_years: int = 5
    expired_accepted_until: str | None = None
    """YYYY-MM-DD; to then notes are taken whose time is over."""
    consecutive_from: int = 5
    """From so many notes with numbers in a row on, the till asks."""


class Reported(Place, frozen=True, kw_only=True):
    """Numbers of paper notes that must not be taken, from the first to the last."""

    first: str
    last: str
    cause: Literal["stolen", "forged", "void", "redeemed"]


class IssuerPlace(Place, frozen=True, kw_only=True):
    """A municipality: its name, the codes in which its vouchers are good, its programmes by id, and which notes it has
    reported."""

    name: str
    area: tuple[str, ...]
    programs: dict[str, Program]
    reported: tuple[Reported, ...] = ()


class MerchantPlace(Place, frozen=True, kw_only=True):
    """What `merchants/{merchant}.json` says, but for version and id."""

    name: str
    representative: str
    business_number: str
    address: str
    phone: str
    merchant_class: str = msgspec.field(name="class")
    industry: str
    municipality: str
    accepted_issue_classes: tuple[Literal["general", "policy"], ...]
    tax_default: Literal["taxable", "exempt"]
    simplified_taxpayer: bool = False
    cash_receipt_mandatory: bool = False


class Person(Place, frozen=True, kw_only=True):
    """Somebody with a purse of one programme."""

    name: str
    issuer: str
    program: str


class Places(Place, frozen=True, kw_only=True):
    """Everything in the data file, by id."""

    policies: dict[str, PolicyPlace]
    issuers: dict[str, IssuerPlace]
    merchants: dict[str, MerchantPlace]
    people: tuple[Person, ...]

    def customers_of(self, merchant: str) -> tuple[Person, ...]:
        """The people whose purse is good in that shop."""
        return tuple(person for person in self.people if self._is_good(person, self.merchants[merchant]))

    def issuer_of(self, merchant: str) -> str:
        """The municipality that the shop is in."""
        municipality = self.merchants[merchant].municipality
        return next(code for code, issuer in self.issuers.items() if municipality in issuer.area)

    def _is_good(self, person: Person, shop: MerchantPlace) -> bool:
        issuer = self.issuers[person.issuer]
        program = issuer.programs[person.program]
        return (
            shop.municipality in issuer.area
            and program.issue_class in shop.accepted_issue_classes
            and shop.merchant_class in (program.merchant_classes or (shop.merchant_class,))
            and shop.industry in (program.industries or (shop.industry,))
        )


def load_places() -> Places:
    """Read the data file that ships with the program."""
    data = resources.files("pos.sandbox").joinpath("places.toml").read_bytes()
    return msgspec.toml.decode(data, type=Places)
