"""A receipt's rows as lines of one pitch, for a core that sends rows only."""

from pos.link.calls import PrintRow
from pos.words.columns import columns_of, cut


def lines_of(rows: tuple[PrintRow, ...], *, columns: int) -> tuple[str, ...]:
    """The rows in order; what only paper can do (a code, a cut) leaves no line."""
    lines: list[str] = []
    for row in rows:
        lines.extend(_lines(row, columns))
    return tuple(lines)


def _lines(row: PrintRow, columns: int) -> tuple[str, ...]:
    match row.kind:
        case "text":
            return (_aligned(cut(row.text, columns), row.align, columns),)
        case "pair":
            left = cut(row.text, max(columns - columns_of(row.right) - 1, 2))
            gap = max(columns - columns_of(left) - columns_of(row.right), 1)
            return (cut(left + " " * gap + row.right, columns),)
        case "rule":
            return ("-" * columns,)
        case "feed":
            return ("",) * max(row.rows, 1)
        case _:
            return ()


def _aligned(text: str, align: str, columns: int) -> str:
    spare = columns - columns_of(text)
    match align:
        case "center":
            return " " * (spare // 2) + text
        case "right":
            return " " * spare + text
        case _:
            return text
