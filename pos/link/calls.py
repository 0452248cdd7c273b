"""Every call and every answer between the processes, brought together.

Rules:

- the modules beside this one hold the calls, one module per role or per part of the day; whoever uses them imports
  them from here;
- `ROLE_CALLS` is what a socket accepts: a call outside its role's union is refused before core sees it.

Pushes go from core to a subscribed client.
"""

from typing import Final, TypeAlias

from pos.link.archive_calls import AcknowledgeArchive, DropArchived, Dropped, OldMessages, ReadOldMessages
from pos.link.backup_calls import BackupEnd, BackupGround, BeginBackup, EndBackup
from pos.link.base_calls import (
    Answer,
    Call,
    CloseRequest,
    Done,
    ListSales,
    OpenRequest,
    PaperState,
    PrintRow,
    Push,
    ReceiptPage,
    Refused,
    ReprintReceipt,
    RequestAnswer,
    Role,
    SaleLine,
    SalePage,
    ShowReceipt,
    State,
    SummariseSync,
    SyncNow,
    SyncSummary,
    VerdictShown,
)
from pos.link.control_calls import CheckJournal, EntryPage, JournalReport, Pay, PayAnswer, ReadJournal, ReadState, Stop
from pos.link.day_calls import (
    CloseDay,
    DayClosing,
    FigureLine,
    MoveCash,
    OpenDay,
    Pieces,
    PrintDocument,
    ReadReport,
    ReportPage,
)
from pos.link.devices_calls import (
    DevicesState,
    EndPrintJob,
    NextPrintJob,
    PrintJob,
    ReportPrinter,
    ReportScanner,
    ScanSeen,
    WatchDevices,
)
from pos.link.equipment_calls import (
    AdoptPrinter,
    ChoosePrinting,
    ChooseShownOn,
    ChooseTrialLine,
    DevicePage,
    ListDevices,
    PrintTrial,
    ReportDevice,
    ReportFound,
    ReportTrial,
    SearchPrinters,
    TryScanner,
)
from pos.link.examination_calls import Examination, ReadExamination, TellBundle, TellFindings, WantBundle
from pos.link.inbox_calls import InboxPosition, MessagesTaken, ReadPosition, TakeMessages
from pos.link.install_calls import (
    EndErrand,
    Errand,
    ErrandKind,
    GoOnInstalling,
    NextErrand,
    RepeatStep,
    SkipStep,
    TypeInstallNumber,
)
from pos.link.log_calls import AskLog, LogTaken, LogWants, TakeGrowth, TakeProof
from pos.link.note_calls import (
    CheckNextNotes,
    CreditNotes,
    DrawerLine,
    DrawerPage,
    ExchangeLine,
    ExchangePage,
    ListDrawer,
    ListNotePrograms,
    NoteAsked,
    NoteProgram,
    NoteProgramPage,
    NumberNotes,
    ReadExchange,
    SubmissionLine,
    SubmitNotes,
    TakeNotes,
    UnnumberedLine,
)
from pos.link.owner_calls import ConflictLine, OwnersPage, ReadOwnersPage
from pos.link.paper_calls import GiveReceipt, PrintDeclineSlip
from pos.link.people_calls import (
    AddPerson,
    AllowOnce,
    ChangePerson,
    ListPeople,
    LogIn,
    LogOut,
    PeoplePage,
    PersonLine,
    PinRefused,
    Practise,
    RemovePerson,
)
from pos.link.recovery_calls import NextRecovered, RecoveredBatch, RecoveredTaken, TakeRecovered
from pos.link.refund_calls import (
    BeginCashReceipt,
    CancelCashReceipt,
    CashReceiptLine,
    CashReceiptPage,
    ListCashReceipts,
    MakeRefund,
    PreviewRefund,
    RefundMade,
    RefundPlan,
    RequestCashReceipt,
)
from pos.link.remote_calls import AnswerRemote, ListRemotes, RemoteLine, RemotePage
from pos.link.sale_calls import (
    AddItem,
    BroughtCatalogue,
    CatalogueAnswer,
    CatalogueProblem,
    ImportCatalogue,
    ListQuickKeys,
    ListSuspended,
    LookAtCatalogue,
    QuickKey,
    QuickKeyPage,
    ResumeSale,
    SuspendedLine,
    SuspendedPage,
    SuspendSale,
    TakeCatalogue,
    TakeItemBack,
)
from pos.link.screen_calls import (
    AnswerQuestion,
    AttentionLine,
    AttentionPage,
    CancelSale,
    ClearVerdict,
    CloseAttention,
    EnterAmount,
    ListAttention,
    MerchantQrAnswer,
    OpenDrawer,
    PayOther,
    PrintWaiting,
    ScanAgain,
    ShowMerchantQr,
    StateChanged,
    Watch,
)
from pos.link.sibling_calls import (
    BeginMeeting,
    EndMeeting,
    GreetSibling,
    MeetingBegun,
    NextForSibling,
    ReadSiblings,
    SiblingHeard,
    SiblingSays,
    SiblingsKnown,
    TakeFromSibling,
)
from pos.link.stick_calls import TellStick
from pos.link.sync_calls import (
    Acknowledged,
    AdoptEntries,
    DeliveryStep,
    NextBatch,
    OutboxBatch,
    ReportNetwork,
    SignCall,
    SyncWork,
    TakeAcknowledgement,
    TakeSignedTime,
    Token,
    WatchSync,
)
from pos.link.trust_calls import AskTrust, TakeTrust, TrustOrigin, TrustStep, TrustTaken, TrustWants
from pos.link.wifi_calls import ReadWifi, TellWifi, TryWifi, WifiPage

