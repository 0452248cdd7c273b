"""Selling by name: quick keys and barcodes before the camera. The catalogue they come from is `catalogue_desk`'s.

Rules:

- items are put in and taken out while nothing is paid; what is paid is paid for these items;
- a barcode that the catalogue does not know is no payment either: it is said, and nothing is recorded.
"""

from dataclasses import replace
from typing import Final, assert_never

from pos.core.catalogue_desk import CatalogueDesk
from pos.core.counter import Counter
from pos.core.sale import Sale
from pos.link.calls import (
    AddItem,
    Done,
    ItemCall,
    ListQuickKeys,
    QuickKey,
    QuickKeyPage,
    Refused,
    TakeItemBack,
)
from pos.text import safe_text
from pos.till import basket
from pos.till.catalogue import Article, Catalogue, has_check_digit
from pos.till.reasons import Refusal
from pos.voucher.bodies import SoldItem, TaxClass

_GTIN_LENGTHS: Final = (8, 12, 13, 14)
_EAN13: Final = 13


class Items:
    """The articles of one shop and the basket of its open sale."""

    def __init__(self, *, counter: Counter, catalogue: CatalogueDesk) -> None:
        self._counter = counter
        self._desk = catalogue

    @property
    def _catalogue(self) -> Catalogue:
        return self._desk.in_use

    @property
    def has_articles(self) -> bool:
        return bool(self._catalogue.articles)

    @property
    def wants_barcodes(self) -> bool:
        """Whether the camera should look for goods: the shop sells by name, and nothing else is being paid for."""
        sale = self._counter.sale
        is_choosing = sale is None or (bool(sale.items) and not sale.tenders and sale.request is None)
        return self.has_articles and is_choosing

    def answer(self, call: ItemCall) -> QuickKeyPage | Done | Refused:
        match call:
            case ListQuickKeys():
                return QuickKeyPage(keys=tuple(_quick_key(item) for _, item in sorted(self._catalogue.by_key.items())))
            case AddItem():
                return self._add(call)
            case TakeItemBack():
                return self._take_back()
            case _:
                assert_never(call)

    def take_barcode(self, text: str) -> bool:
        """Put what was scanned into the basket; False where the text is no barcode of goods."""
        is_goods = text.isascii() and text.isdigit() and len(text) in _GTIN_LENGTHS and has_check_digit(text)
        if self._article_of(text) is None and not is_goods:
            return False
        answer = self._add(AddItem(barcode=text))
        if isinstance(answer, Refused):
            self._counter.say(Refusal(answer.cause))
        return True

    def take_seen(self, text: str) -> None:
        """Put what the camera took for a barcode of goods into the basket, unless something else goes on."""
        if self.wants_barcodes:
            self.take_barcode(text)

    def _add(self, call: AddItem) -> Done | Refused:
        if call.is_again:
            return self._add_again()
        article = self._article_of(call.barcode) if call.barcode else self._catalogue.by_key.get(call.key)
        if article is None:
            return Refused(cause=Refusal.NOT_IN_CATALOGUE)
        price_won = call.price_won or article.price_won
        if price_won is None:
            return Refused(cause=Refusal.PRICE_NEEDED)
        open_sale = self._counter.sale
        sale = open_sale if open_sale is not None and (open_sale.items or open_sale.tenders) else Sale.begin(None)
        grown = basket.add(sale.items, article.sold(price_won))
        return Refused(cause=grown) if isinstance(grown, Refusal) else self._put(sale, grown)

    def _add_again(self) -> Done | Refused:
        """One more of what was added last, at the same price."""
        sale = self._counter.sale
        if sale is None or not sale.items:
            return Refused(cause=Refusal.NOTHING_TO_TAKE_BACK)
        grown = basket.add(sale.items, replace(sale.items[-1], quantity=1))
        return Refused(cause=grown) if isinstance(grown, Refusal) else self._put(sale, grown)

    def _article_of(self, barcode: str) -> Article | None:
        """The article of a barcode. Twelve digits and the same with a zero in front are one number (GS1, UPC-A)."""
        known = self._catalogue.by_barcode
        other = barcode[1:] if len(barcode) == _EAN13 and barcode[0] == "0" else f"0{barcode}"
        return known.get(barcode) or (known.get(other) if len(barcode) in (_EAN13 - 1, _EAN13) else None)

    def _take_back(self) -> Done | Refused:
        sale = self._counter.sale
        if sale is None or not sale.items:
            return Refused(cause=Refusal.NOTHING_TO_TAKE_BACK)
        left = basket.take_back(sale.items)
        return self._put(sale, left) if left else self._counter.cancel()

    def _put(self, sale: Sale, items: tuple[SoldItem, ...]) -> Done | Refused:
        if sale.tenders:
            return Refused(cause=Refusal.SALE_HAS_TENDERS)
        self._counter.make_way()
        self._counter.put(sale.without_request().with_items(items))
        return Done()


def _quick_key(article: Article) -> QuickKey:
    return QuickKey(
        key=article.key or 0,
        name=safe_text(article.name),
        price_won=article.price_won or 0,
        is_exempt=article.tax is TaxClass.EXEMPT,
    )
