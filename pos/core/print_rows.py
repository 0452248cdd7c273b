"""Laid-out rows as they travel to the devices process."""

from pos.link.calls import PrintRow
from pos.till.receipt.rows import BlankRow, CutRow, PairRow, QrRow, Row, Rule, RuleRow, Size, TextRow


def print_row(row: Row) -> PrintRow:
    """A laid-out row as it travels to the devices process."""
    match row:
        case TextRow():
            return PrintRow(
                kind="text",
                text=row.text,
                align=row.align.value,
                bold=row.bold,
                wide=row.size in (Size.WIDE, Size.DOUBLE),
                tall=row.size in (Size.TALL, Size.DOUBLE),
            )
        case PairRow():
            return PrintRow(
                kind="pair",
                text=row.left,
                right=row.right,
                bold=row.bold,
                wide=row.size in (Size.WIDE, Size.DOUBLE),
                tall=row.size in (Size.TALL, Size.DOUBLE),
            )
        case RuleRow():
            return PrintRow(kind="rule", bold=row.rule is Rule.THICK)
        case QrRow():
            return PrintRow(kind="qr", text=row.data, rows=row.module_dots)
        case BlankRow():
            return PrintRow(kind="feed", rows=row.lines)
        case CutRow():
            return PrintRow(kind="cut")
