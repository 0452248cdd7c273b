"""`pos demo --headless`: scripted customers before the real terminal, and an audit of both sides' files at the end.

Everything a shop has is running: the four parts of the terminal but its screen, the ledger, the camera that reads the
customer's code from a picture, the printer that keeps its paper. This module is the cashier's fingers, the customers'
phones and, for the middle third of the day, the hand that pulls the network cable.
"""

import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from pos.demo.showing import DemoError, Showing
from pos.demo.town import RunningTown, demo_folder, running_town
from pos.errors import LinkError
from pos.exits import Exit
from pos.link.calls import (
    AnswerQuestion,
    Call,
    CancelSale,
    ClearVerdict,
    EnterAmount,
    OpenRequest,
    PayOther,
    RequestAnswer,
    Role,
    StateChanged,
    SyncNow,
    VerdictShown,
    Watch,
)
from pos.link.client import BlockingLink
from pos.link.state import Outcome, QuestionKind, TillState, VerdictView
from pos.money import format_won
from pos.sandbox.auditor import AuditReport, audit
from pos.sandbox.scenarios import Scenario, scenarios

START_S: Final = 30.0
SETTLE_S: Final = 120.0
TAKE: Final = 1
R = TypeVar("R")


class Cashier:
    """The screen's role, played by a script."""

    def __init__(self, running: RunningTown) -> None:
        self._running = running
        self._link = _connect(running.config.terminal.socket_dir)
        self.state: TillState = self._link.call(Watch()).till
        self.showing: Final = Showing(running, self)

    def wait_until(self, condition: Callable[[TillState], bool], what: str, within_s: float) -> TillState:
        """Follow the till until it is as wanted; DemoError when that takes too long."""
        until_s = time.monotonic() + within_s
        while not condition(self.state):
            left_s = until_s - time.monotonic()
            if left_s <= 0:
                raise DemoError(f"{what} did not happen within {within_s:.0f} s")
            push = self._link.next_push(min(left_s, 1.0))
            if isinstance(push, StateChanged):
                self.state = push.till
            elif push is None:
                self.state = self._link.call(Watch()).till
        return self.state

    def serve(self, scenario: Scenario) -> VerdictView:
        """One customer, from the amount to the verdict."""
        self._link.call(EnterAmount(amount_won=scenario.amount_due_won))
        request = self._open_request() if scenario.needs_request else None
        try:
            verdict = self.present(scenario.text(int(time.time()), request))
        except DemoError as error:
            raise DemoError(f"customer {scenario.number} ({scenario.kind}): {error}") from error
        self._finish(verdict)
        return verdict

    def call(self, call: Call[R]) -> R:
        """Any call of the screen; what follows from it is seen at once."""
        answer = self._link.call(call)
        self._look()
        return answer

    def present(self, text: str) -> VerdictView:
        """A code before the camera, until it is answered."""
        verdict = self.showing.verdict_on(text)
        if verdict.outcome is Outcome.APPROVED:
            self._link.call(VerdictShown(entry_sequence=verdict.entry_sequence))
        return verdict

    def give_up(self) -> None:
        """Leave the open sale and its verdict."""
        self._link.call(CancelSale())
        self._link.call(ClearVerdict())

    def look(self) -> TillState:
        """The till as it is now."""
        self._look()
        return self.state

    def connect_again(self) -> None:
        """Core was gone and is back; it counts its verdicts from the beginning."""
        self._link.close()
        until_s = time.monotonic() + START_S
        while True:
            self._link = _connect(self._running.config.terminal.socket_dir)
            self.showing.begin_again()
            try:
                self._look()
            except LinkError:
                # It was the one that is going.
                self._link.close()
                if time.monotonic() > until_s:
                    raise
            else:
                return

    def synchronise(self) -> None:
        self._link.call(SyncNow())

    def close(self) -> None:
        self._link.close()

    def _open_request(self) -> str:
        answer = self._link.call(OpenRequest())
        if not isinstance(answer, RequestAnswer):
            raise DemoError(f"no payment request could be opened: {answer.cause}")
        return answer.text

    def _look(self) -> None:
        self.state = self._link.call(Watch()).till
        self._link.drop_pushes()
        self.showing.saw(self.state)

    def _finish(self, verdict: VerdictView) -> None:
        """Take a part payment and the rest in cash; give up what was refused."""
        question = self.state.question
        if question is not None and question.kind is QuestionKind.PART_PAYMENT:
            self._link.call(AnswerQuestion(serial=question.serial, choice=TAKE))
        self._look()
        sale = self.state.sale
        if sale is not None and sale.paid_won:
            self._link.call(PayOther(kind="cash", amount_won=sale.remaining_won))
        elif sale is not None and verdict.outcome is not Outcome.APPROVED:
            self._link.call(CancelSale())
        self._look()
        self._link.call(ClearVerdict())


