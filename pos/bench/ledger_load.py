"""Signed journals for measuring the ledger: what tills would have delivered, made beforehand.

Each till has a key and a certificate of a town's ledger and writes payments, four out of each voucher; every entry
carries the three signatures that a ledger has to verify: the issuer's, the holder's and the terminal's.
"""

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pos import cbor
from pos.clock import Quality
from pos.ledger.authority import KnownTerminal
from pos.ledger.calls import Caller
from pos.ledger.folder import LedgerFolder
from pos.sandbox.town import HOME_ISSUER, HOME_MERCHANT, LEDGER, Town
from pos.voucher.bodies import BootStamp, PaymentApproved, stamped
from pos.voucher.calls import CallToken
from pos.voucher.claims import Payment, TerminalCertificate, Voucher
from pos.voucher.entry import FIRST_PREVIOUS, build_entry
from pos.voucher.keys import PublicKey, SigningKey
from pos.voucher.signed import sign_certificate, sign_payment, sign_voucher

BATCH: Final = 256
PAYMENTS_PER_VOUCHER: Final = 4
_AMOUNT_WON: Final = 5_000
_YEAR_S: Final = 31_536_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One call of a till, with its body."""

    caller: Caller
    body: bytes


def deliveries(town: Town, folder: LedgerFolder, *, terminal: str, batches: int, now_s: int) -> Iterator[Delivery]:
    """A new till's deliveries in their order, each of a whole batch."""
    key = SigningKey.generate()
    known = _known(folder, terminal, key, now_s)
    payments = _payments(town.issuer_key(HOME_ISSUER), now_s)
    previous, sequence = FIRST_PREVIOUS, 0
    for _ in range(batches):
        raws: list[cbor.Value] = []
        for _ in range(BATCH):
            sequence += 1
            entry = build_entry(
                sequence=sequence,
                previous=previous,
                time_s=now_s,
                quality=Quality.SIGNED,
                kind=PaymentApproved.KIND,
                body=_body(next(payments), sequence),
                key=key,
            )
            previous = entry.hash
            raws.append(entry.raw)
        token = CallToken(
            terminal=terminal,
            ledger=LEDGER,
            issued_s=now_s,
            nonce=secrets.token_bytes(16),
            request_hash=bytes(32),
        )
        yield Delivery(caller=Caller(known=known, token=token), body=cbor.encode(raws))


def _known(folder: LedgerFolder, terminal: str, key: SigningKey, now_s: int) -> KnownTerminal:
    claims = TerminalCertificate(
        ledger=LEDGER,
        terminal=terminal,
        merchant=HOME_MERCHANT,
        expires_s=now_s + _YEAR_S,
        issued_s=now_s,
        terminal_key=key.public_key,
        merchant_name="bench",
    )
    return KnownTerminal(
        terminal=terminal,
        merchant=HOME_MERCHANT,
        public_key=PublicKey(key.public_key),
        certificate=sign_certificate(claims, key=folder.keys.certificate).raw,
        revoked_after=None,
    )


def _payments(issuer_key: SigningKey, now_s: int) -> Iterator[bytes]:
    while True:
        holder = SigningKey.generate()
        claims = Voucher(
            issuer=HOME_ISSUER,
            expires_s=now_s + _YEAR_S,
            not_before_s=now_s - 60,
            issued_s=now_s - 60,
            voucher_id=secrets.token_bytes(16),
            holder_key=holder.public_key,
            program="general",
            value_won=PAYMENTS_PER_VOUCHER * _AMOUNT_WON,
            serial=None,
        )
        voucher = sign_voucher(claims, key=issuer_key).raw
        for number in range(PAYMENTS_PER_VOUCHER):
            payment = Payment(
                merchant=HOME_MERCHANT,
                issued_s=now_s,
                nonce=None,
                voucher=voucher,
                sequence=number + 1,
                spent_before_won=number * _AMOUNT_WON,
                amount_won=_AMOUNT_WON,
            )
            yield sign_payment(payment, key=holder).raw


def _body(payment: bytes, sequence: int) -> dict[int | str, cbor.Value]:
    body = PaymentApproved(
        object_bytes=payment,
        receipt_number=f"{sequence:06d}",
        sale_id=hashlib.sha256(payment).digest()[:16],
        amount_won=_AMOUNT_WON,
        business_date="2026-11-22",
        checks=(1, 2, 3, 4),
    )
    return stamped(body, BootStamp(boot_id=bytes(16), boot_ms=sequence))
