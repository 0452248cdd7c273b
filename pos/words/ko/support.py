"""Words about the support number, in Korean; what each stands for is in `pos.words.support`."""

from typing import Final

from pos.link.examination import BundleState
from pos.till.report.support_slip import SupportSlipWords
from pos.words.ko.findings import FINDINGS, UNKNOWN
from pos.words.support import SupportLabels

SUPPORT_LABELS: Final = SupportLabels(
    menu="지원 번호",
    title="지원 번호  {number}",
    print_slip="할 일과 함께 인쇄",
    print_detail="여덟 자리를 전화로 불러 주세요. 단말기 점검: {moment}",
    never_examined="여덟 자리를 전화로 불러 주세요. 단말기는 아직 점검하지 않았습니다",
    bundle="지원 센터에 보낼 자료를 메모리에 담기",
    bundle_states={
        BundleState.NONE: "메모리를 꽂고 2를 누르세요. 판매, 번호, 비밀번호는 담지 않습니다",
        BundleState.WANTED: "담고 있습니다. 메모리를 빼지 마세요",
        BundleState.WRITTEN: "담았습니다. 이제 메모리를 빼도 됩니다",
        BundleState.NO_STICK: "메모리가 없습니다. 꽂고 다시 2를 누르세요",
        BundleState.FAILED: "담지 못했습니다. 다른 메모리를 쓰거나 번호를 불러 주세요",
    },
    queue_age="본사로 보낼 것 중 가장 오래된 것",
    fine="점검한 것은 모두 정상입니다",
)
SUPPORT_SLIP_WORDS: Final = SupportSlipWords(
    title="지원 번호",
    how_to_use="이 여덟 자리를 지원 센터에 전화로 불러 주세요.",
    terminal="단말기",
    fine="점검한 것은 모두 정상입니다.",
    more="더 있을 수 있습니다. 번호에 모두 담겨 있습니다.",
    say=lambda code: FINDINGS.get(code, UNKNOWN),
)
