"""What is wrong with a catalogue's line, in English."""

from typing import Final

from pos.till.catalogue import ProblemKind

PROBLEMS: Final = {
    ProblemKind.NOT_TEXT: "this is no CSV file: save it as CSV (comma separated)",
    ProblemKind.TOO_LARGE: "the file is larger than 4 MB",
    ProblemKind.NO_HEAD: "the first line names no columns (barcode,name,price,tax,key)",
    ProblemKind.UNKNOWN_COLUMN: "this is the name of no column",
    ProblemKind.COLUMN_MISSING: "a column that is needed is missing",
    ProblemKind.COLUMN_TWICE: "the column is there twice",
    ProblemKind.FIELDS: "the line has another number of fields than the first",
    ProblemKind.NAME_MISSING: "the name is empty",
    ProblemKind.NAME_TOO_LONG: "the name is too long, or cannot be printed",
    ProblemKind.PRICE: "a price is a number from 1 to 100,000,000 won",
    ProblemKind.TAX: "the tax is taxable, exempt or service",
    ProblemKind.KEY: "a key is a digit from 1 to 9",
    ProblemKind.KEY_TWICE: "an article above has this key",
    ProblemKind.BARCODE: "a barcode is up to 20 letters and digits",
    ProblemKind.BARCODE_SHORTENED: "the spreadsheet shortened the barcode: format it as text",
    ProblemKind.CHECK_DIGIT: "the barcode's last digit does not fit the others",
    ProblemKind.BARCODE_TWICE: "an article above has this barcode",
    ProblemKind.NOT_SELLABLE: "without barcode and key nobody can sell it",
    ProblemKind.TOO_MANY: "there are too many articles",
}


def problem(kind: str, text: str) -> tuple[str, str]:
    """What is wrong, and what stands there."""
    match kind:
        case ProblemKind.COLUMN_MISSING | ProblemKind.COLUMN_TWICE:
            return f"{PROBLEMS[ProblemKind(kind)]}: {text}", ""
        case ProblemKind.FIELDS | ProblemKind.TOO_MANY:
            return PROBLEMS[ProblemKind(kind)], ""
        case _:
            known = kind in tuple(ProblemKind)
            return PROBLEMS[ProblemKind(kind)] if known else "something is wrong with this line", text
