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
    FindingCode.DATA_THERE: FindingWords(name="자료 저장소", meaning="정상입니다", to_do=""),
    FindingCode.DATA_MISSING: FindingWords(
        name="자료 저장소",
        meaning="찾을 수 없어 판매할 수 없습니다",
        to_do="단말기를 교체하세요. 승인 기록은 보조 저장 장치에 있습니다",
    ),
    FindingCode.DATA_READ_ONLY: FindingWords(
        name="자료 저장소", meaning="쓸 수 없습니다. 카드가 고장 나고 있습니다", to_do="단말기를 교체하세요"
    ),
    FindingCode.BACKUP_FRESH: FindingWords(name="판매 기록 사본", meaning="정상입니다", to_do=""),
    FindingCode.BACKUP_OLD: FindingWords(
        name="판매 기록 사본",
        meaning="며칠째 새로 만들어지지 않았습니다",
        to_do="단말기를 한 시간 켜 두고 그대로이면 이 번호를 알려 주세요",
    ),
    FindingCode.BACKUP_MISSING: FindingWords(
        name="판매 기록 사본",
        meaning="아직 없습니다",
        to_do="단말기를 한 시간 켜 두고 그대로이면 이 번호를 알려 주세요",
    ),
    FindingCode.BACKUP_UNKNOWN: FindingWords(
        name="판매 기록 사본", meaning="지금 권한으로는 볼 수 없습니다", to_do="관리자 권한으로 다시 점검하세요"
    ),
    FindingCode.SPACE_ENOUGH: FindingWords(name="남은 공간", meaning="넉넉합니다", to_do=""),
    FindingCode.SPACE_SHORT: FindingWords(
        name="남은 공간", meaning="거의 없습니다", to_do="단말기 담당자에게 이 번호를 알려 주세요"
    ),
    FindingCode.MIRROR_OFF: FindingWords(name="보조 저장 장치", meaning="쓰지 않기로 되어 있습니다", to_do=""),
    FindingCode.MIRROR_THERE: FindingWords(name="보조 저장 장치", meaning="정상입니다", to_do=""),
    FindingCode.MIRROR_MISSING: FindingWords(
        name="보조 저장 장치",
        meaning="꽂혀 있지 않거나 이 단말기의 것이 아닙니다",
        to_do="단말기의 메모리를 다시 꽂으세요",
    ),
    FindingCode.MIRROR_UNKNOWN: FindingWords(
        name="보조 저장 장치", meaning="지금 권한으로는 볼 수 없습니다", to_do="관리자 권한으로 다시 점검하세요"
    ),
    FindingCode.MIRROR_FAILED: FindingWords(
        name="보조 저장 장치",
        meaning="기록을 받아 쓰지 못합니다",
        to_do="메모리를 교체하세요. 판매 기록은 카드에 남아 있습니다",
    ),
    FindingCode.MIRROR_OTHER: FindingWords(
        name="보조 저장 장치",
        meaning="다른 단말기의 메모리라서 가져오지 않았습니다",
        to_do="이 자리에 있던 단말기의 메모리를 꽂으세요",
    ),
    FindingCode.MIRROR_UNPROVEN: FindingWords(
        name="보조 저장 장치",
        meaning="옛 단말기의 기록인지 확인되지 않습니다",
        to_do="메모리를 보관하고 이 번호를 알려 주세요",
    ),
    FindingCode.MIRROR_TAKEN_OVER: FindingWords(
        name="보조 저장 장치",
        meaning="옛 단말기의 기록을 본부로 보내는 중입니다",
        to_do="인터넷을 연결하고 메모리를 뽑지 마세요",
    ),
    FindingCode.CARD_FINE: FindingWords(name="메모리 카드", meaning="오류가 없습니다", to_do=""),
    FindingCode.CARD_ERRORS: FindingWords(
        name="메모리 카드", meaning="오류가 있었습니다", to_do="곧 카드를 교체하세요"
    ),
    FindingCode.CARD_UNKNOWN: FindingWords(name="메모리 카드", meaning="오류를 알 수 없습니다", to_do=""),
    FindingCode.CLOCK_SURE: FindingWords(name="시계", meaning="정확합니다", to_do=""),
    FindingCode.CLOCK_UNSURE: FindingWords(
        name="시계", meaning="확인되지 않아 한도가 낮습니다", to_do="네트워크를 잠시 연결하세요"
    ),
    FindingCode.BATTERY_THERE: FindingWords(name="시계 전지", meaning="정상입니다", to_do=""),
    FindingCode.BATTERY_MISSING: FindingWords(
        name="시계 전지", meaning="단말기에 시계가 없습니다", to_do="네트워크가 연결되면 시각이 맞춰집니다"
    ),
    FindingCode.TIME_SAVED: FindingWords(name="저장된 시각", meaning="정상입니다", to_do=""),
    FindingCode.TIME_NOT_SAVED: FindingWords(
        name="저장된 시각", meaning="시각이 저장되지 않고 있습니다", to_do="단말기 담당자에게 이 번호를 알려 주세요"
    ),
    FindingCode.KEY_SEALED: FindingWords(name="단말기 열쇠", meaning="정상입니다", to_do=""),
    FindingCode.KEY_OPEN: FindingWords(
        name="단말기 열쇠", meaning="봉인되어 있지 않습니다. 시험용입니다", to_do="가게에서 쓰기 전에 봉인하세요"
    ),
    FindingCode.KEY_MISSING: FindingWords(
        name="단말기 열쇠", meaning="없습니다. 아직 등록되지 않은 단말기입니다", to_do="단말기를 등록하세요"
    ),
    FindingCode.KEY_UNKNOWN: FindingWords(
        name="단말기 열쇠", meaning="지금 권한으로는 볼 수 없습니다", to_do="관리자 권한으로 다시 점검하세요"
    ),
    FindingCode.LEDGER_REACHED: FindingWords(name="본사 연결", meaning="연결되어 있습니다", to_do=""),
    FindingCode.LEDGER_AWAY: FindingWords(
        name="본사 연결", meaning="끊겨 있습니다. 한도 안에서 판매할 수 있습니다", to_do="공유기와 케이블을 확인하세요"
    ),
    FindingCode.LEDGER_NAME: FindingWords(
        name="본사 연결",
        meaning="본사 주소를 찾지 못합니다. 인터넷이 안 됩니다",
        to_do="공유기와 선을 확인하고 공유기를 껐다가 켜세요",
    ),
    FindingCode.LEDGER_NOBODY: FindingWords(
        name="본사 연결",
        meaning="본사에서 대답하는 곳이 없습니다",
        to_do="공유기를 확인하고, 다른 기기는 되면 지원 센터에 전화하세요",
    ),
    FindingCode.LEDGER_SLOW: FindingWords(
        name="본사 연결", meaning="제때 대답이 오지 않습니다", to_do="잠시 기다리고 그대로이면 공유기를 껐다가 켜세요"
    ),
    FindingCode.LEDGER_STRANGER: FindingWords(
        name="본사 연결",
        meaning="본사가 아닌 곳이 대답합니다",
        to_do="로그인이 필요한 무선 인터넷이면 다른 것을 쓰거나 선을 꽂으세요",
    ),
    FindingCode.LEDGER_CONTENT: FindingWords(
        name="본사 연결",
        meaning="본사의 대답이 아닌 것이 옵니다",
        to_do="로그인이 필요한 무선 인터넷이면 다른 것을 쓰거나 선을 꽂으세요",
    ),
    FindingCode.LEDGER_REFUSES: FindingWords(
        name="본사 연결",
        meaning="본사가 이 단말기를 받아 주지 않습니다",
        to_do="지원 센터에 지원 번호를 불러 주세요. 시계가 틀렸을 수 있습니다",
    ),
    FindingCode.LEDGER_BROKEN: FindingWords(
        name="본사 연결", meaning="본사 쪽에 문제가 있습니다", to_do="할 일이 없습니다. 저절로 다시 연결합니다"
    ),
    FindingCode.CONTACT_FRESH: FindingWords(name="마지막 연결", meaning="정상입니다", to_do=""),
    FindingCode.CONTACT_OLD: FindingWords(
        name="마지막 연결", meaning="오래되어 곧 판매가 멈춥니다", to_do="오늘 안에 네트워크를 연결하세요"
    ),
    FindingCode.WAITING_FINE: FindingWords(name="전송 대기", meaning="정상입니다", to_do=""),
    FindingCode.WAITING_LONG: FindingWords(
        name="전송 대기", meaning="많이 밀려 한도가 거의 찼습니다", to_do="네트워크를 연결하세요"
    ),
    FindingCode.WAITING_OLD: FindingWords(
        name="전송 대기",
        meaning="하루 넘게 보내지 못한 기록이 있습니다",
        to_do="네트워크를 연결하고, 되어 있으면 전화하세요",
    ),
    FindingCode.SIBLINGS_LINKED: FindingWords(name="다른 계산대", meaning="서로 연결되어 있습니다", to_do=""),
    FindingCode.SIBLINGS_SILENT: FindingWords(
        name="다른 계산대",
        meaning="소식이 없어 같은 상품권을 막지 못합니다",
        to_do="켜져 있고 같은 공유기에 있는지 보세요",
    ),
    FindingCode.CORE_SELLS: FindingWords(name="판매 프로그램", meaning="작동하고 있습니다", to_do=""),
    FindingCode.CORE_STOPPED: FindingWords(
        name="판매 프로그램", meaning="작동하지만 판매할 수 없습니다", to_do="화면의 안내를 따르세요"
    ),
    FindingCode.NETWORK_THERE: FindingWords(name="인터넷", meaning="연결되어 있습니다", to_do=""),
    FindingCode.NETWORK_MISSING: FindingWords(
        name="인터넷", meaning="연결되지 않았습니다", to_do="인터넷 선을 꽂거나 와이파이 QR을 비추세요"
    ),
    FindingCode.CORE_AWAY: FindingWords(
        name="판매 프로그램", meaning="작동하지 않습니다", to_do="단말기를 다시 켜세요"
    ),
    FindingCode.POWER_FINE: FindingWords(name="전원", meaning="정상입니다", to_do=""),
    FindingCode.POWER_LOW: FindingWords(
        name="전원", meaning="전압이 부족했습니다. 카드가 고장 날 수 있습니다", to_do="정품 전원 어댑터를 쓰세요"
    ),
    FindingCode.POWER_UNKNOWN: FindingWords(name="전원", meaning="이 단말기는 전압을 재지 못합니다", to_do=""),
    FindingCode.HEAT_FINE: FindingWords(name="온도", meaning="정상입니다", to_do=""),
    FindingCode.HEAT_HIGH: FindingWords(
        name="온도", meaning="너무 높습니다", to_do="단말기 둘레에 바람이 통하게 하세요"
    ),
    FindingCode.HEAT_UNKNOWN: FindingWords(name="온도", meaning="이 단말기는 온도를 재지 못합니다", to_do=""),
    FindingCode.PACKAGE_WHOLE: FindingWords(name="프로그램", meaning="처음 그대로입니다", to_do=""),
    FindingCode.PACKAGE_DAMAGED: FindingWords(
        name="프로그램", meaning="바뀐 파일이 있습니다", to_do="프로그램을 다시 설치하세요"
    ),
    FindingCode.PACKAGE_ABSENT: FindingWords(name="프로그램", meaning="설치 묶음으로 설치되지 않았습니다", to_do=""),
    FindingCode.INSTALLING_SAFE: FindingWords(name="설치 방식", meaning="정전에도 안전합니다", to_do=""),
    FindingCode.INSTALLING_UNSAFE: FindingWords(
        name="설치 방식", meaning="정전에 안전하지 않습니다", to_do="단말기 담당자에게 이 번호를 알려 주세요"
    ),
    FindingCode.CERTIFICATE_FINE: FindingWords(name="단말기 증명서", meaning="유효합니다. 남은 날", to_do=""),
    FindingCode.CERTIFICATE_ENDS: FindingWords(
        name="단말기 증명서", meaning="곧 끝납니다. 남은 날", to_do="오늘 안에 네트워크를 연결하세요"
    ),
    FindingCode.CERTIFICATE_OVER: FindingWords(
        name="단말기 증명서", meaning="기한이 지났습니다", to_do="네트워크를 연결하고 그대로이면 다시 등록하세요"
    ),
    FindingCode.CERTIFICATE_MISSING: FindingWords(
        name="단말기 증명서", meaning="없습니다", to_do="단말기를 등록하세요"
    ),
    FindingCode.TRUST_FRESH: FindingWords(name="상품권 기준", meaning="최신입니다", to_do=""),
    FindingCode.TRUST_STALE: FindingWords(
        name="상품권 기준", meaning="한동안 새로 받지 못했습니다", to_do="오늘 안에 인터넷에 연결하세요"
    ),
    FindingCode.TRUST_OLD: FindingWords(
        name="상품권 기준",
        meaning="너무 오래되어 인터넷 없이는 믿을 수 없습니다",
        to_do="인터넷에 연결하거나 메모리로 새 기준을 가져오세요",
    ),
    FindingCode.TRUST_ENDS: FindingWords(
        name="상품권 기준",
        meaning="일부가 곧 끝납니다. 남은 날",
        to_do="지원 센터에 지원 번호를 불러 주세요",
    ),
    FindingCode.TRUST_MISSING: FindingWords(
        name="상품권 기준", meaning="없습니다", to_do="인터넷에 연결하거나 단말기를 등록하세요"
    ),
    FindingCode.CHECK_FAILED: FindingWords(
        name="점검", meaning="점검을 끝까지 하지 못했습니다", to_do="단말기 담당자에게 이 번호를 알려 주세요"
    ),
}
UNKNOWN: Final = FindingWords(
    name="알 수 없는 항목",
    meaning="이 프로그램이 모르는 번호입니다",
    to_do="단말기 담당자에게 이 번호를 알려 주세요",
)
