"""What a printer says: its byte stream taken apart, and its status bytes read.

Several answers share one stream and may stand in any order; fixed bits tell them apart (Epson's reference, "status
format"):

    0xx1xx10  one byte    DLE EOT                  real-time status, answered on arrival
    0xx1xx00  four bytes  GS a                     automatic status back, sent on every change
    0xx0xxxx  one byte    GS r                     queued behind the data
    35 37 3B 3D 5F … 00   a block                  GS ( H, GS I and others
    11, 13                XON, XOFF                left over on lines without flow control

Rules:
- bytes that are none of these are dropped and counted; noise never stops a job;
- a DLE EOT answer does not say which of the four questions it answers: whoever asks, asks one at a time.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeAlias

BLOCK_BYTES_MAX: Final = 80
"""Longest block: GS I answers at most 80 bytes; a longer one is noise."""
ASB_BYTES: Final = 4

_BLOCK_HEADERS: Final = frozenset({0x35, 0x37, 0x3B, 0x3D, 0x5F})
_FLOW_CONTROL: Final = frozenset({0x11, 0x13})
_PROCESS_ID: Final = b"\x37\x22"
_IDENTITY: Final = 0x5F


class Paper(StrEnum):
    """The roll."""

    OK = "ok"
    NEAR_END = "near_end"
    OUT = "out"


class Fault(StrEnum):
    """Why a printer does not print, as it says itself."""

    COVER_OPEN = "cover_open"
    PAPER_OUT = "paper_out"
    CUTTER_JAM = "cutter_jam"
    OVERHEATED = "overheated"
    RECOVERABLE = "recoverable"
    """A mechanical error that goes away by the printer's button."""
    BROKEN = "broken"
    """An error that needs the power switch or a technician."""
    OFFLINE = "offline"
    """Off-line without saying why, mostly the feed button."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterState:
    """The last that is known of a printer."""

    fault: Fault | None = None
    paper: Paper = Paper.OK
    drawer_pin_high: bool = False


@dataclass(frozen=True, slots=True)
class RealTimeStatus:
    """Answer to DLE EOT."""

    status: int


@dataclass(frozen=True, slots=True)
class AutomaticStatus:
    """Four bytes that the printer sends by itself."""

    state: PrinterState


@dataclass(frozen=True, slots=True)
class PaperSensor:
    """Answer to GS r 1: everything queued before it has been executed."""

    status: int


@dataclass(frozen=True, slots=True)
class ProcessId:
    """Answer to GS ( H function 48."""

    digits: bytes


@dataclass(frozen=True, slots=True)
class Identity:
    """Answer to GS I with a text."""

    text: str


Reply: TypeAlias = RealTimeStatus | AutomaticStatus | PaperSensor | ProcessId | Identity


class ReplyStream:
    """Collects bytes and gives back whole answers."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self.noise_bytes = 0

    def feed(self, data: bytes) -> tuple[Reply, ...]:
        """Take bytes as they arrive; return the answers that are complete with them."""
        self._pending += data
        replies: list[Reply] = []
        while self._pending:
            length = self._length_of_first()
            if length is None:
                break
            part = bytes(self._pending[:length])
            del self._pending[:length]
            reply = _read(part)
            if reply is not None:
                replies.append(reply)
            elif part[0] not in _FLOW_CONTROL and part[0] not in _BLOCK_HEADERS:
                self.noise_bytes += length
        return tuple(replies)

    def _length_of_first(self) -> int | None:
        first = self._pending[0]
        if first in _BLOCK_HEADERS:
            end = self._pending.find(0, 0, BLOCK_BYTES_MAX)
            if end >= 0:
                return end + 1
            return 1 if len(self._pending) >= BLOCK_BYTES_MAX else None
        if first & 0x93 == 0x10:
            return ASB_BYTES if len(self._pending) >= ASB_BYTES else None
        return 1


def state_from_real_time(known: PrinterState, number: int, status: int) -> PrinterState:
    """Return what is known after the answer `status` to DLE EOT `number`, asked in the order 1, 2, 3, 4.

    Question 1 starts afresh; 2 and 3 name the cause; 4 is the paper.
    """
    match number:
        case 1:
            fault = Fault.OFFLINE if status & 0x08 else None
            return replace(known, fault=fault, drawer_pin_high=bool(status & 0x04))
        case 2:
            return replace(known, fault=_offline_cause(status) or known.fault)
        case 3:
            return replace(known, fault=_error_cause(status) or known.fault)
        case _:
            paper = Paper.OUT if status & 0x60 == 0x60 else Paper.NEAR_END if status & 0x0C == 0x0C else Paper.OK
            out = Fault.PAPER_OUT if paper is Paper.OUT and known.fault in (None, Fault.OFFLINE) else known.fault
            return replace(known, paper=paper, fault=out)


def _read(part: bytes) -> Reply | None:
    first = part[0]
    if first in _FLOW_CONTROL:
        return None
    if first in _BLOCK_HEADERS:
        if len(part) > 1 and part[:2] == _PROCESS_ID:
            return ProcessId(part[2:-1])
        return Identity(part[1:-1].decode("ascii", "replace")) if first == _IDENTITY and len(part) > 1 else None
    if first & 0x93 == 0x12:
        return RealTimeStatus(first)
    if first & 0x93 == 0x10:
        return AutomaticStatus(_state_from_asb(part))
    if first & 0x90 == 0x00:
        return PaperSensor(first)
    return None


def _state_from_asb(asb: bytes) -> PrinterState:
    paper = Paper.OUT if asb[2] & 0x0C == 0x0C else Paper.NEAR_END if asb[2] & 0x03 == 0x03 else Paper.OK
    fault: Fault | None = None
    if asb[0] & 0x20:
        fault = Fault.COVER_OPEN
    elif asb[1] & 0x6C:
        fault = _error_cause(asb[1])
    elif paper is Paper.OUT:
        fault = Fault.PAPER_OUT
    elif asb[0] & 0x08:
        fault = Fault.OFFLINE
    return PrinterState(fault=fault, paper=paper, drawer_pin_high=bool(asb[0] & 0x04))


def _offline_cause(status: int) -> Fault | None:
    if status & 0x04:
        return Fault.COVER_OPEN
    if status & 0x20:
        return Fault.PAPER_OUT
    return None


def _error_cause(status: int) -> Fault | None:
    for bit, fault in (
        (0x20, Fault.BROKEN),
        (0x08, Fault.CUTTER_JAM),
        (0x40, Fault.OVERHEATED),
        (0x04, Fault.RECOVERABLE),
    ):
        if status & bit:
            return fault
    return None
