"""What a delivery adds to a journal: repeats, gaps and forks told apart (protocol, "Repeats, gaps and forks"), pure.

Rules:

- entries are taken in the order given; one that is stored with identical bytes is skipped;
- the first new entry must be head + 1 and name the head's hash; beyond head + 1 is a gap;
- an entry that differs from the stored one, or does not name the hash before it, is a fork: it and what hangs on it
  in the same delivery is kept apart as evidence;
- what came before a gap or a fork counts.

Signatures have been verified before; storing is left to `pos.ledger.records`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pos.voucher.entry import FIRST_PREVIOUS, Entry


class Break(StrEnum):
    """Why the rest of a delivery was not taken."""

    GAP = "gap"
    FORK = "fork"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The last entry of a stored journal; sequence 0 and 32 zero bytes before the first."""

    sequence: int
    hash: bytes


START = Head(sequence=0, hash=FIRST_PREVIOUS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What became of a delivery."""

    head: Head
    fresh: tuple[Entry, ...]
    """To be appended, in order."""
    held: frozenset[int]
    """Sequences of delivered entries that the journal now holds, new ones and repeats."""
    broken: Break | None
    forked: tuple[Entry, ...]
    """The other branch of a fork, as far as it was delivered."""


def walk(head: Head, stored: Mapping[int, bytes], entries: Sequence[Entry]) -> Walk:
    """Take `entries` one after another; `stored` maps the delivered sequences up to the head to their hashes."""
    known = dict(stored)
    fresh: list[Entry] = []
    held: set[int] = set()
    broken: Break | None = None
    forked: tuple[Entry, ...] = ()
    for number, entry in enumerate(entries):
        if entry.sequence <= head.sequence:
            if known[entry.sequence] == entry.hash:
                held.add(entry.sequence)
                continue
            broken = Break.FORK
        elif entry.sequence > head.sequence + 1:
            broken = Break.GAP
        elif entry.previous != head.hash:
            broken = Break.FORK
        if broken is not None:
            forked = _branch(entries[number:]) if broken is Break.FORK else ()
            break
        fresh.append(entry)
        held.add(entry.sequence)
        known[entry.sequence] = entry.hash
        head = Head(sequence=entry.sequence, hash=entry.hash)
    return Walk(head=head, fresh=tuple(fresh), held=frozenset(held), broken=broken, forked=forked)


def _branch(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    branch = [entries[0]]
    for entry in entries[1:]:
        if not entry.follows(branch[-1]):
            break
        branch.append(entry)
    return tuple(branch)
