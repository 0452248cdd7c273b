"""What goes back, and to the won."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.till.reasons import Refusal
from pos.till.receipt.tax import split_tax, total_of
from pos.till.refund import Refund, Refundable, Way, plan_refund, tax_between
from pos.voucher.bodies import TaxSplit

VOUCHER = Refundable(entry=b"v" * 32, sequence=1, way=Way.VOUCHER, amount_won=8_000)
CASH = Refundable(entry=b"c" * 32, sequence=2, way=Way.CASH, amount_won=4_000)
NOTE = Refundable(entry=b"n" * 32, sequence=3, way=Way.NOTE, amount_won=10_000)


def planned(*tenders: Refundable, amount_won: int | None = None, tax: TaxSplit | None = None) -> Refund:
    refund = plan_refund(tenders, amount_won=amount_won, tax=tax)
    assert isinstance(refund, Refund)
    return refund


def test_every_tender_goes_back_the_way_it_came() -> None:
    refund = planned(VOUCHER, CASH)

    assert (refund.amount_won, refund.won_by(Way.VOUCHER), refund.won_by(Way.CASH)) == (12_000, 8_000, 4_000)


def test_the_tender_taken_last_goes_back_first() -> None:
    refund = planned(VOUCHER, CASH, amount_won=5_000)

    assert [(part.tender.way, part.amount_won) for part in refund.parts] == [(Way.CASH, 4_000), (Way.VOUCHER, 1_000)]


@pytest.mark.parametrize(
    ("tenders", "amount_won", "refusal"),
    [
        ((VOUCHER,), 8_001, Refusal.REFUND_OVER),
        ((VOUCHER,), 0, Refusal.AMOUNT_ZERO),
        ((VOUCHER,), -1, Refusal.AMOUNT_ZERO),
        ((replace(VOUCHER, refunded_won=8_000),), None, Refusal.ALREADY_REFUNDED),
        ((replace(VOUCHER, refunded_won=3_000),), 5_001, Refusal.REFUND_OVER),
        ((replace(VOUCHER, is_conflict=True),), None, Refusal.PAYMENT_IN_CONFLICT),
        ((NOTE,), 5_000, Refusal.NOTE_IN_PART),
    ],
)
def test_what_may_not_go_back(tenders: tuple[Refundable, ...], amount_won: int | None, refusal: Refusal) -> None:
    assert plan_refund(tenders, amount_won=amount_won, tax=None) is refusal


def test_a_payment_under_review_does_not_hold_up_the_cash_beside_it() -> None:
    refund = planned(replace(VOUCHER, is_conflict=True), CASH, amount_won=4_000)

    assert refund.won_by(Way.CASH) == 4_000


@given(
    taxable_won=st.integers(0, 3_000_000),
    exempt_won=st.integers(0, 3_000_000),
    service_won=st.integers(0, 300_000),
    cuts=st.lists(st.integers(0, 1_000_000), max_size=6),
)
def test_refunds_add_up_to_the_sale_however_it_is_cut(
    taxable_won: int, exempt_won: int, service_won: int, cuts: list[int]
) -> None:
    tax = split_tax(taxable_won=taxable_won, exempt_won=exempt_won, service_won=service_won)
    total_won = total_of(tax)
    marks = sorted({0, total_won, *(cut * total_won // 1_000_000 for cut in cuts)})

    parts = [tax_between(tax, before, after) for before, after in itertools.pairwise(marks)]

    assert all(total_of(part) == after - before for part, before, after in zip(parts, marks, marks[1:], strict=False))
    for part in parts:
        assert min(part.taxable_won, part.vat_won, part.exempt_won, part.service_won) >= 0
    if parts:
        assert sum(part.vat_won for part in parts) == tax.vat_won
        assert sum(part.exempt_won for part in parts) == tax.exempt_won
        assert sum(part.service_won for part in parts) == tax.service_won


def test_notes_go_back_whole_against_the_change_that_was_given_on_them() -> None:
    tax = TaxSplit(taxable_won=9_000, vat_won=900, exempt_won=0, service_won=0)
    note = replace(NOTE, change_won=100)

    refund = plan_refund([note], amount_won=None, tax=tax)

    assert isinstance(refund, Refund)
    assert (refund.amount_won, refund.change_won, refund.sold_won) == (10_000, 100, 9_900)
    assert refund.tax == tax


def test_what_is_left_after_the_notes_is_the_rest_of_the_sale() -> None:
    tax = TaxSplit(taxable_won=16_200, vat_won=1_620, exempt_won=0, service_won=0)
    notes_back = replace(NOTE, refunded_won=10_000, change_won=180)

    refund = plan_refund([VOUCHER, notes_back], amount_won=None, tax=tax)

    assert isinstance(refund, Refund)
    assert (refund.amount_won, refund.change_won) == (8_000, 0)
    assert refund.tax == tax_between(tax, 9_820, 17_820)
