"""The shop's articles: read from a CSV file that a shopkeeper keeps, with an error for each line that is wrong. Pure.

    barcode,name,price,tax,key
    8801234567893,Milk bread,4500,taxable,1
    ,Beef by weight,,exempt,2

Rules:

- the first line names the columns, in any order and in any language that is passed in; `name` and `tax` are required;
- an article without a price is sold by typed amount; a key from 1 to 9 lays it on a quick key;
- a barcode of 8, 12, 13 or 14 digits has its check digit checked (GS1); a shop's own numbers are up to 20 characters;
- nothing of a file with a wrong line is used.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from pos.money import AMOUNT_MAX_WON
from pos.voucher.bodies import SoldItem, TaxClass
from pos.voucher.body_fields import ITEM_CODE_BYTES_MAX, ITEM_NAME_BYTES_MAX
from pos.voucher.fields import is_clean_text

CATALOGUE_FILE: Final = "catalogue.csv"
"""What the file is called on a memory stick and in the till."""
CATALOGUE_BYTES_MAX: Final = 4 * 1024 * 1024
ARTICLES_MAX: Final = 20_000
KEYS: Final = 9
PROBLEMS_MAX: Final = 50
"""Nobody reads on after fifty; the rest of the file is not looked at."""
TEXT_MAX: Final = 40
"""As much is said of what stands in a wrong place."""
_GS1_LENGTHS: Final = (8, 12, 13, 14)
_PRICE_DIGITS_MAX: Final = 12
_SHORTENED: Final = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]{1,2}")
"""What a spreadsheet makes of a long number in a narrow column."""


class Column(StrEnum):
    """What a column holds."""

    BARCODE = "barcode"
    NAME = "name"
    PRICE = "price"
    TAX = "tax"
    KEY = "key"


class ProblemKind(StrEnum):
    """What is wrong with a line of the file."""

    NOT_TEXT = "not_text"
    """Saved in a form that is no CSV."""
    TOO_LARGE = "too_large"
    NO_HEAD = "no_head"
    UNKNOWN_COLUMN = "unknown_column"
    COLUMN_MISSING = "column_missing"
    COLUMN_TWICE = "column_twice"
    FIELDS = "fields"
    NAME_MISSING = "name_missing"
    NAME_TOO_LONG = "name_too_long"
    PRICE = "price"
    TAX = "tax"
    KEY = "key"
    KEY_TWICE = "key_twice"
    BARCODE = "barcode"
    BARCODE_SHORTENED = "barcode_shortened"
    """The spreadsheet wrote it as 8.80123E+12: the digits are lost."""
    CHECK_DIGIT = "check_digit"
    BARCODE_TWICE = "barcode_twice"
    NOT_SELLABLE = "not_sellable"
    """Neither barcode nor key: nobody could ever sell it."""
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, and where."""

    line: int
    """Counted from 1, the head included."""
    kind: ProblemKind
    text: str = ""
    """What stands there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """Something that can be sold."""

    name: str
    tax: TaxClass
    price_won: int | None
    """None: sold by typed amount."""
    barcode: str = ""
    key: int | None = None

    def sold(self, price_won: int, *, quantity: int = 1) -> SoldItem:
        """A line of a sale."""
        return SoldItem(name=self.name, unit_price_won=price_won, quantity=quantity, tax=self.tax, code=self.barcode)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Everything the shop sells by name."""

    articles: tuple[Article, ...] = ()
    by_barcode: Mapping[str, Article] = field(default_factory=dict)
    by_key: Mapping[int, Article] = field(default_factory=dict)

    @classmethod
    def of(cls, articles: Iterable[Article]) -> "Catalogue":
        listed = tuple(articles)
        return cls(
            articles=listed,
            by_barcode=MappingProxyType({item.barcode: item for item in listed if item.barcode}),
            by_key=MappingProxyType({item.key: item for item in listed if item.key is not None}),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What another catalogue brings: how many articles are new, different, and no longer there."""

    new: int
    changed: int
    gone: int


def difference(old: Catalogue, new: Catalogue) -> Difference:
    """Compare by barcode, and by name where there is none."""
    before, after = dict(_named(old.articles)), dict(_named(new.articles))
    return Difference(
        new=len(after.keys() - before.keys()),
        changed=sum(before[name] != after[name] for name in after.keys() & before.keys()),
        gone=len(before.keys() - after.keys()),
    )


def _named(articles: Iterable[Article]) -> Iterator[tuple[tuple[str, str, int], Article]]:
    """Each article with what it is known by; of several with one name, the first is compared with the first."""
    seen: dict[str, int] = {}
    for article in articles:
        name = "" if article.barcode else article.name
        seen[name] = seen.get(name, 0) + 1
        yield (article.barcode, name, 0 if article.barcode else seen[name]), article


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueWords:
    """How columns and tax classes may be called in the file, in lower case."""

    columns: Mapping[str, Column]
    taxes: Mapping[str, TaxClass]


def read_file(content: bytes, words: CatalogueWords) -> Catalogue | tuple[Problem, ...]:
    """Read the bytes of a file. A spreadsheet in Korea writes UTF-8 with a mark, or the code page of the country."""
    if len(content) > CATALOGUE_BYTES_MAX:
        return (Problem(line=1, kind=ProblemKind.TOO_LARGE),)
    for encoding in ("utf-8-sig", "cp949"):
        with suppress(UnicodeDecodeError):
            return read_catalogue(content.decode(encoding), words)
    return (Problem(line=1, kind=ProblemKind.NOT_TEXT),)


def read_catalogue(text: str, words: CatalogueWords) -> Catalogue | tuple[Problem, ...]:
    """Read a whole file; its problems are reported at once."""
    rows = _rows(text.lstrip("\ufeff"))
    head = next(rows, None)
    if not head:
        return (Problem(line=1, kind=ProblemKind.NO_HEAD),)
    columns = [words.columns.get(name.strip().lower()) for name in head]
    problems = _head_problems(head, columns)
    if problems:
        return problems[:PROBLEMS_MAX]
    reader = _Reader([column for column in columns if column is not None], words)
    for line, row in enumerate(rows, start=2):
        if row is None or any(field.strip() for field in row):
            reader.take(line, row or ())
        if len(reader.problems) >= PROBLEMS_MAX:
            break
    if reader.problems:
        return tuple(reader.problems[:PROBLEMS_MAX])
    return Catalogue.of(reader.articles)


def _rows(text: str) -> Iterator[list[str] | None]:
    """The rows as a spreadsheet counts them; None, and no more, where one has no end: a quotation mark is missing."""
    rows = csv.reader(io.StringIO(text, newline=""))
    while True:
        try:
            yield next(rows)
        except StopIteration:
            return
        except csv.Error:
            yield None
            return


def has_check_digit(code: str) -> bool:
    """Whether the last digit of a GTIN is the one that the others ask for (GS1 General Specifications 7.9)."""
    digits = [int(digit) for digit in reversed(code)]
    return (digits[0] + 3 * sum(digits[1::2]) + sum(digits[2::2])) % 10 == 0


def _head_problems(head: list[str], columns: list[Column | None]) -> tuple[Problem, ...]:
    unknown = [
        Problem(line=1, kind=ProblemKind.UNKNOWN_COLUMN, text=name[:TEXT_MAX])
        for name, column in zip(head, columns, strict=True)
        if column is None
    ]
    missing = [
        Problem(line=1, kind=ProblemKind.COLUMN_MISSING, text=column.value)
        for column in (Column.NAME, Column.TAX)
        if column not in columns
    ]
    twice = [
        Problem(line=1, kind=ProblemKind.COLUMN_TWICE, text=column.value)
        for column in Column
        if columns.count(column) > 1
    ]
    return (*unknown, *missing, *twice)


class _Reader:
    """Lines of one file, each checked against those before it."""

    def __init__(self, columns: list[Column], words: CatalogueWords) -> None:
        self._columns = columns
        self._words = words
        self._barcodes: set[str] = set()
        self._keys: set[int] = set()
        self.articles: list[Article] = []
        self.problems: list[Problem] = []

    def take(self, line: int, row: Sequence[str]) -> None:
        if len(row) != len(self._columns):
            self._wrong(line, ProblemKind.FIELDS, str(len(row)))
            return
        given = {column: field.strip() for column, field in zip(self._columns, row, strict=True)}
        before = len(self.problems)
        name, tax = self._name(line, given[Column.NAME]), self._tax(line, given[Column.TAX])
        price_won = self._price(line, given.get(Column.PRICE, ""))
        barcode = self._barcode(line, given.get(Column.BARCODE, ""))
        key = self._key(line, given.get(Column.KEY, ""))
        if len(self.problems) == before and not barcode and key is None:
            self._wrong(line, ProblemKind.NOT_SELLABLE, name)
        if len(self.articles) >= ARTICLES_MAX:
            self._wrong(line, ProblemKind.TOO_MANY, str(ARTICLES_MAX))
        if len(self.problems) == before and tax is not None:
            self.articles.append(Article(name=name, tax=tax, price_won=price_won, barcode=barcode, key=key))

    def _name(self, line: int, text: str) -> str:
        if not text:
            self._wrong(line, ProblemKind.NAME_MISSING)
        elif not is_clean_text(text) or len(text.encode("utf-8")) > ITEM_NAME_BYTES_MAX:
            self._wrong(line, ProblemKind.NAME_TOO_LONG, text)
        return text

    def _tax(self, line: int, text: str) -> TaxClass | None:
        tax = self._words.taxes.get(text.lower())
        if tax is None:
            self._wrong(line, ProblemKind.TAX, text)
        return tax

    def _price(self, line: int, text: str) -> int | None:
        if not text:
            return None
        digits = text.replace(",", "")
        is_number = digits.isascii() and digits.isdigit() and len(digits) <= _PRICE_DIGITS_MAX
        if not is_number or not 0 < int(digits) <= AMOUNT_MAX_WON:
            self._wrong(line, ProblemKind.PRICE, text)
            return None
        return int(digits)

    def _barcode(self, line: int, text: str) -> str:
        if not text:
            return text
        if _SHORTENED.fullmatch(text):
            self._wrong(line, ProblemKind.BARCODE_SHORTENED, text)
        elif not text.isascii() or not text.isalnum() or len(text) > ITEM_CODE_BYTES_MAX:
            self._wrong(line, ProblemKind.BARCODE, text)
        elif text.isdigit() and len(text) in _GS1_LENGTHS and not has_check_digit(text):
            self._wrong(line, ProblemKind.CHECK_DIGIT, text)
        elif text in self._barcodes:
            self._wrong(line, ProblemKind.BARCODE_TWICE, text)
        self._barcodes.add(text)
        return text

    def _key(self, line: int, text: str) -> int | None:
        if not text:
            return None
        if len(text) != 1 or not "1" <= text <= str(KEYS):
            self._wrong(line, ProblemKind.KEY, text)
            return None
        if int(text) in self._keys:
            self._wrong(line, ProblemKind.KEY_TWICE, text)
        self._keys.add(int(text))
        return int(text)

    def _wrong(self, line: int, kind: ProblemKind, text: str = "") -> None:
        self.problems.append(Problem(line=line, kind=kind, text=text[:TEXT_MAX]))
