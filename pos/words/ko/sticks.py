"""What is said of a memory stick, in Korean; at most a short line each."""

from collections.abc import Mapping
from typing import Final

from pos.link.stick import StickState

STICKS: Final[Mapping[StickState, str]] = {
    StickState.READING: "메모리 읽는 중. 빼지 마세요",
    StickState.TRUST_TAKEN: "메모리에서 새 자료를 받았습니다",
    StickState.PROGRAM_TAKEN: "새 프로그램을 받음. 마감 뒤 바뀜",
    StickState.INSTALL_TAKEN: "메모리에서 설치 자료를 받았습니다",
    StickState.CATALOGUE_BROUGHT: "메모리에 상품 목록 있음: * 8 5 2",
    StickState.SAME: "메모리의 자료는 이미 있습니다",
    StickState.LATER: "판매를 마치면 메모리를 받습니다",
    StickState.EMPTY: "메모리에 받을 것이 없습니다",
    StickState.OLDER: "메모리가 더 옛것이라 받지 않음",
    StickState.FORGED: "메모리를 믿을 수 없어 받지 않음",
    StickState.EXPIRED: "메모리가 기한이 지나 받지 않음",
    StickState.INCOMPLETE: "메모리에 빠진 것이 있어 받지 않음",
    StickState.TOO_LARGE: "메모리에 든 것이 많아 받지 않음",
    StickState.NO_ROOM: "단말기에 자리가 없어 받지 않음",
    StickState.UNREADABLE: "메모리를 읽을 수 없습니다",
}
