"""A backup of the journal, made beside a core that goes on selling.

Core empties its write-ahead log and leaves the database's own file alone for a while; somebody else copies that file,
and asks at the end whether it was left alone all the time.
"""

from pos.link.base_calls import Answer, Call, Refused


class BackupGround(Answer, frozen=True, kw_only=True):
    """What may be copied now, and what has to be found in the copy."""

    path: str
    """The database's file."""
    terminal: str
    public_key: bytes
    head: int
    """Sequence of the newest entry in the file."""
    hash: bytes
    """Its hash; 32 zero bytes where there is none."""


class BackupEnd(Answer, frozen=True, kw_only=True):
    is_undisturbed: bool
    """Whether nothing was written to the file since `BeginBackup`."""


class BeginBackup(Call[BackupGround | Refused], frozen=True, kw_only=True):
    """Leave the database's file alone (control). It is written to again after `EndBackup`, or after five minutes."""


class EndBackup(Call[BackupEnd], frozen=True, kw_only=True):
    """The copy is made (control)."""
