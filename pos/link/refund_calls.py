"""Taking sales back, and cash receipts: what the screen and the command line may ask."""

from pos.link.base_calls import Answer, Call, Done, Refused


class RefundPlan(Answer, frozen=True, kw_only=True):
    """What would go back, and how."""

    receipt_number: str
    """Of the sale."""
    sold_s: int
    total_won: int
    left_won: int
    """That can still go back."""
    amount_won: int
    voucher_won: int
    cash_won: int
    note_won: int
    elsewhere_won: int
    """At the terminal that took the card."""
    stage: str
    """Where the voucher's money is: "not_sent", "sent" or "settled"; empty where none goes back as a voucher."""
    cash_receipt_won: int
    """Of its cash receipt that is taken back with it."""
    change_won: int = 0
    """Change on notes that the customer gives back in cash."""
    is_void: bool
    """The whole sale on its own business day."""


class PreviewRefund(Call[RefundPlan | Refused], frozen=True, kw_only=True):
    """Say what a refund would be; records nothing. No receipt number: the last sale; no amount: all that is left."""

    receipt_number: str = ""
    amount_won: int = 0
    code: str = ""
    """The receipt's code, where the customer showed it."""


class RefundMade(Answer, frozen=True, kw_only=True):
    """Recorded; its paper is queued."""

    receipt_number: str
    """Of the refund."""
    plan: RefundPlan


class MakeRefund(Call[RefundMade | Refused], frozen=True, kw_only=True):
    """Take back what `PreviewRefund` told. `cause` is a value of `pos.words.RefundCause`."""

    receipt_number: str
    amount_won: int
    cause: str
    code: str = ""
    """The receipt's code, where the customer showed it: without one it takes somebody who may take back any sale."""


class CashReceiptLine(Answer, frozen=True, kw_only=True):
    """One cash receipt of the shop's own."""

    receipt_number: str
    """Of the sale."""
    amount_won: int
    identifier: str
    """Masked."""
    purpose: str
    state: str
    """A value of `pos.till.cash_receipt.CashReceiptState`."""
    lateness_days: int
    """0, or the alarm that it has reached: 1, 5 or 10."""
    approval_number: str
    traded_s: int
    is_cancel: bool
    failure: str


class CashReceiptPage(Answer, frozen=True, kw_only=True):
    lines: tuple[CashReceiptLine, ...]


class ListCashReceipts(Call[CashReceiptPage], frozen=True, kw_only=True):
    """Those without an approval, the oldest sale first, then those of today."""


class BeginCashReceipt(Call[Done | Refused], frozen=True, kw_only=True):
    """The customer wants one: keep the receipt off the paper until it is asked for. No number: the last sale."""

    receipt_number: str = ""


class CancelCashReceipt(Call[Done | Refused], frozen=True, kw_only=True):
    """Take back what is left of a sale's cash receipt, and nothing else: it went to the wrong number.

    `reason` is a value of `pos.voucher.bodies.CashReceiptReason`."""

    receipt_number: str
    reason: str


class RequestCashReceipt(Call[Done | Refused], frozen=True, kw_only=True):
    """Issue one for a sale. `digits` are the buyer's, empty for none; they are sealed before anything is written."""

    purpose: str
    digits: str
    receipt_number: str = ""
