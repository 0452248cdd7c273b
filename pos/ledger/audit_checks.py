"""The auditor's checks, page by page: each takes stored rows and says what is wrong with them.

Rules: nothing that the service derived is believed, only bytes that others signed; a payment's verdict must follow from
those bytes, except where it depends on what the trust data said at the time (revocations), which is left as it was.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, TypeVar

from sqlalchemy import Column, Connection, Select, Table, func, select

from pos.errors import MalformedError
from pos.ledger import books, schema
from pos.ledger.books import Posting, PostingKind
from pos.ledger.chain import START, Head
from pos.ledger.dialect import chunks
from pos.ledger.examine import approval_of, examine, voucher_claim
from pos.ledger.judge import Bearer, Claim, ClaimKind, Keys, Refusal, Revocations
from pos.ledger.payments import movement
from pos.ledger.schema import StoredRow
from pos.voucher.bodies import PaymentApproved
from pos.voucher.entry import Entry, verify_entry
from pos.voucher.outcomes import OutcomeStatus
from pos.voucher.signed import decode_certificate, decode_voucher
from pos.voucher.spend_line import LinePoint, contradict
from pos.voucher.verified import VerificationFailure, verify_certificate, verify_voucher

_AS_IT_WAS: Final = Revocations(seen_s={}, contact_hard_s=2**62)
"""Revocations of today say nothing about verdicts of yesterday."""
_DEPEND_ON_THEIR_DAY: Final = frozenset(
    {
        Refusal.TERMINAL_REVOKED,
        Refusal.KEY_REVOKED,
        Refusal.VOUCHER_DIFFERS,
        Refusal.VOUCHER_REVOKED,
        Refusal.RETURNED,
    }
)
_ON_THE_LINE: Final = frozenset({OutcomeStatus.SETTLED, OutcomeStatus.CONFLICT, OutcomeStatus.DUPLICATE})

PAGE: Final = 500

K = TypeVar("K", int, str, bytes)


class JournalCheck:
    """One terminal's journal, entry by entry: signatures, chain, columns, and a verdict for every approved payment."""

    def __init__(self, terminal: StoredRow, keys: Keys) -> None:
        self._terminal = terminal
        self._keys = keys
        self._head: Head = START
        self.problems: list[str] = []
        if not _is_certified(terminal, keys):
            self._note(0, "its key and merchant are not those of a certificate that its ledger signed")

    def read(self, entry: StoredRow) -> Entry | None:
        """Check an entry's signature, chain and columns; None for one that is not signed by its terminal."""
        try:
            verified = verify_entry(entry.raw, self._terminal.public_key)
        except MalformedError as error:
            self._note(entry.sequence, error.what)
            return None
        self._check_columns(entry, verified)
        return verified

    def check(
        self, entry: StoredRow, verified: Entry, payment: StoredRow | None, bearer: Bearer | None
    ) -> tuple[Posting, ...]:
        """Check an entry's verdict, `bearer` noted with it; return what the verdict must have moved."""
        if verified.kind != PaymentApproved.KIND:
            return () if payment is None else self._note(entry.sequence, "a verdict on an entry that approves nothing")
        if payment is None:
            return self._note(entry.sequence, "an approved payment without a verdict")
        if (bearer is not None) != (payment.status == OutcomeStatus.CONFLICT):
            self._note(entry.sequence, "a bearer is noted without a conflict, or the other way round")
        return self._check_verdict(verified, payment, bearer or Bearer.MERCHANT, received_s=entry.received_s)

    def close(self) -> None:
        """Check that the journal ends where its row says."""
        if (self._terminal.head_sequence, self._terminal.head_hash) != (self._head.sequence, self._head.hash):
            self._note(self._head.sequence, "the journal does not end at its recorded head")

    def _check_columns(self, entry: StoredRow, verified: Entry) -> None:
        if verified.sequence != self._head.sequence + 1 or verified.previous != self._head.hash:
            self._note(entry.sequence, "does not follow the entry before it")
        if (entry.sequence, entry.hash, entry.kind, entry.time_s) != (
            verified.sequence,
            verified.hash,
            verified.kind,
            verified.time_s,
        ):
            self._note(entry.sequence, "its columns are not those of its bytes")
        self._head = Head(sequence=verified.sequence, hash=verified.hash)

    def _check_verdict(
        self, entry: Entry, payment: StoredRow, bearer: Bearer, *, received_s: int
    ) -> tuple[Posting, ...]:
        approval = approval_of(
            entry,
            terminal=self._terminal.terminal,
            merchant=self._terminal.merchant,
            received_s=received_s,
            revoked_after=None,
        )
        result = examine(approval, self._keys, _AS_IT_WAS)
        status = OutcomeStatus(payment.status)
        if isinstance(result, Claim) and status in _ON_THE_LINE:
            if not _is_row_of(result, payment) or payment.merchant != approval.merchant:
                return self._note(entry.sequence, "the stored payment is not the one in its entry")
            return movement(approval, result, status, bearer)
        if status in _ON_THE_LINE:
            return self._note(entry.sequence, f"{status}, though its bytes say {result}")
        if status is OutcomeStatus.REFUSED and payment.reason not in _DEPEND_ON_THEIR_DAY and payment.reason != result:
            return self._note(entry.sequence, f"refused as {payment.reason}, which its bytes do not bear out")
        return ()

    def _note(self, sequence: int, what: str) -> tuple[()]:
        self.problems.append(f"{self._terminal.terminal} entry {sequence}: {what}")
        return ()


