"""What devices, sync and the command line may ask of core."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from pos.core.archives import Archives
from pos.core.backups import Backups
from pos.core.cash_receipts import CashReceipts
from pos.core.checkout import Checkout, Presented
from pos.core.confirmations import Confirmations
from pos.core.counter import refused_amount
from pos.core.day_desk import DayDesk
from pos.core.delivery import Delivery
from pos.core.equipment import Equipment
from pos.core.history import History
from pos.core.inbox import Inbox
from pos.core.log_watch import LogWatch
from pos.core.paper import Paper
from pos.core.people_desk import PeopleDesk
from pos.core.recovery import Recovery
from pos.core.refunds import Refunds
from pos.core.requests import Requests
from pos.core.sale_desk import SaleDesk
from pos.core.scan_desk import ScanDesk
from pos.core.siblings import Siblings
from pos.core.trust_desk import TrustDesk
from pos.core.verdicts import outcome_of
from pos.core.views import Views
from pos.link.calls import (
    AcknowledgeArchive,
    AddPerson,
    AdoptEntries,
    AnyAnswer,
    AskLog,
    AskTrust,
    BeginBackup,
    ChangePerson,
    CheckJournal,
    CloseRequest,
    ControlCall,
    DayCall,
    DevicesCall,
    Done,
    DropArchived,
    EndBackup,
    EndPrintJob,
    HealthCall,
    ImportCatalogue,
    ListCashReceipts,
    ListDevices,
    ListPeople,
    ListSales,
    MakeRefund,
    MessagesTaken,
    NextBatch,
    NextPrintJob,
    NextRecovered,
    OpenRequest,
    Pay,
    PayAnswer,
    PreviewRefund,
    ReadExchange,
    ReadJournal,
    ReadOldMessages,
    ReadPosition,
    ReadState,
    Refused,
    RemovePerson,
    ReportDevice,
    ReportFound,
    ReportNetwork,
    ReportPrinter,
    ReportScanner,
    ReportTrial,
    ReprintReceipt,
    RequestAnswer,
    RequestCashReceipt,
    ScanSeen,
    ShowReceipt,
    SiblingCall,
    SignCall,
    State,
    Stop,
    SummariseSync,
    SyncCall,
    SyncNow,
    TakeAcknowledgement,
    TakeGrowth,
    TakeMessages,
    TakeNotes,
    TakeProof,
    TakeRecovered,
    TakeSignedTime,
    TakeTrust,
    TellStick,
    VerdictShown,
    WatchDevices,
    WatchSync,
    WifiCall,
)
from pos.till.decision import Approved, Tender
from pos.till.reasons import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicesDesk:
    """Answers the devices' calls."""

    scans: ScanDesk
    paper: Paper
    equipment: Equipment

    def answer(self, call: DevicesCall) -> AnyAnswer:
        match call:
            case WatchDevices():
                return Done()
            case ScanSeen() | ReportScanner():
                return self.scans.answer(call)
            case ReportPrinter(state=state):
                self.paper.printer_said(state)
                return Done()
            case NextPrintJob():
                return self.paper.next_job()
            case EndPrintJob():
                self.paper.end_job(call)
                return Done()
            case ReportDevice() | ReportFound() | ReportTrial():
                return self.equipment.said(call)
            case _:
                assert_never(call)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncDesk:
    """Answers the sync process's calls."""

    delivery: Delivery
    trust: TrustDesk
    inbox: Inbox
    cash_receipts: CashReceipts
    confirmations: Confirmations
    log: LogWatch
    recovery: Recovery
    siblings: Siblings
    views: Views

    def answer(self, call: SyncCall) -> AnyAnswer:
        if isinstance(call, SiblingCall):
            return self._heard(self.siblings.answer(call))
        match call:
            case WatchSync():
                return Done()
            case NextBatch():
                return self.delivery.next_batch(call)
            case SignCall():
                return self.delivery.sign(call)
            case TakeAcknowledgement():
                return self.delivery.take_acknowledgement(call)
            case TakeSignedTime():
                return self.delivery.take_signed_time(call)
            case AdoptEntries():
                return self._adopted(self.delivery.adopt(call))
            case ReadPosition():
                return self.inbox.position()
            case TakeMessages(messages=messages):
                return self._heard(self._take(messages))
            case NextRecovered() | TakeRecovered():
                return self._heard(self.recovery.answer(call))
            case AskLog() | TakeGrowth() | TakeProof():
                return self._heard(self.log.answer(call))
            case ReportNetwork() | TellStick():
                return self._told(call)
            case SummariseSync():
                return self.delivery.summary()
            case AskTrust() | TakeTrust():
                return self.trust.answer(call)
            case _:
                assert_never(call)

    def _adopted(self, answer: Done | Refused) -> Done | Refused:
        """Among what came back may be people."""
        self.views.people.reread()
        return answer

    def _told(self, call: ReportNetwork | TellStick) -> Done:
        if isinstance(call, TellStick):
            return self.views.sticks.tell(call)
        self.views.network.said(call)
        return Done()

    def _take(self, messages: Sequence[bytes]) -> MessagesTaken:
        before = self.inbox.position().after
        taken = self.inbox.take(messages)
        if not self.delivery.is_missing_entries:
            self.cash_receipts.take_news()
            for confirmation in self.inbox.paid_online(after=before):
                self.confirmations.take_told(confirmation)
        return taken

    def _heard(self, answer: AnyAnswer) -> AnyAnswer:
        """What was found in it is written down before anything else is heard."""
        self.delivery.tell_alarms()
        return answer