__all__ = [
    "AcknowledgeArchive",
    "Acknowledged",
    "AddItem",
    "AddPerson",
    "AdoptEntries",
    "AdoptPrinter",
    "AllowOnce",
    "Answer",
    "AnswerQuestion",
    "AnswerRemote",
    "AskLog",
    "AskTrust",
    "AttentionLine",
    "AttentionPage",
    "BackupEnd",
    "BackupGround",
    "BeginBackup",
    "BeginCashReceipt",
    "BeginMeeting",
    "BroughtCatalogue",
    "Call",
    "CancelCashReceipt",
    "CancelSale",
    "CashReceiptLine",
    "CashReceiptPage",
    "CatalogueAnswer",
    "CatalogueCall",
    "CatalogueProblem",
    "ChangePerson",
    "CheckJournal",
    "CheckNextNotes",
    "ChoosePrinting",
    "ChooseShownOn",
    "ChooseTrialLine",
    "ClearVerdict",
    "CloseAttention",
    "CloseDay",
    "CloseRequest",
    "ConflictLine",
    "CreditNotes",
    "DayCall",
    "DayClosing",
    "DeliveryStep",
    "DevicePage",
    "DevicesState",
    "Done",
    "DrawerLine",
    "DrawerPage",
    "DropArchived",
    "Dropped",
    "EndBackup",
    "EndErrand",
    "EndMeeting",
    "EndPrintJob",
    "EnterAmount",
    "EntryPage",
    "EquipmentCall",
    "Errand",
    "ErrandCall",
    "ErrandKind",
    "Examination",
    "ExchangeLine",
    "ExchangePage",
    "FigureLine",
    "GiveReceipt",
    "GoOnInstalling",
    "GreetSibling",
    "HealthCall",
    "HoldCall",
    "ImportCatalogue",
    "InboxPosition",
    "InstallCall",
    "ItemCall",
    "JournalReport",
    "ListAttention",
    "ListCashReceipts",
    "ListDevices",
    "ListDrawer",
    "ListNotePrograms",
    "ListPeople",
    "ListQuickKeys",
    "ListRemotes",
    "ListSales",
    "ListSuspended",
    "LogIn",
    "LogOut",
    "LogTaken",
    "LogWants",
    "LookAtCatalogue",
    "MakeRefund",
    "MeetingBegun",
    "MerchantQrAnswer",
    "MessagesTaken",
    "MoveCash",
    "NextBatch",
    "NextErrand",
    "NextForSibling",
    "NextPrintJob",
    "NextRecovered",
    "NoteAsked",
    "NoteCall",
    "NoteProgram",
    "NoteProgramPage",
    "NumberNotes",
    "OldMessages",
    "OpenDay",
    "OpenDrawer",
    "OpenRequest",
    "OutboxBatch",
    "OwnersPage",
    "PaperState",
    "Pay",
    "PayAnswer",
    "PayOther",
    "PeopleCall",
    "PeoplePage",
    "PersonLine",
    "Pieces",
    "PinRefused",
    "Practise",
    "PreviewRefund",
    "PrintDeclineSlip",
    "PrintDocument",
    "PrintJob",
    "PrintRow",
    "PrintTrial",
    "PrintWaiting",
    "Push",
    "QuickKey",
    "QuickKeyPage",
    "ReadExamination",
    "ReadExchange",
    "ReadJournal",
    "ReadOldMessages",
    "ReadOwnersPage",
    "ReadPosition",
    "ReadReport",
    "ReadSiblings",
    "ReadState",
    "ReadWifi",
    "ReceiptPage",
    "RecoveredBatch",
    "RecoveredTaken",
    "RefundMade",
    "RefundPlan",
    "Refused",
    "RemoteLine",
    "RemotePage",
    "RemovePerson",
    "RepeatStep",
    "ReportDevice",
    "ReportFound",
    "ReportNetwork",
    "ReportPage",
    "ReportPrinter",
    "ReportScanner",
    "ReportTrial",
    "ReprintReceipt",
    "RequestAnswer",
    "RequestCashReceipt",
    "ResumeSale",
    "Role",
    "SaleLine",
    "SalePage",
    "ScanAgain",
    "ScanSeen",
    "SearchPrinters",
    "ShowMerchantQr",
    "ShowReceipt",
    "SiblingCall",
    "SiblingHeard",
    "SiblingSays",
    "SiblingsKnown",
    "SignCall",
    "SkipStep",
    "State",
    "StateChanged",
    "Stop",
    "SubmissionLine",
    "SubmitNotes",
    "SummariseSync",
    "SuspendSale",
    "SuspendedLine",
    "SuspendedPage",
    "SyncNow",
    "SyncSummary",
    "SyncWork",
    "TakeAcknowledgement",
    "TakeCatalogue",
    "TakeFromSibling",
    "TakeGrowth",
    "TakeItemBack",
    "TakeMessages",
    "TakeNotes",
    "TakeProof",
    "TakeRecovered",
    "TakeSignedTime",
    "TakeTrust",
    "TellBundle",
    "TellFindings",
    "TellStick",
    "TellWifi",
    "Token",
    "TrustOrigin",
    "TrustStep",
    "TrustTaken",
    "TrustWants",
    "TryScanner",
    "TryWifi",
    "TypeInstallNumber",
    "UnnumberedLine",
    "VerdictShown",
    "WantBundle",
    "Watch",
    "WatchDevices",
    "WatchSync",
    "WifiPage",
]

