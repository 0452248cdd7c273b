"""What became of a print job, why, and how long it may take to find out."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

from drivers.errors import DeviceBusyError, DeviceDeniedError, DeviceError, DeviceMissingError, DeviceTimeoutError
from drivers.printer.status import PrinterState


class PrintReason(StrEnum):
    """Why a job was not started or its outcome is not known. Persisted: add members, never rename."""

    COVER_OPEN = "cover_open"
    PAPER_OUT = "paper_out"
    CUTTER_JAM = "cutter_jam"
    OVERHEATED = "overheated"
    RECOVERABLE = "recoverable"
    BROKEN = "broken"
    OFFLINE = "offline"
    NO_ANSWER = "no_answer"
    """The device is there and says nothing."""
    MISSING = "missing"
    BUSY = "busy"
    DENIED = "denied"
    DISCONNECTED = "disconnected"
    TIMED_OUT = "timed_out"
    STOPPED = "stopped"
    """The terminal was shut down while the printer was waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """The printer itself said that everything up to the fence is on paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotStarted:
    """Nothing of the body was taken: printing it later is safe."""

    reason: PrintReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Some of it was sent and there is no proof: only somebody who looks at the paper knows."""

    reason: PrintReason
    sent_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unverified:
    """Everything was sent to a printer that never answers."""

    sent_bytes: int


PrintOutcome: TypeAlias = Printed | NotStarted | Unknown | Unverified


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long each part of a job may take."""

    preflight_s: float = 1.5
    arm_s: float = 1.5
    recovery_s: float = 10.0
    """The answer to arming behind recovery: some four thousand zeros wait in a serial line's buffer, at 9,600 baud."""
    silence_s: float = 30.0
    """Without progress and without a fault that explains it."""
    stall_s: float = 180.0
    """The printer takes no more data and does not say why: a roll is changed in that time."""
    job_max_s: float = 900.0
    """Altogether; a cashier who has not loaded paper by then decides by looking."""
    poll_s: float = 2.0
    """Between two questions while the fence is waited for."""
    fault_poll_s: float = 10.0
    """Between two questions while a fault is waited out: they too take room in a stopped printer's buffer."""


class PrintWatcher(Protocol):
    """Who looks on while a job runs; called in the job's thread."""

    def state_changed(self, state: PrinterState) -> None:
        """The printer says something new: paper out, cover open, fine again."""

    def real_time_commands(self) -> bytes:
        """Return real-time commands to send in this gap, b"" for none."""

    def wants_stop(self) -> bool:
        """Whether the job shall be given up."""


class QuietWatcher:
    """A PrintWatcher that wants nothing."""

    def state_changed(self, state: PrinterState) -> None:
        """Take no notice."""

    def real_time_commands(self) -> bytes:
        """Nothing to send."""
        return b""

    def wants_stop(self) -> bool:
        """Go on."""
        return False


def reason_of(fault: DeviceError) -> PrintReason:
    """Return the reason that a device fault gives a job."""
    match fault:
        case DeviceMissingError():
            return PrintReason.MISSING
        case DeviceBusyError():
            return PrintReason.BUSY
        case DeviceDeniedError():
            return PrintReason.DENIED
        case DeviceTimeoutError():
            return PrintReason.TIMED_OUT
        case _:
            return PrintReason.DISCONNECTED
