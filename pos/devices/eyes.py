"""Frames from the camera to the jailed decoder, and what it saw to core.

Rules: the newest frame only, at most `FRAMES_PER_S`; while no code may be shown (not armed) frames are not decoded at
all; one showing of a code is one scan, until the cashier wants it again; an aiming hint goes to core when it changes.
A camera that is missing or does not work is a state that core is told, and plugging it in is enough.
"""

import time
from threading import Event
from typing import Final, Protocol, TypeVar

from drivers.camera.camera import CameraState
from drivers.presence import Presence
from drivers.scanner.scanner import HandScannerState
from pos.devices.telling import Teller
from pos.link.calls import AnyPush, Call, DevicesState, ReportScanner, ScanSeen
from pos.link.equipment import Condition, DeviceKind, DeviceView
from pos.link.state import ScanHint, ScannerState
from pos.scanner.advice import Hint
from pos.scanner.scanner import Scanner
from pos.scanner.watch import UNREAD_AFTER_S, Aimed, Hinted, Scanned, ScannedOverlong, ScannerEvent, Unread

R = TypeVar("R")
FRAMES_PER_S: Final = 15.0
UNARMED_PAUSE_S: Final = 0.2

_HINTS: Final = {
    Hint.COME_CLOSER: ScanHint.CLOSER,
    Hint.MOVE_AWAY: ScanHint.FURTHER,
    Hint.RAISE_BRIGHTNESS: ScanHint.BRIGHTER,
}
STATES: Final = {
    Presence.OFF: ScannerState.OFF,
    Presence.READY: ScannerState.READY,
    Presence.MISSING: ScannerState.MISSING,
    Presence.FAULTY: ScannerState.FAULT,
}


_PRESENCES: Final = {
    Presence.OFF: Condition.OFF,
    Presence.READY: Condition.READY,
    Presence.MISSING: Condition.MISSING,
    Presence.FAULTY: Condition.FAULT,
}


class PushLink(Protocol):
    """Core, as the camera's side asks it."""

    def call(self, call: Call[R]) -> R: ...

    def next_push(self, timeout_s: float) -> AnyPush | None: ...


class Eyes:
    """Watches one camera for core."""

    def __init__(self, link: PushLink, scanner: Scanner, *, url: str = "") -> None:
        self._link = link
        self._scanner = scanner
        self._url = url
        self._teller = Teller(link)
        self._is_armed = False
        self._again_serial: int | None = None
        self._said = ReportScanner(state=ScannerState.MISSING)
        self._link.call(self._said)

    def serve(self, stopping: Event) -> None:
        """Look until told to stop; LinkError when core goes away."""
        while not stopping.is_set():
            began_s = time.monotonic()
            self._teller.tell(reader_view(self._scanner.camera_state(), self._url))
            if self._is_armed:
                self._look()
            pause_s = 1 / FRAMES_PER_S if self._is_armed else UNARMED_PAUSE_S
            self._hear(max(began_s + pause_s - time.monotonic(), 0.0))

    def _look(self) -> None:
        events = self._scanner.step()
        now = STATES[self._scanner.camera_state().presence]
        if now is not ScannerState.READY or self._said.state not in (ScannerState.READY, ScannerState.LOCATED):
            self._say(ReportScanner(state=now))
        for event in events:
            self._tell(event)

    def _tell(self, event: ScannerEvent) -> None:
        match event:
            case Scanned(text=text, is_barcode=is_barcode):
                self._link.call(ScanSeen(text=text, length=len(text), is_barcode=is_barcode))
            case ScannedOverlong(chars=chars):
                self._link.call(ScanSeen(text="", length=chars))
            case Aimed(is_located=is_located):
                self._say(ReportScanner(state=ScannerState.LOCATED if is_located else ScannerState.READY))
            case Hinted(hint=hint):
                view = None if hint is None else _HINTS.get(hint)
                self._say(ReportScanner(state=self._said.state, hint=view, unread_s=self._said.unread_s))
            case Unread():
                self._say(ReportScanner(state=self._said.state, hint=self._said.hint, unread_s=int(UNREAD_AFTER_S)))

    def _hear(self, timeout_s: float) -> None:
        push = self._link.next_push(timeout_s)
        if isinstance(push, DevicesState):
            self._is_armed = push.armed
            self._scanner.wants_goods = push.wants_goods
            if self._again_serial not in (None, push.scan_again_serial):
                self._scanner.again()
            self._again_serial = push.scan_again_serial

    def _say(self, report: ReportScanner) -> None:
        if report != self._said:
            self._said = report
            self._link.call(report)


def reader_view(state: CameraState | HandScannerState, url: str) -> DeviceView:
    """The state of whatever reads codes, as the device page has it."""
    return DeviceView(kind=DeviceKind.SCANNER, condition=_PRESENCES[state.presence], url=url, detail=state.detail)
