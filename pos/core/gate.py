"""What a till that does not sell still answers, and what it refuses. Pure.

Rules:

- whatever the reason, nothing is sold: amounts, tenders, requests and codes are refused or passed over;
- while the ledger holds entries that are missing here nothing at all is recorded, not even who comes to the till: the
  next sequence is signed already, and a second entry for it would be a fork. The journal itself refuses whatever is
  forgotten here (`Journal.record`).
"""

from pos.link.calls import (
    AddItem,
    AnyAnswer,
    AnyCall,
    CheckJournal,
    CheckNextNotes,
    ClearVerdict,
    CreditNotes,
    Done,
    EndPrintJob,
    EnterAmount,
    ListAttention,
    ListCashReceipts,
    ListDevices,
    ListDrawer,
    ListNotePrograms,
    ListPeople,
    ListQuickKeys,
    ListRemotes,
    ListSales,
    ListSuspended,
    LookAtCatalogue,
    NextBatch,
    NextPrintJob,
    NumberNotes,
    OpenRequest,
    Pay,
    PayOther,
    PreviewRefund,
    PrintJob,
    ReadExchange,
    ReadJournal,
    ReadState,
    Refused,
    ReportDevice,
    ReportFound,
    ReportNetwork,
    ReportPrinter,
    ReportScanner,
    ReportTrial,
    ResumeSale,
    ScanSeen,
    ShowReceipt,
    SignCall,
    Stop,
    SubmitNotes,
    SummariseSync,
    SuspendSale,
    SyncCall,
    SyncNow,
    TakeAcknowledgement,
    TakeCatalogue,
    TakeItemBack,
    TakeNotes,
    TellStick,
    VerdictShown,
    Watch,
    WatchDevices,
    WatchSync,
)
from pos.till.reasons import Refusal

_SELLING = (
    EnterAmount
    | PayOther
    | OpenRequest
    | Pay
    | AddItem
    | TakeItemBack
    | TakeCatalogue
    | SuspendSale
    | ResumeSale
    | CheckNextNotes
    | TakeNotes
    | NumberNotes
    | SubmitNotes
    | CreditNotes
)
_SAYS_SOMETHING = (
    WatchDevices
    | WatchSync
    | ReportScanner
    | ReportPrinter
    | ReportNetwork
    | ReportDevice
    | ReportFound
    | ReportTrial
    | SyncNow
    | ClearVerdict
    | VerdictShown
    | TellStick
)
"""Calls that write no entry; their answer is Done."""
_LOOKS_SOMETHING_UP = (
    Watch
    | ListQuickKeys
    | LookAtCatalogue
    | ListNotePrograms
    | ListDrawer
    | ReadExchange
    | ListSuspended
    | ReadState
    | ListPeople
    | ListDevices
    | ListAttention
    | PreviewRefund
    | ListCashReceipts
    | ListRemotes
    | ListSales
    | ShowReceipt
    | ReadJournal
    | CheckJournal
    | SummariseSync
)


def answer_while_stopped(call: AnyCall, *, is_behind: bool) -> AnyAnswer | None:
    """The answer to a call that cannot be obeyed now, `is_behind` where nothing may be recorded; None where it can."""
    if isinstance(call, ScanSeen):
        return Done()
    if isinstance(call, _SELLING):
        return Refused(cause=Refusal.SELLING_STOPPED)
    if not is_behind or isinstance(call, SyncCall | _SAYS_SOMETHING | _LOOKS_SOMETHING_UP | Stop):
        return None
    match call:
        case NextPrintJob():
            return PrintJob(job=0)
        case EndPrintJob():
            # The receipt stays "being sent", and is asked about after the next start.
            return Done()
        case _:
            return Refused(cause=Refusal.SELLING_STOPPED)


def answer_without_journal(call: AnyCall) -> AnyAnswer | None:
    """The answer where there is no journal at all; None where only a fault can be the answer."""
    if isinstance(call, _SAYS_SOMETHING | ScanSeen | EndPrintJob):
        return Done()
    if isinstance(call, NextPrintJob):
        return PrintJob(job=0)
    if isinstance(call, _LOOKS_SOMETHING_UP | NextBatch | SignCall | TakeAcknowledgement):
        return None
    return Refused(cause=Refusal.SELLING_STOPPED)
