"""Printers for tests."""

from pathlib import Path

import pytest

from drivers.printer.profile import Cut, DotsBy, load_profile
from drivers.printer.raster import Typeface
from drivers.printer.simulated_faults import Hardware
from tests.support.printer_counter import Counter, CounterFactory


@pytest.fixture(scope="session")
def typeface() -> Typeface:
    return Typeface.load()


@pytest.fixture
def counter_with(typeface: Typeface) -> CounterFactory:
    def build(
        profile: str = "simulated-80mm", hardware: Hardware | None = None, *, dots_by: DotsBy = DotsBy.ROWS
    ) -> Counter:
        loaded = load_profile(profile)
        matching = Hardware(dots=loaded.dots, has_automatic_status=loaded.asb, has_cutter=loaded.cut is Cut.PARTIAL)
        return Counter(typeface, loaded, hardware or matching, dots_by=dots_by)

    return build


@pytest.fixture
def counter(counter_with: CounterFactory) -> Counter:
    return counter_with()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "paper"
