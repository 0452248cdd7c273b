"""`pos demo --headless --story day`: one business day of the bakery, told in scenes, with every part of it running.

The network is off from 10:00 to 15:00 of the story's clock, the paper runs out at noon, the power fails in the middle
of a sale, a sale goes back and a customer wants a cash receipt. Rules:

- scenes happen one after the other in real time; the hours are the story's;
- each scene says beforehand what the till must answer, and stops the story where it answers something else;
- what the scenes took in is added up here and nowhere else, and in the evening has to be what the closing report, an
  auditor of both sides' files and the ledger say, to the won.
"""

import contextlib
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from pos.demo.headless import SETTLE_S, Cashier, DemoError
from pos.demo.town import RunningTown, demo_folder, running_town
from pos.exits import Exit
from pos.link.calls import (
    AddItem,
    AnswerQuestion,
    BeginCashReceipt,
    Call,
    CloseDay,
    DayClosing,
    Done,
    EnterAmount,
    ImportCatalogue,
    ListCashReceipts,
    MakeRefund,
    MoveCash,
    OpenDay,
    OpenRequest,
    PayOther,
    PrintDocument,
    ReadExchange,
    ReadReport,
    RefundMade,
    ReportPage,
    RequestAnswer,
    RequestCashReceipt,
    Role,
    SubmitNotes,
    TakeNotes,
)
from pos.link.client import BlockingLink
from pos.link.state import Outcome, QuestionKind, TillState
from pos.money import format_won
from pos.sandbox.auditor import audit
from pos.sandbox.cheats import Hand, payment_text
from pos.sandbox.entropy import Entropy
from pos.sandbox.people import Mint, Promise
from pos.sandbox.town import HOME_ISSUER

R = TypeVar("R")
FLOAT_WON: Final = 100_000
PHONE: Final = "01012345678"
CATALOGUE: Final = "key,name,price,tax\n1,단팥빵,2500,taxable\n2,우유,2800,exempt\n"
GO_ON: Final = 1


@dataclass(slots=True)
class Takings:
    """What the scenes took in, by their own reckoning."""

    sales: int = 0
    forms_won: Counter[str] = field(default_factory=Counter)
    refunds_won: Counter[str] = field(default_factory=Counter)
    change_won: int = 0
    """Cash given back on notes."""

    @property
    def total_won(self) -> int:
        return sum(self.forms_won.values()) - self.change_won


