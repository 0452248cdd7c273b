"""Papers that a customer asks for, and receipts that need none."""

from pos.link.base_calls import Call, Done, Refused


class PrintDeclineSlip(Call[Done | Refused], frozen=True, kw_only=True):
    """Put on paper that the payment in this entry was declined, and why."""

    entry: int


class GiveReceipt(Call[Done | Refused], frozen=True, kw_only=True):
    """The customer was asked how to have the receipt: as a code on the screen, or on paper."""

    receipt_number: str
    is_electronic: bool
