"""Value-added tax of one receipt: 10 % contained in taxable prices.

The law names no rounding rule. Ours is one and is applied once per receipt, on the taxable total, never per line:
VAT is an eleventh of it, half up, and supply + VAT + exempt + service is the total to the won.
"""

from typing import Final

from pos.voucher.bodies import TaxSplit

_ELEVENTHS: Final = 11


def split_tax(*, taxable_won: int, exempt_won: int, service_won: int = 0) -> TaxSplit:
    """Split a total made of taxable goods (VAT contained), exempt goods and an itemised service charge, each ≥ 0."""
    assert min(taxable_won, exempt_won, service_won) >= 0
    vat_won = (2 * taxable_won + _ELEVENTHS) // (2 * _ELEVENTHS)
    return TaxSplit(taxable_won=taxable_won - vat_won, vat_won=vat_won, exempt_won=exempt_won, service_won=service_won)


def total_of(split: TaxSplit) -> int:
    """Return the total that was split, in won."""
    return split.taxable_won + split.vat_won + split.exempt_won + split.service_won
