"""Receipts from core to paper, and what the printer says back to core.

Rules: core is told what became of each job before the next is taken; a printer that is out, open, mute or missing
keeps its jobs in core's queue, and taking one is not tried before the printer answers again. Waiting is for pushes and
for the printer, never for a fixed time.
"""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Final, Protocol, TypeVar

from drivers.errors import DeviceBusyError, DeviceError, DeviceMissingError, DeviceTimeoutError
from drivers.printer.encoder import Encoder
from drivers.printer.outcome import NotStarted, Printed, PrintOutcome, Unknown, Unverified, reason_of
from drivers.printer.printer import EscposPrinter
from drivers.printer.profile import Profile, load_profile
from drivers.printer.raster import Typeface
from drivers.printer.status import Fault, Paper
from drivers.printer.status import PrinterState as DriverState
from drivers.printer.transport import Transport, open_transport
from pos.config import TerminalConfig
from pos.devices.rows import document_rows
from pos.link.calls import AnyPush, Call, DevicesState, EndPrintJob, NextPrintJob, PrintJob, ReportPrinter
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
    """Prints core's jobs on one printer."""

    def __init__(self, link: Link, printer: EscposPrinter, stopping: Event) -> None:
        self._link = link
        self._printer = printer
        self._stopping = stopping
        self._reported: PrinterState | None = None

    def look(self) -> bool:
        """Ask the printer how it is and tell core; whether it could print now."""
        try:
            state = view_of(self._printer.ask_state())
        except DeviceBusyError:
            return False
        except DeviceError as error:
            state = _view_of_error(error)
        self.report(state)
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

    def _print(self, job: PrintJob) -> PrintOutcome:
        self.report(PrinterState.PRINTING)
        try:
            outcome = self._printer.print_rows(
                document_rows(job.rows), watcher=_Watcher(self, self._stopping), after_unknown=job.recover
            )
        except DeviceError as error:
            log.warning("receipt %s: %s", job.receipt_number, error)
            outcome = NotStarted(reason=reason_of(error))
        word, cause = _words(outcome)
        self._link.call(EndPrintJob(job=job.job, outcome=word, cause=cause))
        return outcome


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


def serve_paper(link: PushLink, printer: EscposPrinter, stopping: Event) -> None:
    """Print whatever core queues until told to stop; LinkError when core goes away."""
    desk = PaperDesk(link, printer, stopping)
    waiting = 1
    while not stopping.is_set():
        if waiting:
            desk.print_waiting()
        else:
            desk.look()
        waiting = _jobs_waiting(link, waiting)


def _jobs_waiting(link: PushLink, before: int) -> int:
    push = link.next_push(ASK_EVERY_S)
    return push.jobs_waiting if isinstance(push, DevicesState) else before


def open_printer(config: TerminalConfig) -> EscposPrinter:
    """The configured printer, there or not; DeviceSetupError for a configuration that no printer could follow."""
    profile = load_profile(config.printer.profile)
    return EscposPrinter(
        connect=_connector(config.printer.url),
        profile=profile,
        encoder=encoder_for(profile, config.receipt.columns),
        monotonic_s=time.monotonic,
    )


def encoder_for(profile: Profile, columns: int) -> Encoder:
    return Encoder(profile, columns=columns, typeface=Typeface.load())


def view_of(state: DriverState) -> PrinterState:
    """What the screen says about a printer's own words."""
    match state.fault:
        case Fault.PAPER_OUT:
            return PrinterState.PAPER_OUT
        case Fault.COVER_OPEN:
            return PrinterState.COVER_OPEN
        case None:
            return PrinterState.READY if state.paper is Paper.OK else PrinterState.PAPER_LOW
        case _:
            return PrinterState.FAULT


def _connector(url: str) -> Callable[[], Transport]:
    if url == "none":
        return _no_printer
    return lambda: open_transport(url, base=Path())


def _no_printer() -> Transport:
    raise DeviceMissingError("no printer is configured")


def _view_of_error(error: DeviceError) -> PrinterState:
    match error:
        case DeviceMissingError():
            return PrinterState.MISSING
        case DeviceTimeoutError():
            return PrinterState.SILENT
        case _:
            return PrinterState.FAULT


def _words(outcome: PrintOutcome) -> tuple[str, str]:
    match outcome:
        case Printed():
            return "printed", ""
        case NotStarted(reason=reason):
            return "not_started", reason.value
        case Unknown(reason=reason):
            return "unknown", reason.value
        case Unverified():
            return "unverified", ""
