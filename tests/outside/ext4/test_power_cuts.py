"""Real power cuts: the served core on a real ext4 that is shut down at a random moment, then judged.

The core process sells over its sockets on the file system that the handbook recommends, half of the tills with a second
medium on a disk of its own. Nothing is simulated but the customers, the screen's acknowledgements and the printer's
proofs, which come over the links as from the processes that send them. At a moment that nobody planned both disks lose
their power, the process dies, the disks are plugged in again, fsck looks at them, and the judge of the kill matrix
holds the reopened till against everything that had been answered. The same till then lives on to its next cut.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pos.config import TerminalConfig, load_config
from pos.core.core import Core
from pos.errors import LinkError
from pos.journal.mirror import prepare_mirror
from pos.link.address import socket_path
from pos.link.calls import (
    AnswerQuestion,
    ClearVerdict,
    Done,
    EndPrintJob,
    EnterAmount,
    NextPrintJob,
    Pay,
    PayAnswer,
    PayOther,
    Role,
    ScanSeen,
    StateChanged,
    VerdictShown,
    Watch,
)
from pos.link.client import BlockingLink
from pos.link.state import Outcome, QuestionKind, TillState
from pos.sandbox.cheats import payment_text
from pos.sandbox.entropy import Entropy
from pos.sandbox.people import Mint, Promise
from pos.sandbox.town import Town
from pos.terminal import build_core, load_key
from pos.voucher.qr import decode_text
from tests.support.core_builders import make_town
from tests.support.ext4_media import CutKind, Disk
from tests.support.process_tools import Child, wait_for_unix_socket
from tests.support.till_judge import Answer, Witnessed, approved, judge

WORKERS = 2
CUTS_OF_A_TILL = 20
"""Then a new one takes its place: the first entries of a journal are moments of their own."""
WON = 700
PART_WON = 400
PARTS = ("state", "trust", "paper", "camera")
KINDS = (CutKind.NOTHING_FLUSHED,) * 3 + (CutKind.JOURNAL_FLUSHED, CutKind.ALL_FLUSHED)
STARTING_CUTS = 0.1
"""Share of the cuts that come while core starts."""
START_S = 1.5
SELLING_S = 0.6
"""Spans in which a cut's moment lies."""


@dataclass(slots=True)
class Tally:
    """What happened, for the line at the end."""

    counts: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, *names: str, **numbers: int) -> None:
        with self.lock:
            self.counts.update(names)
            self.counts.update(numbers)


@dataclass(slots=True)
class Stand:
    """Who stands at the till over its links: customers, screen and printer. It remembers what it was told."""

    sockets: Path
    code: Callable[[int], str]
    chance: random.Random
    told: list[Answer] = field(default_factory=list)
    amount_of: dict[str, int] = field(default_factory=dict)
    shown: set[int] = field(default_factory=set)
    printed: set[str] = field(default_factory=set)
    is_dark: threading.Event = field(default_factory=threading.Event)
    """Set as the power goes. The processor of a real machine stops then; here it may still say something, and nobody
    who stands in the dark hears it."""

    def sell_until_dark(self) -> None:
        """Sell in every way there is until the links break."""
        with (
            suppress(LinkError),
            closing(self._link(Role.SCREEN)) as screen,
            closing(self._link(Role.DEVICES)) as devices,
        ):
            self._finish_old_sale(screen)
            while True:
                self.chance.choice((self._pay, self._scan, self._pay_in_part))(screen, devices)
                self._print(devices)

    def _link(self, role: Role) -> BlockingLink:
        return BlockingLink(self.sockets, role)

    def _new_code(self, amount_won: int) -> str:
        text = self.code(amount_won)
        self.amount_of[text] = amount_won
        return text

    def _finish_old_sale(self, screen: BlockingLink) -> None:
        till = screen.call(Watch()).till
        if till.question is not None and till.question.kind is QuestionKind.OPEN_SALE:
            screen.call(AnswerQuestion(serial=till.question.serial, choice=1))
            screen.call(PayOther(kind="cash", amount_won=WON - PART_WON))

    def _pay(self, screen: BlockingLink, devices: BlockingLink) -> None:
        """Over the control socket."""
        text = self._new_code(WON)
        with closing(self._link(Role.CONTROL)) as control:
            answer = control.call(Pay(text=text, amount_won=WON))
        assert isinstance(answer, PayAnswer), answer
        assert answer.outcome is Outcome.APPROVED, answer
        self._hear()
        self.told.append(Answer(outcome=answer.outcome, sequence=answer.entry_sequence))

    def _scan(self, screen: BlockingLink, devices: BlockingLink) -> None:
        """At the counter."""
        screen.call(EnterAmount(amount_won=WON))
        self._show(screen, devices, WON)

    def _pay_in_part(self, screen: BlockingLink, devices: BlockingLink) -> None:
        """A code, then cash: a sale that a cut may find half paid."""
        screen.call(EnterAmount(amount_won=WON))
        self._show(screen, devices, PART_WON)
        screen.call(PayOther(kind="cash", amount_won=WON - PART_WON))

    def _show(self, screen: BlockingLink, devices: BlockingLink, amount_won: int) -> None:
        text = self._new_code(amount_won)
        before = _serial(screen.call(Watch()).till)
        devices.call(ScanSeen(text=text, length=len(text)))
        till = _follow(screen, lambda till: _serial(till) > before)
        if till.question is not None and till.question.kind is QuestionKind.PART_PAYMENT:
            screen.call(AnswerQuestion(serial=till.question.serial, choice=1))
            till = _follow(screen, lambda till: till.verdict is not None and till.verdict.outcome is Outcome.APPROVED)
        verdict = till.verdict
        assert verdict is not None
        assert verdict.outcome is Outcome.APPROVED, verdict
        self._hear()
        self.told.append(Answer(outcome=verdict.outcome, sequence=verdict.entry_sequence))
        screen.call(VerdictShown(entry_sequence=verdict.entry_sequence))
        self._hear()
        self.shown.add(verdict.entry_sequence)
        screen.call(ClearVerdict())

    def _hear(self) -> None:
        """What was just answered counts, unless it was answered in the dark."""
        if self.is_dark.is_set():
            raise LinkError("the power is gone")

    def _print(self, devices: BlockingLink) -> None:
        while (job := devices.call(NextPrintJob())).job:
            devices.call(EndPrintJob(job=job.job, outcome="printed"))
            self._hear()
            self.printed.add(job.receipt_number)


