"""The sale that was approved as the power went: the till says so by itself, and one key says how it ended.

Rules:

- asked is only about the newest sale, where it ended with a payment moments before a start, the verdict never stood on
  the screen and no receipt came out; older ones wait on the list to settle with customers;
- it is asked beside the work, never in its way: codes are taken, and an open sale hides the question;
- an answer is an entry (`attention.closed`); put off, it stays on the list.
"""

from collections.abc import Callable
from typing import Final

from pos.clock import Clock
from pos.journal.journal import Journal
from pos.journal.records import AttentionCause, AttentionItem, SaleState
from pos.link.calls import Done, Refused
from pos.link.state import QuestionKind, QuestionView
from pos.till.reasons import Refusal
from pos.voucher.bodies import AttentionClosed
from pos.words import AttentionAnswer

CUT_S: Final = 600
"""A start so soon after the last entry is no opening of the shop: somebody may have been paying."""
_SERIAL: Final = 2_000_000
"""Questions about paper and about amounts have their own below this."""
_ANSWERS: Final = {1: AttentionAnswer.GOODS_GIVEN, 2: AttentionAnswer.TO_REFUND}
_LATER: Final = 3
_UNTOLD: Final = (AttentionCause.NOT_SHOWN, AttentionCause.RECOVERED)
"""A payment that only the second medium had when the power went is found again at the start."""


class CutSale:
    """At most one question in a life of core."""

    def __init__(self, *, journal: Journal, clock: Clock, clerk: Callable[[], str]) -> None:
        self._journal = journal
        self._clock = clock
        self._clerk = clerk
        self._matter: AttentionItem | None = None

    def look_back(self) -> bool:
        """After a start: whether there is such a payment."""
        last = self._journal.sales.last_sale()
        if last is None or last.state is not SaleState.COMPLETED:
            return False
        untold = [item for item in self._journal.attention.items() if item.cause in _UNTOLD]
        of_last = [item for item in untold[-1:] if item.receipt_number == last.receipt_number]
        if of_last and self._clock.read().time_s - of_last[0].time_s <= CUT_S:
            self._matter = of_last[0]
        return self._matter is not None

    def question(self) -> QuestionView | None:
        matter = self._matter
        if matter is None or matter not in self._journal.attention.items():
            # Closed in the list, or never there.
            self._matter = None
            return None
        return QuestionView(
            serial=_SERIAL,
            kind=QuestionKind.CUT_APPROVED,
            amount_won=matter.amount_won,
            receipt_number=matter.receipt_number,
        )

    def asks(self, serial: int) -> bool:
        return self._matter is not None and serial == _SERIAL

    def answer(self, choice: int) -> Done | Refused:
        matter = self._matter
        if matter is None or not 1 <= choice <= _LATER:
            return Refused(cause=Refusal.QUESTION_GONE)
        if choice != _LATER:
            reason, clerk = _ANSWERS[choice].value, self._clerk() or None
            body = AttentionClosed(entry=matter.entry_hash, reason=reason, clerk=clerk)
            self._journal.record([body], reading=self._clock.read())
        self._matter = None
        return Done()
