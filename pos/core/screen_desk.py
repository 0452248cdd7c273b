"""What the screen may ask of core."""

from dataclasses import dataclass
from typing import assert_never

from pos.core.counter import Counter
from pos.core.delivery import Delivery
from pos.core.history import History
from pos.core.paper import Paper
from pos.core.views import Views
from pos.link.calls import (
    AnswerQuestion,
    AnyAnswer,
    CancelSale,
    ClearVerdict,
    CloseAttention,
    CloseRequest,
    Done,
    EnterAmount,
    ListAttention,
    ListSales,
    OpenDrawer,
    OpenRequest,
    PayOther,
    PrintWaiting,
    Refused,
    ReprintReceipt,
    ScreenCall,
    ShowReceipt,
    State,
    SummariseSync,
    SyncNow,
    VerdictShown,
    Watch,
)
from pos.till.reasons import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenDesk:
    """Answers the screen's calls."""

    counter: Counter
    paper: Paper
    history: History
    delivery: Delivery
    views: Views

    def answer(self, call: ScreenCall) -> AnyAnswer:
        match call:
            case EnterAmount() | CancelSale() | PayOther() | OpenRequest() | CloseRequest() | ClearVerdict():
                return self._sale(call)
            case AnswerQuestion():
                if self.paper.asks(call.serial):
                    return self.paper.answer(call.serial, call.choice)
                if self.views.selling_stop is not None:
                    return Refused(cause=Refusal.SELLING_STOPPED)
                return self.counter.answer(call.serial, call.choice)
            case Watch():
                return State(till=self.views.till())
            case VerdictShown(entry_sequence=entry):
                self.history.mark_shown(entry)
                return Done()
            case SyncNow():
                self.delivery.force()
                return Done()
            case SummariseSync():
                return self.delivery.summary()
            case PrintWaiting(which=which):
                return self.paper.release(which)
            case OpenDrawer(cause=cause):
                return self.paper.open_drawer(cause)
            case ReprintReceipt(receipt_number=number):
                return self.paper.reprint(number)
            case ShowReceipt() | ListSales() | ListAttention() | CloseAttention():
                return self.history.answer(call)
            case _:
                assert_never(call)

    def _sale(self, call: EnterAmount | CancelSale | PayOther | OpenRequest | CloseRequest | ClearVerdict) -> AnyAnswer:
        match call:
            case EnterAmount(amount_won=amount_won):
                return self.counter.enter_amount(amount_won)
            case CancelSale():
                return self.counter.cancel()
            case PayOther(kind=kind, amount_won=amount_won):
                return self.counter.pay_other(kind, amount_won)
            case OpenRequest():
                return self.counter.open_request()
            case CloseRequest():
                return self.counter.close_request()
            case ClearVerdict():
                return self.counter.clear()
            case _:
                assert_never(call)
