"""A request on the screen, a phone that pays it at the ledger, and the inbox that tells the till: real processes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest

from pos.ledger.audit import audit
from pos.ledger.serve import LedgerThread
from pos.link.calls import CancelSale, Done, EnterAmount, OpenRequest, RequestAnswer, Role, SyncNow
from pos.link.client import BlockingLink
from pos.link.state import Outcome
from pos.sandbox.online import PhoneApp, phone_app
from tests.support.process_tools import DEADLINE_S
from tests.sync.hostile import HostileNetwork, Trouble
from tests.system.conftest import Till
from tests.system.test_processes import patient_link
from tests.system.test_syncing import follow, running

AMOUNT_WON = 80_000


@dataclass(frozen=True, slots=True)
class Counter:
    """A till at work, its ledger, and a customer's payment app."""

    till: Till
    screen: BlockingLink
    app: PhoneApp

    def ask(self) -> RequestAnswer:
        assert self.screen.call(EnterAmount(amount_won=AMOUNT_WON)) == Done()
        answer = self.screen.call(OpenRequest())
        assert isinstance(answer, RequestAnswer)
        return answer

    def wait_for_end(self, number: str) -> str:
        """Where the money went, once the ledger knows."""
        end_s = time.monotonic() + DEADLINE_S
        while (state := self.app.look(number).state) == "waiting":
            assert time.monotonic() < end_s, "the ledger never hears how it ended"
            time.sleep(0.05)
        return state

    @property
    def approvals(self) -> int:
        return self.till.kinds().count("payment.approved")


@pytest.fixture
def network(till: Till) -> Iterator[HostileNetwork]:
    with LedgerThread(till.town.ledger_dir) as ledger, HostileNetwork(ledger.url) as between:
        yield between


@pytest.fixture
def counter(till: Till, network: HostileNetwork) -> Iterator[Counter]:
    with running(till, network.url), closing(patient_link(till, Role.SCREEN)) as screen:
        follow(screen, lambda state: state.network.online, "the first contact")
        yield Counter(till, screen, phone_app(till.town))


def test_a_phone_pays_online_the_inbox_brings_it_and_the_till_approves_and_prints(counter: Counter) -> None:
    request = counter.ask()

    paid = counter.app.pay("app-1", request=request.text)

    state = follow(counter.screen, lambda state: state.verdict is not None, "the verdict")
    assert state.verdict is not None
    assert (state.verdict.outcome, state.verdict.amount_won) == (Outcome.APPROVED, AMOUNT_WON)
    assert state.sale is None
    number = state.verdict.receipt_number
    assert number is not None
    assert counter.wait_for_end("app-1") == "settled"
    again = counter.app.pay("app-1", request=request.text)
    assert (again.payment, again.state) == (paid.payment, "settled")
    assert counter.approvals == 1
    said = counter.till.pos("receipt", "show", number)
    assert "80,000" in said.out, "there is a receipt, and a job to print it"
    report = audit(counter.till.town.ledger_dir)
    assert (report.problems, report.settled_won) == ([], AMOUNT_WON)


def test_a_payment_that_reaches_the_till_after_its_request_was_closed_goes_back(
    counter: Counter, network: HostileNetwork
) -> None:
    request = counter.ask()
    network.follow([Trouble.HANG_UP] * 1_000)

    paid = counter.app.pay("app-2", request=request.text)
    assert counter.screen.call(CancelSale()) == Done()
    network.follow([])
    counter.screen.call(SyncNow())

    assert paid.state == "waiting"
    assert counter.wait_for_end("app-2") == "returned"
    assert counter.approvals == 0
    assert audit(counter.till.town.ledger_dir).problems == []
