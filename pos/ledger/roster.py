"""Which terminals the ledger knows, and the one row that each of them has.

Rules: a terminal is known from the trust data or from its enrolment; its certificate is kept beside its journal, so
that it can be checked when neither is at hand. The row is the lock of everything about one terminal: journal head,
inbox, nonces.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, Select, select, update

from pos.errors import TrustError
from pos.ledger import schema
from pos.ledger.authority import Authority, KnownTerminal
from pos.ledger.chain import START, Head
from pos.ledger.dialect import insert_missing
from pos.ledger.schema import StoredRow
from pos.voucher.keys import PublicKey
from pos.voucher.signed import decode_certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalState:
    """What the ledger holds of one terminal, locked for the transaction that read it."""

    head: Head
    message_head: int
    inbox_acknowledged: int


def find(connection: Connection, authority: Authority, terminal: str) -> KnownTerminal | None:
    """Look a terminal up. Raises TrustError if its trust file cannot be used."""
    known = authority.terminal(terminal)
    if known is not None:
        return known
    row = _row(connection, terminal)
    if row is None:
        return None
    return KnownTerminal(
        terminal=row.terminal,
        merchant=row.merchant,
        public_key=PublicKey(row.public_key),
        certificate=row.certificate,
        revoked_after=None,
    )


def replaced_terminals() -> Select[str]:
    """Terminals whose place another one has taken, for use in a statement."""
    codes, places = schema.enrolments, schema.replacements
    return (
        select(places.c.replaces)
        .join(codes, codes.c.secret_hash == places.c.secret_hash)
        .where(codes.c.public_key.is_not(None))
    )


def last_seen(connection: Connection, merchant: str) -> str | None:
    """The terminal of this merchant that called last, of those that nobody replaced; None where none ever did."""
    terminals = schema.terminals
    mine = select(terminals.c.terminal).where(
        terminals.c.merchant == merchant, terminals.c.terminal.not_in(replaced_terminals())
    )
    newest = mine.order_by(terminals.c.seen_s.desc(), terminals.c.terminal).limit(1)
    return connection.execute(newest).scalar_one_or_none()


def lock(connection: Connection, known: KnownTerminal, *, now_s: int, is_calling: bool = True) -> TerminalState:
    """Take the terminal's row, made on its first call, for this transaction; `is_calling` where it is heard of itself.

    Raises TrustError if the terminal comes with another key or merchant than before: that needs a new terminal id.
    """
    mine = select(schema.terminals).where(schema.terminals.c.terminal == known.terminal).with_for_update()
    row = connection.execute(mine).one_or_none()
    if row is None:
        insert_missing(connection, schema.terminals, [_new_row(known, now_s)])
        row = connection.execute(mine).one()
    if (row.public_key, row.merchant) != (known.public_key, known.merchant):
        raise TrustError(f"terminal {known.terminal}: its key and merchant are not those its journal was begun with")
    seen = update(schema.terminals).where(schema.terminals.c.terminal == known.terminal)
    certificate = longest(row.certificate, known.certificate)
    connection.execute(seen.values(seen_s=now_s if is_calling else row.seen_s, certificate=certificate))
    return TerminalState(
        head=Head(sequence=row.head_sequence, hash=row.head_hash),
        message_head=row.message_head,
        inbox_acknowledged=row.inbox_acknowledged,
    )


def longest(one: bytes, other: bytes) -> bytes:
    """Of two certificates of a terminal the one that lasts longer: it may have been renewed by message."""
    if one == other:
        return one
    return max(one, other, key=lambda raw: decode_certificate(raw).claims.expires_s)


def head_of(connection: Connection, terminal: str) -> Head:
    """Return the head of a journal as it is now, without locking it."""
    row = _row(connection, terminal)
    return START if row is None else Head(sequence=row.head_sequence, hash=row.head_hash)


def advance(connection: Connection, terminal: str, *, head: Head, inbox_acknowledged: int) -> None:
    """Write the new head of a locked terminal."""
    row = update(schema.terminals).where(schema.terminals.c.terminal == terminal)
    connection.execute(
        row.values(head_sequence=head.sequence, head_hash=head.hash, inbox_acknowledged=inbox_acknowledged)
    )


def _row(connection: Connection, terminal: str) -> StoredRow | None:
    return connection.execute(select(schema.terminals).where(schema.terminals.c.terminal == terminal)).one_or_none()


def _new_row(known: KnownTerminal, now_s: int) -> dict[str, object]:
    return {
        "terminal": known.terminal,
        "merchant": known.merchant,
        "certificate": known.certificate,
        "public_key": bytes(known.public_key),
        "head_sequence": START.sequence,
        "head_hash": START.hash,
        "message_head": 0,
        "inbox_acknowledged": 0,
        "seen_s": now_s,
    }
