"""The chain of entries in the database: read, checked and extended here and nowhere else.

An entry binds every entry before it: it is signed, and names the hash of its predecessor. So the check at start hashes
all entries, finds each hash inside the next entry, and verifies the signatures of those that came after the last check
and, whatever any mark says, of the newest; `verify` looks at every signature. Either way the first entry that does not
hold is named.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pos import cbor
from pos.clock import Quality, Reading
from pos.errors import ChainError, MalformedError
from pos.journal.database import Database
from pos.journal.faults import mapped
from pos.voucher.bodies import BootStamp, EntryBody, stamped
from pos.voucher.entry import FIRST_PREVIOUS, Entry, build_entry, entry_hash, verify_entry
from pos.voucher.keys import PublicKey, SigningKey

_VERIFIED_MARK: Final = "verified"
# An entry begins: tag 18, array of 4, 14 bytes of protected header, empty map; then its payload's head and map head.
_PAYLOAD_AT: Final = 2 + 14 + 1
_SHORT_PAYLOAD: Final = b"\x58"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The newest entry: what the next one has to follow."""

    sequence: int
    hash: bytes
    time_s: int

    @classmethod
    def of(cls, entry: Entry) -> "Head":
        """The head when `entry` is the newest."""
        return cls(sequence=entry.sequence, hash=entry.hash, time_s=entry.time_s)


EMPTY: Final = Head(sequence=0, hash=FIRST_PREVIOUS, time_s=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainFound:
    """What a look at every entry found in order."""

    head: Head
    kinds: Counter[str]
    signatures_checked: int


def sign_next(body: EntryBody, *, after: Head, reading: Reading, key: SigningKey) -> Entry:
    """Make the entry that follows `after`. Its time is never below its predecessor's, whatever the quality.

    Where that holds the time above what the reading allows (the predecessor was dated by a clock that ran ahead), the
    entry says so: its time is only the floor. The boot's own time in its body dates it once the ledger has seen it.
    """
    time_s = max(reading.time_s, after.time_s)
    is_held = time_s > (reading.time_s if reading.latest_s is None else reading.latest_s)
    return build_entry(
        sequence=after.sequence + 1,
        previous=after.hash,
        time_s=time_s,
        quality=min(reading.quality, Quality.FLOOR) if is_held else reading.quality,
        kind=body.KIND,
        body=stamped(body, BootStamp(boot_id=reading.boot_id, boot_ms=reading.boot_ms)),
        key=key,
    )


def insert_entry(connection: sqlite3.Connection, entry: Entry) -> None:
    """Add a row; the caller holds the transaction and knows that the entry follows."""
    connection.execute(
        "INSERT INTO entries VALUES (?, ?, ?, ?, ?)", (entry.sequence, entry.hash, entry.kind, entry.time_s, entry.raw)
    )


def head_of(database: Database) -> Head:
    """The newest entry of the database, taken as it stands."""
    row = database.row("SELECT sequence, hash, time_s FROM entries ORDER BY sequence DESC LIMIT 1")
    return EMPTY if row is None else Head(sequence=row[0], hash=row[1], time_s=row[2])


def check_chain(database: Database, public_key: PublicKey, *, all_signatures: bool = False) -> ChainFound:
    """Look at every entry from the first. Raises ChainError at the first one that does not hold.

    Signatures are looked at behind the entry that `remember_verified` noted.
    """
    verified = 0 if all_signatures else _verified_until(database)
    head, kinds, checked, newest = EMPTY, Counter[str](), 0, b""
    for sequence, kind, time_s, digest, raw in _rows(database):
        if sequence != head.sequence + 1:
            raise ChainError("the one before it is missing", sequence=sequence)
        if entry_hash(raw) != digest:
            raise ChainError("its bytes are not what they were", sequence=sequence)
        if not _follows(raw, head):
            raise ChainError("does not follow from the one before it", sequence=sequence)
        if sequence > verified:
            _verify(raw, kind=kind, time_s=time_s, sequence=sequence, public_key=public_key)
            checked += 1
        kinds[kind] += 1
        head, newest = Head(sequence=sequence, hash=digest, time_s=time_s), raw
    if newest and not checked:
        _verify(newest, kind=kind, time_s=head.time_s, sequence=head.sequence, public_key=public_key)
    return ChainFound(head=head, kinds=kinds, signatures_checked=checked)


def remember_verified(database: Database, head: Head) -> None:
    """Note that every signature up to `head` has been checked, so that the next start begins there."""
    if _verified_until(database) == head.sequence:
        return
    with database.transaction() as transaction:
        transaction.connection.execute(
            "INSERT OR REPLACE INTO marks VALUES (?, ?, ?)", (_VERIFIED_MARK, head.sequence, head.hash)
        )


def _rows(database: Database) -> Iterator[tuple[int, str, int, bytes, bytes]]:
    with mapped():
        yield from database.connection.execute(
            "SELECT sequence, kind, time_s, hash, raw FROM entries ORDER BY sequence"
        )


def _follows(raw: bytes, head: Head) -> bool:
    """Whether the payload begins with the next sequence and the predecessor's hash.

    The bytes are compared where deterministic encoding puts them; a full reading of every entry takes ten times longer.
    """
    is_short = raw.startswith(_SHORT_PAYLOAD, _PAYLOAD_AT)
    at = _PAYLOAD_AT + (2 if is_short else 3) + 1
    return raw.startswith(b"\x01" + cbor.encode(head.sequence + 1) + b"\x02\x58\x20" + head.hash, at)


def _verify(raw: bytes, *, kind: str, time_s: int, sequence: int, public_key: PublicKey) -> None:
    try:
        entry = verify_entry(raw, public_key)
    except MalformedError as error:
        raise ChainError(error.what, sequence=sequence) from error
    if (entry.sequence, entry.kind, entry.time_s) != (sequence, kind, time_s):
        raise ChainError("the columns beside its bytes say something else", sequence=sequence)


def _verified_until(database: Database) -> int:
    """The newest entry whose signature has been checked, if it is still the entry that was checked then."""
    row = database.row("SELECT sequence FROM marks JOIN entries USING (sequence, hash) WHERE name = ?", _VERIFIED_MARK)
    return 0 if row is None else int(row[0])
