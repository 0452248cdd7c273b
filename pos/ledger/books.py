"""Double entry: where every won is, at every moment.

Rules:

- a posting is a set of lines that sum to zero; one that does not is refused when it is made, so none can be stored;
- a debit is positive, a credit negative; amounts are whole won and no line is zero;
- a posting has a kind and a reference (which entry, which voucher) and is stored at most once for both;
- stored lines are never changed or removed; a correction is another posting.

Accounts, with the sign that their balance normally has:

    funds:{issuer}        +   money the municipality put behind its vouchers
    circulation:{issuer}  −   owed to holders, not set aside (vouchers issued and returned)
    held:{issuer}         −   set aside for the offline payments of living vouchers
    payable:{merchant}    −   owed to the merchant for settled payments; above zero what the merchant owes for refunds
    credit:{issuer}       −   given back by merchants, waiting for the holder to fetch it as a new voucher
    partner:{partner}     +   taken by a partner for online payments, and owed by it to the ledger
    clearing:{ledger}     −   paid online and not yet a shop's; above zero what others than partners took for it
    suspense:{issuer}     +   claimed twice: what the conflicts of an issuer's vouchers are about, until reviewed
    disputed:{merchant}   −   the merchant's side of those conflicts that the programme leaves with the merchant
    settlement:{merchant} −   paid out to the merchant's bank

What is posted when is decided in `pos.ledger.intake`; `pos.ledger.audit` derives all of it again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, func, select

from pos.errors import PosError
from pos.ledger import schema
from pos.ledger.dialect import insert_rows


class UnbalancedError(PosError):
    """A posting that does not add up, or moves nothing."""


class AccountKind(StrEnum):
    """The first part of an account's name, persisted."""

    FUNDS = "funds"
    CIRCULATION = "circulation"
    HELD = "held"
    PAYABLE = "payable"
    CLEARING = "clearing"
    SUSPENSE = "suspense"
    DISPUTED = "disputed"
    CREDIT = "credit"
    SETTLEMENT = "settlement"
    PARTNER = "partner"


class PostingKind(StrEnum):
    """Why money moved, persisted."""

    ISSUE = "issue"
    HOLD = "hold"
    PAYMENT = "payment"
    ONLINE = "online"
    CONFLICT = "conflict"
    SETTLEMENT = "settlement"
    REFUND = "refund"
    RETURN = "return"
    TAKEN = "taken"
    GIVEN_BACK = "given_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    kind: AccountKind
    owner: str
    """Issuer, merchant or ledger id."""

    def __str__(self) -> str:
        return self.kind + ":" + self.owner


@dataclass(frozen=True, slots=True)
class Line:
    account: Account
    amount_won: int
    """Debit above zero, credit below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One movement of money; UnbalancedError unless its lines sum to zero."""

    kind: PostingKind
    reference: str
    lines: tuple[Line, ...]

    def __post_init__(self) -> None:
        amounts = [line.amount_won for line in self.lines]
        if {type(amount) for amount in amounts} != {int} and amounts:
            raise UnbalancedError(f"{self.kind} {self.reference}: an amount is not whole won")
        if len(amounts) < 2 or 0 in amounts:
            raise UnbalancedError(f"{self.kind} {self.reference}: moves nothing")
        if sum(amounts) != 0:
            raise UnbalancedError(f"{self.kind} {self.reference}: {sum(amounts)} won left over")


def issued(*, reference: str, issuer: str, value_won: int) -> tuple[Posting, Posting]:
    """A voucher comes to life: the issuer owes its value, and all of it is set aside for offline payment."""
    funds, circulation, held = (
        Account(kind=kind, owner=issuer) for kind in (AccountKind.FUNDS, AccountKind.CIRCULATION, AccountKind.HELD)
    )
    return (
        _move(PostingKind.ISSUE, reference, debit=funds, credit=circulation, amount_won=value_won),
        _move(PostingKind.HOLD, reference, debit=circulation, credit=held, amount_won=value_won),
    )


def paid(*, reference: str, issuer: str, merchant: str, amount_won: int) -> Posting:
    """A payment settled: what was set aside is now owed to the merchant."""
    held = Account(kind=AccountKind.HELD, owner=issuer)
    payable = Account(kind=AccountKind.PAYABLE, owner=merchant)
    return _move(PostingKind.PAYMENT, reference, debit=held, credit=payable, amount_won=amount_won)


def paid_online(*, reference: str, ledger: str, merchant: str, amount_won: int) -> Posting:
    """A payment that the phone made online, accepted by its confirmation."""
    clearing = Account(kind=AccountKind.CLEARING, owner=ledger)
    payable = Account(kind=AccountKind.PAYABLE, owner=merchant)
    return _move(PostingKind.ONLINE, reference, debit=clearing, credit=payable, amount_won=amount_won)


