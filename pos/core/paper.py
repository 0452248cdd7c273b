"""Receipts on their way to paper: which is next, what the printer said, and what only a person can answer.

Rules:

- a printer that is out, open, mute or missing holds up nothing but its own queue;
- a job counts as being sent from the moment it is handed out; after a cut in between its outcome is unknown;
- nothing is ever printed twice by itself: an unknown outcome is a question, and a second paper is a marked copy;
- after paper was out and more than one receipt waits, one key decides: all, only the last, or none;
- a shop that asks each customer is asked after the verdict, and any next digit means no.
"""

from collections.abc import Callable
from typing import Final

from pos.clock import Clock
from pos.core.documents import FORMER_PREFIX
from pos.core.receipts import Receipts
from pos.core.request_slip import merchant_slip, request_slip
from pos.journal.journal import Journal
from pos.journal.records import PrintJob as JournalJob
from pos.journal.records import PrintState
from pos.link.calls import Done, EndPrintJob, MerchantQrAnswer, PrintJob, PrintRow, Refused
from pos.link.state import PrinterState, QuestionKind, QuestionView
from pos.till.reasons import Refusal
from pos.voucher.bodies import (
    DocumentAsked,
    DrawerOpened,
    EntryBody,
    PrintOutcome,
    ReceiptElectronic,
    ReceiptPrinted,
    ReceiptReprinted,
)

_PRINTS: Final = (PrinterState.READY, PrinterState.PRINTING, PrinterState.PAPER_LOW)
_NO_PAPER: Final = (PrinterState.PAPER_OUT, PrinterState.COVER_OPEN)
SLIP_JOB: Final = -1
"""Receipts are numbered by entries, from 1."""
_NEVER_PRINTED: Final = (PrintState.HELD, PrintState.SKIPPED)
_ENDS: Final = {
    "printed": PrintOutcome.PRINTED,
    "unverified": PrintOutcome.UNVERIFIED,
    "unknown": PrintOutcome.UNKNOWN,
}
_FIRST, _SECOND, _THIRD = 1, 2, 3
_CHOICES: Final = {QuestionKind.PAPER_LOADED: 3, QuestionKind.PRINT_RECEIPT: 2, QuestionKind.PRINT_UNKNOWN: 3}
_QUESTION_SERIALS_FROM: Final = 1_000_000
"""Paper's questions are numbered apart from the counter's, so that one answer can never meet the other's question."""