def _serial(till: TillState) -> int:
    return 0 if till.verdict is None else till.verdict.serial


def _follow(screen: BlockingLink, is_there: Callable[[TillState], bool]) -> TillState:
    state = screen.call(Watch()).till
    while not is_there(state):
        push = screen.next_push(10)
        assert push is not None, f"the till never came to that; it is {state}"
        if isinstance(push, StateChanged):
            state = push.till
    return state


class Till:
    """One terminal on disks of its own, from its first start through all its cuts."""

    def __init__(self, scratch: Path, town: Town, name: str, *, has_mirror: bool) -> None:
        self._town = town
        self._mint = Mint(town, Entropy.of_seed(name))
        self._sockets = scratch / f"{name}-run"
        self._disks = [Disk(scratch / f"{name}.img", scratch / name)]
        if has_mirror:
            self._disks.append(Disk(scratch / f"{name}-stick.img", scratch / f"{name}-stick"))
        self._home = self._disks[0].folder
        self._sold = 0
        for disk in self._disks:
            disk.plug_in()
        self._lay_out(has_mirror=has_mirror)

    def _lay_out(self, *, has_mirror: bool) -> None:
        for part in PARTS:
            shutil.copytree(self._town.directory / part, self._home / part)
        settings = self._town.terminal_toml.read_text("utf-8").replace('"run"', f'"{self._sockets}"')
        if has_mirror:
            settings += f'\n[mirror]\npath = "{self._disks[1].folder}"\n'
        (self._home / "terminal.toml").write_text(settings, "utf-8")
        if has_mirror:
            key = load_key(self._config).public_key
            prepare_mirror(self._disks[1].folder, terminal=self._config.terminal.id, public_key=key)
        os.sync()

    @property
    def _config(self) -> TerminalConfig:
        return load_config(self._home / "terminal.toml")

    def live_and_die(self, chance: random.Random, tally: Tally) -> None:
        """Sell until the power is cut, then plug everything in again and judge."""
        kind = chance.choice(KINDS)
        stand = Stand(sockets=self._sockets, code=self._code, chance=chance)
        with Child(
            [sys.executable, "-B", "-m", "pos", "process", "core", "--config", self._home / "terminal.toml"]
        ) as core:
            if chance.random() < STARTING_CUTS:
                threading.Event().wait(chance.uniform(0, START_S))
                self._cut(core, kind, chance, stand.is_dark)
                tally.add("while starting")
            else:
                wait_for_unix_socket(socket_path(self._sockets, Role.CONTROL), child=core)
                timer = threading.Timer(chance.uniform(0, SELLING_S), self._cut, (core, kind, chance, stand.is_dark))
                timer.start()
                stand.sell_until_dark()
                timer.join()
            core.wait()
        for disk in self._disks:
            disk.unplug()
            disk.plug_in()
            disk.unplug()
            disk.check()
            disk.plug_in()
        self._judge(stand, tally)
        tally.add(kind.name, "with a second medium" if len(self._disks) > 1 else "without", "cuts")

    def _cut(self, core: Child, kind: CutKind, chance: random.Random, is_dark: threading.Event) -> None:
        is_dark.set()
        for disk in chance.sample(self._disks, len(self._disks)):
            disk.cut(kind)
        core.kill()

    def _code(self, amount_won: int) -> str:
        now_s = int(time.time())
        return payment_text(self._mint.hand(Promise(), now_s=now_s).sign(amount_won=amount_won, issued_s=now_s))

    def _judge(self, stand: Stand, tally: Tally) -> None:
        seen = Witnessed(
            told=tuple(stand.told),
            amount_of=stand.amount_of,
            sold_before=self._sold,
            shown=frozenset(stand.shown),
            printed=frozenset(stand.printed),
        )
        core = build_core(self._config)
        try:
            untold = len(approved(core)) - self._sold - len(stand.told)
            assert untold in (0, 1), f"one code is before the till at a time, and {untold} were approved untold"
            tally.add(_statement(core, seen), told=len(stand.told), untold=untold)
            self._sold = judge(core, seen)
            _close_with_one_key(core)
        finally:
            core.close()

    def scrap(self) -> None:
        for disk in self._disks:
            disk.scrap()


