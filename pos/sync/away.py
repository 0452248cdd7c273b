"""Why the ledger cannot be reached, told from what a try ended with.

Rules: said from the outermost fault inwards, the first that tells; what does not tell is no reason at all.
"""

import ssl
from collections.abc import Iterator

import urllib3

from pos.errors import LedgerError, LedgerRefusedError
from pos.link.state import LedgerAway
from pos.sync.client import ContentError
from pos.sync.conversation import LedgerStatusError

_BROKEN_FROM = 500


def away_of(error: LedgerError) -> LedgerAway | None:
    """What to tell the shop; None where it cannot be told."""
    for fault in _chain(error):
        reason = _reason(fault)
        if reason is not None:
            return reason
    return None


def _reason(fault: BaseException) -> LedgerAway | None:
    match fault:
        case LedgerRefusedError():
            return LedgerAway.REFUSED
        case LedgerStatusError(status=status):
            return LedgerAway.BROKEN if status >= _BROKEN_FROM else LedgerAway.CONTENT
        case ContentError():
            return LedgerAway.CONTENT
        case urllib3.exceptions.NameResolutionError():
            return LedgerAway.NAME
        case ssl.SSLError() | urllib3.exceptions.SSLError():
            return LedgerAway.STRANGER
        # A connection that cannot be made is urllib3's kind of timeout too: it comes first.
        case urllib3.exceptions.NewConnectionError() | ConnectionError() | urllib3.exceptions.ProtocolError():
            return LedgerAway.NOBODY
        case urllib3.exceptions.TimeoutError() | TimeoutError():
            return LedgerAway.SLOW
        case _:
            return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """A fault, then what it came from; a link of a chain that leads back ends it."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        fault = waiting.pop(0)
        if fault is None or id(fault) in seen:
            continue
        seen.add(id(fault))
        yield fault
        reason = getattr(fault, "reason", None)
        waiting += [reason if isinstance(reason, BaseException) else None, fault.__cause__, fault.__context__]
