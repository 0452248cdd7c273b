"""Receipts of one shop in Siheung, valid by default, and the words to print them with."""

from dataclasses import replace

from pos.text import SafeText, safe_text
from pos.till.receipt.masking import mask_identifier, mask_voucher_id
from pos.till.receipt.receipt import (
    CancelledCashReceipt,
    CashTender,
    IssuedCashReceipt,
    LineItem,
    OriginalSale,
    OtherTender,
    PendingCashReceipt,
    PlatformCashReceipt,
    Receipt,
    ReceiptKind,
    ShopBlock,
    VoucherForm,
    VoucherTender,
)
from pos.till.receipt.tax import split_tax
from pos.voucher.bodies import CashReceiptPurpose, CashReceiptReason, IdentifierKind, TaxClass

AFTERNOON_S = 1_795_323_785
"""2026-11-22 14:03:05 in Korea, a Sunday."""
ENTRY = bytes.fromhex("3f9a12cd77e1b0448f3355aa66bb77cc88dd99ee00ff11223344556677889900")
VOUCHER_ID = bytes.fromhex("3f9a00112233445566778899aabb12cd")
CODE = "CKS1:" + "6BF5O0WKE-3ET+PKA8T2N3%DJ*U8$MPI7X:QH/E4R0V.C9YSLZ1AGW" * 5


def text(raw: str) -> SafeText:
    return safe_text(raw)


def a_shop(**changes: object) -> ShopBlock:
    shop = ShopBlock(
        name=text("행복한 빵집"),
        representative=text("홍길동"),
        business_number="2208162517",
        address=text("경기도 시흥시 시청로 20, 1층"),
        phone="031-310-2114",
    )
    return replace(shop, **changes)  # type: ignore[arg-type]


def a_sale(**changes: object) -> Receipt:
    """One voucher over 12,000 won."""
    receipt = Receipt(
        kind=ReceiptKind.SALE,
        shop=a_shop(),
        number="T1-000123",
        issued_s=AFTERNOON_S,
        business_date="2026-11-22",
        total_won=12_000,
        tax=split_tax(taxable_won=12_000, exempt_won=0),
        tenders=(a_voucher(amount_won=12_000),),
        cash_receipt=PlatformCashReceipt(amount_won=12_000),
        is_awaiting_delivery=True,
        entry=ENTRY,
        code=CODE,
    )
    return replace(receipt, **changes)  # type: ignore[arg-type]


def a_voucher(**changes: object) -> VoucherTender:
    tender = VoucherTender(
        program_name=text("시루"), voucher_mask=mask_voucher_id(VOUCHER_ID), amount_won=12_000, form=VoucherForm.MOBILE
    )
    return replace(tender, **changes)  # type: ignore[arg-type]


def a_full_sale(**changes: object) -> Receipt:
    """Long names, exempt goods, a discount, three tenders, a cash receipt."""
    receipt = a_sale(
        total_won=67_500,
        tax=split_tax(taxable_won=38_500, exempt_won=29_000),
        items=(
            LineItem(name=text("단팥빵"), amount_won=9_000, quantity=6, unit_price_won=1_500),
            LineItem(name=text("우리밀 통곡물 무화과 크림치즈 깜빠뉴 (특대)"), amount_won=18_500),
            LineItem(name=text("한우 국거리 600g"), amount_won=29_000, tax=TaxClass.EXEMPT),
            LineItem(name=text("펲시콜라 1.5ℓ 제로"), amount_won=12_000, quantity=4, unit_price_won=3_000),
            LineItem(name=text("단골 할인"), amount_won=-1_000),
        ),
        tenders=(
            a_voucher(amount_won=30_000, remaining_won=20_000),
            a_voucher(
                program_name=text("시루"),
                form=VoucherForm.PAPER,
                voucher_mask="00****4821",
                amount_won=28_000,
                face_won=30_000,
                change_won=2_000,
            ),
            CashTender(amount_won=9_500, received_won=10_000),
        ),
        cash_receipt=IssuedCashReceipt(
            purpose=CashReceiptPurpose.DEDUCTION,
            identifier=mask_identifier(IdentifierKind.PHONE, "01012341234"),
            approval_number="J12345678",
            issued_s=AFTERNOON_S + 2,
            split=split_tax(taxable_won=8_500, exempt_won=29_000),
        ),
        clerk=text("김점원"),
        notes=(text("교환·환불은 7일 안에 영수증을 가져오시면 됩니다"),),
    )
    return replace(receipt, **changes)  # type: ignore[arg-type]


def a_refund() -> Receipt:
    return a_sale(
        kind=ReceiptKind.REFUND,
        number="T1-000130",
        original=OriginalSale(receipt_number="T1-000123", issued_s=AFTERNOON_S - 86_400),
        cash_receipt=CancelledCashReceipt(
            purpose=CashReceiptPurpose.EXPENSE,
            identifier=mask_identifier(IdentifierKind.BUSINESS, "1234561234"),
            approval_number="J22345678",
            issued_s=AFTERNOON_S,
            original_approval_number="J12345678",
            original_issued_s=AFTERNOON_S - 86_400,
            reason=CashReceiptReason.CANCELLED,
            split=split_tax(taxable_won=12_000, exempt_won=0),
        ),
        is_awaiting_delivery=False,
    )


