"""What the screen shows: one snapshot of the till, sent whole at every change.

A screen that starts needs nothing but the newest `TillState`. Text fields hold safe text (`pos.text`); reasons,
states and kinds are values of string enums: an older screen shows a newer one's words as unknown and does not fail.
"""

from enum import StrEnum

import msgspec

from pos.link.install import InstallView
from pos.link.stick import StickState


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the snapshot."""


class Outcome(StrEnum):
    """What became of a presented code."""

    APPROVED = "approved"
    DECLINED = "declined"
    REFERRED = "referred"


class PrinterState(StrEnum):
    """What the printer last told."""

    READY = "ready"
    PRINTING = "printing"
    PAPER_LOW = "paper_low"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    FAULT = "fault"
    SILENT = "silent"
    MISSING = "missing"


class ScannerState(StrEnum):
    """What the camera or scanner is doing."""

    READY = "ready"
    LOCATED = "located"
    MISSING = "missing"
    FAULT = "fault"
    """It is there and does not work."""
    OFF = "off"
    """This terminal has none, and that is meant."""


class ScanHint(StrEnum):
    """How the customer can help."""

    CLOSER = "closer"
    FURTHER = "further"
    BRIGHTER = "brighter"


class SellingStop(StrEnum):
    """Why nothing can be sold now."""

    DISK_FULL = "disk_full"
    DISK_NEARLY_FULL = "disk_nearly_full"
    """Room is left for sending, exporting and closing, not for selling."""
    DISK_READ_ONLY = "disk_read_only"
    DISK_FAULT = "disk_fault"
    DATABASE_NEWER = "database_newer"
    JOURNAL_DAMAGED = "journal_damaged"
    OUTCOME_UNKNOWN = "outcome_unknown"
    JOURNAL_BEHIND = "journal_behind"
    """The ledger holds entries that this terminal forgot: nothing is recorded before they are back."""
    JOURNAL_FORKED = "journal_forked"
    TERMINAL_RETIRED = "terminal_retired"
    """The ledger retired this terminal: another one has its place, or it was reported stolen."""
    TRUST_MISSING = "trust_missing"
    NOT_INSTALLED = "not_installed"
    """The first boot is not over."""


class EmergencyState(StrEnum):
    """What became of codes that take trust away."""

    COLLECTING = "collecting"
    APPLIED = "applied"
    OLD = "old"
    """This one, or a newer one, was read before."""
    REFUSED = "refused"
    UNREADABLE = "unreadable"


class QuestionKind(StrEnum):
    """What the cashier is asked; the choices are numbered from 1."""

    PART_PAYMENT = "part_payment"
    """The code is for less than what is due: 1 take it, 2 leave it."""
    CODE_AMOUNT = "code_amount"
    """No amount was typed: 1 take the code's own amount, 2 leave it."""
    PRINT_UNKNOWN = "print_unknown"
    """Did the receipt come out to its end? 1 yes, 2 no: print again, 3 later."""
    PAPER_LOADED = "paper_loaded"
    """Receipts waited for paper: 1 print all, 2 only the last, 3 none."""
    PRINT_RECEIPT = "print_receipt"
    """The shop asks each customer: 1 print; any next digit means no."""
    NOTE_CHECK = "note_check"
    """A paper note was scanned that is to be looked at: 1 it is right, 2 something is wrong."""
    NOTE_CONSECUTIVE = "note_consecutive"
    """Its number follows those of earlier notes: 1 take it, 2 leave it."""
    NOTE_CHANGE = "note_change"
    """Nobody owes the change on it: 1 leave it, 2 give the change all the same."""
    OPEN_SALE = "open_sale"
    """A part-paid sale survived a power cut: 1 go on, 2 cancel all."""
    CUT_APPROVED = "cut_approved"
    """Approved as the power went, and nobody was told: 1 the goods were given, 2 to be refunded, 3 later."""


class LedgerAway(StrEnum):
    """Why the ledger cannot be reached, as far as a try can tell."""

    NAME = "name"
    """Its name is not found: no network, or no name service."""
    NOBODY = "nobody"
    """Nobody answers at its address."""
    SLOW = "slow"
    STRANGER = "stranger"
    """Somebody answers whose certificate is not the ledger's: a wireless network's login page, or another authority."""
    CONTENT = "content"
    """An answer that is none of a ledger's."""
    REFUSED = "refused"
    """The ledger does not accept this terminal: its time, its certificate, or the terminal itself."""
    BROKEN = "broken"


