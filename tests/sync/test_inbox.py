"""Messages from a real ledger to a real till: by long calls, through networks of every kind, each once."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace

import pytest

from pos.cli import main
from pos.errors import LedgerRefusedError, LedgerUnreachableError
from pos.exits import Exit
from pos.ledger.serve import LedgerThread
from pos.ledger.telling import tell_in
from pos.sandbox.town import HOME_TERMINAL
from pos.sync.client import LedgerClient
from pos.sync.inbox import Inbox
from pos.voucher.body_fields import MessageBody
from pos.voucher.message_bodies import OrderTold, SettlementTold
from tests.support import message_builders
from tests.support.message_builders import ORDER, SETTLEMENT
from tests.support.voucher_builders import some_bytes
from tests.sync.conftest import Till
from tests.sync.hostile import HostileNetwork, Trouble


def send(till: Till, *bodies: MessageBody) -> None:
    """The operator's own command writes the messages, beside the running service."""
    tell_in(till.town.ledger_dir, HOME_TERMINAL, bodies, now_s=int(time.time()))


def bring(till: Till, url: str, *, wait_s: int = 0) -> int:
    with closing(LedgerClient(url)) as client:
        inbox = Inbox(till, client)
        return inbox.bring(wait_s=wait_s).messages if wait_s else inbox.bring_all()


def test_messages_come_in_pages_and_once(till: Till, ledger: LedgerThread) -> None:
    till.deliver(ledger.url)
    orders = [replace(ORDER, order_id=some_bytes(f"order {number}")) for number in range(150)]
    send(till, *orders, SETTLEMENT)

    assert bring(till, ledger.url) == 151
    assert bring(till, ledger.url) == 0

    inbox = till.core.journal.inbox
    assert [body for _, body in inbox.told(OrderTold)] == orders
    assert [body for _, body in inbox.told(SettlementTold)] == [SETTLEMENT]
    till.deliver(ledger.url)
    assert till.waiting == 0


def test_a_call_that_waits_is_answered_as_soon_as_there_is_something_to_tell(till: Till, ledger: LedgerThread) -> None:
    till.deliver(ledger.url)
    sending = threading.Timer(0.3, lambda: send(till, ORDER))
    began_s = time.monotonic()
    sending.start()

    assert bring(till, ledger.url, wait_s=30) == 1
    sending.join()
    assert time.monotonic() - began_s < 25, "the ledger kept the answer until the end of the wait"


def test_long_messages_are_brought_a_few_at_a_time(till: Till, ledger: LedgerThread) -> None:
    till.deliver(ledger.url)
    big = replace(message_builders.FRAUD, evidence=None, note="가" * 333)
    send(till, *[big] * 400)

    assert bring(till, ledger.url) == 400


def test_every_trouble_of_a_network_costs_a_try_and_no_message(till: Till, ledger: LedgerThread) -> None:
    till.deliver(ledger.url)
    with HostileNetwork(ledger.url) as network:
        for number, trouble in enumerate(Trouble):
            network.follow([])
            send(till, replace(ORDER, order_id=some_bytes(f"order {number}")))
            network.follow([trouble])
            with suppress(LedgerUnreachableError, LedgerRefusedError):
                bring(till, network.url)
            with suppress(LedgerUnreachableError, LedgerRefusedError):
                bring(till, network.url)
    bring(till, ledger.url)

    told = till.core.journal.inbox.told(OrderTold)
    assert [message.number for message, _ in told] == [number + 1 for number in range(len(Trouble))]


@pytest.mark.slow
def test_sales_and_messages_cross_a_hostile_network_with_a_ledger_that_comes_and_goes(
    till: Till, start_ledger: Callable[[], LedgerThread]
) -> None:
    chance = random.Random(7)
    running = start_ledger()
    running.__enter__()
    till.deliver(running.url)
    sent = 0
    with HostileNetwork(running.url) as network:
        while sent < 200:
            till.sell(chance.randrange(3))
            count = chance.randrange(1, 8)
            send(till, *[replace(ORDER, order_id=some_bytes(f"order {sent + more}")) for more in range(count)])
            sent += count
            network.follow(chance.choices(tuple(Trouble), k=6))
            if chance.random() < 0.2:
                running.stop()
                running = start_ledger()
                running.__enter__()
                network.target = running.url
            for _ in range(4):
                with suppress(LedgerUnreachableError, LedgerRefusedError):
                    bring(till, network.url)
                with suppress(LedgerUnreachableError, LedgerRefusedError):
                    till.deliver(network.url)
    bring(till, running.url)
    till.deliver(running.url)
    running.stop()

    told = till.core.journal.inbox.told(OrderTold)
    assert [message.number for message, _ in told] == [number + 1 for number in range(sent)]
    assert till.core.journal.alarms.open() == ()


def test_an_operator_can_send_an_order_from_the_command_line(till: Till, ledger: LedgerThread) -> None:
    order = '{"channel": "배달모아", "total_won": 5000, "items": [{"name": "빵", "quantity": 1, "amount_won": 5000}]}'
    data = ["--data", str(till.town.ledger_dir), "--terminal", HOME_TERMINAL]

    assert main(["ledger", "send", "order", order, *data]) == Exit.DONE
    assert main(["ledger", "send", "order", '{"channel": "배달모아"}', *data]) == Exit.USAGE
    assert main(["ledger", "send", "payment.outcome", "{}", *data]) == Exit.USAGE
    assert main(["ledger", "send", "order", order, *data[:-1], "t-nobody"]) == Exit.USAGE

    assert bring(till, ledger.url) == 1
    assert [body.channel for _, body in till.core.journal.inbox.told(OrderTold)] == ["배달모아"]
