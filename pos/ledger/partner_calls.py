"""What partners send and get, as JSON: delivery apps, regional malls, and whoever lets phones pay online.

Rules: numbers are whole won and whole seconds; unknown fields are refused, so that a misspelt one is noticed; a number
of the partner's own (`id`) names each payment and each order for ever; texts are checked like those of any message.
"""

import hashlib
from dataclasses import dataclass
from typing import Annotated, Final, Self, TypeVar

import msgspec

from pos.errors import MalformedError
from pos.ledger.online import MallOrder, OnlineOrder
from pos.ledger.problem import malformed
from pos.ledger.schema import StoredRow
from pos.money import AMOUNT_MAX_WON
from pos.voucher.fields import is_clean_text, is_id, is_issuer
from pos.voucher.message_bodies import LABEL_BYTES_MAX, NOTE_BYTES_MAX, ORDER_ITEMS_MAX, OrderItem
from pos.voucher.qr import QrKind, decode_text, encode_text
from pos.voucher.signed import decode_request
from pos.voucher.terminal_claims import PaymentRequest
from pos.voucher.trust import Ledger
from pos.voucher.verified import VerifiedRequest, verify_request

BODY_BYTES_MAX: Final = 32_768
A = TypeVar("A", bound=msgspec.Struct)
_Reference = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9._-]{1,64}$")]
_Won = Annotated[int, msgspec.Meta(ge=1, le=AMOUNT_MAX_WON)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerCall:
    """Who is calling, and what exactly was sent."""

    partner: str
    digest: bytes
    """SHA-256 of the body."""

    @classmethod
    def of(cls, partner: str, body: bytes) -> Self:
        return cls(partner=partner, digest=hashlib.sha256(body).digest())


class PartnerPayment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`POST /v1/partners/payments`: a customer paid, for this request of a terminal or for this shop."""

    id: _Reference
    issuer: str
    program: str
    amount_won: _Won | None = None
    """May be left out beside a request, which has it."""
    request: str | None = None
    """The text of the terminal's payment request (`CKR1:`)."""
    merchant: str | None = None
    payer: str | None = None
    purpose: str | None = None

    def order(self, request: PaymentRequest | None, by: PartnerCall) -> OnlineOrder:
        """What is to be taken. Raises ProblemError 400."""
        if (request is None) == (self.merchant is None):
            raise malformed("either request or merchant, and not both")
        amount_won = self.amount_won if request is None else request.amount_won
        if amount_won is None or self.amount_won not in (None, amount_won):
            raise malformed("amount_won is missing, or not what the request is over")
        if not (is_issuer(self.issuer) and is_id(self.program)):
            raise malformed("issuer or program is not of its form")
        _check_text("payer", self.payer, LABEL_BYTES_MAX)
        _check_text("purpose", self.purpose, NOTE_BYTES_MAX)
        return OnlineOrder(
            partner=by.partner,
            reference=self.id,
            digest=by.digest,
            issuer=self.issuer,
            program=self.program,
            amount_won=amount_won,
            nonce=None if request is None else request.nonce,
            payer=self.payer,
            purpose=self.purpose,
        )


class PartnerPaid(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a payment."""

    payment: str
    """The ledger's id, 32 hexadecimal digits."""
    state: str
    """`waiting`, `settled`, or `returned`: the customer gets the money back."""
    terminal: str
    merchant: str
    amount_won: int
    confirmation: str | None = None
    """Text of the paid confirmation (`CKC1:`), for a phone to show where the terminal has no network."""

    @classmethod
    def of(cls, row: StoredRow) -> Self:
        raw = row.confirmation
        return cls(
            payment=row.payment_id.hex(),
            state=row.state,
            terminal=row.terminal,
            merchant=row.merchant,
            amount_won=row.amount_won,
            confirmation=None if raw is None else encode_text(QrKind.CONFIRMATION, raw),
        )


class PartnerItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of an order."""

    name: str
    quantity: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    amount_won: Annotated[int, msgspec.Meta(ge=0, le=AMOUNT_MAX_WON)]


class PartnerOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`POST /v1/partners/orders`: a customer ordered."""

    id: _Reference
    merchant: str
    channel: str
    total_won: _Won
    items: Annotated[tuple[PartnerItem, ...], msgspec.Meta(min_length=1, max_length=ORDER_ITEMS_MAX)]
    payment: _Reference | None = None
    """The partner's number of the payment, where the customer has paid."""
    answer_until_s: Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799)] | None = None
    customer: str | None = None
    note: str | None = None

    def order(self, by: PartnerCall) -> MallOrder:
        """What is to be told. Raises ProblemError 400."""
        _check_text("channel", self.channel, LABEL_BYTES_MAX)
        _check_text("customer", self.customer, LABEL_BYTES_MAX)
        _check_text("note", self.note, NOTE_BYTES_MAX)
        for item in self.items:
            _check_text("name", item.name, LABEL_BYTES_MAX)
        return MallOrder(
            partner=by.partner,
            reference=self.id,
            digest=by.digest,
            channel=self.channel,
            total_won=self.total_won,
            items=tuple(
                OrderItem(name=item.name, quantity=item.quantity, amount_won=item.amount_won) for item in self.items
            ),
            payment=self.payment,
            answer_until_s=self.answer_until_s,
            customer=self.customer,
            note=self.note,
        )


class PartnerTold(msgspec.Struct, frozen=True, kw_only=True):
    """Who was told of an order."""

    order: str
    terminal: str


def read_asked(body: bytes, kind: type[A]) -> A:
    """Read what a partner sent. Raises ProblemError 400."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as error:
        raise malformed(str(error)) from error


def verified_payment_request(text: str, ledger: Ledger) -> VerifiedRequest:
    """Verify a terminal's request as a phone does. Raises ProblemError 400."""
    try:
        found = decode_text(text)
        if found.kind is not QrKind.REQUEST:
            raise malformed("request: not a payment request")
        verified = verify_request(decode_request(found.data), ledger)
    except MalformedError as error:
        raise malformed(error.what) from error
    if not isinstance(verified, VerifiedRequest):
        raise malformed(f"request: fails at {verified.step}")
    return verified


def _check_text(name: str, text: str | None, bytes_max: int) -> None:
    if text is not None and not (1 <= len(text.encode("utf-8")) <= bytes_max and is_clean_text(text)):
        raise malformed(f"{name}: empty, too long, or with characters that cannot be shown")