AnyAnswer: TypeAlias = (
    Errand
    | OldMessages
    | MerchantQrAnswer
    | Dropped
    | NoteProgramPage
    | NoteAsked
    | DrawerPage
    | ExchangePage
    | QuickKeyPage
    | SuspendedPage
    | CatalogueAnswer
    | BroughtCatalogue
    | Done
    | Refused
    | State
    | PrintJob
    | PayAnswer
    | RequestAnswer
    | EntryPage
    | JournalReport
    | ReceiptPage
    | SalePage
    | AttentionPage
    | OutboxBatch
    | Token
    | Acknowledged
    | SyncSummary
    | RefundPlan
    | RemotePage
    | RefundMade
    | CashReceiptPage
    | DayClosing
    | ReportPage
    | OwnersPage
    | PeoplePage
    | PinRefused
    | TrustWants
    | TrustTaken
    | InboxPosition
    | MessagesTaken
    | DevicePage
    | LogWants
    | LogTaken
    | RecoveredBatch
    | RecoveredTaken
    | SiblingsKnown
    | MeetingBegun
    | SiblingSays
    | SiblingHeard
    | Examination
    | BackupGround
    | BackupEnd
    | WifiPage
)
DayCall: TypeAlias = OpenDay | CloseDay | MoveCash | ReadReport | PrintDocument | ReadOwnersPage
ErrandCall: TypeAlias = NextErrand | EndErrand
InstallCall: TypeAlias = GoOnInstalling | RepeatStep | SkipStep | TypeInstallNumber
PeopleCall: TypeAlias = ListPeople | LogIn | LogOut | AllowOnce | AddPerson | ChangePerson | RemovePerson
AnyPush: TypeAlias = StateChanged | DevicesState | SyncWork
NoteCall: TypeAlias = (
    ListNotePrograms | CheckNextNotes | TakeNotes | ListDrawer | NumberNotes | SubmitNotes | CreditNotes
)
ItemCall: TypeAlias = ListQuickKeys | AddItem | TakeItemBack
CatalogueCall: TypeAlias = LookAtCatalogue | TakeCatalogue
HoldCall: TypeAlias = SuspendSale | ListSuspended | ResumeSale
EquipmentCall: TypeAlias = (
    ListDevices
    | SearchPrinters
    | AdoptPrinter
    | PrintTrial
    | ChooseTrialLine
    | ChoosePrinting
    | ChooseShownOn
    | TryScanner
)
"""What the device page asks."""
HealthCall: TypeAlias = ReadExamination | TellFindings | WantBundle | TellBundle
"""What core answers whatever else it can."""
WifiCall: TypeAlias = TryWifi | ReadWifi | TellWifi
ScreenCall: TypeAlias = (
    NoteCall
    | ShowMerchantQr
    | ItemCall
    | CatalogueCall
    | HoldCall
    | Watch
    | EnterAmount
    | CancelSale
    | AnswerQuestion
    | PayOther
    | OpenRequest
    | CloseRequest
    | VerdictShown
    | ClearVerdict
    | PrintWaiting
    | ListAttention
    | CloseAttention
    | ListSales
    | SyncNow
    | OpenDrawer
    | ScanAgain
    | ScanSeen
    | ShowReceipt
    | ReprintReceipt
    | SummariseSync
    | Practise
    | PeopleCall
    | PreviewRefund
    | MakeRefund
    | ListCashReceipts
    | BeginCashReceipt
    | RequestCashReceipt
    | CancelCashReceipt
    | PrintDeclineSlip
    | GiveReceipt
    | DayCall
    | EquipmentCall
    | ListRemotes
    | AnswerRemote
    | ReadExamination
    | WantBundle
    | TryWifi
    | ReadWifi
)
DevicesCall: TypeAlias = (
    WatchDevices
    | ScanSeen
    | ReportScanner
    | ReportPrinter
    | NextPrintJob
    | EndPrintJob
    | ReportDevice
    | ReportFound
    | ReportTrial
)
SiblingCall: TypeAlias = ReadSiblings | BeginMeeting | GreetSibling | TakeFromSibling | NextForSibling | EndMeeting
SyncCall: TypeAlias = (
    WatchSync
    | SiblingCall
    | NextBatch
    | SignCall
    | TakeAcknowledgement
    | TakeSignedTime
    | AdoptEntries
    | ReadPosition
    | TakeMessages
    | AskLog
    | TakeGrowth
    | TakeProof
    | NextRecovered
    | TakeRecovered
    | ReportNetwork
    | AskTrust
    | TakeTrust
    | TellStick
    | SummariseSync
)
ControlCall: TypeAlias = (
    ReadExchange
    | TakeNotes
    | ImportCatalogue
    | Pay
    | VerdictShown
    | OpenRequest
    | CloseRequest
    | ReadJournal
    | CheckJournal
    | ShowReceipt
    | ReprintReceipt
    | ListSales
    | SyncNow
    | AskTrust
    | TakeTrust
    | SummariseSync
    | ReadState
    | ListDevices
    | Stop
    | DayCall
    | ListPeople
    | AddPerson
    | ChangePerson
    | RemovePerson
    | PreviewRefund
    | MakeRefund
    | ListCashReceipts
    | RequestCashReceipt
    | ReadOldMessages
    | AcknowledgeArchive
    | DropArchived
    | BeginBackup
    | EndBackup
    | ReadExamination
    | TellFindings
    | TellBundle
    | TellWifi
)
AnyCall: TypeAlias = ScreenCall | DevicesCall | SyncCall | ControlCall | InstallCall | ErrandCall

ROLE_CALLS: Final[dict[Role, object]] = {
    Role.SCREEN: ScreenCall | InstallCall,
    Role.DEVICES: DevicesCall,
    Role.SYNC: SyncCall | ErrandCall,
    Role.CONTROL: ControlCall,
}