class NetworkView(View, frozen=True, kw_only=True):
    online: bool
    since_s: int
    reason: str = ""
    """A value of `LedgerAway`; empty while online, or where no try could tell. `cause` is for technicians."""
    cause: str = ""


class WaitingView(View, frozen=True, kw_only=True):
    """Approved and not yet acknowledged by the ledger."""

    count: int
    value_won: int


class PrinterView(View, frozen=True, kw_only=True):
    state: PrinterState
    unprinted: int


class ScannerView(View, frozen=True, kw_only=True):
    state: ScannerState
    hint: ScanHint | None = None
    unread_s: int = 0
    """For how long a code has been located without being read."""
    is_camera: bool = True
    """A hand scanner otherwise."""


class TenderView(View, frozen=True, kw_only=True):
    kind: str
    """A value of `pos.journal.records.TenderForm`: "voucher", "note", "cash", "other" …"""
    amount_won: int
    program_name: str = ""
    method: str = ""
    """Of "other": a value of `pos.voucher.bodies.TenderMethod`."""


class ItemView(View, frozen=True, kw_only=True):
    """One line of what is sold."""

    name: str
    quantity: int
    amount_won: int
    is_exempt: bool


class RequestView(View, frozen=True, kw_only=True):
    """The open payment request of the sale, to be shown to the phone."""

    text: str
    amount_won: int
    expires_s: int


class SaleView(View, frozen=True, kw_only=True):
    due_won: int
    """0 where the cashier has typed no amount and the code's own is waited for."""
    paid_won: int
    tenders: tuple[TenderView, ...] = ()
    request: RequestView | None = None
    items: tuple[ItemView, ...] = ()
    needs_request: bool = False
    """What is due is more than a code may pay that answers no request."""
    is_over_offline: bool = False
    """What is due is more than may still be approved offline."""

    @property
    def remaining_won(self) -> int:
        return max(self.due_won - self.paid_won, 0)


class CheckView(View, frozen=True, kw_only=True):
    number: int
    name: str
    passed: bool


class VerdictView(View, frozen=True, kw_only=True):
    """The newest answer to a presented code. Fields that do not apply are empty."""

    serial: int
    """Counts verdicts since core started: a new serial is a new verdict."""
    outcome: Outcome
    reason: str = ""
    """Value of `pos.till.reasons.Reason`; empty when approved."""
    amount_won: int = 0
    remaining_won: int = 0
    change_won: int = 0
    program_name: str = ""
    voucher_mask: str = ""
    receipt_number: str = ""
    earlier_receipt_number: str = ""
    earlier_time_s: int = 0
    earlier_amount_won: int = 0
    difference_won: int = 0
    limit_won: int = 0
    limit_count: int = 0
    may_show_again: bool = False
    is_quiet: bool = False
    """The code just approved, seen again: information, not an alarm."""
    is_offline: bool = True
    foreign_kind: str = ""
    foreign_length: int = 0
    foreign_head: str = ""
    entry_sequence: int = 0
    checks: tuple[CheckView, ...] = ()
    time_s: int = 0


class QuestionView(View, frozen=True, kw_only=True):
    serial: int
    kind: QuestionKind
    amount_won: int = 0
    difference_won: int = 0
    count: int = 0
    receipt_number: str = ""
    note_number: str = ""
    """Of a paper note, and so on below."""
    features: tuple[str, ...] = ()
    used_won: int = 0
    face_won: int = 0
    ratio_percent: int = 0


class ReceiptSeenView(View, frozen=True, kw_only=True):
    """A receipt code that a customer brought back; `till` is the number of the one that sold it, if another did."""

    serial: int
    """Counts these since core started."""
    receipt_number: str
    """Empty where it stands for no sale of this till."""
    cause: str
    """A value of `pos.till.reasons.Refusal`, where it is no use here."""
    code: str
    till: str = ""


class NumberSeenView(View, frozen=True, kw_only=True):
    """A number for a cash receipt, read from a card; for the screen that asked for one."""

    serial: int
    digits: str


