"""Paying merchants out: what is owed for settled payments, in one posting, once.

Rules: a payout takes the whole balance of that moment; it is numbered per merchant, and the number is what keeps two
operators who press the button at once from paying twice. Moving the money itself is the bank's side, outside.
"""

from sqlalchemy import Connection, func, insert, select

from pos.ledger import books, schema
from pos.ledger.books import Account, AccountKind
from pos.ledger.database import Database


def pay_out(database: Database, merchant: str, *, now_s: int) -> int:
    """Record that everything owed to a merchant is paid; return the amount in won, 0 where nothing was owed."""
    return database.write(lambda connection: _pay_out(connection, merchant, now_s=now_s))


def _pay_out(connection: Connection, merchant: str, *, now_s: int) -> int:
    owed_won = -books.balance(connection, Account(kind=AccountKind.PAYABLE, owner=merchant))
    if owed_won <= 0:
        return 0
    table = schema.settlements
    last = select(func.coalesce(func.max(table.c.number), 0)).where(table.c.merchant == merchant)
    number = 1 + connection.execute(last).scalar_one()
    row = {"merchant": merchant, "number": number, "amount_won": owed_won, "paid_s": now_s}
    connection.execute(insert(table), row)
    books.post(connection, [books.paid_out(reference=f"{merchant}/{number}", merchant=merchant, amount_won=owed_won)])
    return owed_won
