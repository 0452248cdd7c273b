"""Words about papers that are asked for, in Korean; what each stands for is in `pos.words.papers`."""

from typing import Final

from pos.words.papers import PaperLabels

PAPER_LABELS: Final = PaperLabels(
    reported_note="번호 {serial}: 은행에 내지 마세요",
    reported_note_lines=("따로 보관하고 {issuer} 상품권 담당에 전화하세요",),
    reported_note_choices=("종이로 출력", "읽었습니다"),
    decline_slip="거절 확인서",
    slip_waits="거절 확인서를 출력합니다",
    sold_at="{till}번 계산대 판매: 그곳에서 취소",
    electronic="전자영수증",
    consent_title="종이 대신 전자영수증을 드릴까요?",
    consent_lines=("손님께: 종이 대신 화면의 영수증 QR을 찍어 가시겠어요?",),
    consent_choices=("예, 전자영수증", "아니요, 종이 영수증"),
    electronic_lines=("손님이 전화기로 찍어 갑니다",),
    on_paper="종이로 드립니다",
    cash_choices=("영수증 보기", "현금영수증만 취소"),
    cash_cancel_title="현금영수증 취소 사유",
    cash_reasons=("거래 취소", "오류 발급 (번호가 틀림)", "그 밖"),
    cash_cancelled="취소를 신청했습니다. 다시 발급할 수 있습니다",
    period_kinds=("월", "분기", "반기", "년"),
    period_lines=(
        "년과 달을 이어서 누르세요 (202611)",
        "년과 분기를 이어서 누르세요 (20264)",
        "년과 반기를 이어서 누르세요 (20262)",
        "년을 누르세요 (2026)",
    ),
    no_period="그런 기간은 없습니다",
    no_moment="그런 시각은 없습니다",
)
