"""Words for people, one package per language; the closed vocabularies below become sentences here and nowhere else.

Rules: `Words` is the type of a language; the type checker refuses a language that lacks a word for any reason, state
or question. Layout, colour and keys belong to the screen; what is printed on paper is laid out by `pos.till.receipt`.
"""

from pos.words.giving_back import GivingBackLabels, RefundCause, RemoteCause
from pos.words.vocabulary import (
    Advice,
    Asked,
    AttentionAnswer,
    DrawerCause,
    Labels,
    Notice,
    Stopped,
    Words,
)

__all__ = [
    "Advice",
    "Asked",
    "AttentionAnswer",
    "DrawerCause",
    "GivingBackLabels",
    "Labels",
    "Notice",
    "RefundCause",
    "RemoteCause",
    "Stopped",
    "Words",
    "words_for",
]


def words_for(language: str) -> Words:
    """The words of "ko" or "en"; Korean for any other language."""
    if language == "en":
        from pos.words.en import EnglishWords

        return EnglishWords()
    from pos.words.ko import KoreanWords

    return KoreanWords()
