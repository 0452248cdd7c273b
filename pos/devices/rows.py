"""Receipt rows as core sends them, turned into the printer driver's. Pure."""

from collections.abc import Iterable, Iterator

from drivers.printer.document import Align, BlankRow, CutRow, PairRow, QrRow, Row, Rule, RuleRow, Size, TextRow
from pos.errors import LinkError
from pos.link.calls import PrintRow

_SIZES = {
    (False, False): Size.NORMAL,
    (True, False): Size.WIDE,
    (False, True): Size.TALL,
    (True, True): Size.DOUBLE,
}


def document_rows(rows: Iterable[PrintRow]) -> Iterator[Row]:
    """One driver row for each row; LinkError for a kind that this version does not know."""
    for row in rows:
        yield _document_row(row)


def _document_row(row: PrintRow) -> Row:
    size = _SIZES[row.wide, row.tall]
    match row.kind:
        case "text":
            return TextRow(text=row.text, align=Align(row.align), bold=row.bold, size=size)
        case "pair":
            return PairRow(left=row.text, right=row.right, bold=row.bold, size=size)
        case "rule":
            return RuleRow(rule=Rule.THICK if row.bold else Rule.THIN)
        case "qr":
            return QrRow(data=row.text, module_dots=row.rows)
        case "feed":
            return BlankRow(lines=row.rows)
        case "cut":
            return CutRow()
        case _:
            raise LinkError(f"a receipt row of unknown kind {row.kind!r}")
