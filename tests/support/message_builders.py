"""One message body of each kind, every field filled, one keyword to make one thing different."""

from dataclasses import replace
from datetime import date

from pos.voucher.body_fields import MessageBody
from pos.voucher.message_bodies import (
    CashReceiptState,
    CashReceiptTold,
    CertificateTold,
    FraudCause,
    FraudTold,
    OrderItem,
    OrderTold,
    PaymentOutcomeTold,
    RemotePaymentTold,
    RetireTold,
    SettlementState,
    SettlementTold,
    SiblingSpend,
    VoucherSpentTold,
)
from pos.voucher.outcomes import Outcome, OutcomeStatus
from pos.voucher.spend_line import LinePoint
from pos.voucher.verified import VoucherIdentity
from tests.support.voucher_builders import ISSUER, NOW_S, PROGRAM, a_certificate, a_conflict, some_bytes

CASH_RECEIPT = CashReceiptTold(
    cash_receipt_id=some_bytes("cash receipt"),
    state=CashReceiptState.APPROVED,
    approval_number="123456789",
    approved_on=date(2026, 11, 22),
    failure="-",
    note="국세청 확인",
)
SETTLEMENT = SettlementTold(
    number=3,
    state=SettlementState.EXPECTED,
    first_day=date(2026, 11, 20),
    last_day=date(2026, 11, 22),
    deposit_on=date(2026, 11, 24),
    amount_won=1_234_000,
    payments=57,
    deducted_won=12_000,
    issuer=ISSUER,
    note="환불 1건 차감",
)
REMOTE_PAYMENT = RemotePaymentTold(
    payment_id=some_bytes("remote payment"),
    amount_won=250_000,
    issuer=ISSUER,
    program=PROGRAM,
    paid_s=NOW_S,
    payer="김○○",
    purpose="12월 수강료",
)
ORDER = OrderTold(
    order_id=some_bytes("order"),
    channel="배달모아",
    total_won=15_500,
    placed_s=NOW_S,
    items=(
        OrderItem(name="단팥빵", quantity=3, amount_won=7_500),
        OrderItem(name="우유", quantity=2, amount_won=8_000),
    ),
    payment_id=some_bytes("order's payment"),
    answer_until_s=NOW_S + 300,
    customer="정왕동 0000",
    note="문 앞",
    issuer=ISSUER,
    program=PROGRAM,
)
FRAUD = FraudTold(
    cause=FraudCause.DOUBLE_SPEND,
    told_s=NOW_S,
    issuer=ISSUER,
    voucher_id=some_bytes("voucher"),
    entry=some_bytes("entry", 32),
    amount_won=9_000,
    evidence=a_conflict().to_bytes(),
    note="두 곳에서 쓰임",
)
RETIRE = RetireTold(reason="replaced", replaced_by="t-bakery-2", must_wipe=True)
CERTIFICATE = CertificateTold(certificate=a_certificate().raw)
OUTCOME = PaymentOutcomeTold(outcome=Outcome(sequence=4, status=OutcomeStatus.REFUSED, detail="expired"))


def a_sibling_spend(
    *, sequence: int = 1, spent_before_won: int = 0, amount_won: int = 12_000, voucher_id: bytes | None = None
) -> SiblingSpend:
    return SiblingSpend(
        voucher=VoucherIdentity(issuer=ISSUER, voucher_id=voucher_id or some_bytes("voucher")),
        point=LinePoint(sequence=sequence, spent_before_won=spent_before_won, amount_won=amount_won),
        terminal="t-bakery-2",
    )


VOUCHER_SPENT = VoucherSpentTold(spends=(a_sibling_spend(), replace(a_sibling_spend(), terminal="t-bakery-3")))

ALL: tuple[MessageBody, ...] = (
    OUTCOME,
    CASH_RECEIPT,
    SETTLEMENT,
    REMOTE_PAYMENT,
    ORDER,
    FRAUD,
    VOUCHER_SPENT,
    CERTIFICATE,
    RETIRE,
)
