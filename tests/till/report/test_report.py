"""Figures that add up, and reports that say all of them on any paper."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.errors import MalformedError
from pos.till.receipt.plain import plain_lines
from pos.till.receipt.width import columns_of
from pos.till.report.figures import (
    Figure,
    Figures,
    Group,
    average_won,
    cash_expected_won,
    customers,
    net_sales_won,
)
from pos.till.report.layout import layout
from pos.till.report.period import period_name, period_of
from pos.till.report.report import ReportKind
from pos.words.en.report import REPORT_WORDS as ENGLISH
from pos.words.ko.report import REPORT_WORDS as KOREAN
from tests.support import paper_golden
from tests.support.report_golden import GOLDEN, a_report, busy_figures, golden_texts

PARTS = st.lists(
    st.builds(
        Figure,
        group=st.sampled_from(Group),
        labels=st.sampled_from([(), ("1",), ("2",)]),
        count=st.integers(0, 9),
        won=st.integers(0, 10**8),
    )
)


@pytest.mark.parametrize("name", golden_texts())
def test_a_report_reads_as_it_always_did(name: str) -> None:
    assert golden_texts()[name] == (GOLDEN / name).read_text("utf-8")


@pytest.mark.parametrize("name", paper_golden.golden_texts())
def test_other_papers_read_as_they_always_did(name: str) -> None:
    assert paper_golden.golden_texts()[name] == (GOLDEN / name).read_text("utf-8")


@pytest.mark.parametrize("words", [KOREAN, ENGLISH], ids=["ko", "en"])
@pytest.mark.parametrize("kind", ReportKind)
@pytest.mark.parametrize("columns", [32, 42, 48])
def test_no_row_is_wider_than_the_paper(columns: int, kind: ReportKind, words: object) -> None:
    wide = Figures.of(
        Figure(group=row.group, labels=row.labels, count=row.count * 1_000, won=row.won * 1_000)
        for row in busy_figures().rows
    )
    rows = layout(a_report(kind, wide), columns=columns, words=words)  # type: ignore[arg-type]

    assert [line for line in plain_lines(rows, columns=columns) if columns_of(line) > columns] == []


@given(PARTS, PARTS)
def test_figures_of_two_stretches_are_those_of_both(first: list[Figure], second: list[Figure]) -> None:
    assert Figures.of(first).plus(Figures.of(second)) == Figures.of([*first, *second])
    assert Figures.from_bytes(Figures.of(first).to_bytes()) == Figures.of(first)


def test_a_group_of_a_later_version_is_left_out() -> None:
    assert Figures.from_bytes(b'[["sales",[],1,500],["tips",[],1,900]]').won(Group.SALES) == 500
    with pytest.raises(MalformedError):
        Figures.from_bytes(b'{"sales":1}')


def test_a_closing_from_before_a_group_was_there_reads_and_prints_as_it_did() -> None:
    later = {Group.VOIDED, Group.ITEMS, Group.CASH_RECEIPT_SELF}
    rows = tuple(row for row in busy_figures().rows if row.group not in later)
    old = Figures.from_bytes(Figures(rows=rows).to_bytes())
    lines = plain_lines(layout(a_report(figures=old), columns=42, words=KOREAN), columns=42)

    assert (customers(old), average_won(old)) == (41, 1_222_000 // 41)
    assert [line for line in lines if line.startswith(("찍은 상품", "자진발급"))] == []
    assert [line.split()[-1] for line in lines if line.startswith("소득공제 3건")] == ["80,000"]


@given(PARTS)
def test_an_average_times_its_customers_is_never_more_than_the_net_sales(parts: list[Figure]) -> None:
    figures = Figures.of(parts)
    each_won, people = average_won(figures), customers(figures)

    assert (each_won is None) == (people <= 0 or net_sales_won(figures) < 0)
    assert each_won is None or 0 <= net_sales_won(figures) - each_won * people < people


def test_the_drawer_should_hold_the_float_and_what_came_less_what_went() -> None:
    assert (
        cash_expected_won(busy_figures(), float_won=100_000) == 100_000 + 150_000 + 30_000 - 120_000 - 12_000 - 12_000
    )


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2026-02", ("2026-02-01", "2026-02-28")),
        ("2028-02", ("2028-02-01", "2028-02-29")),
        ("2026-Q4", ("2026-10-01", "2026-12-31")),
        ("2026-H1", ("2026-01-01", "2026-06-30")),
        ("2026", ("2026-01-01", "2026-12-31")),
        ("2026-13", None),
        ("2026-Q5", None),
        ("26", None),
        ("0000", None),
    ],
)
def test_a_period_is_named_as_people_name_it(text: str, period: tuple[str, str] | None) -> None:
    assert period_of(text) == period
    assert (period_name(text) is None) == (period is None)
