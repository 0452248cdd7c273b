"""The seam behind which a provider of cash receipts is: what it is asked, what it answers, and one that tells nobody.

The order has what Korean providers ask for between them; each takes of it what it needs. A field is None where the
ledger does not know: nothing is made up. A provider is one class with the two methods of `Provider` in a module of its
own, and one name in `pos.ledger.folder`; `pos.ledger.http_provider` is the one to read first.

`RehearsalProvider` approves everything and tells nobody, for towns and tests.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, Protocol

from pos.ledger.korea import KOREA
from pos.voucher.bodies import CashReceiptPurpose, CashReceiptReason, IdentifierKind, TaxSplit

_MORNING_HOUR: Final = 9


class TaxKind(StrEnum):
    """How the goods are taxed."""

    TAXABLE = "taxable"
    EXEMPT = "exempt"
    MIXED = "mixed"


class TradeOption(StrEnum):
    """What a purchase is deducted as, where that is not the ordinary."""

    GENERAL = "general"
    BOOKS = "books"
    """Books and shows."""
    TRANSIT = "transit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A merchant to the tax office."""

    business_number: str
    """Ten digits."""
    branch_number: str | None = None
    """Four digits, where one business number has several shops."""
    trade_option: TradeOption | None = None
    """None where nobody said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """What is cancelled, as the notice wants it named (NTS notice 2025-19, section 2(2))."""

    approval_number: str
    approved_on: date
    """In Korea."""
    reason: CashReceiptReason
    is_part: bool
    """Less than the whole of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CashReceiptOrder:
    """What the provider is asked for; the identifier goes beside it."""

    merchant: str
    """Its id with this ledger."""
    shop: Shop | None = None
    """What the tax office calls it; None where the trust data does not say."""
    cash_receipt_id: bytes
    amount_won: int
    tax: TaxSplit
    traded_s: int
    identifier_kind: IdentifierKind | None = None
    """What the identifier beside it is."""
    purpose: CashReceiptPurpose | None = None
    """None for a cancellation."""
    cancels: Cancelled | None = None

    @property
    def document_key(self) -> str:
        """The id as providers take one: 22 of `[A-Za-z0-9_-]`."""
        return document_key_of(self.cash_receipt_id)

    @property
    def tax_kind(self) -> TaxKind:
        """What the whole is to the tax office."""
        if not self.tax.vat_won and not self.tax.taxable_won:
            return TaxKind.EXEMPT
        return TaxKind.MIXED if self.tax.exempt_won else TaxKind.TAXABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAt:
    """Where an approval is found with the provider again: its name, its own number, a page for people."""

    provider: str
    receipt: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAnswer:
    """An approval with its number, or a refusal with the provider's code; neither ever has the identifier in it."""

    approval_number: str | None = None
    """Nine characters, not always digits."""
    approved_s: int | None = None
    found_at: FoundAt | None = None
    failure: str | None = None
    """At most 64 bytes."""
    message: str | None = None
    """What the provider says about a refusal; at most 1 000 bytes."""


class ProviderGoneError(OSError):
    """Nobody is there to be asked now, whatever the order: no connection, no key to the interface that is taken."""


class Provider(Protocol):
    """Whoever passes cash receipts on to the tax office.

    OSError where this order is not answered now, whatever the reason, and ProviderGoneError where no order would be;
    when to ask again is the caller's business. Everything else is an answer, and final.
    """

    def ask(self, order: CashReceiptOrder, digits: bytearray, *, now_s: int) -> ProviderAnswer:
        """Issue or cancel; the same document key again is the same answer. The caller overwrites `digits` afterwards,
        and the provider what it copied of them."""

    def is_confirmed(self, document_key: str, *, approval_number: str, approved_on: date, now_s: int) -> bool:
        """Whether the tax office has it."""


class RehearsalProvider:
    """Approves everything and tells nobody; what was approved on one day the tax office "has" at nine on the next."""

    def is_confirmed(self, document_key: str, *, approval_number: str, approved_on: date, now_s: int) -> bool:
        return is_rehearsed_at_office(approved_on, now_s=now_s)

    def ask(self, order: CashReceiptOrder, digits: bytearray, *, now_s: int) -> ProviderAnswer:
        """Give the same request the same number, as a provider does."""
        seed = hashlib.sha256(order.merchant.encode("ascii") + order.cash_receipt_id).digest()
        return ProviderAnswer(approval_number=f"{int.from_bytes(seed[:8], 'big') % 10**9:09d}", approved_s=now_s)


def is_rehearsed_at_office(approved_on: date, *, now_s: int) -> bool:
    """Whether a tax office that there is not "has" what was approved on a day in Korea: from nine on the next."""
    morning = datetime.combine(approved_on + timedelta(days=1), time(hour=_MORNING_HOUR), KOREA)
    return now_s >= morning.timestamp()


def document_key_of(cash_receipt_id: bytes) -> str:
    """22 of `[A-Za-z0-9_-]`; providers take up to 24."""
    return base64.urlsafe_b64encode(cash_receipt_id).rstrip(b"=").decode("ascii")
