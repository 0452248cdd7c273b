"""A report's words in the terminal's language."""

from pos.till.report.bank_sheet import BankSheetWords
from pos.till.report.cheat_sheet import CheatSheetWords
from pos.till.report.document_words import DocumentWords
from pos.till.report.evidence import EvidenceWords
from pos.till.report.reported_note import ReportedNoteWords
from pos.till.report.support_slip import SupportSlipWords
from pos.till.report.words import ReportWords


def report_words(language: str) -> ReportWords:
    """The words of "ko" or "en"; Korean for any other language."""
    if language == "en":
        from pos.words.en.report import REPORT_WORDS as ENGLISH

        return ENGLISH
    from pos.words.ko.report import REPORT_WORDS as KOREAN

    return KOREAN


def evidence_words(language: str) -> EvidenceWords:
    """What a paper about a payment made twice says."""
    if language == "en":
        from pos.words.en.report import EVIDENCE_WORDS as ENGLISH

        return ENGLISH
    from pos.words.ko.report import EVIDENCE_WORDS as KOREAN

    return KOREAN


def bank_sheet_words(language: str) -> BankSheetWords:
    """What goes to the bank with paper notes."""
    if language == "en":
        from pos.words.en.report import BANK_SHEET_WORDS as ENGLISH

        return ENGLISH
    from pos.words.ko.report import BANK_SHEET_WORDS as KOREAN

    return KOREAN


def reported_note_words(language: str) -> ReportedNoteWords:
    """What a paper about a note says that was reported after it was taken."""
    if language == "en":
        from pos.words.en.report import REPORTED_NOTE_WORDS as ENGLISH

        return ENGLISH
    from pos.words.ko.report import REPORTED_NOTE_WORDS as KOREAN

    return KOREAN


def cheat_sheet_words(language: str) -> CheatSheetWords:
    """What the key card says."""
    if language == "en":
        from pos.words.en.report import CHEAT_SHEET_WORDS as ENGLISH

        return ENGLISH
    from pos.words.ko.report import CHEAT_SHEET_WORDS as KOREAN

    return KOREAN


def support_slip_words(language: str) -> SupportSlipWords:
    """What the paper with the support number says."""
    if language == "en":
        from pos.words.en.support import SUPPORT_SLIP_WORDS as ENGLISH

        return ENGLISH
    from pos.words.ko.support import SUPPORT_SLIP_WORDS as KOREAN

    return KOREAN


def document_words(language: str) -> DocumentWords:
    """The words of every paper that is no receipt."""
    return DocumentWords(
        report=report_words(language),
        evidence=evidence_words(language),
        cheat_sheet=cheat_sheet_words(language),
        bank_sheet=bank_sheet_words(language),
        reported_note=reported_note_words(language),
        support=support_slip_words(language),
    )
