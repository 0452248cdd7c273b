"""Orders and payments from elsewhere: what the screen may ask."""

import msgspec

from pos.link.base_calls import Answer, Call, Done, Refused


class RemoteLine(msgspec.Struct, frozen=True, kw_only=True):
    """An order or a payment that nobody has answered yet. Texts are safe."""

    subject: bytes
    time_s: int
    amount_won: int
    who: str
    """The app or mall of an order, the payer of a payment."""
    what: tuple[str, ...]
    """The items of an order; what a payment is for."""
    is_order: bool
    is_paid: bool
    answer_until_s: int = 0


class RemotePage(Answer, frozen=True, kw_only=True):
    lines: tuple[RemoteLine, ...]


class ListRemotes(Call[RemotePage], frozen=True, kw_only=True):
    """Oldest first."""


class AnswerRemote(Call[Done | Refused], frozen=True, kw_only=True):
    """Accept or refuse; `cause` is a value of `pos.words.RemoteCause` where it is refused."""

    subject: bytes
    is_accepted: bool
    cause: str = ""
