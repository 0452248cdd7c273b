"""The tests with which a new terminal is handed over: its paper, its camera, a payment over one won.

Rules:

- nothing is sold before it is over; each step is a person's to repeat, or to pass over, which is recorded;
- the paper carries the check code and a word drawn for this once; only that word, read by the terminal's own camera,
  counts as read back;
- the test payment goes the way of every payment, from its text to the decision, under trust data in which the test
  issuer has the ledger's own keys; it is recorded as `selftest.payment`, in no total and in nobody's spend line;
- a cut begins the tests anew: they change nothing.
"""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from pos.clock import Clock
from pos.core.checkout import Checkout, ContactAge, Presented
from pos.core.enrolling import HOLDER_FILE, VOUCHER_FILE, machine_serial
from pos.core.former import Former
from pos.core.installation_papers import done_paper, trial_paper
from pos.core.live_trust import LiveTrust
from pos.core.paper import Paper
from pos.journal.journal import Journal
from pos.link.calls import (
    AnyAnswer,
    AnyCall,
    Done,
    GoOnInstalling,
    Refused,
    RepeatStep,
    ScanSeen,
    SkipStep,
    TypeInstallNumber,
)
from pos.link.install import InstallFault, InstallStep, InstallView
from pos.text import safe_text
from pos.till.decision import Approved, Tender
from pos.till.reasons import Reason, Refusal
from pos.voucher.bodies import EntryBody, SelftestCompleted, SelftestPayment, SelftestRead
from pos.voucher.keys import SigningKey
from pos.voucher.qr import QrKind, encode_text
from pos.voucher.selftest import TEST_WON, selftest_payment
from pos.words.install import InstallLabels

TOKEN_BYTES: Final = 8
_TOKEN_HEAD: Final = "SELFTEST-"
log = logging.getLogger(__name__)
_TESTS: Final = (InstallStep.READ_BACK, InstallStep.PAYMENT)


