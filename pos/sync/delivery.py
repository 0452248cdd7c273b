"""One round with the ledger: take a batch from core, send it, hand the answer back, do what core says.

Nothing is remembered here between rounds: what is acknowledged, what must be sent again and what is missing is known
to core alone. A round that fails anywhere is simply made again; repeated entries are skipped by the ledger.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pos import cbor
from pos.errors import LedgerRefusedError, LedgerUnreachableError
from pos.link.calls import Acknowledged, AdoptEntries, DeliveryStep, Done, NextBatch, OutboxBatch, TakeAcknowledgement
from pos.sync.client import ContentError, LedgerClient
from pos.sync.conversation import Conversation, Link, byte_strings, fault_of

DETOURS_MAX: Final = 8
"""How many rounds of one `deliver_all` may bring nothing forward before it gives up on this ledger for now."""
_OK: Final = 200
_CONFLICT: Final = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What one or more rounds achieved."""

    sent: int = 0
    """Entries that the ledger has acknowledged."""
    fetched: int = 0
    """Entries that only the ledger had."""
    step: DeliveryStep = DeliveryStep.CONTINUE

    def __add__(self, other: "Delivered") -> "Delivered":
        return Delivered(sent=self.sent + other.sent, fetched=self.fetched + other.fetched, step=other.step)


class Delivery:
    """Carries entries for one terminal."""

    def __init__(self, link: Link, client: LedgerClient) -> None:
        self._link = link
        self._conversation = Conversation(link, client)

    def deliver_all(self, on_progress: Callable[[int], None] = lambda waiting: None) -> Delivered:
        """Rounds until nothing waits; an empty outbox is still one round, which is a sign of life to both sides.

        Raises LedgerUnreachableError (LedgerBusyError among them) to be tried again later, and LedgerRefusedError
        when the ledger knows this terminal no more.
        """
        total = Delivered()
        detours = 0
        while detours <= DETOURS_MAX:
            batch = self._link.call(NextBatch())
            done = self._round(batch)
            total += done
            on_progress(max(batch.waiting - done.sent, 0))
            if done.step is DeliveryStep.STOP or (done.step is DeliveryStep.CONTINUE and batch.waiting <= done.sent):
                return total
            detours += not (done.sent or done.fetched)
        raise LedgerUnreachableError("the ledger and the till do not come to an end")

    def _round(self, batch: OutboxBatch) -> Delivered:
        path = f"/v1/terminals/{batch.terminal}/journal"
        answer, nonce = self._conversation.authorised("POST", path, cbor.encode(list(batch.entries)))
        if answer.status not in (_OK, _CONFLICT):
            raise fault_of(answer)
        taken = self._link.call(TakeAcknowledgement(raw=answer.body, nonce=nonce))
        if taken.step is DeliveryStep.IGNORE:
            raise ContentError(f"answer {answer.status} is not an acknowledgement of our ledger")
        if taken.step is DeliveryStep.FETCH:
            return Delivered(fetched=self._fetch(batch.terminal, taken), step=taken.step)
        # Sent is what the ledger says it holds, not what was put on the wire.
        held = min(max(taken.acknowledged - batch.after, 0), len(batch.entries))
        return Delivered(sent=held if taken.step is DeliveryStep.CONTINUE else 0, step=taken.step)

    def _fetch(self, terminal: str, taken: Acknowledged) -> int:
        """Bring back entries that only the ledger still has."""
        path = f"/v1/terminals/{terminal}/journal?after={taken.fetch_after}"
        answer, _ = self._conversation.authorised("GET", path, b"")
        if answer.status != _OK:
            raise fault_of(answer)
        entries = byte_strings(answer.body)
        adopted = self._link.call(AdoptEntries(entries=entries))
        if not isinstance(adopted, Done):
            raise LedgerRefusedError("the ledger's entries of this terminal are not ours", status=answer.status)
        return len(entries)
