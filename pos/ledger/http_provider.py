"""A provider of cash receipts over HTTPS, in JSON: the shape that Korean providers have in common.

    POST {url}/cash-receipts            issue or cancel: 200 and the receipt, 409 the key was used, 422 and a code
    GET  {url}/cash-receipts/{key}      what was approved under a document key, and what the tax office says of it

Rules:

- the document key makes an order one for good. After an answer that was lost the same order goes out with the same key,
  and "used already" (409) is looked up: the same order is the same approval, another one under that key is refused;
- only a receipt, and a refusal with a code (400, 422), are answers. All else is "not now", and the order waits:
  silence, 5xx, a redirection, a page of somebody's hotel network;
- where there is no connection, or the key to the interface is not taken, no order would be answered, and it is said so;
- TLS is verified against the system's authorities; redirections and proxies are not followed;
- the identifier is written into the body last, the body is overwritten when it was sent, and whatever an answer says
  with the identifier in it is not taken over. Nothing of an answer is ever logged. The copies that the TLS library and
  the kernel make on the way are out of reach.

What is asked for and stored, who is told and when to ask again is left to `pos.ledger.cash_receipts`.
"""

import errno
import http.client
import logging
import re
import ssl
import time
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Final
from urllib.parse import urlsplit

import msgspec

from pos.ledger.folder import API_KEY_PATTERN, ProviderAt
from pos.ledger.korea import KOREA
from pos.ledger.provider import (
    CashReceiptOrder,
    FoundAt,
    ProviderAnswer,
    ProviderGoneError,
    Shop,
    TaxKind,
    TradeOption,
)
from pos.voucher.bodies import CashReceiptPurpose, CashReceiptReason, IdentifierKind

TIMEOUT_S: Final = 5.0
"""For one step on the line, and for reading an answer to its end."""
ANSWER_BYTES_MAX: Final = 16_384
PATH: Final = "/cash-receipts"
REASON_NUMBERS: Final = {
    CashReceiptReason.CANCELLED: 1,
    CashReceiptReason.MISTAKE: 2,
    CashReceiptReason.OTHER: 3,
}
"""As in the tax office's record (NTS notice 2025-19, section 3(3))."""
_NOT_LET_IN: Final = (http.HTTPStatus.UNAUTHORIZED, http.HTTPStatus.FORBIDDEN)
_MESSAGE_CHARACTERS_MAX: Final = 200
_FOUND_CHARACTERS_MAX: Final = 500

logger = logging.getLogger(__name__)


class TradeType(StrEnum):
    """What is done."""

    ISSUE = "issue"
    CANCEL = "cancel"


class NtsResult(StrEnum):
    """What the tax office said."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class OriginalShape(msgspec.Struct, frozen=True, kw_only=True):
    """What is cancelled."""

    approval_number: str
    approved_on: date
    reason: int
    """1 cancelled, 2 mistake, 3 other."""
    is_partial: bool


class OrderShape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order but for its identifier, which is written in as `identity_number`."""

    document_key: str
    trade_type: TradeType
    business_number: str
    branch_number: str | None = None
    trade_option: TradeOption | None = None
    usage: CashReceiptPurpose | None = None
    identity_kind: IdentifierKind | None = None
    tax_type: TaxKind
    total_won: int
    supply_won: int
    """Taxed supply without its tax."""
    vat_won: int
    tax_free_won: int
    service_won: int
    traded_at: datetime
    original: OriginalShape | None = None