@dataclass(slots=True, kw_only=True)
class Installation:
    """The tests of one terminal."""

    journal: Journal
    trust: LiveTrust
    clock: Clock
    contact: ContactAge
    paper: Paper
    home: Path
    """The terminal's folder, where its test voucher lies."""
    terminal: str
    check_code: str
    words: InstallLabels
    former: Former
    support: Callable[[], str]
    """The support number as it is now."""
    finish: Callable[[], None]
    """Writes down durably that it is over. Raises OSError."""
    is_over: bool = False
    _step: InstallStep = InstallStep.COMPARE
    _fault: InstallFault | None = None
    _reason: str = ""
    _token: str = ""
    _skipped: list[InstallStep] = field(default_factory=list)

    def begin(self) -> None:
        """Print the first paper; it waits for the printer."""
        self._token = f"{_TOKEN_HEAD}{secrets.token_hex(TOKEN_BYTES).upper()}"
        self._print_test()

    @property
    def is_reading(self) -> bool:
        """Whether the camera looks for the paper."""
        return self._step is InstallStep.READ_BACK

    def view(self) -> InstallView:
        return InstallView(
            step=self._step,
            fault=self._fault,
            reason=self._reason,
            check_code=self.check_code,
            shop_name=safe_text(self.trust.merchant.name),
            terminal=self.terminal,
            machine=machine_serial(),
            version=program_version(),
            support=self.support(),
            skipped=tuple(self._skipped),
            is_paper_waiting=self.paper.is_slip_waiting,
            former=self.former.former,
            former_medium=self.former.shown,
            former_entries=self.former.entries,
        )

    def take(self, call: AnyCall) -> AnyAnswer | None:
        """Answer what belongs to the installation; None for everything else."""
        match call:
            case ScanSeen(text=text):
                self._scanned(text)
                return Done()
            case GoOnInstalling():
                return self._go_on()
            case RepeatStep():
                return self._repeat()
            case SkipStep():
                return self._skip()
            case TypeInstallNumber():
                return Refused(cause=Refusal.NOT_ACCEPTABLE)
            case _:
                return None

    def tick(self) -> None:
        """Once a second: the payment goes through as soon as the ledger has been reached."""
        if self._step is InstallStep.PAYMENT and self._fault is not InstallFault.PAYMENT:
            self._pay()

    def _go_on(self) -> Done | Refused:
        match self._step:
            case InstallStep.COMPARE:
                self._go_to(InstallStep.READ_BACK)
                return Done()
            case InstallStep.DONE:
                return self._hand_over()
            case _:
                return Refused(cause=Refusal.NOT_ACCEPTABLE)

    def _repeat(self) -> Done:
        match self._step:
            case InstallStep.COMPARE | InstallStep.READ_BACK:
                self._print_test()
            case InstallStep.PAYMENT:
                self._fault = None
                self._pay()
            case _:
                self._print_done()
        return Done()

    def _skip(self) -> Done | Refused:
        if self._step not in _TESTS:
            return Refused(cause=Refusal.NOT_ACCEPTABLE)
        self._skipped.append(self._step)
        self._go_to(InstallStep.PAYMENT if self._step is InstallStep.READ_BACK else InstallStep.DONE)
        return Done()

    def _scanned(self, text: str) -> None:
        if not self.is_reading:
            return
        if text != self._token:
            self._fault = InstallFault.OTHER_PAPER
            return
        self._record(SelftestRead(token=self._token))
        self._go_to(InstallStep.PAYMENT)

    def _go_to(self, step: InstallStep) -> None:
        self._step, self._fault, self._reason = step, None, ""
        if step is InstallStep.DONE:
            self._print_done()

    def _pay(self) -> None:
        """The phone's part and the till's."""
        try:
            voucher = (self.home / VOUCHER_FILE).read_bytes()
            holder = SigningKey.from_seed((self.home / HOLDER_FILE).read_bytes())
        except OSError:
            # A ledger that gives no test voucher.
            self._fault = InstallFault.PAYMENT
            return
        reading = self.clock.read()
        trust = self.trust.for_selftest()
        payment = selftest_payment(voucher, holder=holder, merchant=trust.merchant.merchant, now_s=reading.time_s)
        text = encode_text(QrKind.PAYMENT, payment.raw)
        checkout = Checkout(journal=self.journal, trust=trust, clock=self.clock, contact=self.contact, clerk=lambda: "")
        presented = Presented(
            text=text, length=len(text), tender=Tender(due_won=TEST_WON), sale_id=None, receipt_number=None
        )
        decision, _ = checkout.judge(presented, reading)
        if isinstance(decision, Approved):
            checks = tuple(map(int, decision.checks))
            self._record(SelftestPayment(object_bytes=payment.raw, amount_won=TEST_WON, checks=checks))
            self._go_to(InstallStep.DONE)
            return
        self._reason = decision.finding.reason.value
        is_waiting = decision.finding.reason is Reason.CONTACT_TOO_OLD
        self._fault = InstallFault.UNREACHABLE if is_waiting else InstallFault.PAYMENT

    def _hand_over(self) -> Done | Refused:
        skipped = " ".join(step.value for step in self._skipped)
        self._record(
            SelftestCompleted(version=program_version(), machine=machine_serial() or None, skipped=skipped or None)
        )
        try:
            self.finish()
        except OSError as error:
            log.error("the end of the installation cannot be stored: %s", error)
            self._fault = InstallFault.DISK
            return Refused(cause=Refusal.NOT_ACCEPTABLE)
        self.is_over = True
        return Done()

    def _print_test(self) -> None:
        self.paper.print_slip(trial_paper(self.words, check_code=self.check_code, token=self._token))

    def _print_done(self) -> None:
        view = self.view()
        self.paper.print_slip(done_paper(self.words, view, time_s=self.clock.read().time_s))

    def _record(self, body: EntryBody) -> None:
        self.journal.record([body], reading=self.clock.read())


def program_version() -> str:
    """Of the installed program; zeros where it runs from its sources alone."""
    try:
        return version("chak-pos")
    except PackageNotFoundError:
        return "0.0.0"
