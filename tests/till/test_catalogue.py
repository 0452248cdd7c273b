"""The catalogue: what a shopkeeper's file may look like, and what is said of each line that is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.till import basket
from pos.till.catalogue import (
    CATALOGUE_BYTES_MAX,
    PROBLEMS_MAX,
    Catalogue,
    Difference,
    Problem,
    ProblemKind,
    difference,
    has_check_digit,
    read_catalogue,
    read_file,
)
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
        (f"4006381333931,pen,{'9' * 5_000},taxable,", ProblemKind.PRICE, "9" * 40),
        ("8.80123E+12,pen,900,taxable,", ProblemKind.BARCODE_SHORTENED, "8.80123E+12"),
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


GOODS = "바코드,이름,가격,세금,단축키\r\n8801234567893,소금빵,3000,과세,1\r\n,한우 (무게),,면세,2\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_what_a_korean_spreadsheet_saves_is_read(encoding: str) -> None:
    catalogue = read_file(GOODS.encode(encoding), CATALOGUE_WORDS)

    assert isinstance(catalogue, Catalogue)
    assert [item.name for item in catalogue.articles] == ["소금빵", "한우 (무게)"]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (GOODS.encode("utf-16"), ProblemKind.NOT_TEXT),
        (b"PK\x03\x04\x14\xff\xff\x00", ProblemKind.NOT_TEXT),
        (GOODS.encode() + b"\n" * CATALOGUE_BYTES_MAX, ProblemKind.TOO_LARGE),
        (b"", ProblemKind.NO_HEAD),
    ],
)
def test_a_file_that_is_no_catalogue_is_named_as_what_it_is(content: bytes, kind: ProblemKind) -> None:
    read = read_file(content, CATALOGUE_WORDS)

    assert not isinstance(read, Catalogue)
    assert [problem.kind for problem in read] == [kind]


def test_a_quotation_mark_without_an_end_is_a_fault_where_it_stands() -> None:
    (problem,) = problems(HEAD + '4006381333931,"pen,900,taxable,\n' + "x" * 200_000)

    assert (problem.line, problem.kind) == (2, ProblemKind.FIELDS)


def test_a_file_of_nothing_but_faults_is_left_after_fifty() -> None:
    assert len(problems(HEAD + "x\n" * 1_000_000)) == PROBLEMS_MAX
    assert len(problems("," * 1_000_000)) == PROBLEMS_MAX


def test_another_catalogue_is_compared_by_barcode_and_by_name_where_there_is_none() -> None:
    old = read(HEAD + "4006381333931,pen,900,taxable,\n,beef,,exempt,1\n,rice,5000,exempt,2\n")
    new = read(
        HEAD + "4006381333931,red pen,900,taxable,\n,beef,,exempt,1\n,bread,5000,taxable,2\n,bread,6000,taxable,3\n"
    )

    assert difference(old, new) == Difference(new=2, changed=1, gone=1)
    assert difference(new, new) == Difference(new=0, changed=0, gone=0)
    assert difference(Catalogue(), old) == Difference(new=3, changed=0, gone=0)
