"""Words about the shop's wireless network, in Korean; what each stands for is in `pos.words.wifi`."""

from typing import Final

from pos.link.wifi import WifiState
from pos.words.wifi import WifiLabels

WIFI_LABELS: Final = WifiLabels(
    title="와이파이 연결",
    how=(
        "휴대폰의 와이파이 설정에서 가게 와이파이를 누르고 '공유'를 누르면",
        "QR이 나옵니다. 그 QR을 카메라에 비추세요",
    ),
    hint="인터넷 선이 없으면 휴대폰의 와이파이 공유 QR을 카메라에 비추세요",
    states={
        WifiState.NONE: ("아직 비춘 것이 없습니다", "와이파이 공유 QR을 비추세요"),
        WifiState.WAITING: ("와이파이 QR을 기다립니다", "카메라에 비추세요"),
        WifiState.NOT_A_CODE: ("와이파이 QR이 아닙니다", "휴대폰의 와이파이 공유 QR을 비추세요"),
        WifiState.BROKEN: ("이름이나 비밀번호가 빠진 QR입니다", "휴대폰에서 QR을 다시 만들어 비추세요"),
        WifiState.WEP: (
            "오래된 암호 방식이라 누구나 엿볼 수 있어 쓰지 않습니다",
            "공유기 보안 설정을 요즘 방식으로 바꾸고 다시 비추세요",
        ),
        WifiState.PERSONAL: (
            "사람마다 이름과 비밀번호를 넣는 와이파이라 쓸 수 없습니다",
            "비밀번호 하나를 같이 쓰는 와이파이나 인터넷 선을 쓰세요",
        ),
        WifiState.JOINING: ("연결하는 중입니다", "1분쯤 걸립니다. 전원을 끄지 마세요"),
        WifiState.JOINED: ("연결되었습니다", "다음에 켤 때도 저절로 연결됩니다"),
        WifiState.WRONG_PASSWORD: ("비밀번호가 틀렸습니다", "휴대폰이 그 와이파이에 연결되는지 보고 새 QR을 비추세요"),
        WifiState.NOT_FOUND: ("그 와이파이가 보이지 않습니다", "공유기를 켜거나 가까이 옮기고 다시 비추세요"),
        WifiState.NO_ADDRESS: ("연결했지만 공유기가 주소를 주지 않습니다", "공유기를 껐다 켜고 다시 비추세요"),
        WifiState.NO_RADIO: ("이 기기에는 와이파이가 없습니다", "인터넷 선을 꽂으세요"),
        WifiState.FAILED: ("연결하지 못했습니다", "다시 비추고, 안 되면 인터넷 선을 꽂으세요"),
    },
    network="와이파이 이름: {network}",
    again="다시",
)
