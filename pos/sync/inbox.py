"""Bringing the ledger's messages: one call that waits at the ledger until there is something to tell.

Nothing is remembered here between calls: core says where to go on, believes what it believes, and acknowledges. A call
that fails anywhere is simply made again.
"""

from dataclasses import dataclass
from typing import Final

from pos.errors import LedgerUnreachableError
from pos.link.calls import ReadPosition, TakeMessages
from pos.sync.client import LedgerClient
from pos.sync.conversation import Conversation, Link, byte_strings, fault_of

WAIT_S: Final = 45
"""How long the ledger keeps a call that has nothing to bring; below the minute after which routers forget."""
PAGES_MAX: Final = 1_000
_OK: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What one or more calls brought."""

    messages: int
    is_refused: bool = False
    """Core did not take all of it: asking again at once would bring the same."""


class Inbox:
    """Brings messages for one terminal."""

    def __init__(self, link: Link, client: LedgerClient) -> None:
        self._link = link
        self._conversation = Conversation(link, client)

    def bring(self, *, wait_s: int = 0) -> Brought:
        """One call; waits up to `wait_s` for the first message. Raises as `Conversation.authorised` does."""
        position = self._link.call(ReadPosition())
        path = f"/v1/terminals/{position.terminal}/inbox?after={position.after}&wait={wait_s}"
        answer, _ = self._conversation.authorised("GET", path, b"", wait_s=wait_s)
        if answer.status != _OK:
            raise fault_of(answer)
        messages = byte_strings(answer.body, what="messages")
        if not messages:
            return Brought(messages=0)
        taken = self._link.call(TakeMessages(messages=messages))
        return Brought(messages=taken.taken, is_refused=taken.is_refused or taken.taken == 0)

    def bring_all(self) -> int:
        """Calls until nothing is left to bring; returns how many messages came."""
        total = 0
        for _ in range(PAGES_MAX):
            brought = self.bring()
            total += brought.messages
            if brought.is_refused or brought.messages == 0:
                return total
        raise LedgerUnreachableError("the ledger does not come to an end of its messages")
