"""What the ledger has told this terminal: messages, stored once and in order, and what follows from them.

Rules:

- a message is stored with its bytes before it is acknowledged, and its effects in the same transaction: a cut leaves
  both or none;
- numbers run without gaps: a message behind a gap is not taken, one that is here already changes nothing, and another
  text under a known number is reported and not believed;
- a kind or a body that cannot be read is kept and shown, and does nothing;
- of things that are told again (a settlement, a cash receipt, a certificate) the newest word counts; of things that
  happen once (an order, a remote payment) the first.

Whose signature it was is for whoever hands the messages in. Losing these tables loses nothing: the ledger keeps every
message, and they are asked for again from the first that is not here.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from pos.clock import Reading
from pos.errors import MalformedError
from pos.journal.acknowledgements import take_told_outcome
from pos.journal.database import SEQUENCE_MAX, Database, Transaction
from pos.voucher.body_fields import MessageBody
from pos.voucher.message_bodies import (
    CashReceiptTold,
    CertificateTold,
    FraudTold,
    OrderTold,
    PaymentOutcomeTold,
    RemotePaymentTold,
    RetireTold,
    SettlementTold,
    SiblingSpend,
    UnknownMessage,
    VoucherSpentTold,
    read_message,
)
from pos.voucher.messages import Message, parse_message

M = TypeVar("M", bound=MessageBody)

MESSAGES_MAX: Final = 500
"""In one answer to a question."""
_ALONE: Final = b""
"""The subject of what there is only one of."""


class MessageState(StrEnum):
    """What became of a message. Persisted; members are added, never renamed."""

    TAKEN = "taken"
    UNKNOWN = "unknown"
    """Of a kind that this version does not know."""
    UNREADABLE = "unreadable"
    """Of a known kind and another form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A message whose signature was verified, and its bytes."""

    message: Message
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    """A message that is here."""

    number: int
    time_s: int
    kind: str
    state: MessageState
    body: MessageBody | UnknownMessage | None
    """None where it cannot be read."""
    sha256: bytes
    """Of its bytes; by this it is named when a person closes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxTaken:
    """What came of a delivery of messages."""

    highest: int
    """Number of the newest one here."""
    new: tuple[StoredMessage, ...] = ()
    is_gap: bool = False
    """A number was left out: what came behind it was not taken."""
    contradictions: tuple[int, ...] = ()
    """Numbers under which the ledger now tells something else; the first text stands."""
    outcome_contradictions: tuple[int, ...] = ()
    """Entries whose final outcome a message tells differently; the first one stands."""


class Inbox:
    """Messages to this terminal, and questions about them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def highest(self) -> int:
        """Number of the newest message here; 0 where there is none."""
        row = self._database.row("SELECT coalesce(max(number), 0) FROM messages")
        assert row is not None, "an aggregate has one row"
        return int(row[0])

    def acknowledged(self) -> int:
        """The highest number that an entry of the journal acknowledges."""
        row = self._database.row("SELECT coalesce(max(number), 0) FROM acknowledged_messages")
        assert row is not None, "an aggregate has one row"
        return int(row[0])

    def take(self, received: Sequence[Received], *, reading: Reading) -> InboxTaken:
        """Store what is new, durably, with its effects; stops at a gap."""
        highest = self.highest()
        new: list[StoredMessage] = []
        contradictions: list[int] = []
        outcomes: list[int] = []
        is_gap = False
        with self._database.transaction() as transaction:
            for item in received:
                if item.message.number <= highest:
                    contradictions += [] if self._is_same(item) else [item.message.number]
                    continue
                if item.message.number != highest + 1:
                    is_gap = True
                    break
                stored = _store(transaction, item, reading=reading)
                outcomes += _apply(transaction, stored, reading=reading)
                new.append(stored)
                highest += 1
        return InboxTaken(
            highest=highest,
            new=tuple(new),
            is_gap=is_gap,
            contradictions=tuple(contradictions),
            outcome_contradictions=tuple(outcomes),
        )

    def message(self, number: int) -> StoredMessage | None:
        """The message of this number."""
        row = self._database.row("SELECT state, raw FROM messages WHERE number = ?", min(number, SEQUENCE_MAX))
        return None if row is None else _read(row[0], row[1])

    def newest(self, *, messages_max: int = 50) -> tuple[StoredMessage, ...]:
        """The newest messages of every kind, newest first."""
        rows = self._database.rows(
            "SELECT state, raw FROM messages ORDER BY number DESC LIMIT ?", min(messages_max, MESSAGES_MAX)
        )
        return tuple(_read(state, raw) for state, raw in rows)

    def unknown(self) -> tuple[StoredMessage, ...]:
        """Messages that this version could not read, newest first."""
        rows = self._database.rows(
            "SELECT state, raw FROM messages WHERE state <> ? ORDER BY number DESC LIMIT ?",
            MessageState.TAKEN.value,
            MESSAGES_MAX,
        )
        return tuple(_read(state, raw) for state, raw in rows)

    def notices(self, *, messages_max: int) -> tuple[StoredMessage, ...]:
        """Fraud notices and messages that could not be read, oldest first, that nobody has closed."""
        shown = sorted((*self.unknown(), *(message for message, _ in self.told(FraudTold))), key=_number_of)
        return tuple(message for message in shown if not self._is_closed(message))[:messages_max]

    def told(self, kind: type[M], *, after: int = 0) -> tuple[tuple[StoredMessage, M], ...]:
        """What counts of a kind, each with its message, oldest first: `told(OrderTold)`, `told(SettlementTold)`.

        Only messages behind number `after`, and at most MESSAGES_MAX of them.
        """
        rows = self._database.rows(
            "SELECT m.state, m.raw FROM told t JOIN messages m USING (number)"
            " WHERE t.kind = ? AND m.number > ? ORDER BY m.number LIMIT ?",
            str(kind.KIND),
            after,
            MESSAGES_MAX,
        )
        stored = (_read(state, raw) for state, raw in rows)
        return tuple((message, message.body) for message in stored if isinstance(message.body, kind))

    def order(self, order_id: bytes) -> OrderTold | None:
        """The order of this id."""
        return self._one(OrderTold, order_id)

    def remote_payment(self, payment_id: bytes) -> RemotePaymentTold | None:
        """The remote payment of this id."""
        return self._one(RemotePaymentTold, payment_id)

    def cash_receipt(self, cash_receipt_id: bytes) -> CashReceiptTold | None:
        """The newest word about the cash receipt that this terminal asked for under this id."""
        return self._one(CashReceiptTold, cash_receipt_id)

    def settlement(self, number: int) -> SettlementTold | None:
        """The newest word about the merchant's settlement of this number."""
        return self._one(SettlementTold, number.to_bytes(8, "big"))

    def certificate(self) -> bytes | None:
        """The newest certificate that came; what it is worth is for whoever uses it."""
        told = self._one(CertificateTold, _ALONE)
        return None if told is None else told.certificate

    def retirement(self) -> RetireTold | None:
        """Why this terminal sells no more, if so."""
        return self._one(RetireTold, _ALONE)

    def _one(self, kind: type[M], subject: bytes) -> M | None:
        row = self._database.row(
            "SELECT m.state, m.raw FROM told t JOIN messages m USING (number) WHERE t.kind = ? AND t.subject = ?",
            str(kind.KIND),
            subject,
        )
        body = None if row is None else _read(row[0], row[1]).body
        return body if isinstance(body, kind) else None

    def _is_closed(self, message: StoredMessage) -> bool:
        return self._database.row("SELECT 1 FROM closed_matters WHERE hash = ?", message.sha256) is not None

    def _is_same(self, item: Received) -> bool:
        row = self._database.row("SELECT raw FROM messages WHERE number = ?", item.message.number)
        # One that is not here any more went into an archive.
        return row is None or row == (item.raw,)


