"""Bringing a replaced terminal's entries from its second medium to the ledger, in this terminal's name."""

from dataclasses import dataclass
from typing import Final

from pos import cbor
from pos.link.calls import NextRecovered, TakeRecovered
from pos.link.install import FormerMedium
from pos.sync.client import LedgerClient
from pos.sync.conversation import Conversation, Link, fault_of

_ANSWERED: Final = (200, 409)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """How many entries were sent, and whose medium it is."""

    sent: int
    medium: FormerMedium


class Recovery:
    """Carries what core finds on a medium."""

    def __init__(self, link: Link, client: LedgerClient) -> None:
        self._link = link
        self._conversation = Conversation(link, client)

    def bring_all(self) -> Brought:
        """Calls until nothing is left. Raises as `Conversation.authorised` does."""
        sent = 0
        while True:
            batch = self._link.call(NextRecovered())
            if not batch.old:
                return Brought(sent=sent, medium=batch.medium)
            path = f"/v1/terminals/{batch.terminal}/recovered/{batch.old}"
            answer, nonce = self._conversation.authorised("POST", path, cbor.encode(list(batch.entries)))
            if answer.status not in _ANSWERED:
                raise fault_of(answer)
            sent += len(batch.entries)
            if not self._link.call(TakeRecovered(raw=answer.body, nonce=nonce)).is_more:
                return Brought(sent=sent, medium=batch.medium)
