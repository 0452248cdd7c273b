"""Where the scenes are played: the town, the cashier's hands, the customers' phones, the other till, and the sums.

The scenes look at what came of an act over the command line's link: it reads what a screen shows, and what it does not.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from pos.demo.showing import DemoError, Showing
from pos.demo.story.hands import GO_ON, Hands, Person
from pos.demo.story.second_till import FOLDER, SecondTill
from pos.demo.story.takings import Takings
from pos.demo.story.yesterday import FLOAT_WON
from pos.demo.town import RunningTown
from pos.errors import LinkError
from pos.ledger.telling import tell_in
from pos.link.calls import Call, ReadJournal, ReadReport, ReportPage, Role
from pos.link.client import BlockingLink
from pos.link.state import Outcome, PrinterState, QuestionKind, TillState, VerdictView
from pos.sandbox.cheats import Hand, payment_text
from pos.sandbox.entropy import Entropy
from pos.sandbox.people import Mint, Promise
from pos.voucher.body_fields import MessageBody

R = TypeVar("R")
SETTLE_S: Final = 60.0
BACK_S: Final = 30.0
LOOK_S: Final = 0.05


class Stage:
    """One day of one till."""

    def __init__(self, running: RunningTown, hands: Hands, *, seed: int) -> None:
        self.running: Final = running
        self.hands: Final = hands
        self.takings: Final = Takings(float_won=FLOAT_WON)
        self.second_till: Final = SecondTill(running.folder / FOLDER, running.ledger_url)
        self.showing: Final = Showing(running, hands)
        self.morning_code = ""
        """A code that was paid with before the network went."""
        self.morning_receipt = ""
        self.receipt_of_second_till = ""
        self._control = BlockingLink(running.config.terminal.socket_dir, Role.CONTROL)
        self._mint = Mint(running.town, Entropy.of_seed(f"story {seed}"))

    def close(self) -> None:
        self.second_till.close()
        self._control.close()

    # Looking

    def ask(self, call: Call[R]) -> R:
        """Any call of the command line."""
        return self._control.call(call)

    def report(self, name: str) -> ReportPage:
        page = self.ask(ReadReport(name=name))
        if not isinstance(page, ReportPage):
            raise DemoError(f"there is no report {name}")
        return page

    def entries(self) -> tuple[bytes, ...]:
        """The whole journal."""
        found: list[bytes] = []
        while page := self.ask(ReadJournal(after=len(found))).entries:
            found += page
        return tuple(found)

    def wait(self, condition: Callable[[TillState], bool], what: str) -> TillState:
        return self.hands.wait_until(condition, what, SETTLE_S)

    def papers(self) -> dict[str, str]:
        """Everything that came out of the printer: the picture's name and the text on it. A printer that begins anew
        after a cut may leave an empty piece."""
        texts = ((path, path.read_text("utf-8")) for path in sorted(self.running.paper.glob("receipt-*.txt")))
        return {path.with_suffix(".png").name: text for path, text in texts if text.strip()}

    def wait_for_paper(self) -> None:
        def is_done(till: TillState) -> bool:
            return till.printer.unprinted == 0 and till.printer.state is not PrinterState.PRINTING

        self.wait(is_done, "printing everything")

    def paper_with(self, *words: str) -> str:
        """The text of the first paper with these words on it, as soon as it is there."""

        def found() -> str:
            return next((text for text in self.papers().values() if all(word in text for word in words)), "")

        self.until(lambda: bool(found()), f"a paper that says {' and '.join(words)}")
        return found()

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Look again and again at something that no till shows."""
        until_s = time.monotonic() + SETTLE_S
        while not condition():
            if time.monotonic() > until_s:
                raise DemoError(f"{what} did not come within {SETTLE_S:.0f} s")
            time.sleep(LOOK_S)

    # Phones

    def hand(self, *, program: str = "general", value_won: int = 300_000) -> Hand:
        """A new voucher of the town's own, in a hand that signs whatever it is told to."""
        return self._mint.hand(Promise(program=program, value_won=value_won), now_s=int(time.time()))

    def code(
        self,
        amount_won: int,
        *,
        program: str = "general",
        hand: Hand | None = None,
        nonce: bytes | None = None,
    ) -> str:
        """The text of a payment made now; with a nonce it answers a request of this shop."""
        hand = hand or self.hand(program=program, value_won=max(300_000, amount_won))
        merchant = None if nonce is None else self.running.config.terminal.merchant
        now_s = int(time.time())
        return payment_text(hand.sign(amount_won=amount_won, issued_s=now_s, merchant=merchant, nonce=nonce))

    def secret(self, name: str) -> bytes:
        """Sixteen bytes that nobody has used."""
        return self._mint.secret(name, size=16)

    def show(self, text: str, *, expected: str = "") -> VerdictView:
        """A code before the camera; `expected` is the reason that the till has to give, none where it approves."""
        self.showing.saw(self.hands.look())
        verdict = self.showing.verdict_on(text)
        if verdict.outcome is Outcome.APPROVED:
            self.hands.saw(verdict)
        is_expected = verdict.reason == expected and (bool(expected) or verdict.outcome is Outcome.APPROVED)
        if not is_expected:
            raise DemoError(f"the till said {verdict.outcome} {verdict.reason}, {expected or 'approved'} was expected")
        return verdict

    def by_phone(self, amount_won: int, *, program: str = "general") -> VerdictView:
        """One whole sale by a code."""
        self.hands.enter(amount_won)
        verdict = self.show(self.code(amount_won, program=program))
        self.takings.sale(voucher=amount_won)
        return verdict

    def part_by_phone(self, due_won: int, part_won: int) -> None:
        """A code over a part of what is due; the sale goes on."""
        self.hands.enter(due_won)
        self.show(self.code(part_won), expected="part_payment")
        self.hands.answer(QuestionKind.PART_PAYMENT, GO_ON)

    # The world around the till

    def tell(self, *bodies: MessageBody) -> None:
        """The ledger writes to the till."""
        town = self.running.town
        tell_in(town.ledger_dir, town.terminal, bodies, now_s=int(time.time()))

    def printer(self, **faults: str | bool) -> None:
        (self.running.paper / "faults.json").write_text(json.dumps(faults))

    def power_cut(self, whose_turn: Person) -> None:
        """Core ends in mid-air and starts again; whoever works there says so with a PIN."""
        with self.running.supervisor.without("core"):
            pass
        self.core_is_back()
        self.come(whose_turn)

    def core_is_back(self) -> None:
        """Core was gone: everybody finds it again."""
        self._control.close()
        self._control = _control_link(self.running.config.terminal.socket_dir)
        self.hands.core_is_back()
        self.showing.begin_again()

    def come(self, person: Person) -> None:
        if not self.hands.come(person):
            raise DemoError(f"{person.name} could not come to the till")

    def delivered(self) -> None:
        """Everything is at the ledger."""
        self.hands.send_now()
        self.wait(lambda till: till.unsent_count == 0, "delivering everything")


def _control_link(folder: Path) -> BlockingLink:
    until_s = time.monotonic() + BACK_S
    while True:
        try:
            return BlockingLink(folder, Role.CONTROL)
        except LinkError:
            if time.monotonic() > until_s:
                raise
            time.sleep(LOOK_S)
