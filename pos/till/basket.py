"""What is sold in one sale: lines, their sum, and how it divides into taxable, exempt and service. Pure.

Rules:

- the same article at the same price is one line that counts up;
- the tax is worked out once, on the sum of the taxable lines (`receipt.tax`), so that supply + VAT + exempt + service
  is the total to the won.
"""

from dataclasses import replace
from typing import TypeAlias

from pos.money import AMOUNT_MAX_WON
from pos.till.reasons import Refusal
from pos.till.receipt.tax import split_tax
from pos.voucher.bodies import SoldItem, TaxClass, TaxSplit
from pos.voucher.body_fields import ITEM_QUANTITY_MAX, ITEMS_MAX

Basket: TypeAlias = tuple[SoldItem, ...]


def add(basket: Basket, item: SoldItem) -> Basket | Refusal:
    """The basket with one item more."""
    place = next((place for place, line in enumerate(basket) if _is_same(line, item)), None)
    if place is None:
        grown = (*basket, item)
    else:
        counted = replace(basket[place], quantity=basket[place].quantity + item.quantity)
        grown = (*basket[:place], *basket[place + 1 :], counted)
    if len(grown) > ITEMS_MAX or grown[-1].quantity > ITEM_QUANTITY_MAX:
        return Refusal.TOO_MANY_ITEMS
    return Refusal.AMOUNT_TOO_LARGE if total_of(grown) > AMOUNT_MAX_WON else grown


def take_back(basket: Basket) -> Basket:
    """The basket without one of the article that was added last."""
    if not basket:
        return basket
    *rest, last = basket
    return (*rest, replace(last, quantity=last.quantity - 1)) if last.quantity > 1 else tuple(rest)


def total_of(basket: Basket) -> int:
    """What the basket costs, in won."""
    return sum(line.amount_won for line in basket)


def split_of(basket: Basket) -> TaxSplit:
    """The tax of the whole basket."""
    sums = {kind: sum(line.amount_won for line in basket if line.tax is kind) for kind in TaxClass}
    return split_tax(
        taxable_won=sums[TaxClass.TAXABLE],
        exempt_won=sums[TaxClass.EXEMPT],
        service_won=sums[TaxClass.SERVICE],
    )


def _is_same(line: SoldItem, item: SoldItem) -> bool:
    return replace(line, quantity=item.quantity) == item