class Story:
    """A day at one till."""

    def __init__(self, running: RunningTown, cashier: Cashier, *, seed: int) -> None:
        self._running = running
        self._cashier = cashier
        self._mint = Mint(running.town, Entropy.of_seed(f"story {seed}"))
        self._control = BlockingLink(running.config.terminal.socket_dir, Role.CONTROL)
        self.takings = Takings()
        self._codes: list[str] = []

    def close(self) -> None:
        self._control.close()

    def tell(self) -> None:
        """The whole day."""
        self._at("08:55", "the shop opens", self._open)
        self._at("09:10", "a customer pays by phone", lambda: self._by_phone(12_000))
        self._at("09:30", "bread and milk by name, paid in cash", self._by_name)
        self._running.cable.pull()
        self._at("10:00", "the network goes away", lambda: None)
        self._at("10:20", "sales go on", lambda: self._by_phone(8_500))
        self._at("10:40", "a code of this morning is declined", self._morning_code)
        self._at("11:00", "voucher and cash", lambda: self._voucher_and_cash(15_000, 10_000))
        self._at("11:20", "a phone answers the till's request", lambda: self._by_request(64_000))
        self._at("11:40", "three paper notes, with change", self._by_notes)
        self._at("12:00", "the paper runs out, and three more customers are served", self._without_paper)
        self._at("13:00", "the power fails in the middle of a sale", self._power_cut)
        self._at("13:30", "the last sale goes back", self._cancel_last)
        self._at("14:00", "a part of an earlier sale goes back, by its receipt", self._part_back)
        self._at("14:30", "a cash receipt is wanted", self._cash_receipt)
        self._running.cable.plug()
        self._at("15:00", "the network is back, and everything is sent", self._delivered)
        self._at("16:00", "the notes go to the bank", self._bank)
        self._at("17:00", "an interim report, and money to the safe", self._interim)
        self._at("20:00", "the shop closes", self._close_day)

    # Scenes

    def _open(self) -> None:
        self._must(self._screen(OpenDay(float_won=FLOAT_WON)), Done)
        answer = self._control.call(ImportCatalogue(content=CATALOGUE.encode()))
        assert not answer.problems, answer.problems

    def _by_phone(self, amount_won: int) -> None:
        self._must(self._screen(EnterAmount(amount_won=amount_won)), Done)
        self._present(self._code(amount_won))
        self._took("voucher", amount_won)

    def _by_name(self) -> None:
        for key in (1, 1, 2):
            self._must(self._screen(AddItem(key=key)), Done)
        self._must(self._screen(PayOther(kind="cash", amount_won=10_000)), Done)
        self._took("cash", 7_800)

    def _morning_code(self) -> None:
        self._must(self._screen(EnterAmount(amount_won=8_500)), Done)
        self._present(self._codes[0], expected="already_used")
        self._cashier.give_up()

    def _voucher_and_cash(self, due_won: int, voucher_won: int) -> None:
        self._must(self._screen(EnterAmount(amount_won=due_won)), Done)
        self._present(self._code(voucher_won), expected="part_payment")
        self._answer(QuestionKind.PART_PAYMENT, GO_ON)
        self._must(self._screen(PayOther(kind="cash", amount_won=due_won - voucher_won)), Done)
        self.takings.sales += 1
        self.takings.forms_won.update({"voucher": voucher_won, "cash": due_won - voucher_won})

    def _by_request(self, amount_won: int) -> None:
        self._must(self._screen(EnterAmount(amount_won=amount_won)), Done)
        asked = self._must(self._screen(OpenRequest()), RequestAnswer)
        self._present(self._code(amount_won, nonce=asked.nonce, merchant=self._running.config.terminal.merchant))
        self._took("voucher", amount_won)

    def _by_notes(self) -> None:
        """30,000 won in notes for 27,000: more than 60 % is used, so the change is the customer's right."""
        self._must(self._screen(EnterAmount(amount_won=27_000)), Done)
        notes = TakeNotes(
            issuer=HOME_ISSUER,
            program="paper",
            denomination_won=10_000,
            count=3,
            serials=("가1234567", "나2345678", "다3456789"),
            issue_year=2025,
            agreed=("check",),
        )
        self._must(self._screen(notes), Done)
        self._took("note", 30_000)
        self.takings.change_won += 3_000

    def _without_paper(self) -> None:
        self._printer(paper="out")
        self._cashier.wait_until(lambda till: till.printer.state.value != "ready", "the printer's complaint", SETTLE_S)
        for amount_won in (4_000, 5_500, 6_000):
            self._by_phone(amount_won)
        assert self._cashier.look().printer.unprinted >= 3, "their receipts wait"
        self._printer(paper="ok")
        self._answer(QuestionKind.PAPER_LOADED, 1)
        self._cashier.wait_until(lambda till: till.printer.unprinted == 0, "printing what waited", SETTLE_S)

    def _power_cut(self) -> None:
        """8,000 of 12,000 won were received; the question after the cut knows."""
        self._must(self._screen(EnterAmount(amount_won=12_000)), Done)
        self._present(self._code(8_000), expected="part_payment")
        self._answer(QuestionKind.PART_PAYMENT, GO_ON)
        self._running.supervisor.kill("core")
        self._cashier.connect_again()
        self._control.close()
        self._control = BlockingLink(self._running.config.terminal.socket_dir, Role.CONTROL)
        self._answer(QuestionKind.OPEN_SALE, GO_ON)
        self._must(self._screen(PayOther(kind="cash", amount_won=4_000)), Done)
        self.takings.sales += 1
        self.takings.forms_won.update({"voucher": 8_000, "cash": 4_000})

    def _cancel_last(self) -> None:
        made = self._must(self._screen(MakeRefund(receipt_number="", amount_won=0, cause="changed_mind")), RefundMade)
        assert (made.plan.voucher_won, made.plan.cash_won) == (8_000, 4_000), made.plan
        self.takings.refunds_won.update({"voucher": 8_000, "cash": 4_000})

    def _part_back(self) -> None:
        made = self._must(
            self._control.call(MakeRefund(receipt_number="000001", amount_won=2_000, cause="faulty_goods")), RefundMade
        )
        assert made.plan.voucher_won == 2_000, made.plan
        self.takings.refunds_won["voucher"] += 2_000

    def _cash_receipt(self) -> None:
        self._must(self._screen(EnterAmount(amount_won=11_000)), Done)
        self._must(self._screen(PayOther(kind="cash", amount_won=11_000)), Done)
        self._took("cash", 11_000)
        self._must(self._screen(BeginCashReceipt()), Done)
        self._must(self._screen(RequestCashReceipt(purpose="deduction", digits=PHONE)), Done)
        (line,) = self._control.call(ListCashReceipts()).lines
        assert (line.state, line.identifier) == ("queued", "010 **** 5678"), line

    def _delivered(self) -> None:
        self._cashier.synchronise()
        self._cashier.wait_until(lambda till: till.waiting.count == 0, "delivering everything", SETTLE_S)

    def _bank(self) -> None:
        self._must(self._screen(SubmitNotes(issuer=HOME_ISSUER, program="paper")), Done)
        lines = self._control.call(ReadExchange()).lines
        assert sum(line.amount_won for line in lines) == 30_000, lines

    def _interim(self) -> None:
        self._must(self._screen(PrintDocument(name="x")), Done)
        self._must(self._screen(MoveCash(amount_won=50_000, is_in=False, reason="safe")), Done)

    def _close_day(self) -> None:
        """The drawer holds what it should: float, cash taken, less change, refunds and what went to the safe."""
        takings = self.takings
        drawer_won = FLOAT_WON + takings.forms_won["cash"] - takings.refunds_won["cash"] - takings.change_won - 50_000
        closing = self._must(self._screen(CloseDay(counted_won=drawer_won)), DayClosing)
        if closing.difference_won:
            raise DemoError(f"the drawer should hold {closing.expected_won}, and {drawer_won} were counted")
        self._cashier.wait_until(lambda till: till.printer.unprinted == 0, "printing everything", SETTLE_S)
        self._delivered()

    # What the day adds up to

    def disagreements(self) -> tuple[str, ...]:
        """Where the closing report says something else than the scenes."""
        report = self._must(self._control.call(ReadReport(name="z")), ReportPage)
        found: list[str] = []
        said = Counter[str]()
        for line in report.figures:
            if line.group == "tender":
                said[line.labels[0]] += line.won
        sales = sum(line.count for line in report.figures if line.group == "sales")
        if sales != self.takings.sales:
            found.append(f"the report counts {sales} sales, {self.takings.sales} were made")
        for form, won in self.takings.forms_won.items():
            if said[form] != won:
                found.append(f"the report says {said[form]} won of {form}, {won} were taken")
        back = Counter[str]()
        for line in report.figures:
            if line.group == "refund":
                back[line.labels[0]] += line.won
        if back != self.takings.refunds_won:
            found.append(f"the report says that {dict(back)} went back, it was {dict(self.takings.refunds_won)}")
        return tuple(found)

    # The means of a scene

    def _at(self, hour: str, what: str, scene: Callable[[], None]) -> None:
        line = "offline" if not self._running.cable.is_plugged else "online "
        _say(f"{hour}  {line}  {what}")
        try:
            scene()
        except AssertionError as error:
            raise DemoError(f"{hour}, {what}: {error}") from error

    def _took(self, form: str, amount_won: int) -> None:
        self.takings.sales += 1
        self.takings.forms_won[form] += amount_won

    def _screen(self, call: Call[R]) -> R:
        return self._cashier.call(call)

    def _must(self, answer: object, kind: type[R]) -> R:
        if not isinstance(answer, kind):
            raise DemoError(f"the till answered {answer}")
        return answer

    def _code(self, amount_won: int, *, nonce: bytes | None = None, merchant: str | None = None) -> str:
        now_s = int(time.time())
        hand: Hand = self._mint.hand(Promise(), now_s=now_s)
        return payment_text(hand.sign(amount_won=amount_won, issued_s=now_s, merchant=merchant, nonce=nonce))

    def _present(self, text: str, *, expected: str = "") -> None:
        verdict = self._cashier.present(text)
        self._codes.append(text)
        is_expected = verdict.reason == expected and (bool(expected) or verdict.outcome is Outcome.APPROVED)
        if not is_expected:
            raise DemoError(f"the till said {verdict.outcome} {verdict.reason}, {expected or 'approved'} was expected")

    def _answer(self, kind: QuestionKind, choice: int) -> None:
        def is_asked(till: TillState) -> bool:
            return till.question is not None and till.question.kind is kind

        question = self._cashier.wait_until(is_asked, f"the question {kind.value}", SETTLE_S).question
        assert question is not None, "it was waited for"
        self._must(self._screen(AnswerQuestion(serial=question.serial, choice=choice)), Done)

    def _printer(self, **faults: str) -> None:
        (self._running.paper / "faults.json").write_text(json.dumps(faults))


