"""Words of the first boot, in Korean; what each stands for is in `pos.words.install`."""

from typing import Final

from pos.link.install import FormerMedium, InstallFault, InstallStep
from pos.words.install import InstallLabels

INSTALL_LABELS: Final = InstallLabels(
    titles={
        InstallStep.LOOK: "설치 1/5: 기기 점검",
        InstallStep.CODE: "설치 2/5: 설치 코드를 카메라에 비추세요",
        InstallStep.ENROLLING: "설치 2/5: 등록하는 중입니다",
        InstallStep.TRUST: "설치 2/5: 등록했습니다. 가맹점 자료를 받는 중입니다",
        InstallStep.COMPARE: "설치 3/5: 확인 번호",
        InstallStep.READ_BACK: "설치 4/5: 나온 종이의 코드를 카메라에 비추세요",
        InstallStep.PAYMENT: "설치 5/5: 1원 시험 결제",
        InstallStep.DONE: "설치 완료",
    },
    lines={
        InstallStep.LOOK: ("빨간 줄은 고치고, 다 되면 Enter를 누르세요",),
        InstallStep.CODE: ("카메라가 읽지 못하면 숫자 열여덟 자리를 누르고 Enter를 누르세요",),
        InstallStep.ENROLLING: ("전원을 끄지 마세요. 꺼졌으면 같은 코드를 다시 비추면 됩니다",),
        InstallStep.TRUST: ("1분쯤 걸립니다",),
        InstallStep.COMPARE: (
            "나온 종이에도 같은 번호가 있습니다",
            "전화로 본부의 번호와 같으면 Enter를 누르세요",
        ),
        InstallStep.READ_BACK: ("프린터와 카메라를 한 번에 시험합니다",),
        InstallStep.PAYMENT: ("돈은 움직이지 않습니다. 본부와 연결되면 바로 끝납니다",),
        InstallStep.DONE: ("설치 확인서가 나왔습니다", "Enter를 누르면 가게에서 쓸 수 있습니다"),
    },
    faults={
        InstallFault.NOT_A_CODE: ("설치 코드가 아닙니다", "본부에서 받은 설치 코드를 비추세요"),
        InstallFault.NEEDS_UPDATE: ("새 프로그램이 있어야 하는 코드입니다", "프로그램을 새로 깔고 다시 하세요"),
        InstallFault.OTHER_LEDGER: ("다른 지역 본부의 코드입니다", "이 기기에 맞는 코드를 받으세요"),
        InstallFault.NO_CARD: (
            "어느 본부의 번호인지 알 수 없습니다",
            "본부 카드나 설치 코드를 비추세요",
        ),
        InstallFault.WRONG_NUMBER: ("번호가 맞지 않습니다", "종이를 보고 다시 누르세요"),
        InstallFault.UNREACHABLE: ("본부와 연결되지 않습니다", "인터넷 선을 보세요. 저절로 다시 합니다"),
        InstallFault.REFUSED: ("오래되었거나 이미 쓴 코드입니다", "본부에서 새 코드를 받아 비추세요"),
        InstallFault.NOT_PROMISED: (
            "답한 곳이 이 코드의 본부가 아닙니다",
            "다른 인터넷으로 바꾸고, 안 되면 전화하세요",
        ),
        InstallFault.DISK: ("저장 장치에 쓸 수 없습니다", "카드를 바꾸고 다시 하세요"),
        InstallFault.OTHER_PAPER: ("다른 종이입니다", "방금 나온 종이의 코드를 비추세요"),
        InstallFault.FILE_UNSIGNED: (
            "메모리의 파일에 본부의 확인이 없습니다",
            "본부에서 설치 파일을 새로 받아 담으세요",
        ),
        InstallFault.FILE_ALTERED: (
            "메모리의 설치 파일이 바뀌었거나 깨졌습니다",
            "본부에서 설치 파일을 새로 받아 담으세요",
        ),
        InstallFault.FILE_EXPIRED: ("메모리의 설치 파일이 기한이 지났습니다", "본부에서 설치 파일을 새로 받으세요"),
        InstallFault.OTHER_MACHINE: ("다른 기기의 설치 파일입니다", "이 기기의 번호로 만든 파일을 받으세요"),
        InstallFault.PAYMENT: ("시험 결제가 승인되지 않았습니다", "전화로 알려 주세요"),
    },
    go_on="계속",
    again="다시",
    skip="건너뛰기",
    marks=("정상", "이상", "모름"),
    typed="누른 번호: {digits}",
    check_code="확인 번호  {code}",
    shop="{shop}",
    paper_waiting="종이가 아직 안 나왔습니다. 프린터를 보세요",
    former={
        FormerMedium.NONE: "옛 단말의 메모리를 꽂으면 남은 기록을 가져옵니다",
        FormerMedium.READING: "옛 단말 {terminal}의 기록을 가져오는 중입니다",
        FormerMedium.READ: "옛 단말 {terminal}의 기록 {entries}건을 가져왔습니다",
        FormerMedium.OTHER: "꽂은 메모리는 다른 단말의 것이라 가져오지 않았습니다",
        FormerMedium.UNPROVEN: "꽂은 메모리가 옛 단말의 것인지 확인되지 않습니다",
    },
    test_paper="시험 인쇄",
    test_caption="이 코드를 카메라에 비추세요",
    done_paper="설치 완료",
    row_terminal="단말 번호",
    row_former="옛 단말",
    former_brought="{terminal} {entries}건",
    row_machine="기기 번호",
    row_support="지원 번호",
    row_version="프로그램",
    row_time="설치한 때",
    row_read="종이 읽기",
    row_payment="시험 결제",
    well="정상",
    skipped="건너뜀",
)
