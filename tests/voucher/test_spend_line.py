"""The spend line: no till approves more than the value, and honest holders prove nothing against themselves."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pos.voucher.claims import Payment
from pos.voucher.spend_line import LinePoint, extends, point_of, proves_double_signing
from tests.support.voucher_builders import MERCHANT, NOW_S, a_payment

VALUE_WON = 1_000


def _point(sequence: int, spent_before_won: int, amount_won: int) -> LinePoint:
    return LinePoint(sequence=sequence, spent_before_won=spent_before_won, amount_won=amount_won)


POINTS = st.builds(_point, st.integers(1, 12), st.integers(0, 1_200), st.integers(1, 600))


def _payment(sequence: int, spent_before_won: int, amount_won: int, *, issued_s: int = NOW_S) -> Payment:
    return a_payment(
        sequence=sequence, spent_before_won=spent_before_won, amount_won=amount_won, issued_s=issued_s
    ).claims


@given(st.lists(POINTS, max_size=40))
@settings(deadline=None)
def test_whatever_is_presented_a_till_never_approves_more_than_the_value(presented: list[LinePoint]):
    highest: LinePoint | None = None
    approved_won = 0
    for payment in presented:
        if extends(highest, payment, VALUE_WON):
            highest = payment
            approved_won += payment.amount_won

    assert approved_won <= VALUE_WON


@given(st.lists(st.tuples(st.integers(1, 400), st.booleans()), max_size=12))
@settings(deadline=None)
def test_an_honest_wallet_is_accepted_at_any_till_until_its_value_is_spent(purchases: list[tuple[int, bool]]):
    """Some payments go to this till, some elsewhere; the wallet counts all of them."""
    highest: LinePoint | None = None
    spent_won = 0
    for sequence, (amount_won, is_here) in enumerate(purchases, start=1):
        payment = _point(sequence, spent_won, amount_won)
        fits = spent_won + amount_won <= VALUE_WON
        assert extends(highest, payment, VALUE_WON) is fits
        if not fits:
            return
        spent_won += amount_won
        if is_here:
            highest = payment


@given(st.lists(st.integers(1, 50), min_size=2, max_size=10))
@settings(deadline=None, max_examples=30)
def test_an_honest_wallet_never_proves_double_signing(amounts_won: list[int]):
    payments, spent_won = [], 0
    for sequence, amount_won in enumerate(amounts_won, start=1):
        payments.append(_payment(sequence, spent_won, amount_won))
        spent_won += amount_won

    assert not any(proves_double_signing(first, second) for first in payments for second in payments)


def test_two_signatures_over_equal_claims_prove_nothing():
    assert not proves_double_signing(_payment(3, 20, 5), _payment(3, 20, 5))


def test_one_sequence_used_twice_proves_double_signing_even_for_one_amount():
    assert proves_double_signing(_payment(3, 20, 5), _payment(3, 20, 5, issued_s=NOW_S + 1))
    bound = a_payment(sequence=3, spent_before_won=20, amount_won=5, issued_s=NOW_S, merchant=MERCHANT).claims
    assert proves_double_signing(_payment(3, 20, 5), bound)


def test_overlapping_sums_prove_double_signing():
    assert proves_double_signing(_payment(3, 20, 5), _payment(4, 24, 5))
    assert not proves_double_signing(_payment(3, 20, 5), _payment(4, 25, 5))


def test_sums_that_run_against_their_sequences_prove_double_signing():
    assert proves_double_signing(_payment(3, 20, 5), _payment(4, 10, 5))


def test_it_does_not_matter_which_payment_is_named_first():
    for other in (_payment(3, 21, 5), _payment(4, 24, 5), _payment(4, 10, 5), _payment(4, 25, 5)):
        first = _payment(3, 20, 5)
        assert proves_double_signing(first, other) is proves_double_signing(other, first)


@given(POINTS, POINTS)
@settings(deadline=None)
def test_of_two_payments_that_both_fit_the_line_in_either_order_none_is_a_contradiction(
    first: LinePoint, second: LinePoint
):
    lower, upper = sorted((first, second), key=lambda point: point.sequence)
    can_exist = all(
        at.spent_before_won >= at.sequence - 1 and (at.sequence > 1 or at.spent_before_won == 0)
        for at in (lower, upper)
    )
    if can_exist and extends(lower, upper, 10_000):
        payments = [_payment(at.sequence, at.spent_before_won, at.amount_won) for at in (lower, upper)]
        assert not proves_double_signing(*payments)


def test_the_point_of_a_payment_is_what_it_says():
    assert point_of(_payment(3, 20, 5)) == _point(3, 20, 5)
    assert _point(3, 20, 5).spent_after_won == 25
