"""Receipts of one shop in Siheung, valid by default, and words to print them with."""

from dataclasses import replace

from pos.text import SafeText, safe_text
from pos.till.receipt.masking import IdentifierKind, mask_identifier, mask_voucher_id
from pos.till.receipt.receipt import (
    CancelledCashReceipt,
    CashReceiptPurpose,
    CashReceiptReason,
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
    TaxClass,
    VoucherForm,
    VoucherTender,
)
from pos.till.receipt.tax import split_tax
from pos.till.receipt.words import ReceiptWords

AFTERNOON_S = 1_795_323_785
"""2026-11-22 14:03:05 in Korea, a Sunday."""
ENTRY = bytes.fromhex("3f9a12cd77e1b0448f3355aa66bb77cc88dd99ee00ff11223344556677889900")
VOUCHER_ID = bytes.fromhex("3f9a00112233445566778899aabb12cd")
CODE = "CKS1:" + "6BF5O0WKE-3ET+PKA8T2N3%DJ*U8$MPI7X:QH/E4R0V.C9YSLZ1AGW" * 5

KOREAN = ReceiptWords(
    title_sale="영 수 증",
    title_refund="환 불 영 수 증",
    title_void="취 소 영 수 증",
    title_declined="결제 거절 확인서",
    title_training="연 습 용",
    training_banner="** 연습용 - 영수증 아님 **",
    reprint="재발행 {number}",
    customer_copy="고객용",
    merchant_copy="가맹점용",
    business_number="사업자",
    representative="대표",
    phone="전화",
    receipt_number="영수증 번호",
    issued="일시",
    time_unsure="(단말기 시계 확인 전)",
    business_date="영업일",
    clerk="담당",
    weekdays=("월", "화", "수", "목", "금", "토", "일"),
    original_number="원거래 번호",
    original_date="원거래 일자",
    item="상품명",
    amount="금액",
    exempt_mark="＊",
    exempt_note="＊ 표시는 부가세 면세 상품입니다",
    total="합계",
    refund_total="환불 합계",
    void_total="취소 합계",
    asked_amount="요청 금액",
    taxable_supply="과세 공급가액",
    vat="부가세",
    exempt="면세 금액",
    service="봉사료",
    simplified_taxpayer="간이과세자(부가세 구분 없음)",
    voucher_mobile="모바일 상품권",
    voucher_paper="지류 상품권",
    voucher_card="카드 상품권",
    voucher_number="상품권 번호",
    voucher_remaining="상품권 잔액",
    voucher_face="액면가",
    cash="현금",
    cash_received="받은 금액",
    change="거스름돈",
    card_elsewhere="카드(다른 단말기)",
    awaiting_delivery="오프라인 승인(전송대기)",
    cash_receipt="현금영수증",
    cash_receipt_platform="현금영수증 자동처리(플랫폼)",
    cash_receipt_pending="현금영수증 발급 예정",
    cash_receipt_cancelled="현금결제취소",
    cash_for_deduction="현금(소득공제)",
    cash_for_expense="현금(지출증빙)",
    approval_number="승인번호",
    approval_date="승인일시",
    identifier="식별번호",
    cash_total="현금 합계",
    original_approval_number="당초 승인번호",
    original_approval_date="당초 승인일자",
    cancel_reason="취소 사유",
    reason_cancelled="거래취소",
    reason_mistake="오류발급",
    reason_other="기타",
    cash_receipt_footer=("현금영수증 문의 ☎126-1-1", "http://hometax.go.kr"),
    refusal="거절 사유",
    not_paid="결제되지 않았습니다",
    journal="거래기록",
    code_caption="거래 확인용 코드",
)

ENGLISH = ReceiptWords(
    title_sale="RECEIPT",
    title_refund="REFUND",
    title_void="VOID",
    title_declined="PAYMENT DECLINED",
    title_training="TRAINING",
    training_banner="** TRAINING - NO RECEIPT **",
    reprint="REPRINT {number}",
    customer_copy="customer copy",
    merchant_copy="merchant copy",
    business_number="Business no.",
    representative="Owner",
    phone="Tel.",
    receipt_number="Receipt no.",
    issued="Issued",
    time_unsure="(clock not yet confirmed)",
    business_date="Business day",
    clerk="Clerk",
    weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    original_number="Original no.",
    original_date="Original date",
    item="Item",
    amount="Amount",
    exempt_mark="*",
    exempt_note="* VAT-exempt goods",
    total="Total",
    refund_total="Total refunded",
    void_total="Total voided",
    asked_amount="Amount asked",
    taxable_supply="Taxable supply",
    vat="VAT",
    exempt="Exempt",
    service="Service charge",
    simplified_taxpayer="simplified taxpayer: no VAT",
    voucher_mobile="mobile voucher",
    voucher_paper="paper voucher",
    voucher_card="card voucher",
    voucher_number="Voucher no.",
    voucher_remaining="Left on voucher",
    voucher_face="Face value",
    cash="Cash",
    cash_received="Received",
    change="Change",
    card_elsewhere="Card (other terminal)",
    awaiting_delivery="Offline approval (to be sent)",
    cash_receipt="CASH RECEIPT",
    cash_receipt_platform="Cash receipt: by the platform",
    cash_receipt_pending="CASH RECEIPT TO FOLLOW",
    cash_receipt_cancelled="CASH PAYMENT CANCELLED",
    cash_for_deduction="Cash (income deduction)",
    cash_for_expense="Cash (business expense)",
    approval_number="Approval no.",
    approval_date="Approved",
    identifier="Identifier",
    cash_total="Cash total",
    original_approval_number="Original approval",
    original_approval_date="Original date",
    cancel_reason="Reason",
    reason_cancelled="cancelled",
    reason_mistake="issued by mistake",
    reason_other="other",
    cash_receipt_footer=("Cash receipts: call 126-1-1", "http://hometax.go.kr"),
    refusal="Reason",
    not_paid="Nothing was paid.",
    journal="Journal",
    code_caption="Code to look this up",
)


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
    }
