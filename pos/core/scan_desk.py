"""What the camera and the scanners tell of codes, and what they are asked in return. Nothing of it is durable.

A code shown to a till where nobody may sell is passed over, whoever read it; but for one that takes trust away.
"""

from dataclasses import dataclass, field

from pos.core.counter import Counter
from pos.core.emergency_desk import EmergencyDesk
from pos.core.equipment import Equipment
from pos.core.other_codes import OtherCodes
from pos.core.people import People
from pos.core.sale_desk import SaleDesk
from pos.link.calls import Done, ReportScanner, ScanAgain, ScanSeen
from pos.link.state import ScannerState, ScannerView
from pos.till.people import Right
from pos.wifi.code import PREFIX as WIFI_PREFIX
from pos.wifi.code import is_wifi_code


@dataclass(slots=True, kw_only=True)
class ScanDesk:
    """Answers whoever reads codes, and the cashier about reading them."""

    counter: Counter
    wares: SaleDesk
    others: OtherCodes
    emergency: EmergencyDesk
    people: People
    equipment: Equipment
    view: ScannerView = field(default_factory=lambda: ScannerView(state=ScannerState.MISSING))
    again_serial: int = 0

    @property
    def is_located(self) -> bool:
        """Whether a code is in sight and not read yet."""
        return self.view.state is ScannerState.LOCATED

    @property
    def request_text(self) -> str:
        """The request that a card may answer; empty where none is open."""
        sale = self.counter.sale
        return "" if sale is None or sale.request is None else sale.request.text

    def answer(self, call: ScanSeen | ReportScanner | ScanAgain) -> Done:
        match call:
            case ScanSeen(text=text, length=length) if self.equipment.is_trying_scanner:
                self.equipment.scan_tried(text, length)
            case ScanSeen(text=text, is_barcode=True):
                if self.people.refusal(Right.SELL) is None and self.counter.is_armed:
                    self.people.touch()
                    self.wares.items.take_seen(text)
            case ScanSeen(text=text) if is_wifi_code(text):
                # It holds a password, of which not even a hash may get into the journal.
                self._take_others(WIFI_PREFIX, len(WIFI_PREFIX))
            case ScanSeen(text=text, length=length):
                if self.emergency.take(text):
                    return Done()
                self._take_others(text, length)
            case ReportScanner():
                self.view = ScannerView(
                    state=call.state, hint=call.hint, unread_s=call.unread_s, is_camera=call.is_camera
                )
            case ScanAgain():
                self.again_serial += 1
                # The camera's next word may take a moment; the cashier's wish is already granted.
                state = ScannerState.READY if self.is_located else self.view.state
                self.view = ScannerView(state=state, is_camera=self.view.is_camera)
        return Done()

    def _take_others(self, text: str, length: int) -> None:
        if self.people.refusal(Right.SELL) is None:
            self.people.touch()
            self._take(text, length)

    def _take(self, text: str, length: int) -> None:
        """Goods and paper notes are told by their looks; while a question is open neither is taken."""
        if self.wares.scanned.question is not None:
            return
        is_free = self.counter.is_armed and not self.others.wants_number
        takers = (self.wares.items.take_barcode, self.wares.scanned.take_code, self._take_confirmation)
        if is_free and any(take(text) for take in takers):
            return
        self.counter.scan(text, length)

    def _take_confirmation(self, text: str) -> bool:
        return not self.counter.is_seen_again(text, len(text)) and self.wares.confirmations.take_code(text)
