"""The spend line of a voucher: which payments can follow each other, and which two prove double signing.

Approved payments of one voucher form a line. With `highest` the approved payment of the highest sequence known, the
next one needs a higher sequence and must count at least everything before it; if it is the very next sequence,
exactly that. No terminal so approves more than the voucher's value. Refused payments never enter the line.

All functions speak of payments of one voucher; seeing to that, by identity from verified bytes, is the caller's part.
"""

from dataclasses import dataclass

from pos.voucher.claims import Payment


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePoint:
    """One payment's place on the line."""

    sequence: int
    spent_before_won: int
    amount_won: int

    @property
    def spent_after_won(self) -> int:
        """Everything that the holder had signed away when this payment was made."""
        return self.spent_before_won + self.amount_won


def point_of(payment: Payment) -> LinePoint:
    """The place of a payment on its voucher's line."""
    return LinePoint(
        sequence=payment.sequence, spent_before_won=payment.spent_before_won, amount_won=payment.amount_won
    )


def extends(highest: LinePoint | None, payment: LinePoint, value_won: int) -> bool:
    """Whether `payment` may follow `highest` (None: nothing approved yet) on a voucher worth `value_won`."""
    if payment.spent_after_won > value_won:
        return False
    if highest is None:
        return True
    if payment.sequence == highest.sequence + 1:
        return payment.spent_before_won == highest.spent_after_won
    return payment.sequence > highest.sequence and payment.spent_before_won >= highest.spent_after_won


def are_different(first: Payment, second: Payment) -> bool:
    """Whether any claim but the voucher's bytes differs; two signatures over equal claims are one payment."""
    return _claims_but_voucher(first) != _claims_but_voucher(second)


def proves_double_signing(first: Payment, second: Payment) -> bool:
    """Whether two valid payments of one voucher can only exist because its holder signed twice."""
    if not are_different(first, second):
        return False
    return contradict(point_of(first), point_of(second))


def contradict(first: LinePoint, second: LinePoint) -> bool:
    """Whether the places of two different payments of one voucher cannot both stand on one honest line."""
    lower, upper = (first, second) if first.sequence <= second.sequence else (second, first)
    # Of two sequences the higher counts at least all of the lower: if not, their ranges overlap or run backwards.
    return lower.sequence == upper.sequence or upper.spent_before_won < lower.spent_after_won


def _claims_but_voucher(payment: Payment) -> tuple[str | None, int, bytes | None, LinePoint]:
    return payment.merchant, payment.issued_s, payment.nonce, point_of(payment)