def add_sibling_spends(transaction: Transaction, spends: Sequence[SiblingSpend], *, time_s: int) -> int:
    """Put payments of sibling tills on the spend lines; what is known already changes nothing. Returns the new ones."""
    return sum(
        transaction.connection.execute(
            "INSERT OR IGNORE INTO sibling_spends VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                spend.voucher.issuer,
                spend.voucher.voucher_id,
                spend.point.sequence,
                spend.terminal,
                spend.point.spent_before_won,
                spend.point.amount_won,
                time_s,
            ),
        ).rowcount
        for spend in spends
    )


def _store(transaction: Transaction, item: Received, *, reading: Reading) -> StoredMessage:
    message = item.message
    body: MessageBody | UnknownMessage | None
    try:
        body = read_message(message)
        state = MessageState.UNKNOWN if isinstance(body, UnknownMessage) else MessageState.TAKEN
    except MalformedError:
        body, state = None, MessageState.UNREADABLE
    transaction.connection.execute(
        "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?)",
        (message.number, message.time_s, message.kind, state.value, reading.time_s, item.raw),
    )
    return StoredMessage(
        number=message.number,
        time_s=message.time_s,
        kind=message.kind,
        state=state,
        body=body,
        sha256=hashlib.sha256(item.raw).digest(),
    )


def _apply(transaction: Transaction, stored: StoredMessage, *, reading: Reading) -> tuple[int, ...]:
    """What follows from a message; returns entries whose outcome it tells against what is known."""
    body = stored.body
    match body:
        case PaymentOutcomeTold(outcome=outcome):
            _point(transaction, stored, outcome.sequence.to_bytes(8, "big"), is_newest=True)
            return () if take_told_outcome(transaction, outcome) else (outcome.sequence,)
        case VoucherSpentTold(spends=spends):
            add_sibling_spends(transaction, spends, time_s=reading.time_s)
        case CashReceiptTold(cash_receipt_id=subject):
            _point(transaction, stored, subject, is_newest=True)
        case SettlementTold(number=number):
            _point(transaction, stored, number.to_bytes(8, "big"), is_newest=True)
        case CertificateTold():
            _point(transaction, stored, _ALONE, is_newest=True)
        case OrderTold(order_id=subject) | RemotePaymentTold(payment_id=subject):
            _point(transaction, stored, subject, is_newest=False)
        case RetireTold():
            _point(transaction, stored, _ALONE, is_newest=False)
        case MessageBody():
            _point(transaction, stored, stored.number.to_bytes(8, "big"), is_newest=False)
        case _:
            pass
    return ()


def _point(transaction: Transaction, stored: StoredMessage, subject: bytes, *, is_newest: bool) -> None:
    conflict = "REPLACE" if is_newest else "IGNORE"
    transaction.connection.execute(
        f"INSERT OR {conflict} INTO told VALUES (?, ?, ?)", (stored.kind, subject, stored.number)
    )


def _read(state: str, raw: bytes) -> StoredMessage:
    message = parse_message(raw).claims
    body = None if state == MessageState.UNREADABLE else _body_now(message)
    return StoredMessage(
        number=message.number,
        time_s=message.time_s,
        kind=message.kind,
        state=MessageState(state),
        body=body,
        sha256=hashlib.sha256(raw).digest(),
    )


def _number_of(message: StoredMessage) -> int:
    return message.number


def _body_now(message: Message) -> MessageBody | UnknownMessage | None:
    """What this version makes of it; an earlier one may have read more, or less."""
    try:
        return read_message(message)
    except MalformedError:
        return None
