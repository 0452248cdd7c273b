"""The cash-receipt block, line by line as the notice wants it."""

from pos.till.receipt.layout import layout
from pos.till.receipt.masking import mask_identifier, mask_voucher_id
from pos.till.receipt.plain import plain_lines
from pos.till.receipt.receipt import Receipt
from pos.till.receipt.tax import split_tax
from pos.voucher.bodies import IdentifierKind
from pos.words.ko.receipt import RECEIPT_WORDS as KOREAN
from tests.support.receipt_builders import (
    VOUCHER_ID,
    a_full_sale,
    a_pending_cash_sale,
    a_refund,
    a_sale,
    a_shop,
)


def block_of(receipt: Receipt) -> list[str]:
    lines = [line.strip() for line in plain_lines(layout(receipt, columns=42, words=KOREAN), columns=42)]
    starts = [at for at, line in enumerate(lines) if "현금영수증" in line or "현금결제취소" in line]
    return lines[starts[0] :] if starts else []


def test_a_named_mobile_voucher_gets_no_second_cash_receipt() -> None:
    block = block_of(a_sale())

    assert block[0] == KOREAN.cash_receipt_platform
    assert not any(KOREAN.approval_number in line for line in block)


def test_an_issued_cash_receipt_prints_number_date_and_masked_buyer() -> None:
    block = "\n".join(block_of(a_full_sale()))

    assert "현금(소득공제)" in block
    assert "J12345678" in block
    assert "010 **** 1234" in block
    assert "01012341234" not in block
    assert "현금영수증 문의 ☎126-1-1" in block


def test_what_is_pending_has_no_approval_number() -> None:
    block = "\n".join(block_of(a_pending_cash_sale()))

    assert KOREAN.cash_receipt_pending in block
    assert KOREAN.approval_number not in block


def test_a_cancellation_names_the_original_and_the_reason() -> None:
    block = "\n".join(block_of(a_refund()))

    assert "현금결제취소" in block
    assert "J12345678" in block
    assert "2026-11-21" in block
    assert "거래취소" in block


def test_exempt_goods_show_no_vat_line() -> None:
    issued = a_full_sale().cash_receipt
    assert issued is not None
    exempt = a_sale(
        tax=split_tax(taxable_won=0, exempt_won=12_000),
        cash_receipt=type(issued)(  # type: ignore[call-arg]
            purpose=issued.purpose,  # type: ignore[union-attr]
            identifier="010 **** 1234",
            approval_number="J12345678",
            issued_s=1_795_323_785,
            split=split_tax(taxable_won=0, exempt_won=12_000),
        ),
    )

    assert not any(line.startswith(KOREAN.vat) for line in block_of(exempt))


def test_a_simplified_taxpayers_block_shows_no_vat_line() -> None:
    receipt = a_full_sale(shop=a_shop(is_simplified_taxpayer=True))

    assert not any(line.startswith(KOREAN.vat) for line in block_of(receipt))


def test_identifiers_are_masked_as_the_notice_masks_them() -> None:
    assert mask_identifier(IdentifierKind.CARD, "154420209999123456") == "1544 2020 **** 123456"
    assert mask_identifier(IdentifierKind.BUSINESS, "1234561234") == "12* ** *1234"
    assert mask_identifier(IdentifierKind.PHONE, "01012341234") == "010 **** 1234"
    assert mask_identifier(IdentifierKind.PHONE, "0111231234") == "011 *** 1234"
    assert mask_identifier(IdentifierKind.SELF, "0100001234") == "0100001234"


def test_a_voucher_shows_its_ends_only() -> None:
    assert mask_voucher_id(VOUCHER_ID) == "3f9a****12cd"
