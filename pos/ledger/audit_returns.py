"""The auditor's view of money that went back: refunds from merchants, and vouchers made of what came back.

Rules: a refund must follow from a signed entry and from a payment of the same merchant that settled, and all refunds of
a payment together are not above it; a returned voucher must follow from a request that its old holder and the fresh key
signed, its parts must add up to its value, and each part from a granted refund, from a payment that nobody approved and
a signed entry closed, or from a voucher that is over.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import Connection, func, select

from pos.errors import MalformedError
from pos.ledger import closures, refunds, schema
from pos.ledger.books import Posting
from pos.ledger.dialect import chunks
from pos.ledger.examine import claims_digest, voucher_claim
from pos.ledger.judge import Keys
from pos.ledger.payments import PartKind, returned_parts
from pos.ledger.refunds import RefundRefusal
from pos.ledger.returns import Claimant, Part, movement, read_request
from pos.ledger.schema import StoredRow
from pos.ledger.slips import Slip, credits_of, part_of, read_slip
from pos.voucher.entry import Entry, verify_entry
from pos.voucher.outcomes import OutcomeStatus
from pos.voucher.signed import decode_holder_voucher
from pos.voucher.spend_line import point_of


def check_refund(
    connection: Connection, entry: Entry, refund: StoredRow | None, terminal: StoredRow
) -> Iterator[str | Posting]:
    """Check one entry's refund; yield what is wrong with it and what it must have moved."""
    asked = refunds.asked_in(entry, terminal=terminal.terminal, merchant=terminal.merchant)
    name = f"{terminal.terminal} entry {entry.sequence}"
    if asked is None or refund is None:
        if (asked is None) != (refund is None):
            yield f"{name}: a refund without its answer, or an answer without a refund"
        return
    if (refund.merchant, refund.payment_entry, refund.amount_won) != (
        asked.merchant,
        asked.payment_entry,
        asked.amount_won,
    ):
        yield f"{name}: the stored refund is not the one in its entry"
    if asked.payment_entry is None:
        if refund.reason != RefundRefusal.UNREADABLE:
            yield f"{name}: a refund that cannot be read is not refused as such"
        return
    if refund.status != OutcomeStatus.SETTLED:
        return
    if not _is_of_its_payment(connection, refund, asked.payment_entry):
        yield f"{name}: refunded of a payment that did not settle for this merchant"
    yield refunds.movement(asked, refund.owner)


def check_sums(connection: Connection) -> Iterator[str]:
    """Check that no payment was given back for more than it was."""
    table, payments = schema.refunds, schema.payments
    given = (
        select(table.c.payment_terminal, table.c.payment_sequence, func.sum(table.c.amount_won).label("won"))
        .where(table.c.status == OutcomeStatus.SETTLED)
        .group_by(table.c.payment_terminal, table.c.payment_sequence)
        .subquery()
    )
    mine = (payments.c.terminal == given.c.payment_terminal) & (payments.c.sequence == given.c.payment_sequence)
    rows = select(given, payments.c.amount_won).join(payments, mine).where(given.c.won > payments.c.amount_won)
    for row in connection.execute(rows):
        yield f"{row.payment_terminal} entry {row.payment_sequence}: {row.won} won given back of {row.amount_won}"


def returned_among(connection: Connection, vouchers: Collection[bytes]) -> dict[bytes, StoredRow]:
    """Return which of these vouchers were made of money that came back."""
    table = schema.returns
    found: dict[bytes, StoredRow] = {}
    for some in chunks(vouchers):
        rows = select(table).where(table.c.voucher.in_(some))
        found |= {row.voucher: row for row in connection.execute(rows)}
    return found


