"""Core: everything that owns money, behind one `handle`.

Calls arrive one at a time, from the sockets or from the command line in the same process; each is answered before the
next is looked at, and whoever watches is told afterwards (`changed`). A fault of the journal ends selling with a state
that the screen can explain; an unknown outcome ends this process too, because only a fresh look at the disk can tell
what is true.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final, cast

import msgspec

from pos.core.alarms import AlarmCause
from pos.core.cash_receipts import CashReceipts
from pos.core.counter import Counter
from pos.core.cut_sale import CUT_S
from pos.core.equipment import Equipment
from pos.core.examining import Examining
from pos.core.former import Former
from pos.core.gate import answer_while_stopped
from pos.core.installation import Installation
from pos.core.joining import Joining
from pos.core.live_trust import LiveTrust
from pos.core.other_desks import ControlDesk, DevicesDesk, SyncDesk
from pos.core.paper import Paper
from pos.core.people import People
from pos.core.practice import Practice
from pos.core.receipts import Receipts
from pos.core.sale import sale_of
from pos.core.screen_desk import ScreenDesk
from pos.core.stopped import stop_of, stopped_till
from pos.core.views import Views
from pos.core.wiping import Wiping
from pos.errors import BehindError, JournalError, OutcomeUnknownError
from pos.journal.boot import BootReport
from pos.journal.faults import ContradictionError
from pos.journal.journal import Journal
from pos.journal.mirror import MirrorState
from pos.journal.reconcile import MirrorReport
from pos.journal.records import PrintState
from pos.link.calls import (
    AnyAnswer,
    AnyCall,
    ControlCall,
    DevicesCall,
    DevicesState,
    Done,
    HealthCall,
    InstallCall,
    Practise,
    ReadState,
    Refused,
    Role,
    ScanSeen,
    ScreenCall,
    State,
    SyncCall,
    SyncWork,
    TryWifi,
    Watch,
    WifiCall,
)
from pos.link.state import SellingStop, TillState
from pos.till.people import Right
from pos.till.reasons import Refusal
from pos.till.report.figures import Group
from pos.voucher.bodies import JournalOpened, TrainingBegun, TrainingEnded

PROBE_S: Final = 5.0
"""How often a disk that was full or read-only is tried again."""
REJOIN_S: Final = 60.0
"""How often a second medium that is away is looked for."""
ISSUE_S: Final = 30.0
"""How often cash receipts that the law wants are looked for."""
_MAY_COME_BACK: Final = (MirrorState.MISSING, MirrorState.FAILED, MirrorState.FOREIGN)
_MAY_PASS: Final = (SellingStop.DISK_FULL, SellingStop.DISK_READ_ONLY)

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Core:
    """The composed core of one terminal."""

    journal: Journal
    counter: Counter
    paper: Paper
    receipts: Receipts
    views: Views
    people: People
    equipment: Equipment
    screen: ScreenDesk
    devices: DevicesDesk
    sync: SyncDesk
    control: ControlDesk
    cash_receipts: CashReceipts
    practice: Practice
    examining: Examining
    joining: Joining
    takes_writes: Callable[[], bool]
    """Whether the disk that the journal is on takes writes now."""
    wiping: Wiping
    former: Former
    trust: LiveTrust
    installation: Installation | None = None
    """The tests of a terminal that was enrolled just now."""
    must_end: bool = False
    """Only a fresh look at the disk can tell what is true: this process has to go."""
    _is_half_started: bool = False
    """The journal could be read and not written: what a start settles is still to be settled."""
    _opening: JournalOpened | None = None
    """The first entry of the journal, until it is there."""
    _newest: TillState | None = None
    _probed_s: float = 0.0
    _rejoined_s: float = 0.0
    _issued_s: float = 0.0
    _mirror_seen: MirrorState = MirrorState.OFF

    def start(self, report: BootReport, opening: JournalOpened) -> None:
        """Begin where the journal left off: its first entry, an open sale, a fork or a fault that was found."""
        if report.write_fault is not None:
            self.views.stop = stop_of(report.write_fault)
            self._is_half_started = True
        else:
            self.control.delivery.look_back()
            self._opening = opening
            self._begin()
        if report.fork is not None:
            self.control.delivery.is_forked = True
        self._note_adopted(report.mirror)
        open_sales = self.journal.sales.open_sales()
        if open_sales:
            self.counter.resume(sale_of(open_sales[-1], self.receipts.program_name))
        elif self.views.cut_sale.look_back():
            log.warning("a payment was approved as the power went, and nobody was told")
        elif report.head.sequence and self.views.clock.read().time_s - report.head.time_s <= CUT_S:
            self.counter.note_cut()

    def _begin(self) -> None:
        """Write the first entry of an empty journal; where the old one is only lost, not before it is back."""
        if self._opening is not None and not self.journal.is_behind:
            opening, self._opening = self._opening, None
            if self.journal.head.sequence == 0:
                self.journal.record([opening], reading=self.views.clock.read())

    @property
    def is_stop_wanted(self) -> bool:
        return self.control.is_stop_wanted

    def handle(self, role: Role, call: AnyCall) -> AnyAnswer:
        """Answer one call. Raises PosError."""
        if isinstance(call, HealthCall):
            with self._noting_faults():
                return self.examining.answer(call)
        if isinstance(call, WifiCall):
            return self._wifi(call)
        if isinstance(call, ScanSeen) and self.joining.is_asked:
            self.joining.take(call.text)
            return Done()
        if isinstance(call, Practise):
            with self._noting_faults():
                return self._practise(is_begun=call.is_begun)
        if self.practice.takes(role):
            if role is Role.DEVICES and self.practice.concerns_both(call):
                self._answer(role, call)
            self.people.touch()
            answer = self.practice.handle(role, call)
            # Whoever looks is told what everybody is shown: that it is practice, and who practises.
            return State(till=self.till()) if isinstance(answer, State) else answer
        if self.installation is not None:
            if isinstance(call, Watch | ReadState):
                return State(till=self.till())
            with self._noting_faults():
                taken = self.installation.take(call)
                self._end_installation()
            if taken is not None:
                return taken
        if isinstance(call, InstallCall):
            return Refused(cause=Refusal.NOT_ACCEPTABLE)
        stop = self.views.selling_stop or self._not_installed
        refusal = None if stop is None else answer_while_stopped(call, is_behind=self.journal.is_behind)
        if refusal is not None:
            return refusal
        with self._noting_faults():
            self._begin()
            return self._answer(role, call)

    def _wifi(self, call: WifiCall) -> AnyAnswer:
        """The wireless network: whatever else is the matter with this till, it may be for want of one."""
        if not isinstance(call, TryWifi):
            return self.joining.answer(call)
        refusal = self.people.refusal(Right.SERVICE)
        if refusal is None and call.is_on and (self.counter.sale is not None or self.counter.question is not None):
            refusal = Refusal.SALE_OPEN
        return self.joining.ask(is_on=call.is_on) if refusal is None else Refused(cause=refusal)

    def tick(self) -> None:
        """Once a second: what happens by itself. Faults become the till's state."""
        if self.practice.till is not None:
            self.practice.till.tick()
        with suppress(JournalError), self._noting_faults():
            self.control.backups.tick()
        if self.views.stop in _MAY_PASS:
            self._probe()
        if self.views.selling_stop is SellingStop.TERMINAL_RETIRED:
            with suppress(JournalError), self._noting_faults():
                self._wipe_if_told()
        if self.views.selling_stop is SellingStop.JOURNAL_BEHIND:
            with suppress(JournalError), self._noting_faults():
                # What is missing may be on a medium that is plugged in only now.
                self._rejoin_mirror()
        if self.views.selling_stop is None:
            with suppress(JournalError), self._noting_faults():
                self._begin()
                self._watch_mirror()
                self.counter.expire_requests()
                self.paper.tick()
                if self.installation is not None:
                    self.installation.tick()
                self.sync.delivery.timekeeper.tick()
                self.people.tick(is_selling=self.counter.sale is not None)
                self._rejoin_mirror()
                self.former.tick()
                self._issue_mandatory()
                self.views.wares.bank.check_again()

    @property
    def _not_installed(self) -> SellingStop | None:
        return None if self.installation is None else SellingStop.NOT_INSTALLED

    def _end_installation(self) -> None:
        if self.installation is not None and self.installation.is_over:
            self.installation = None

    def sales_ended(self) -> int:
        """How many sales came to their end in this journal."""
        days = self.journal.days
        return days.figures_between(0, self.journal.head.sequence).count(Group.SALES)

    def _practise(self, *, is_begun: bool) -> Done | Refused:
        """Turn the till to practice, or back; who did it is in the real journal."""
        refusal = Refusal.SELLING_STOPPED if self.journal.is_behind else self.people.refusal(Right.TRAIN)
        if refusal is None and is_begun == self.practice.is_on:
            refusal = Refusal.NOT_ACCEPTABLE
        if refusal is None and (self.counter.sale is not None or self.journal.paper.count(PrintState.SENDING)):
            refusal = Refusal.SALE_IN_THE_WAY
        if refusal is not None:
            return Refused(cause=refusal)
        clerk, reading = self.people.clerk or None, self.views.clock.read()
        if is_begun:
            self.practice.begin(printer=self.paper.printer, scanner=self.views.scans.view)
            self.journal.record([TrainingBegun(clerk=clerk)], reading=reading)
        else:
            self.journal.record([TrainingEnded(sales=self.practice.end(), clerk=clerk)], reading=reading)
        return Done()

    def till(self) -> TillState:
        """The snapshot for the screen; where the journal cannot be read any more, the last one and why."""
        try:
            with self._noting_faults():
                self._newest = self._with_installation(self.practice.shown(self.views.till()))
        except JournalError:
            stop = self.views.selling_stop or SellingStop.DISK_FAULT
            known = self._newest or stopped_till(self.views.terminal, stop, time_s=self.views.clock.read().time_s)
            self._newest = msgspec.structs.replace(known, stop=stop)
        return self._newest

    def _with_installation(self, till: TillState) -> TillState:
        if self.installation is None:
            return till
        view = self.installation.view()
        return msgspec.structs.replace(till, installation=view, stop=till.stop or self._not_installed)

    def devices_state(self) -> DevicesState:
        try:
            state = self.practice.devices(self.views.devices())
            is_reading = self.installation is not None and self.installation.is_reading
            wants_code = is_reading or self.joining.is_asked
            return msgspec.structs.replace(state, armed=True) if wants_code else state
        except JournalError:
            return DevicesState(armed=False, jobs_waiting=0)

    def sync_work(self) -> SyncWork:
        try:
            return self.views.sync()
        except JournalError:
            return SyncWork(waiting=0)

    def close(self) -> None:
        self.practice.end()
        self.former.close()
        self.trust.close()
        self.journal.close()

    @contextmanager
    def _noting_faults(self) -> Iterator[None]:
        """Let a fault of the journal end selling, and an unknown outcome this process."""
        try:
            yield
        except (ContradictionError, BehindError):
            # A mistake of ours in front of the journal: nothing was written, and the journal goes on.
            log.exception("the journal refused a draft")
            raise
        except JournalError as error:
            if self.views.stop is not SellingStop.OUTCOME_UNKNOWN:
                self.views.stop = stop_of(error)
            self.must_end = isinstance(error, OutcomeUnknownError) or self.journal.must_reopen
            log.error("selling stops: %s: %s", type(error).__name__, error)
            raise

    def _wipe_if_told(self) -> None:
        """Destroy the secrets of a terminal that was retired with that order; a machine that is nobody starts anew."""
        delivery = self.sync.delivery
        if delivery.is_missing_entries:
            return
        waiting = delivery.waiting()
        if self.wiping.step(self.sync.inbox.retirement, waiting=waiting, is_forked=delivery.is_forked):
            self.must_end = True

    def _watch_mirror(self) -> None:
        """Tell the owner when the second medium is lost, once each time; and what else waits to be told."""
        state = self.journal.mirror_state
        if state is not self._mirror_seen and state not in (MirrorState.OFF, MirrorState.CURRENT):
            self.sync.delivery.alarms.raise_(AlarmCause.MIRROR_LOST, f"the second medium is {state.value}")
        self._mirror_seen = state
        self.sync.delivery.tell_alarms()

    def _rejoin_mirror(self) -> None:
        """Take a second medium back that was missing or failed."""
        now_s = self.views.clock.monotonic_s()
        if self.journal.mirror_state in _MAY_COME_BACK and now_s - self._rejoined_s >= REJOIN_S:
            self._rejoined_s = now_s
            report = self.journal.rejoin_mirror()
            log.info("second medium: %s", report.state.value)
            self._note_adopted(report)

    def _note_adopted(self, report: MirrorReport) -> None:
        """Tell that the journal was put back, where the second medium had more; among that may be people."""
        if report.is_rollback:
            what = f"{report.adopted} entries were on the second medium only"
            self.sync.delivery.alarms.raise_(AlarmCause.JOURNAL_PUT_BACK, what)
        if report.adopted:
            self.people.reread()

    def _issue_mandatory(self) -> None:
        now_s = self.views.clock.monotonic_s()
        if now_s - self._issued_s >= ISSUE_S:
            self._issued_s = now_s
            self.cash_receipts.issue_mandatory()

    def _probe(self) -> None:
        """Go on when a disk that was full or read-only takes writes again, or start anew where starting needed it."""
        now_s = self.views.clock.monotonic_s()
        if now_s - self._probed_s >= PROBE_S:
            self._probed_s = now_s
            if self.takes_writes():
                self.must_end = self.must_end or self._is_half_started
                self.views.stop = self.views.stop if self._is_half_started else None

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
