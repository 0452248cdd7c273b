"""English: for a cashier who reads no Korean, and for whoever shows the terminal to such a person.

The same rules as in Korean: polite, short, nothing of the trade's machinery, no allowance named aloud.
"""

from dataclasses import replace
from typing import Final, assert_never

from pos.link.calls import PaperState
from pos.link.state import (
    EmergencyState,
    EmergencyView,
    LastSaleView,
    LimitView,
    NetworkView,
    Outcome,
    PrinterState,
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
from pos.till.reasons import Check, Reason, Refusal
from pos.words.columns import short_number
from pos.words.day import DayLabels
from pos.words.en import catalogue, questions, states
from pos.words.en.day import DAY_LABELS
from pos.words.en.findings import FINDINGS, UNKNOWN
from pos.words.en.giving_back import GIVING_BACK_LABELS
from pos.words.en.install import INSTALL_LABELS
from pos.words.en.labels import LABELS
from pos.words.en.notices import NOTICES
from pos.words.en.papers import PAPER_LABELS
from pos.words.en.reasons import ReasonsInEnglish, approval, approved, unknown, won
from pos.words.en.sticks import STICKS
from pos.words.en.support import SUPPORT_LABELS
from pos.words.en.wares import WARE_LABELS
from pos.words.en.wifi import WIFI_LABELS
from pos.words.findings import FindingWords
from pos.words.giving_back import GivingBackLabels
from pos.words.install import InstallLabels
from pos.words.methods import method_name
from pos.words.moments import moment_text, since_text
from pos.words.papers import PaperLabels
from pos.words.reasons import advice_for
from pos.words.support import SupportLabels
from pos.words.vocabulary import FORMER_RECEIPT, Advice, Asked, Labels, Notice, Stopped
from pos.words.wares import WareLabels
from pos.words.wifi import WifiLabels

_AGAIN: Final = "The same code may be shown again"
_NEVER_AGAIN: Final = "This code can never be used again"
_TO_CUSTOMER: Final = "Say: "
_REASONS: Final = frozenset(Reason)
_PAPER_STATES: Final = frozenset(PaperState)


class EnglishWords:
    """Plain English."""

    language: Final = "en"
    labels: Final[Labels] = LABELS
    day: Final[DayLabels] = DAY_LABELS
    support: Final[SupportLabels] = SUPPORT_LABELS
    giving_back: Final[GivingBackLabels] = GIVING_BACK_LABELS
    wares: Final[WareLabels] = WARE_LABELS
    install: Final[InstallLabels] = INSTALL_LABELS
    wifi: Final[WifiLabels] = WIFI_LABELS
    papers: Final[PaperLabels] = PAPER_LABELS

    def verdict_word(self, outcome: Outcome) -> str:
        match outcome:
            case Outcome.APPROVED:
                return "PAID"
            case Outcome.DECLINED:
                return "NO"
            case Outcome.REFERRED:
                return "ASK"
            case _:
                assert_never(outcome)

    def verdict(self, view: VerdictView) -> Advice:
        if view.outcome is Outcome.APPROVED:
            advice, again = approved(view), ""
        else:
            again = _AGAIN if view.may_show_again else _NEVER_AGAIN
            known = view.reason in _REASONS
            advice = advice_for(ReasonsInEnglish(), Reason(view.reason), view) if known else unknown()
        return replace(advice, again=again, customer=_TO_CUSTOMER + advice.customer)

    def quiet(self, view: VerdictView) -> Advice:
        return Advice(
            headline=f"Approved {approval(view)}",
            detail="The same code, seen again",
            customer=_TO_CUSTOMER + "This is paid already.",
            next_step="Type the next customer's amount",
        )

    def question(self, view: QuestionView, sale: SaleView | None) -> Asked:
        return questions.question(view, sale)

    def stop(self, stop: SellingStop) -> Stopped:
        return questions.stopped(stop)

    def refusal(self, refusal: Refusal) -> str:
        return states.REFUSALS[refusal]

    def unknown_refusal(self) -> str:
        return "This cannot be done now"

    def notice(self, notice: Notice) -> str:
        return states.notice(notice)

    def check(self, check: Check) -> str:
        return states.check(check)

    def network(self, view: NetworkView, *, now_s: int) -> str:
        state = "Online" if view.online else "Offline"
        return f"{state} since {since_text(view.since_s, now_s=now_s)}" if view.since_s else state

    def waiting(self, view: WaitingView, *, progress_percent: int | None) -> str:
        if progress_percent is not None:
            return f"Sending {progress_percent}%, {view.count:,} left"
        return f"To send {view.count:,}, {won(view.value_won)}" if view.count else "All sent"

    def printer(self, view: PrinterView) -> str:
        unprinted = f"{view.unprinted} unprinted" if view.unprinted else ""
        state = states.printer(view.state)
        if view.state is PrinterState.READY:
            return unprinted or state
        return f"{state}, {unprinted}" if unprinted else state

    def scanner(self, view: ScannerView) -> str:
        return states.scanner(view)

    def limit(self, view: LimitView) -> str:
        return f"Offline limit left {won(view.left_won)}"

    def attention(self, count: int) -> str:
        return f"{count} to settle (* 4)"

    def notices(self, count: int) -> str:
        return f"{count} notices (* 4)"

    def is_notice(self, cause: str) -> bool:
        return cause in NOTICES

    def emergency(self, emergency: EmergencyView) -> str:
        match emergency.state:
            case EmergencyState.COLLECTING:
                return f"Emergency codes {emergency.collected} of {emergency.total}"
            case EmergencyState.APPLIED:
                return "Emergency block applied"
            case EmergencyState.OLD:
                return "This emergency is known already"
            case EmergencyState.REFUSED:
                return "This emergency is not accepted"
            case EmergencyState.UNREADABLE:
                return "Show the emergency codes again"
            case _:
                assert_never(emergency.state)

    def stick(self, stick: StickState) -> str:
        return STICKS[stick]

    def catalogue_problem(self, kind: str, text: str) -> tuple[str, str]:
        return catalogue.problem(kind, text)

    def contact_needed(self, days: int) -> str:
        return f"Connect within {days} days" if days else "Connect today"

    def attention_cause(self, cause: str) -> str:
        match cause:
            case "not_shown":
                return "never shown"
            case "not_printed":
                return "not printed"
            case "paper_unknown":
                return "print unknown"
            case "recovered":
                return "recovered after a power cut"
            case _:
                return NOTICES.get(cause, "to be looked at")

    def last_sale(self, view: LastSaleView, *, now_s: int) -> str:
        number = short_number(view.receipt_number)
        moment = moment_text(view.time_s, now_s=now_s)
        words = ("Last", moment, won(view.amount_won), f"({number})", view.program_name, self.paper(view.paper))
        return " ".join(word for word in words if word)

    def no_sale_yet(self) -> str:
        return "No sale yet"

    def paper(self, state: str) -> str:
        return states.paper(PaperState(state)) if state in _PAPER_STATES else ""

    def delivery(self, state: str) -> str:
        match state:
            case "waiting":
                return "to be sent"
            case "settled" | "duplicate":
                return "settled"
            case "conflict":
                return "conflict"
            case "refused":
                return "refused"
            case "pending":
                return "pending"
            case _:
                return ""

    def tender(self, view: TenderView) -> str:
        match view.kind:
            case "voucher":
                name = view.program_name or "Voucher"
            case "cash":
                name = "Cash"
            case "note" | "scanned_note" | "confirmation":
                name = view.program_name or "voucher"
            case _:
                name = method_name(view.method, WARE_LABELS.methods)
        return f"{name} {won(view.amount_won)}"

    def due(self, sale: SaleView) -> str:
        if not sale.due_won:
            return "To pay: the code's own amount"
        if not sale.paid_won:
            return f"To pay {won(sale.due_won)}"
        received = f"To pay {won(sale.due_won)}  received {won(sale.paid_won)}"
        return f"{received}  remaining {won(sale.remaining_won)}"

    def tender_question(self, amount_won: int) -> str:
        return f"How is {won(amount_won)} paid?"

    def leave_question(self, paid_won: int) -> str:
        return f"The {won(paid_won)} received go back: cash now, vouchers once online."

    def won(self, amount_won: int) -> str:
        return won(amount_won)

    def finding(self, code: int) -> FindingWords:
        return FINDINGS.get(code, UNKNOWN)

    def receipt_number(self, number: str) -> str:
        if number.startswith(FORMER_RECEIPT):
            return f"Former unit's receipt {number.removeprefix(FORMER_RECEIPT)}"
        return f"Receipt {number}"
