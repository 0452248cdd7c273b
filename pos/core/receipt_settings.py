"""What the configuration says about receipts, as the parts that need it take it. Pure."""

import re
from dataclasses import replace

from pos.config import TerminalConfig
from pos.till.receipt.words import ReceiptWords
from pos.words.receipt import receipt_words


def printed_words(config: TerminalConfig) -> ReceiptWords:
    """The words of the language, with the footer that the file says."""
    words, footer = receipt_words(config.terminal.language), config.receipt.cash_receipt_footer
    return replace(words, cash_receipt_footer=tuple(footer.splitlines())) if footer else words


def number_pattern(config: TerminalConfig) -> re.Pattern[str] | None:
    """What the tax office's code of a buyer looks like; None where the file does not say."""
    pattern = config.receipt.cash_receipt_code
    return re.compile(pattern, re.ASCII) if pattern else None
