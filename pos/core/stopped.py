"""When nothing can be sold: what the screen says, and what may still be asked.

A till that cannot sell must say why, keep its sockets, and lose nothing. A fault met while core runs is a
`SellingStop` in the state; a journal or trust data that cannot even be opened leave a `StoppedCore` in its place.
"""

from dataclasses import dataclass

from pos.core.examining import Examining
from pos.core.gate import answer_without_journal
from pos.core.trust_desk import TrustDesk
from pos.errors import (
    BehindError,
    ChainError,
    DatabaseVersionError,
    DiskFullError,
    JournalError,
    OutcomeUnknownError,
    PosError,
    ReadOnlyDiskError,
    RollbackError,
    TrustError,
)
from pos.journal.faults import DamagedError
from pos.link.calls import (
    AnyAnswer,
    AnyCall,
    AskTrust,
    DevicesState,
    Done,
    ReadExamination,
    ReadState,
    Role,
    State,
    Stop,
    SyncWork,
    TakeTrust,
    TellBundle,
    TellFindings,
    WantBundle,
    Watch,
)
from pos.link.state import (
    LimitView,
    NetworkView,
    PrinterState,
    PrinterView,
    ScannerState,
    ScannerView,
    SellingStop,
    TillState,
    WaitingView,
)


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
        case BehindError():
            return SellingStop.JOURNAL_BEHIND
        case ChainError() | DamagedError() | RollbackError():
            return SellingStop.JOURNAL_DAMAGED
        case TrustError():
            return SellingStop.TRUST_MISSING
        case _:
            return SellingStop.DISK_FAULT


def stopped_till(terminal: str, stop: SellingStop, *, time_s: int) -> TillState:
    """The snapshot of a till of which nothing else is known."""
    return TillState(
        shop_name="",
        terminal=terminal,
        clerk="",
        business_date="",
        time_s=time_s,
        clock_quality=0,
        network=NetworkView(online=False, since_s=0),
        waiting=WaitingView(count=0, value_won=0),
        printer=PrinterView(state=PrinterState.MISSING, unprinted=0),
        scanner=ScannerView(state=ScannerState.MISSING),
        limit=LimitView(left_won=0, left_count=0, used_percent=0),
        stop=stop,
    )


@dataclass(slots=True, kw_only=True)
class StoppedCore:
    """A core whose journal or trust data cannot be used: it sells nothing and says why."""

    terminal: str
    fault: JournalError | TrustError
    time_s: int
    trust: TrustDesk | None = None
    """Takes trust data in: for want of it nothing may be sold."""
    examining: Examining | None = None
    """Tells what is wrong, above all where nothing can be sold."""
    is_stop_wanted: bool = False

    @property
    def must_end(self) -> bool:
        return False

    def till(self) -> TillState:
        return stopped_till(self.terminal, stop_of(self.fault), time_s=self.time_s)

    def devices_state(self) -> DevicesState:
        return DevicesState(armed=False, jobs_waiting=0)

    def sync_work(self) -> SyncWork:
        return SyncWork(waiting=0)

    def tick(self) -> None:
        """Nothing happens by itself here."""

    def close(self) -> None:
        """Nothing is open."""

    def handle(self, _: Role, call: AnyCall) -> AnyAnswer:
        """Answer what needs no journal; raises the fault for everything else."""
        match call:
            case Watch() | ReadState():
                return State(till=self.till())
            case Stop():
                self.is_stop_wanted = True
                return Done()
            case AskTrust() | TakeTrust() if self.trust is not None:
                return self.trust.answer(call)
            case ReadExamination() | TellFindings() | WantBundle() | TellBundle() if self.examining is not None:
                return self.examining.answer(call)
            case _:
                answer = answer_without_journal(call)
        if answer is None:
            # Raised anew each time: one exception object must not collect the tracebacks of a day.
            raise PosError(f"nothing can be sold or looked up: {type(self.fault).__name__}: {self.fault}")
        return answer
