"""The two sides' files as an auditor reads them: a terminal's journal, a ledger's entries and verdicts.

Read with sqlite3 from copies, decoded with the wallet's own CBOR and COSE: neither the terminal's code nor the
ledger's takes part. A terminal that is selling holds its database; the copy then shows the last moment on the disk.
"""

import hashlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from pos.sandbox.errors import SandboxError
from pos.sandbox.wallet.claims import Certificate, read_certificate
from pos.sandbox.wallet.errors import UnreadableError
from pos.sandbox.wallet.wire import Purpose, decode, is_signed, open_envelope

ENTRY_DEPTH_MAX: Final = 16
APPROVED: Final = "payment.approved"
NUMBERED: Final = frozenset(
    {APPROVED, "payment.declined", "tender.recorded", "note.taken", "refund.requested", "remote.accepted"}
)
"""Kinds of entries that give a receipt its number."""

_OBJECT, _RECEIPT_NUMBER, _SALE, _BODY_AMOUNT = 1, 2, 3, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What an approved entry's object takes from what: a payment, a note or a paid confirmation."""

    account: str
    """Voucher (or confirmation) by issuer and id."""
    place: int
    """The payment's own sequence; 1 for a note or a confirmation."""
    before_won: int
    amount_won: int
    value_won: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One entry, as its bytes say."""

    raw: bytes
    sequence: int
    previous: bytes
    kind: str
    is_signed: bool
    receipt_number: str | None
    sale_id: bytes | None
    amount_won: int | None
    spending: Spending | None

    @property
    def hash(self) -> bytes:
        return hashlib.sha256(self.raw).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerVerdict:
    """What the ledger made of one approved entry."""

    sequence: int
    status: str
    amount_won: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerBooks:
    """What the ledger holds of one terminal."""

    entries: tuple[bytes, ...]
    verdicts: tuple[LedgerVerdict, ...]


def read_terminal_key(ledger_dir: Path, terminal: str) -> bytes:
    """The terminal's public key, out of the certificate that the ledger's own trust data holds."""
    path = ledger_dir / "trust" / "terminals" / f"{terminal}.json"
    try:
        certificate: Certificate = read_certificate(
            bytes.fromhex(msgspec.json.decode(path.read_bytes())["certificate"])
        )
    except (OSError, msgspec.DecodeError, KeyError, TypeError, ValueError, UnreadableError) as error:
        raise SandboxError(f"{path} tells no certificate of {terminal}: {error}") from error
    return certificate.terminal_key


def read_journal(state_dir: Path, public_key: bytes) -> tuple[JournalEntry, ...]:
    """The terminal's journal, oldest entry first; none where nothing was ever recorded."""
    with _copied(state_dir / "journal.db") as database:
        if database is None:
            return ()
        rows = database.execute("SELECT raw FROM entries ORDER BY sequence").fetchall()
    return tuple(read_entry(raw, public_key) for (raw,) in rows)


def read_ledger(ledger_dir: Path, terminal: str) -> LedgerBooks:
    """The ledger's entries and verdicts for one terminal, oldest first; none where it never started."""
    with _copied(ledger_dir / "ledger.db") as database:
        if database is None:
            return LedgerBooks(entries=(), verdicts=())
        mine = (terminal,)
        entries = database.execute("SELECT raw FROM entries WHERE terminal = ? ORDER BY sequence", mine).fetchall()
        verdicts = database.execute(
            "SELECT sequence, status, amount_won FROM payments WHERE terminal = ? ORDER BY sequence", mine
        ).fetchall()
    return LedgerBooks(
        entries=tuple(raw for (raw,) in entries),
        verdicts=tuple(LedgerVerdict(sequence=s, status=status, amount_won=won) for s, status, won in verdicts),
    )


def read_entry(raw: bytes, public_key: bytes) -> JournalEntry:
    """Read one entry; SandboxError if it is none."""
    try:
        envelope = open_envelope(raw)
        fields = decode(envelope.payload, depth_max=ENTRY_DEPTH_MAX)
    except UnreadableError as error:
        raise SandboxError(f"a journal holds what is no entry: {error}") from error
    match fields:
        case {1: int(sequence), 2: bytes(previous), 3: int(), 4: int(), 5: str(kind), 6: Mapping() as body}:
            number, sale = body.get(_RECEIPT_NUMBER), body.get(_SALE)
            amount_won, given = body.get(_BODY_AMOUNT), body.get(_OBJECT)
            is_approval = kind == APPROVED and isinstance(given, bytes)
            return JournalEntry(
                raw=raw,
                sequence=sequence,
                previous=previous,
                kind=kind,
                is_signed=is_signed(envelope, public_key=public_key, purpose=Purpose.JOURNAL),
                receipt_number=number if kind in NUMBERED and isinstance(number, str) else None,
                sale_id=sale if isinstance(sale, bytes) else None,
                amount_won=amount_won if isinstance(amount_won, int) else None,
                spending=_spending(given) if is_approval and isinstance(given, bytes) else None,
            )
        case _:
            raise SandboxError("a journal holds what is no entry")


def _spending(raw: bytes) -> Spending | None:
    """What the object takes; None if it is nothing that can be approved."""
    try:
        claims = decode(open_envelope(raw).payload)
        match claims:
            case {-65540: bytes(voucher)}:
                return _part_spent(claims, decode(open_envelope(voucher).payload))
            case _:
                return _all_spent(claims)
    except UnreadableError:
        return None


def _part_spent(payment: object, voucher: object) -> Spending | None:
    match payment, voucher:
        case (
            {-65541: int(place), -65542: int(before_won), -65543: int(amount_won)},
            {1: str(issuer), 7: bytes(voucher_id), -65538: int(value_won)},
        ):
            return Spending(
                account=f"{issuer}/{voucher_id.hex()}",
                place=place,
                before_won=before_won,
                amount_won=amount_won,
                value_won=value_won,
            )
        case _:
            return None


def _all_spent(claims: object) -> Spending | None:
    """A note is worth its value (-65538), a paid confirmation its amount (-65543)."""
    match claims:
        case {1: str(owner), 7: bytes(number), -65538: int(won)} | {1: str(owner), 7: bytes(number), -65543: int(won)}:
            return Spending(account=f"{owner}/{number.hex()}", place=1, before_won=0, amount_won=won, value_won=won)
        case _:
            return None


@contextmanager
def _copied(path: Path) -> Iterator[sqlite3.Connection | None]:
    """Open a copy of a database with its write-ahead log; None if there is no database."""
    if not path.exists():
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="audit-") as folder:
        copy = Path(folder) / path.name
        for suffix in ("", "-wal"):
            source = path.with_name(path.name + suffix)
            if source.exists():
                shutil.copyfile(source, copy.with_name(copy.name + suffix))
        try:
            with closing(sqlite3.connect(copy)) as database:
                yield database
        except sqlite3.Error as error:
            raise SandboxError(f"{path} cannot be read: {error}") from error
