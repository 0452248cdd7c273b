"""What each kind of message from the ledger says, as types (PROTOCOL.md, section 7.1).

Rules:

- a kind and its keys never change their meaning; keys are added, and unknown keys are ignored;
- an unknown kind is no error: it is stored, acknowledged and shown as it came (`UnknownMessage`);
- texts in a message were written by strangers: they are clean text, and still made safe before they are shown;
- a settlement, an order or a fraud notice is information: nothing of it moves money at the terminal.

The envelope, its number and its signature are in `messages`; what a terminal does with a message is for core.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, ClassVar, Final, TypeVar

from pos import cbor
from pos.errors import MalformedError
from pos.money import AMOUNT_MAX_WON
from pos.voucher.body_fields import BodyField, MessageBody
from pos.voucher.entry import Body
from pos.voucher.evidence import EVIDENCE_BYTES_MAX
from pos.voucher.fields import HASH_BYTES, ID16_BYTES, Fields
from pos.voucher.labels import OBJECT_BYTES_MAX, SEQUENCE_MAX
from pos.voucher.messages import Message, MessageKind
from pos.voucher.outcomes import Outcome
from pos.voucher.spend_line import LinePoint
from pos.voucher.verified import VoucherIdentity

CODE_BYTES_MAX: Final = 64
LABEL_BYTES_MAX: Final = 120
NOTE_BYTES_MAX: Final = 1_000
APPROVAL_NUMBER_BYTES_MAX: Final = 24
ORDER_ITEMS_MAX: Final = 100
SPENDS_MAX: Final = 200
TOTAL_MAX_WON: Final = 10**12
"""Of a settlement, which adds many sales up."""

E = TypeVar("E", bound=StrEnum)


class CashReceiptState(StrEnum):
    """What the tax service said of a cash receipt."""

    APPROVED = "approved"
    CONFIRMED = "confirmed"
    """The tax service has it for good, as a rule on the next day."""
    FAILED = "failed"
    CANCELLED = "cancelled"


class SettlementState(StrEnum):
    """Where the money of a settlement is."""

    EXPECTED = "expected"
    PAID = "paid"
    HELD = "held"
    """Kept back; the note says why."""


class FraudCause(StrEnum):
    """What a fraud notice is about."""

    DOUBLE_SPEND = "double_spend"
    VOUCHER_REVOKED = "voucher_revoked"
    TERMINAL_SUSPECT = "terminal_suspect"
    WARNING = "warning"
    """A way of cheating that is going round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderItem:
    """A line of an order."""

    name: str
    quantity: int
    amount_won: int
    """Of the whole line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiblingSpend:
    """A payment that another terminal of the same merchant approved."""

    voucher: VoucherIdentity
    point: LinePoint
    terminal: str


def _text(bytes_max: int) -> Callable[[Fields, int, str], str]:
    return lambda fields, key, name: fields.text(key, name, bytes_max=bytes_max)


def _bytes(size: int) -> Callable[[Fields, int, str], bytes]:
    return lambda fields, key, name: fields.bytes_(key, name, size=size)


def _object(bytes_max: int) -> Callable[[Fields, int, str], bytes]:
    return lambda fields, key, name: fields.object_(key, name, bytes_max=bytes_max)


def _uint(*, low: int = 0, high: int = cbor.UINT_MAX) -> Callable[[Fields, int, str], int]:
    return lambda fields, key, name: fields.uint(key, name, low=low, high=high)


def _member(members: type[E]) -> Callable[[Fields, int, str], E]:
    def read(fields: Fields, key: int, name: str) -> E:
        try:
            return members(fields.text(key, name, bytes_max=CODE_BYTES_MAX))
        except ValueError:
            raise MalformedError(f"{name} is not one of {', '.join(members)}") from None

    return read


def _date(fields: Fields, key: int, name: str) -> date:
    text = fields.text(key, name, bytes_max=10)
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise MalformedError(f"{name} is not a date YYYY-MM-DD")


def _flag(fields: Fields, key: int, name: str) -> bool:
    value = fields.value(key, name)
    if not isinstance(value, bool):
        raise MalformedError(f"{name} is neither true nor false")
    return value


def _outcome(fields: Fields, key: int, name: str) -> Outcome:
    return Outcome.from_value(fields.value(key, name))


def _items(fields: Fields, key: int, name: str) -> tuple[OrderItem, ...]:
    return tuple(map(_item, fields.array(key, name, length_max=ORDER_ITEMS_MAX)))


def _item(value: cbor.Value) -> OrderItem:
    if not isinstance(value, list) or len(value) != 3:
        raise MalformedError("order item: not an array of three")
    fields = Fields("order item", dict(enumerate(value)))
    return OrderItem(
        name=fields.text(0, "name", bytes_max=LABEL_BYTES_MAX),
        quantity=fields.uint(1, "quantity", low=1, high=10_000),
        amount_won=fields.uint(2, "amount", high=AMOUNT_MAX_WON),
    )


def _write_items(items: tuple[OrderItem, ...]) -> cbor.Value:
    return [[item.name, item.quantity, item.amount_won] for item in items]


def _spends(fields: Fields, key: int, name: str) -> tuple[SiblingSpend, ...]:
    given = fields.array(key, name, length_max=SPENDS_MAX)
    if not given:
        raise MalformedError(f"{name} is empty")
    return tuple(map(_spend, given))


def _spend(value: cbor.Value) -> SiblingSpend:
    if not isinstance(value, list) or len(value) != 6:
        raise MalformedError("sibling's payment: not an array of six")
    fields = Fields("sibling's payment", dict(enumerate(value)))
    return SiblingSpend(
        voucher=VoucherIdentity(
            issuer=fields.issuer(0, "issuer"), voucher_id=fields.bytes_(1, "voucher id", size=ID16_BYTES)
        ),
        point=LinePoint(
            sequence=fields.uint(2, "sequence", low=1, high=SEQUENCE_MAX),
            spent_before_won=fields.uint(3, "spent before", high=AMOUNT_MAX_WON),
            amount_won=fields.amount_won(4, "amount"),
        ),
        terminal=fields.id_(5, "terminal"),
    )


def _write_spends(spends: tuple[SiblingSpend, ...]) -> cbor.Value:
    return [
        [
            spend.voucher.issuer,
            spend.voucher.voucher_id,
            spend.point.sequence,
            spend.point.spent_before_won,
            spend.point.amount_won,
            spend.terminal,
        ]
        for spend in spends
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOutcomeTold(MessageBody):
    """What became of a payment after its entry had been acknowledged."""

    KIND: ClassVar[str] = MessageKind.PAYMENT_OUTCOME

    outcome: Annotated[Outcome, BodyField(1, _outcome, Outcome.to_value)]


@dataclass(frozen=True, slots=True, kw_only=True)
class CashReceiptTold(MessageBody):
    """The tax service's answer to a cash receipt that this terminal asked for."""

    KIND: ClassVar[str] = MessageKind.CASH_RECEIPT

    cash_receipt_id: Annotated[bytes, BodyField(1, _bytes(ID16_BYTES))]
    """Given by the terminal when it asked."""
    state: Annotated[CashReceiptState, BodyField(2, _member(CashReceiptState), str)]
    approval_number: Annotated[str, BodyField(3, _text(APPROVAL_NUMBER_BYTES_MAX))] | None = None
    approved_on: Annotated[date, BodyField(4, _date, date.isoformat)] | None = None
    failure: Annotated[str, BodyField(5, _text(CODE_BYTES_MAX))] | None = None
    """The provider's code."""
    note: Annotated[str, BodyField(6, _text(NOTE_BYTES_MAX))] | None = None
    approved_s: Annotated[int, BodyField(7, Fields.time_s)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementTold(MessageBody):
    """The money of some days' sales, and when it reaches the shop's account."""

    KIND: ClassVar[str] = MessageKind.SETTLEMENT

    number: Annotated[int, BodyField(1, _uint(low=1))]
    """Of this merchant's settlements; the same number again is news of the same one."""
    state: Annotated[SettlementState, BodyField(2, _member(SettlementState), str)]
    first_day: Annotated[date, BodyField(3, _date, date.isoformat)]
    last_day: Annotated[date, BodyField(4, _date, date.isoformat)]
    deposit_on: Annotated[date, BodyField(5, _date, date.isoformat)]
    amount_won: Annotated[int, BodyField(6, _uint(high=TOTAL_MAX_WON))]
    """That reaches the account: sales less refunds, fees and what the shop bears."""
    payments: Annotated[int, BodyField(7, _uint())]
    deducted_won: Annotated[int, BodyField(8, _uint(high=TOTAL_MAX_WON))] | None = None
    """Refunds, fees and conflicts that were taken off."""
    issuer: Annotated[str, BodyField(9, Fields.issuer)] | None = None
    """Absent where issuers settle together."""
    note: Annotated[str, BodyField(10, _text(NOTE_BYTES_MAX))] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemotePaymentTold(MessageBody):
    """A customer paid the shop from elsewhere, at the ledger; the money is settled like a sale's."""

    KIND: ClassVar[str] = MessageKind.REMOTE_PAYMENT

    payment_id: Annotated[bytes, BodyField(1, _bytes(ID16_BYTES))]
    """The ledger's; a payment is told once."""
    amount_won: Annotated[int, BodyField(2, Fields.amount_won)]
    issuer: Annotated[str, BodyField(3, Fields.issuer)]
    program: Annotated[str, BodyField(4, Fields.id_)]
    paid_s: Annotated[int, BodyField(5, Fields.time_s)]
    payer: Annotated[str, BodyField(6, _text(LABEL_BYTES_MAX))] | None = None
    """As the payer wants to be known to the shop; masked by the ledger where it is a name or a number."""
    purpose: Annotated[str, BodyField(7, _text(NOTE_BYTES_MAX))] | None = None
    confirmation: Annotated[bytes, BodyField(8, _object(OBJECT_BYTES_MAX))] | None = None
    """The ledger's paid confirmation, where it answers a request of this terminal: it counts as if it were shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTold(MessageBody):
    """An order from a delivery app or a regional mall."""

    KIND: ClassVar[str] = MessageKind.ORDER

    order_id: Annotated[bytes, BodyField(1, _bytes(ID16_BYTES))]
    channel: Annotated[str, BodyField(2, _text(LABEL_BYTES_MAX))]
    """Name of the app or mall."""
    total_won: Annotated[int, BodyField(3, Fields.amount_won)]
    placed_s: Annotated[int, BodyField(4, Fields.time_s)]
    items: Annotated[tuple[OrderItem, ...], BodyField(5, _items, _write_items)]
    payment_id: Annotated[bytes, BodyField(6, _bytes(ID16_BYTES))] | None = None
    """Of the payment at the ledger; absent where the customer has not paid yet."""
    answer_until_s: Annotated[int, BodyField(7, Fields.time_s)] | None = None
    customer: Annotated[str, BodyField(8, _text(LABEL_BYTES_MAX))] | None = None
    note: Annotated[str, BodyField(9, _text(NOTE_BYTES_MAX))] | None = None
    issuer: Annotated[str, BodyField(10, Fields.issuer)] | None = None
    program: Annotated[str, BodyField(11, Fields.id_)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FraudTold(MessageBody):
    """Something that the shop should know; it accuses nobody."""

    KIND: ClassVar[str] = MessageKind.FRAUD

    cause: Annotated[FraudCause, BodyField(1, _member(FraudCause), str)]
    told_s: Annotated[int, BodyField(2, Fields.time_s)]
    issuer: Annotated[str, BodyField(3, Fields.issuer)] | None = None
    voucher_id: Annotated[bytes, BodyField(4, _bytes(ID16_BYTES))] | None = None
    entry: Annotated[bytes, BodyField(5, _bytes(HASH_BYTES))] | None = None
    """Of this terminal's journal."""
    amount_won: Annotated[int, BodyField(6, Fields.amount_won)] | None = None
    evidence: Annotated[bytes, BodyField(7, _object(EVIDENCE_BYTES_MAX))] | None = None
    """An evidence file (section 5)."""
    note: Annotated[str, BodyField(8, _text(NOTE_BYTES_MAX))] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherSpentTold(MessageBody):
    """Payments that sibling tills approved: their points belong to this terminal's spend lines too."""

    KIND: ClassVar[str] = MessageKind.VOUCHER_SPENT

    spends: Annotated[tuple[SiblingSpend, ...], BodyField(1, _spends, _write_spends)]


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateTold(MessageBody):
    """A new certificate for the same key and id."""

    KIND: ClassVar[str] = MessageKind.CERTIFICATE

    certificate: Annotated[bytes, BodyField(1, _object(OBJECT_BYTES_MAX))]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireTold(MessageBody):
    """This terminal sells no more."""

    KIND: ClassVar[str] = MessageKind.RETIRE

    reason: Annotated[str, BodyField(1, _text(CODE_BYTES_MAX))]
    """`replaced`, `stolen`, `closed`, or another code."""
    replaced_by: Annotated[str, BodyField(2, Fields.id_)] | None = None
    must_wipe: Annotated[bool, BodyField(3, _flag)] | None = None
    """Key and identifiers are to be destroyed once everything is delivered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownMessage:
    """The body of a kind that this version does not know."""

    kind: str
    body: Body


_KINDS: Final[Mapping[str, type[MessageBody]]] = MappingProxyType(
    {
        kind.KIND: kind
        for kind in (
            PaymentOutcomeTold,
            CashReceiptTold,
            SettlementTold,
            RemotePaymentTold,
            OrderTold,
            FraudTold,
            VoucherSpentTold,
            CertificateTold,
            RetireTold,
        )
    }
)


def read_message(message: Message) -> MessageBody | UnknownMessage:
    """What a message says. Raises MalformedError if the kind is known and the body is not of its form."""
    known = _KINDS.get(message.kind)
    return UnknownMessage(kind=message.kind, body=message.body) if known is None else known.from_body(message.body)