class ReceiptShape(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider has under a document key."""

    document_key: str
    trade_type: TradeType
    business_number: str
    total_won: int
    approval_number: Annotated[str, msgspec.Meta(pattern=r"\A[0-9A-Za-z]{9}\Z")]
    approved_at: Annotated[datetime, msgspec.Meta(tz=True)]
    provider: str = ""
    receipt_id: str = ""
    receipt_url: str = ""
    nts_result: NtsResult = NtsResult.WAITING


class RefusalShape(msgspec.Struct, frozen=True, kw_only=True):
    """Why an order is refused for good."""

    code: Annotated[str, msgspec.Meta(pattern=r"\A[0-9A-Za-z._-]{1,64}\Z")]
    message: str = ""


class HttpProvider:
    """The provider at a URL. Raises OSError where it does not answer an order now, ProviderGoneError where none."""

    def __init__(self, at: ProviderAt, *, timeout_s: float = TIMEOUT_S) -> None:
        parts = urlsplit(at.url)
        assert parts.hostname is not None, "the folder's reader checks the URL"
        self._host, self._port, self._path = parts.hostname, parts.port, parts.path + PATH
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._key_file = at.key_file
        self._timeout_s = timeout_s

    def ask(self, order: CashReceiptOrder, digits: bytearray, *, now_s: int) -> ProviderAnswer:
        """Issue or cancel; the same document key again is the same answer."""
        if order.shop is None:
            return ProviderAnswer(failure="business_number_unknown")
        if digits and not (digits.isascii() and digits.isdigit()):
            return ProviderAnswer(failure="identifier_not_digits")
        asked = _order_shape(order, order.shop)
        body = _body(msgspec.json.encode(asked), digits)
        try:
            status, answer = self._call("POST", self._path, body)
        finally:
            body[:] = bytes(len(body))
        if status == http.HTTPStatus.CONFLICT:
            return self._same(asked, digits)
        if status in (http.HTTPStatus.BAD_REQUEST, http.HTTPStatus.UNPROCESSABLE_ENTITY):
            return self._refusal(answer, digits)
        receipt = self._receipt(status, answer, asked.document_key)
        if not _is_of(asked, receipt):
            raise _not_now("answers for another order")
        return _approval(receipt, digits)

    def is_confirmed(self, document_key: str, *, approval_number: str, approved_on: date, now_s: int) -> bool:
        """Whether the tax office has it."""
        status, answer = self._call("GET", f"{self._path}/{document_key}", None)
        if status == http.HTTPStatus.NOT_FOUND:
            logger.warning("the provider of cash receipts does not know %s any more", document_key)
        else:
            receipt = self._receipt(status, answer, document_key)
            if receipt.nts_result is NtsResult.ACCEPTED and receipt.approval_number == approval_number:
                return True
            if receipt.nts_result is NtsResult.REJECTED:
                logger.warning("the tax office rejected %s of %s", document_key, approved_on)
        return False

    def _same(self, asked: OrderShape, digits: bytearray) -> ProviderAnswer:
        """What stands under a key that was used already."""
        status, answer = self._call("GET", f"{self._path}/{asked.document_key}", None)
        receipt = self._receipt(status, answer, asked.document_key)
        return _approval(receipt, digits) if _is_of(asked, receipt) else ProviderAnswer(failure="document_key_taken")

    def _receipt(self, status: int, answer: bytes, document_key: str) -> ReceiptShape:
        if status not in (http.HTTPStatus.OK, http.HTTPStatus.CREATED):
            raise _not_now(f"answers {status}")
        try:
            receipt = msgspec.json.decode(answer, type=ReceiptShape)
        except msgspec.MsgspecError:
            raise _not_now("answers what is no receipt") from None
        if receipt.document_key != document_key:
            raise _not_now("answers for another document key")
        return receipt

    def _refusal(self, answer: bytes, digits: bytearray) -> ProviderAnswer:
        try:
            refusal = msgspec.json.decode(answer, type=RefusalShape)
        except msgspec.MsgspecError:
            raise _not_now("refuses without a code") from None
        code, message = _without(refusal.code, digits), _without(refusal.message, digits)
        return ProviderAnswer(
            failure=code or "code_not_repeatable",
            message="".join(filter(str.isprintable, message))[:_MESSAGE_CHARACTERS_MAX] or None,
        )

    def _call(self, method: str, path: str, body: bytearray | None) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {self._api_key()}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        line = self._line()
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            content = _read(answer, self._timeout_s)
        except http.client.HTTPException as error:
            raise _not_now(f"breaks off: {type(error).__name__}") from None
        except OSError as error:
            raise _not_now(error.strerror or type(error).__name__) from None
        finally:
            line.close()
        if answer.status in _NOT_LET_IN:
            raise _gone(f"does not take the key: {answer.status}")
        return answer.status, content

    def _line(self) -> http.client.HTTPConnection:
        """A connection that stands. Raises ProviderGoneError."""
        line = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout_s)
        if self._tls is not None:
            line = http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout_s, context=self._tls)
        try:
            line.connect()
        except OSError as error:
            line.close()
            raise _gone(error.strerror or type(error).__name__) from None
        return line

    def _api_key(self) -> str:
        try:
            key = self._key_file.read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            key = ""
        if API_KEY_PATTERN.fullmatch(key) is None:
            raise _gone(f"{self._key_file} holds no key")
        return key


def _not_now(why: str) -> OSError:
    return OSError(errno.EIO, why)


def _gone(why: str) -> ProviderGoneError:
    return ProviderGoneError(errno.EIO, why)


def _order_shape(order: CashReceiptOrder, shop: Shop) -> OrderShape:
    cancels = order.cancels
    original = None
    if cancels is not None:
        original = OriginalShape(
            approval_number=cancels.approval_number,
            approved_on=cancels.approved_on,
            reason=REASON_NUMBERS[cancels.reason],
            is_partial=cancels.is_part,
        )
    return OrderShape(
        document_key=order.document_key,
        trade_type=TradeType.ISSUE if cancels is None else TradeType.CANCEL,
        business_number=shop.business_number,
        branch_number=shop.branch_number,
        trade_option=shop.trade_option,
        usage=order.purpose,
        identity_kind=order.identifier_kind,
        tax_type=order.tax_kind,
        total_won=order.amount_won,
        supply_won=order.tax.taxable_won,
        vat_won=order.tax.vat_won,
        tax_free_won=order.tax.exempt_won,
        service_won=order.tax.service_won,
        traded_at=datetime.fromtimestamp(order.traded_s, KOREA),
        original=original,
    )


def _body(shape: bytes, digits: bytearray) -> bytearray:
    """The body in one piece of memory, so that overwriting it leaves no earlier copy."""
    if not digits:
        return bytearray(shape)
    before = shape.removesuffix(b"}") + b',"identity_number":"'
    body = bytearray(len(before) + len(digits) + 2)
    body[: len(before)] = before
    body[len(before) : -2] = digits
    body[-2:] = b'"}'
    return body


def _read(answer: http.client.HTTPResponse, timeout_s: float) -> bytes:
    """The whole body; one that is too long, or comes drop by drop, is none."""
    end_s = time.monotonic() + timeout_s
    content = bytearray()
    while part := answer.read1(ANSWER_BYTES_MAX):
        content += part
        if len(content) > ANSWER_BYTES_MAX or time.monotonic() > end_s:
            raise TimeoutError("no end of it")
    return bytes(content)


def _is_of(asked: OrderShape, receipt: ReceiptShape) -> bool:
    return (asked.trade_type, asked.business_number, asked.total_won) == (
        receipt.trade_type,
        receipt.business_number,
        receipt.total_won,
    )


def _approval(receipt: ReceiptShape, digits: bytearray) -> ProviderAnswer:
    found = [
        _without(text, digits)[:_FOUND_CHARACTERS_MAX]
        for text in (receipt.provider, receipt.receipt_id, receipt.receipt_url)
    ]
    provider, number, url = found
    return ProviderAnswer(
        approval_number=receipt.approval_number,
        approved_s=int(receipt.approved_at.astimezone(UTC).timestamp()),
        found_at=FoundAt(provider=provider, receipt=number, url=url) if any(found) else None,
    )


def _without(text: str, digits: bytearray) -> str:
    """The text, or nothing where the identifier is in it, however it is spaced."""
    said = bytearray(re.sub(rb"[^0-9]", b"", text.encode("utf-8")))
    return "" if digits and digits in said else text