def check_voucher(row: StoredRow, keys: Keys) -> str | None:
    """Check a registered voucher against its own bytes and its issuer's signature."""
    try:
        signed = decode_voucher(row.raw)
    except MalformedError as error:
        return f"voucher {row.voucher.hex()}: {error.what}"
    claim = voucher_claim(signed)
    if (claim.key, claim.issuer, claim.value_won, claim.digest) != (row.voucher, row.issuer, row.value_won, row.claims):
        return f"voucher {row.voucher.hex()}: its columns are not those of its bytes"
    if isinstance(verify_voucher(signed, keys.issuer(signed.claims.issuer)), VerificationFailure):
        return f"voucher {row.voucher.hex()}: not signed by its issuer"
    return None


def issue_of(row: StoredRow) -> tuple[Posting, Posting]:
    """Return what registering this voucher must have moved."""
    claim = voucher_claim(decode_voucher(row.raw))
    reference = f"{claim.issuer}/{claim.voucher_id.hex()}"
    return books.issued(reference=reference, issuer=claim.issuer, value_won=claim.value_won)


def check_line(rows: Sequence[StoredRow], value_won: int | None) -> Iterator[str]:
    """Check all verdicts on one line against each other; `value_won` is the voucher's, None for a confirmation."""
    settled = sorted((row for row in rows if row.status == OutcomeStatus.SETTLED), key=lambda row: row.number)
    for lower, upper in pairwise(settled):
        if contradict(_point(lower), _point(upper)) or lower.claims == upper.claims:
            yield f"{_name(upper)}: settled beside {_name(lower)}, which it contradicts"
    if value_won is not None and sum(row.amount_won for row in settled) > value_won:
        yield f"{_name(settled[0])}: its voucher paid more than its value"
    by_place = {(row.terminal, row.sequence): row for row in rows}
    for row in rows:
        if row.status != OutcomeStatus.SETTLED:
            yield from _check_against_other(row, by_place)
        if (row.line is not None) != (row.status == OutcomeStatus.SETTLED):
            yield f"{_name(row)}: stands on the line without having settled, or the other way round"


def check_postings(
    connection: Connection, expected: Sequence[Posting], *, references: Collection[str], kinds: Collection[PostingKind]
) -> Iterator[str]:
    """Check that of these kinds exactly the expected postings are stored under these references."""
    table = schema.postings
    wanted = {
        (posting.kind.value, posting.reference, number): (str(line.account), line.amount_won)
        for posting in expected
        for number, line in enumerate(posting.lines)
    }
    for some in chunks(references):
        stored = select(table).where(table.c.reference.in_(some), table.c.kind.in_(list(kinds)))
        for row in connection.execute(stored):
            if wanted.pop((row.kind, row.reference, row.line), None) != (row.account, row.amount_won):
                yield f"posting {row.kind} {row.reference}: {row.amount_won} won on {row.account} follow from nothing"
    for (kind, reference, _), (account, amount_won) in wanted.items():
        yield f"posting {kind} {reference}: {amount_won} won on {account} are missing"


def check_revoked(connection: Connection, lines: Mapping[bytes, Sequence[StoredRow]]) -> Iterator[str]:
    """Check that every voucher with a payment in conflict is on its issuer's list of revoked ones."""
    spent_twice = {
        voucher: row
        for voucher, rows in lines.items()
        for row in rows
        if row.status == OutcomeStatus.CONFLICT and row.kind != ClaimKind.CONFIRMATION
    }
    table = schema.revocations
    listed: set[bytes] = set()
    for some in chunks(spent_twice):
        listed |= set(connection.execute(select(table.c.voucher).where(table.c.voucher.in_(some))).scalars())
    for voucher in spent_twice.keys() - listed:
        yield f"{_name(spent_twice[voucher])}: a conflict whose voucher is not revoked"


def pages(connection: Connection, rows: Select[*tuple[object, ...]], key: Column[K]) -> Iterator[Sequence[StoredRow]]:
    """Read rows in the order of a unique column, page by page, none of them empty."""
    page = connection.execute(rows.order_by(key).limit(PAGE)).all()
    while page:
        yield page
        last = getattr(page[-1], key.name)
        page = connection.execute(rows.where(key > last).order_by(key).limit(PAGE)).all()


def count(connection: Connection, table: Table) -> int:
    """Return the number of rows."""
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _check_against_other(row: StoredRow, by_place: Mapping[tuple[str, int], StoredRow]) -> Iterator[str]:
    other = by_place.get((row.other_terminal, row.other_sequence))
    if other is None:
        yield f"{_name(row)}: {row.status} with a payment that is not there"
    elif row.status == OutcomeStatus.DUPLICATE and row.claims != other.claims:
        yield f"{_name(row)}: called a duplicate of {_name(other)}, which is another payment"
    elif row.status == OutcomeStatus.CONFLICT and (
        other.status != OutcomeStatus.SETTLED
        or row.claims == other.claims
        or not contradict(_point(row), _point(other))
    ):
        yield f"{_name(row)}: called a conflict with {_name(other)}, which it does not contradict"


def _is_certified(terminal: StoredRow, keys: Keys) -> bool:
    try:
        signed = decode_certificate(terminal.certificate)
    except MalformedError:
        return False
    claims = signed.claims
    return not isinstance(verify_certificate(signed, keys.ledger(claims.ledger)), VerificationFailure) and (
        claims.terminal,
        claims.merchant,
        claims.terminal_key,
    ) == (terminal.terminal, terminal.merchant, terminal.public_key)


def _is_row_of(claim: Claim, row: StoredRow) -> bool:
    return (row.kind, row.voucher, _point(row), row.claims) == (claim.kind, claim.line, claim.point, claim.digest)


def _point(row: StoredRow) -> LinePoint:
    return LinePoint(sequence=row.number, spent_before_won=row.spent_before_won, amount_won=row.amount_won)


def _name(row: StoredRow) -> str:
    return f"{row.terminal} entry {row.sequence}"
