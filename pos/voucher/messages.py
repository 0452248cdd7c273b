"""What terminal and ledger say to each other under a signature: call tokens, signed times, acknowledgements, messages.

Rules:

- call tokens and signed times are closed; in acknowledgements and messages unknown fields are ignored;
- an answer of the ledger counts only if a key with the right role signed it and, where it carries a nonce, if that is
  the nonce of the very call that it answers: an old answer played again is refused;
- a message for another terminal is refused; a gap in the numbers is for core to refuse;
- statuses of outcomes are a closed list, kinds of messages an open one.

Each `build_…` signs, each `parse_…` reads without believing, each `verify_…` returns what may be believed. All raise
MalformedError, of which SignatureError is one.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pos import cbor
from pos.errors import MalformedError
from pos.voucher.aad import Aad
from pos.voucher.calls import (
    CallToken,
    SignedTime,
    Unverified,
    authorization_header,
    build_call_token,
    build_signed_time,
    call_hash,
    parse_authorization,
    parse_call_token,
    parse_signed,
    parse_signed_time,
    require_nonce,
    require_signature,
    verify_call_token,
    verify_signed_time,
)
from pos.voucher.cose import sign1
from pos.voucher.entry import Body
from pos.voucher.fields import HASH_BYTES, ID16_BYTES, Fields
from pos.voucher.keys import SigningKey
from pos.voucher.outcomes import EvidenceSide, Outcome, OutcomeStatus, read_outcomes
from pos.voucher.trust import Ledger, LedgerRole

__all__ = [
    "Acknowledgement",
    "CallToken",
    "EvidenceSide",
    "Message",
    "MessageKind",
    "Outcome",
    "OutcomeStatus",
    "SignedTime",
    "Unverified",
    "authorization_header",
    "build_acknowledgement",
    "build_call_token",
    "build_message",
    "build_signed_time",
    "call_hash",
    "parse_acknowledgement",
    "parse_authorization",
    "parse_call_token",
    "parse_message",
    "parse_signed_time",
    "verify_acknowledgement",
    "verify_call_token",
    "verify_message",
    "verify_signed_time",
]

ACKNOWLEDGEMENT_BYTES_MAX: Final = 2 * 1024 * 1024
MESSAGE_BYTES_MAX: Final = 64 * 1024
CHECKPOINT_BYTES_MAX: Final = 16 * 1024
MESSAGE_KIND_BYTES_MAX: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """What the ledger holds of a terminal's journal, and what became of its payments."""

    sequence: int
    """The highest one stored; 0 if none."""
    hash: bytes
    """Of that entry; 32 zero bytes if none."""
    outcomes: tuple[Outcome, ...]
    checkpoint: bytes
    """Of the ledger's log: UTF-8 text with line breaks, so it travels as bytes."""
    time_s: int
    nonce: bytes
    message_number: int
    """The highest in the inbox; 0 if none."""


class MessageKind(StrEnum):
    """Kinds of messages that version 1 knows; others are kept, acknowledged and shown, never executed."""

    PAYMENT_OUTCOME = "payment.outcome"
    CASH_RECEIPT = "cash_receipt"
    SETTLEMENT = "settlement"
    REMOTE_PAYMENT = "remote_payment"
    ORDER = "order"
    FRAUD = "fraud"
    VOUCHER_SPENT = "voucher.spent"
    CERTIFICATE = "certificate"
    RETIRE = "retire"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something that the ledger tells one terminal, numbered without gaps."""

    number: int
    terminal: str
    time_s: int
    kind: str
    body: Body


def build_acknowledgement(acknowledgement: Acknowledgement, *, key: SigningKey) -> bytes:
    """Sign with a ledger's key of the role `ack`."""
    fields: cbor.Value = {
        1: acknowledgement.sequence,
        2: acknowledgement.hash,
        3: [outcome.to_value() for outcome in acknowledgement.outcomes],
        4: acknowledgement.checkpoint,
        5: acknowledgement.time_s,
        6: acknowledgement.nonce,
        7: acknowledgement.message_number,
    }
    return sign1(cbor.encode(fields), key=key, aad=Aad.ACK)


def parse_acknowledgement(raw: bytes) -> Unverified[Acknowledgement]:
    """Read an acknowledgement."""
    return parse_signed(raw, _read_acknowledgement, what="acknowledgement", bytes_max=ACKNOWLEDGEMENT_BYTES_MAX)


def verify_acknowledgement(raw: bytes, ledger: Ledger, *, nonce: bytes) -> Acknowledgement:
    """Read and verify the answer to the call of `nonce`."""
    acknowledgement = verify_kept_acknowledgement(raw, ledger)
    require_nonce(acknowledgement.nonce, nonce)
    return acknowledgement


def verify_kept_acknowledgement(raw: bytes, ledger: Ledger) -> Acknowledgement:
    """Read and verify an acknowledgement of any time, as far as it says what the ledger once held."""
    acknowledgement = parse_acknowledgement(raw)
    require_signature(acknowledgement.sign1, ledger, role=LedgerRole.ACK, aad=Aad.ACK)
    return acknowledgement.claims


def build_message(message: Message, *, key: SigningKey) -> bytes:
    """Sign with a ledger's key of the role `message`."""
    fields: cbor.Value = {1: message.number, 2: message.terminal, 3: message.time_s, 4: message.kind, 5: message.body}
    return sign1(cbor.encode(fields), key=key, aad=Aad.MESSAGE)


def parse_message(raw: bytes) -> Unverified[Message]:
    """Read a message."""
    return parse_signed(raw, _read_message, what="message", bytes_max=MESSAGE_BYTES_MAX)


def verify_message(raw: bytes, ledger: Ledger, *, terminal: str) -> Message:
    """Read and verify a message to `terminal`."""
    message = parse_message(raw)
    require_signature(message.sign1, ledger, role=LedgerRole.MESSAGE, aad=Aad.MESSAGE)
    if message.claims.terminal != terminal:
        raise MalformedError("message: for another terminal")
    return message.claims


def _read_acknowledgement(fields: Fields) -> Acknowledgement:
    acknowledgement = Acknowledgement(
        sequence=fields.uint(1, "sequence"),
        hash=fields.bytes_(2, "hash", size=HASH_BYTES),
        outcomes=read_outcomes(fields, 3),
        checkpoint=fields.object_(4, "checkpoint", bytes_max=CHECKPOINT_BYTES_MAX),
        time_s=fields.time_s(5, "time"),
        nonce=fields.bytes_(6, "nonce", size=ID16_BYTES),
        message_number=fields.uint(7, "message number"),
    )
    if (acknowledgement.sequence == 0) != (acknowledgement.hash == bytes(HASH_BYTES)):
        raise MalformedError("acknowledgement: 32 zero bytes stand for an empty journal and nothing else")
    return acknowledgement


def _read_message(fields: Fields) -> Message:
    return Message(
        number=fields.uint(1, "number", low=1),
        terminal=fields.id_(2, "terminal"),
        time_s=fields.time_s(3, "time"),
        kind=fields.text(4, "kind", bytes_max=MESSAGE_KIND_BYTES_MAX),
        body=fields.map_(5, "body"),
    )
