"""The numbered fields that journal entry bodies are made of, each declared once.

A body is a frozen dataclass whose annotations name these fields; reading and writing follow from the annotations:

    class ReceiptPrinted(EntryBody):
        receipt_number: ReceiptNumber       # key 2, required
        clerk: Clerk | None = None          # key 17, may be absent

Numbers 1 to 6 of `payment.approved` are the protocol's; numbers are added, never given a second meaning.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Annotated, ClassVar, Final, Self, TypeVar, get_args, get_type_hints

from pos import cbor
from pos.errors import MalformedError
from pos.money import AMOUNT_MAX_WON
from pos.voucher.body_values import (
    CashDirection,
    CashReceiptPurpose,
    CashReceiptReason,
    ChangeRuling,
    IdentifierKind,
    NoteMark,
    PersonRole,
    PrintOutcome,
    RefundKind,
    RemoteAnswerKind,
    RequestEnd,
    SoldItem,
    TaxClass,
    TaxSplit,
    TenderKind,
    TenderMethod,
)
from pos.voucher.entry import Body
from pos.voucher.fields import HASH_BYTES, ID16_BYTES, Fields
from pos.voucher.labels import OBJECT_BYTES_MAX, RECEIPT_NUMBER_BYTES_MAX, SERIAL_BYTES_MAX

REASON_BYTES_MAX: Final = 64
CLERK_BYTES_MAX: Final = 64
DETAILS_BYTES_MAX: Final = 2_000
SEALED_BYTES_MAX: Final = 128
IDENTIFIER_BYTES_MAX: Final = 32
APPROVAL_NUMBER_BYTES_MAX: Final = 9
PERSON_NUMBER_MAX: Final = 99
PERSON_NAME_BYTES_MAX: Final = 48
FIGURES_BYTES_MAX: Final = 12_000
PIECES_MAX: Final = 32
PIECE_FIELDS: Final = 2
UNSENT_FIELDS: Final = 3
CHECKS_MAX: Final = 64
ITEMS_MAX: Final = 99
"""Lines of one sale: with their names they fit an entry."""
NOTES_MAX: Final = 200
"""Notes of one denomination handed over at once: two bundles."""
FEATURES_MAX: Final = 16
"""Security features of one kind of note."""
FEATURE_BYTES_MAX: Final = 120
ITEM_NAME_BYTES_MAX: Final = 90
ITEM_CODE_BYTES_MAX: Final = 20
ITEM_QUANTITY_MAX: Final = 999
_ITEM_FIELDS: Final = (4, 5)
EMERGENCY_BYTES_MAX: Final = 12 * 1024
CHECK_NUMBER_MAX: Final = 255
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class BodyField:
    """One numbered field: how it is read, and how written where its value is not CBOR already."""

    number: int
    read: Callable[[Fields, int, str], object]
    write: Callable[..., cbor.Value] | None = None


@dataclass(frozen=True, slots=True)
class _Slot:
    name: str
    number: int
    read: Callable[[Fields, int, str], object]
    write: Callable[..., cbor.Value] | None
    is_optional: bool


class NumberedBody:
    """What a map of numbered fields says; reading and writing follow from the annotations of a dataclass."""

    __slots__ = ()

    KIND: ClassVar[str]

    @classmethod
    def from_body(cls, body: Body) -> Self:
        """Read a body; keys that this kind does not know are ignored. Raises MalformedError."""
        given = Fields(cls.KIND, body)
        make: Callable[..., Self] = cls
        return make(
            **{
                slot.name: slot.read(given, slot.number, slot.name)
                # mypy takes a class's hash for that of its instances.
                for slot in _slots_of(cls)  # type: ignore[arg-type]
                if slot.number in body or not slot.is_optional
            }
        )

    def to_body(self) -> Body:
        """Return the body as it is written."""
        body: Body = {}
        for slot in _slots_of(type(self)):  # type: ignore[arg-type]
            value = getattr(self, slot.name)
            if value is not None:
                body[slot.number] = value if slot.write is None else slot.write(value)
        return body


class EntryBody(NumberedBody):
    """What the body of one kind of journal entry says."""

    __slots__ = ()


class MessageBody(NumberedBody):
    """What the body of one kind of message says."""

    __slots__ = ()


@cache
def _slots_of(kind: type[NumberedBody]) -> tuple[_Slot, ...]:
    hints = get_type_hints(kind, include_extras=True)
    # Every body is a dataclass; the base cannot say so without being one itself.
    return tuple(_slot(item.name, hints[item.name]) for item in fields(kind))  # type: ignore[arg-type]


def _slot(name: str, hint: object) -> _Slot:
    members = get_args(hint)
    is_optional = type(None) in members
    field = get_args(members[0])[1] if is_optional else members[1]
    assert isinstance(field, BodyField), f"{name} is not declared as a body field"
    return _Slot(name, field.number, field.read, field.write, is_optional)


def _business_date(fields: Fields, key: int, name: str) -> str:
    text = fields.text(key, name, bytes_max=10)
    try:
        if _DATE.fullmatch(text):
            date.fromisoformat(text)
            return text
    except ValueError:
        pass
    raise MalformedError(f"{name} is not a date YYYY-MM-DD")


def _checks(fields: Fields, key: int, name: str) -> tuple[int, ...]:
    numbers = []
    for number in fields.array(key, name, length_max=CHECKS_MAX):
        if type(number) is not int or not 1 <= number <= CHECK_NUMBER_MAX:
            raise MalformedError(f"{name} is not an array of check numbers")
        numbers.append(number)
    return tuple(numbers)


def _tax_split(fields: Fields, key: int, name: str) -> TaxSplit:
    given = Fields(name, fields.map_(key, name))
    return TaxSplit(
        taxable_won=given.uint(1, "taxable", high=AMOUNT_MAX_WON),
        vat_won=given.uint(2, "vat", high=AMOUNT_MAX_WON),
        exempt_won=given.uint(3, "exempt", high=AMOUNT_MAX_WON),
        service_won=given.uint(4, "service", high=AMOUNT_MAX_WON),
    )


def _pieces(fields: Fields, key: int, name: str) -> tuple[tuple[int, int], ...]:
    """Pieces of money: [denomination in won, how many]."""
    found = []
    for index, pair in enumerate(fields.array(key, name, length_max=PIECES_MAX)):
        if not isinstance(pair, list) or len(pair) != PIECE_FIELDS:
            raise MalformedError(f"{name} is not an array of pairs")
        given = Fields(f"{name} {index}", dict(enumerate(pair)))
        found.append((given.uint(0, "won", low=1, high=AMOUNT_MAX_WON), given.uint(1, "count", high=AMOUNT_MAX_WON)))
    return tuple(found)


def _write_pieces(pieces: tuple[tuple[int, int], ...]) -> cbor.Value:
    return [[won, count] for won, count in pieces]


def _unsent(fields: Fields, key: int, name: str) -> tuple[int, int, int]:
    """What waits for the ledger: entries, payments among them, won."""
    given = fields.array(key, name, length_max=UNSENT_FIELDS)
    if len(given) != UNSENT_FIELDS:
        raise MalformedError(f"{name} is not an array of three")
    counts = Fields(name, dict(enumerate(given)))
    return counts.uint(0, "entries"), counts.uint(1, "payments"), counts.uint(2, "won")


def _write_tax_split(split: TaxSplit) -> cbor.Value:
    return {1: split.taxable_won, 2: split.vat_won, 3: split.exempt_won, 4: split.service_won}


def _items(fields: Fields, key: int, name: str) -> tuple[SoldItem, ...]:
    return tuple(_item(line) for line in fields.array(key, name, length_max=ITEMS_MAX))


def _item(line: cbor.Value) -> SoldItem:
    if not isinstance(line, list) or len(line) not in _ITEM_FIELDS:
        raise MalformedError("an item is not an array of four or five")
    given = Fields("item", dict(enumerate(line)))
    return SoldItem(
        name=given.text(0, "name", bytes_max=ITEM_NAME_BYTES_MAX),
        unit_price_won=given.uint(1, "unit price", high=AMOUNT_MAX_WON),
        quantity=given.uint(2, "quantity", low=1, high=ITEM_QUANTITY_MAX),
        tax=_member_of(TaxClass)(given, 3, "tax"),
        code=given.text(4, "code", bytes_max=ITEM_CODE_BYTES_MAX) if given.has(4) else "",
    )


def _write_items(items: tuple[SoldItem, ...]) -> cbor.Value:
    return [
        [item.name, item.unit_price_won, item.quantity, item.tax.value, *([item.code] if item.code else [])]
        for item in items
    ]


def _member_of(members: type[E]) -> Callable[[Fields, int, str], E]:
    def read(fields: Fields, key: int, name: str) -> E:
        try:
            return members(fields.text(key, name, bytes_max=REASON_BYTES_MAX))
        except ValueError:
            raise MalformedError(f"{name} is not one of {', '.join(members)}") from None

    return read


def _text(bytes_max: int) -> Callable[[Fields, int, str], str]:
    return lambda fields, key, name: fields.text(key, name, bytes_max=bytes_max)


def _texts(length_max: int, bytes_max: int) -> Callable[[Fields, int, str], tuple[str, ...]]:
    def read(fields: Fields, key: int, name: str) -> tuple[str, ...]:
        given = Fields(name, dict(enumerate(fields.array(key, name, length_max=length_max))))
        return tuple(given.text(place, name, bytes_max=bytes_max) for place in range(given.count))

    return read


def _note_marks(fields: Fields, key: int, name: str) -> tuple[NoteMark, ...]:
    given = Fields(name, dict(enumerate(fields.array(key, name, length_max=len(NoteMark)))))
    return tuple(_member_of(NoteMark)(given, place, name) for place in range(given.count))


def _write_members(members: tuple[StrEnum, ...]) -> cbor.Value:
    return [member.value for member in members]


def _bytes(size: int) -> Callable[[Fields, int, str], bytes]:
    return lambda fields, key, name: fields.bytes_(key, name, size=size)


def _uint(*, low: int = 0, high: int = cbor.UINT_MAX) -> Callable[[Fields, int, str], int]:
    return lambda fields, key, name: fields.uint(key, name, low=low, high=high)


def _object(bytes_max: int) -> Callable[[Fields, int, str], bytes]:
    return lambda fields, key, name: fields.object_(key, name, bytes_max=bytes_max)


def _emergency(fields: Fields, key: int, name: str) -> bytes:
    return fields.object_(key, name, bytes_max=EMERGENCY_BYTES_MAX)


ObjectBytes = Annotated[bytes, BodyField(1, _object(OBJECT_BYTES_MAX))]
ReceiptNumber = Annotated[str, BodyField(2, _text(RECEIPT_NUMBER_BYTES_MAX))]
SaleId = Annotated[bytes, BodyField(3, _bytes(ID16_BYTES))]
AmountWon = Annotated[int, BodyField(4, Fields.amount_won)]
BusinessDate = Annotated[str, BodyField(5, _business_date)]
Checks = Annotated[tuple[int, ...], BodyField(6, _checks, list)]
Reason = Annotated[str, BodyField(7, _text(REASON_BYTES_MAX))]
ReasonOfRequestEnd = Annotated[RequestEnd, BodyField(7, _member_of(RequestEnd), str)]
ScannedSha256 = Annotated[bytes, BodyField(8, _bytes(HASH_BYTES))]
ExpiryS = Annotated[int, BodyField(9, Fields.time_s)]
Nonce = Annotated[bytes, BodyField(10, _bytes(ID16_BYTES))]
KindOfTender = Annotated[TenderKind, BodyField(11, _member_of(TenderKind), str)]
TotalWon = Annotated[int, BodyField(12, _uint(high=AMOUNT_MAX_WON))]
SplitOfTax = Annotated[TaxSplit, BodyField(13, _tax_split, _write_tax_split)]
CopyNumber = Annotated[int, BodyField(14, _uint(low=1))]
OutcomeOfPrint = Annotated[PrintOutcome, BodyField(15, _member_of(PrintOutcome), str)]
OtherEntry = Annotated[bytes, BodyField(16, _bytes(HASH_BYTES))]
Clerk = Annotated[str, BodyField(17, _text(CLERK_BYTES_MAX))]
Details = Annotated[str, BodyField(18, _text(DETAILS_BYTES_MAX))]
MessageNumber = Annotated[int, BodyField(19, _uint(low=1))]
TerminalId = Annotated[str, BodyField(20, Fields.id_)]
MerchantId = Annotated[str, BodyField(21, Fields.id_)]
LedgerId = Annotated[str, BodyField(22, Fields.id_)]
ItemsSold = Annotated[tuple[SoldItem, ...], BodyField(23, _items, _write_items)]
HoldNumber = Annotated[int, BodyField(24, _uint(low=1))]
GivenWon = Annotated[int, BodyField(25, Fields.amount_won)]
MethodOfTender = Annotated[TenderMethod, BodyField(26, _member_of(TenderMethod), str)]
IssuerCode = Annotated[str, BodyField(30, Fields.issuer)]
ProgramId = Annotated[str, BodyField(31, Fields.id_)]
DenominationWon = Annotated[int, BodyField(32, Fields.amount_won)]
NoteCount = Annotated[int, BodyField(33, _uint(low=1, high=NOTES_MAX))]
NoteTotal = Annotated[int, BodyField(33, _uint(low=1))]
Serials = Annotated[tuple[str, ...], BodyField(34, _texts(NOTES_MAX, SERIAL_BYTES_MAX), list)]
ChangeWon = Annotated[int, BodyField(35, _uint(high=AMOUNT_MAX_WON))]
RulingOnChange = Annotated[ChangeRuling, BodyField(36, _member_of(ChangeRuling), str)]
NoteMarks = Annotated[tuple[NoteMark, ...], BodyField(37, _note_marks, _write_members)]
SubmissionNumber = Annotated[int, BodyField(38, _uint(low=1))]
IssueYear = Annotated[int, BodyField(39, _uint(low=2000, high=9999))]
ReferenceLabel = Annotated[str, BodyField(116, _text(REASON_BYTES_MAX))]
FeaturesChecked = Annotated[tuple[str, ...], BodyField(115, _texts(FEATURES_MAX, FEATURE_BYTES_MAX), list)]
AlarmCause = Annotated[str, BodyField(85, _text(REASON_BYTES_MAX))]
SealedIdentifier = Annotated[bytes, BodyField(40, _object(SEALED_BYTES_MAX))]
PurposeOfCashReceipt = Annotated[CashReceiptPurpose, BodyField(41, _member_of(CashReceiptPurpose), str)]
MaskedIdentifier = Annotated[str, BodyField(42, _text(IDENTIFIER_BYTES_MAX))]
CashReceiptId = Annotated[bytes, BodyField(43, _bytes(ID16_BYTES))]
KindOfIdentifier = Annotated[IdentifierKind, BodyField(44, _member_of(IdentifierKind), str)]
ApprovalNumber = Annotated[str, BodyField(45, _text(APPROVAL_NUMBER_BYTES_MAX))]
ApprovedS = Annotated[int, BodyField(46, Fields.time_s)]
OriginalCashReceiptId = Annotated[bytes, BodyField(47, _bytes(ID16_BYTES))]
CancelReason = Annotated[CashReceiptReason, BodyField(48, _member_of(CashReceiptReason), str)]
TradedS = Annotated[int, BodyField(49, Fields.time_s)]
RefundId = Annotated[bytes, BodyField(50, _bytes(ID16_BYTES))]
SaleReceipt = Annotated[str, BodyField(51, _text(RECEIPT_NUMBER_BYTES_MAX))]
TenderEntry = Annotated[bytes, BodyField(52, _bytes(HASH_BYTES))]
TenderSequence = Annotated[int, BodyField(54, _uint(low=1))]
KindOfRefund = Annotated[RefundKind, BodyField(53, _member_of(RefundKind), str)]
Person = Annotated[int, BodyField(60, _uint(low=1, high=PERSON_NUMBER_MAX))]
PersonName = Annotated[str, BodyField(61, _text(PERSON_NAME_BYTES_MAX))]
RoleOfPerson = Annotated[PersonRole, BodyField(62, _member_of(PersonRole), str)]
HasNewPin = Annotated[int, BodyField(63, _uint(low=1, high=1))]
Tries = Annotated[int, BodyField(64, _uint(low=1))]
WaitS = Annotated[int, BodyField(65, _uint(low=1))]
TrainingSales = Annotated[int, BodyField(66, _uint())]
FloatWon = Annotated[int, BodyField(70, _uint(high=AMOUNT_MAX_WON))]
ZNumber = Annotated[int, BodyField(71, _uint(low=1))]
DayFigures = Annotated[bytes, BodyField(72, _object(FIGURES_BYTES_MAX))]
CountedWon = Annotated[int, BodyField(73, _uint(high=AMOUNT_MAX_WON))]
CountedPieces = Annotated[tuple[tuple[int, int], ...], BodyField(74, _pieces, _write_pieces)]
UnsentAtClosing = Annotated[tuple[int, int, int], BodyField(76, _unsent, list)]
DirectionOfCash = Annotated[CashDirection, BodyField(75, _member_of(CashDirection), str)]
TrustVersion = Annotated[int, BodyField(90, _uint())]
"""Version of a snapshot."""
RootVersion = Annotated[int, BodyField(91, _uint())]
TimestampVersion = Annotated[int, BodyField(92, _uint())]
OriginOfTrust = Annotated[str, BodyField(93, _text(REASON_BYTES_MAX))]
EmergencyBytes = Annotated[bytes, BodyField(94, _emergency)]
PrinterUrl = Annotated[str, BodyField(80, _text(DETAILS_BYTES_MAX))]
PrinterProfile = Annotated[str, BodyField(81, _text(DETAILS_BYTES_MAX))]
PrinterColumns = Annotated[int, BodyField(82, _uint(low=16, high=128))]
SettingName = Annotated[str, BodyField(83, _text(REASON_BYTES_MAX))]
SettingValue = Annotated[str, BodyField(84, _text(REASON_BYTES_MAX))]
ArchiveSha256 = Annotated[bytes, BodyField(120, _bytes(HASH_BYTES))]
ArchiveUntil = Annotated[int, BodyField(121, _uint(low=1))]
ArchiveBefore = Annotated[str, BodyField(122, _business_date)]
DroppedCount = Annotated[int, BodyField(123, _uint())]
SelftestToken = Annotated[str, BodyField(95, _text(REASON_BYTES_MAX))]
ProgramVersion = Annotated[str, BodyField(96, _text(REASON_BYTES_MAX))]
MachineNumber = Annotated[str, BodyField(97, _text(REASON_BYTES_MAX))]
SkippedTests = Annotated[str, BodyField(98, _text(REASON_BYTES_MAX))]
FormerTerminal = Annotated[str, BodyField(130, Fields.id_)]
FormerEntries = Annotated[int, BodyField(131, _uint(low=1))]
FormerHead = Annotated[bytes, BodyField(132, _bytes(HASH_BYTES))]
BootId = Annotated[bytes, BodyField(100, _bytes(ID16_BYTES))]
BootMs = Annotated[int, BodyField(101, _uint())]
RemoteSubject = Annotated[bytes, BodyField(86, _bytes(ID16_BYTES))]
RemoteIssuer = Annotated[str, BodyField(87, Fields.issuer)]
RemoteProgram = Annotated[str, BodyField(88, Fields.id_)]
RemoteAnswer = Annotated[RemoteAnswerKind, BodyField(89, _member_of(RemoteAnswerKind), str)]
RemotePayment = Annotated[bytes, BodyField(55, _bytes(ID16_BYTES))]
