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


class IssuerPlace(Place, frozen=True, kw_only=True):
    """A municipality: its name, the codes in which its vouchers are good, its programmes by id."""

    name: str
    area: tuple[str, ...]
    programs: dict[str, Program]


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


class Places(Place, frozen=True, kw_only=True):
    """Everything in the data file, by id."""

    policies: dict[str, PolicyPlace]
    issuers: dict[str, IssuerPlace]
    merchants: dict[str, MerchantPlace]
    customers: dict[str, str]
    """Name to the programme of the home issuer's voucher in their wallet."""


def load_places() -> Places:
    """Read the data file that ships with the program."""
    data = resources.files("pos.sandbox").joinpath("places.toml").read_bytes()
    return msgspec.toml.decode(data, type=Places)
