"""Core's half of the conversation with the ledger: what to send, what to believe, what to do next.

Rules (protocol, "Ledger API" and "Repeats, gaps and forks"):

- every try has a fresh call token; its nonce is remembered here, so an answer can be matched and dated by this
  process's own monotonic clock, whatever the sync process says;
- an acknowledgement counts only when the ledger signed it for that nonce; anything else is no answer at all;
- a head that lies in our own chain is where sending goes on, even below what was acknowledged before;
- a head ahead of us means that this terminal forgot entries: they are fetched, verified and adopted; what the ledger
  acknowledged before the last start counts too;
- a head that differs from ours at a sequence we also hold is a fork: selling stops, both heads are kept.
"""

import secrets
from dataclasses import dataclass, field
from typing import Final

from pos.core.alarms import AlarmCause, Alarms
from pos.core.log_watch import LogWatch
from pos.core.timekeeper import ANSWER_S_MAX, Timekeeper
from pos.core.trust_store import TrustStore
from pos.errors import ChainError, MalformedError, RollbackError
from pos.journal.acknowledgements import AckStep
from pos.journal.journal import Journal
from pos.link.calls import (
    Acknowledged,
    AdoptEntries,
    DeliveryStep,
    Done,
    NextBatch,
    OutboxBatch,
    Refused,
    SignCall,
    SyncSummary,
    TakeAcknowledgement,
    TakeSignedTime,
    Token,
)
from pos.till.reasons import Refusal
from pos.voucher.calls import CallToken, authorization_header, build_call_token, verify_signed_time
from pos.voucher.keys import SigningKey
from pos.voucher.messages import (
    Acknowledgement,
    OutcomeStatus,
    verify_acknowledgement,
    verify_kept_acknowledgement,
)

NONCE_BYTES: Final = 16
TRIES_MAX: Final = 64
"""Nonces remembered; older tries are given up."""
ENTRIES_MAX: Final = 256
BYTES_MAX: Final = 1_000_000


_NEXT: Final = {
    AckStep.ADVANCED: DeliveryStep.CONTINUE,
    AckStep.REPEATED: DeliveryStep.CONTINUE,
    AckStep.BEHIND: DeliveryStep.RESEND,
    AckStep.AHEAD: DeliveryStep.FETCH,
    AckStep.FORKED: DeliveryStep.STOP,
}