def _statement(core: Core, seen: Witnessed) -> str:
    """What the till says by itself of the code that was before it when the power went, which must be true."""
    before = approved(core)
    till = core.till()
    last = next(reversed(seen.amount_of), None)
    is_recorded = last is not None and decode_text(last).data in before
    question = till.question
    if question is not None and question.kind is QuestionKind.OPEN_SALE:
        assert is_recorded or last is None, "a sale is said to be half paid, and nothing of it is recorded"
        assert till.sale is not None
        assert (till.sale.due_won, till.sale.paid_won) == (WON, PART_WON)
        return "said: half paid"
    if question is not None and question.kind is QuestionKind.CUT_APPROVED:
        (entry, body) = list(before.values())[-1]
        assert (question.receipt_number, question.amount_won) == (body.receipt_number, body.amount_won)
        assert not is_recorded or decode_text(last or "").data == body.object_bytes
        assert entry.sequence not in seen.shown, "it stood on the screen"
        return "said: approved"
    if last is not None and not is_recorded:
        assert till.is_after_cut or not before, "nothing says that the code may be shown again"
        return "said: not recorded"
    return "said: nothing was open"


def _close_with_one_key(core: Core) -> None:
    """The first answer to what a cut left open: the sale goes on, or the goods were given."""
    question = core.till().question
    if question is None or question.kind not in (QuestionKind.OPEN_SALE, QuestionKind.CUT_APPROVED):
        return
    answer = core.handle(Role.SCREEN, AnswerQuestion(serial=question.serial, choice=1))
    assert answer == Done(), answer
    now = core.till().question
    assert now is None or now.kind is not question.kind, "one key is not enough"
    if question.kind is QuestionKind.CUT_APPROVED:
        assert question.receipt_number not in {item.receipt_number for item in core.journal.attention.items()}


def tills(scratch: Path, town: Town, worker: int, cuts: int, tally: Tally) -> None:
    """One worker's share: a till with a second medium, one without, and so on."""
    chance = random.Random(f"worker {worker}")
    for number in range(-(-cuts // CUTS_OF_A_TILL)):
        till = Till(scratch, town, f"till-{worker}-{number}", has_mirror=(number + worker) % 2 == 0)
        try:
            for _ in range(min(CUTS_OF_A_TILL, cuts - number * CUTS_OF_A_TILL)):
                till.live_and_die(chance, tally)
        finally:
            till.scrap()


@pytest.fixture
def scratch() -> Iterator[Path]:
    """Disks in memory: what is measured is the order of writes, not a disk's speed."""
    folder = Path(tempfile.mkdtemp(prefix="cuts-", dir="/dev/shm"))
    yield folder
    shutil.rmtree(folder)


def test_a_till_survives_power_cuts_on_the_file_system_that_is_recommended(
    scratch: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cuts = int(os.environ["CHAK_EXT4_CUTS"])
    tally, began_s = Tally(), time.monotonic()
    town = make_town(scratch / "town")

    with ThreadPoolExecutor(WORKERS) as pool:
        works = [pool.submit(tills, scratch, town, worker, cuts // WORKERS, tally) for worker in range(WORKERS)]
        for work in works:
            work.result()

    with capsys.disabled():
        counted = ", ".join(f"{name} {count}" for name, count in sorted(tally.counts.items()))
        sys.stdout.write(f"\npower cuts on ext4: {counted}; none bad; {time.monotonic() - began_s:.0f} s\n")
    assert tally.counts["cuts"] == cuts // WORKERS * WORKERS
    assert tally.counts["told"] > cuts
