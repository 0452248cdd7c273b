"""Puts together what makes papers: of this terminal, and of the one whose place it took."""

from collections.abc import Callable
from typing import TypeAlias

from pos.core.alarms import Alarms
from pos.core.choices import Choices
from pos.core.decline_slips import DeclineSlips
from pos.core.documents import Documents
from pos.core.former import Former
from pos.core.grounds import Grounds
from pos.core.receipt_settings import printed_words
from pos.core.receipts import Receipts
from pos.journal.journal import Journal
from pos.till.receipt.rows import Row
from pos.voucher.keys import SigningKey
from pos.words.declined import decline_sentence
from pos.words.report import document_words, report_words

FormerRows: TypeAlias = Callable[[str], tuple[Row, ...] | None]


def former_of(on: Grounds, choices: Choices, alarms: Alarms) -> Former:
    """The terminal whose place this one took, as far as it is known here."""
    state = on.config.enrolment_dir
    former = "" if on.is_training else on.config.replaced

    def papers(journal: Journal, terminal: str) -> Receipts:
        return _receipts(on, choices, journal=journal, terminal=terminal, key=None, former=lambda _: None)

    return Former(
        terminal=on.terminal,
        former=former,
        home=state / former if former and state is not None else None,
        medium=on.config.mirror.path,
        journal=on.journal,
        trust=on.trust,
        clock=on.timekeeper,
        alarms=alarms,
        papers=papers,
        headline=report_words(on.config.terminal.language).former,
    )


def _documents(on: Grounds, choices: Choices, *, journal: Journal, terminal: str, former: FormerRows) -> Documents:
    return Documents(
        journal=journal,
        trust=on.trust,
        clock=on.timekeeper,
        columns=choices.columns,
        words=document_words(on.config.terminal.language),
        terminal=terminal,
        former=former,
        is_training=on.is_training,
    )


def receipts_of(on: Grounds, choices: Choices, former: Former) -> Receipts:
    """This terminal's own."""
    return _receipts(on, choices, journal=on.journal, terminal=on.terminal, key=on.key, former=former.rows)


def _receipts(
    on: Grounds, choices: Choices, *, journal: Journal, terminal: str, key: SigningKey | None, former: FormerRows
) -> Receipts:
    return Receipts(
        journal=journal,
        trust=on.trust,
        key=key,
        terminal=terminal,
        columns=choices.columns,
        words=printed_words(on.config),
        documents=_documents(on, choices, journal=journal, terminal=terminal, former=former),
        slips=DeclineSlips(journal=journal, sentence=decline_sentence(on.config.terminal.language)),
        is_training=on.is_training,
    )
