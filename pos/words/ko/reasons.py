"""Why a code was not approved, and what to say and do about it."""

from typing import Final, assert_never

from pos.link.state import VerdictView
from pos.money import format_won
from pos.till.reasons import Reason
from pos.voucher.foreign import ForeignKind
from pos.words.columns import columns_of, cut, short_number
from pos.words.moments import clock_text, moment_text
from pos.words.reasons import CodeReason, CounterReason, NoteReason, ReferredReason, VoucherReason
from pos.words.vocabulary import REASON_COLUMNS, Advice

_NEW_CODE: Final = "앱에서 결제 코드를 새로 열어 주세요."
_OPEN_APP: Final = "상품권 앱에서 결제 코드를 열어 주세요."
_NOT_HERE: Final = "이 상품권은 우리 가게에서 쓸 수 없습니다."
_OTHER_WAY: Final = "다른 방법으로 결제해 주시겠어요?"
_ASK_ISSUER: Final = "확인이 되지 않습니다. 앱 고객센터에 물어봐 주세요."
_STEP_NEW_CODE: Final = "손님이 새 코드를 열면 카메라에 대세요"
_STEP_OTHER: Final = "다른 상품권이나 다른 결제(+)로 받으세요"
_STEP_LIMIT: Final = "Enter 결제 요청, + 다른 결제, 또는 연결된 뒤 다시 대세요"
_STEP_TELL: Final = "다른 결제(+)로 받고 단말기 담당자에게 알려 주세요"
_STEP_SEND: Final = "다른 결제(+)로 받고, 연결되면 메뉴(*) 8 1 지금 보내기를 누르세요"
_REPORTED: Final = "받을 수 없는 번호입니다. 발행처에 물어봐 주세요."
_STEP_NOTE: Final = "상품권을 돌려주고 다른 상품권이나 다른 결제(+)로 받으세요"
_FOREIGN_KINDS: Final = frozenset(ForeignKind)


def won(amount_won: int) -> str:
    return f"{format_won(amount_won)}원"


def earlier(view: VerdictView) -> str:
    """When, how much and under which number the code was approved before; another till's number is not known here."""
    if not view.earlier_receipt_number:
        return "우리 가게가 이미 받은 코드입니다"
    moment = moment_text(view.earlier_time_s, now_s=view.time_s)
    return f"{moment} {won(view.earlier_amount_won)} ({short_number(view.earlier_receipt_number)})"


def approval(view: VerdictView) -> str:
    """When, how much and under which number the code was approved just now."""
    return f"{clock_text(view.time_s)} {won(view.amount_won)} ({short_number(view.receipt_number)})"


def approved(view: VerdictView) -> Advice:
    facts = (view.program_name, view.voucher_mask, f"영수증 {short_number(view.receipt_number)}")
    left = view.remaining_won
    received = f"{won(view.amount_won)} 받았고 {won(left)} 남았습니다."
    return Advice(
        headline=f"{won(view.amount_won)} 받았습니다",
        detail="오프라인 승인 (전송 대기)" if view.is_offline else "승인되었습니다",
        more=tuple(cut(fact, REASON_COLUMNS) for fact in facts if fact),
        customer=received if left else f"{won(view.amount_won)} 결제되었습니다.",
        next_step="다음 상품권을 대거나 다른 결제(+)로 받으세요" if left else "다음 손님 금액을 누르세요",
    )


def unknown() -> Advice:
    return _say("승인되지 않음", "이 화면이 모르는 까닭입니다", _OTHER_WAY, _STEP_TELL)


