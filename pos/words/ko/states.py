"""Short words for states: checks, paper, printer, camera, and why a key was not obeyed."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, assert_never

from pos.link.calls import PaperState
from pos.link.state import PrinterState, ScanHint, ScannerState, ScannerView
from pos.till.reasons import Check, Refusal
from pos.words.vocabulary import Notice

_UNREAD_SHOWN_S: Final = 3
"""A code that is read at once needs no count of seconds."""


REFUSALS: Final[Mapping[Refusal, str]] = MappingProxyType(
    {
        Refusal.NO_SALE: "진행 중인 판매가 없습니다. 금액부터 누르세요",
        Refusal.SALE_HAS_TENDERS: "이미 받은 결제가 있어 금액을 바꿀 수 없습니다",
        Refusal.NOTHING_DUE: "더 받을 금액이 없습니다",
        Refusal.TENDER_OVER: "남은 금액보다 많습니다. 남은 금액까지만 받을 수 있습니다",
        Refusal.AMOUNT_ZERO: "0원은 받을 수 없습니다",
        Refusal.AMOUNT_TOO_LARGE: "한 번에 1억 원까지 받을 수 있습니다",
        Refusal.QUESTION_GONE: "이미 지나간 질문입니다",
        Refusal.QUESTION_OPEN: "먼저 질문에 번호로 답해 주세요",
        Refusal.REQUEST_GONE: "결제 요청이 이미 끝났습니다",
        Refusal.NOT_FOUND: "찾지 못했습니다",
        Refusal.NOTHING_WAITING: "기다리는 것이 없습니다",
        Refusal.SELLING_STOPPED: "지금은 판매할 수 없습니다",
        Refusal.NOT_ACCEPTABLE: "받아들일 수 없는 내용입니다",
        Refusal.TOO_MANY_ITEMS: "한 판매에 담을 수 있는 상품 수를 넘었습니다",
        Refusal.NOT_IN_CATALOGUE: "상품 목록에 없습니다. 금액을 눌러 받으세요",
        Refusal.PRICE_NEEDED: "금액을 먼저 누르고 상품을 고르세요",
        Refusal.SALE_OPEN: "먼저 지금 판매를 끝내거나 보류하세요",
        Refusal.TOO_MANY_HELD: "보류는 아홉 건까지입니다. 먼저 하나를 끝내세요",
        Refusal.NOTHING_TO_TAKE_BACK: "뺄 상품이 없습니다",
        Refusal.NOT_A_DENOMINATION: "이 금액의 상품권은 없습니다",
        Refusal.NOTE_NOT_NEEDED: "상품권 한 장은 필요 없습니다. 돌려주세요",
        Refusal.NOTE_EXPIRED: "사용 기간이 지난 상품권입니다",
        Refusal.NOTE_YEAR_WRONG: "그해에 나온 상품권은 없습니다",
        Refusal.SERIAL_TAKEN: "이미 받은 번호의 상품권입니다. 받지 마세요",
        Refusal.SERIAL_TWICE: "같은 번호가 두 번 있습니다",
        Refusal.SERIAL_NEEDED: "상품권 번호를 먼저 적어야 합니다",
        Refusal.NO_NOTES_HERE: "이 가게에서 받는 종이 상품권이 없습니다",
        Refusal.NUMBERS_MISSING: "번호를 적지 않은 상품권이 있습니다",
        Refusal.DRAWER_EMPTY: "돈통에 그 상품권이 없습니다",
        Refusal.NOTE_DECLINED: "이 상품권은 받지 않았습니다",
        Refusal.NOT_A_RECEIPT: "영수증 QR이 아닙니다. 영수증 아래의 QR을 대 주세요",
        Refusal.OTHER_SHOP: "다른 가게의 영수증입니다. 그 가게에서 취소해야 합니다",
        Refusal.OTHER_TILL: "다른 계산대 판매입니다. 그곳에서 취소해 주세요",
        Refusal.SALE_STILL_OPEN: "아직 끝나지 않은 판매입니다. 판매 화면에서 취소해 주세요",
        Refusal.ALREADY_REFUNDED: "이미 모두 취소한 판매입니다",
        Refusal.REFUND_OVER: "취소할 수 있는 금액보다 많습니다",
        Refusal.PART_REFUND_NOT_ALLOWED: "이 상품권은 일부 취소가 안 됩니다. 모두 취소해 주세요",
        Refusal.CANCEL_TOO_LATE: "바로 취소할 수 있는 시간이 지났습니다. 영수증으로 취소해 주세요",
        Refusal.PAYMENT_IN_CONFLICT: "확인 중인 결제라 지금은 취소할 수 없습니다",
        Refusal.NOTE_IN_PART: "종이 상품권은 일부만 돌려줄 수 없습니다",
        Refusal.STILL_TO_BE_KEPT: "다섯 해가 지나지 않은 기록은 지울 수 없습니다",
        Refusal.NO_ARCHIVE: "보관했다고 확인한 사람이 없습니다",
        Refusal.NOT_OF_THIS_JOURNAL: "이 단말기의 기록이 아닙니다",
        Refusal.NOTHING_TO_ISSUE: "가게가 발급할 현금영수증이 없는 판매입니다",
        Refusal.ALREADY_ISSUED: "이미 현금영수증을 신청한 판매입니다",
        Refusal.ISSUING_UNAVAILABLE: "이 단말기로는 현금영수증을 발급할 수 없습니다",
        Refusal.NOT_AN_IDENTIFIER: "전화번호, 카드번호, 사업자번호가 아닙니다. 다시 눌러 주세요",
        Refusal.BUSINESS_NUMBER_WRONG: "사업자번호가 맞지 않습니다. 다시 확인해 주세요",
        Refusal.RESIDENT_NUMBER: "주민등록번호는 받지 않습니다. 전화번호를 눌러 주세요",
        Refusal.EXPENSE_NEEDS_NUMBER: "지출증빙에는 사업자번호나 카드번호가 필요합니다",
        Refusal.DAY_IS_OPEN: "오늘은 이미 개점했습니다",
        Refusal.SALE_IN_THE_WAY: "받던 판매를 먼저 끝내 주세요",
        Refusal.NOBODY_AT_TILL: "번호와 비밀번호를 먼저 눌러 주세요",
        Refusal.TILL_LOCKED: "화면이 잠겼습니다. 비밀번호를 누르면 풀립니다",
        Refusal.NOT_ALLOWED: "책임자의 번호와 비밀번호가 필요합니다",
        Refusal.PIN_WRONG: "비밀번호가 맞지 않습니다",
        Refusal.PIN_WAITS: "잘못 누른 비밀번호가 많아 잠시 기다려야 합니다",
        Refusal.PIN_UNSUITABLE: "쉬운 비밀번호는 쓸 수 없습니다. 여섯 자리를 다르게 정해 주세요",
        Refusal.PERSON_UNKNOWN: "그 번호를 쓰는 사람이 없습니다",
        Refusal.NO_ROOM_FOR_PERSON: "더 이상 사람을 넣을 수 없습니다",
        Refusal.OWNER_NEEDED: "주인이 한 사람은 있어야 합니다",
    }
)


def notice(notice: Notice) -> str:  # noqa: C901, PLR0912 - one case for each notice
    match notice:
        case Notice.AMOUNT_ZERO:
            return "0원은 받을 수 없습니다. 금액을 눌러 주세요"
        case Notice.AMOUNT_TOO_LARGE:
            return "한 번에 1억 원까지 받을 수 있습니다. 마지막 숫자는 넣지 않았습니다"
        case Notice.DIGITS_ONLY:
            return "숫자판의 숫자만 누를 수 있습니다"
        case Notice.AMOUNT_FIRST:
            return "먼저 금액을 눌러 주세요"
        case Notice.ANSWER_FIRST:
            return "먼저 질문에 번호로 답해 주세요"
        case Notice.NOTHING_TO_PAY:
            return "받을 금액이 없습니다. 먼저 금액을 눌러 주세요"
        case Notice.LINK_DOWN:
            return "단말기 프로그램이 다시 시작되면 한 번 더 눌러 주세요"
        case Notice.NOT_ANSWERED:
            return "단말기가 답하지 못했습니다. 화면을 보고 다시 눌러 주세요"
        case Notice.SELLING_STOPPED:
            return "지금은 판매할 수 없습니다. 화면의 안내를 따라 주세요"
        case Notice.DONE:
            return "처리했습니다"
        case Notice.SENDING:
            return "지금 보내고 있습니다"
        case Notice.DRAWER_OPENED:
            return "돈통을 열었습니다"
        case Notice.REPRINTING:
            return "다시 출력합니다"
        case Notice.PIN_FIRST:
            return "먼저 번호와 비밀번호를 눌러 주세요"
        case Notice.DAY_OPENED:
            return "개점했습니다"
        case Notice.NOTHING_HERE:
            return "여기에는 그 번호가 없습니다"
        case _:
            assert_never(notice)


def check(check: Check) -> str:  # noqa: C901, PLR0912 - one case for each check
    match check:
        case Check.FORM:
            return "코드의 모양과 길이"
        case Check.CANONICAL:
            return "코드의 내용"
        case Check.ISSUER_KNOWN:
            return "등록된 발행처인지"
        case Check.ISSUER_SIGNATURE:
            return "발행처가 만든 상품권인지"
        case Check.HOLDER_SIGNATURE:
            return "상품권 주인이 만든 코드인지"
        case Check.FIRST_USE:
            return "처음 쓰는 코드인지"
        case Check.AUDIENCE:
            return "우리 가게에 낸 코드인지"
        case Check.REQUEST:
            return "결제 요청과 맞는지"
        case Check.AMOUNT:
            return "받을 금액과 맞는지"
        case Check.SIGNING_WINDOW:
            return "발행 날짜가 맞는지"
        case Check.PROGRAM:
            return "우리 가게에서 쓰는 상품권인지"
        case Check.VALIDITY:
            return "사용 기간과 코드를 만든 때"
        case Check.REVOCATION:
            return "정지된 상품권이 아닌지"
        case Check.SPEND_LINE:
            return "남은 금액과 쓴 차례"
        case Check.LIMITS:
            return "오프라인 한도"
        case _:
            assert_never(check)


def printer(state: PrinterState) -> str:
    match state:
        case PrinterState.READY:
            return "프린터 정상"
        case PrinterState.PRINTING:
            return "출력 중"
        case PrinterState.PAPER_LOW:
            return "종이 부족"
        case PrinterState.PAPER_OUT:
            return "종이 없음"
        case PrinterState.COVER_OPEN:
            return "덮개 열림"
        case PrinterState.FAULT:
            return "프린터 고장"
        case PrinterState.SILENT:
            return "프린터 답 없음"
        case PrinterState.MISSING:
            return "프린터 없음"
        case _:
            assert_never(state)


def paper(state: PaperState) -> str:
    match state:
        case PaperState.QUEUED | PaperState.SENDING:
            return "출력 중"
        case PaperState.HELD:
            return "미출력"
        case PaperState.PRINTED:
            return "출력됨"
        case PaperState.UNVERIFIED:
            return "출력 보냄"
        case PaperState.UNKNOWN:
            return "출력 모름"
        case PaperState.SKIPPED:
            return "출력 안 함"
        case _:
            assert_never(state)


def scanner(view: ScannerView) -> str:
    match view.state:
        case ScannerState.READY:
            return ""
        case ScannerState.MISSING:
            what = "카메라가" if view.is_camera else "스캐너가"
            return f"{what} 없습니다. 연결을 확인하거나 다른 결제(+)로 받으세요"
        case ScannerState.FAULT:
            what = "카메라가" if view.is_camera else "스캐너가"
            return f"{what} 응답하지 않습니다. 선을 뺐다가 다시 꽂아 주세요"
        case ScannerState.OFF:
            return ""
        case ScannerState.LOCATED:
            advice = _hint(view.hint)
            waited = f" ({view.unread_s}초째)" if view.unread_s >= _UNREAD_SHOWN_S else ""
            return f"코드가 보입니다{waited}. {advice}"
        case _:
            assert_never(view.state)


def _hint(hint: ScanHint | None) -> str:
    match hint:
        case None:
            return "그대로 잠시 멈춰 주세요"
        case ScanHint.CLOSER:
            return "조금 더 가까이 대 주세요"
        case ScanHint.FURTHER:
            return "조금 더 멀리 떼어 주세요"
        case ScanHint.BRIGHTER:
            return "전화기 화면의 밝기를 올려 주세요"
        case _:
            assert_never(hint)