def a_void() -> Receipt:
    return replace(a_refund(), kind=ReceiptKind.VOID, cash_receipt=None)


def a_declined_slip() -> Receipt:
    return a_sale(
        kind=ReceiptKind.DECLINED,
        tax=None,
        tenders=(),
        cash_receipt=None,
        is_awaiting_delivery=False,
        refusal=text("이 상품권은 이 가게의 업종에서 쓸 수 없습니다"),
    )


def a_training_sale() -> Receipt:
    return a_sale(kind=ReceiptKind.TRAINING, cash_receipt=None, is_awaiting_delivery=False, code=None, entry=None)


def a_pending_cash_sale() -> Receipt:
    """A simplified taxpayer, offline, at night: the till's day is still yesterday."""
    return a_sale(
        shop=a_shop(is_simplified_taxpayer=True),
        issued_s=AFTERNOON_S + 11 * 3600,
        is_time_sure=False,
        tenders=(OtherTender(amount_won=2_000), CashTender(amount_won=10_000)),
        cash_receipt=PendingCashReceipt(
            purpose=CashReceiptPurpose.DEDUCTION,
            identifier=mask_identifier(IdentifierKind.CARD, "154420209999123456"),
            split=split_tax(taxable_won=10_000, exempt_won=0),
        ),
    )


def a_sale_by_notes() -> Receipt:
    """Three notes of one value and one larger, change on both, the shop's own cash receipt for a business."""
    return a_sale(
        total_won=71_000,
        tax=split_tax(taxable_won=71_000, exempt_won=0),
        tenders=(
            a_voucher(
                form=VoucherForm.PAPER,
                program_name=text("시루 지류"),
                voucher_mask="****0012, ****0013, ****0014",
                amount_won=30_000,
                face_won=10_000,
                count=3,
            ),
            a_voucher(
                form=VoucherForm.PAPER,
                program_name=text("군산사랑상품권"),
                voucher_mask="****4821",
                amount_won=41_000,
                face_won=50_000,
                change_won=9_000,
            ),
        ),
        cash_receipt=IssuedCashReceipt(
            purpose=CashReceiptPurpose.EXPENSE,
            identifier=mask_identifier(IdentifierKind.BUSINESS, "1234561234"),
            approval_number="J52345678",
            issued_s=AFTERNOON_S + 2,
            split=split_tax(taxable_won=71_000, exempt_won=0),
        ),
        is_awaiting_delivery=False,
    )


def a_self_issued_sale() -> Receipt:
    """A mandatory shop whose customer gave no number; the amount is as large as a sale can be."""
    split = split_tax(taxable_won=100_000_000, exempt_won=0)
    return a_sale(
        total_won=100_000_000,
        tax=split,
        tenders=(CashTender(amount_won=100_000_000),),
        cash_receipt=IssuedCashReceipt(
            purpose=CashReceiptPurpose.DEDUCTION,
            identifier=mask_identifier(IdentifierKind.SELF, "0100001234"),
            approval_number="J62345678",
            issued_s=AFTERNOON_S + 120,
            split=split,
        ),
        is_awaiting_delivery=False,
    )


def a_partial_refund() -> Receipt:
    """Part of a mixed sale goes back, each tender its own way; the cash receipt's cancellation has no number yet."""
    return replace(
        a_refund(),
        number="T1-000131",
        total_won=7_500,
        tax=split_tax(taxable_won=3_500, exempt_won=4_000),
        tenders=(a_voucher(amount_won=5_000), CashTender(amount_won=2_500)),
        cash_receipt=CancelledCashReceipt(
            purpose=CashReceiptPurpose.DEDUCTION,
            identifier=mask_identifier(IdentifierKind.PHONE, "01012341234"),
            approval_number="",
            issued_s=AFTERNOON_S,
            original_approval_number="J12345678",
            original_issued_s=AFTERNOON_S - 86_400,
            reason=CashReceiptReason.MISTAKE,
            split=split_tax(taxable_won=2_500, exempt_won=0),
        ),
        notes=(
            text("상품권 금액은 현금으로 드리지 않습니다."),
            text("가게와 연결되면 새 상품권으로 돌아갑니다."),
        ),
    )


def an_order() -> Receipt:
    """Paid elsewhere, with what the kitchen has to make."""
    return a_sale(
        tenders=(a_voucher(voucher_mask="", amount_won=12_000),),
        is_awaiting_delivery=False,
        notes=(text("배달 주문 38: 이주문"), text("단팥빵 x 6"), text("우유 1L x 1")),
    )


def receipts_by_name() -> dict[str, Receipt]:
    """Every kind of receipt there is."""
    return {
        "sale": a_sale(),
        "full-sale": a_full_sale(),
        "reprint": a_full_sale(copy_number=2),
        "refund": a_refund(),
        "void": a_void(),
        "declined": a_declined_slip(),
        "training": a_training_sale(),
        "pending-cash": a_pending_cash_sale(),
        "notes": a_sale_by_notes(),
        "self-issued": a_self_issued_sale(),
        "partial-refund": a_partial_refund(),
        "order": an_order(),
    }
