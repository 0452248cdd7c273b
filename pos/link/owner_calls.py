"""The owner's page: what came in, what is to come, and what could be lost."""

import msgspec

from pos.link.base_calls import Answer, Call, Refused


class ConflictLine(msgspec.Struct, frozen=True, kw_only=True):
    """A payment that somebody made twice."""

    entry: int
    time_s: int
    receipt_number: str
    amount_won: int
    is_shops: bool
    """The shop bears it; otherwise the issuer."""


class OwnersPage(Answer, frozen=True, kw_only=True):
    """Three lines first, then the most that can be lost, then conflicts."""

    sold_today_won: int
    coming_won: int
    late_won: int
    lost_by_shop_won: int
    """The most that the shop can lose of what it has taken and the ledger has not decided, its other tills included."""
    lost_by_issuers_won: int
    more_won: int
    """How much more the limits let the till take before the ledger is reached."""
    conflicts: tuple[ConflictLine, ...] = ()
    siblings: int = 0
    """Other tills of the shop."""
    silent_siblings: int = 0
    """Those among them that are not heard from now: each may have taken as much as its limits allow."""
    siblings_won: int = 0
    """What the other tills add to the losses above."""


class ReadOwnersPage(Call[OwnersPage | Refused], frozen=True, kw_only=True):
    pass
