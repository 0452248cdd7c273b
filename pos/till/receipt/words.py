"""The words of a receipt, in one language. Values live in `pos.words`; the fields say what each stands for.

A field in braces is filled in: {number}, {date}. A line is at most 32 columns where it stands alone, so that it fits
the narrowest paper; where one is longer it is wrapped, never cut.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptWords:
    """Everything that a receipt says by itself."""

    # heads
    title_sale: str
    title_refund: str
    title_void: str
    title_declined: str
    title_training: str
    training_banner: str
    """Above and below a training receipt."""
    reprint: str
    """{number} counts from 1."""
    customer_copy: str
    merchant_copy: str
    # shop
    business_number: str
    representative: str
    phone: str
    # when and which
    receipt_number: str
    issued: str
    time_unsure: str
    business_date: str
    clerk: str
    weekdays: tuple[str, str, str, str, str, str, str]
    """Monday first."""
    original_number: str
    original_date: str
    # items
    item: str
    amount: str
    exempt_mark: str
    """One character before the name of an exempt item."""
    exempt_note: str
    # totals
    total: str
    refund_total: str
    void_total: str
    asked_amount: str
    """Of a declined slip."""
    taxable_supply: str
    vat: str
    exempt: str
    service: str
    simplified_taxpayer: str
    """In place of the VAT lines."""
    # tenders
    voucher_mobile: str
    voucher_paper: str
    voucher_card: str
    voucher_number: str
    voucher_remaining: str
    voucher_face: str
    cash: str
    cash_received: str
    change: str
    card_elsewhere: str
    transfer: str
    merchant_qr: str
    merchant_qr_typed: str
    """Below a code without an amount."""
    """The shop's own code was shown; nobody here knows whether it was paid."""
    other_tender: str
    awaiting_delivery: str
    # cash receipt
    cash_receipt: str
    cash_receipt_platform: str
    cash_receipt_pending: str
    cash_receipt_cancelled: str
    cash_for_deduction: str
    cash_for_expense: str
    approval_number: str
    approval_date: str
    identifier: str
    cash_total: str
    original_approval_number: str
    original_approval_date: str
    cancel_reason: str
    reason_cancelled: str
    reason_mistake: str
    reason_other: str
    cash_receipt_footer: tuple[str, ...]
    """Changeable at any time (NTS notice 2025-19, section 2(3))."""
    cash_cancel_pending: str
    """Of a cancellation without its number yet."""
    # refunds
    refund_notes: tuple[str, ...]
    """Where a voucher goes back."""
    # declined
    refusal: str
    not_paid: str
    # end
    journal: str
    code_caption: str
    # a payment request on paper
    request_title: str
    request_amount: str
    """{amount}"""
    request_caption: str
