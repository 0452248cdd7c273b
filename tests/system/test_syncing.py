"""The sync process beside a running core: delivering by itself, waiting out a dead network, finding core again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress

import pytest

from pos.config import load_config
from pos.errors import LinkError
from pos.ledger.serve import LedgerThread
from pos.link.calls import Pay, PayAnswer, Role, StateChanged, SyncNow, Watch
from pos.link.client import BlockingLink
from pos.link.state import Outcome, TillState
from pos.processes import log_dir, terminal_services
from pos.sandbox.cheats import payment_text
from pos.supervisor import Supervisor
from pos.till.reasons import Reason
from tests.support.process_tools import DEADLINE_S
from tests.sync.hostile import HostileNetwork, Trouble
from tests.system.conftest import Till
from tests.system.test_processes import patient_link


@pytest.fixture
def ledger(till: Till) -> Iterator[LedgerThread]:
    with LedgerThread(till.town.ledger_dir) as running:
        yield running


@contextmanager
def running(till: Till, url: str) -> Iterator[Supervisor]:
    """Core and sync, supervised, with the ledger at `url`."""
    till.config.write_text(till.config.read_text().replace("http://127.0.0.1:8400", url))
    config = load_config(till.config)
    services = [service for service in terminal_services(config) if service.name in ("core", "sync")]
    with Supervisor(services, log_dir(config)) as supervisor:
        yield supervisor


def sell(till: Till) -> None:
    """One sale; where core goes with the question, the same code shows afterwards whether it had been taken."""
    text = payment_text(till.hand().sign(amount_won=5_000, issued_s=int(time.time())))
    while True:
        with suppress(LinkError), closing(patient_link(till, Role.CONTROL)) as control:
            answer = control.call(Pay(text=text, amount_won=5_000))
            assert isinstance(answer, PayAnswer)
            assert answer.outcome is Outcome.APPROVED or answer.reason == Reason.ALREADY_USED
            return


def kill(supervisor: Supervisor, name: str) -> None:
    """End a process without warning, and wait until another one is there in its place."""
    killed = supervisor.pids()[name]
    supervisor.kill(name)
    end_s = time.monotonic() + DEADLINE_S
    while supervisor.pids().get(name, killed) == killed:
        assert time.monotonic() < end_s, f"nobody started {name} again"
        time.sleep(0.02)


def follow(screen: BlockingLink, condition: Callable[[TillState], bool], what: str) -> TillState:
    end_s = time.monotonic() + DEADLINE_S
    state = screen.call(Watch()).till
    while not condition(state):
        left_s = end_s - time.monotonic()
        assert left_s > 0, f"{what} did not happen; the till is {state}"
        push = screen.next_push(left_s)
        if isinstance(push, StateChanged):
            state = push.till
    return state


def test_a_sale_is_delivered_by_itself(till: Till, ledger: LedgerThread) -> None:
    with running(till, ledger.url), closing(patient_link(till, Role.SCREEN)) as screen:
        follow(screen, lambda state: state.network.online, "the first contact")
        sell(till)
        follow(screen, lambda state: state.last_sale is not None and not state.waiting.count, "the delivery")


def test_a_network_that_comes_back_is_found_by_itself_and_at_once_by_a_key(till: Till, ledger: LedgerThread) -> None:
    with ExitStack() as stack:
        network = stack.enter_context(HostileNetwork(ledger.url))
        stack.enter_context(running(till, network.url))
        screen = stack.enter_context(closing(patient_link(till, Role.SCREEN)))
        follow(screen, lambda state: state.network.online, "the first contact")
        network.follow([Trouble.HANG_UP] * 1_000)
        sell(till)
        follow(screen, lambda state: not state.network.online, "noticing that the network is gone")

        network.follow([])
        screen.call(SyncNow())

        follow(screen, lambda state: state.network.online and not state.waiting.count, "the delivery")


def test_both_processes_may_die_and_everything_is_delivered(till: Till, ledger: LedgerThread) -> None:
    with running(till, ledger.url) as supervisor:
        for victim in ("core", "sync", "core"):
            sell(till)
            kill(supervisor, victim)
        with closing(patient_link(till, Role.SCREEN)) as screen:
            follow(
                screen,
                lambda state: state.last_sale is not None and state.network.online and not state.waiting.count,
                "the delivery",
            )
    said = till.pos("sync", "--once", "--json")
    assert said.one["settled"] == 3
