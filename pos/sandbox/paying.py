"""Paying with the town's own wallet, for trying the terminal by hand: a voucher file becomes a code to show.

The wallet's counters live in the town's folder. Showing a code again is showing the picture again; every call here
makes a new payment, except that a payment request is answered once only.
"""

import time
from pathlib import Path
from typing import Final

from pos.sandbox.errors import SandboxError
from pos.sandbox.qr_picture import write_qr
from pos.sandbox.town import open_town
from pos.sandbox.wallet.errors import UnreadableError, WalletError
from pos.sandbox.wallet.wallet import VoucherId, Wallet

VOUCHER_FILE_BYTES_MAX: Final = 4_096


def pay(directory: Path, voucher: Path, *, amount_won: int, request: str | None, qr: Path) -> str:
    """Sign a payment, write its QR code as PNG and return its text; SandboxError says why it cannot be paid."""
    wallet = open_town(directory).wallet
    if not qr.absolute().parent.is_dir():
        raise SandboxError(f"{qr} cannot be written: there is no folder {qr.absolute().parent}")
    now_s = int(time.time())
    try:
        identity = add_voucher(wallet, voucher)
        if request is None:
            text = wallet.pay(identity, amount_won=amount_won, now_s=now_s)
        else:
            text = wallet.answer(identity, request, amount_won=amount_won, now_s=now_s)
    except WalletError as error:
        raise SandboxError(f"the wallet does not pay: {error}") from error
    try:
        write_qr(qr, text)
    except OSError as error:
        raise SandboxError(
            f"{qr} cannot be written: {error.strerror}; the payment is made, its text is:\n{text}"
        ) from error
    return text


def add_voucher(wallet: Wallet, voucher: Path) -> VoucherId:
    """Take the voucher of a file into the wallet. Raises SandboxError, WalletError."""
    try:
        return wallet.add(_read(voucher))
    except UnreadableError as error:
        raise SandboxError(
            f"{voucher} is not a voucher that a wallet can hold: {error}; make one with `pos sandbox voucher`"
        ) from error


def _read(voucher: Path) -> bytes:
    try:
        data = voucher.read_bytes()
    except OSError as error:
        raise SandboxError(f"{voucher} cannot be read: {error.strerror}") from error
    if len(data) > VOUCHER_FILE_BYTES_MAX:
        raise SandboxError(f"{voucher} is not a voucher: {len(data):,} bytes are too many")
    return data
