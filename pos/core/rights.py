"""Which right each of the screen's calls needs.

A call that is not listed needs `Right.COUNTER`: a new one is closed to a locked till and to a technician until somebody
has thought about it. The command line is the machine's administrator's and is not asked here.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pos.link.calls import (
    AddItem,
    AdoptPrinter,
    AllowOnce,
    AnswerQuestion,
    AnswerRemote,
    AnyCall,
    BeginCashReceipt,
    CancelCashReceipt,
    CancelSale,
    CheckNextNotes,
    ChoosePrinting,
    ChooseShownOn,
    ChooseTrialLine,
    ClearVerdict,
    CloseAttention,
    CloseDay,
    CloseRequest,
    EnterAmount,
    GiveReceipt,
    ListAttention,
    ListCashReceipts,
    ListDevices,
    ListNotePrograms,
    ListPeople,
    ListQuickKeys,
    ListRemotes,
    ListSales,
    ListSuspended,
    LogIn,
    LogOut,
    LookAtCatalogue,
    MakeRefund,
    MoveCash,
    OpenDay,
    OpenDrawer,
    OpenRequest,
    PayOther,
    PreviewRefund,
    PrintDeclineSlip,
    PrintTrial,
    PrintWaiting,
    ReadOwnersPage,
    ReprintReceipt,
    RequestCashReceipt,
    ResumeSale,
    ScanAgain,
    ScanSeen,
    SearchPrinters,
    ShowMerchantQr,
    ShowReceipt,
    SummariseSync,
    SuspendSale,
    SyncNow,
    TakeCatalogue,
    TakeItemBack,
    TakeNotes,
    TryScanner,
    VerdictShown,
    Watch,
)
from pos.till.people import Right

_FREE: Final = frozenset(
    {Watch, VerdictShown, SyncNow, SummariseSync, ListPeople, LogIn, LogOut, AllowOnce, ListDevices, ScanSeen}
)
_RIGHTS: Final[Mapping[type, Right]] = MappingProxyType(
    {
        EnterAmount: Right.SELL,
        CancelSale: Right.SELL,
        AnswerQuestion: Right.SELL,
        PayOther: Right.SELL,
        ShowMerchantQr: Right.SELL,
        OpenRequest: Right.SELL,
        CloseRequest: Right.SELL,
        ClearVerdict: Right.SELL,
        ScanAgain: Right.SELL,
        ListQuickKeys: Right.SELL,
        AddItem: Right.SELL,
        ListNotePrograms: Right.SELL,
        CheckNextNotes: Right.SELL,
        TakeNotes: Right.SELL,
        TakeItemBack: Right.SELL,
        SuspendSale: Right.SELL,
        ListSuspended: Right.SELL,
        ResumeSale: Right.SELL,
        PrintWaiting: Right.SELL,
        ListSales: Right.SEE_SALES,
        ShowReceipt: Right.SEE_SALES,
        ReprintReceipt: Right.REPRINT,
        PrintDeclineSlip: Right.SELL,
        GiveReceipt: Right.SELL,
        PreviewRefund: Right.SEE_SALES,
        ListRemotes: Right.SELL,
        AnswerRemote: Right.SELL,
        ListCashReceipts: Right.SEE_SALES,
        BeginCashReceipt: Right.CASH_RECEIPT,
        RequestCashReceipt: Right.CASH_RECEIPT,
        CancelCashReceipt: Right.REFUND,
        OpenDrawer: Right.OPEN_DRAWER,
        OpenDay: Right.OPEN_DAY,
        CloseDay: Right.CLOSE_DAY,
        MoveCash: Right.MOVE_CASH,
        ReadOwnersPage: Right.OWNER_PAGE,
        ListAttention: Right.COUNTER,
        CloseAttention: Right.COUNTER,
        SearchPrinters: Right.SERVICE,
        AdoptPrinter: Right.SERVICE,
        PrintTrial: Right.SERVICE,
        ChooseTrialLine: Right.SERVICE,
        TryScanner: Right.SERVICE,
        ChoosePrinting: Right.SETTINGS,
        ChooseShownOn: Right.SETTINGS,
        LookAtCatalogue: Right.CATALOGUE,
        TakeCatalogue: Right.CATALOGUE,
    }
)


def right_for(call: AnyCall) -> Right | None:
    """The right that this call of the screen needs; None where anybody may make it."""
    if isinstance(call, MakeRefund):
        # Seen once more, or the sale just made: anything else could be anybody's.
        return Right.CANCEL_LAST if call.code or not call.receipt_number else Right.REFUND
    kind = type(call)
    return None if kind in _FREE else _RIGHTS.get(kind, Right.COUNTER)
