"""Words about taking sales back and about cash receipts: fixed ones, and patterns with figures in braces."""

from dataclasses import dataclass
from enum import StrEnum


class RefundCause(StrEnum):
    """Why a sale is taken back. Persisted: add members, never rename."""

    CHANGED_MIND = "changed_mind"
    WRONG_AMOUNT = "wrong_amount"
    FAULTY_GOODS = "faulty_goods"
    OTHER = "other"


class RemoteCause(StrEnum):
    """Why an order or a payment from elsewhere is refused. Persisted: add members, never rename."""

    SOLD_OUT = "sold_out"
    TOO_BUSY = "too_busy"
    CLOSED = "closed"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class GivingBackLabels:
    """What a language says about refunds and cash receipts."""

    # the menu
    menu_cancel_last: str
    menu_refund: str
    menu_cash_receipts: str
    # refunds
    plan_title: str
    """{number}"""
    plan_sale: str
    """{won} at {moment}."""
    plan_left: str
    """{won} of it has gone back already."""
    plan_all: str
    """{won}"""
    plan_part: str
    to_voucher: str
    """{won}"""
    to_cash: str
    to_note: str
    change_back: str
    """What the customer gives back in cash when notes go back."""
    to_elsewhere: str
    to_cash_receipt: str
    stage_not_sent: str
    stage_sent: str
    stage_settled: str
    part_title: str
    part_lines: tuple[str, ...]
    cause_title: str
    causes: tuple[str, str, str, str]
    """In the order of `RefundCause`."""
    done_title: str
    """{number}"""
    never_cash: str
    """To whoever gives a voucher's money back."""
    customer_voucher: str
    """To be read out where a voucher goes back."""
    customer_other: str
    done: str
    receipt_title: str
    receipt_lines: tuple[str, ...]
    # the history
    find: str
    """A label of at most 12 columns."""
    find_title: str
    find_ways: tuple[str, str, str]
    """By receipt number or the receipt's code, by amount, by time."""
    find_lines: tuple[str, ...]
    """Where the number is typed."""
    find_amount: str
    find_time: str
    find_time_lines: tuple[str, ...]
    # orders and payments from elsewhere
    remotes_waiting: str
    """{count}"""
    remotes_title: str
    remotes_empty: str
    remote_order: str
    """{who}"""
    remote_payment: str
    remote_unpaid: str
    remote_choices: tuple[str, str]
    remote_causes: tuple[str, str, str, str]
    """In the order of `RemoteCause`."""
    # cash receipts
    ask_cash_receipt: str
    """A label of at most 12 columns."""
    purpose_title: str
    """{won}"""
    purposes: tuple[str, str]
    number_title: str
    number_deduction: tuple[str, ...]
    number_expense: tuple[str, ...]
    requested: str
    list_empty: str
    new_one: str
    late: str
    """{days}"""
    cancelled: str
    state_queued: str
    state_requested: str
    state_approved: str
    """{number}"""
    state_confirmed: str
    state_rejected: str