class ReturnCheck:
    """Checks returned vouchers one by one."""

    def __init__(self, connection: Connection, keys: Keys, *, ledger: str) -> None:
        self._connection = connection
        self._keys = keys
        self._ledger = ledger

    def check(self, made: StoredRow, voucher: StoredRow) -> Iterator[str | Posting]:
        """Check one; yield what is wrong with it and what it must have moved."""
        name = f"returned voucher {voucher.issuer}/{made.voucher[-16:].hex()}"
        try:
            slip = read_slip(made.request, ledger=self._ledger)
            if slip is not None:
                yield from self._check_slip(name, slip, made, voucher)
                return
            claimant = read_request(made.request, self._keys, ledger=self._ledger)
            holder_key = decode_holder_voucher(voucher.raw).claims.holder_key
        except MalformedError as error:
            yield f"{name}: {error.what}"
            return
        table = schema.return_parts
        mine = select(table).where(table.c.voucher == made.voucher)
        rows = self._connection.execute(mine.order_by(table.c.part)).all()
        parts = [_part_of(row) for row in rows]
        if (claimant.fresh_key, claimant.voucher.issuer, claimant.voucher.program) != (
            holder_key,
            voucher.issuer,
            voucher.program,
        ) or any(row.source != claimant.voucher.key for row in rows):
            yield f"{name}: not what its holder asked for"
        total_won = sum(part.amount_won for part in parts)
        if not parts or (total_won, made.amount_won) != (voucher.value_won, voucher.value_won):
            yield f"{name}: its parts do not add up to its value"
            return
        for part in parts:
            if not self._follows(part, claimant, made):
                yield f"{name}: {part.amount_won} won ({part.kind}) follow from nothing"
        yield from movement(parts, voucher_claim(decode_holder_voucher(voucher.raw)))

    def _check_slip(self, name: str, slip: Slip, made: StoredRow, voucher: StoredRow) -> Iterator[str | Posting]:
        """What was given out on a refund's receipt: all of it from granted refunds of that receipt, and no other."""
        table = schema.return_parts
        mine = select(table).where(table.c.voucher == made.voucher)
        rows = self._connection.execute(mine.order_by(table.c.part)).all()
        credits_ = {
            (credit.refund.terminal, credit.refund.sequence): credit
            for credit in credits_of(self._connection, slip.receipt)
            if credit.refund.returned_as == made.voucher
        }
        parts = [part_of(credit) for credit in credits_.values()]
        claimed = [(row.refund_terminal, row.refund_sequence, row.amount_won) for row in rows]
        granted = [(*place, credit.refund.amount_won) for place, credit in credits_.items()]
        if not rows or sorted(claimed) != sorted(granted):
            yield f"{name}: its parts follow from no refund on its receipt"
            return
        signed = decode_holder_voucher(voucher.raw)
        whose = {(credit.source.issuer, credit.source.program) for credit in credits_.values()}
        total_won = sum(part.amount_won for part in parts)
        if (
            whose != {(voucher.issuer, voucher.program)}
            or (total_won, made.amount_won) != (voucher.value_won, voucher.value_won)
            or signed.claims.holder_key != slip.fresh_key
        ):
            yield f"{name}: not what its receipt stands for"
        yield from movement(parts, voucher_claim(signed))

    def _follows(self, part: Part, claimant: Claimant, made: StoredRow) -> bool:
        match part.kind:
            case PartKind.REFUND:
                return claimant.payment is not None and self._is_granted(part, claimant, made)
            case PartKind.UNAPPROVED:
                return claimant.payment is not None and self._is_unapproved(part, claimant)
            case PartKind.REMAINDER:
                return claimant.payment is None and made.made_s >= claimant.not_after_s and self._is_left(claimant)

    def _is_granted(self, part: Part, claimant: Claimant, made: StoredRow) -> bool:
        assert claimant.payment is not None
        table = schema.refunds
        terminal, sequence = part.refund or ("", 0)
        row = self._connection.execute(
            select(table).where(table.c.terminal == terminal, table.c.sequence == sequence)
        ).one_or_none()
        return row is not None and (
            row.status,
            row.voucher,
            row.claims,
            row.amount_won,
            row.returned_as,
        ) == (
            OutcomeStatus.SETTLED,
            claimant.voucher.key,
            claims_digest(claimant.payment.claims),
            part.amount_won,
            made.voucher,
        )

    def _is_unapproved(self, part: Part, claimant: Claimant) -> bool:
        payment = claimant.payment
        assert payment is not None
        point = point_of(payment.claims)
        if (part.number, part.spent_before_won, part.amount_won) != (
            point.sequence,
            point.spent_before_won,
            point.amount_won,
        ):
            return False
        declined, nonces = schema.declined, schema.closed_nonces
        digest = claims_digest(payment.claims)
        places = [
            *self._connection.execute(
                select(declined.c.terminal, declined.c.sequence).where(
                    declined.c.voucher == claimant.voucher.key, declined.c.claims == digest
                )
            ),
            *self._connection.execute(
                select(nonces.c.terminal, nonces.c.sequence).where(nonces.c.nonce == (payment.claims.nonce or b""))
            ),
        ]
        return any(self._closes(row, claimant) for row in places)

    def _closes(self, place: StoredRow, claimant: Claimant) -> bool:
        entries, terminals = schema.entries, schema.terminals
        row = self._connection.execute(
            select(entries.c.raw, terminals.c.public_key)
            .join(terminals, terminals.c.terminal == entries.c.terminal)
            .where(entries.c.terminal == place.terminal, entries.c.sequence == place.sequence)
        ).one_or_none()
        if row is None or claimant.payment is None:
            return False
        try:
            entry = verify_entry(row.raw, row.public_key)
        except MalformedError:
            return False
        nonce = closures.closed_nonce(entry)
        if nonce is not None and nonce == claimant.payment.claims.nonce:
            return True
        kept = closures.declined_payment(entry)
        return kept is not None and claims_digest(kept.claims) == claims_digest(claimant.payment.claims)

    def _is_left(self, claimant: Claimant) -> bool:
        """Whether payments that settled and parts that went back unspent are together the voucher's value."""
        table, parts = schema.payments, schema.return_parts
        settled = select(func.coalesce(func.sum(table.c.amount_won), 0)).where(
            table.c.voucher == claimant.voucher.key, table.c.status == OutcomeStatus.SETTLED
        )
        unspent = select(func.coalesce(func.sum(parts.c.amount_won), 0)).where(
            parts.c.source == claimant.voucher.key, parts.c.kind != PartKind.REFUND
        )
        total_won = sum(int(self._connection.execute(rows).scalar_one()) for rows in (settled, unspent))
        return total_won == claimant.voucher.value_won


