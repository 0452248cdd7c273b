"""A wallet on a smart card: the voucher application as a card has it, with short APDUs.

Whoever holds the card agrees by holding it to the reader: it pays what a trusted request asks, out of the first voucher
that has as much left. Rules: the request is judged as on a phone; the answer is durable before its first byte leaves;
the same request is answered with the same bytes, so that a card taken away too soon can be laid on again.
"""

from collections.abc import Callable
from typing import Final

from pos.sandbox.wallet.errors import UnreadableError, UntrustedError, WalletError
from pos.sandbox.wallet.wallet import VoucherId, Wallet
from pos.sandbox.wallet.wire import Prefix, from_text, to_text

APPLICATION: Final = bytes.fromhex("f04348414b01")
ATR: Final = bytes.fromhex("3b80800101")
_PART_BYTES: Final = 256
_DONE, _NO_APPLICATION, _NOT_ENOUGH = b"\x90\x00", b"\x6a\x82", b"\x6a\x84"
_NO_REQUEST, _NOT_TRUSTED, _WILL_NOT_PAY = b"\x6a\x80", b"\x69\x82", b"\x69\x85"
_WRONG_LENGTH, _UNKNOWN = b"\x67\x00", b"\x6d\x00"


class WalletCard:
    """One card in the field of a reader."""

    def __init__(self, wallet: Wallet, *, now_s: Callable[[], int]) -> None:
        self._wallet = wallet
        self._now_s = now_s
        self.reset()

    def reset(self) -> None:
        """The card was taken away, or its power."""
        self._is_selected = False
        self._received = b""
        self._left = b""

    def transmit(self, command: bytes) -> bytes:
        """The answer to one APDU."""
        if len(command) < 4:
            return _WRONG_LENGTH
        match command[0], command[1]:
            case 0x00, 0xA4:
                return self._select(_data(command))
            case 0x00, 0xC0:
                return self._more()
            case ((0x80 | 0x90), 0x10) if self._is_selected:
                return self._pay(_data(command), is_last=command[0] == 0x80)
            case _:
                return _UNKNOWN

    def _select(self, application: bytes) -> bytes:
        self.reset()
        self._is_selected = application == APPLICATION
        return b"\x01" + _DONE if self._is_selected else _NO_APPLICATION

    def _pay(self, data: bytes, *, is_last: bool) -> bytes:
        self._received += data
        if not is_last:
            return _DONE
        request, self._received = self._received, b""
        try:
            self._left = self._payment(to_text(Prefix.REQUEST, request))
        except UnreadableError:
            return _NO_REQUEST
        except UntrustedError:
            return _NOT_TRUSTED
        except WalletError:
            return _WILL_NOT_PAY
        return self._more() if self._left else _NOT_ENOUGH

    def _payment(self, request: str) -> bytes:
        """The payment's bytes; empty where no voucher has that much left and none has paid this request before."""
        amount_won = self._wallet.read_request(request, now_s=self._now_s()).amount_won
        for purse in self._wallet.purses():
            identity = VoucherId(issuer=purse.voucher.issuer, voucher_id=purse.voucher.voucher_id)
            try:
                text = self._wallet.answer(identity, request, amount_won=amount_won, now_s=self._now_s())
            except UntrustedError:
                raise
            except WalletError:
                continue
            return from_text(Prefix.PAYMENT, text)
        return b""

    def _more(self) -> bytes:
        part, self._left = self._left[:_PART_BYTES], self._left[_PART_BYTES:]
        if not self._left:
            return part + _DONE
        return part + bytes((0x61, min(len(self._left), 255)))


def _data(command: bytes) -> bytes:
    """The data field of a short APDU."""
    return command[5 : 5 + command[4]] if len(command) > 5 else b""
