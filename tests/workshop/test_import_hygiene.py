"""Which module loads which heavy library, measured where it matters: in a new process.

The layers that import-linter checks say who may import whom. This says what a process really pays for: a library that
arrives through a back door is memory and attack surface in the process that holds the money.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

OWNERS = {
    "textual": ("pos.tui", "pos.demo"),
    "cv2": ("pos.devices", "pos.scanner", "pos.bench", "pos.commands.scanning", "drivers.camera"),
    "zxingcpp": ("pos.devices", "pos.scanner", "pos.bench", "pos.commands.scanning"),
    "pyzbar": ("pos.devices", "pos.scanner", "pos.bench", "pos.commands.scanning"),
    "numpy": ("pos.devices", "pos.scanner", "pos.bench", "pos.commands.scanning", "drivers.camera"),
    "escpos": ("pos.devices", "drivers.printer"),
    "PIL": ("pos.devices", "pos.bench", "drivers"),
    "gpiozero": ("pos.devices", "drivers.lamp"),
    "serial": ("pos.devices", "drivers"),
    "urllib3": (
        "pos.sync",
        "pos.syncer",
        "pos.commands.syncing",
        "pos.commands.trust",
        "pos.commands.provisioning",
        "pos.demo.story",
    ),
    "zeroconf": ("pos.sync.siblings",),
    "sqlalchemy": (
        "pos.ledger",
        "pos.sandbox",
        "pos.demo",
        "pos.bench",
        "pos.commands.auditing",
        "pos.commands.telling",
    ),
    "starlette": ("pos.ledger", "pos.sandbox.cash_receipt_provider", "pos.sandbox.provider_service"),
    "uvicorn": ("pos.ledger", "pos.sandbox.cash_receipt_provider", "pos.sandbox.provider_service"),
    "cbor2": ("pos.sandbox", "pos.demo", "pos.bench"),
}
"""Each heavy library with the packages that may load it when they are imported."""

NEED_NOT_BE_INSTALLED = ("usb", "picamera2")
"""What a machine has only where its printer or camera wants it; the module that uses it says so when it is missing."""

NEVER_LOADED = ("httpx", "requests", "pytest", "hypothesis")
"""What only tests use."""

# One process forks for each group of modules, before it has imported any: a new process for each would take minutes.
MEASURE = """
import importlib, json, os, sys
asked = json.load(sys.stdin)
for group in asked["groups"]:
    child = os.fork()
    if child == 0:
        broken = []
        for module in group:
            try:
                importlib.import_module(module)
            except BaseException as error:
                if getattr(error, "name", None) not in asked["optional"]:
                    broken.append(f"{module} does not import: {error!r}")
        print(json.dumps(broken + [name for name in asked["libraries"] if name in sys.modules]), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""


def modules() -> list[str]:
    """Every module of the product by name."""
    files = [path.relative_to(ROOT) for package in ("pos", "drivers") for path in (ROOT / package).rglob("*.py")]
    names = {".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in files}
    return sorted(name for name in names if not name.endswith("__main__"))


def loads(*groups: Sequence[str]) -> list[set[str]]:
    """For each group of modules the heavy libraries that are there once all of it was imported into a new process."""
    libraries = [*OWNERS, *NEVER_LOADED]
    asked = json.dumps({"groups": groups, "libraries": libraries, "optional": NEED_NOT_BE_INSTALLED})
    command = [sys.executable, "-c", MEASURE]
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=True, cwd=ROOT, timeout=300)
    return [set(json.loads(line)) for line in done.stdout.splitlines()]


def may_load(module: str) -> set[str]:
    return {library for library, owners in OWNERS.items() if is_within(module, owners)}


def is_within(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def test_every_module_loads_only_what_its_process_is_there_for() -> None:
    """Modules that may load the same are measured together, and one by one where something is wrong."""
    groups: dict[frozenset[str], list[str]] = {}
    for module in modules():
        groups.setdefault(frozenset(may_load(module)), []).append(module)
    measured = loads(*groups.values())
    suspects = [
        module
        for (allowed, group), loaded in zip(groups.items(), measured, strict=True)
        for module in group
        if loaded - allowed
    ]
    alone = zip(suspects, loads(*([suspect] for suspect in suspects)), strict=True)

    assert [
        f"{module}: {', '.join(loaded - may_load(module))}" for module, loaded in alone if loaded - may_load(module)
    ] == []
    assert not suspects, "only together do they load what they may not"
    # The measurement itself works: what is imported at the top of a module is seen.
    assert {"textual", "cv2", "numpy", "sqlalchemy", "urllib3"} <= set[str]().union(*measured)


def test_the_processes_that_hold_money_and_the_command_line_may_load_nothing_heavy() -> None:
    assert [may_load(module) for module in ("pos.core", "pos.journal", "pos.till", "pos.voucher", "pos.cli")] == [
        set()
    ] * 5


@pytest.mark.parametrize("library", OWNERS)
def test_each_heavy_library_is_used_by_an_owner(library: str) -> None:
    imported = re.compile(rf"^\s*(import|from) {library}\b|import_module\(\"{library}\b", re.MULTILINE)
    owned = [module for module in modules() if library in may_load(module)]

    assert [module for module in owned if imported.search(source(module))]


def source(module: str) -> str:
    path = ROOT.joinpath(*module.split("."))
    return (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text()