def check_unspent(connection: Connection, lines: Mapping[bytes, Sequence[StoredRow]]) -> Iterator[str]:
    """Check that nothing of a voucher both settled and went back."""
    given_back = returned_parts(connection, lines)
    for voucher, parts in given_back.items():
        for row in lines[voucher]:
            if row.status == OutcomeStatus.SETTLED and any(
                part.kind is PartKind.UNAPPROVED
                and part.spent_before_won < row.spent_before_won + row.amount_won
                and row.spent_before_won < part.spent_before_won + part.amount_won
                for part in parts
            ):
                yield f"{row.terminal} entry {row.sequence}: settled, and went back to its holder too"


def _part_of(row: StoredRow) -> Part:
    return Part(
        kind=PartKind(row.kind),
        amount_won=row.amount_won,
        refund=None if row.refund_terminal is None else (row.refund_terminal, row.refund_sequence),
        number=row.number,
        spent_before_won=row.spent_before_won,
    )


def _is_of_its_payment(connection: Connection, refund: StoredRow, payment_entry: bytes) -> bool:
    payments, entries = schema.payments, schema.entries
    mine = (payments.c.terminal == entries.c.terminal) & (payments.c.sequence == entries.c.sequence)
    row = connection.execute(
        select(payments, entries.c.hash)
        .join(entries, mine)
        .where(payments.c.terminal == refund.payment_terminal, payments.c.sequence == refund.payment_sequence)
    ).one_or_none()
    return row is not None and (row.hash, row.status, row.merchant, row.voucher, row.claims) == (
        payment_entry,
        OutcomeStatus.SETTLED,
        refund.merchant,
        refund.voucher,
        refund.claims,
    )
