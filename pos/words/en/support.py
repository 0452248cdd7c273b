"""Words about the support number, in English; what each stands for is in `pos.words.support`."""

from typing import Final

from pos.link.examination import BundleState
from pos.till.report.support_slip import SupportSlipWords
from pos.words.en.findings import FINDINGS, UNKNOWN
from pos.words.support import SupportLabels

SUPPORT_LABELS: Final = SupportLabels(
    menu="Support number",
    title="Support number  {number}",
    print_slip="Print it, with what to do",
    print_detail="Read the eight digits over the telephone. Board looked at: {moment}",
    never_examined="Read the eight digits over the telephone. The board was not looked at yet",
    bundle="Put what support needs on a memory stick",
    bundle_states={
        BundleState.NONE: "Plug a stick in, then press 2. No sale, number or PIN goes on it",
        BundleState.WANTED: "Writing. Leave the stick where it is",
        BundleState.WRITTEN: "Written. The stick can be taken out now",
        BundleState.NO_STICK: "There is no memory stick; plug one in and press 2 again",
        BundleState.FAILED: "Not written; try another stick, or read the number to support",
    },
    queue_age="The oldest thing waiting for the ledger",
    fine="Nothing that was looked at is wrong",
)
SUPPORT_SLIP_WORDS: Final = SupportSlipWords(
    title="Support number",
    how_to_use="Read these eight digits to support over the telephone.",
    terminal="Terminal",
    fine="Nothing that was looked at is wrong.",
    more="There may be more: the number holds all of it.",
    say=lambda code: FINDINGS.get(code, UNKNOWN),
)
