"""Answers calls about the day: opening, closing, cash, reports on the screen and on paper."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from pos.core.day import Day
from pos.core.documents import FORMER_PREFIX, KEY_CARD, REPORTED, Documents
from pos.core.examining import SLIP_PREFIX
from pos.core.owner import Owner
from pos.core.paper import Paper
from pos.link.calls import (
    CloseDay,
    DayCall,
    DayClosing,
    Done,
    MoveCash,
    OpenDay,
    OwnersPage,
    PrintDocument,
    ReadOwnersPage,
    ReadReport,
    Refused,
    ReportPage,
)
from pos.till.people import Right
from pos.till.reasons import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class DayDesk:
    """The day, for the screen and for the command line."""

    day: Day
    documents: Documents
    paper: Paper
    owner: Owner
    want_backup: Callable[[], None]
    """Asks for a copy of the journal."""

    def answer(self, call: DayCall) -> DayClosing | ReportPage | OwnersPage | Done | Refused:
        match call:
            case OpenDay(float_won=float_won):
                return self.day.open(float_won)
            case CloseDay():
                return self._close(call)
            case MoveCash():
                return self.day.move_cash(call)
            case ReadReport(name=name):
                return self.documents.page(self.documents.named(name)) or Refused(cause=Refusal.NOT_FOUND)
            case ReadOwnersPage():
                return self.owner.page()
            case PrintDocument(name=name):
                return self._print(self.documents.named(name))
            case _:
                assert_never(call)

    def _close(self, call: CloseDay) -> DayClosing | Refused:
        closing = self.day.close(call)
        if isinstance(closing, DayClosing):
            self.want_backup()
        return closing

    def right_for(self, name: str) -> Right | None:
        """A day's figures are for whoever may close it, a period's and evidence for the owner; None: for everybody."""
        if name.startswith(SLIP_PREFIX):
            return None
        if name.startswith(REPORTED):
            return Right.COUNTER
        if name.startswith(FORMER_PREFIX) and name.removeprefix(FORMER_PREFIX).isdecimal():
            return Right.SEE_SALES
        if name.startswith("P"):
            return Right.PERIOD_REPORT
        if name == KEY_CARD:
            return Right.COUNTER
        return Right.OWNER_PAGE if name.startswith("E") else Right.INTERIM_REPORT

    def _print(self, name: str) -> Done | Refused:
        if self.documents.rows(name) is None:
            return Refused(cause=Refusal.NOT_FOUND)
        return self.paper.ask_for(name)
