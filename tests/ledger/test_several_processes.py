"""Several ledgers on one database give one answer, whoever is asked and however they race."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from pos.ledger import inbox
from pos.ledger.audit import audit_database
from pos.ledger.database import open_database
from pos.ledger.inbox import Draft
from pos.ledger.problem import ProblemError
from pos.voucher.messages import Acknowledgement, MessageKind
from tests.support.ledger_builders import LEDGER, NOW_S, Desk, Purse, Till, Town, a_note, ledger_keys, statuses


@pytest.fixture
def desks(tmp_path: Path, database_url: str) -> Iterator[list[Desk]]:
    """Three ledgers, each with connections and caches of its own."""
    town = Town(tmp_path / "town")
    with ExitStack() as stack:
        yield [Desk(town, stack.enter_context(closing(open_database(database_url, ledger=LEDGER)))) for _ in range(3)]


def in_parallel(work: list[threading.Thread]) -> None:
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()


def test_of_payments_that_race_each_settles_once_and_the_books_agree(desks: list[Desk]) -> None:
    town = desks[0].town
    tills = [town.till(f"t-{number}", merchant=f"m-{number}") for number in range(6)]
    purses = [Purse(f"p-{number}", value_won=10_000) for number in range(8)]
    notes = [a_note(f"A-{number}") for number in range(4)]
    for number, till in enumerate(tills):
        for purse in purses:
            till.approve(purse.copied().pay(1_000 + number), 1_000 + number)
        for note in notes:
            till.approve(note, 10_000)
    told: dict[str, Acknowledgement] = {}

    def deliver(desk: Desk, till: Till) -> None:
        for start in range(0, len(till.journal), 4):
            desk.deliver(till, *till.journal[start : start + 4])
            desk.service.grow_log(now_s=NOW_S)
        told[till.terminal] = desk.deliver(till)

    in_parallel([threading.Thread(target=deliver, args=(desks[n % 3], till)) for n, till in enumerate(tills)])

    counted = Counter(status for answer in told.values() for status in statuses(answer.outcomes))
    assert counted == {"settled": 12, "conflict": 40, "duplicate": 20}
    report = audit_database(desks[1].database, town.public_keys(), ledger=LEDGER, log_key=ledger_keys().log.public_key)
    assert report.problems == []
    assert report.log_size == 12


def test_one_journal_sent_to_all_at_once_is_stored_once(desks: list[Desk]) -> None:
    till, purse = desks[0].town.till("t-1"), Purse("p")
    for _ in range(12):
        till.approve(purse.pay(1_000), 1_000)
    answers: list[Acknowledgement] = []

    def deliver(desk: Desk) -> None:
        answers.append(desk.deliver(till))

    in_parallel([threading.Thread(target=deliver, args=(desk,)) for desk in desks * 2])

    assert {(answer.sequence, answer.outcomes) for answer in answers} == {(12, answers[0].outcomes)}
    assert statuses(answers[0].outcomes) == ["settled"] * 12


def test_messages_of_all_ledgers_are_numbered_without_gaps(desks: list[Desk]) -> None:
    till = desks[0].town.till("t-1")
    till.write("drawer.opened", {})
    desks[0].deliver(till)
    draft = Draft(kind=MessageKind.ORDER, body={})

    def send(desk: Desk) -> None:
        for _ in range(8):
            desk.database.write(
                lambda connection: inbox.send(connection, "t-1", [draft], now_s=1, key=ledger_keys().message)
            )

    in_parallel([threading.Thread(target=send, args=(desk,)) for desk in desks])

    assert desks[2].service.message_heads(["t-1"]) == {"t-1": 24}


def test_a_token_spent_at_one_ledger_is_spent_at_all(desks: list[Desk]) -> None:
    till = desks[0].town.till("t-1")
    till.write("drawer.opened", {})
    nonce = till.nonce()
    desks[0].deliver(till, nonce=nonce)

    with pytest.raises(ProblemError, match="used before"):
        desks[1].deliver(till, nonce=nonce)
