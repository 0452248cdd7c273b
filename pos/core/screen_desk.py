"""What the screen may ask of core."""

from dataclasses import dataclass
from typing import assert_never

from pos.core.cash_receipts import CashReceipts
from pos.core.counter import Counter
from pos.core.day_desk import DayDesk
from pos.core.delivery import Delivery
from pos.core.documents import is_document
from pos.core.equipment import Equipment
from pos.core.handing_out import HandingOut
from pos.core.history import History
from pos.core.paper import Paper
from pos.core.people_desk import PeopleDesk
from pos.core.refunds import Refunds
from pos.core.remotes import Remotes
from pos.core.rights import right_for
from pos.core.sale_desk import SaleDesk
from pos.core.scan_desk import ScanDesk
from pos.core.views import Views
from pos.link.calls import (
    AddItem,
    AddPerson,
    AnswerQuestion,
    AnswerRemote,
    AnyAnswer,
    BeginCashReceipt,
    CancelCashReceipt,
    CancelSale,
    CatalogueCall,
    ChangePerson,
    CheckNextNotes,
    ClearVerdict,
    CloseAttention,
    CloseRequest,
    CreditNotes,
    DayCall,
    Done,
    EnterAmount,
    EquipmentCall,
    GiveReceipt,
    HealthCall,
    HoldCall,
    ItemCall,
    ListAttention,
    ListCashReceipts,
    ListDrawer,
    ListNotePrograms,
    ListQuickKeys,
    ListRemotes,
    ListSales,
    ListSuspended,
    MakeRefund,
    MerchantQrAnswer,
    NoteCall,
    NumberNotes,
    OpenDrawer,
    OpenRequest,
    PayOther,
    PeopleCall,
    Practise,
    PreviewRefund,
    PrintDeclineSlip,
    PrintDocument,
    PrintWaiting,
    ReadReport,
    Refused,
    RemovePerson,
    ReprintReceipt,
    RequestCashReceipt,
    ResumeSale,
    ScanAgain,
    ScanSeen,
    ScreenCall,
    ShowMerchantQr,
    ShowReceipt,
    State,
    SubmitNotes,
    SummariseSync,
    SuspendSale,
    SyncNow,
    TakeItemBack,
    TakeNotes,
    VerdictShown,
    Watch,
    WifiCall,
)
from pos.till.people import Right
from pos.till.reasons import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenDesk:
    """Answers the screen's calls."""

    counter: Counter
    wares: SaleDesk
    paper: Paper
    history: History
    delivery: Delivery
    scans: ScanDesk
    views: Views
    people: PeopleDesk
    day: DayDesk
    refunds: Refunds
    remotes: Remotes
    cash_receipts: CashReceipts
    equipment: Equipment
    handing_out: HandingOut

    def answer(self, call: ScreenCall) -> AnyAnswer:  # noqa: C901, PLR0912 - one case for each desk
        refused = self._refused(call)
        if refused is not None:
            return refused
        if isinstance(call, EquipmentCall):
            return self.equipment.answer(call)
        if isinstance(call, PeopleCall):
            return self.people.answer(call)
        if isinstance(call, DayCall):
            return self.day.answer(call)
        if isinstance(call, CatalogueCall):
            return self.wares.catalogue.answer(call)
        assert not isinstance(call, Practise | HealthCall | WifiCall), "core answers these itself"
        match call:
            case EnterAmount() | CancelSale() | OpenRequest() | CloseRequest() | ClearVerdict():
                return self._sale(call)
            case (
                PayOther()
                | ShowMerchantQr()
                | ListQuickKeys()
                | AddItem()
                | TakeItemBack()
                | SuspendSale()
                | ListSuspended()
                | ResumeSale()
                | ListNotePrograms()
                | CheckNextNotes()
                | TakeNotes()
                | ListDrawer()
                | NumberNotes()
                | SubmitNotes()
                | CreditNotes()
            ):
                return self._wares(call)
            case AnswerQuestion():
                return self._answer_question(call)
            case PreviewRefund() | MakeRefund():
                return self.refunds.answer(call)
            case ListRemotes() | AnswerRemote():
                return self.remotes.answer(call)
            case ListCashReceipts() | BeginCashReceipt() | RequestCashReceipt() | CancelCashReceipt():
                return self.cash_receipts.answer(call)
            case Watch():
                return State(till=self.views.till())
            case VerdictShown(entry_sequence=entry):
                self.history.mark_shown(entry)
                return Done()
            case SyncNow() | SummariseSync():
                return self._sync(call)
            case ScanSeen() | ScanAgain():
                return self.scans.answer(call)
            case PrintWaiting() | OpenDrawer() | ReprintReceipt():
                return self._paper(call)
            case PrintDeclineSlip() | GiveReceipt():
                return self.handing_out.answer(call)
            case ShowReceipt() | ListSales() | ListAttention() | CloseAttention():
                return self.history.answer(call)
            case _:
                assert_never(call)

    def _answer_question(self, call: AnswerQuestion) -> AnyAnswer:
        """Whoever asked hears the answer."""
        if self.paper.asks(call.serial):
            return self.paper.answer(call.serial, call.choice)
        if self.views.selling_stop is not None:
            return Refused(cause=Refusal.SELLING_STOPPED)
        if self.views.cut_sale.asks(call.serial):
            return self.views.cut_sale.answer(call.choice)
        if self.wares.scanned.asks(call.serial):
            return self.wares.scanned.answer(call.serial, call.choice)
        return self.counter.answer(call.serial, call.choice)

    def _refused(self, call: ScreenCall) -> Refused | None:
        """Whoever is at the till has to have the right; working there keeps it from locking itself."""
        if isinstance(call, AddPerson | ChangePerson | RemovePerson):
            right: Right | None = self.people.right_for(call)
        elif isinstance(call, ReadReport | PrintDocument):
            right = self.day.right_for(call.name)
        elif isinstance(call, ShowReceipt | ReprintReceipt) and is_document(call.receipt_number):
            right = self.day.right_for(call.receipt_number)
        else:
            right = right_for(call)
        if right is None:
            return None
        refusal = self.people.people.refusal(right)
        if refusal is None:
            self.people.people.touch()
        return None if refusal is None else Refused(cause=refusal)

    def _open_request(self) -> AnyAnswer:
        answer = self.counter.open_request()
        sale = self.counter.sale
        if self.equipment.is_request_on_paper and sale is not None and sale.request is not None:
            self.paper.print_request(sale.request.text, sale.request.amount_won)
        return answer

    def _wares(self, call: ItemCall | HoldCall | NoteCall | PayOther | ShowMerchantQr) -> AnyAnswer:
        answer = self.wares.answer(call)
        if isinstance(answer, MerchantQrAnswer) and self.equipment.is_request_on_paper:
            self.paper.print_merchant_qr(answer)
        return answer

    def _sync(self, call: SyncNow | SummariseSync) -> AnyAnswer:
        if isinstance(call, SummariseSync):
            return self.delivery.summary()
        self.delivery.force()
        return Done()

    def _sale(self, call: EnterAmount | CancelSale | OpenRequest | CloseRequest | ClearVerdict) -> AnyAnswer:
        match call:
            case EnterAmount(amount_won=amount_won):
                return self.counter.enter_amount(amount_won)
            case CancelSale():
                return self.counter.cancel()
            case OpenRequest():
                return self._open_request()
            case CloseRequest():
                return self.counter.close_request()
            case ClearVerdict():
                return self.counter.clear()
            case _:
                assert_never(call)

    def _paper(self, call: PrintWaiting | OpenDrawer | ReprintReceipt) -> AnyAnswer:
        match call:
            case PrintWaiting(which=which):
                return self.paper.release(which)
            case OpenDrawer(cause=cause):
                return self.paper.open_drawer(cause)
            case ReprintReceipt(receipt_number=number):
                return self.paper.reprint(number)
            case _:
                assert_never(call)
