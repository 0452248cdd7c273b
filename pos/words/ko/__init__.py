"""Korean: what the cashier reads and what the cashier says to the customer.

Rules: polite and without blame, because most refusals are nobody's fault; no word of the trade's machinery; the
name of an allowance is never part of what is said aloud; figures come from the verdict.
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
from pos.words.findings import FindingWords
from pos.words.giving_back import GivingBackLabels
from pos.words.install import InstallLabels
from pos.words.ko import catalogue, questions, states
from pos.words.ko.day import DAY_LABELS
from pos.words.ko.findings import FINDINGS, UNKNOWN
from pos.words.ko.giving_back import GIVING_BACK_LABELS
from pos.words.ko.install import INSTALL_LABELS
from pos.words.ko.labels import LABELS
from pos.words.ko.notices import NOTICES
from pos.words.ko.papers import PAPER_LABELS
from pos.words.ko.reasons import ReasonsInKorean, approval, approved, unknown, won
from pos.words.ko.sticks import STICKS
from pos.words.ko.support import SUPPORT_LABELS
from pos.words.ko.wares import WARE_LABELS
from pos.words.ko.wifi import WIFI_LABELS
from pos.words.methods import method_name
from pos.words.moments import moment_text, since_text
from pos.words.papers import PaperLabels
from pos.words.reasons import advice_for
from pos.words.support import SupportLabels
from pos.words.vocabulary import FORMER_RECEIPT, Advice, Asked, Labels, Notice, Stopped
from pos.words.wares import WareLabels
from pos.words.wifi import WifiLabels

_AGAIN: Final = "같은 코드를 다시 대도 됩니다"
_NEVER_AGAIN: Final = "같은 코드는 다시 쓸 수 없습니다"
_TO_CUSTOMER: Final = "손님께: "
_REASONS: Final = frozenset(Reason)
_PAPER_STATES: Final = frozenset(PaperState)


class KoreanWords:
    """The cashier's own language."""

    language: Final = "ko"
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
                return "승인"
            case Outcome.DECLINED:
                return "거절"
            case Outcome.REFERRED:
                return "확인"
            case _:
                assert_never(outcome)

    def verdict(self, view: VerdictView) -> Advice:
        if view.outcome is Outcome.APPROVED:
            advice, again = approved(view), ""
        else:
            again = _AGAIN if view.may_show_again else _NEVER_AGAIN
            known = view.reason in _REASONS
            advice = advice_for(ReasonsInKorean(), Reason(view.reason), view) if known else unknown()
        return replace(advice, again=again, customer=_TO_CUSTOMER + advice.customer)

    def quiet(self, view: VerdictView) -> Advice:
        return Advice(
            headline=f"방금 승인됨 {approval(view)}",
            detail="같은 코드를 다시 읽었습니다",
            customer=_TO_CUSTOMER + "결제가 이미 끝났습니다.",
            next_step="다음 손님 금액을 누르세요",
        )

    def question(self, view: QuestionView, sale: SaleView | None) -> Asked:
        return questions.question(view, sale)

    def stop(self, stop: SellingStop) -> Stopped:
        return questions.stopped(stop)

    def refusal(self, refusal: Refusal) -> str:
        return states.REFUSALS[refusal]

    def unknown_refusal(self) -> str:
        return "지금은 할 수 없습니다"

    def notice(self, notice: Notice) -> str:
        return states.notice(notice)

    def check(self, check: Check) -> str:
        return states.check(check)

    def network(self, view: NetworkView, *, now_s: int) -> str:
        state = "온라인" if view.online else "오프라인"
        return f"{state} {since_text(view.since_s, now_s=now_s)}부터" if view.since_s else state

    def waiting(self, view: WaitingView, *, progress_percent: int | None) -> str:
        if progress_percent is not None:
            return f"보내는 중 {progress_percent}%, 남은 {view.count:,}건"
        return f"전송 대기 {view.count:,}건 {won(view.value_won)}" if view.count else "모두 전송됨"

    def printer(self, view: PrinterView) -> str:
        unprinted = f"미출력 {view.unprinted}장" if view.unprinted else ""
        state = states.printer(view.state)
        if view.state is PrinterState.READY:
            return unprinted or state
        return f"{state}, {unprinted}" if unprinted else state

    def scanner(self, view: ScannerView) -> str:
        return states.scanner(view)

    def limit(self, view: LimitView) -> str:
        return f"남은 오프라인 한도 {won(view.left_won)}"

    def attention(self, count: int) -> str:
        return f"손님과 정리할 판매 {count}건 (* 4)"

    def notices(self, count: int) -> str:
        return f"알림 {count}건 (* 4)"

    def is_notice(self, cause: str) -> bool:
        return cause in NOTICES

    def emergency(self, emergency: EmergencyView) -> str:
        match emergency.state:
            case EmergencyState.COLLECTING:
                return f"긴급 코드 {emergency.collected}/{emergency.total} 읽음"
            case EmergencyState.APPLIED:
                return "긴급 차단을 적용했습니다"
            case EmergencyState.OLD:
                return "이미 적용된 긴급 코드입니다"
            case EmergencyState.REFUSED:
                return "받을 수 없는 긴급 코드입니다"
            case EmergencyState.UNREADABLE:
                return "긴급 코드를 다시 비춰 주세요"
            case _:
                assert_never(emergency.state)

    def stick(self, stick: StickState) -> str:
        return STICKS[stick]

    def catalogue_problem(self, kind: str, text: str) -> tuple[str, str]:
        return catalogue.problem(kind, text)

    def contact_needed(self, days: int) -> str:
        return f"{days}일 안에 인터넷 연결 필요" if days else "오늘 안에 인터넷 연결 필요"

    def attention_cause(self, cause: str) -> str:
        match cause:
            case "not_shown":
                return "화면에 나오지 않음"
            case "not_printed":
                return "영수증이 나오지 않음"
            case "paper_unknown":
                return "영수증이 나왔는지 모름"
            case "recovered":
                return "전원이 꺼진 뒤 되살린 판매"
            case _:
                return NOTICES.get(cause, "확인 필요")

    def last_sale(self, view: LastSaleView, *, now_s: int) -> str:
        number = short_number(view.receipt_number)
        moment = moment_text(view.time_s, now_s=now_s)
        words = ("지난 판매", moment, won(view.amount_won), f"({number})", view.program_name, self.paper(view.paper))
        return " ".join(word for word in words if word)

    def no_sale_yet(self) -> str:
        return "지난 판매 없음"

    def paper(self, state: str) -> str:
        return states.paper(PaperState(state)) if state in _PAPER_STATES else ""

    def delivery(self, state: str) -> str:
        match state:
            case "waiting":
                return "전송 대기"
            case "settled" | "duplicate":
                return "정산됨"
            case "conflict":
                return "겹친 결제"
            case "refused":
                return "정산 거절"
            case "pending":
                return "정산 확인 중"
            case _:
                return ""

    def tender(self, view: TenderView) -> str:
        match view.kind:
            case "voucher":
                name = view.program_name or "상품권"
            case "cash":
                name = "현금"
            case "note" | "scanned_note" | "confirmation":
                name = view.program_name or "상품권"
            case _:
                name = method_name(view.method, WARE_LABELS.methods)
        return f"{name} {won(view.amount_won)}"

    def due(self, sale: SaleView) -> str:
        if not sale.due_won:
            return "받을 금액은 손님 코드의 금액"
        if not sale.paid_won:
            return f"받을 금액 {won(sale.due_won)}"
        received = f"받을 금액 {won(sale.due_won)}  받은 금액 {won(sale.paid_won)}"
        return f"{received}  남은 금액 {won(sale.remaining_won)}"

    def tender_question(self, amount_won: int) -> str:
        return f"{won(amount_won)}을 무엇으로 받습니까?"

    def leave_question(self, paid_won: int) -> str:
        return f"이미 받은 {won(paid_won)}은 돌아갑니다: 현금은 지금, 상품권은 연결되면"

    def won(self, amount_won: int) -> str:
        return won(amount_won)

    def finding(self, code: int) -> FindingWords:
        return FINDINGS.get(code, UNKNOWN)

    def receipt_number(self, number: str) -> str:
        if number.startswith(FORMER_RECEIPT):
            return f"옛 단말 영수증 {number.removeprefix(FORMER_RECEIPT)}"
        return f"영수증 {number}"
