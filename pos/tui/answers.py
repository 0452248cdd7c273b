"""What is said of core's answer to a call."""

from pos.link.calls import Answer, Refused
from pos.link.state import ReceiptSeenView
from pos.till.reasons import Refusal
from pos.tui.host import Host
from pos.words import Notice, Words

_REFUSALS = frozenset(Refusal)


def refusal_text(words: Words, refused: Refused) -> str:
    """Why core did not do it; a cause that this screen does not know is still said to be one."""
    known = refused.cause in _REFUSALS
    return words.refusal(Refusal(refused.cause)) if known else words.unknown_refusal()


def seen_text(words: Words, seen: ReceiptSeenView) -> str:
    """Why a receipt that stands before the camera is no use here."""
    if seen.till:
        return words.papers.sold_at.format(till=seen.till)
    return refusal_text(words, Refused(cause=seen.cause))


def said_of(host: Host, answer: Answer | None, done: Notice | None) -> bool:
    """Tell the cashier of a refusal, or `done`; True when it was done."""
    if isinstance(answer, Refused):
        host.tell(refusal_text(host.words, answer))
        return False
    if answer is not None and done is not None:
        host.notify_cashier(done)
    return answer is not None
