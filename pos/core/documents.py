"""Papers that are no receipts: reports, by their names.

A document is known by a short name, which stands in the journal where it was asked for, and is made anew from the
journal whenever it is wanted; so a copy years later says what the first one said:

    Z12             the closing of that number
    X345            the day as it stood after entry 345
    C               the key card
    N3              the notes of that submission, for the bank
    E345            the payment of that entry, which was made twice
    P20261101-20261130   a period of business days, the sum of its closings
    R345            the note that entry 345 says was reported after it was taken
    S10250013501         the support number 10250013, with finding 501 red
    B000012, BX, BZ12    a receipt, the day left open, a closing of the terminal whose place this one took
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from pos.clock import Clock
from pos.core.note_receipts import receipt_of
from pos.core.print_rows import print_row
from pos.core.program_names import own_program_name
from pos.core.trust_store import TrustStore
from pos.journal.days import Closing
from pos.journal.journal import Journal
from pos.link.calls import FigureLine, ReportPage
from pos.text import SafeText, safe_text
from pos.till.policy import ConflictBearer
from pos.till.receipt.moment import date_of
from pos.till.receipt.plain import plain_lines
from pos.till.receipt.rows import Row
from pos.till.report.bank_sheet import BankSheet, Bundle, bank_sheet_rows
from pos.till.report.cheat_sheet import cheat_sheet_rows
from pos.till.report.document_words import DocumentWords
from pos.till.report.evidence import Evidence, evidence_rows
from pos.till.report.figures import Figures, Group, average_won, customers
from pos.till.report.layout import layout
from pos.till.report.report import Report, ReportKind, Unconfirmed
from pos.till.report.reported_note import ReportedNotePaper, reported_note_rows
from pos.till.report.support_slip import SLIP_CODES_MAX, support_slip_rows
from pos.voucher.bodies import TenderMethod, TenderRecorded, parse_body
from pos.voucher.entry import entry_hash

KEY_CARD: Final = "C"
FORMER_PREFIX: Final = "B"
"""Begins the name of a paper of the terminal whose place this one took: its receipt number, or a document's name."""
_CLOSING: Final = re.compile(r"Z([1-9][0-9]{0,8})", re.ASCII)
_INTERIM: Final = re.compile(r"X([1-9][0-9]{0,12})", re.ASCII)
_EVIDENCE: Final = re.compile(r"E([1-9][0-9]{0,12})", re.ASCII)
_PERIOD: Final = re.compile(r"P([0-9]{4})([0-9]{2})([0-9]{2})-([0-9]{4})([0-9]{2})([0-9]{2})", re.ASCII)
_SUPPORT: Final = re.compile(rf"S([0-9]{{8}})((?:[1-9][0-9]{{2}}){{0,{SLIP_CODES_MAX}}})", re.ASCII)
REPORTED: Final = "R"
_REPORTED: Final = re.compile(rf"{REPORTED}([1-9][0-9]{{0,12}})", re.ASCII)
SHEET: Final = "N"
_SUBMISSION: Final = re.compile(rf"{SHEET}([1-9][0-9]{{0,8}})", re.ASCII)
_FORMER: Final = re.compile(rf"{FORMER_PREFIX}([0-9]{{1,20}}|X|Z[1-9][0-9]{{0,8}})", re.ASCII)
_NAMES: Final = (_FORMER, _CLOSING, _INTERIM, _EVIDENCE, _REPORTED, _PERIOD, _SUPPORT, _SUBMISSION)


