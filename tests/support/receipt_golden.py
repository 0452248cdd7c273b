"""Write the golden receipts anew: `python -m tests.support.receipt_golden`, then read the difference."""

from pathlib import Path

from pos.till.receipt.layout import layout
from pos.till.receipt.plain import plain_lines
from pos.words.en.receipt import RECEIPT_WORDS as ENGLISH
from pos.words.ko.receipt import RECEIPT_WORDS as KOREAN
from tests.support.receipt_builders import receipts_by_name

GOLDEN = Path(__file__).parents[1] / "till" / "receipt" / "golden"
COLUMNS = (32, 42, 48)


def golden_texts() -> dict[str, str]:
    """Every receipt on every paper, by file name; one of them in English."""
    texts = {
        f"{name}-{columns}.txt": _text(plain_lines(layout(receipt, columns=columns, words=KOREAN), columns=columns))
        for name, receipt in receipts_by_name().items()
        for columns in COLUMNS
    }
    full = receipts_by_name()["full-sale"]
    declined = receipts_by_name()["declined"]
    texts["declined-en-42.txt"] = _text(plain_lines(layout(declined, columns=42, words=ENGLISH), columns=42))
    texts["full-sale-en-42.txt"] = _text(plain_lines(layout(full, columns=42, words=ENGLISH), columns=42))
    return texts


def _text(lines: tuple[str, ...]) -> str:
    return "".join(f"{line}\n" for line in lines)


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for file_name, content in golden_texts().items():
        (GOLDEN / file_name).write_text(content, encoding="utf-8")
