"""Receipt codes that customers bring back: whose they are, and which receipt they stand for.

A code counts when the terminal that it names signed it and the ledger certified that terminal. One of this terminal
stands for its receipt number, and everything else about that sale is looked up in the journal; one of another till of
the shop is recognised and sent there, because only that till knows what has gone back of it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pos.core.trust_store import TrustStore
from pos.errors import MalformedError
from pos.journal.journal import Journal
from pos.till.reasons import Refusal
from pos.voucher.claims import ReceiptCode
from pos.voucher.qr import QrKind, decode_text
from pos.voucher.signed import SignedReceipt, decode_certificate, decode_receipt
from pos.voucher.terminal_claims import ReceiptKind
from pos.voucher.verified import VerificationFailure, verify_certificate, verify_receipt

PREFIX: Final = f"{QrKind.RECEIPT.value}1:"
_TILL_NUMBER: Final = re.compile(r"[0-9]{1,3}$", re.ASCII)
"""What ends a terminal's id: t-bakery-2 is till 2 of its shop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptCodes:
    """Reads receipt codes for one terminal."""

    journal: Journal
    trust: TrustStore
    terminal: str
    on_forgotten: Callable[[bytes], None]
    """Told the hash of an entry of ours that a genuine receipt names and that is not here: the journal was put back."""

    def read(self, text: str) -> str | Refusal:
        """The receipt number of this terminal's sale that a code stands for, or why it stands for none."""
        signed = _decoded(text)
        if signed is None:
            return Refusal.NOT_A_RECEIPT
        claims = signed.claims
        if claims.merchant != self.trust.merchant.merchant:
            return Refusal.OTHER_SHOP
        if claims.terminal != self.terminal:
            return Refusal.OTHER_TILL if self._is_genuine(signed) is not False else Refusal.NOT_A_RECEIPT
        if not self._is_genuine(signed) or claims.kind is not ReceiptKind.SALE:
            return Refusal.NOT_A_RECEIPT
        return self._of_our_journal(claims)

    def till_of(self, text: str) -> str:
        """The number of the till that a code names; empty where it names none or its id has no number."""
        signed = _decoded(text)
        match = None if signed is None else _TILL_NUMBER.search(signed.claims.terminal)
        return "" if match is None else str(int(match[0]))

    def _is_genuine(self, signed: SignedReceipt) -> bool | None:
        """Whether its terminal signed it; None where this terminal does not know that other one."""
        raw = self.trust.certificate_of(signed.claims.terminal)
        if raw is None:
            return None
        certificate = verify_certificate(decode_certificate(raw), self.trust.ledger)
        if isinstance(certificate, VerificationFailure):
            return None
        return not isinstance(verify_receipt(signed, certificate), VerificationFailure)

    def _of_our_journal(self, claims: ReceiptCode) -> str | Refusal:
        sale = self.journal.sales.sale_of_receipt(claims.receipt_number)
        entry = self.journal.entry_by_hash(claims.entry)
        if entry is None:
            self.on_forgotten(claims.entry)
        is_ours = sale is not None and entry is not None
        return claims.receipt_number if is_ours else Refusal.NOT_FOUND


def _decoded(text: str) -> SignedReceipt | None:
    try:
        found = decode_text(text)
        return decode_receipt(found.data) if found.kind is QrKind.RECEIPT else None
    except MalformedError:
        return None
