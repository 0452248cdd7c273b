"""The terminal killed at every system call of a sale that changes something, and what must be true afterwards.

Killed is a terminal three customers long: two who pay and one who shows a used code. Three ways: `pos pay` with a core
of its own and a printer, the same with a second medium, and the core process while somebody sells over its socket.
After each kill the journal is opened again as after a power cut, and judged (`tests/support/till_judge.py`).
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from pos.config import load_config
from pos.core.core import Core
from pos.errors import LinkError
from pos.journal.mirror import prepare_mirror
from pos.link.calls import Pay, PayAnswer, Role, Stop
from pos.link.client import BlockingLink
from pos.link.state import Outcome
from pos.sandbox.cheats import Hand, payment_text
from pos.sandbox.entropy import Entropy
from pos.sandbox.people import Mint, Promise
from pos.sandbox.town import Town
from pos.terminal import build_core, load_key
from tests.support.core_builders import make_town
from tests.support.till_judge import Answer, Witnessed, judge, present
from tests.workshop.kill_matrix import Killed, Report, Running, Victim, kill_everywhere, until_its_end
from tests.workshop.warm_python import WarmPython

SELLER = Path(__file__).with_name("kill_seller.py")
HOME_PARTS = ("state", "trust", "paper", "camera", "run")
SOLD_BEFORE = 3
WON = 5_000
PRELOADED = (
    *("pos.cli", "pos.terminal", "pos.commands.payments", "pos.commands.ledger_cli", "pos.sandbox.cli"),
    *("pos.core.process", "pos.devices.paper", "drivers.printer.simulated_folder", "escpos.printer"),
    *("pos.words.ko.report", "pos.words.ko.receipt"),
)
WAYS = ("printer", "mirror", "served")


def shop(folder: Path, *, with_mirror: bool) -> Town:
    """A bakery that has sold before: with a printer and no second medium, or the other way round."""
    town = make_town(folder / "town")
    if with_mirror:
        stick = town.directory / "stick"
        stick.mkdir()
        settings = town.terminal_toml.read_text("utf-8").replace('"sim:paper"', '"none"')
        town.terminal_toml.write_text(f'{settings}\n[mirror]\npath = "stick"\n', "utf-8")
        config = load_config(town.terminal_toml)
        prepare_mirror(stick, terminal=config.terminal.id, public_key=load_key(config).public_key)
    core = open_core(town.directory)
    for number in range(SOLD_BEFORE):
        assert present(core, code_of(hand(town, f"before {number}")), WON).outcome is Outcome.APPROVED
    core.close()
    return town


def hand(town: Town, name: str) -> Hand:
    return Mint(town, Entropy.of_seed(name)).hand(Promise(), now_s=int(time.time()))


def code_of(holder: Hand) -> str:
    return payment_text(holder.sign(amount_won=WON, issued_s=int(time.time())))


def lay_out(town: Town) -> Callable[[Path], None]:
    """A copy of the shop, and three customers with codes made just now."""

    def copy(folder: Path) -> None:
        for part in (*HOME_PARTS, "stick"):
            if (town.directory / part).exists():
                shutil.copytree(town.directory / part, folder / part)
        shutil.copy(town.terminal_toml, folder)
        first, second = code_of(hand(town, "first")), code_of(hand(town, "second"))
        (folder / "codes").write_text("".join(f"{WON} {text}\n" for text in (first, first, second)), "ascii")

    return copy


def open_core(folder: Path) -> Core:
    return build_core(load_config(folder / "terminal.toml"))


def everything_is_true(killed: Killed[str]) -> None:
    told = [json.loads(line) for line in killed.told.splitlines()]
    lines = [line.partition(" ") for line in (killed.folder / "codes").read_text("ascii").splitlines()]
    assert [answer["outcome"] for answer in told] == ["approved", "declined", "approved"][: len(told)]
    core = open_core(killed.folder)
    try:
        seen = Witnessed(
            told=tuple(
                Answer(outcome=Outcome(answer["outcome"]), sequence=sequence_of(core, answer)) for answer in told
            ),
            amount_of={text: int(amount) for amount, _, text in lines},
            sold_before=SOLD_BEFORE,
        )
        assert judge(core, seen) == SOLD_BEFORE + 2
    finally:
        core.close()


def sequence_of(core: Core, answer: dict[str, str]) -> int:
    """Where the journal has an answer that was printed with its entry's hash."""
    entry = core.journal.entry_by_hash(bytes.fromhex(answer["entry"]))
    assert entry is not None, f"an answer was printed and is not recorded: {answer}"
    return entry.sequence


def paying(town: Town, warm: WarmPython) -> Victim[str]:
    """`pos pay`, once for each customer."""
    return Victim(
        lay_out=lay_out(town),
        command=lambda folder: [SELLER, folder],
        drive=until_its_end,
        judge=everything_is_true,
        warm=warm,
    )


def served(town: Town, warm: WarmPython) -> Victim[str]:
    """The core process, with every customer at its socket."""
    return Victim(
        lay_out=lay_out(town),
        command=lambda folder: [
            *("-m", "pos", "process", "core"),
            *("--config", folder / "terminal.toml"),
        ],
        drive=sell_over_the_socket,
        judge=everything_is_true,
        warm=warm,
    )


def sell_over_the_socket(running: Running) -> str:
    """Ask for each payment until core dies; what it answered, in the form in which `pos pay` prints it."""
    told: list[str] = []
    with suppress(LinkError), closing(_link(running)) as link:
        for line in (running.folder / "codes").read_text("ascii").splitlines():
            answer = link.call(Pay(text=line.partition(" ")[2], amount_won=WON))
            assert isinstance(answer, PayAnswer), answer
            told.append(json.dumps({"outcome": answer.outcome, "entry": answer.entry}))
        link.call(Stop())
    return "\n".join(told)


def _link(running: Running) -> BlockingLink:
    while True:
        try:
            return BlockingLink(running.folder / "run", Role.CONTROL)
        except LinkError:
            if running.strace.exit_status is not None:
                raise
            time.sleep(0.01)


def matrix(scratch: Path, way: str, *, every: int = 1) -> Report:
    town = shop(scratch, with_mirror=way == "mirror")
    (scratch / "runs").mkdir()
    with WarmPython(PRELOADED) as warm:
        victim = served(town, warm) if way == "served" else paying(town, warm)
        return kill_everywhere(victim, scratch / "runs", every=every)


@pytest.mark.parametrize("way", WAYS)
def test_a_sale_survives_a_slice_of_the_kills(tmp_path: Path, way: str) -> None:
    matrix(tmp_path, way, every=47).demand(points_min=2, missed_max=1)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_a_sale_survives_a_kill_at_every_call(tmp_path: Path, way: str, capsys: pytest.CaptureFixture[str]) -> None:
    report = matrix(tmp_path, way)

    with capsys.disabled():
        sys.stdout.write(f"\na sale, {way}: {report}\n")
    report.demand(points_min=50, missed_max=len(report.points) // 50)
