"""What entries about open matters add up to: alarms, what a person closed, what the ledger told. Called by
`pos.journal.projections`."""

import sqlite3
from typing import assert_never

from pos.journal.records import Place
from pos.voucher.bodies import AlarmRaised, AttentionClosed, InboxAcknowledged


def apply_matter(
    connection: sqlite3.Connection, at: Place, body: AlarmRaised | AttentionClosed | InboxAcknowledged
) -> None:
    """Add one entry."""
    match body:
        case AlarmRaised(cause=cause, details=details):
            connection.execute("INSERT INTO alarms VALUES (?, ?, ?, ?)", (at.sequence, cause, at.time_s, details or ""))
        case AttentionClosed(entry=entry, reason=reason):
            connection.execute("INSERT OR IGNORE INTO closed_matters VALUES (?, ?, ?)", (entry, at.sequence, reason))
        case InboxAcknowledged(number=number):
            connection.execute("INSERT INTO acknowledged_messages VALUES (?, ?)", (at.sequence, number))
        case _:
            assert_never(body)
