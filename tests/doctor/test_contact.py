"""What the running core says of the shop's other tills, as an examination tells it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TypeVar, cast

import msgspec
import pytest

from pos.config import LedgerSection, TerminalConfig, TerminalSection
from pos.doctor.check import Place
from pos.doctor.contact import CoreCheck
from pos.link.calls import Call, State
from pos.link.examination import Colour
from pos.words.findings import FindingCode
from tests.support.till_simulator import quiet_till

R = TypeVar("R")


@dataclasses.dataclass(frozen=True)
class Core:
    """Says what the simulated till shows, with so many other tills."""

    count: int
    silent: int

    def call(self, call: Call[R]) -> R:
        shown = quiet_till()
        till = msgspec.structs.replace(shown, siblings_count=self.count, siblings_silent=self.silent)
        return cast("R", State(till=till))


@pytest.mark.parametrize(
    ("count", "silent", "told"),
    [
        (0, 0, []),
        (2, 0, [(FindingCode.SIBLINGS_LINKED, Colour.GREEN, "2/2")]),
        (2, 1, [(FindingCode.SIBLINGS_SILENT, Colour.UNKNOWN, "1/2")]),
    ],
)
def test_other_tills_are_told_of_in_a_shop_that_has_any(
    count: int, silent: int, told: list[tuple[FindingCode, Colour, str]], tmp_path: Path
) -> None:
    section = TerminalSection(
        id="t", merchant="m", ledger="l", state_dir=tmp_path, socket_dir=tmp_path, trust_dir=tmp_path
    )
    config = TerminalConfig(file=tmp_path / "t.toml", terminal=section, ledger=LedgerSection(url="http://127.0.0.1:9"))

    found = CoreCheck().look(Place(config=config, core=Core(count, silent)))

    about = (FindingCode.SIBLINGS_LINKED, FindingCode.SIBLINGS_SILENT)
    assert [(finding.code, finding.colour, finding.answered) for finding in found if finding.code in about] == told