def is_document(name: str) -> bool:
    """Whether this names a paper that is no receipt."""
    return name in ("x", "z", KEY_CARD) or any(pattern.fullmatch(name) for pattern in _NAMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """Makes this terminal's documents."""

    journal: Journal
    trust: TrustStore
    clock: Clock
    columns: Callable[[], int]
    """Of the paper that is in use now."""
    words: DocumentWords
    terminal: str
    former: Callable[[str], tuple[Row, ...] | None] = lambda _: None
    """Papers of the terminal whose place this one took, by their names there."""
    is_training: bool = False

    def named(self, name: str) -> str:
        """The document that "x" and "z" stand for now; any other name stands for itself."""
        match name:
            case "x":
                return f"X{self.journal.head.sequence}"
            case "z":
                return f"Z{self.journal.days.next_z_number - 1}"
            case _:
                return name

    def rows(self, name: str) -> tuple[Row, ...] | None:
        """The document laid out for this terminal's paper; None where there is none of this name."""
        if match := _FORMER.fullmatch(name):
            return self.former(match[1])
        if match := _EVIDENCE.fullmatch(name):
            return self._evidence(int(match[1]))
        if match := _REPORTED.fullmatch(name):
            return self._reported_note(int(match[1]))
        if match := _SUPPORT.fullmatch(name):
            return self._support_slip(match[1], match[2])
        if match := _SUBMISSION.fullmatch(name):
            return self._bank_sheet(int(match[1]))
        if name == KEY_CARD:
            return cheat_sheet_rows(self.words.cheat_sheet, columns=self.columns())
        report = self.report(name)
        return None if report is None else layout(report, columns=self.columns(), words=self.words.report)

    def page(self, name: str) -> ReportPage | None:
        """The document for a screen and for programs."""
        report = self.report(name)
        if report is None:
            return None
        rows = layout(report, columns=self.columns(), words=self.words.report)
        return ReportPage(
            name=name,
            business_date=report.dates[0],
            z_number=report.number,
            float_won=report.float_won,
            expected_won=report.expected_won,
            counted_won=report.counted_won,
            customers=customers(report.figures),
            average_won=average_won(report.figures),
            first_receipt="" if report.receipts is None else report.receipts[0],
            last_receipt="" if report.receipts is None else report.receipts[1],
            unsent=report.unsent,
            unsent_payments=report.unsent_payments[0],
            unsent_won=report.unsent_payments[1],
            figures=tuple(
                FigureLine(group=row.group.value, labels=row.labels, count=row.count, won=row.won)
                for row in report.figures.rows
            ),
            rows=tuple(map(print_row, rows)),
            lines=plain_lines(rows, columns=self.columns()),
            columns=self.columns(),
        )

    def report(self, name: str) -> Report | None:
        """The figures behind a name."""
        name = self.named(name)
        if match := _CLOSING.fullmatch(name):
            closing = self.journal.days.closing(int(match[1]))
            return None if closing is None else self._closing(closing)
        if match := _INTERIM.fullmatch(name):
            return self._interim(int(match[1]))
        if match := _PERIOD.fullmatch(name):
            year, month, day, last_year, last_month, last_day = match.groups()
            return self._period(f"{year}-{month}-{day}", f"{last_year}-{last_month}-{last_day}")
        return None

    def _support_slip(self, number: str, red: str) -> tuple[Row, ...]:
        codes = tuple(int(red[at : at + 3]) for at in range(0, len(red), 3))
        return support_slip_rows(number, codes, self.words.support, terminal=self.terminal, columns=self.columns())

    def _evidence(self, sequence: int) -> tuple[Row, ...] | None:
        conflict, entry = self.journal.owed.conflict(sequence), self.journal.entry(sequence)
        if conflict is None or entry is None:
            return None
        outcome = self.journal.outbox.outcome(sequence)
        other = outcome.other_entry if outcome is not None else None
        program = self.trust.program(conflict.issuer, conflict.program)
        evidence = Evidence(
            shop_name=safe_text(self.trust.merchant.name),
            terminal=self.terminal,
            receipt_number=conflict.receipt_number,
            time_s=conflict.time_s,
            amount_won=conflict.amount_won,
            voucher=self._voucher_name(conflict.issuer, conflict.program),
            is_shops=program is None or program.conflict_bearer is not ConflictBearer.ISSUER,
            entry=entry.hash,
            other=b"" if other is None else entry_hash(other),
        )
        return evidence_rows(evidence, columns=self.columns(), words=self.words.evidence)

    def _bank_sheet(self, number: int) -> tuple[Row, ...] | None:
        submission = next((line for line in self.journal.notes.submissions() if line.number == number), None)
        if submission is None:
            return None
        serials: dict[int, list[str]] = {}
        for note in self.journal.notes.of_submission(number):
            serials.setdefault(note.denomination_won, []).append(safe_text(note.serial or ""))
        merchant = self.trust.merchant
        bank = BankSheet(
            shop_name=safe_text(merchant.name),
            business_number=merchant.business_number,
            number=number,
            business_date=submission.business_date,
            voucher=self._voucher_name(submission.issuer, submission.program),
            bundles=tuple(
                Bundle(denomination_won=won, serials=tuple(found))
                for won, found in sorted(serials.items(), reverse=True)
            ),
        )
        return bank_sheet_rows(bank, columns=self.columns(), words=self.words.bank_sheet)

    def _reported_note(self, sequence: int) -> tuple[Row, ...] | None:
        note = next((note for note in self.journal.notes.reported() if note.reported_entry == sequence), None)
        entry = self.journal.entry(sequence)
        if note is None or entry is None:
            return None
        issuer = self.trust.issuer(note.issuer)
        paper = ReportedNotePaper(
            shop_name=safe_text(self.trust.merchant.name),
            issuer=safe_text(note.issuer if issuer is None else issuer.name),
            voucher=self._voucher_name(note.issuer, note.program),
            amount_won=note.denomination_won,
            serial=safe_text(note.serial or ""),
            taken_s=note.time_s,
            receipt_number=receipt_of(self.journal, note),
            told_s=entry.time_s,
            cause=note.reported_cause,
        )
        return reported_note_rows(paper, columns=self.columns(), words=self.words.reported_note)

    def _voucher_name(self, issuer: str, program: str) -> SafeText:
        place, named = self.trust.issuer(issuer), self.trust.program(issuer, program)
        return safe_text(f"{issuer if place is None else place.name} {program if named is None else named.name}")

    def _closing(self, closing: Closing) -> Report:
        base = self._report(ReportKind.CLOSING, closing.figures, dates=(closing.business_date,) * 2)
        base = self._standing(base, closing.after, closing.entry)
        if closing.unsent is not None:
            entries, payments, won = closing.unsent
            base = replace(base, unsent=entries, unsent_payments=(payments, won), is_unsent_at_closing=True)
        return replace(
            base,
            made_s=closing.time_s,
            number=closing.z_number,
            opened_s=closing.opened_s,
            float_won=closing.float_won,
            counted_won=closing.counted_won,
            counted=closing.counted,
            clerk=self._name(closing.clerk),
        )

    def _interim(self, until: int) -> Report | None:
        entry = self.journal.entry(until)
        if entry is None:
            return None
        days = self.journal.days
        after, opened = days.day_around(until)
        date = date_of(entry.time_s) if opened is None else opened.business_date
        base = self._report(ReportKind.INTERIM, days.figures_up_to(after, until), dates=(date, date))
        return replace(
            self._standing(base, after, until),
            made_s=entry.time_s,
            opened_s=None if opened is None else opened.time_s,
            float_won=0 if opened is None else opened.float_won,
        )

    def _standing(self, report: Report, after: int, until: int) -> Report:
        """With what is known of the entries of its day, and with what has not become of them until now."""
        waiting = self.journal.outbox.waiting(until=until)
        return replace(
            report,
            unconfirmed=self._unconfirmed(after, until),
            entries=(after + 1, until),
            receipts=self.journal.sales.receipt_numbers(after=after, until=until),
            unsent=waiting.entries,
            unsent_payments=(waiting.count, waiting.value_won),
            unissued=self._unissued(until),
        )

    def _period(self, first: str, last: str) -> Report:
        closings = self.journal.days.closings(from_date=first, until_date=last)
        figures = Figures().plus(*(closing.figures for closing in closings))
        return replace(
            self._report(ReportKind.PERIOD, figures, dates=(first, last)),
            made_s=self.clock.read().time_s,
            number=len(closings),
            closings=(closings[0].z_number, closings[-1].z_number) if closings else (0, 0),
        )

    def _report(self, kind: ReportKind, figures: Figures, *, dates: tuple[str, str]) -> Report:
        """A report with the names of whatever its figures name."""
        merchant = self.trust.merchant
        labels = [line.labels for line in figures.lines(Group.TENDER) if line.labels[1]]
        clerks = {line.labels[0] for line in figures.rows if line.group.value.startswith("clerk_")}
        return Report(
            kind=kind,
            shop_name=safe_text(merchant.name),
            business_number=merchant.business_number,
            representative=safe_text(merchant.representative),
            dates=dates,
            made_s=0,
            figures=figures,
            people={clerk: self._name(clerk) for clerk in clerks if clerk},
            issuers={issuer: self._issuer_name(issuer) for _, issuer, _ in labels},
            programs={(issuer, program): self._program_name(issuer, program) for _, issuer, program in labels},
            is_training=self.is_training,
        )

    def _issuer_name(self, issuer: str) -> str:
        """Empty for what was paid at the ledger, whose word names no issuer."""
        found = self.trust.issuer(issuer)
        if found is None:
            return "" if issuer == self.trust.ledger.ledger else issuer
        return safe_text(found.name)

    def _program_name(self, issuer: str, program: str) -> str:
        found = self.trust.program(issuer, program)
        return (own_program_name(self.trust, program) if found is None else safe_text(found.name)) or program

    def _unconfirmed(self, after: int, until: int) -> tuple[Unconfirmed, ...]:
        """What was taken by the shop's own code in a stretch of the journal."""
        found = []
        for sequence in self.journal.sales.tenders_by(TenderMethod.MERCHANT_QR.value, after=after, until=until):
            entry = self.journal.entry(sequence)
            body = None if entry is None else parse_body(entry.kind, entry.body)
            if isinstance(body, TenderRecorded):
                found.append(
                    Unconfirmed(
                        receipt_number=body.receipt_number or "",
                        program=own_program_name(self.trust, body.program or ""),
                        reference=safe_text(body.reference or ""),
                        amount_won=body.amount_won,
                    )
                )
        return tuple(found)

    def _unissued(self, until: int) -> tuple[int, int]:
        """Cash receipts asked for up to this entry that nobody has approved until now: how many, and won."""
        asked = self.journal.cash_receipts
        waiting = [
            receipt
            for receipt in asked.unanswered()
            if receipt.original_id is None
            and receipt.entry <= until
            # A rejected one is made good by another for the same sale.
            and (receipt.answer is None or asked.standing(receipt.sale_id) is None)
        ]
        return len(waiting), sum(receipt.amount_won for receipt in waiting)

    def _name(self, clerk: str) -> str:
        """A person's name beside the number that figures carry."""
        name = self.journal.people.name_of(int(clerk)) if clerk.isdecimal() else ""
        return f"{clerk} {name}".strip() if name != clerk else clerk
