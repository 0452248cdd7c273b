"""What the screen may ask of core about the sale, the paper and the past, and what it is told."""

import msgspec

from pos.link.base_calls import Answer, Call, Done, Push, Refused, State
from pos.link.state import TillState


class ReportedNote(msgspec.Struct, frozen=True, kw_only=True):
    """A note in the drawer that was reported after it was taken."""

    issuer: str
    """By name."""
    serial: str
    document: str
    """The name of the paper about it."""


class AttentionLine(msgspec.Struct, frozen=True, kw_only=True):
    """A sale to settle with the customer."""

    entry: bytes
    time_s: int
    amount_won: int
    receipt_number: str
    cause: str
    """ "not_shown", "not_printed", "paper_unknown", "recovered"."""
    note: ReportedNote | None = None
    """The paper note that it is about."""


class AttentionPage(Answer, frozen=True, kw_only=True):
    lines: tuple[AttentionLine, ...]


class Watch(Call[State], frozen=True, kw_only=True):
    """Subscribe to pushes; the answer is the newest state (screen)."""


class EnterAmount(Call[Done | Refused], frozen=True, kw_only=True):
    """Begin a sale over this amount, or correct it while nothing is paid."""

    amount_won: int


class CancelSale(Call[Done | Refused], frozen=True, kw_only=True):
    """Leave the sale; approved tenders stay approved and are never taken back by this."""


class AnswerQuestion(Call[Done | Refused], frozen=True, kw_only=True):
    serial: int
    choice: int


class PayOther(Call[Done | Refused], frozen=True, kw_only=True):
    """Take another tender ("cash" or "other") for part or all of what is due; cash may be more, and the rest goes back.
    `method` says what "other" is: a value of `pos.voucher.bodies.TenderMethod`."""

    kind: str
    amount_won: int
    method: str = ""
    program: str = ""
    """Whose code of the shop's own was shown."""


class MerchantQrAnswer(Answer, frozen=True, kw_only=True):
    """The shop's own payment code of a programme, for what is due."""

    text: str
    amount_won: int
    name: str
    """Of the programme; empty where nobody knows it."""
    has_amount: bool
    """The code says the amount itself; otherwise the customer types it."""


class ShowMerchantQr(Call[MerchantQrAnswer | Refused], frozen=True, kw_only=True):
    program: str


class ClearVerdict(Call[Done], frozen=True, kw_only=True):
    """Back to idle without a digit."""


class PrintWaiting(Call[Done | Refused], frozen=True, kw_only=True):
    """Print receipts that wait: "all", "last" or "none"."""

    which: str


class ListAttention(Call[AttentionPage], frozen=True, kw_only=True):
    pass


class CloseAttention(Call[Done | Refused], frozen=True, kw_only=True):
    """A person says how the open matter ended."""

    entry: bytes
    answer: str


class ScanAgain(Call[Done | Refused], frozen=True, kw_only=True):
    """What is in sight of the camera counts as new, and is looked at from the beginning."""


class OpenDrawer(Call[Done | Refused], frozen=True, kw_only=True):
    cause: str


class StateChanged(Push, frozen=True, kw_only=True):
    till: TillState
