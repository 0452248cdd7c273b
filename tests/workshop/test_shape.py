"""The shape of the code that people read: lengths, names, and what must not stand in it.

Style that ruff can check is ruff's matter.
"""

from __future__ import annotations

import ast
import re
import statistics
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("pos", "drivers")

FUNCTION_LINES_MAX = 60
FUNCTION_LINES_MEDIAN_MAX = 10
MODULE_LINES_MAX = 400
ONLY_DECLARES = ("pos/link/calls.py", "pos/link/state.py")
"""Modules that list declarations one after the other and decide nothing; for them there is no limit."""

HANGUL = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")
VAGUE = re.compile(r"(Manager|Helper|Utils?|Base|Impl)($|[A-Z])|^(get|do)_")
UNFINISHED = re.compile(r"#.*\b(TODO|FIXME|XXX|HACK)\b")


@cache
def sources() -> dict[str, str]:
    """The product's modules by their path."""
    paths = sorted(path for package in PRODUCT for path in (ROOT / package).rglob("*.py"))
    return {str(path.relative_to(ROOT)): path.read_text() for path in paths}


@cache
def trees() -> dict[str, ast.Module]:
    return {path: ast.parse(source) for path, source in sources().items()}


Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions() -> Iterator[tuple[str, int]]:
    """Each function, and how many lines its body has without the docstring."""
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, Function):
                body = node.body[1:] if ast.get_docstring(node) is not None else node.body
                lines = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
                yield f"{path} {node.name}", lines


def names() -> Iterator[tuple[str, str]]:
    """Every name that the product gives to a function, class, parameter or variable, and where."""
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, Function | ast.ClassDef):
                yield f"{path}:{node.lineno}", node.name
            elif isinstance(node, ast.arg):
                yield f"{path}:{node.lineno}", node.arg
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield f"{path}:{node.lineno}", node.id


def decisions(tree: ast.AST) -> list[int]:
    """The lines in which something is decided or repeated."""
    kinds = (ast.If, ast.For, ast.While, ast.Match, ast.Try, ast.IfExp)
    return [node.lineno for node in ast.walk(tree) if isinstance(node, kinds)]


def test_functions_are_short() -> None:
    assert {name: lines for name, lines in functions() if lines > FUNCTION_LINES_MAX} == {}
    assert statistics.median(lines for _, lines in functions()) < FUNCTION_LINES_MEDIAN_MAX


def test_modules_are_short() -> None:
    lengths = {path: source.count("\n") for path, source in sources().items() if path not in ONLY_DECLARES}

    assert {path: lines for path, lines in lengths.items() if lines > MODULE_LINES_MAX} == {}


def test_what_may_be_long_decides_nothing() -> None:
    assert [decisions(trees()[path]) for path in ONLY_DECLARES] == [[] for _ in ONLY_DECLARES]


def test_every_module_says_what_it_is() -> None:
    silent = [path for path, tree in trees().items() if not ast.get_docstring(tree) and tree.body]

    assert silent == []


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {Path(path).parent for path in sources()}

    assert [str(folder) for folder in sorted(folders) if not (ROOT / folder / "__init__.py").exists()] == []


def test_names_say_something() -> None:
    assert [f"{where} {name}" for where, name in names() if VAGUE.search(name)] == []


def test_names_can_be_typed_on_any_keyboard() -> None:
    assert [f"{where} {name}" for where, name in names() if not name.isascii()] == []


def test_korean_stands_where_words_are_kept() -> None:
    """In the words, the sandbox's town and its visitors' keys; elsewhere only comments and docstrings may quote it."""
    kept = ("pos/words/", "pos/sandbox/", "pos/demo/")
    strangers = []
    for path, tree in trees().items():
        if path.startswith(kept):
            continue
        prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        strangers += [
            f"{path}:{node.lineno} {node.value!r}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in prose
            and HANGUL.search(node.value)
        ]

    assert strangers == []


def test_nothing_is_left_for_later() -> None:
    unfinished = [
        f"{path}:{number}"
        for path, source in sources().items()
        for number, line in enumerate(source.splitlines(), 1)
        if UNFINISHED.search(line)
    ]

    assert unfinished == []
