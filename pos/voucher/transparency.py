"""Judging a ledger's log from outside: is a sale in it, does it only ever grow, have others seen the same.

Rules:

- a head counts only if the log's own key signed it; it is *witnessed* if at least a quorum of the witnesses named in
  the trust data cosigned it (an empty log needs none);
- a head of the size that is known has the same root; a larger one comes with a proof that the known one is its
  beginning; a smaller one is a history that was taken back;
- a sale is in the log if a proof leads from the hash of its entry to such a head.

Everything here is text and hashes. What a fault means for the shop is for core; making proofs is for `pos.ledger.log`.
"""

from dataclasses import dataclass
from enum import StrEnum

from pos.errors import MalformedError
from pos.voucher.checkpoint import (
    Checkpoint,
    cosignatures,
    origin_of,
    parse_growth,
    parse_proof,
    verify_checkpoint,
)
from pos.voucher.merkle import verify_consistency, verify_inclusion
from pos.voucher.trust import Ledger


class LogFault(StrEnum):
    """What is wrong with what a ledger showed of its log."""

    UNREADABLE = "unreadable"
    """Not of the form, or not signed by the log's key: nobody can be blamed for it."""
    REWRITTEN = "rewritten"
    """Two heads, both signed by the log's key, that cannot be of one growing log."""
    NOT_INCLUDED = "not_included"
    """The proof does not lead from the entry to its head."""
    NOT_GROWN = "not_grown"
    """The proof of growth does not lead from the known head to the shown one, or is about another one."""
    UNWITNESSED = "unwitnessed"
    """Fewer witnesses than the quorum have cosigned the head."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """A ledger's log as the trust data describes it."""

    origin: str
    key: bytes
    witnesses: tuple[bytes, ...]
    quorum: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A head of the log, and the note that says so."""

    head: Checkpoint
    note: str


def log_of(ledger: Ledger) -> Log | None:
    """The log of a ledger; None where the trust data names no key for one."""
    if ledger.log_key is None:
        return None
    return Log(origin=origin_of(ledger.ledger), key=ledger.log_key, witnesses=ledger.witnesses, quorum=ledger.quorum)


def judge_head(note: str, log: Log) -> Shown | LogFault:
    """Read a head: signed by the log, and witnessed."""
    try:
        head = verify_checkpoint(note, origin=log.origin, public_key=log.key)
        witnesses = len(cosignatures(note, log.witnesses))
    except MalformedError:
        return LogFault.UNREADABLE
    if head.size and witnesses < log.quorum:
        return LogFault.UNWITNESSED
    return Shown(head=head, note=note)


def contradicts(known: Checkpoint, shown: Checkpoint) -> bool:
    """Whether two heads of one log prove, without any further proof, that its history was rewritten or taken back."""
    return shown.size < known.size or (shown.size == known.size and shown.root != known.root)


def judge_growth(known: Checkpoint, text: str, log: Log) -> Shown | LogFault:
    """Follow the log from the head that is known to the one in a consistency proof."""
    try:
        growth = parse_growth(text)
    except MalformedError:
        return LogFault.UNREADABLE
    shown = judge_head(growth.checkpoint, log)
    if isinstance(shown, LogFault):
        return shown
    if contradicts(known, shown.head):
        return LogFault.REWRITTEN
    if growth.old_size != known.size:
        return LogFault.NOT_GROWN
    if known.size == 0:
        # Every log grew from the empty one; there is nothing to prove.
        return LogFault.NOT_GROWN if growth.path else shown
    is_grown = verify_consistency(known.size, known.root, shown.head.size, shown.head.root, growth.path)
    return shown if is_grown else LogFault.NOT_GROWN


def judge_proof(text: str, entry_hash: bytes, log: Log) -> Shown | LogFault:
    """Read a tlog-proof; returns the head that it leads to. Whether that head continues the known one is not judged."""
    try:
        proof = parse_proof(text)
    except MalformedError:
        return LogFault.UNREADABLE
    shown = judge_head(proof.checkpoint, log)
    if isinstance(shown, LogFault):
        return shown
    is_in = verify_inclusion(entry_hash, proof.index, shown.head.size, proof.path, shown.head.root)
    return shown if is_in else LogFault.NOT_INCLUDED
