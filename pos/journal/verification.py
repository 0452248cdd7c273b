"""A look at everything, on demand: what the start takes on trust from the last one is read again."""

from dataclasses import dataclass

from pos.errors import ChainError
from pos.journal.chain import check_chain
from pos.journal.database import Database
from pos.journal.mirror import Mirror
from pos.journal.rebuild import Difference, differences
from pos.journal.reconcile import compare
from pos.voucher.keys import PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a look at everything found; empty fields are good."""

    entries: int
    """How many hold, from the first."""
    head: bytes
    """Hash of the newest entry; empty where the chain is broken."""
    integrity: tuple[str, ...]
    chain: str | None = None
    differences: tuple[Difference, ...] = ()
    mirror: str | None = None

    @property
    def problems(self) -> tuple[str, ...]:
        """One line for each, for developers."""
        tables = tuple(f"table {difference.table}, row {difference.key}" for difference in self.differences)
        return self.integrity + tuple(filter(None, (self.chain, self.mirror))) + tables


def verify_all(database: Database, mirror: Mirror | None, *, public_key: PublicKey) -> Verification:
    """Look at every page, signature, computed row and record of the mirror. Damage is an answer here, not a fault."""
    integrity = database.integrity_problems()
    try:
        found = check_chain(database, public_key, all_signatures=True)
    except ChainError as error:
        return Verification(entries=error.sequence - 1, head=b"", integrity=integrity, chain=str(error))
    return Verification(
        entries=found.head.sequence,
        head=found.head.hash,
        integrity=integrity,
        differences=differences(database),
        mirror=None if mirror is None else compare(database, mirror),
    )
