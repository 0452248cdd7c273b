"""The catalogue: what a shopkeeper's file may look like, and what is said of each line that is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.till import basket
from pos.till.catalogue import Catalogue, Problem, ProblemKind, has_check_digit, read_catalogue
from pos.till.reasons import Refusal
from pos.till.receipt.tax import total_of
from pos.voucher.bodies import SoldItem, TaxClass
from pos.words.catalogue import CATALOGUE_WORDS
from pos.words.en.catalogue import PROBLEMS as IN_ENGLISH
from pos.words.ko.catalogue import PROBLEMS as IN_KOREAN

HEAD = "barcode,name,price,tax,key\n"


def read(text: str) -> Catalogue:
    catalogue = read_catalogue(text, CATALOGUE_WORDS)
    assert isinstance(catalogue, Catalogue), catalogue
    return catalogue


def problems(text: str) -> list[Problem]:
    found = read_catalogue(text, CATALOGUE_WORDS)
    assert not isinstance(found, Catalogue)
    return list(found)


def test_columns_come_in_any_order_and_language_and_empty_lines_mean_nothing() -> None:
    korean = read('\ufeff세금,단축키,이름,가격\n면세,3,한우,"12,000"\n\n,,,\n과세,1,양념육,\n')

    assert [(item.name, item.tax, item.price_won, item.key) for item in korean.articles] == [
        ("한우", TaxClass.EXEMPT, 12_000, 3),
        ("양념육", TaxClass.TAXABLE, None, 1),
    ]
    assert read(HEAD + "4006381333931,pen,900,taxable,\n").by_barcode["4006381333931"].price_won == 900


@pytest.mark.parametrize(
    ("line", "kind", "text"),
    [
        ("4006381333931,,900,taxable,", ProblemKind.NAME_MISSING, ""),
        ("4006381333931,pen,nine,taxable,", ProblemKind.PRICE, "nine"),
        ("4006381333931,pen,0,taxable,", ProblemKind.PRICE, "0"),
        ("4006381333931,pen,900,free,", ProblemKind.TAX, "free"),
        ("4006381333932,pen,900,taxable,", ProblemKind.CHECK_DIGIT, "4006381333932"),
        ("40 06,pen,900,taxable,", ProblemKind.BARCODE, "40 06"),
        (",pen,900,taxable,0", ProblemKind.KEY, "0"),
        (",pen,900,taxable,", ProblemKind.NOT_SELLABLE, "pen"),
        (",pen,900,taxable", ProblemKind.FIELDS, "4"),
        (f",{'x' * 91},900,taxable,1", ProblemKind.NAME_TOO_LONG, "x" * 40),
    ],
)
def test_a_wrong_line_is_named_with_what_stands_there(line: str, kind: ProblemKind, text: str) -> None:
    assert problems(f"{HEAD},good,100,exempt,9\n{line}\n") == [Problem(line=3, kind=kind, text=text)]


def test_what_stands_twice_is_wrong_where_it_stands_again() -> None:
    text = f"{HEAD}7,pen,900,taxable,1\n7,ink,900,taxable,2\n8,cap,900,taxable,1\n"

    assert [(found.line, found.kind) for found in problems(text)] == [
        (3, ProblemKind.BARCODE_TWICE),
        (4, ProblemKind.KEY_TWICE),
    ]


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        ("", ProblemKind.NO_HEAD),
        ("name,tax,colour", ProblemKind.UNKNOWN_COLUMN),
        ("name,price", ProblemKind.COLUMN_MISSING),
        ("name,tax,tax", ProblemKind.COLUMN_TWICE),
    ],
)
def test_a_wrong_head_is_said_before_any_line(head: str, kind: ProblemKind) -> None:
    assert [found.kind for found in problems(f"{head}\na,b,c\n")] == [kind]


def test_every_problem_has_words_in_both_languages() -> None:
    assert set(IN_KOREAN) == set(IN_ENGLISH) == set(ProblemKind)


@pytest.mark.parametrize("code", ["4006381333931", "96385074", "036000291452", "10012345678902"])
def test_check_digits_of_all_lengths(code: str) -> None:
    assert has_check_digit(code)
    assert not has_check_digit(code[:-1] + str((int(code[-1]) + 1) % 10))


@given(st.text())
def test_no_text_at_all_is_more_than_wrong(text: str) -> None:
    read_catalogue(text, CATALOGUE_WORDS)
    read_catalogue(HEAD + text, CATALOGUE_WORDS)


ITEMS = st.builds(
    SoldItem,
    name=st.sampled_from(["a", "b"]),
    unit_price_won=st.integers(1, 2_000_000),
    quantity=st.integers(1, 9),
    tax=st.sampled_from(TaxClass),
)


@given(st.lists(ITEMS, max_size=30))
def test_supply_tax_exempt_and_service_are_the_total_and_taking_back_undoes_adding(items: list[SoldItem]) -> None:
    full: basket.Basket = ()
    for item in items:
        grown = basket.add(full, item)
        if isinstance(grown, Refusal):
            assert grown is Refusal.AMOUNT_TOO_LARGE
            continue
        full = grown

    assert total_of(basket.split_of(full)) == basket.total_of(full)
    pieces = sum(line.quantity for line in full)
    for _ in range(pieces):
        full = basket.take_back(full)
    assert full == basket.take_back(full) == ()
