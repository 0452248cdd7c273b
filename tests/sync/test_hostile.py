"""Whatever the network does, in the end the ledger has exactly the till's entries, once."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterable

import pytest

from pos.core.alarms import AlarmCause
from pos.errors import LedgerError
from pos.ledger.audit import audit
from pos.ledger.serve import LedgerThread
from pos.link.calls import SummariseSync
from pos.sync.conversation import LedgerBusyError
from tests.sync.conftest import Till
from tests.sync.hostile import HARMLESS, HostileNetwork, Trouble

TROUBLES = tuple(trouble for trouble in Trouble if trouble is not Trouble.NONE)


def deliver_somehow(till: Till, url: str, *, tries_max: int, between: Callable[[], None] = lambda: None) -> int:
    """Try until nothing waits, as the sync process does without its pauses; gives how many tries it took."""
    for tries in range(1, tries_max + 1):
        try:
            till.deliver(url)
        except LedgerError:
            between()
            continue
        if not till.waiting:
            return tries
        between()
    raise AssertionError(f"{till.waiting} entries still wait after {tries_max} tries")


def check_exactly_once(till: Till, ledger: LedgerThread) -> None:
    assert till.held_by(ledger.url) == till.entries()
    summary = till.call(SummariseSync())
    assert (summary.waiting, summary.acknowledged) == (0, len(till.entries()))
    assert (summary.settled, summary.conflicts, summary.refused) == (len(till.sold), 0, 0)
    ledger.stop()
    report = audit(till.town.ledger_dir)
    assert report.problems == []
    assert report.payments["settled"] == len(till.sold)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_each_trouble_alone(till: Till, ledger: LedgerThread, trouble: Trouble) -> None:
    till.sell(3)
    with HostileNetwork(ledger.url, [trouble]) as network:
        if trouble in HARMLESS or trouble is Trouble.OLD_ANSWER:
            till.deliver(network.url)
        else:
            with pytest.raises(LedgerError):
                till.deliver(network.url)
            assert till.call(SummariseSync()).acknowledged == 0, "nothing was believed"
            till.deliver(network.url)
        assert network.seen[0] is trouble

    check_exactly_once(till, ledger)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_each_trouble_in_the_middle_of_many_batches(till: Till, ledger: LedgerThread, trouble: Trouble) -> None:
    till.entries_max = 2
    till.sell(5)
    with HostileNetwork(ledger.url, [Trouble.NONE, trouble, trouble, Trouble.NONE, trouble]) as network:
        deliver_somehow(till, network.url, tries_max=6)

    check_exactly_once(till, ledger)


def test_an_old_answer_is_not_taken_for_a_new_one(till: Till, ledger: LedgerThread) -> None:
    till.sell(1)
    with HostileNetwork(ledger.url) as network:
        till.deliver(network.url)
        acknowledged = till.call(SummariseSync()).acknowledged
        till.sell(1)
        network.follow([Trouble.OLD_ANSWER])
        with pytest.raises(LedgerError, match="not an acknowledgement of our ledger"):
            till.deliver(network.url)
        assert till.call(SummariseSync()).acknowledged == acknowledged
        till.deliver(network.url)

    check_exactly_once(till, ledger)


def test_a_busy_ledger_says_how_long_to_wait(till: Till, ledger: LedgerThread) -> None:
    with HostileNetwork(ledger.url, [Trouble.BUSY]) as network, pytest.raises(LedgerBusyError) as busy:
        till.deliver(network.url)

    assert busy.value.retry_after_s == 7


def test_a_redirect_is_never_followed(till: Till, ledger: LedgerThread) -> None:
    with HostileNetwork(ledger.url, [Trouble.REDIRECT]) as network, pytest.raises(LedgerError, match="302"):
        till.deliver(network.url)
    assert len(network.seen) == 1


def test_a_ledger_that_lost_an_answer_acknowledges_what_it_holds(till: Till, ledger: LedgerThread) -> None:
    """Stored and never heard of: the same entries are sent again, skipped there, and acknowledged."""
    till.sell(4)
    with HostileNetwork(ledger.url, [Trouble.EAT_ANSWER]) as network:
        with pytest.raises(LedgerError):
            till.deliver(network.url)
        assert till.held_by(ledger.url) == till.entries()
        delivered = till.deliver(network.url)

    assert delivered.sent == len(till.entries())
    check_exactly_once(till, ledger)


def test_selling_goes_on_while_the_network_fails(till: Till, ledger: LedgerThread) -> None:
    till.entries_max = 4
    script = _script(random.Random(7), 40)
    with HostileNetwork(ledger.url, script) as network:
        tries = deliver_somehow(till, network.url, tries_max=60, between=lambda: till.sell(1) if till.waiting else None)

    assert tries > 3
    check_exactly_once(till, ledger)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_everything_at_random(till: Till, ledger: LedgerThread, seed: int) -> None:
    till.entries_max = 3
    till.sell(20)
    with HostileNetwork(ledger.url, _script(random.Random(seed), 60)) as network:
        deliver_somehow(till, network.url, tries_max=100)

    check_exactly_once(till, ledger)


def _script(chance: random.Random, length: int) -> Iterable[Trouble]:
    """Every third call passes, or nothing would ever arrive."""
    return [chance.choice((Trouble.NONE, *TROUBLES, Trouble.NONE, *TROUBLES[:6])) for _ in range(length)]


# A ledger that comes and goes


def test_a_ledger_restarted_between_two_batches(till: Till, start_ledger: Callable[[], LedgerThread]) -> None:
    till.entries_max = 3
    till.sell(6)
    with start_ledger() as first, HostileNetwork(first.url, [Trouble.NONE, Trouble.NONE, Trouble.HANG_UP]) as network:
        with pytest.raises(LedgerError):
            till.deliver(network.url)
        first.stop()
        with pytest.raises(LedgerError):
            till.deliver(network.url)
        with start_ledger() as second:
            network.target = second.url
            till.deliver(network.url)
            check_exactly_once(till, second)


def test_a_ledger_stopped_in_the_middle_of_a_request(till: Till, start_ledger: Callable[[], LedgerThread]) -> None:
    """The first half of the body arrived when it went; the whole body goes to the one that came back."""
    till.sell(10)
    with start_ledger() as first, HostileNetwork(first.url, [Trouble.CUT_REQUEST]) as network:
        with pytest.raises(LedgerError):
            till.deliver(network.url)
        first.stop()
        with start_ledger() as second:
            network.target = second.url
            till.deliver(network.url)
            check_exactly_once(till, second)


def test_a_ledger_restored_from_yesterday_gets_the_rest_again(
    till: Till, start_ledger: Callable[[], LedgerThread]
) -> None:
    till.sell(2)
    with start_ledger() as first:
        till.deliver(first.url)
    saved = {path: path.read_bytes() for path in till.town.ledger_dir.glob("ledger.db*")}
    assert saved, "the ledger keeps its books in one database"
    till.sell(2)
    with start_ledger() as first:
        till.deliver(first.url)
    for path in till.town.ledger_dir.glob("ledger.db*"):
        path.unlink()
    for path, content in saved.items():
        path.write_bytes(content)
    till.sell(1)

    with start_ledger() as restored:
        delivered = till.deliver(restored.url)
        assert delivered.sent >= 3
        assert [alarm.cause for alarm in till.core.journal.alarms.open()] == [AlarmCause.LEDGER_BEHIND]
        assert till.held_by(restored.url) == till.entries()


@pytest.mark.slow
def test_a_thousand_sales_through_a_hostile_network_with_a_ledger_that_comes_and_goes(
    till: Till, start_ledger: Callable[[], LedgerThread], capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(1_000)
    till.entries_max = 16
    tries = 0
    ledger = start_ledger()
    ledger.__enter__()
    with HostileNetwork(ledger.url) as network:
        while len(till.sold) < 1_000:
            till.sell(chance.randrange(5, 40))
            network.follow(_script(chance, 12))
            if chance.random() < 0.2:
                ledger.stop()
                ledger = start_ledger()
                ledger.__enter__()
                network.target = ledger.url
            tries += deliver_somehow(till, network.url, tries_max=100)
        troubles = sum(trouble is not Trouble.NONE for trouble in network.seen)

    with capsys.disabled():
        sys.stdout.write(f"\n{len(till.sold)} sales, {len(network.seen)} calls, {troubles} troubles, {tries} tries\n")
    check_exactly_once(till, ledger)
