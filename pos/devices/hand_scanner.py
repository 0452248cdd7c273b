"""Scans of a hand scanner to core.

Rules: every scan goes to core, which knows whether a code may be shown now; what was scanned while core was away is
dropped, because the next customer may stand there by then; a scan that is too long goes as its length; a scanner that
is missing is a state that core is told, and plugging it in is enough.
"""

from threading import Event
from typing import Final

from drivers.scanner.framing import ScannedText
from drivers.scanner.scanner import HandScanner
from pos.devices.eyes import STATES, PushLink, reader_view
from pos.devices.telling import Teller
from pos.link.calls import ReportScanner, ScanSeen
from pos.scanner.watch import TEXT_CHARS_MAX

POLL_S: Final = 0.02


def serve_hand_scanner(link: PushLink, scanner: HandScanner, stopping: Event, *, url: str = "") -> None:
    """Pass scans on until told to stop; LinkError when core goes away."""
    said: ReportScanner | None = None
    teller = Teller(link)
    scanner.read()
    while not stopping.is_set():
        scans = scanner.read()
        now = ReportScanner(state=STATES[scanner.state().presence], is_camera=False)
        if now != said:
            link.call(now)
            said = now
        teller.tell(reader_view(scanner.state(), url))
        for scan in scans:
            link.call(_seen(scan))
        link.next_push(POLL_S)


def _seen(scan: ScannedText) -> ScanSeen:
    return ScanSeen(text=scan.text[: TEXT_CHARS_MAX + 1], length=scan.length)
