"""A unit dies and another takes its place: a new card, one code, the old unit's stick; and the old card comes back.

The old unit's stick is a folder with the files that its journal wrote there. What the ledger holds is compared byte by
byte with what the old unit recorded, and audited.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from pos.cli import main
from pos.commands.syncing import sync_once
from pos.config import TerminalConfig, load_config
from pos.core.core import Core
from pos.errors import LedgerRefusedError
from pos.exits import Exit
from pos.journal.mirror import FILE_NAME, MARKER_NAME, prepare_mirror
from pos.ledger.audit import audit
from pos.ledger.serve import LedgerThread
from pos.link.calls import (
    Done,
    Examination,
    GoOnInstalling,
    ListSales,
    NextRecovered,
    OpenDay,
    Pay,
    PayAnswer,
    ReadExamination,
    ReadReport,
    ReceiptPage,
    RecoveredBatch,
    Refused,
    ReportPage,
    ReprintReceipt,
    Role,
    SalePage,
    ShowReceipt,
)
from pos.link.examination import Colour
from pos.link.install import FormerMedium, InstallStep
from pos.link.state import Outcome, SellingStop
from pos.processes import terminal_services
from pos.sandbox.cheats import payment_text
from pos.sandbox.enrolling import issue_code, make_authority
from pos.sandbox.entropy import Entropy
from pos.sandbox.people import Mint, Promise
from pos.sandbox.qr_picture import write_qr
from pos.sandbox.town import Town
from pos.supervisor import Supervisor
from pos.terminal import build_core
from pos.till.report.figures import Group
from pos.voucher.bodies import FormerRead, parse_body
from pos.voucher.keys import SigningKey
from pos.words.findings import FindingCode
from tests.support.core_builders import make_town, short_folder
from tests.system.test_first_boot import MACHINE, at, has_paper, show_paper, the_screen, wait_until
from tests.system.test_provisioning import held_of

FIFTEEN_MINUTES_S = 900.0
SALE_WON = 1_000
MARKER_AND_FILE = {MARKER_NAME, FILE_NAME}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    made = make_town(tmp_path_factory.mktemp("ledger") / "town")
    make_authority(made)
    return made


@pytest.fixture(scope="module")
def ledger(town: Town) -> Iterator[LedgerThread]:
    with LedgerThread(town.ledger_dir) as running:
        yield running


@dataclass(slots=True, kw_only=True)
class Unit:
    """A unit with its card and its stick."""

    town: Town
    terminal: str
    config: Path
    stick: Path
    mint: Mint

    @property
    def loaded(self) -> TerminalConfig:
        return load_config(self.config)

    def sync(self) -> None:
        assert main(["sync", "--once", "--config", str(self.config)]) == Exit.DONE

    def sell(self, count: int, *, opening: bool = False) -> list[bytes]:
        """Sell, each for `SALE_WON`; returns every entry of its journal afterwards."""
        with closing(build_core(self.loaded)) as core:
            if opening:
                assert core.handle(Role.SCREEN, OpenDay(float_won=50_000)) == Done()
            for _ in range(count):
                assert paid(core, self.mint) is Outcome.APPROVED
            found = [core.journal.entry(number + 1) for number in range(core.journal.head.sequence)]
            return [entry.raw for entry in found if entry is not None]


def paid(core: Core, mint: Mint) -> Outcome:
    now_s = int(time.time())
    code = payment_text(mint.hand(Promise(), now_s=now_s).sign(amount_won=SALE_WON, issued_s=now_s))
    answer = core.handle(Role.CONTROL, Pay(text=code, amount_won=SALE_WON))
    return answer.outcome if isinstance(answer, PayAnswer) else Outcome.REFERRED


def a_unit(
    town: Town, ledger: LedgerThread, folder: Path, *, merchant: str = "m-bakery", mirrored: bool = True
) -> Unit:
    """A unit in a shop that has sold, delivered some of it and not the rest."""
    terminal, text = issue_code(town, merchant=merchant, url=ledger.url)
    config, stick = folder / "card" / "terminal.toml", folder / "stick"
    stick.mkdir(parents=True)
    words = ["--mirror", str(stick)] if mirrored else []
    assert main(["provision", text, *words, "--config", str(config)]) == Exit.DONE
    key = SigningKey.from_seed((load_config(config).terminal.state_dir / "terminal.key").read_bytes())
    prepare_mirror(stick, terminal=terminal, public_key=key.public_key)
    mint = Mint(town, Entropy.of_seed(f"customers of {terminal}"))
    unit = Unit(town=town, terminal=terminal, config=config, stick=stick, mint=mint)
    unit.sync()
    # The butcher's takes other programmes than these customers have.
    unit.sell(2 if merchant == "m-bakery" else 0, opening=True)
    unit.sync()
    return unit


def replaced(unit: Unit, ledger: LedgerThread, folder: Path, *, stick: Path | None = None) -> Unit:
    """Another unit in its place, by one command with the stick plugged in."""
    terminal, text = issue_code(unit.town, merchant="m-bakery", replaces=unit.terminal, url=ledger.url)
    config, medium = folder / "terminal.toml", stick or unit.stick
    absent = ["--mirror", str(folder / "nothing"), "--config", str(config)]
    assert main(["provision", text, *absent]) == Exit.USAGE
    assert main(["provision", text, "--mirror", str(medium), "--config", str(config), "--json"]) == Exit.DONE
    return Unit(town=unit.town, terminal=terminal, config=config, stick=medium, mint=unit.mint)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def mirror_finding(core: Core) -> tuple[int, Colour]:
    told = core.handle(Role.SCREEN, ReadExamination())
    assert isinstance(told, Examination)
    (found,) = (finding for finding in told.findings if finding.code // 10 == FindingCode.MIRROR_OFF // 10)
    return found.code, found.colour


@pytest.mark.slow
def test_a_new_card_a_code_and_the_old_stick_bring_everything_back(
    town: Town, ledger: LedgerThread, tmp_path: Path
) -> None:
    """The whole of it in the real processes, with a power cut's torn block at the stick's end."""
    old = a_unit(town, ledger, tmp_path / "old")
    entries = old.sell(3)
    shutil.copytree(old.config.parent, tmp_path / "drawer")
    with (old.stick / FILE_NAME).open("ab") as file:
        file.write((old.stick / FILE_NAME).read_bytes()[-200:-20])
    began_s = time.monotonic()
    new_id, text = issue_code(town, merchant="m-bakery", replaces=old.terminal, url=ledger.url)
    with short_folder() as machine:
        (machine / "camera").mkdir()
        (machine / "paper").mkdir()
        (machine / "terminal.toml").write_text(f'{MACHINE}[mirror]\npath = "{old.stick}"\n', "utf-8")
        config = load_config(machine / "terminal.toml")
        with Supervisor(terminal_services(config), machine / "log"), closing(the_screen(config)) as screen:
            wait_until(screen, at(InstallStep.LOOK))
            screen.call(GoOnInstalling())
            write_qr(machine / "camera" / "code.png", text)
            wait_until(screen, at(InstallStep.COMPARE))
            told = wait_until(
                screen,
                lambda state: state.installation is not None and state.installation.former_medium is FormerMedium.READ,
            ).installation
            assert told is not None
            assert (told.former, told.former_entries) == (old.terminal, len(entries))
            wait_until(screen, has_paper)
            (machine / "camera" / "code.png").unlink()
            screen.call(GoOnInstalling())
            show_paper(machine)
            wait_until(screen, at(InstallStep.DONE))
            wait_until(screen, has_paper)
            screen.call(GoOnInstalling())
            wait_until(screen, lambda state: state.installation is None)
            wait_until(screen, lambda _: new_id in (old.stick / MARKER_NAME).read_text("utf-8"))
            took_s = time.monotonic() - began_s
            wait_until(screen, lambda state: state.unsent_count == 0 and state.printer.unprinted == 0)
        sys.stdout.write(f"replaced: everything back {took_s:.1f} s after the code was made\n")
        assert took_s < FIFTEEN_MINUTES_S
        assert held_of(town, old.terminal) == entries
        assert audit(town.ledger_dir).problems == []
        check_what_is_left(load_config(machine / "terminal.toml"), old, entries)
    check_the_old_card(old, tmp_path / "drawer" / "terminal.toml", entries)


def check_what_is_left(config: TerminalConfig, old: Unit, entries: list[bytes]) -> None:
    """The new unit tells and prints what the old one left, and counts none of it as its own."""
    with closing(build_core(config)) as core:
        (read,) = (body for body in bodies(core) if isinstance(body, FormerRead))
        assert (read.former, read.entries) == (old.terminal, len(entries))
        (job,) = core.journal.paper.jobs_of("BX")
        assert job.state.value == "printed"
        page = core.handle(Role.SCREEN, ListSales(newest=10))
        assert isinstance(page, SalePage)
        assert [(line.amount_won, line.receipt_number) for line in page.sales] == [
            (SALE_WON, f"B{number:06d}") for number in (5, 4, 3, 2, 1)
        ]
        receipt = core.handle(Role.SCREEN, ShowReceipt(receipt_number="B000005"))
        assert isinstance(receipt, ReceiptPage)
        assert old.terminal in receipt.lines[0]
        assert not any(row.kind == "qr" for row in receipt.rows), "only the old unit could sign a receipt code"
        assert core.handle(Role.SCREEN, ReprintReceipt(receipt_number="B000005")) == Done()
        assert isinstance(core.handle(Role.SCREEN, ReprintReceipt(receipt_number="B000006")), Refused)
        day = core.former.papers(core.former._opened(), old.terminal).documents.report("x")  # type: ignore[arg-type]
        assert day is not None
        assert day.float_won == 50_000
        assert sum(row.won for row in day.figures.rows if row.group is Group.SALES) == 5 * SALE_WON
        own = core.handle(Role.CONTROL, ReadReport(name="x"))
        assert isinstance(own, ReportPage)
        assert sum(row.won for row in own.figures if row.group == Group.SALES.value) == 0


def check_the_old_card(old: Unit, config: Path, entries: list[bytes]) -> None:
    """It lives again, sells once more to whoever has not heard, is told at its contact, and stays evidence."""
    revived = Unit(town=old.town, terminal=old.terminal, config=config, stick=old.stick, mint=old.mint)
    text = config.read_text("utf-8").replace(str(old.config.parent), str(config.parent))
    config.write_text(text.replace(str(old.stick), str(config.parent / "no-stick")), "utf-8")
    enrolment = config.parent / "state" / "enrolment.toml"
    enrolment.write_text(enrolment.read_text("utf-8").replace(str(old.config.parent), str(config.parent)), "utf-8")
    after = revived.sell(1)
    assert after[: len(entries)] == entries
    revived.sync()
    with closing(build_core(revived.loaded)) as core:
        assert core.till().stop is SellingStop.TERMINAL_RETIRED
        assert paid(core, old.mint) is Outcome.REFERRED, "told once, it sells nothing more"
    assert held_of(old.town, old.terminal)[: len(after)] == after, "what it sold is evidence"
    assert audit(old.town.ledger_dir).problems == []


def bodies(core: Core) -> list[object]:
    found = [core.journal.entry(number + 1) for number in range(core.journal.head.sequence)]
    return [parse_body(entry.kind, entry.body) for entry in found if entry is not None]


def test_the_stick_of_another_shop_is_refused_with_the_reason_and_stays_as_it_is(
    town: Town, ledger: LedgerThread, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = a_unit(town, ledger, tmp_path / "old", mirrored=False)
    stranger = a_unit(town, ledger, tmp_path / "butcher", merchant="m-butcher")
    before = {path.name: path.read_bytes() for path in stranger.stick.iterdir()}
    held = held_of(town, stranger.terminal)
    capsys.readouterr()

    new = replaced(old, ledger, tmp_path / "new", stick=stranger.stick)

    assert "not taken: it is of a terminal whose place was not taken" in capsys.readouterr().err
    with closing(build_core(new.loaded)) as core:
        core.tick()
        assert mirror_finding(core) == (FindingCode.MIRROR_OTHER, Colour.RED)
        assert core.till().stop is None, "it sells without a second medium"
    assert {path.name: path.read_bytes() for path in stranger.stick.iterdir()} == before
    assert held_of(town, stranger.terminal) == held

    # The same entries under a marker that only says that it is the one.
    shutil.copy(old.stick / MARKER_NAME, stranger.stick / MARKER_NAME)
    with closing(build_core(new.loaded)) as core:
        core.tick()
        assert mirror_finding(core) == (FindingCode.MIRROR_UNPROVEN, Colour.RED)
        assert brings(core) == ""


def test_a_stick_older_than_the_ledger_doubles_nothing(
    town: Town, ledger: LedgerThread, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = a_unit(town, ledger, tmp_path / "old")
    shutil.copytree(old.stick, tmp_path / "earlier")
    old.sell(2)
    old.sync()
    held = held_of(town, old.terminal)
    shutil.rmtree(old.stick)
    capsys.readouterr()

    new = replaced(old, ledger, tmp_path / "new", stick=tmp_path / "earlier")

    said = json.loads(capsys.readouterr().out)
    assert said["replaced"] == old.terminal
    assert 0 < said["former_entries"] < len(held)
    assert held_of(town, old.terminal) == held
    assert audit(town.ledger_dir).problems == []
    assert new.terminal in (new.stick / MARKER_NAME).read_text("utf-8")
    assert names(new.stick) == MARKER_AND_FILE | {f"{name}.{old.terminal}" for name in MARKER_AND_FILE}


def test_a_stick_that_is_pulled_in_the_middle_is_gone_on_with_when_it_is_back(
    town: Town, ledger: LedgerThread, tmp_path: Path
) -> None:
    old = a_unit(town, ledger, tmp_path / "old")
    entries = old.sell(3)
    away = old.stick.with_name("pulled")
    old.stick.rename(away)
    old.stick.mkdir()
    new = replaced(old, ledger, tmp_path / "new")
    away_again = plugged(old.stick, away)

    with closing(build_core(new.loaded)) as core:
        assert brings(core) == old.terminal
        away_again()
        core.tick()
        assert brings(core) == ""
        assert list(old.stick.iterdir()) == [], "nothing is written where no stick is"
        assert core.till().stop is None
    plugged(old.stick, away)
    new.sync()

    assert held_of(town, old.terminal) == entries
    assert new.terminal in (new.stick / MARKER_NAME).read_text("utf-8")
    assert audit(town.ledger_dir).problems == []


def plugged(place: Path, stick: Path) -> Callable[[], None]:
    """Plug the stick in where it is mounted; what pulls it out again."""
    place.rmdir()
    stick.rename(place)

    def pull() -> None:
        place.rename(stick)
        place.mkdir()

    return pull


def brings(core: Core) -> str:
    batch = core.handle(Role.SYNC, NextRecovered())
    assert isinstance(batch, RecoveredBatch)
    return batch.old


def test_an_old_card_that_lost_its_last_moment_is_a_fork_and_both_sides_are_kept(
    town: Town, ledger: LedgerThread, tmp_path: Path
) -> None:
    """The stick was ahead of the card; the replacement delivered it, and the card signs another entry in its place."""
    old = a_unit(town, ledger, tmp_path / "old")
    shutil.copytree(old.config.parent, tmp_path / "earlier")
    entries = old.sell(1)
    shutil.rmtree(old.config.parent)
    (tmp_path / "earlier").rename(old.config.parent)
    replaced(old, ledger, tmp_path / "new")
    assert held_of(town, old.terminal) == entries

    shutil.rmtree(old.stick)
    forked = old.sell(1)
    assert forked[-1] != entries[-1]
    with pytest.raises(LedgerRefusedError):
        sync_once(old.loaded)

    with closing(build_core(old.loaded)) as core:
        assert core.till().stop is SellingStop.JOURNAL_FORKED
        assert paid(core, old.mint) is Outcome.REFERRED
    assert held_of(town, old.terminal) == entries
    assert audit(town.ledger_dir).problems == []
