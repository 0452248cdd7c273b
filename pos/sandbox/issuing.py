"""Issuing: a municipality signs a voucher for a holder's key, or prints a note.

Rules: a voucher id is new every time; a purse has a holder key and no serial, a note a serial and no holder key; the
voucher is on the disk before it is told of. The ledger learns of a voucher from the first payment that carries it.
"""

import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pos.errors import MalformedError
from pos.money import AMOUNT_MAX_WON
from pos.sandbox.errors import SandboxError
from pos.sandbox.town import DAY_S, HOME_ISSUER, Town, open_town
from pos.sandbox.wallet.files import write_durably
from pos.voucher.aad import Aad
from pos.voucher.claims import Voucher
from pos.voucher.cose import sign1
from pos.voucher.fields import TIME_MAX_S, is_clean_text
from pos.voucher.keys import PUBLIC_KEY_BYTES, SigningKey, is_valid_public_key
from pos.voucher.labels import SERIAL_BYTES_MAX
from pos.voucher.qr import QrKind, encode_text

DEFAULT_PROGRAM: Final = "general"
NOTE_LIFE_S: Final = 5 * 365 * DAY_S
"""A note is good for five years from its issue unless an ordinance says otherwise."""
CLOCK_MARGIN_S: Final = 300
"""A voucher is good a little before it was issued: the terminal's clock may be behind the issuer's."""
VOUCHER_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherOrder:
    """What is to be issued. Without holder key and serial, the town's own wallet makes the holder key."""

    value_won: int
    issuer: str = HOME_ISSUER
    program: str = DEFAULT_PROGRAM
    holder_key: bytes | None = None
    serial: str | None = None
    expires_in_s: int | None = None
    """Negative for a voucher that is over already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedVoucher:
    """What was issued and where it is."""

    path: Path
    voucher_id: bytes
    holder_key: bytes | None
    is_own: bool
    """The town's wallet holds the key, so that `pos sandbox pay` can pay with it."""
    note_text: str | None
    """The text on a paper note."""


def issue_voucher(directory: Path, order: VoucherOrder, *, out: Path) -> IssuedVoucher:
    """Issue a voucher and write its bytes to `out`; SandboxError says what is wrong with the order."""
    town = open_town(directory)
    _check(town, order)
    if not out.absolute().parent.is_dir():
        raise SandboxError(f"{out} cannot be written: there is no folder {out.absolute().parent}")
    is_own = order.holder_key is None and order.serial is None
    holder_key = town.wallet.make_key() if is_own else order.holder_key
    now_s = int(time.time())
    life_days = town.places.issuers[order.issuer].programs[order.program].life_days
    claims = voucher_claims(
        order,
        purse_life_s=life_days * DAY_S,
        holder_key=holder_key,
        voucher_id=secrets.token_bytes(VOUCHER_ID_BYTES),
        now_s=now_s,
    )
    raw = sign_voucher(claims, town.issuer_key(order.issuer))
    try:
        write_durably(out, raw, mode=0o644)
    except OSError as error:
        raise SandboxError(f"{out} cannot be written: {error.strerror}") from error
    return IssuedVoucher(
        path=out,
        voucher_id=claims.voucher_id,
        holder_key=holder_key,
        is_own=is_own,
        note_text=None if order.serial is None else encode_text(QrKind.VOUCHER, raw),
    )


def voucher_claims(
    order: VoucherOrder, *, purse_life_s: int, holder_key: bytes | None, voucher_id: bytes, now_s: int
) -> Voucher:
    """The claims of an order; a voucher that is over already was issued a day before it ended."""
    life_s = order.expires_in_s if order.expires_in_s is not None else NOTE_LIFE_S if order.serial else purse_life_s
    expires_s = now_s + life_s
    issued_s = min(now_s, expires_s - DAY_S) if life_s <= 0 else now_s
    return Voucher(
        issuer=order.issuer,
        expires_s=expires_s,
        not_before_s=issued_s - CLOCK_MARGIN_S,
        issued_s=issued_s,
        voucher_id=voucher_id,
        holder_key=holder_key,
        program=order.program,
        value_won=order.value_won,
        serial=order.serial,
    )


def sign_voucher(claims: Voucher, key: SigningKey) -> bytes:
    """The voucher's bytes as issued."""
    return sign1(claims.to_payload(), key=key, aad=Aad.VOUCHER)


def parse_holder_key(text: str) -> bytes:
    """A public key in 64 hex digits; MalformedError if it is not a key that could hold a voucher."""
    try:
        public_key = bytes.fromhex(text)
    except ValueError:
        public_key = b""
    if len(public_key) != PUBLIC_KEY_BYTES or len(text) != 2 * PUBLIC_KEY_BYTES:
        raise MalformedError("a holder key is the 32 bytes of an Ed25519 public key in 64 hex digits")
    if not is_valid_public_key(public_key):
        raise MalformedError("not an Ed25519 public key: these bytes are no point that a key can have")
    return public_key


def _check(town: Town, order: VoucherOrder) -> None:
    place = town.places.issuers.get(order.issuer)
    if place is None:
        known = ", ".join(f"{code} ({issuer.name})" for code, issuer in town.places.issuers.items())
        raise SandboxError(f"issuer {order.issuer!r} is not of this town; it has {known}")
    if order.program not in place.programs:
        raise SandboxError(
            f"issuer {order.issuer} has no programme {order.program!r}; it has {', '.join(place.programs)}"
        )
    if not 1 <= order.value_won <= AMOUNT_MAX_WON:
        raise SandboxError(f"a value is 1 to {AMOUNT_MAX_WON:,} won, not {order.value_won:,}")
    if order.serial is not None:
        _check_serial(order)
    life_s = order.expires_in_s or 0
    if not -town.made_s < life_s <= TIME_MAX_S - 2 * town.made_s:
        raise SandboxError(f"a voucher cannot expire {life_s:,} seconds from now")


def _check_serial(order: VoucherOrder) -> None:
    serial = order.serial or ""
    if order.holder_key is not None:
        raise SandboxError("a note with a serial has no holder key; give either --serial or --holder-key")
    if not is_clean_text(serial) or not 1 <= len(serial.encode("utf-8")) <= SERIAL_BYTES_MAX:
        raise SandboxError(f"a serial is 1 to {SERIAL_BYTES_MAX} bytes of printable text")
