"""A catalogue's Korean names."""

from typing import Final

from pos.till.catalogue import Column, ProblemKind
from pos.voucher.bodies import TaxClass

COLUMNS: Final = {
    "바코드": Column.BARCODE,
    "상품명": Column.NAME,
    "이름": Column.NAME,
    "가격": Column.PRICE,
    "단가": Column.PRICE,
    "세금": Column.TAX,
    "과세": Column.TAX,
    "단축키": Column.KEY,
}
TAXES: Final = {"과세": TaxClass.TAXABLE, "면세": TaxClass.EXEMPT, "봉사료": TaxClass.SERVICE}

PROBLEMS: Final = {
    ProblemKind.NOT_TEXT: "엑셀에서 '쉼표로 분리'로 다시 저장하세요",
    ProblemKind.TOO_LARGE: "파일이 너무 큽니다",
    ProblemKind.NO_HEAD: "첫 줄에 열 이름이 없습니다 (바코드,이름,가격,세금,단축키)",
    ProblemKind.UNKNOWN_COLUMN: "모르는 열 이름입니다",
    ProblemKind.COLUMN_MISSING: "꼭 있어야 하는 열이 없습니다",
    ProblemKind.COLUMN_TWICE: "같은 열이 두 번 있습니다",
    ProblemKind.FIELDS: "칸의 수가 첫 줄과 다릅니다",
    ProblemKind.NAME_MISSING: "이름이 비어 있습니다",
    ProblemKind.NAME_TOO_LONG: "이름이 너무 길거나 쓸 수 없는 글자가 있습니다",
    ProblemKind.PRICE: "가격은 1원부터 1억 원까지의 숫자입니다",
    ProblemKind.TAX: "세금은 과세, 면세, 봉사료 가운데 하나입니다",
    ProblemKind.KEY: "단축키는 1부터 9까지의 숫자입니다",
    ProblemKind.KEY_TWICE: "같은 단축키가 위에 있습니다",
    ProblemKind.BARCODE: "바코드는 영문과 숫자 20자까지입니다",
    ProblemKind.BARCODE_SHORTENED: "엑셀이 바코드를 줄였습니다: 칸을 '텍스트'로 바꾸세요",
    ProblemKind.CHECK_DIGIT: "바코드의 마지막 숫자가 맞지 않습니다",
    ProblemKind.BARCODE_TWICE: "같은 바코드가 위에 있습니다",
    ProblemKind.NOT_SELLABLE: "바코드도 단축키도 없어 팔 수 없습니다",
    ProblemKind.TOO_MANY: "상품이 너무 많습니다",
}

_NAMES: Final = {
    Column.BARCODE.value: "바코드",
    Column.NAME.value: "이름",
    Column.PRICE.value: "가격",
    Column.TAX.value: "세금",
    Column.KEY.value: "단축키",
}


def problem(kind: str, text: str) -> tuple[str, str]:
    """What is wrong, and what stands there."""
    match kind:
        case ProblemKind.COLUMN_MISSING | ProblemKind.COLUMN_TWICE:
            return f"{PROBLEMS[ProblemKind(kind)]}: {_NAMES.get(text, text)}", ""
        case ProblemKind.FIELDS | ProblemKind.TOO_MANY:
            return PROBLEMS[ProblemKind(kind)], ""
        case _:
            known = kind in tuple(ProblemKind)
            return PROBLEMS[ProblemKind(kind)] if known else "이 줄이 잘못되었습니다", text
