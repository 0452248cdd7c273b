"""Cash receipts as a till asks its ledger for them, and what the ledger tells it."""

from pos.ledger import inbox
from pos.voucher.bodies import (
    CashReceiptCancelRequested,
    CashReceiptPurpose,
    CashReceiptReason,
    CashReceiptRequested,
    IdentifierKind,
    TaxSplit,
)
from pos.voucher.message_bodies import CashReceiptTold, read_message
from pos.voucher.messages import parse_message
from pos.voucher.sealing import seal
from tests.support.ledger_builders import NOW_S, Desk, Till, ledger_keys

PHONE = b"01012345678"
TAX = TaxSplit(taxable_won=9_091, vat_won=909, exempt_won=0, service_won=0)


def request(till: Till, number: int, *, sealed: bytes | None = None, traded_s: int = NOW_S) -> None:
    till.record(
        CashReceiptRequested(
            cash_receipt_id=bytes([number]) * 16,
            sale_id=bytes(16),
            sale_receipt="0001",
            amount_won=10_000,
            tax=TAX,
            purpose=CashReceiptPurpose.DEDUCTION,
            identifier_kind=IdentifierKind.PHONE,
            identifier="010****5678",
            sealed=sealed or seal(PHONE, recipient=ledger_keys().identifier.public_key),
            traded_s=traded_s,
            business_date="2026-09-21",
        )
    )


def cancel(
    till: Till,
    number: int,
    original: int,
    *,
    amount_won: int = 10_000,
    reason: CashReceiptReason | None = None,
    tax: TaxSplit = TAX,
) -> None:
    till.record(
        CashReceiptCancelRequested(
            cash_receipt_id=bytes([number]) * 16,
            original_id=bytes([original]) * 16,
            sale_id=bytes(16),
            amount_won=amount_won,
            tax=tax,
            reason=reason or CashReceiptReason.CANCELLED,
            traded_s=NOW_S,
            business_date="2026-09-21",
        )
    )


def told(desk: Desk, terminal: str = "t-1") -> list[CashReceiptTold]:
    raws = desk.database.read(lambda connection: inbox.messages_after(connection, terminal, 0))
    bodies = [read_message(parse_message(raw).claims) for raw in raws]
    return [body for body in bodies if isinstance(body, CashReceiptTold)]