@dataclass(slots=True)
class Delivery:
    """Outbox, tokens and acknowledgements of one terminal."""

    journal: Journal
    trust: TrustStore
    timekeeper: Timekeeper
    key: SigningKey
    terminal: str
    alarms: Alarms
    log: LogWatch
    is_forked: bool = False
    """Another journal of this terminal's key exists: nothing is sold any more."""
    force_serial: int = 0
    _tries: dict[bytes, float] = field(default_factory=dict)
    _ledger_offset_s: int = 0
    _backlog: int = 0
    """Entries that waited when delivering a long backlog began; 0 where one batch takes all."""

    @property
    def is_missing_entries(self) -> bool:
        """Whether the ledger holds entries of ours that are not here: nothing may be recorded before they are."""
        return self.journal.is_behind

    def look_back(self) -> None:
        """At the start: whether the ledger once acknowledged more than is here.

        The proof lies beside the journal, with the clock's anchor, and does not go back with the journal's file. Who
        puts the whole disk back puts it back too; then only the second medium or the first contact can tell.
        """
        try:
            held = verify_kept_acknowledgement(self.timekeeper.proof, self.trust.ledger)
        except MalformedError:
            return
        if self.journal.outbox.note_held(held):
            what = f"the ledger acknowledged entries up to {held.sequence}, and {self.journal.head.sequence} are here"
            self.alarms.raise_(AlarmCause.JOURNAL_PUT_BACK, what)

    def progress_percent(self) -> int | None:
        """How far a long backlog is delivered, 0 to 99; None while there is none."""
        if not self._backlog:
            return None
        return min(max(100 * (self._backlog - self.waiting()) // self._backlog, 0), 99)

    def next_batch(self, call: NextBatch) -> OutboxBatch:
        after = self.journal.outbox.acknowledged().sequence if call.after is None else call.after
        entries = self.journal.outbox.entries_after(
            after, entries_max=min(call.entries_max, ENTRIES_MAX), bytes_max=min(call.bytes_max, BYTES_MAX)
        )
        waiting = self.journal.head.sequence - after
        self._backlog = max(self._backlog, waiting) if waiting > ENTRIES_MAX else 0
        return OutboxBatch(
            terminal=self.terminal,
            ledger=self.trust.ledger.ledger,
            after=after,
            entries=tuple(entry.raw for entry in entries),
            waiting=waiting,
        )

    def sign(self, call: SignCall) -> Token:
        """Make the token of one try, dated by the ledger's clock where it told us that ours is off."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        self._tries[nonce] = self.timekeeper.monotonic_s()
        while len(self._tries) > TRIES_MAX:
            del self._tries[next(iter(self._tries))]
        token = CallToken(
            terminal=self.terminal,
            ledger=self.trust.ledger.ledger,
            issued_s=max(self.timekeeper.read().time_s + self._ledger_offset_s, 0),
            nonce=nonce,
            request_hash=call.request_hash,
        )
        return Token(authorization=authorization_header(build_call_token(token, key=self.key)), nonce=nonce)

    def take_signed_time(self, call: TakeSignedTime) -> Done | Refused:
        """The ledger says that our time is off: believe it for tokens, and for the clock if the answer is fresh."""
        made_s = self._tries.pop(call.nonce, None)
        if made_s is None:
            return Refused(cause=Refusal.NOT_ACCEPTABLE)
        try:
            time = verify_signed_time(call.raw, self.trust.ledger, nonce=call.nonce)
        except MalformedError:
            return Refused(cause=Refusal.NOT_ACCEPTABLE)
        self._set_clock(time.time_s, made_s, call.raw)
        self._ledger_offset_s = time.time_s - self.timekeeper.read().time_s
        return Done()

    def take_acknowledgement(self, call: TakeAcknowledgement) -> Acknowledged:
        """Believe, store and answer what to do next."""
        made_s = self._tries.pop(call.nonce, None)
        if made_s is None:
            return Acknowledged(step=DeliveryStep.IGNORE)
        try:
            ack = verify_acknowledgement(call.raw, self.trust.ledger, nonce=call.nonce)
        except MalformedError:
            return Acknowledged(step=DeliveryStep.IGNORE)
        self._set_clock(ack.time_s, made_s, call.raw)
        return self._settle(ack, call.raw)

    def note_missing(self, entry_hash: bytes) -> None:
        """A receipt proves an entry of ours that is not here: nothing is sold before the ledger was asked."""
        self.journal.outbox.note_missing(entry_hash)
        what = f"a receipt names the entry {entry_hash.hex()}, which is not here"
        self.alarms.raise_(AlarmCause.JOURNAL_PUT_BACK, what)

    def is_own_try(self, nonce: bytes) -> bool:
        """Whether a token of this nonce was made and not answered yet; it is used up by asking."""
        return self._tries.pop(nonce, None) is not None

    def adopt(self, call: AdoptEntries) -> Done | Refused:
        """Take back entries of ours that only the ledger still held."""
        try:
            self.journal.adopt(call.entries)
        except RollbackError as error:
            self._fork(str(error))
            return Refused(cause=Refusal.NOT_ACCEPTABLE)
        except (ChainError, MalformedError):
            return Refused(cause=Refusal.NOT_ACCEPTABLE)
        return Done()

    def force(self) -> None:
        """The cashier wants it sent now."""
        self.force_serial += 1

    def waiting(self) -> int:
        """Entries that the ledger has not acknowledged."""
        return self.journal.outbox.waiting().entries

    def summary(self) -> SyncSummary:
        outbox = self.journal.outbox
        return SyncSummary(
            acknowledged=outbox.acknowledged().sequence,
            waiting=outbox.waiting().entries,
            settled=outbox.count(OutcomeStatus.SETTLED),
            conflicts=outbox.count(OutcomeStatus.CONFLICT),
            refused=outbox.count(OutcomeStatus.REFUSED),
            pending=outbox.count(OutcomeStatus.PENDING),
            trust_version=self.trust.version,
        )

    def _set_clock(self, time_s: int, made_s: float, raw: bytes) -> None:
        elapsed_s = self.timekeeper.monotonic_s() - made_s
        if elapsed_s <= ANSWER_S_MAX:
            self.timekeeper.accept(time_s=time_s, error_s=int(elapsed_s) + 1, raw=raw)

    def _settle(self, ack: Acknowledgement, raw: bytes) -> Acknowledged:
        result = self.journal.outbox.acknowledge(ack, raw=raw, reading=self.timekeeper.read())
        if result.step is AckStep.BEHIND:
            what = f"the ledger asks again for what it had acknowledged, behind entry {ack.sequence}"
            self.alarms.raise_(AlarmCause.LEDGER_BEHIND, what)
        if result.contradictions or result.unknown:
            what = f"the ledger contradicts itself about entries {result.contradictions or result.unknown}"
            self.alarms.raise_(AlarmCause.LEDGER_CONTRADICTS, what)
        if result.step is AckStep.AHEAD:
            what = f"the ledger holds entries up to {ack.sequence}, this terminal up to {self.journal.head.sequence}"
            self.alarms.raise_(AlarmCause.JOURNAL_PUT_BACK, what)
        if result.step is AckStep.FORKED:
            self._fork(f"the ledger holds another entry {ack.sequence}: {ack.hash.hex()}")
        self.log.see(ack.checkpoint)
        self.tell_alarms()
        statuses = [outcome.status for outcome in result.decided]
        return Acknowledged(
            step=_NEXT[result.step],
            acknowledged=result.acknowledged.sequence,
            settled=statuses.count(OutcomeStatus.SETTLED),
            duplicates=statuses.count(OutcomeStatus.DUPLICATE),
            conflicts=statuses.count(OutcomeStatus.CONFLICT),
            refused=statuses.count(OutcomeStatus.REFUSED),
            pending=statuses.count(OutcomeStatus.PENDING),
            fetch_after=self.journal.head.sequence if result.step is AckStep.AHEAD else 0,
        )

    def _fork(self, what: str) -> None:
        self.is_forked = True
        self.alarms.raise_(AlarmCause.JOURNAL_FORKED, what)

    def tell_alarms(self) -> None:
        """Write alarms down, unless another entry is signed already for the sequence that they would take, or the first
        entry of all is still to come."""
        if self.journal.head.sequence and not self.is_missing_entries and not self.is_forked:
            self.alarms.tell()
