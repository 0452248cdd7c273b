"""Questions to the cashier, and the states in which nothing can be sold."""

from typing import Final, assert_never

from pos.link.state import QuestionKind, QuestionView, SaleView, SellingStop
from pos.words.columns import short_number
from pos.words.ko.note_questions import note_question
from pos.words.ko.reasons import won
from pos.words.vocabulary import Asked, Stopped

_TO_CUSTOMER: Final = "손님께: "
_CALL: Final = "해결되지 않으면 단말기 담당자에게 연락하세요."


def question(view: QuestionView, sale: SaleView | None) -> Asked:
    match view.kind:
        case QuestionKind.PART_PAYMENT:
            return Asked(
                title=f"{won(view.amount_won)}만 받을까요?",
                detail=f"받으면 {won(view.difference_won)}이 남습니다",
                customer=f"{_TO_CUSTOMER}나머지 {won(view.difference_won)}은 어떻게 내시겠어요?",
                choices=("이 금액만 받기", "받지 않기"),
            )
        case QuestionKind.CODE_AMOUNT:
            return Asked(
                title=f"{won(view.amount_won)}을 받을까요?",
                detail="금액을 누르지 않아 손님 코드의 금액을 물어봅니다",
                customer=f"{_TO_CUSTOMER}{won(view.amount_won)} 결제할까요?",
                choices=("이 금액 받기", "받지 않기"),
            )
        case QuestionKind.PRINT_UNKNOWN:
            return Asked(
                title="영수증이 끝까지 나왔습니까?",
                detail=f"영수증 {short_number(view.receipt_number)}: 종이를 보고 답해 주세요",
                customer="",
                choices=("예, 나왔음", "아니요, 다시 출력", "나중에"),
            )
        case QuestionKind.PAPER_LOADED:
            return Asked(
                title=f"밀린 영수증 {view.count}장",
                detail="종이가 없던 동안의 영수증을 출력할까요?",
                customer="",
                choices=("모두 출력", "마지막 것만", "출력하지 않음"),
            )
        case QuestionKind.PRINT_RECEIPT:
            return Asked(
                title="영수증을 출력할까요?",
                detail="Enter 출력, 다음 금액을 누르면 출력하지 않습니다",
                customer=f"{_TO_CUSTOMER}영수증 드릴까요?",
                choices=("출력", "출력하지 않음"),
            )
        case QuestionKind.NOTE_CHECK | QuestionKind.NOTE_CONSECUTIVE | QuestionKind.NOTE_CHANGE:
            return note_question(view.kind, view)
        case QuestionKind.OPEN_SALE:
            due_won, paid_won = (sale.due_won, sale.paid_won) if sale is not None else (view.amount_won, 0)
            return Asked(
                title="끝나지 않은 판매",
                detail=f"정전 전 {won(due_won)} 중 {won(paid_won)} 받음",
                customer="",
                choices=("이어서", "모두 취소"),
            )
        case QuestionKind.CUT_APPROVED:
            return Asked(
                title=f"정전 전 {won(view.amount_won)} 승인됨",
                detail=f"영수증 {short_number(view.receipt_number)}: 다시 받지 마세요. 어떻게 되었습니까?",
                customer=f"{_TO_CUSTOMER}결제가 끝났습니다. 다시 내지 않으셔도 됩니다.",
                choices=("물건을 드렸음", "취소해 드릴 판매", "나중에"),
            )
        case _:
            assert_never(view.kind)


_RETIRED: Final = Stopped(
    headline="이 단말기는 사용이 끝났습니다",
    meaning="다른 단말기가 이 자리를 맡았거나 사용 중지가 신고되었습니다.",
    to_do=("남은 판매가 전송되도록 켜 두세요.", "단말기 담당자에게 연락하세요."),
)


