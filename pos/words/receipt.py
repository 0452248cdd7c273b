"""A receipt's words in the terminal's language."""

from pos.till.receipt.words import ReceiptWords


def receipt_words(language: str) -> ReceiptWords:
    """The words of "ko" or "en"; Korean for any other language."""
    if language == "en":
        from pos.words.en.receipt import RECEIPT_WORDS as ENGLISH

        return ENGLISH
    from pos.words.ko.receipt import RECEIPT_WORDS as KOREAN

    return KOREAN
