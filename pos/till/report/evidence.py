"""A payment that was made twice, on paper: for the issuer, the police or a lawyer. Pure.

It says what happened and what proves it, and names nobody who works in the shop.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pos.money import format_won
from pos.till.receipt.moment import date_of, minute_of
from pos.till.receipt.rows import Align, BlankRow, CutRow, Row, RuleRow, Size
from pos.till.receipt.sheet import Sheet

_HASH_CHARACTERS: Final = 32
"""Half of a hash: one line of the narrowest paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceWords:
    """What the paper says by itself."""

    title: str
    shop: str
    receipt: str
    moment: str
    amount: str
    voucher: str
    bearer: str
    bearer_shop: str
    bearer_issuer: str
    ours: str
    theirs: str
    note: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of it."""

    shop_name: str
    terminal: str
    receipt_number: str
    time_s: int
    amount_won: int
    voucher: str
    """Issuer and programme by name."""
    is_shops: bool
    entry: bytes
    other: bytes
    """Hash of the entry that stands against it; empty where the ledger sent none."""


def evidence_rows(evidence: Evidence, *, columns: int, words: EvidenceWords) -> tuple[Row, ...]:
    """Return the rows for paper of `columns`."""
    return tuple(_rows(evidence, Sheet(columns=columns, takes_back=False), words))


def _rows(evidence: Evidence, sheet: Sheet, words: EvidenceWords) -> Iterator[Row]:
    yield from sheet.text(words.title, align=Align.CENTRE, bold=True, size=Size.TALL)
    yield RuleRow()
    yield from sheet.pair(words.shop, f"{evidence.shop_name} {evidence.terminal}")
    yield from sheet.pair(words.receipt, evidence.receipt_number)
    yield from sheet.pair(words.moment, f"{date_of(evidence.time_s)} {minute_of(evidence.time_s)}")
    yield from sheet.pair(words.amount, format_won(evidence.amount_won), bold=True)
    yield from sheet.pair(words.voucher, evidence.voucher)
    yield from sheet.pair(words.bearer, words.bearer_shop if evidence.is_shops else words.bearer_issuer)
    for name, digest in ((words.ours, evidence.entry), (words.theirs, evidence.other)):
        if digest:
            yield RuleRow()
            yield from sheet.text(name)
            text = digest.hex()
            yield from sheet.text(text[:_HASH_CHARACTERS])
            yield from sheet.text(text[_HASH_CHARACTERS:])
    yield RuleRow()
    for line in words.note:
        yield from sheet.text(line)
    yield BlankRow()
    yield CutRow()
