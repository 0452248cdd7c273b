"""What the owner has to know and nobody has closed: alarms, reported notes, fraud notices, messages that cannot be
read."""

from pos.core.documents import REPORTED
from pos.core.note_receipts import receipt_of
from pos.core.trust_store import TrustStore
from pos.journal.journal import Journal
from pos.link.calls import AttentionLine
from pos.link.screen_calls import ReportedNote
from pos.text import safe_text
from pos.voucher.message_bodies import FraudTold

NOTICES_MAX = 50
REPORTED_NOTE = "reported_note"


def open_notices(journal: Journal, trust: TrustStore) -> tuple[AttentionLine, ...]:
    """Every notice, oldest first: alarms, then notes, then messages."""
    alarms = tuple(
        AttentionLine(entry=alarm.entry_hash, time_s=alarm.time_s, amount_won=0, receipt_number="", cause=alarm.cause)
        for alarm in journal.alarms.open()
    )
    messages = tuple(
        AttentionLine(
            entry=message.sha256,
            time_s=message.time_s,
            amount_won=(message.body.amount_won or 0) if isinstance(message.body, FraudTold) else 0,
            receipt_number="",
            cause=message.body.cause.value if isinstance(message.body, FraudTold) else message.state.value,
        )
        for message in journal.inbox.notices(messages_max=NOTICES_MAX)
    )
    return alarms + _reported_notes(journal, trust) + messages


def _reported_notes(journal: Journal, trust: TrustStore) -> tuple[AttentionLine, ...]:
    lines = []
    for note in journal.notes.reported():
        entry = journal.entry(note.reported_entry or 0)
        if entry is None or journal.attention.is_closed(entry.hash):
            continue
        issuer = trust.issuer(note.issuer)
        lines.append(
            AttentionLine(
                entry=entry.hash,
                time_s=note.time_s,
                amount_won=note.denomination_won,
                receipt_number=receipt_of(journal, note),
                cause=REPORTED_NOTE,
                note=ReportedNote(
                    issuer=safe_text(note.issuer if issuer is None else issuer.name),
                    serial=safe_text(note.serial or ""),
                    document=f"{REPORTED}{note.reported_entry}",
                ),
            )
        )
    return tuple(lines)