def run_story(*, seed: int, out: Path | None) -> int:
    """Tell the day and audit it; done when till, ledger and closing report agree to the won."""
    with demo_folder(out) as folder:
        _say(f"town: {folder}")
        with running_town(folder, seed=seed) as running:
            cashier = Cashier(running)
            with contextlib.closing(cashier):
                story = Story(running, cashier, seed=seed)
                with contextlib.closing(story):
                    story.tell()
                    problems = story.disagreements()
        return _evening(folder, story.takings, problems)


def _evening(folder: Path, takings: Takings, problems: tuple[str, ...]) -> int:
    report = audit(folder)
    vouchers_won = takings.forms_won["voucher"]
    if report.settled_won != vouchers_won:
        problems = (*problems, f"{vouchers_won} won were paid by voucher, the ledger settled {report.settled_won}")
    _say(f"taken: {takings.sales} sales, {format_won(takings.total_won)} won")
    for form, won in sorted(takings.forms_won.items()):
        _say(f"  {form:<14}{format_won(won):>10}")
    _say(f"  {'change':<14}{format_won(-takings.change_won):>10}")
    for form, won in sorted(takings.refunds_won.items()):
        _say(f"  {form + ' back':<14}{format_won(-won):>10}")
    _say(f"ledger: {format_won(report.settled_won)} won settled, {format_won(report.waiting_won)} won waiting")
    for picture in sorted((folder / "paper").glob("receipt-*.png")):
        _say(f"  {picture.name}  {_title_of(picture.with_suffix('.txt'))}")
    for problem in (*problems, *report.problems):
        _say(f"DISAGREEMENT: {problem}")
    is_good = not problems and not report.problems
    _say("till, ledger and reports agree to the won" if is_good else "NOT GOOD")
    return Exit.DONE if is_good else Exit.FAULT


def _title_of(text: Path) -> str:
    """The first words on a paper."""
    lines = text.read_text("utf-8").splitlines() if text.exists() else []
    return next((line.strip() for line in lines if line.strip()), "")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
