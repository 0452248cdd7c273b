"""What every paper that is no receipt says by itself, in one language."""

from dataclasses import dataclass

from pos.till.report.bank_sheet import BankSheetWords
from pos.till.report.cheat_sheet import CheatSheetWords
from pos.till.report.evidence import EvidenceWords
from pos.till.report.reported_note import ReportedNoteWords
from pos.till.report.support_slip import SupportSlipWords
from pos.till.report.words import ReportWords


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentWords:
    """The words of each kind of paper."""

    report: ReportWords
    evidence: EvidenceWords
    cheat_sheet: CheatSheetWords
    bank_sheet: BankSheetWords
    reported_note: ReportedNoteWords
    support: SupportSlipWords
