"""The most that offline fraud can cost of what this till has taken: what the ledger has not decided.

Every approved payment that is not decided could turn out to have been spent elsewhere too. Who would bear it is the
programme's word, and without one it is the shop's.
"""

from dataclasses import dataclass
from typing import Final

from pos.core.trust_store import TrustStore
from pos.journal.journal import Journal
from pos.till.policy import ConflictBearer


@dataclass(frozen=True, slots=True, kw_only=True)
class AtRisk:
    """Won, by who would bear it."""

    shops_won: int
    issuers_won: int


NOTHING_AT_RISK: Final = AtRisk(shops_won=0, issuers_won=0)


def at_risk(journal: Journal, trust: TrustStore) -> AtRisk:
    """Of this till's own payments."""
    undecided = journal.owed.undecided()
    shops_won = sum(line.value_won for line in undecided if is_shops(trust, line.issuer, line.program))
    return AtRisk(shops_won=shops_won, issuers_won=sum(line.value_won for line in undecided) - shops_won)


def is_shops(trust: TrustStore, issuer: str, program: str) -> bool:
    """Whether the shop bears a conflict of this programme; an unknown one is the shop's."""
    known = trust.program(issuer, program)
    return known is None or known.conflict_bearer is not ConflictBearer.ISSUER
