"""What a key asks for, as values: the desk decides, the screen carries out."""

from dataclasses import dataclass
from typing import TypeAlias

from pos.link.calls import AddItem, AnswerQuestion, CancelSale, ClearVerdict, EnterAmount, LogOut, OpenDay, ScanAgain
from pos.words import Notice

DeskCall: TypeAlias = AddItem | EnterAmount | CancelSale | AnswerQuestion | ClearVerdict | LogOut | OpenDay | ScanAgain


@dataclass(frozen=True, slots=True)
class Nothing:
    """The key did all it does."""


@dataclass(frozen=True, slots=True)
class Say:
    notice: Notice


@dataclass(frozen=True, slots=True)
class Send:
    """Calls to core, in this order."""

    calls: tuple[DeskCall, ...]


@dataclass(frozen=True, slots=True)
class OpenMenu:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRequest:
    """Show the open payment request, or open one over what is due; over `begins_won` where no sale is open."""

    begins_won: int = 0


@dataclass(frozen=True, slots=True)
class OpenWares:
    """Choose items, or a sale that was put aside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeTender:
    """Ask how `amount_won` is paid; `begins_sale` where the amount is the whole new sale."""

    amount_won: int
    begins_sale: bool
    is_note: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AskCashReceipt:
    """The customer of the last sale wants a cash receipt."""

    amount_won: int


@dataclass(frozen=True, slots=True)
class GiveElectronic:
    """The customer may want the receipt as a code instead of paper."""

    receipt_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Relieve:
    """Ask for the PIN of whoever takes over; 0 asks who it is first."""

    person: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveSale:
    """Ask before a sale is left in which something was already paid."""

    paid_won: int


Intent: TypeAlias = (
    AskCashReceipt
    | GiveElectronic
    | OpenWares
    | Nothing
    | Say
    | Send
    | OpenMenu
    | OpenRequest
    | Relieve
    | TakeTender
    | LeaveSale
)