class Paper:
    """The print queue of one till."""

    def __init__(
        self,
        *,
        journal: Journal,
        receipts: Receipts,
        clock: Clock,
        printing: Callable[[], str],
        clerk: Callable[[], str],
    ) -> None:
        self._journal = journal
        self._receipts = receipts
        self._clock = clock
        self._clerk = clerk
        self._printing = printing
        self.printer = PrinterState.MISSING
        self.drawer_serial = 0
        self._question: QuestionView | None = None
        self._job_asked = 0
        self._was_out = False
        self._held_until_s: dict[str, float] = {}
        self._put_off: set[int] = set()
        self._unwanted: set[int] = set()
        self._slip: tuple[PrintRow, ...] = ()
        self._slip_sent: tuple[PrintRow, ...] = ()
        self._needs_recovery = bool(journal.paper.count(PrintState.UNKNOWN))
        self._serial = _QUESTION_SERIALS_FROM

    def unprinted(self) -> int:
        """Receipts that wait for the printer."""
        return self._journal.paper.count(PrintState.QUEUED)

    @property
    def printer_now(self) -> PrinterState:
        """What the printer does: at work as long as it has a receipt whose end nobody has told."""
        is_sending = self.printer is PrinterState.READY and self._journal.paper.count(PrintState.SENDING)
        return PrinterState.PRINTING if is_sending else self.printer

    def printable(self) -> int:
        """Receipts that the devices may fetch now."""
        receipts = 0 if self._is_asking_what_to_print or self._is_next_held() else self.unprinted()
        return receipts + bool(self._slip)

    @property
    def is_standing(self) -> bool:
        """Whether what waits stays where it is: until the printer can print, or somebody has said what is wanted."""
        return self._is_asking_what_to_print or self.printer not in _PRINTS

    @property
    def _is_asking_what_to_print(self) -> bool:
        return self._question is not None and self._question.kind is QuestionKind.PAPER_LOADED

    def hold(self, receipt_number: str, *, for_s: float) -> None:
        """Keep a receipt that waits off the paper for a moment: something may yet have to stand on it."""
        self._held_until_s[receipt_number] = self._clock.monotonic_s() + for_s

    def is_held(self, receipt_number: str) -> bool:
        until_s = self._held_until_s.get(receipt_number)
        return until_s is not None and self._clock.monotonic_s() < until_s

    def let_go(self, receipt_number: str) -> None:
        """Nothing more comes: it may be printed."""
        self._held_until_s.pop(receipt_number, None)

    def question(self) -> QuestionView | None:
        """What a person has to say about paper, if anything."""
        if self._question is None:
            self._ask_about_unknown()
        return self._question

    def asks(self, serial: int) -> bool:
        return self._question is not None and self._question.serial == serial

    def answer(self, serial: int, choice: int) -> Done | Refused:
        asked = self._question
        if asked is None or asked.serial != serial or not _FIRST <= choice <= _CHOICES[asked.kind]:
            return Refused(cause=Refusal.QUESTION_GONE)
        self._question = None
        match asked.kind:
            case QuestionKind.PAPER_LOADED:
                return self.release({_FIRST: "all", _SECOND: "last"}.get(choice, "none"))
            case QuestionKind.PRINT_RECEIPT:
                if choice == _FIRST:
                    self._journal.paper.mark(self._job_asked, PrintState.QUEUED, at_s=self._now_s())
                else:
                    self._unwanted.add(self._job_asked)
                return Done()
            case _:
                return self._settle_unknown(choice)

    def sale_ended(self, receipt_number: str) -> None:
        """Its receipt waits since its last entry: hold it where the shop does not print always, and ask or not."""
        printing = self._printing()
        if printing == "always":
            return
        jobs = self._journal.paper.jobs_of(receipt_number)
        if not jobs or jobs[0].state not in (PrintState.QUEUED, PrintState.HELD):
            return
        if jobs[0].state is PrintState.QUEUED:
            self._journal.paper.mark(jobs[0].job, PrintState.HELD, at_s=self._now_s())
        if printing == "never":
            self._unwanted.add(jobs[0].job)
        if printing == "ask" and self._question is None:
            self._job_asked = jobs[0].job
            self._ask(QuestionKind.PRINT_RECEIPT, receipt_number=receipt_number)

    def pass_over_question(self) -> None:
        """The next customer is served: whoever wanted a receipt has said so."""
        self._held_until_s.clear()
        if self._question is not None and self._question.kind is QuestionKind.PRINT_RECEIPT:
            self._question = None
            self._unwanted.add(self._job_asked)

    def tick(self) -> None:
        """Record of receipts that nobody wanted that they were not printed: later, because no customer waits for it."""
        while self._unwanted:
            job = self._journal.paper.job(self._unwanted.pop())
            if job is not None and job.state is PrintState.HELD:
                self._record_end(job, PrintOutcome.SKIPPED)

    def printer_said(self, state: PrinterState) -> None:
        """What the printer reports of itself; paper that came back may mean a question."""
        self.printer = state
        if state in _NO_PAPER:
            self._was_out = True
        elif state in (PrinterState.READY, PrinterState.PAPER_LOW) and self._was_out:
            self._was_out = False
            waiting = self.unprinted()
            if waiting > 1:
                # Before any other question about paper, or everything would come out meanwhile.
                self._ask(QuestionKind.PAPER_LOADED, count=waiting)

    def release(self, which: str) -> Done | Refused:
        """Print what waits: "all", only the "last", or "none" (they stay in the history)."""
        jobs = self._journal.paper.print_jobs((PrintState.QUEUED,))
        if not jobs:
            return Refused(cause=Refusal.NOTHING_WAITING)
        passed_over = {"all": (), "last": jobs[:-1]}.get(which, jobs)
        for job in passed_over:
            self._journal.paper.mark(job.job, PrintState.HELD, at_s=self._now_s())
        if self._question is not None and self._question.kind is QuestionKind.PAPER_LOADED:
            self._question = None
        return Done()

    def print_request(self, text: str, amount_won: int) -> None:
        """Print a payment request before any receipt that waits: a customer stands there for it.

        It is not recorded and not kept: the request is, and its code can be shown again.
        """
        self.print_slip(request_slip(text, amount_won, self._receipts.words))

    def print_slip(self, rows: tuple[PrintRow, ...]) -> None:
        """Print these rows once, before any receipt that waits; they are not kept."""
        self._slip = rows

    @property
    def is_slip_waiting(self) -> bool:
        """Whether the slip has not come out yet."""
        return bool(self._slip or self._slip_sent)

    def print_merchant_qr(self, code: MerchantQrAnswer) -> None:
        """Print the shop's own payment code before any receipt that waits; it is kept no more than a request's."""
        self._slip = merchant_slip(code, self._receipts.words)

    def next_job(self) -> PrintJob:
        """Hand out the slip if there is one, then the oldest queued receipt."""
        if self._slip:
            self._slip_sent, self._slip = self._slip, ()
            return PrintJob(job=SLIP_JOB, rows=self._slip_sent, recover=self._needs_recovery)
        if not self.printable():
            return PrintJob(job=0)
        job = self._journal.paper.next_job()
        if job is None:
            return PrintJob(job=0)
        rows = self._receipts.rows(job.receipt_number, copy_number=job.copy_number)
        if rows is None:
            self._journal.paper.mark(job.job, PrintState.HELD, at_s=self._now_s())
            return PrintJob(job=0)
        self._journal.paper.mark(job.job, PrintState.SENDING, at_s=self._now_s())
        return PrintJob(job=job.job, receipt_number=job.receipt_number, rows=rows, recover=self._needs_recovery)

    def end_job(self, end: EndPrintJob) -> None:
        """Record what became of the paper."""
        if end.job == SLIP_JOB:
            self._slip = self._slip or (self._slip_sent if end.outcome not in _ENDS else ())
            self._slip_sent = ()
            self._needs_recovery = end.outcome == PrintOutcome.UNKNOWN.value
            return
        job = self._journal.paper.job(end.job)
        if job is None or job.state is not PrintState.SENDING:
            return
        outcome = _ENDS.get(end.outcome)
        if outcome is None:
            self._journal.paper.mark(job.job, PrintState.QUEUED, at_s=self._now_s())
            return
        self._needs_recovery = outcome is PrintOutcome.UNKNOWN
        self._record_end(job, outcome)

    def reprint(self, receipt_number: str) -> Done | Refused:
        """Another copy, marked and counted."""
        jobs = self._journal.paper.jobs_of(receipt_number)
        if receipt_number.startswith(FORMER_PREFIX):
            is_there = self._receipts.rows(receipt_number) is not None
            return self.ask_for(receipt_number) if is_there else Refused(cause=Refusal.NOT_FOUND)
        if not jobs:
            return Refused(cause=Refusal.NOT_FOUND)
        if jobs[0].state in _NEVER_PRINTED and len(jobs) == 1:
            self._journal.paper.mark(jobs[0].job, PrintState.QUEUED, at_s=self._now_s())
            return Done()
        self._record_copy(receipt_number, jobs[-1].copy_number + 1)
        return Done()

    def give(self, receipt_number: str) -> Done | Refused:
        """On paper, for a customer who wants no other: unless it is out, or on its way, already."""
        jobs = self._journal.paper.jobs_of(receipt_number)
        self._leave_question(receipt_number)
        if jobs and jobs[0].state not in _NEVER_PRINTED:
            return Done()
        return self.reprint(receipt_number)

    def give_electronic(self, receipt_number: str) -> Done | Refused:
        """Shown as a code, because the customer agreed to that: paper that waits is not printed."""
        jobs = self._journal.paper.jobs_of(receipt_number)
        if not jobs:
            return Refused(cause=Refusal.NOT_FOUND)
        self._leave_question(receipt_number)
        self.let_go(receipt_number)
        drafts: list[EntryBody] = [ReceiptElectronic(receipt_number=receipt_number, clerk=self._clerk() or None)]
        if jobs[0].state in (PrintState.QUEUED, PrintState.HELD):
            skipped = ReceiptPrinted(receipt_number=receipt_number, copy_number=1, outcome=PrintOutcome.SKIPPED)
            drafts.append(skipped)
        self._journal.record(drafts, reading=self._clock.read())
        return Done()

    def _leave_question(self, receipt_number: str) -> None:
        """Whether to print this receipt has been said."""
        asked = self._question
        if asked is not None and (asked.kind, asked.receipt_number) == (QuestionKind.PRINT_RECEIPT, receipt_number):
            self._question = None

    def ask_for(self, document: str) -> Done:
        """Put a document on paper, counting its copies."""
        jobs = self._journal.paper.jobs_of(document)
        body = DocumentAsked(receipt_number=document, copy_number=len(jobs) + 1, clerk=self._clerk() or None)
        self._journal.record([body], reading=self._clock.read())
        return Done()

    def open_drawer(self, cause: str) -> Done:
        """Open the drawer, with a reason, recorded first."""
        self._journal.record([DrawerOpened(reason=cause, clerk=self._clerk() or None)], reading=self._clock.read())
        self.drawer_serial += 1
        return Done()

    def _is_next_held(self) -> bool:
        if not self._held_until_s:
            return False
        job = self._journal.paper.next_job()
        return job is not None and self.is_held(job.receipt_number)

    def open_drawer_for_sale(self) -> None:
        """Open the drawer for money; the entry that took it says why."""
        self.drawer_serial += 1

    def _settle_unknown(self, choice: int) -> Done | Refused:
        job = self._journal.paper.job(self._job_asked)
        if job is None or job.state is not PrintState.UNKNOWN:
            return Refused(cause=Refusal.QUESTION_GONE)
        if choice == _THIRD:
            self._put_off.add(job.job)
            return Done()
        self._record_end(job, PrintOutcome.PRINTED if choice == _FIRST else PrintOutcome.SKIPPED)
        if choice != _FIRST:
            self._record_copy(job.receipt_number, self._journal.paper.jobs_of(job.receipt_number)[-1].copy_number + 1)
        return Done()

    def _ask_about_unknown(self) -> None:
        for job in self._journal.paper.print_jobs((PrintState.UNKNOWN,)):
            if job.job not in self._put_off:
                self._job_asked = job.job
                self._ask(QuestionKind.PRINT_UNKNOWN, receipt_number=job.receipt_number)
                return

    def _ask(self, kind: QuestionKind, *, receipt_number: str = "", count: int = 0) -> None:
        self._serial += 1
        self._question = QuestionView(serial=self._serial, kind=kind, receipt_number=receipt_number, count=count)

    def _record_end(self, job: JournalJob, outcome: PrintOutcome) -> None:
        body = ReceiptPrinted(receipt_number=job.receipt_number, copy_number=job.copy_number, outcome=outcome)
        self._journal.record([body], reading=self._clock.read())

    def _record_copy(self, receipt_number: str, copy_number: int) -> None:
        body = ReceiptReprinted(receipt_number=receipt_number, copy_number=copy_number, clerk=self._clerk() or None)
        self._journal.record([body], reading=self._clock.read())

    def _now_s(self) -> int:
        return self._clock.read().time_s