def run_headless(*, sales: int, seed: int, out: Path | None) -> int:
    """Serve `sales` customers and audit; done when every verdict was the expected one and both sides agree."""
    with demo_folder(out) as folder:
        _say(f"town: {folder}")
        started_s = time.monotonic()
        with running_town(folder, seed=seed) as running:
            cashier = Cashier(running)
            try:
                surprises = _day(cashier, running, sales=sales, seed=seed)
                _evening(cashier, running)
            finally:
                cashier.close()
        report = audit(folder)
        return _summary(folder, report, surprises, sales=sales, seconds=time.monotonic() - started_s)


def _day(cashier: Cashier, running: RunningTown, *, sales: int, seed: int) -> int:
    surprises = 0
    verdicts: Counter[str] = Counter()
    for scenario in scenarios(running.town, sales, str(seed)):
        _touch_cable(running, scenario.number, sales)
        verdict = cashier.serve(scenario)
        as_expected = scenario.expected.is_met_by(verdict.outcome.value, verdict.reason or None)
        surprises += not as_expected
        verdicts[verdict.reason or verdict.outcome.value] += 1
        _say(_line(scenario, verdict, sales=sales, is_online=running.cable.is_plugged))
        if not as_expected:
            _say(f"  EXPECTED {scenario.expected}")
    running.cable.plug()
    _say("verdicts: " + ", ".join(f"{name} {count}" for name, count in sorted(verdicts.items())))
    return surprises


def _line(scenario: Scenario, verdict: VerdictView, *, sales: int, is_online: bool) -> str:
    return (
        f"[{scenario.number:>3}/{sales}] {'online ' if is_online else 'offline'}  "
        f"{format_won(scenario.amount_due_won):>8} won  {verdict.outcome.value:<8}  "
        f"{verdict.reason or verdict.receipt_number:<20}  {scenario.customer}"
    )


def _touch_cable(running: RunningTown, number: int, sales: int) -> None:
    """No network for the middle third of the day."""
    if number == sales // 3 + 1:
        running.cable.pull()
        _say("-- the network cable is pulled --")
    elif number == 2 * sales // 3 + 1:
        running.cable.plug()
        _say("-- the network cable is back --")


def _evening(cashier: Cashier, running: RunningTown) -> None:
    """Wait for the paper and for the ledger."""
    cashier.wait_until(lambda till: till.printer.unprinted == 0, "printing everything", SETTLE_S)
    cashier.synchronise()
    cashier.wait_until(lambda till: till.waiting.count == 0, "delivering everything", SETTLE_S)


def _summary(folder: Path, report: AuditReport, surprises: int, *, sales: int, seconds: float) -> int:
    receipts = sorted((folder / "paper").glob("receipt-*.png"))
    _say(
        f"till: {report.approved_count} approved, {format_won(report.approved_won)} won; "
        f"ledger: {format_won(report.settled_won)} won settled, {format_won(report.waiting_won)} won waiting"
    )
    _say(f"receipts: {len(receipts)} pictures, {folder / 'paper'}/receipt-*.png")
    for problem in report.problems:
        _say(f"DISAGREEMENT: {problem}")
    if surprises:
        _say(f"{surprises} verdicts were not the expected ones")
    is_good = not report.problems and not surprises
    _say(f"{sales} customers in {seconds:.1f} s; " + ("till and ledger agree to the won" if is_good else "NOT GOOD"))
    return Exit.DONE if is_good else Exit.FAULT


def _connect(socket_dir: Path) -> BlockingLink:
    """The screen's link, as soon as core answers."""
    until_s = time.monotonic() + START_S
    while True:
        try:
            return BlockingLink(socket_dir, Role.SCREEN)
        except LinkError:
            if time.monotonic() > until_s:
                raise
            time.sleep(0.05)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
