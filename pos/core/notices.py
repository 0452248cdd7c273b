"""What the owner has to know and nobody has closed: alarms, fraud notices, messages that cannot be read."""

from pos.journal.journal import Journal
from pos.link.calls import AttentionLine
from pos.voucher.message_bodies import FraudTold

NOTICES_MAX = 50


def open_notices(journal: Journal) -> tuple[AttentionLine, ...]:
    """Every notice, oldest first: alarms, then messages."""
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
    return alarms + messages
