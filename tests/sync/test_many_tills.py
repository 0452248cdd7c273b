"""Twenty tills sell through a network in which three calls of ten go wrong: the ledger has every sale exactly once.

Everyday's slow tests run a slice; `./run soak` runs all ten thousand sales (`CHAK_SALES`).
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from pos.config import load_config
from pos.errors import LedgerError
from pos.ledger.audit import audit
from pos.ledger.serve import LedgerThread
from pos.link.calls import SummariseSync
from pos.sandbox.entropy import Entropy
from pos.sandbox.people import Mint
from pos.sandbox.town import Town, deliver_trust, enrol_terminal
from pos.terminal import build_core
from tests.support.core_builders import make_town
from tests.sync.conftest import Till
from tests.sync.hostile import HostileNetwork, Trouble

TILLS = 20
SALES = int(os.environ.get("CHAK_SALES", "400"))
FAULTS = 0.3
TROUBLES = tuple(trouble for trouble in Trouble if trouble is not Trouble.NONE)
SCRIPT = 50_000
ROUNDS_MAX = 400


@pytest.fixture
def tills(tmp_path: Path) -> Iterator[list[Till]]:
    town = make_town(tmp_path / "town")
    homes = {f"t-many-{number}": tmp_path / f"till-{number}" for number in range(1, TILLS + 1)}
    for terminal, home in homes.items():
        home.mkdir()
        enrol_terminal(town, home=home, merchant="m-bakery", terminal=terminal, entropy=Entropy.of_seed(terminal))
    with ExitStack() as stack:
        made: list[Till] = []
        for terminal, home in homes.items():
            deliver_trust(town, home)
            core = stack.enter_context(closing(build_core(load_config(home / "terminal.toml"))))
            mint = Mint(town, Entropy.of_seed(f"customers of {terminal}"))
            made.append(Till(town=town, core=core, mint=mint, entries_max=32))
        yield made


def _script(chance: random.Random) -> list[Trouble]:
    return [chance.choice(TROUBLES) if chance.random() < FAULTS else Trouble.NONE for _ in range(SCRIPT)]


def _try(till: Till, url: str) -> None:
    try:
        till.deliver(url)
    except LedgerError:
        return


@pytest.mark.slow
def test_twenty_tills_through_a_network_with_thirty_percent_faults(
    tills: list[Till], capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(20)
    town: Town = tills[0].town
    began_s = time.monotonic()
    with LedgerThread(town.ledger_dir) as ledger:
        with HostileNetwork(ledger.url) as network:
            network.follow(_script(chance))
            left = SALES
            while left:
                till = chance.choice(tills)
                count = min(chance.randrange(5, 25), left)
                till.sell(count)
                left -= count
                _try(till, network.url)
            for _ in range(ROUNDS_MAX):
                waiting = [till for till in tills if till.waiting]
                for till in waiting:
                    _try(till, network.url)
                if not waiting:
                    break
        troubles = sum(trouble is not Trouble.NONE for trouble in network.seen)
        summaries = [till.call(SummariseSync()) for till in tills]
    report = audit(town.ledger_dir)

    with capsys.disabled():
        seconds = time.monotonic() - began_s
        sys.stdout.write(f"\n{SALES} sales, {len(network.seen)} calls, {troubles} troubles, {seconds:.0f} s\n")
    assert sum(len(till.sold) for till in tills) == SALES
    assert [summary.waiting for summary in summaries] == [0] * TILLS
    assert sum(summary.settled for summary in summaries) == SALES
    assert report.problems == []
    assert report.payments == {"settled": SALES}
