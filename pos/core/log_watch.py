"""Watching the ledger's public log, so that nothing that settled can quietly be unsettled.

Rules:

- the head that is kept is replaced only by one that is proven to continue it, signed by the log and by its witnesses;
- two signed heads that cannot be of one growing log raise the alarm at once, and both are kept as evidence;
- a proof that does not hold, a log that shows no growth or lacks its witnesses may be a network's doing: the alarm
  comes when it stays so;
- every settled sale gets its proof, and the alarm when there is none an hour after the ledger called it settled.

What is shown is judged in `pos.voucher.transparency`, fetched by the sync process.
"""

from dataclasses import dataclass, field
from typing import Final

from pos.clock import Clock
from pos.core.alarms import AlarmCause, Alarms
from pos.core.trust_store import TrustStore
from pos.journal.journal import Journal
from pos.link.calls import AskLog, LogTaken, LogWants, TakeGrowth, TakeProof
from pos.voucher.checkpoint import Checkpoint
from pos.voucher.merkle import EMPTY_ROOT
from pos.voucher.transparency import (
    Log,
    LogFault,
    Shown,
    contradicts,
    judge_growth,
    judge_head,
    judge_proof,
    log_of,
)

PROOFS_MAX: Final = 64
"""Asked for in one round."""
LATE_S: Final = 3_600
PATIENCE: Final = 3
"""Times that something may be wrong in a row before it is not the network's doing."""
_CAUSES: Final = {
    LogFault.UNWITNESSED: AlarmCause.LOG_UNWITNESSED,
    LogFault.NOT_GROWN: AlarmCause.LOG_REWRITTEN,
    LogFault.REWRITTEN: AlarmCause.LOG_REWRITTEN,
    LogFault.NOT_INCLUDED: AlarmCause.LOG_MISSING_SALE,
}


@dataclass(slots=True, kw_only=True)
class LogWatch:
    """Core's view of one ledger's log."""

    journal: Journal
    trust: TrustStore
    clock: Clock
    alarms: Alarms
    terminal: str
    _strikes: dict[LogFault, int] = field(default_factory=dict)

    def answer(self, call: AskLog | TakeGrowth | TakeProof) -> LogWants | LogTaken:
        """What sync asks and brings."""
        match call:
            case AskLog():
                return self.wants()
            case TakeGrowth():
                return self.take_growth(call)
            case TakeProof():
                return self.take_proof(call)

    def wants(self) -> LogWants:
        """What to bring next."""
        log = log_of(self.trust.ledger)
        if log is None:
            return LogWants(terminal=self.terminal, old_size=None)
        unproven = self.journal.log.unproven(sales_max=PROOFS_MAX)
        return LogWants(
            terminal=self.terminal,
            old_size=self._known(log).size,
            entries=tuple(sale.entry_hash for sale in unproven),
        )

    def see(self, note: bytes) -> None:
        """Look at the head in an acknowledgement: it may contradict what is known, and proves nothing new."""
        log = log_of(self.trust.ledger)
        shown = LogFault.UNREADABLE if log is None else judge_head(note.decode("utf-8", "replace"), log)
        if log is not None and isinstance(shown, Shown) and contradicts(self._known(log), shown.head):
            self._blame(LogFault.REWRITTEN, f"{self.journal.log.head()}\nand\n{shown.note}")

    def take_growth(self, call: TakeGrowth) -> LogTaken:
        """Follow the log to its newest head."""
        log = log_of(self.trust.ledger)
        if log is None:
            return LogTaken(is_good=False)
        known = self._known(log)
        judged = judge_growth(known, call.text, log) if call.text else LogFault.NOT_GROWN
        if isinstance(judged, LogFault):
            self._strike(judged, f"from {known.size}: {call.text[:200]}")
            return LogTaken(is_good=False)
        self._strikes.clear()
        if judged.head.size > known.size:
            self.journal.log.store_head(judged.note, seen_s=self.clock.read().time_s)
        return LogTaken(is_good=True)

    def take_proof(self, call: TakeProof) -> LogTaken:
        """Keep the proof of a settled sale if it leads to the head that is known."""
        log = log_of(self.trust.ledger)
        entry = self.journal.entry_by_hash(call.entry)
        if log is None or entry is None:
            return LogTaken(is_good=False)
        if not call.text:
            self._look_for_late(call.entry)
            return LogTaken(is_good=False)
        judged = judge_proof(call.text, call.entry, log)
        if isinstance(judged, LogFault):
            self._strike(judged, f"entry {entry.sequence}")
            return LogTaken(is_good=False)
        if judged.head != self._known(log):
            # The log has grown meanwhile: its growth is looked at first, and the proof asked for again.
            return LogTaken(is_good=False)
        self.journal.log.store_proof(entry.sequence, call.text)
        return LogTaken(is_good=True)

    def _known(self, log: Log) -> Checkpoint:
        note = self.journal.log.head()
        known = None if note is None else judge_head(note, log)
        # What was stored under keys that are no longer trusted is no ground to stand on.
        return known.head if isinstance(known, Shown) else Checkpoint(origin=log.origin, size=0, root=EMPTY_ROOT)

    def _look_for_late(self, entry: bytes) -> None:
        now_s = self.clock.read().time_s
        late = [sale for sale in self.journal.log.unproven(sales_max=PROOFS_MAX) if sale.entry_hash == entry]
        if late and now_s - late[0].told_s > LATE_S:
            what = f"entry {late[0].entry} was called settled at {late[0].told_s} and is not in the log"
            self.alarms.raise_(AlarmCause.LOG_MISSING_SALE, what)

    def _strike(self, fault: LogFault, what: str) -> None:
        self._strikes[fault] = self._strikes.get(fault, 0) + 1
        if fault is LogFault.REWRITTEN or self._strikes[fault] >= PATIENCE:
            self._blame(fault, what)

    def _blame(self, fault: LogFault, what: str) -> None:
        cause = _CAUSES.get(fault)
        if cause is not None:
            self.alarms.raise_(cause, f"{fault.value}: {what}")