class ReasonsInKorean:
    """The five groups of `pos.words.reasons`."""

    def about_code(self, reason: CodeReason, view: VerdictView) -> Advice:
        match reason:
            case Reason.NOT_OUR_CODE:
                return _not_ours(view)
            case Reason.TOO_LONG:
                return _say(
                    "너무 긴 코드", f"{view.foreign_length:,}자: 상품권 코드가 아닙니다", _OPEN_APP, _STEP_NEW_CODE
                )
            case Reason.NEEDS_UPDATE:
                return _say("새 형식의 코드", "단말기 업데이트가 필요합니다", _OTHER_WAY, _STEP_TELL)
            case Reason.NOT_A_PAYMENT:
                customer = "앱에서 결제하기를 눌러 코드를 보여 주세요."
                return _say("결제 코드가 아님", "상품권이지만 결제 코드가 아닙니다", customer, _STEP_NEW_CODE)
            case Reason.MALFORMED:
                return _say("깨진 코드", "코드 내용이 올바르지 않습니다", _NEW_CODE, _STEP_NEW_CODE)
            case Reason.ISSUER_UNKNOWN:
                return _say("모르는 발행처", "등록되지 않은 발행처의 상품권", _NOT_HERE, _STEP_SEND)
            case Reason.FORGED_VOUCHER:
                return _say("확인할 수 없는 상품권", "발행처 확인이 맞지 않습니다", _ASK_ISSUER, _STEP_OTHER)
            case Reason.FORGED_PAYMENT:
                return _say("확인할 수 없는 결제", "상품권 주인 확인이 맞지 않습니다", _ASK_ISSUER, _STEP_OTHER)
            case _:
                assert_never(reason)

    def about_counter(self, reason: CounterReason, view: VerdictView) -> Advice:
        match reason:
            case Reason.ALREADY_USED:
                customer = "이미 결제에 쓴 코드입니다. 앱에서 새로 열어 주세요."
                return _say("이미 사용된 코드", earlier(view), customer, _STEP_NEW_CODE)
            case Reason.DOUBLE_SPEND:
                return _say(
                    "겹친 결제 코드",
                    "같은 차례의 다른 결제가 있습니다",
                    "이 코드는 받을 수 없습니다. 앱에서 새로 열어 주세요.",
                    "새 코드도 안 되면 다른 결제(+)로 받으세요",
                    more=earlier(view),
                )
            case Reason.WRONG_SHOP:
                customer = "다른 가게 코드입니다. 우리 가게로 다시 열어 주세요."
                return _say("다른 가게 코드", "다른 가게에 낼 코드입니다", customer, _STEP_NEW_CODE)
            case Reason.REQUEST_CLOSED:
                customer = "결제 요청이 끝났습니다. 화면의 새 QR을 찍어 주세요."
                step = "Enter를 누르면 새 결제 요청 QR이 나옵니다"
                return _say("끝난 결제 요청", "이미 끝나거나 취소된 요청입니다", customer, step)
            case Reason.REQUEST_AMOUNT:
                customer = "요청과 금액이 다릅니다. QR을 다시 찍어 주세요."
                detail = f"요청과 {won(view.difference_won)} 다릅니다"
                return _say("요청과 다른 금액", detail, customer, "손님이 QR을 다시 찍고 새 코드를 대게 하세요")
            case Reason.AMOUNT_OVER:
                customer = f"{won(view.difference_won)} 더 많은 코드입니다. 금액을 고쳐 주세요."
                step = "받을 금액이 틀렸으면 새 금액을 누르고, 아니면 손님이 코드를 다시 엽니다"
                return _amounts(view, "금액이 더 큰 코드", "초과", customer, step)
            case _:
                assert_never(reason)

    def about_voucher(self, reason: VoucherReason, view: VerdictView) -> Advice:
        match reason:
            case Reason.ISSUER_KEY_WINDOW:
                return _say("발행 날짜가 맞지 않음", "발행처 기록에 없는 때의 상품권", _ASK_ISSUER, _STEP_OTHER)
            case Reason.ISSUER_KEY_REVOKED:
                return _say("중단된 상품권", "발행처가 사용을 중단했습니다", _ASK_ISSUER, _STEP_OTHER)
            case Reason.PROGRAM_UNKNOWN:
                return _say("모르는 상품권", "등록되지 않은 상품권 종류입니다", _NOT_HERE, _STEP_SEND)
            case Reason.WRONG_AREA:
                return _say("다른 지역 상품권", "우리 지역에서 쓸 수 없습니다", _NOT_HERE, _STEP_OTHER)
            case Reason.WRONG_ISSUE_CLASS:
                return _say("받지 않는 상품권", "이 가게가 받지 않는 종류입니다", _NOT_HERE, _STEP_OTHER)
            case Reason.WRONG_MERCHANT_CLASS:
                return _say("가맹점 구분이 다름", "이 가게 구분에서는 쓸 수 없습니다", _NOT_HERE, _STEP_OTHER)
            case Reason.WRONG_INDUSTRY:
                return _say("업종이 다름", "우리 업종에서는 쓸 수 없습니다", _NOT_HERE, _STEP_OTHER)
            case Reason.NOT_YET_VALID:
                customer = "아직 사용 기간이 시작되지 않은 상품권입니다."
                return _say("사용 기간 전", "아직 쓸 수 없는 상품권입니다", customer, _STEP_OTHER)
            case Reason.EXPIRED:
                customer = "사용 기간이 끝난 상품권입니다."
                return _say("사용 기간 지남", "사용 기간이 지난 상품권입니다", customer, _STEP_OTHER)
            case Reason.CODE_TOO_OLD:
                return _say("오래된 코드", "만든 지 오래된 결제 코드입니다", _NEW_CODE, _STEP_NEW_CODE)
            case Reason.CODE_FROM_FUTURE:
                customer = "전화기 시각이 앞서 있습니다. 자동으로 맞춰 주세요."
                return _say(
                    "시각이 다른 코드", "손님 전화기 시각이 앞서 있습니다", customer, "잠시 뒤 코드를 다시 대세요"
                )
            case Reason.REVOKED:
                return _say("사용 정지 상품권", "발행처가 정지한 상품권입니다", _ASK_ISSUER, _STEP_OTHER)
            case Reason.OVERSPENT:
                customer = "상품권에 남은 금액이 모자랍니다."
                return _say("상품권 금액 초과", f"상품권 금액 {won(view.limit_won)}", customer, _STEP_OTHER)
            case Reason.OUT_OF_ORDER:
                return _say("차례가 지난 코드", "더 나중 코드가 먼저 쓰였습니다", _NEW_CODE, _STEP_NEW_CODE)
            case _:
                assert_never(reason)

    def about_note(self, reason: NoteReason) -> Advice:
        match reason:
            case Reason.NOTE_REPORTED:
                return _say("신고된 상품권", "발행처에 신고된 번호입니다", _REPORTED, _STEP_NOTE)
            case Reason.NOTE_STOLEN:
                return _say("도난 신고된 상품권", "발행처에 도난 신고된 번호입니다", _REPORTED, _STEP_NOTE)
            case Reason.NOTE_LISTED_FORGED:
                return _say("위조로 신고된 번호", "발행처가 위조로 알린 번호입니다", _REPORTED, _STEP_NOTE)
            case Reason.NOTE_VOID:
                return _say("무효인 상품권", "발행처가 무효로 한 번호입니다", _REPORTED, _STEP_NOTE)
            case Reason.NOTE_REDEEMED:
                return _say("이미 환전된 상품권", "은행에서 이미 환전한 번호입니다", _REPORTED, _STEP_NOTE)
            case Reason.NOTE_DOUBTED:
                customer = "확인되지 않는 상품권입니다. 발행처에 물어봐 주세요."
                return _say("의심스러운 상품권", "위조 방지 표시가 다릅니다", customer, _STEP_NOTE)
            case _:
                assert_never(reason)

    def about_referral(self, reason: ReferredReason, view: VerdictView) -> Advice:
        match reason:
            case Reason.PART_PAYMENT:
                customer = f"나머지 {won(view.difference_won)}은 어떻게 내시겠어요?"
                return _amounts(view, "금액이 모자란 코드", "부족", customer, "받을지 번호로 답해 주세요")
            case Reason.CODE_AMOUNT:
                detail, customer = f"손님 코드 {won(view.amount_won)}", f"{won(view.amount_won)} 결제할까요?"
                return _say("금액을 누르지 않음", detail, customer, "받을지 번호로 답해 주세요")
            case Reason.REQUEST_NEEDED:
                customer = "화면에 나오는 QR을 상품권 앱으로 찍어 주세요."
                detail = f"요청 없이 받는 한도 {won(view.limit_won)}"
                return _say("결제 요청 필요", detail, customer, "Enter를 누르면 결제 요청 QR이 나옵니다")
            case Reason.REVOCATION_NOT_COVERED:
                detail = "정지 목록이 오래되어 확인 못 함"
                return _say("정지 여부를 모름", detail, _OTHER_WAY, _STEP_LIMIT)
            case Reason.OVER_SALE_LIMIT:
                return _say("한 번 한도 초과", f"오프라인 1회 한도 {won(view.limit_won)}", _OTHER_WAY, _STEP_LIMIT)
            case Reason.OVER_VOUCHER_LIMIT:
                return _say("상품권 한도 초과", f"상품권당 한도 {won(view.limit_won)}", _OTHER_WAY, _STEP_LIMIT)
            case Reason.OVER_COUNT_LIMIT:
                return _say("건수 한도 도달", f"오프라인 한도 {view.limit_count:,}건", _OTHER_WAY, _STEP_LIMIT)
            case Reason.OVER_VALUE_LIMIT:
                return _say("합계 한도 초과", f"오프라인 한도 {won(view.limit_won)}", _OTHER_WAY, _STEP_LIMIT)
            case Reason.CONTACT_TOO_OLD:
                return _say("연결한 지 오래됨", "너무 오래 연결되지 않았습니다", _OTHER_WAY, _STEP_LIMIT)
            case _:
                assert_never(reason)


