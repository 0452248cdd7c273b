"""What an examination found, and what to do about it."""

from collections.abc import Mapping
from typing import Final

from pos.link.equipment import Condition, DeviceKind
from pos.words.findings import DEVICE_CODES, FindingCode, FindingWords

DEVICES: Final[Mapping[DeviceKind, str]] = {
    DeviceKind.PRINTER: "영수증 프린터",
    DeviceKind.SCANNER: "카메라",
    DeviceKind.DISPLAY: "손님 표시창",
    DeviceKind.LAMP: "표시등과 소리",
    DeviceKind.VOICE: "음성 안내",
}
_CONDITIONS: Final[Mapping[Condition, tuple[str, str]]] = {
    Condition.OFF: ("쓰지 않기로 되어 있습니다", ""),
    Condition.READY: ("정상입니다", ""),
    Condition.PAPER_LOW: ("종이가 얼마 남지 않았습니다", "새 종이를 준비해 주세요"),
    Condition.PAPER_OUT: ("종이가 없습니다", "종이를 넣어 주세요. 밀린 영수증은 그다음에 나옵니다"),
    Condition.COVER_OPEN: ("덮개가 열려 있습니다", "덮개를 닫아 주세요"),
    Condition.MISSING: ("연결되어 있지 않습니다", "전원과 케이블을 확인하세요. 꽂으면 바로 됩니다"),
    Condition.SILENT: ("연결되어 있지만 대답이 없습니다", "전원을 껐다가 켜고 통신 속도 설정을 확인하세요"),
    Condition.BUSY: ("다른 프로그램이 쓰고 있습니다", "그 프로그램을 끝내거나 단말기를 다시 켜세요"),
    Condition.DENIED: ("연결되어 있지만 쓸 권한이 없습니다", "단말기 담당자에게 이 번호를 알려 주세요"),
    Condition.FAULT: ("고장이라고 알려 왔습니다", "전원을 껐다가 켜 보고 그대로이면 수리를 맡기세요"),
    Condition.SETUP: ("설정이 잘못되어 쓸 수 없습니다", "단말기 담당자에게 이 번호를 알려 주세요"),
    Condition.UNHEARD: ("아직 상태를 알 수 없습니다", "잠시 뒤에 다시 보고 그대로이면 단말기를 다시 켜세요"),
}

FINDINGS: Final[Mapping[int, FindingWords]] = {
    **{
        code: FindingWords(name=DEVICES[kind], meaning=_CONDITIONS[condition][0], to_do=_CONDITIONS[condition][1])
        for code, (kind, condition) in DEVICE_CODES.items()
    },
    FindingCode.CHECK_FAILED: FindingWords(
        name="점검", meaning="점검을 끝까지 하지 못했습니다", to_do="단말기 담당자에게 이 번호를 알려 주세요"
    ),
}
UNKNOWN: Final = FindingWords(
    name="알 수 없는 항목",
    meaning="이 프로그램이 모르는 번호입니다",
    to_do="단말기 담당자에게 이 번호를 알려 주세요",
)