def taken_online(*, reference: str, partner: str, ledger: str, amount_won: int) -> Posting:
    """A partner took a customer's money for a shop: it is set aside until the shop has the payment."""
    owed = Account(kind=AccountKind.PARTNER, owner=partner)
    clearing = Account(kind=AccountKind.CLEARING, owner=ledger)
    return _move(PostingKind.TAKEN, reference, debit=owed, credit=clearing, amount_won=amount_won)


def given_back_online(*, reference: str, partner: str, ledger: str, amount_won: int) -> Posting:
    """The shop did not have the payment: the partner gives the customer the money back."""
    owed = Account(kind=AccountKind.PARTNER, owner=partner)
    clearing = Account(kind=AccountKind.CLEARING, owner=ledger)
    return _move(PostingKind.GIVEN_BACK, reference, debit=clearing, credit=owed, amount_won=amount_won)


def disputed(*, reference: str, issuer: str, merchant: str, amount_won: int) -> Posting:
    """A second payment from the same money: nobody is paid and nothing is forgotten until the review."""
    suspense = Account(kind=AccountKind.SUSPENSE, owner=issuer)
    claim = Account(kind=AccountKind.DISPUTED, owner=merchant)
    return _move(PostingKind.CONFLICT, reference, debit=suspense, credit=claim, amount_won=amount_won)


def borne_by_issuer(*, reference: str, issuer: str, merchant: str, amount_won: int) -> Posting:
    """A second payment from the same money in a programme whose issuer bears it: the merchant is paid all the same."""
    suspense = Account(kind=AccountKind.SUSPENSE, owner=issuer)
    payable = Account(kind=AccountKind.PAYABLE, owner=merchant)
    return _move(PostingKind.CONFLICT, reference, debit=suspense, credit=payable, amount_won=amount_won)


def refunded(*, reference: str, owner: str, merchant: str, amount_won: int) -> Posting:
    """A merchant gives a payment back, in whole or in part: it is owed to the holder again."""
    payable = Account(kind=AccountKind.PAYABLE, owner=merchant)
    credit = Account(kind=AccountKind.CREDIT, owner=owner)
    return _move(PostingKind.REFUND, reference, debit=payable, credit=credit, amount_won=amount_won)


def returned(
    *, reference: str, issuer: str, credit_won: int, held_won: int, owner: str | None = None
) -> tuple[Posting, Posting]:
    """A new voucher over refunds and over what was held and paid to nobody, set aside like any other.

    `owner` is who owed the refunds, where that is not the issuer.
    """
    credit = Account(kind=AccountKind.CREDIT, owner=owner or issuer)
    held, circulation = (Account(kind=kind, owner=issuer) for kind in (AccountKind.HELD, AccountKind.CIRCULATION))
    total_won = credit_won + held_won
    sources = (Line(credit, credit_won), Line(held, held_won))
    lines = (*(line for line in sources if line.amount_won), Line(circulation, -total_won))
    return (
        Posting(kind=PostingKind.RETURN, reference=reference, lines=lines),
        _move(PostingKind.HOLD, reference, debit=circulation, credit=held, amount_won=total_won),
    )


def paid_out(*, reference: str, merchant: str, amount_won: int) -> Posting:
    """The merchant's bank was paid."""
    payable = Account(kind=AccountKind.PAYABLE, owner=merchant)
    bank = Account(kind=AccountKind.SETTLEMENT, owner=merchant)
    return _move(PostingKind.SETTLEMENT, reference, debit=payable, credit=bank, amount_won=amount_won)


def post(connection: Connection, postings: Iterable[Posting]) -> None:
    """Store postings; a kind and reference that is stored already is refused by the database."""
    rows = [
        {
            "kind": posting.kind,
            "reference": posting.reference,
            "line": number,
            "account": str(line.account),
            "amount_won": line.amount_won,
        }
        for posting in postings
        for number, line in enumerate(posting.lines)
    ]
    if rows:
        insert_rows(connection, schema.postings, rows)


def balance(connection: Connection, account: Account) -> int:
    """Return an account's balance in won, credits negative."""
    total = select(func.coalesce(func.sum(schema.postings.c.amount_won), 0))
    return int(connection.execute(total.where(schema.postings.c.account == str(account))).scalar_one())


def totals(lines: Iterable[Line]) -> Sequence[tuple[str, int]]:
    """Sum lines by account, zero balances left out, in the accounts' order."""
    sums: dict[str, int] = {}
    for line in lines:
        sums[str(line.account)] = sums.get(str(line.account), 0) + line.amount_won
    return tuple((account, amount) for account, amount in sorted(sums.items()) if amount)


def _move(kind: PostingKind, reference: str, *, debit: Account, credit: Account, amount_won: int) -> Posting:
    lines = (Line(debit, amount_won), Line(credit, -amount_won))
    return Posting(kind=kind, reference=reference, lines=lines)
