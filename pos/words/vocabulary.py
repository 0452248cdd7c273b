"""What a language must be able to say.

Rules: a sentence about a verdict is made here from the numbers of its `VerdictView`; every closed vocabulary has a
word for each member, which the type checker holds complete. Widths are display columns. Nothing here knows colours,
widgets or keys other than by their printed names.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from pos.link.state import (
    EmergencyView,
    LastSaleView,
    LimitView,
    NetworkView,
    Outcome,
    PrinterView,
    QuestionView,
    SaleView,
    ScannerView,
    SellingStop,
    TenderView,
    VerdictView,
    WaitingView,
)
from pos.link.stick import StickState
from pos.till.reasons import Check, Refusal
from pos.words.day import DayLabels
from pos.words.findings import FindingWords
from pos.words.giving_back import GivingBackLabels
from pos.words.install import InstallLabels
from pos.words.papers import PaperLabels
from pos.words.support import SupportLabels
from pos.words.wares import WareLabels
from pos.words.wifi import WifiLabels

REASON_COLUMNS: Final = 34
"""Each line beside the drawn verdict."""
CUSTOMER_COLUMNS: Final = 60
"""What the cashier reads out, its prefix included."""
LINE_COLUMNS: Final = 78
"""A full line of the smallest screen, less its margins."""
ACTION_COLUMNS: Final = 12
"""A label on one of six buttons."""

FORMER_RECEIPT: Final = "B"
"""Begins the name of a receipt of the unit that was replaced; the rest is its number there."""


class Notice(StrEnum):
    """What the screen itself says about a key."""

    AMOUNT_ZERO = "amount_zero"
    AMOUNT_TOO_LARGE = "amount_too_large"
    DIGITS_ONLY = "digits_only"
    AMOUNT_FIRST = "amount_first"
    ANSWER_FIRST = "answer_first"
    NOTHING_TO_PAY = "nothing_to_pay"
    LINK_DOWN = "link_down"
    NOT_ANSWERED = "not_answered"
    """Core did not answer a call."""
    SELLING_STOPPED = "selling_stopped"
    DONE = "done"
    SENDING = "sending"
    DRAWER_OPENED = "drawer_opened"
    REPRINTING = "reprinting"
    NOTHING_HERE = "nothing_here"
    PIN_FIRST = "pin_first"
    DAY_OPENED = "day_opened"


class AttentionAnswer(StrEnum):
    """How a sale to settle with the customer ended. Persisted: add members, never rename."""

    GOODS_GIVEN = "goods_given"
    TO_REFUND = "to_refund"
    NOT_FOUND = "not_found"
    READ = "read"
    """Of what is no sale, but something that the owner has to know."""


class DrawerCause(StrEnum):
    """Why the drawer is opened without a sale. Persisted: add members, never rename."""

    CHANGE = "change"
    COUNT = "count"
    FLOAT = "float"
    OTHER = "other"
    TEST = "test"
    """From the device page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Everything said about one verdict."""

    headline: str
    """At most 34 columns."""
    detail: str
    """The reason line, with its numbers; at most 34 columns."""
    more: tuple[str, ...] = ()
    """At most three further facts of at most 34 columns."""
    again: str = ""
    """Whether the same code may be shown again; at most 34 columns."""
    customer: str = ""
    """What to say to the customer; at most 60 columns."""
    next_step: str = ""
    """What to do now; at most 78 columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question and its numbered answers."""

    title: str
    """At most 34 columns."""
    detail: str
    customer: str
    choices: tuple[str, ...]
    """Answers from 1; at most 24 columns each, so that three stand side by side."""
    more: tuple[str, ...] = ()
    """What has to be gone through before an answer; the answers then stand on the buttons only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """Why nothing can be sold and what to do."""

    headline: str
    meaning: str
    to_do: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Fixed words. Those of actions take at most 12 columns."""

    # the amount
    amount_typed: str
    amount_due: str
    amount_remaining: str
    amount_approved: str
    amount_of_code: str
    won: str
    # keys and actions
    key_enter: str
    confirm: str
    show_request: str
    new_sale: str
    read_again: str
    go_on: str
    erase: str
    back: str
    cancel_sale: str
    leave_sale: str
    other_tender: str
    notes: str
    menu: str
    double_zero: str
    keypad: str
    next_page: str
    previous_page: str
    by_touch: str
    print_now: str
    skip_print: str
    close_request: str
    reprint: str
    # states of the sale screen
    idle_title: str
    idle_lines: tuple[str, ...]
    amount_title: str
    amount_lines: tuple[str, ...]
    reading_title: str
    reading_lines: tuple[str, ...]
    request_open: str
    received: str
    link_down_title: str
    link_down_lines: tuple[str, ...]
    stop_prefix: str
    time_unknown: str
    screen_small: str
    # the menu and what is under it
    menu_title: str
    menu_history: str
    menu_why: str
    menu_attention: str
    menu_printer: str
    menu_send: str
    menu_drawer: str
    menu_language: str
    menu_request: str
    menu_more: str
    menu_quit: str
    history_empty: str
    receipt_title: str
    why_empty: str
    why_passed: str
    why_failed: str
    attention_empty: str
    attention_question: str
    attention_answers: tuple[str, str, str]
    notice_question: str
    notice_answer: str
    printer_title: str
    printer_actions: tuple[str, str, str]
    drawer_title: str
    drawer_causes: tuple[str, str, str, str]
    unread_title: str
    unread_choices: tuple[str, str, str]
    """Again, a request, another tender: when a code is in sight and is not read."""
    tender_title: str
    leave_title: str
    leave_choices: tuple[str, str]
    request_title: str
    request_lines: tuple[str, ...]
    request_turn: tuple[str, ...]
    """Before those lines, where the customer sees this screen only when it is turned."""
    request_too_small: tuple[str, ...]
    # the device page
    menu_devices: str
    devices_title: str
    devices_actions: tuple[str, str, str, str, str, str]
    """Test page, test scan, drawer test, look for printers, when to print, where a request appears."""
    printer_is: str
    trial_question: str
    """On the page and on the screen; Hangul, because Hangul is what is looked at."""
    trial_sample: str
    """At most 24 columns of printed text."""
    trial_printing: str
    trial_lines: tuple[str, ...]
    trial_proposed: str
    trial_failed: str
    trial_taken: str
    scan_test_waiting: str
    scan_test_read: str
    scan_test_ours: str
    search_title: str
    search_running: str
    search_empty: str
    printer_adopted: str
    printing_title: str
    printing_choices: tuple[str, str, str]
    shown_on_title: str
    shown_on_choices: tuple[str, str, str]


class Words(Protocol):
    """One language."""

    @property
    def language(self) -> str:
        """ "ko" or "en"."""

    @property
    def labels(self) -> Labels: ...

    @property
    def day(self) -> DayLabels: ...

    @property
    def support(self) -> SupportLabels: ...

    @property
    def giving_back(self) -> GivingBackLabels: ...

    @property
    def wares(self) -> WareLabels: ...

    @property
    def install(self) -> InstallLabels: ...

    @property
    def wifi(self) -> WifiLabels: ...

    @property
    def papers(self) -> PaperLabels: ...

    def verdict_word(self, outcome: Outcome) -> str:
        """The word that is drawn; every letter has a glyph."""

    def verdict(self, view: VerdictView) -> Advice: ...

    def quiet(self, view: VerdictView) -> Advice:
        """The code just approved, seen again: its headline, one line of the screen, is all that has to be read."""

    def question(self, view: QuestionView, sale: SaleView | None) -> Asked: ...

    def stop(self, stop: SellingStop) -> Stopped: ...

    def refusal(self, refusal: Refusal) -> str: ...

    def unknown_refusal(self) -> str: ...

    def notice(self, notice: Notice) -> str: ...

    def check(self, check: Check) -> str: ...

    def network(self, view: NetworkView, *, now_s: int) -> str: ...

    def waiting(self, view: WaitingView, *, progress_percent: int | None) -> str: ...

    def printer(self, view: PrinterView) -> str: ...

    def scanner(self, view: ScannerView) -> str:
        """How reading goes; empty where there is nothing to say."""

    def limit(self, view: LimitView) -> str: ...

    def attention(self, count: int) -> str: ...

    def notices(self, count: int) -> str: ...

    def is_notice(self, cause: str) -> bool:
        """Whether a line of the list is for the owner, and not about a sale."""

    def emergency(self, emergency: EmergencyView) -> str:
        """Codes that take trust away: how many were read, or how it ended."""

    def stick(self, stick: StickState) -> str:
        """What became of a memory stick, or why it was not taken."""

    def catalogue_problem(self, kind: str, text: str) -> tuple[str, str]:
        """What is wrong with a line of a catalogue, and what stands there; empty where that says nothing more."""

    def contact_needed(self, days: int) -> str:
        """Without a contact nothing is sold after so many more days of running."""

    def attention_cause(self, cause: str) -> str: ...

    def last_sale(self, view: LastSaleView, *, now_s: int) -> str: ...

    def no_sale_yet(self) -> str: ...

    def paper(self, state: str) -> str: ...

    def delivery(self, state: str) -> str: ...

    def tender(self, view: TenderView) -> str: ...

    def due(self, sale: SaleView) -> str:
        """Due, received and remaining, in one line."""

    def tender_question(self, amount_won: int) -> str: ...

    def leave_question(self, paid_won: int) -> str: ...

    def won(self, amount_won: int) -> str: ...

    def finding(self, code: int) -> FindingWords:
        """A number that this program does not know is said to be one."""

    def receipt_number(self, number: str) -> str:
        """A receipt by its number; one that begins with `FORMER_RECEIPT` is of the unit that was replaced."""
        ...
