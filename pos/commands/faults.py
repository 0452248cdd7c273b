"""Faults and refusals as sentences for whoever typed the command: what is wrong, what it means, what to do."""

from pos.control import Control
from pos.core.stopped import stop_of
from pos.errors import JournalError, PosError, TrustError
from pos.journal.faults import HeldError
from pos.link.calls import ReadState
from pos.link.state import SellingStop
from pos.till.reasons import Refusal
from pos.words import words_for


def sentences(error: JournalError | TrustError) -> tuple[str, ...]:
    """A fault of the terminal's own record or trust data, the technician's words last."""
    if isinstance(error, HeldError):
        return (str(error),)
    return (*_stop_words(stop_of(error)), f"{type(error).__name__}: {error}")


def not_now(control: Control, cause: str) -> PosError:
    """Why the till does not do this now: its state, where that is the reason."""
    stop = control.call(ReadState()).till.stop
    if cause != Refusal.SELLING_STOPPED or stop is None:
        return PosError(refusal_words(cause))
    return PosError(" ".join(("nothing can be sold now:", *_stop_words(stop))))


def refusal_words(cause: str) -> str:
    """A `Refusal` in words; one of a newer core as it came."""
    return words_for("en").refusal(Refusal(cause)) if cause in tuple(Refusal) else cause


def _stop_words(stop: SellingStop) -> tuple[str, ...]:
    words = words_for("en").stop(stop)
    return (f"{words.headline}: {words.meaning}", *words.to_do)
