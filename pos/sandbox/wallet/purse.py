"""One voucher's counters: what has been signed away, kept so that no sequence and no won is ever promised twice.

A purse file holds the voucher, the last sequence, the sum of all payments ever shown, and the newest payments
themselves, because showing the same bytes again is always allowed. Values only; when the file is written, and that
it is written first, is the business of `wallet`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from pos.sandbox.wallet.claims import SEQUENCE_MAX, WON_MAX, Payment, Voucher, read_voucher
from pos.sandbox.wallet.errors import CannotPayError, DamagedError, UnreadableError
from pos.sandbox.wallet.wire import Purpose, decode, encode, sign

SHOWN_MAX: Final = 32
"""Payments kept for showing again; older ones have long been settled or come back as a new voucher."""
_FORMAT: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A payment that was, or may have been, shown to somebody."""

    sequence: int
    amount_won: int
    nonce: bytes | None
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """A voucher and how far it has been signed away."""

    voucher: Voucher
    sequence: int = 0
    spent_won: int = 0
    shown: tuple[Shown, ...] = ()

    @property
    def left_won(self) -> int:
        return self.voucher.value_won - self.spent_won

    def pay(
        self, *, amount_won: int, issued_s: int, seed: bytes, merchant: str | None, nonce: bytes | None
    ) -> tuple["Purse", Shown]:
        """Sign the next payment; return the purse as it must be stored before the payment is shown."""
        if not 1 <= amount_won <= WON_MAX:
            raise CannotPayError(f"{amount_won:,} won cannot be paid: an amount is 1 to {WON_MAX:,} won")
        if amount_won > self.left_won:
            raise CannotPayError(f"{amount_won:,} won cannot be paid: the purse has {self.left_won:,} won left")
        if self.sequence >= SEQUENCE_MAX:
            raise CannotPayError("this voucher has signed as many payments as it ever can; ask for a new one")
        payment = Payment(
            issued_s=issued_s,
            voucher=self.voucher.raw,
            sequence=self.sequence + 1,
            spent_before_won=self.spent_won,
            amount_won=amount_won,
            merchant=merchant,
            nonce=nonce,
        )
        raw = sign(payment.payload(), seed=seed, purpose=Purpose.PAYMENT)
        shown = Shown(sequence=payment.sequence, amount_won=amount_won, nonce=nonce, raw=raw)
        after = replace(
            self,
            sequence=payment.sequence,
            spent_won=self.spent_won + amount_won,
            shown=(*self.shown, shown)[-SHOWN_MAX:],
        )
        return after, shown

    def to_bytes(self) -> bytes:
        """The file's content."""
        shown = [[item.sequence, item.amount_won, item.nonce, item.raw] for item in self.shown]
        return encode([_FORMAT, self.voucher.raw, self.sequence, self.spent_won, shown])

    @classmethod
    def from_bytes(cls, data: bytes) -> "Purse":
        """Read a file's content; DamagedError unless it is what `to_bytes` made."""
        try:
            content = decode(data)
            match content:
                case [1, bytes(voucher), int(sequence), int(spent_won), Sequence() as shown]:
                    purse = cls(
                        voucher=read_voucher(voucher),
                        sequence=sequence,
                        spent_won=spent_won,
                        shown=tuple(_shown(item) for item in shown),
                    )
                case _:
                    raise DamagedError("a purse file is not of this wallet's format")
        except UnreadableError as error:
            raise DamagedError(f"a purse file is damaged: {error}") from error
        if not purse._is_consistent():
            raise DamagedError("a purse file contradicts itself")
        return purse

    def _is_consistent(self) -> bool:
        in_range = 0 <= self.sequence <= SEQUENCE_MAX and 0 <= self.spent_won <= self.voucher.value_won
        is_newest = not self.shown or self.shown[-1].sequence == self.sequence
        return in_range and is_newest and self.spent_won >= self.sequence


def _shown(item: object) -> Shown:
    match item:
        case [int(sequence), int(amount_won), bytes() | None as nonce, bytes(raw)]:
            return Shown(sequence=sequence, amount_won=amount_won, nonce=nonce, raw=raw)
        case _:
            raise DamagedError("a purse file holds a payment that this wallet did not write")
