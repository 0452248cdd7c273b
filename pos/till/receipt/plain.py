"""A laid-out receipt as plain lines, for the screen, for electronic receipts, and to compare paper with.

Letters of double width are followed by blanks, as they stand on paper; a code is a word in brackets.
"""

from collections.abc import Iterable, Iterator

from pos.till.receipt.rows import Align, BlankRow, CutRow, PairRow, QrRow, Row, RuleRow, TextRow
from pos.till.receipt.width import columns_of


def plain_lines(rows: Iterable[Row], *, columns: int) -> tuple[str, ...]:
    """Return the lines of `rows` on paper of `columns`, without blanks at their ends."""
    return tuple(line.rstrip(" ") for row in rows for line in _lines(row, columns))


def _lines(row: Row, columns: int) -> Iterator[str]:
    match row:
        case TextRow():
            yield _spread(_placed(row.text, row.align, columns // row.size.width), row.size.width)
        case PairRow():
            gap = columns // row.size.width - columns_of(row.left) - columns_of(row.right)
            yield _spread(row.left + " " * gap + row.right, row.size.width)
        case RuleRow():
            yield row.rule.value * columns
        case QrRow():
            yield _placed("[QR]", Align.CENTRE, columns)
        case BlankRow():
            yield from [""] * row.lines
        case CutRow():
            return


def _placed(text: str, align: Align, columns: int) -> str:
    slack = columns - columns_of(text)
    return " " * {Align.LEFT: 0, Align.CENTRE: slack // 2, Align.RIGHT: slack}[align] + text


def _spread(text: str, width: int) -> str:
    return "".join(character + " " * (columns_of(character) * (width - 1)) for character in text)
