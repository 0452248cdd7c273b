"""The shop's day: opening, closing, cash that moves without a sale, and where the day stands.

Rules:

- nothing here ever stands in the way of a sale: a day that nobody opened sells under the calendar's date, a day that
  nobody closed is one line on the screen;
- closing needs no network and one number; its figures are computed from the journal and signed with the closing;
- a sale in which something was paid is ended before its day is: no sale is in two days.
"""

from dataclasses import dataclass
from typing import Final

from pos.clock import Clock
from pos.core.checkout import Clerk, business_date
from pos.core.counter import Counter
from pos.journal.journal import Journal
from pos.link.calls import CloseDay, DayClosing, Done, MoveCash, Refused
from pos.link.state import DayView
from pos.money import AMOUNT_MAX_WON
from pos.text import safe_text
from pos.till.day import is_forgotten
from pos.till.reasons import Refusal
from pos.till.receipt.moment import date_of
from pos.till.report.figures import cash_expected_won
from pos.voucher.bodies import CashDirection, CashMoved, DayClosed, DayOpened, DocumentAsked, EntryBody

REASON_CHARACTERS_MAX: Final = 20
PIECES_MAX: Final = 32
Z: Final = "Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Answers what the till asks about its day."""

    journal: Journal
    counter: Counter
    clock: Clock
    clerk: Clerk
    started_at: int
    """The newest entry when core started."""

    @classmethod
    def from_now(cls, journal: Journal, counter: Counter, *, clock: Clock, clerk: Clerk) -> "Day":
        """For a core that starts."""
        return cls(journal=journal, counter=counter, clock=clock, clerk=clerk, started_at=journal.head.sequence)

    def view(self) -> DayView:
        """Where the day stands, for the screen."""
        days, reading = self.journal.days, self.clock.read()
        opened, last = days.open_day(), days.last_opening()
        is_kept = last is not None or days.closed_until > 0
        return DayView(
            is_open=opened is not None,
            opened_s=0 if opened is None else opened.time_s,
            is_forgotten=opened is not None and is_forgotten(opened_s=opened.time_s, time_s=reading.time_s),
            proposed_float_won=0 if last is None else last.float_won,
            is_closed_since_start=opened is None and days.closed_until > self.started_at,
            offers_opening=is_kept and opened is None and date_of(reading.time_s) > days.last_closed_date,
        )

    def open(self, float_won: int) -> Done | Refused:
        """Begin a day; one that nobody closed is closed first, uncounted."""
        if not 0 <= float_won <= AMOUNT_MAX_WON:
            return Refused(cause=Refusal.AMOUNT_TOO_LARGE)
        if self._is_selling:
            return Refused(cause=Refusal.SALE_IN_THE_WAY)
        reading = self.clock.read()
        opened, drafts = self.journal.days.open_day(), list[EntryBody]()
        if opened is not None:
            if not is_forgotten(opened_s=opened.time_s, time_s=reading.time_s):
                return Refused(cause=Refusal.DAY_IS_OPEN)
            drafts += self._closing(CloseDay(counted_won=None))
        drafts.append(DayOpened(business_date=date_of(reading.time_s), float_won=float_won, clerk=self.clerk() or None))
        self.journal.record(drafts, reading=reading)
        return Done()

    def close(self, call: CloseDay) -> DayClosing | Refused:
        """End the day; its report is asked for on paper in the same breath."""
        if self._is_selling:
            return Refused(cause=Refusal.SALE_IN_THE_WAY)
        counted_won = call.counted_won
        pieces_won = sum(piece.won * piece.count for piece in call.pieces)
        if counted_won is not None and not 0 <= counted_won <= AMOUNT_MAX_WON:
            return Refused(cause=Refusal.AMOUNT_TOO_LARGE)
        if len(call.pieces) > PIECES_MAX or (call.pieces and pieces_won != counted_won):
            return Refused(cause=Refusal.NOT_ACCEPTABLE)
        expected_won = self.expected_won()
        drafts = self._closing(call)
        self.journal.record(drafts, reading=self.clock.read())
        self.journal.checkpoint()
        return DayClosing(
            z_number=self.journal.days.next_z_number - 1,
            expected_won=expected_won,
            counted_won=counted_won,
            difference_won=0 if counted_won is None else counted_won - expected_won,
        )

    def move_cash(self, call: MoveCash) -> Done | Refused:
        """Money into the drawer, or out of it."""
        if not 0 < call.amount_won <= AMOUNT_MAX_WON:
            return Refused(cause=Refusal.AMOUNT_ZERO if call.amount_won <= 0 else Refusal.AMOUNT_TOO_LARGE)
        reading = self.clock.read()
        body = CashMoved(
            amount_won=call.amount_won,
            direction=CashDirection.IN if call.is_in else CashDirection.OUT,
            reason=safe_text(call.reason, characters_max=REASON_CHARACTERS_MAX),
            business_date=business_date(self.journal, reading),
            clerk=self.clerk() or None,
        )
        self.journal.record([body], reading=reading)
        return Done()

    def expected_won(self) -> int:
        """What should lie in the drawer now."""
        opened = self.journal.days.open_day()
        figures = self.journal.days.figures_now(until=self.journal.head.sequence)
        return cash_expected_won(figures, float_won=0 if opened is None else opened.float_won)

    @property
    def _is_selling(self) -> bool:
        sale, sales = self.counter.sale, self.journal.sales
        is_paid_in_part = sale is not None and bool(sale.tenders)
        is_one_put_aside = any(aside.paid_won for aside in sales.suspended())
        return is_paid_in_part or is_one_put_aside or bool(sales.open_sales())

    def _closing(self, call: CloseDay) -> list[EntryBody]:
        days, reading = self.journal.days, self.clock.read()
        opened, clerk = days.open_day(), self.clerk() or None
        date = business_date(self.journal, reading) if opened is None else opened.business_date
        number, waiting = days.next_z_number, self.journal.outbox.waiting()
        closed = DayClosed(
            business_date=date,
            z_number=number,
            figures=days.figures_now(until=self.journal.head.sequence).to_bytes(),
            counted_won=call.counted_won,
            counted=tuple((piece.won, piece.count) for piece in call.pieces) or None,
            unsent=(waiting.entries, waiting.count, waiting.value_won),
            clerk=clerk,
        )
        return [closed, DocumentAsked(receipt_number=f"{Z}{number}", copy_number=1, clerk=clerk)]
