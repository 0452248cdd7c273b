"""Entries about this terminal's standing with its ledger.

Imported from `pos.voucher.bodies`.
"""

from dataclasses import dataclass
from typing import ClassVar

from pos.voucher import body_fields as key
from pos.voucher.body_fields import EntryBody


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRaised(EntryBody):
    """Something that the owner must see: the ledger, the disk or another terminal did what it never should.

    It stays on the list until an `attention.closed` names it. `cause` is an open list of codes.
    """

    KIND: ClassVar[str] = "alarm.raised"

    cause: key.AlarmCause
    details: key.Details | None = None
    """Short English, for whoever looks into it."""
