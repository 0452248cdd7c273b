"""What stands where on a receipt."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos.text import safe_text
from pos.till.receipt.layout import layout
from pos.till.receipt.plain import plain_lines
from pos.till.receipt.receipt import CashTender, LineItem, Receipt, ReceiptKind, VoucherForm
from pos.till.receipt.rows import CutRow, PairRow, QrRow, Row, TextRow
from pos.till.receipt.tax import split_tax
from pos.till.receipt.width import columns_of
from pos.voucher.bodies import TaxClass
from pos.words.ko.receipt import RECEIPT_WORDS as KOREAN
from tests.support.receipt_builders import (
    CODE,
    a_declined_slip,
    a_full_sale,
    a_refund,
    a_sale,
    a_shop,
    a_training_sale,
    a_voucher,
    receipts_by_name,
)
from tests.support.receipt_golden import GOLDEN, golden_texts

names = st.text(min_size=0, max_size=60).map(safe_text)
amounts = st.integers(min_value=0, max_value=100_000_000)


def lines_of(receipt: Receipt, columns: int = 42) -> tuple[str, ...]:
    return plain_lines(layout(receipt, columns=columns, words=KOREAN), columns=columns)


def text_of(receipt: Receipt, columns: int = 42) -> str:
    return "\n".join(lines_of(receipt, columns))


def width_of(row: Row) -> int:
    match row:
        case TextRow():
            return columns_of(row.text) * row.size.width
        case PairRow():
            return (columns_of(row.left) + 1 + columns_of(row.right)) * row.size.width
        case _:
            return 0


@pytest.mark.parametrize("name", sorted(golden_texts()))
def test_every_receipt_looks_as_it_did_when_somebody_last_looked(name: str) -> None:
    assert golden_texts()[name] == (GOLDEN / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("columns", [32, 42, 48])
@pytest.mark.parametrize("name", sorted(receipts_by_name()))
def test_no_row_is_wider_than_the_paper(name: str, columns: int) -> None:
    rows = layout(receipts_by_name()[name], columns=columns, words=KOREAN)

    assert max(map(width_of, rows)) <= columns
    assert isinstance(rows[-1], CutRow)


@settings(max_examples=150, deadline=None)
@given(name=names, item=names, note=names, program=names, amount=amounts, columns=st.sampled_from([32, 42, 48]))
def test_whatever_strangers_call_things_no_row_is_wider_than_the_paper(
    name: str, item: str, note: str, program: str, amount: int, columns: int
) -> None:
    receipt = a_sale(
        shop=a_shop(name=safe_text(name), address=safe_text(note), representative=safe_text(item)),
        total_won=amount,
        tax=split_tax(taxable_won=amount, exempt_won=0),
        items=(LineItem(name=safe_text(item), amount_won=amount, quantity=3, unit_price_won=amount),),
        tenders=(a_voucher(program_name=safe_text(program), amount_won=amount),),
        notes=(safe_text(note),),
    )

    rows = layout(receipt, columns=columns, words=KOREAN)

    assert max(map(width_of, rows)) <= columns


@settings(max_examples=150, deadline=None)
@given(item=st.text(min_size=1, max_size=80).map(safe_text), columns=st.sampled_from([32, 42, 48]))
def test_a_long_name_loses_no_character(item: str, columns: int) -> None:
    items = (LineItem(name=safe_text(item), amount_won=12_000),)

    printed = text_of(a_sale(items=items), columns).replace(" ", "").replace("\n", "")

    assert item.replace(" ", "") in printed


def test_an_amount_that_does_not_fit_beside_its_name_has_a_line_of_its_own() -> None:
    item = LineItem(name=safe_text("가" * 15), amount_won=12_000)

    lines = lines_of(a_sale(items=(item,)), 32)

    at = lines.index("가" * 15)
    assert lines[at + 1] == " " * 26 + "12,000"


def test_what_is_given_back_has_a_minus_sign() -> None:
    lines = lines_of(a_refund())

    assert any("-12,000" in line.replace(" ", "") for line in lines)
    assert any(KOREAN.original_number in line and "T1-000123" in line for line in lines)


def test_a_reprint_says_so_and_the_original_does_not() -> None:
    assert "[재발행 2]" in text_of(a_full_sale(copy_number=2))
    assert "재발행" not in text_of(a_full_sale())


def test_an_approval_that_waits_for_the_ledger_says_so() -> None:
    assert "오프라인 승인(전송대기)" in text_of(a_sale())
    assert "오프라인 승인(전송대기)" not in text_of(a_sale(is_awaiting_delivery=False))


def test_a_training_receipt_can_not_be_taken_for_one() -> None:
    rows = layout(a_training_sale(), columns=42, words=KOREAN)

    assert text_of(a_training_sale()).count(KOREAN.training_banner) == 2
    assert not any(isinstance(row, QrRow) for row in rows)


def test_a_training_receipt_has_no_code_even_if_somebody_gives_it_one() -> None:
    receipt = replace(a_sale(), kind=ReceiptKind.TRAINING)

    assert not any(isinstance(row, QrRow) for row in layout(receipt, columns=42, words=KOREAN))


def test_a_declined_slip_says_that_nothing_was_paid_and_why() -> None:
    text = " ".join(text_of(a_declined_slip()).split())

    assert KOREAN.not_paid in text
    assert "쓸 수 없습니다" in text
    assert KOREAN.total not in text.replace(" ", "")


def test_exempt_goods_are_marked_and_the_mark_explained() -> None:
    text = text_of(a_full_sale())

    assert "＊한우 국거리 600g" in text
    assert KOREAN.exempt_note in text
    assert KOREAN.exempt_note not in text_of(
        a_sale(items=(LineItem(name=safe_text("빵"), amount_won=12_000, tax=TaxClass.TAXABLE),))
    )


def test_a_simplified_taxpayer_shows_no_vat() -> None:
    text = text_of(a_sale(shop=a_shop(is_simplified_taxpayer=True)))

    assert KOREAN.simplified_taxpayer in text
    assert "1,091" not in text


def test_the_voucher_is_named_and_its_id_is_masked() -> None:
    text = text_of(a_sale())

    assert "시루 (모바일 상품권)" in text
    assert "3f9a****12cd" in text
    assert "3f9a0011" not in text


def test_change_on_a_paper_note_is_shown() -> None:
    note = a_voucher(form=VoucherForm.PAPER, amount_won=8_000, face_won=10_000, change_won=2_000)

    lines = lines_of(a_sale(tenders=(note, CashTender(amount_won=4_000))))

    assert any(line.startswith("  거스름돈") and line.endswith(" 2,000") for line in lines)


def test_the_code_is_the_receipts_own() -> None:
    rows = layout(a_sale(), columns=42, words=KOREAN)

    assert [row.data for row in rows if isinstance(row, QrRow)] == [CODE]


def test_a_day_that_is_not_the_calendars_is_printed() -> None:
    assert KOREAN.business_date not in text_of(a_sale())
    assert "2026-11-21" in text_of(a_sale(business_date="2026-11-21"))