class SettledView(View, frozen=True, kw_only=True):
    """A sale that has just ended with money and not with a code; stands until the next thing that happens."""

    serial: int
    total_won: int
    given_won: int = 0
    """Handed over with the last tender."""
    change_won: int = 0
    """To be handed back."""


class LastSaleView(View, frozen=True, kw_only=True):
    time_s: int
    amount_won: int
    receipt_number: str
    program_name: str
    paper: str
    """State of its receipt: a value of `pos.link.calls.PaperState`."""
    may_have_cash_receipt: bool = False
    """The shop could issue one, and nobody has asked for it yet."""


class LimitView(View, frozen=True, kw_only=True):
    """How much more can be approved before the ledger has to be reached."""

    left_won: int
    left_count: int
    used_percent: int


class DayView(View, frozen=True, kw_only=True):
    """Where the shop's day stands."""

    is_open: bool = False
    opened_s: int = 0
    is_forgotten: bool = False
    """It was opened long ago and never closed."""
    is_closed_since_start: bool = False
    """It was closed, and not opened again, since core started."""
    offers_opening: bool = False
    """The shop opens its days, and today is not open yet."""
    proposed_float_won: int = 0


class TillLock(StrEnum):
    """What a till asks a PIN for."""

    OPEN = "open"
    PAYMENTS = "payments"
    """It locked itself in a shop of one person: payments are taken, everything else wants the PIN."""
    PIN = "pin"
    """Nobody is at the till: everything wants a PIN."""


class EmergencyView(View, frozen=True, kw_only=True):
    """Codes of a set that takes trust away, as far as they were shown."""

    state: EmergencyState
    collected: int = 0
    total: int = 0


class ShopCodeView(View, frozen=True, kw_only=True):
    """A payment code of the shop's own."""

    program: str
    name: str
    """Empty where the trust data know no such programme."""


class TillState(View, frozen=True, kw_only=True):
    shop_name: str
    terminal: str
    clerk: str
    business_date: str
    time_s: int
    clock_quality: int
    network: NetworkView
    waiting: WaitingView
    printer: PrinterView
    scanner: ScannerView
    limit: LimitView
    stop: SellingStop | None = None
    sale: SaleView | None = None
    verdict: VerdictView | None = None
    question: QuestionView | None = None
    last_sale: LastSaleView | None = None
    settled: SettledView | None = None
    suspended_count: int = 0
    """Sales put aside."""
    shop_codes: tuple[ShopCodeView, ...] = ()
    """Payment codes of the shop's own, by programme."""
    has_articles: bool = False
    """Whether the shop sells by name."""
    said: str = ""
    """Why what was scanned changed nothing: a value of `pos.till.reasons.Refusal`."""
    is_after_cut: bool = False
    """Started again a moment after the last entry: what was being paid then may not have been recorded."""
    attention_count: int = 0
    """Sales to settle with the customer."""
    notice_count: int = 0
    """Alarms and notices that nobody has closed."""
    sync_progress_percent: int | None = None
    receipt_seen: ReceiptSeenView | None = None
    number_seen: NumberSeenView | None = None
    remotes_waiting: int = 0
    """Orders and payments from elsewhere that nobody has answered."""
    cash_receipts_late: int = 0
    """Without an approval a day after their sale."""
    contact_days_left: int | None = None
    """Days of running without a contact after which nothing is sold; None while there are enough of them."""
    siblings_count: int = 0
    """Other tills of the shop."""
    siblings_silent: int = 0
    """Those among them that are not heard from now."""
    day: DayView = DayView()
    unsent_count: int = 0
    """Entries that the ledger does not have yet, of whatever kind."""
    conflict_count: int = 0
    """Payments made twice, where whoever is at the till may know of them."""
    disk_days_left: int | None = None
    """Days of selling until the disk is too full; None while there are enough of them."""
    emergency: EmergencyView | None = None
    stick: StickState | None = None
    """What became of the memory stick that was plugged in last."""
    has_pins: bool = False
    """Whether people have PINs in this shop."""
    lock: TillLock = TillLock.OPEN
    relief: int | None = None
    """Number of whoever takes over next, 0 where that has to be asked; None where nobody can."""
    relief_name: str = ""
    is_training: bool = False
    """The till practises: nothing on it is money."""
    turns_screen: bool = False
    """The customer sees a payment request only if the cashier turns the screen."""
    installation: InstallView | None = None
    """The first boot, until it is over."""
