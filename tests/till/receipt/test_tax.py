"""One rounding rule, once a receipt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.till.receipt.tax import split_tax, total_of

amounts = st.integers(min_value=0, max_value=100_000_000)


@pytest.mark.parametrize(
    ("total_won", "vat_won"), [(1_000, 91), (1_004, 91), (5_000, 455), (10_000, 909), (11, 1), (5, 0), (6, 1), (0, 0)]
)
def test_vat_is_half_up(total_won: int, vat_won: int) -> None:
    assert split_tax(taxable_won=total_won, exempt_won=0).vat_won == vat_won


@given(taxable=amounts, exempt=amounts, service=amounts)
def test_the_parts_make_up_the_total_to_the_won(taxable: int, exempt: int, service: int) -> None:
    split = split_tax(taxable_won=taxable, exempt_won=exempt, service_won=service)

    assert total_of(split) == taxable + exempt + service
    assert min(split.taxable_won, split.vat_won) >= 0
    assert abs(split.vat_won * 11 - taxable) * 2 <= 11
