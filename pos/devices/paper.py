"""Receipts from core to paper, and what the printer says back to core.

Rules: core is told what became of each job before the next is taken; a printer that is out, open, mute or missing
keeps its jobs in core's queue, and taking one is not tried before the printer answers again. Waiting is for pushes and
for the printer, never for a fixed time.
"""

import logging
from threading import Event
from typing import Final, Protocol, TypeVar

import msgspec

from drivers.errors import DeviceBusyError, DeviceError
from drivers.printer.opening import is_serial
from drivers.printer.outcome import NotStarted, Printed, PrintOutcome, PrintReason, Unknown, Unverified, reason_of
from drivers.printer.status import PrinterState as DriverState
from pos.devices.chosen import ChosenPrinter
from pos.devices.printer_state import condition_of_error, spoken, view_of, view_of_error
from pos.devices.rows import document_rows
from pos.devices.telling import Teller
from pos.devices.trial import print_trial
from pos.link.calls import AnyPush, Call, DevicesState, EndPrintJob, NextPrintJob, PrintJob, ReportPrinter, ReportTrial
from pos.link.equipment import CONDITION_OF_PRINTER, Condition, DeviceKind, DeviceView
from pos.link.state import PrinterState

R = TypeVar("R")
ASK_EVERY_S: Final = 2.0
"""An idle printer is asked this often how it is."""

log = logging.getLogger(__name__)


class Link(Protocol):
    """Core, as the printing side asks it."""

    def call(self, call: Call[R]) -> R: ...


class PushLink(Link, Protocol):
    """A link that also brings pushes."""

    def next_push(self, timeout_s: float) -> AnyPush | None: ...


class PaperDesk:
    """Prints core's jobs on the printer that is chosen."""

    def __init__(self, link: Link, chosen: ChosenPrinter, stopping: Event) -> None:
        self._link = link
        self._chosen = chosen
        self._stopping = stopping
        self._reported: PrinterState | None = None
        self._teller = Teller(link)
        self._answered = ""

    def look(self) -> bool:
        """Ask the printer how it is and tell core; whether it could print now."""
        printer = self._chosen.printer()
        if printer is None:
            self._tell_none()
            return False
        try:
            state, fault = view_of(printer.ask_state()), None
        except DeviceBusyError:
            return False
        except DeviceError as error:
            state, fault = view_of_error(error), error
        self.report(state)
        self._tell(state, fault)
        return state in (PrinterState.READY, PrinterState.PAPER_LOW)

    def print_waiting(self) -> int:
        """Print until nothing waits or the printer cannot; returns how many jobs were ended on paper."""
        ended = 0
        while not self._stopping.is_set() and self.look():
            job = self._link.call(NextPrintJob())
            if job.job == 0:
                break
            outcome = self._print(job)
            if isinstance(outcome, NotStarted):
                break
            ended += 1
        return ended

    def report(self, state: PrinterState) -> None:
        if state is not self._reported:
            self._reported = state
            self._link.call(ReportPrinter(state=state))

    def print_trial(self) -> None:
        """Print the page of numbered lines and tell core what became of it."""
        printer = self._chosen.printer()
        if printer is None:
            self._link.call(ReportTrial(outcome="not_started", cause=PrintReason.MISSING.value))
            return
        try:
            choice = self._chosen.choice
            on_serial = choice is not None and is_serial(choice.url)
            outcome, report = print_trial(printer, on_serial=on_serial, watcher=_Watcher(self, self._stopping))
        except DeviceError as error:
            outcome, report = NotStarted(reason=reason_of(error)), ReportTrial(outcome="")
        word, cause = words_of(outcome)
        lines = () if isinstance(outcome, NotStarted) else report.lines
        self._link.call(msgspec.structs.replace(report, outcome=word, cause=cause, lines=lines))

    def printer_changed(self) -> None:
        """Another printer is meant now."""
        self._answered = ""

    def _print(self, job: PrintJob) -> PrintOutcome:
        printer = self._chosen.printer()
        assert printer is not None, "it was looked at just now"
        self.report(PrinterState.PRINTING)
        try:
            outcome = printer.print_rows(
                document_rows(job.rows), watcher=_Watcher(self, self._stopping), after_unknown=job.recover
            )
        except DeviceError as error:
            log.warning("receipt %s: %s", job.receipt_number, error)
            outcome = NotStarted(reason=reason_of(error))
        word, cause = words_of(outcome)
        self._link.call(EndPrintJob(job=job.job, outcome=word, cause=cause))
        return outcome

    def _tell_none(self) -> None:
        self.report(PrinterState.MISSING)
        choice, fault = self._chosen.choice, self._chosen.setup_fault
        self._teller.tell(
            DeviceView(
                kind=DeviceKind.PRINTER,
                condition=Condition.SETUP if fault else Condition.OFF,
                url="" if choice is None else choice.url,
                detail=fault,
            )
        )

    def _tell(self, state: PrinterState, fault: DeviceError | None) -> None:
        choice = self._chosen.choice
        if fault is None and not self._answered:
            self._answered = self._identity()
        self._teller.tell(
            DeviceView(
                kind=DeviceKind.PRINTER,
                condition=CONDITION_OF_PRINTER[state] if fault is None else condition_of_error(fault),
                url="" if choice is None else choice.url,
                answered=self._answered,
                detail="" if fault is None else str(fault),
            )
        )

    def _identity(self) -> str:
        printer = self._chosen.printer()
        try:
            return "" if printer is None else spoken(printer.identify())
        except DeviceError:
            return ""


class _Watcher:
    """Passes the printer's troubles on while a job waits for paper."""

    def __init__(self, desk: PaperDesk, stopping: Event) -> None:
        self._desk = desk
        self._stopping = stopping

    def state_changed(self, state: DriverState) -> None:
        view = view_of(state)
        self._desk.report(PrinterState.PRINTING if view is PrinterState.READY else view)

    def real_time_commands(self) -> bytes:
        return b""

    def wants_stop(self) -> bool:
        return self._stopping.is_set()


def serve_paper(link: PushLink, chosen: ChosenPrinter, stopping: Event) -> None:
    """Print whatever core queues until told to stop; LinkError when core goes away."""
    desk = PaperDesk(link, chosen, stopping)
    orders: DevicesState | None = None
    trials: int | None = None
    while not stopping.is_set():
        # Core tells at once what to print on: nothing is printed in another way before.
        orders = _newest_orders(link, orders)
        if orders is None or orders.printer is None:
            continue
        if chosen.use(orders.printer):
            desk.printer_changed()
        if trials is not None and orders.trial_serial > trials:
            desk.print_trial()
        trials = orders.trial_serial
        if orders.jobs_waiting:
            desk.print_waiting()
        else:
            desk.look()


def _newest_orders(link: PushLink, before: DevicesState | None) -> DevicesState | None:
    push = link.next_push(ASK_EVERY_S)
    while isinstance(push, DevicesState):
        before = push
        push = link.next_push(0)
    return before


def words_of(outcome: PrintOutcome) -> tuple[str, str]:
    """The outcome as core records it, and why."""
    match outcome:
        case Printed():
            return "printed", ""
        case NotStarted(reason=reason):
            return "not_started", reason.value
        case Unknown(reason=reason):
            return "unknown", reason.value
        case Unverified():
            return "unverified", ""