def _say(headline: str, detail: str, customer: str, next_step: str, *, more: str = "") -> Advice:
    return Advice(
        headline=headline, detail=detail, customer=customer, next_step=next_step, more=(more,) if more else ()
    )


def _amounts(view: VerdictView, headline: str, ending: str, customer: str, next_step: str) -> Advice:
    """The code's amount and its difference, on one line where both fit."""
    code, difference = f"손님 코드 {won(view.amount_won)}", f"{won(view.difference_won)} {ending}"
    line = f"{code}, {difference}"
    if columns_of(line) <= REASON_COLUMNS:
        return _say(headline, line, customer, next_step)
    return _say(headline, code, customer, next_step, more=difference)


def _not_ours(view: VerdictView) -> Advice:
    kind = ForeignKind(view.foreign_kind) if view.foreign_kind in _FOREIGN_KINDS else ForeignKind.UNKNOWN
    length = f"길이 {view.foreign_length:,}자"
    head = cut(f"{length}: {view.foreign_head}", REASON_COLUMNS) if view.foreign_head else length
    step = "손님이 상품권 앱의 결제 코드를 열면 카메라에 대세요"
    more = head if kind is ForeignKind.UNKNOWN else ""
    return _say("상품권 결제 코드가 아님", _foreign(kind), _OPEN_APP, step, more=more)


def _foreign(kind: ForeignKind) -> str:
    match kind:
        case ForeignKind.NEWER_VERSION:
            return "더 새로운 형식의 상품권 코드입니다"
        case ForeignKind.OWN_MISWRITTEN:
            return "글자가 바뀐 상품권 코드입니다"
        case ForeignKind.EMV_MERCHANT:
            return "다른 페이의 가게 QR입니다"
        case ForeignKind.EMV_CONSUMER:
            return "다른 페이의 결제 QR입니다"
        case ForeignKind.CASH_RECEIPT_CARD:
            return "현금영수증 바코드입니다"
        case ForeignKind.HEALTH_CERTIFICATE:
            return "유럽 건강 증명서입니다"
        case ForeignKind.WEB_ADDRESS:
            return "웹 주소입니다"
        case ForeignKind.UNKNOWN:
            return "이 단말기가 아는 코드가 아닙니다"
        case _:
            assert_never(kind)
