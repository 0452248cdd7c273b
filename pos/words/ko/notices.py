"""What the owner has to know: alarms and notices, one line each."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

NOTICES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ledger_behind": "정산 센터가 이미 받은 판매를 다시 요구함",
        "ledger_contradicts": "정산 센터가 전에 한 말과 다르게 말함",
        "journal_forked": "판매 기록이 둘로 갈라짐",
        "journal_put_back": "판매 기록이 옛것으로 되돌려져 있었음",
        "mirror_lost": "예비 저장 장치가 없거나 고장",
        "log_missing_sale": "정산된 판매가 공개 장부에 없음",
        "log_rewritten": "공개 장부의 지난 내용이 바뀜",
        "note_reported": "받은 종이 상품권이 신고된 번호임",
        "reported_note": "받은 뒤에 신고된 종이 상품권",
        "log_unwitnessed": "공개 장부를 본 증인이 모자람",
        "spent_at_sibling": "두 계산대에서 같은 상품권을 받음",
        "double_spend": "같은 상품권이 두 번 쓰인 결제가 있음",
        "voucher_revoked": "받은 상품권이 사용 중지됨",
        "terminal_suspect": "이 단말기를 점검하라는 알림",
        "warning": "새로운 부정 사용 수법 알림",
        "unknown": "이 단말기가 모르는 알림",
        "unreadable": "읽을 수 없는 알림",
    }
)
