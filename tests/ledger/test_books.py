"""Double entry: what does not add up cannot even be made, and what adds up stays added up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.ledger import books
from pos.ledger.books import Account, AccountKind, Line, Posting, PostingKind, UnbalancedError
from pos.ledger.database import Database, LedgerStoreError

MERCHANT = Account(kind=AccountKind.PAYABLE, owner="m-bakery")
HELD = Account(kind=AccountKind.HELD, owner="41390")

accounts = st.builds(
    Account, kind=st.sampled_from(AccountKind), owner=st.sampled_from(["41390", "m-bakery", "sandbox"])
)
amounts = st.integers(1, 100_000_000)


def a_posting(*lines: Line) -> Posting:
    return Posting(kind=PostingKind.PAYMENT, reference="t-1/1", lines=lines)


@given(st.lists(st.builds(Line, accounts, st.integers(-(10**8), 10**8).filter(bool)), min_size=2, max_size=6))
def test_a_posting_exists_if_and_only_if_it_adds_up(lines: list[Line]) -> None:
    if sum(line.amount_won for line in lines) == 0:
        assert a_posting(*lines).lines == tuple(lines)
    else:
        with pytest.raises(UnbalancedError):
            a_posting(*lines)


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (Line(HELD, 0), Line(MERCHANT, 0)),
        (Line(HELD, 1.5), Line(MERCHANT, -1.5)),  # type: ignore[arg-type]
        (Line(HELD, True), Line(MERCHANT, -1)),
    ],
)
def test_empty_postings_and_floats_are_refused(lines: tuple[Line, ...]) -> None:
    with pytest.raises(UnbalancedError):
        a_posting(*lines)


@given(st.lists(amounts, min_size=1, max_size=20), st.data())
def test_whatever_happens_to_a_voucher_the_books_sum_to_zero(values: list[int], data: st.DataObject) -> None:
    postings: list[Posting] = []
    for number, value in enumerate(values):
        reference = str(number)
        postings += books.issued(reference=reference, issuer="41390", value_won=value)
        paid = data.draw(st.integers(1, value))
        make = data.draw(st.sampled_from([books.paid, books.disputed]))
        postings.append(make(reference=reference, issuer="41390", merchant="m-bakery", amount_won=paid))
        if make is books.paid:
            postings.append(books.paid_out(reference=reference, merchant="m-bakery", amount_won=paid))

    totals = dict(books.totals(line for posting in postings for line in posting.lines))

    assert sum(totals.values()) == 0
    assert totals["funds:41390"] == sum(values)
    assert "payable:m-bakery" not in totals
    assert totals.get("suspense:41390", 0) == -totals.get("disputed:m-bakery", 0)
    assert totals.get("held:41390", 0) - totals.get("settlement:m-bakery", 0) * -1 == -sum(values)


def test_balances_are_what_was_posted(database: Database) -> None:
    issue = books.issued(reference="v1", issuer="41390", value_won=50_000)
    payment = books.paid(reference="t-1/7", issuer="41390", merchant="m-bakery", amount_won=12_000)

    database.write(lambda connection: books.post(connection, [*issue, payment]))

    assert database.read(lambda connection: books.balance(connection, MERCHANT)) == -12_000
    assert database.read(lambda connection: books.balance(connection, HELD)) == -38_000


def test_the_same_movement_is_never_posted_twice(database: Database) -> None:
    payment = books.paid(reference="t-1/7", issuer="41390", merchant="m-bakery", amount_won=12_000)
    database.write(lambda connection: books.post(connection, [payment]))

    with pytest.raises(LedgerStoreError):
        database.write(lambda connection: books.post(connection, [payment]))

    assert database.read(lambda connection: books.balance(connection, MERCHANT)) == -12_000
