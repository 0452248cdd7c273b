"""What a merchant and the operator see of the books: today, waiting, deposits, conflicts, terminals. Reads only.

Rules: "today" is the day in Korea by the ledger's own decisions; what a till has not delivered yet cannot be known
here, so each terminal is shown with when it was last seen; nothing on these pages names a customer or a voucher.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from sqlalchemy import Connection, func, select

from pos.ledger import books, schema
from pos.ledger.books import Account, AccountKind
from pos.ledger.korea import KOREA, day_of
from pos.ledger.payouts import Payout, payouts_of
from pos.voucher.enrolment import check_code
from pos.voucher.outcomes import OutcomeStatus
from pos.voucher.signed import decode_certificate

MERCHANTS_MAX: Final = 500
CONFLICTS_MAX: Final = 50
CERTIFICATES_MAX: Final = 2_000
ENROLMENTS_MAX: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """So many payments over so much."""

    count: int
    amount_won: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenTerminal:
    """A terminal, and when it last called."""

    terminal: str
    entries: int
    seen_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenEnrolment:
    """A terminal that was installed, with the code that its screen and its paper show."""

    terminal: str
    merchant: str
    replaced: str
    """The terminal whose place it took; empty where it took nobody's."""
    check_code: str
    enrolled_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownConflict:
    """A payment of money that was spent already."""

    terminal: str
    sequence: int
    amount_won: int
    bearer: str
    found_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantDay:
    """One merchant's page."""

    merchant: str
    today: date
    settled: Sum
    refunded: Sum
    waiting: Sum
    """Delivered and not decided yet."""
    owed_won: int
    """Settled and not in a payout yet; below zero what the merchant owes."""
    payouts: tuple[Payout, ...]
    conflicts: tuple[ShownConflict, ...]
    terminals: tuple[SeenTerminal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantLine:
    """A merchant in the operator's list."""

    merchant: str
    terminals: int
    seen_s: int
    owed_won: int
    conflicts: int


def merchant_day(connection: Connection, merchant: str, *, now_s: int) -> MerchantDay:
    """Return one merchant's page."""
    today = day_of(now_s)
    since_s = int(datetime.combine(today, time(), KOREA).timestamp())
    payments, refunds = schema.payments, schema.refunds
    settled = select(func.count(), func.coalesce(func.sum(payments.c.amount_won), 0)).where(
        payments.c.merchant == merchant,
        payments.c.status == OutcomeStatus.SETTLED,
        payments.c.decided_s >= since_s,
    )
    waiting = select(func.count(), func.coalesce(func.sum(payments.c.amount_won), 0)).where(
        payments.c.merchant == merchant, payments.c.status == OutcomeStatus.PENDING
    )
    refunded = select(func.count(), func.coalesce(func.sum(refunds.c.amount_won), 0)).where(
        refunds.c.merchant == merchant, refunds.c.status == OutcomeStatus.SETTLED, refunds.c.tried_s >= since_s
    )
    sums = [
        Sum(count=row[0], amount_won=int(row[1]))
        for row in (connection.execute(rows).one() for rows in (settled, refunded, waiting))
    ]
    return MerchantDay(
        merchant=merchant,
        today=today,
        settled=sums[0],
        refunded=sums[1],
        waiting=sums[2],
        owed_won=-books.balance(connection, Account(kind=AccountKind.PAYABLE, owner=merchant)),
        payouts=payouts_of(connection, merchant),
        conflicts=_conflicts(connection, merchant),
        terminals=_terminals(connection, merchant),
    )


def merchant_lines(connection: Connection) -> tuple[MerchantLine, ...]:
    """Return the operator's list: all merchants with a terminal, those first that were seen last."""
    terminals, payments, table = schema.terminals, schema.payments, schema.conflicts
    seen = func.max(terminals.c.seen_s)
    rows = connection.execute(
        select(terminals.c.merchant, func.count(), seen)
        .group_by(terminals.c.merchant)
        .order_by(seen.desc(), terminals.c.merchant)
        .limit(MERCHANTS_MAX)
    ).all()
    mine = (payments.c.terminal == table.c.terminal) & (payments.c.sequence == table.c.sequence)
    found = connection.execute(
        select(payments.c.merchant, func.count()).join(table, mine).group_by(payments.c.merchant)
    ).all()
    conflicts: dict[str, int] = {row[0]: row[1] for row in found}
    return tuple(
        MerchantLine(
            merchant=row[0],
            terminals=row[1],
            seen_s=row[2],
            owed_won=-books.balance(connection, Account(kind=AccountKind.PAYABLE, owner=row[0])),
            conflicts=conflicts.get(row[0], 0),
        )
        for row in rows
    )


def enrolments(connection: Connection, *, ledger: str) -> tuple[SeenEnrolment, ...]:
    """Return the newest installations, so that whoever is on the telephone can compare the check code."""
    codes, places = schema.enrolments, schema.replacements
    rows = connection.execute(
        select(codes, places.c.replaces)
        .outerjoin(places, places.c.secret_hash == codes.c.secret_hash)
        .where(codes.c.public_key.is_not(None))
        .order_by(codes.c.expires_s.desc(), codes.c.terminal.desc())
        .limit(ENROLMENTS_MAX)
    )
    return tuple(
        SeenEnrolment(
            terminal=row.terminal,
            merchant=row.merchant,
            replaced=row.replaces or "",
            check_code=check_code(row.public_key, ledger=ledger),
            enrolled_s=decode_certificate(row.certificate).claims.issued_s,
        )
        for row in rows
    )


def certificates(connection: Connection, merchant: str | None) -> tuple[bytes, ...]:
    """Return terminals' certificates, of one merchant or of the first so many, for checking receipts."""
    terminals = schema.terminals
    rows = select(terminals.c.certificate).order_by(terminals.c.terminal).limit(CERTIFICATES_MAX)
    if merchant is not None:
        rows = rows.where(terminals.c.merchant == merchant)
    return tuple(connection.execute(rows).scalars())


def _conflicts(connection: Connection, merchant: str) -> tuple[ShownConflict, ...]:
    table, payments = schema.conflicts, schema.payments
    mine = (payments.c.terminal == table.c.terminal) & (payments.c.sequence == table.c.sequence)
    rows = (
        select(table.c.terminal, table.c.sequence, payments.c.amount_won, table.c.bearer, table.c.found_s)
        .join(payments, mine)
        .where(payments.c.merchant == merchant)
        .order_by(table.c.found_s.desc(), table.c.terminal, table.c.sequence)
        .limit(CONFLICTS_MAX)
    )
    return tuple(ShownConflict(**row._mapping) for row in connection.execute(rows))


def _terminals(connection: Connection, merchant: str) -> tuple[SeenTerminal, ...]:
    terminals = schema.terminals
    rows: Sequence[tuple[str, int, int]] = [
        (row.terminal, row.head_sequence, row.seen_s)
        for row in connection.execute(
            select(terminals).where(terminals.c.merchant == merchant).order_by(terminals.c.terminal)
        )
    ]
    return tuple(SeenTerminal(terminal=name, entries=entries, seen_s=seen_s) for name, entries, seen_s in rows)
