"""Faults of the terminal. Refusals are values and never appear here; bugs are assertions.

    PosError
    ├── MalformedError            bytes or text are not of the required form
    ├── ConfigError               the configuration cannot be used; all problems at once
    ├── TrustError                trust data is missing, damaged or not acceptable
    ├── JournalError              the durable record cannot be read or written
    │   ├── ChainError            an entry does not follow from the one before it
    │   ├── DatabaseVersionError  the database was written by a newer program
    │   ├── DiskFullError
    │   ├── ReadOnlyDiskError
    │   ├── BehindError           the next entry is signed already, and is not here
    │   ├── OutcomeUnknownError   a commit raised: what is on the disk must be looked up
    │   └── RollbackError         the database is older than what other media prove
    ├── LinkError                 another process of the terminal cannot be reached
    └── LedgerError
        ├── LedgerUnreachableError  try again later
        └── LedgerRefusedError      the ledger answered and refused

The devices' own tree is in `drivers.errors`. Words for people are in `pos.words`; messages here are for developers.
"""


class PosError(Exception):
    """Anything that the terminal itself reports as a fault."""


class MalformedError(PosError):
    """Bytes or text that are not of the required form."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class ConfigError(PosError):
    """A configuration with every problem found in it, one sentence each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class TrustError(PosError):
    """Trust data that is missing, damaged or not acceptable."""


class JournalError(PosError):
    """The durable record cannot be read or written."""


class ChainError(JournalError):
    """An entry that is not signed by this terminal or does not follow from the one before it."""

    def __init__(self, what: str, *, sequence: int) -> None:
        super().__init__(f"entry {sequence}: {what}")
        self.sequence = sequence


class DatabaseVersionError(JournalError):
    """A database written by a newer program; it is left untouched."""

    def __init__(self, *, found: int, known: int) -> None:
        super().__init__(f"database version {found}, this program knows {known}")
        self.found = found
        self.known = known


class DiskFullError(JournalError):
    """No space is left for another entry."""


class ReadOnlyDiskError(JournalError):
    """The medium accepts no writes."""


class BehindError(JournalError):
    """Entries of this journal are known to exist that are not here; nothing was written, nothing may be."""


class OutcomeUnknownError(JournalError):
    """A commit raised; whether it is on the disk is known only after reopening."""


class RollbackError(JournalError):
    """The database is older than what another medium proves to have existed."""


class LinkError(PosError):
    """Another process of the terminal cannot be reached, or answered with a fault."""


class LedgerError(PosError):
    """The conversation with the ledger failed."""


class LedgerUnreachableError(LedgerError):
    """No trustworthy answer arrived; trying again later is right."""


class LedgerRefusedError(LedgerError):
    """The ledger answered and will not take this as it is."""

    def __init__(self, what: str, *, status: int) -> None:
        super().__init__(f"{status}: {what}")
        self.status = status