_FULL: Final = Stopped(
    headline="저장 공간이 없습니다",
    meaning="새 판매를 적을 곳이 없어 판매를 멈췄습니다. 지난 판매는 모두 남아 있습니다.",
    to_do=("인터넷을 연결하고 메뉴(*) 8 1 지금 보내기를 누르세요.", _CALL),
)
_NEARLY_FULL: Final = Stopped(
    headline="저장 공간이 거의 찼습니다",
    meaning="판매만 멈췄습니다. 보내기와 마감은 됩니다. 지난 판매는 모두 남아 있습니다.",
    to_do=("인터넷을 연결하고 메뉴(*) 8 1 지금 보내기를 누르세요.", _CALL),
)


_NOT_INSTALLED: Final = Stopped(
    headline="설치가 끝나지 않았습니다",
    meaning="설치를 마치면 판매할 수 있습니다.",
    to_do=("화면의 순서대로 설치를 마치세요.",),
)


def stopped(stop: SellingStop) -> Stopped:
    match stop:
        case SellingStop.DISK_FULL:
            return _FULL
        case SellingStop.DISK_NEARLY_FULL:
            return _NEARLY_FULL
        case SellingStop.DISK_READ_ONLY:
            return Stopped(
                headline="저장 장치에 쓸 수 없습니다",
                meaning="저장 장치가 읽기만 됩니다. 지난 판매는 모두 남아 있습니다.",
                to_do=("전원을 껐다가 켜 보세요.", _CALL),
            )
        case SellingStop.DISK_FAULT:
            return Stopped(
                headline="저장 장치 고장",
                meaning="저장 장치가 대답하지 않아 판매를 멈췄습니다.",
                to_do=("저장 장치를 빼지 말고 전원을 껐다가 켜 보세요.", _CALL),
            )
        case SellingStop.DATABASE_NEWER:
            return Stopped(
                headline="프로그램이 옛것입니다",
                meaning="판매 기록이 더 새로운 프로그램으로 적혔습니다. 기록은 건드리지 않았습니다.",
                to_do=("단말기 프로그램을 새것으로 바꿔야 합니다.", "단말기 담당자에게 연락하세요."),
            )
        case SellingStop.JOURNAL_DAMAGED:
            return Stopped(
                headline="판매 기록이 손상되었습니다",
                meaning="기록이 처음과 달라 더 적지 않습니다. 남은 기록은 그대로 둡니다.",
                to_do=("단말기를 끄지 말고 단말기 담당자에게 연락하세요.",),
            )
        case SellingStop.OUTCOME_UNKNOWN:
            return Stopped(
                headline="마지막 판매가 적혔는지 모릅니다",
                meaning="적혔는지 알 때까지 판매를 멈췄습니다.",
                to_do=("전원을 껐다가 켜면 적혔는지 알려 줍니다.", "그 전에는 같은 결제를 다시 받지 마세요."),
            )
        case SellingStop.JOURNAL_BEHIND:
            return Stopped(
                headline="지난 판매를 되찾고 있습니다",
                meaning="이 단말기에서 사라진 판매가 정산 센터에 남아 있습니다.",
                to_do=("인터넷을 연결해 두세요. 되찾으면 다시 판매할 수 있습니다.", _CALL),
            )
        case SellingStop.JOURNAL_FORKED:
            return Stopped(
                headline="판매 기록이 둘로 갈라졌습니다",
                meaning="정산 센터의 기록과 이 단말기의 기록이 다릅니다.",
                to_do=("단말기를 다시 등록해야 합니다.", "단말기 담당자에게 연락하세요."),
            )
        case SellingStop.TERMINAL_RETIRED:
            return _RETIRED
        case SellingStop.NOT_INSTALLED:
            return _NOT_INSTALLED
        case SellingStop.TRUST_MISSING:
            return Stopped(
                headline="발행처 목록이 없습니다",
                meaning="어느 상품권이 진짜인지 알 수 없어 판매할 수 없습니다.",
                to_do=("인터넷을 연결하고 메뉴(*) 8 1 지금 보내기를 누르세요.", _CALL),
            )
        case _:
            assert_never(stop)
