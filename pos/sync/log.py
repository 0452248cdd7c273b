"""Bringing what the ledger's public log shows: its growth, and a proof for each settled sale.

Nothing is judged or remembered here. A ledger without such a log is asked for nothing.
"""

from typing import Final

from pos.link.calls import AskLog, TakeGrowth, TakeProof
from pos.sync.client import LedgerClient
from pos.sync.conversation import Conversation, Link, fault_of

ROUNDS_MAX: Final = 4
"""Of one look; what is still missing then is brought by the next."""
_OK: Final = 200
_NOT_FOUND: Final = 404


class LogProofs:
    """Brings proofs for one terminal."""

    def __init__(self, link: Link, client: LedgerClient) -> None:
        self._link = link
        self._client = client
        self._conversation = Conversation(link, client)

    def bring(self) -> int:
        """Look at the log; returns how many sales got their proof. Raises as `Conversation.authorised` does."""
        total = 0
        for _ in range(ROUNDS_MAX):
            brought = self._round()
            total += brought
            if not brought:
                return total
        return total

    def _round(self) -> int:
        wants = self._link.call(AskLog())
        if wants.old_size is None:
            return 0
        path = f"/v1/log/consistency?old={wants.old_size}"
        answer = self._client.call("GET", path, body=b"", authorization="")
        if answer.status not in (_OK, _NOT_FOUND):
            raise fault_of(answer)
        if not self._link.call(TakeGrowth(text=_text(answer.body) if answer.status == _OK else "")).is_good:
            return 0
        return sum(self._proof(wants.terminal, entry) for entry in wants.entries)

    def _proof(self, terminal: str, entry: bytes) -> bool:
        answer, _ = self._conversation.authorised("GET", f"/v1/terminals/{terminal}/proofs/{entry.hex()}", b"")
        if answer.status not in (_OK, _NOT_FOUND):
            raise fault_of(answer)
        return self._link.call(TakeProof(entry=entry, text=_text(answer.body) if answer.status == _OK else "")).is_good


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")
