"""Paying merchants out: what is owed for settled payments, in one posting, once.

Rules:

- a payout takes the whole balance of that moment; it is numbered per merchant, and the number is what keeps two
  operators who press the button at once from paying twice;
- the merchant's terminals are told: what it is made of, and when the bank should have it (two working days later;
  public holidays are not known here), and once more when the operator has confirmed the deposit;
- days are those of Korea, by the time at which payments were decided.

Moving the money itself is the bank's side, outside.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Connection, func, insert, select, update

from pos.ledger import books, inbox, schema
from pos.ledger.books import Account, AccountKind
from pos.ledger.database import Database
from pos.ledger.korea import day_of
from pos.voucher.keys import SigningKey
from pos.voucher.message_bodies import SettlementState, SettlementTold
from pos.voucher.outcomes import OutcomeStatus

DEPOSIT_WORKING_DAYS: Final = 2
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Payout:
    """One payout to a merchant."""

    merchant: str
    number: int
    amount_won: int
    first_day: date
    last_day: date
    deposit_on: date
    payments: int
    deducted_won: int
    state: SettlementState

    def told(self) -> SettlementTold:
        return SettlementTold(
            number=self.number,
            state=self.state,
            first_day=self.first_day,
            last_day=self.last_day,
            deposit_on=self.deposit_on,
            amount_won=self.amount_won,
            payments=self.payments,
            deducted_won=self.deducted_won or None,
        )


def pay_out(database: Database, merchant: str, *, message_key: SigningKey, now_s: int) -> Payout | None:
    """Pay out everything that is owed to a merchant and tell its terminals; None where nothing was owed."""
    return database.write(lambda connection: _pay_out(connection, merchant, key=message_key, now_s=now_s))


def confirm(database: Database, merchant: str, number: int, *, message_key: SigningKey, now_s: int) -> Payout | None:
    """Note that the bank has the money, and tell the terminals; None if there is no such payout, or it was noted."""
    return database.write(lambda connection: _confirm(connection, merchant, number, key=message_key, now_s=now_s))


def owed_merchants(connection: Connection) -> tuple[str, ...]:
    """Return the merchants to whom something is owed."""
    table = schema.postings
    prefix = f"{AccountKind.PAYABLE}:"
    rows = (
        select(table.c.account)
        .where(table.c.account.startswith(prefix))
        .group_by(table.c.account)
        .having(func.sum(table.c.amount_won) < 0)
        .order_by(table.c.account)
    )
    return tuple(account.removeprefix(prefix) for account in connection.execute(rows).scalars())


def payouts_of(connection: Connection, merchant: str, *, payouts_max: int = 30) -> tuple[Payout, ...]:
    """Return a merchant's payouts, the newest first."""
    table = schema.payouts
    rows = select(table).where(table.c.merchant == merchant).order_by(table.c.number.desc()).limit(payouts_max)
    return tuple(
        Payout(
            merchant=row.merchant,
            number=row.number,
            amount_won=row.amount_won,
            first_day=date.fromisoformat(row.first_day),
            last_day=date.fromisoformat(row.last_day),
            deposit_on=date.fromisoformat(row.deposit_on),
            payments=row.payments,
            deducted_won=row.deducted_won,
            state=SettlementState(row.state),
        )
        for row in connection.execute(rows)
    )


def deposit_day(paid_on: date) -> date:
    """The day on which the bank should have it."""
    day, left = paid_on, DEPOSIT_WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < _SATURDAY
    return day


def _pay_out(connection: Connection, merchant: str, *, key: SigningKey, now_s: int) -> Payout | None:
    owed_won = -books.balance(connection, Account(kind=AccountKind.PAYABLE, owner=merchant))
    if owed_won <= 0:
        return None
    table = schema.settlements
    last = connection.execute(
        select(func.coalesce(func.max(table.c.number), 0), func.coalesce(func.max(table.c.paid_s), 0)).where(
            table.c.merchant == merchant
        )
    ).one()
    number, since_s = 1 + last[0], last[1]
    row = {"merchant": merchant, "number": number, "amount_won": owed_won, "paid_s": now_s}
    connection.execute(insert(table), row)
    books.post(connection, [books.paid_out(reference=f"{merchant}/{number}", merchant=merchant, amount_won=owed_won)])
    payout = _described(connection, merchant, number, owed_won, since_s=since_s, now_s=now_s)
    _tell(connection, payout, key=key, now_s=now_s)
    return payout


def _described(
    connection: Connection, merchant: str, number: int, amount_won: int, *, since_s: int, now_s: int
) -> Payout:
    table = schema.payments
    counted = connection.execute(
        select(func.count(), func.min(table.c.decided_s), func.coalesce(func.sum(table.c.amount_won), 0)).where(
            table.c.merchant == merchant, table.c.status == OutcomeStatus.SETTLED, table.c.decided_s > since_s
        )
    ).one()
    today = day_of(now_s)
    payout = Payout(
        merchant=merchant,
        number=number,
        amount_won=amount_won,
        first_day=today if counted[1] is None else day_of(counted[1]),
        last_day=today,
        deposit_on=deposit_day(today),
        payments=counted[0],
        deducted_won=max(int(counted[2]) - amount_won, 0),
        state=SettlementState.EXPECTED,
    )
    row = {
        "merchant": merchant,
        "number": number,
        "amount_won": amount_won,
        "first_day": payout.first_day.isoformat(),
        "last_day": payout.last_day.isoformat(),
        "deposit_on": payout.deposit_on.isoformat(),
        "payments": payout.payments,
        "deducted_won": payout.deducted_won,
        "state": payout.state,
    }
    connection.execute(insert(schema.payouts), row)
    return payout


def _confirm(connection: Connection, merchant: str, number: int, *, key: SigningKey, now_s: int) -> Payout | None:
    table = schema.payouts
    mine = (table.c.merchant == merchant, table.c.number == number, table.c.state == SettlementState.EXPECTED)
    if connection.execute(update(table).where(*mine).values(state=SettlementState.PAID)).rowcount != 1:
        return None
    (payout,) = (payout for payout in payouts_of(connection, merchant, payouts_max=number) if payout.number == number)
    _tell(connection, payout, key=key, now_s=now_s)
    return payout


def _tell(connection: Connection, payout: Payout, *, key: SigningKey, now_s: int) -> None:
    terminals = schema.terminals
    rows: Sequence[str] = (
        connection.execute(
            select(terminals.c.terminal).where(terminals.c.merchant == payout.merchant).order_by(terminals.c.terminal)
        )
        .scalars()
        .all()
    )
    for terminal in rows:
        inbox.send(connection, terminal, [inbox.draft_of(payout.told())], now_s=now_s, key=key)
