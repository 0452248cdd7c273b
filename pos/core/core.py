"""Core: everything that owns money, behind one `handle`.

Calls arrive one at a time, from the sockets or from the command line in the same process; each is answered before the
next is looked at, and whoever watches is told afterwards (`changed`). A fault of the journal ends selling with a state
that the screen can explain; an unknown outcome ends this process too, because only a fresh look at the disk can tell
what is true.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from pos.core.counter import Counter
from pos.core.other_desks import ControlDesk, DevicesDesk, SyncDesk
from pos.core.paper import Paper
from pos.core.receipts import Receipts
from pos.core.sale import sale_of
from pos.core.screen_desk import ScreenDesk
from pos.core.views import Views
from pos.errors import (
    DatabaseVersionError,
    DiskFullError,
    JournalError,
    OutcomeUnknownError,
    ReadOnlyDiskError,
    RollbackError,
    TrustError,
)
from pos.journal.boot import BootReport
from pos.journal.journal import Journal
from pos.link.calls import (
    AnyAnswer,
    AnyCall,
    ControlCall,
    DevicesCall,
    DevicesState,
    ReadState,
    Refused,
    Role,
    ScreenCall,
    State,
    SyncCall,
    SyncWork,
    Watch,
)
from pos.link.state import SellingStop, TillState
from pos.till.reasons import Refusal
from pos.voucher.bodies import JournalOpened


def _nobody_watches() -> None:
    pass


@dataclass(slots=True, kw_only=True)
class Core:
    """The composed core of one terminal."""

    journal: Journal
    counter: Counter
    paper: Paper
    receipts: Receipts
    views: Views
    screen: ScreenDesk
    devices: DevicesDesk
    sync: SyncDesk
    control: ControlDesk
    changed: Callable[[], None] = field(default=_nobody_watches)
    must_end: bool = False

    def start(self, report: BootReport, opening: JournalOpened) -> None:
        """Begin where the journal left off: its first entry, an open sale, a fork that was found before."""
        if report.head.sequence == 0:
            self.journal.record([opening], reading=self.views.clock.read())
        if not report.may_approve:
            self.control.delivery.alarms.is_forked = True
        open_sales = self.journal.sales.open_sales()
        if open_sales:
            self.counter.resume(sale_of(open_sales[-1], self.receipts.program_name))

    def handle(self, role: Role, call: AnyCall) -> AnyAnswer:
        """Answer one call. Raises PosError; after OutcomeUnknownError `must_end` is set."""
        try:
            return self._answer(role, call)
        except OutcomeUnknownError as error:
            self.views.stop = stop_of(error)
            self.must_end = True
            raise
        except JournalError as error:
            self.views.stop = stop_of(error)
            raise
        finally:
            self.changed()

    def tick(self) -> None:
        """Once a second: what happens by itself."""
        if self.views.stop is None and self.counter.expire_requests():
            self.changed()

    def till(self) -> TillState:
        return self.views.till()

    def devices_state(self) -> DevicesState:
        return self.views.devices()

    def sync_work(self) -> SyncWork:
        return self.views.sync()

    def close(self) -> None:
        self.journal.close()

    def _answer(self, role: Role, call: AnyCall) -> AnyAnswer:
        # The link has checked each call against its role's union.
        match role:
            case Role.SCREEN:
                return self.screen.answer(cast("ScreenCall", call))
            case Role.DEVICES:
                return self.devices.answer(cast("DevicesCall", call))
            case Role.SYNC:
                return self.sync.answer(cast("SyncCall", call))
            case Role.CONTROL:
                return self.control.answer(cast("ControlCall", call))


@dataclass(slots=True, kw_only=True)
class StoppedCore:
    """A core whose journal or trust data cannot be used: it sells nothing and says why."""

    till_state: TillState
    must_end: bool = False

    def handle(self, _: Role, call: AnyCall) -> AnyAnswer:
        if isinstance(call, Watch | ReadState):
            return State(till=self.till_state)
        return Refused(cause=Refusal.SELLING_STOPPED)


def stop_of(error: JournalError | TrustError) -> SellingStop:
    """What the screen says about a fault that ends selling."""
    match error:
        case DiskFullError():
            return SellingStop.DISK_FULL
        case ReadOnlyDiskError():
            return SellingStop.DISK_READ_ONLY
        case DatabaseVersionError():
            return SellingStop.DATABASE_NEWER
        case OutcomeUnknownError():
            return SellingStop.OUTCOME_UNKNOWN
        case RollbackError():
            return SellingStop.JOURNAL_DAMAGED
        case TrustError():
            return SellingStop.TRUST_MISSING
        case _:
            return SellingStop.DISK_FAULT