@dataclass(slots=True, kw_only=True)
class ControlDesk:
    """Answers the command line's calls."""

    checkout: Checkout
    requests: Requests
    refunds: Refunds
    cash_receipts: CashReceipts
    wares: SaleDesk
    paper: Paper
    history: History
    delivery: Delivery
    trust: TrustDesk
    views: Views
    people: PeopleDesk
    equipment: Equipment
    day: DayDesk
    archives: Archives
    backups: Backups
    is_stop_wanted: bool = False

    def answer(self, call: ControlCall) -> AnyAnswer:  # noqa: C901, PLR0912 - one case for each desk
        if isinstance(call, DayCall):
            return self.day.answer(call)
        assert not isinstance(call, HealthCall | WifiCall), "core answers these itself"
        match call:
            case Pay(amount_won=amount_won):
                return refused_amount(amount_won) or self._pay(call)
            case OpenRequest(amount_won=amount_won):
                return refused_amount(amount_won) or self._open(amount_won)
            case CloseRequest(nonce=nonce):
                return Done() if self.requests.close(nonce) else Refused(cause=Refusal.REQUEST_GONE)
            case ImportCatalogue() | ReadExchange() | TakeNotes():
                return self._wares(call)
            case VerdictShown(entry_sequence=entry):
                self.history.mark_shown(entry)
                return Done()
            case SyncNow() | SummariseSync():
                return self._sync(call)
            case AskTrust() | TakeTrust():
                return self.trust.answer(call)
            case ReprintReceipt(receipt_number=number):
                return self.paper.reprint(number)
            case PreviewRefund() | MakeRefund():
                return self.refunds.answer(call)
            case ListCashReceipts() | RequestCashReceipt():
                return self.cash_receipts.answer(call)
            case ReadState() | ListDevices():
                return State(till=self.views.till()) if isinstance(call, ReadState) else self.equipment.page()
            case ReadJournal() | CheckJournal() | ShowReceipt() | ListSales():
                return self.history.answer(call)
            case ListPeople() | AddPerson() | ChangePerson() | RemovePerson():
                return self.people.answer(call)
            case ReadOldMessages() | AcknowledgeArchive() | DropArchived():
                return self.archives.answer(call)
            case BeginBackup() | EndBackup():
                return self.backups.answer(call)
            case Stop():
                self.is_stop_wanted = True
                return Done()
            case _:
                assert_never(call)

    def _wares(self, call: ImportCatalogue | ReadExchange | TakeNotes) -> AnyAnswer:
        match call:
            case ImportCatalogue():
                return self.wares.catalogue.import_file(call)
            case ReadExchange(issuer=issuer):
                return self.wares.bank.exchange(issuer)
            case TakeNotes():
                return self.wares.notes.take(call)
            case _:
                assert_never(call)

    def _sync(self, call: SyncNow | SummariseSync) -> AnyAnswer:
        if isinstance(call, SummariseSync):
            return self.delivery.summary()
        self.delivery.force()
        return Done()

    def _open(self, amount_won: int) -> RequestAnswer:
        self.requests.expire()
        return self.requests.open(amount_won)

    def _pay(self, call: Pay) -> PayAnswer:
        """One code for exactly this amount; nothing is asked, so a part payment stays referred."""
        recorded = self.checkout.present(
            Presented(
                text=call.text,
                length=len(call.text),
                tender=Tender(due_won=call.amount_won),
                sale_id=None,
                receipt_number=None,
            )
        )
        decision = recorded.decision
        if isinstance(decision, Approved):
            reason, number, amount_won = None, recorded.receipt_number, decision.payment.payment.amount_won
            assert number is not None, "what is approved has a receipt"
            self.paper.sale_ended(number)
        else:
            earlier = decision.finding.earlier
            reason, amount_won = decision.finding.reason.value, call.amount_won
            number = earlier.receipt_number if earlier is not None else None
        return PayAnswer(
            outcome=outcome_of(decision),
            reason=reason,
            receipt_number=number,
            entry=recorded.entry.hash.hex(),
            entry_sequence=recorded.entry.sequence,
            amount_won=amount_won,
            checks=tuple(check.name.lower() for check in decision.checks),
        )
