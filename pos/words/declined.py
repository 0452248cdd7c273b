"""Why a code was declined, for paper that its holder takes home: the reason, and what the cashier was to read out."""

from collections.abc import Callable

from pos.link.state import VerdictView
from pos.till.reasons import Reason
from pos.words.reasons import ReasonWords, advice_for


def decline_sentence(language: str) -> Callable[[VerdictView], str]:
    """What says it in "ko" or "en"; Korean for any other language. The sentences are loaded when one is wanted."""

    def sentence(view: VerdictView) -> str:
        advice = advice_for(_reasons(language), Reason(view.reason), view)
        return f"{advice.headline}: {advice.customer}"

    return sentence


def _reasons(language: str) -> ReasonWords:
    if language == "en":
        from pos.words.en.reasons import ReasonsInEnglish

        return ReasonsInEnglish()
    from pos.words.ko.reasons import ReasonsInKorean

    return ReasonsInKorean()
