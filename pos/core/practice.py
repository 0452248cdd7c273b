"""Practice: a till beside the till, which cannot touch money.

Rules:

- what is practised is in a journal of its own, in a folder of its own, under a key made for the hour: no ledger knows
  the key, nothing of it is ever sent, and the folder is emptied before the next practice;
- no issuer is known to it, so a real code is declined and never spent; a request that it shows is signed by no terminal
  that a phone would believe; the drawer stays shut;
- the screen and every paper say that it is practice;
- the real journal says who began, who ended, and how many sales were practised; while a sale is open or a receipt is
  being printed the till does not change sides; after a power cut it is the real one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec

from pos.link.calls import (
    AnyAnswer,
    AnyCall,
    DevicesState,
    EndPrintJob,
    NextPrintJob,
    ReportPrinter,
    ReportScanner,
    Role,
    ScanSeen,
)
from pos.link.state import PrinterState, ScannerView, TillState

_ABOUT_PAPER_AND_CODES: Final = NextPrintJob | EndPrintJob | ScanSeen


class PractisedTill(Protocol):
    """A core that only practises."""

    def handle(self, role: Role, call: AnyCall) -> AnyAnswer: ...

    def till(self) -> TillState: ...

    def devices_state(self) -> DevicesState: ...

    def tick(self) -> None: ...

    def close(self) -> None: ...

    def sales_ended(self) -> int:
        """How many sales came to their end."""
        ...


@dataclass(slots=True, kw_only=True)
class Practice:
    """The practised till, while there is one."""

    make: Callable[[], PractisedTill]
    till: PractisedTill | None = None

    @property
    def is_on(self) -> bool:
        return self.till is not None

    def begin(self, *, printer: PrinterState, scanner: ScannerView) -> None:
        """Set a new till up; what the devices have said of themselves they do not say again."""
        self.till = self.make()
        self.till.handle(Role.DEVICES, ReportPrinter(state=printer))
        seen = ReportScanner(state=scanner.state, is_camera=scanner.is_camera)
        self.till.handle(Role.DEVICES, seen)

    def end(self) -> int:
        """Put it away; returns how many sales were practised."""
        till, self.till = self.till, None
        if till is None:
            return 0
        sales = till.sales_ended()
        till.close()
        return sales

    def takes(self, role: Role) -> bool:
        """Whether this role's calls are the practised till's."""
        return self.till is not None and role in (Role.SCREEN, Role.DEVICES)

    def handle(self, role: Role, call: AnyCall) -> AnyAnswer:
        assert self.till is not None, "asked only while there is one"
        return self.till.handle(role, call)

    def concerns_both(self, call: AnyCall) -> bool:
        """Whether the real till wants to know as well: what devices say of themselves."""
        return not isinstance(call, _ABOUT_PAPER_AND_CODES)

    def shown(self, real: TillState) -> TillState:
        """What the screen shows: the practised till, marked, with the name of whoever practises."""
        if self.till is None:
            return real
        return msgspec.structs.replace(
            self.till.till(), is_training=True, clerk=real.clerk, has_pins=False, shop_name=real.shop_name
        )

    def devices(self, real: DevicesState) -> DevicesState:
        """What the devices do: all but the drawer."""
        if self.till is None:
            return real
        return msgspec.structs.replace(self.till.devices_state(), drawer_serial=real.drawer_serial)
