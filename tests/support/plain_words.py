"""What words for people may hold: nothing of the machinery, and no character whose width terminals disagree about.

Leaves to others: the words that are composed from parts, which the tests of the words compose with their widest values.
"""

import ast
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pos.words

FORBIDDEN_IN_KOREAN = (
    *("동기화", "서명", "논스", "큐", "프로토콜", "노드", "해시", "세션", "토큰", "페이로드", "싱크", "오프셋"),
)
FORBIDDEN_IN_ENGLISH = ("sync", "signature", "nonce", "queue", "protocol", "node", "hash", "token", "payload")
LATIN_ALLOWED = {"QR", "Enter", "English", "WIFI"}
PRESCRIBED = "\u260e"
"""The notice on cash receipts prints the tax office's number behind a telephone; paper has one width for it."""
_FIELD = re.compile(r"\{[^}]*\}")
_HANGUL = re.compile("[가-힣]")


def word_files(language: str) -> list[Path]:
    """The files that hold the words of this language."""
    return sorted((Path(pos.words.__file__).parent / language).glob("*.py"))


def texts_in(file: Path) -> Iterator[str]:
    """Every text that a file of words holds; what is said to developers is none of them."""
    tree = ast.parse(file.read_text("utf-8"))
    said_to_developers = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said_to_developers:
            yield _FIELD.sub("", node.value)


def faults_in_korean(text: str) -> list[str]:
    """Words that no cashier should have to know, and codes in Latin letters; none where there is no Hangul."""
    if not _HANGUL.search(text):
        return []
    codes = set(re.findall(r"[A-Za-z_]{2,}", text)) - LATIN_ALLOWED
    return [*(word for word in FORBIDDEN_IN_KOREAN if word in text), *sorted(codes)]


def faults_in_english(text: str) -> list[str]:
    return [word for word in re.findall(r"[a-z]+", text.lower()) if word.startswith(FORBIDDEN_IN_ENGLISH)]


def doubtful_characters(text: str) -> list[str]:
    """Characters that are wide on one terminal and narrow on another, except those that pictures are made of."""
    return [
        character
        for character in text.replace(PRESCRIBED, "")
        if unicodedata.east_asian_width(character) == "A" and not "\u2500" <= character <= "\u259f"
    ]
