"""Cash receipts that the provider does not answer: each waits for itself, and a provider that is down costs little."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest

from pos.durable import replace_file
from pos.ledger import cash_receipts, schema
from pos.ledger.database import Database
from pos.ledger.provider import CashReceiptOrder, ProviderAnswer, RehearsalProvider, document_key_of
from pos.ledger.provider_waits import CONFIRM_PAUSE_S, MISSES_MAX, PAUSE_S, WAIT_MAX_S, Patience, wait_s
from pos.sandbox.cash_receipt_provider import Fault
from pos.voucher.message_bodies import CashReceiptState
from tests.support.cash_receipt_requests import PHONE, cancel, request, told
from tests.support.ledger_builders import NOW_S, Desk, Town, ledger_keys
from tests.support.provider_wire import Wire, wired

DAY_S = 86_400
LAST_S = 253_402_300_799
"""The last second that the protocol has."""


@pytest.fixture
def wire(town: Town, database: Database) -> Iterator[Wire]:
    with wired(town, database) as made:
        yield made


def key(number: int) -> str:
    return document_key_of(bytes([number]) * 16)


def of_state(wire: Wire, state: CashReceiptState) -> list[int]:
    return sorted(answer.cash_receipt_id[0] for answer in wire.told if answer.state is state)


def waits(wire: Wire) -> list[tuple[int, int, int]]:
    rows = wire.desk.database.read(lambda connection: connection.execute(schema.provider_waits.select()).all())
    return sorted((row.cash_receipt_id[0], row.tries, row.next_s - NOW_S) for row in rows)


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.HALF])
def test_one_poisoned_order_among_five_holds_up_nobody_and_is_issued_once_in_the_end(wire: Wire, fault: Fault) -> None:
    wire.provider.poison(key(2), fault)
    for number in range(1, 6):
        wire.request(number)

    wire.ask()

    assert of_state(wire, CashReceiptState.APPROVED) == [1, 3, 4, 5]
    assert waits(wire) == [(2, 1, PAUSE_S)]
    wire.ask(later_s=PAUSE_S - 1)
    assert wire.provider.orders.count(key(2)) == 1
    for tried in (2, 3):
        wire.ask(later_s=PAUSE_S * 2 ** (tried - 1))
        assert wire.provider.orders.count(key(2)) == tried
    wire.provider.poison(key(2), None)
    wire.ask(later_s=WAIT_MAX_S)
    wire.ask(later_s=2 * DAY_S)

    for state in (CashReceiptState.APPROVED, CashReceiptState.CONFIRMED):
        assert of_state(wire, state) == [1, 2, 3, 4, 5]
    assert (len(wire.provider.issued), wire.provider.net_won) == (5, 50_000)
    assert len({answer.approval_number for answer in wire.told}) == 5
    assert waits(wire) == []


def test_the_wait_outlives_the_service_that_began_it(wire: Wire) -> None:
    wire.provider.poison(key(1), Fault.ERROR)
    wire.request(1)
    wire.ask()
    wire.ask(later_s=PAUSE_S)
    assert waits(wire) == [(1, 2, 3 * PAUSE_S)]
    wire.provider.poison(key(1), None)

    wire.desk = Desk(wire.desk.town, wire.desk.database)
    wire.ask(later_s=2 * PAUSE_S - 1)
    assert wire.told == []
    wire.ask(later_s=1)

    assert of_state(wire, CashReceiptState.APPROVED) == [1]


def test_a_provider_that_answers_nobody_costs_three_calls_and_then_one_at_a_time(wire: Wire) -> None:
    wire.provider.fail(*[Fault.ERROR] * (MISSES_MAX + 1))
    for number in range(1, 11):
        wire.request(number)

    wire.ask()
    wire.ask(later_s=PAUSE_S - 1)
    assert wire.provider.calls == MISSES_MAX
    wire.ask(later_s=1)
    assert wire.provider.calls == MISSES_MAX + 1
    assert wire.told == []
    wire.ask(later_s=PAUSE_S)

    assert of_state(wire, CashReceiptState.APPROVED) == list(range(1, 11))
    assert (len(wire.provider.issued), wire.provider.net_won) == (10, 100_000)


def test_a_provider_that_is_not_there_costs_one_try_and_no_order_its_turn(wire: Wire) -> None:
    wire.service.__exit__(None, None, None)
    for number in range(1, 6):
        wire.request(number)

    for _ in range(3):
        wire.ask(later_s=PAUSE_S)

    assert (waits(wire), wire.told) == ([], [])


def test_as_many_poisoned_orders_as_end_a_round_do_not_keep_the_others_for_ever(wire: Wire) -> None:
    for number in range(1, MISSES_MAX + 3):
        wire.request(number)
    for number in range(1, MISSES_MAX + 1):
        wire.provider.poison(key(number), Fault.ERROR)

    wire.ask()
    assert wire.told == []
    wire.ask(later_s=PAUSE_S)

    assert of_state(wire, CashReceiptState.APPROVED) == [MISSES_MAX + 1, MISSES_MAX + 2]


def test_one_that_cannot_be_looked_up_does_not_keep_the_others_from_being_confirmed(wire: Wire) -> None:
    for number in range(1, 6):
        wire.request(number)
    wire.ask()
    wire.provider.poison(key(1), Fault.ERROR)

    wire.ask(later_s=2 * DAY_S)
    assert of_state(wire, CashReceiptState.CONFIRMED) == [2, 3, 4, 5]
    wire.provider.poison(key(1), None)
    wire.ask(later_s=CONFIRM_PAUSE_S)

    assert of_state(wire, CashReceiptState.CONFIRMED) == [1, 2, 3, 4, 5]
    assert waits(wire) == []


def test_a_cancellation_of_a_cancellation_is_refused_and_holds_up_nobody(wire: Wire) -> None:
    wire.request(1)
    wire.ask()
    cancel(wire.till, 2, 1)
    wire.desk.deliver(wire.till)
    wire.ask()
    cancel(wire.till, 3, 2)
    wire.request(4)

    wire.ask()

    assert of_state(wire, CashReceiptState.APPROVED) == [1, 4]
    assert [answer.failure for answer in wire.told if answer.cash_receipt_id[0] == 3] == ["original_unknown"]


def test_a_shop_whose_file_cannot_be_read_waits_for_it_alone(wire: Wire) -> None:
    other, merchants = wire.desk.town.till("t-8", merchant="m-butcher"), wire.desk.town.folder.trust_dir / "merchants"
    (merchants / "m-butcher.json").write_text("{", "utf-8")
    request(other, 8)
    wire.desk.deliver(other)
    wire.request(1)

    wire.ask()
    assert (of_state(wire, CashReceiptState.APPROVED), waits(wire)) == ([1], [(8, 1, PAUSE_S)])
    replace_file(merchants / "m-butcher.json", (merchants / "m-bakery.json").read_bytes())
    wire.ask(later_s=PAUSE_S)

    assert [answer.state for answer in told(wire.desk, "t-8")] == [CashReceiptState.APPROVED]


def test_an_order_that_meets_a_bug_waits_alone_and_the_log_has_its_place_and_no_number(
    wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    request(wire.till, 1, traded_s=LAST_S)  # no calendar has this second in Korea
    wire.request(2)

    wire.ask()
    wire.ask(later_s=2 * DAY_S)

    assert of_state(wire, CashReceiptState.CONFIRMED) == [2]
    assert waits(wire) == [(1, 2, 2 * DAY_S + 2 * PAUSE_S)]
    assert re.search(r"met a bug.*: OverflowError at http_provider\.py:\d+", caplog.text)
    assert PHONE.decode("ascii") not in caplog.text


class _Odd(RehearsalProvider):
    """Fails in ways that a provider's module never should."""

    def ask(self, order: CashReceiptOrder, digits: bytearray, *, now_s: int) -> ProviderAnswer:
        if order.cash_receipt_id[0] == 1:
            raise KeyError(digits.decode("ascii"))
        return super().ask(order, digits, now_s=now_s)

    def is_confirmed(self, document_key: str, *, approval_number: str, approved_on: date, now_s: int) -> bool:
        if document_key == key(2):
            raise ValueError(document_key)
        return super().is_confirmed(document_key, approval_number=approval_number, approved_on=approved_on, now_s=now_s)


def test_a_provider_with_a_bug_for_two_orders_answers_and_confirms_the_third(
    wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    keys = ledger_keys()
    for number in (1, 2, 3):
        wire.request(number)
    database, odd, patience = wire.desk.database, _Odd(), Patience()

    answered = cash_receipts.ask_waiting(
        database,
        odd,
        patience,
        shop_of=lambda merchant: None,
        identifier_key=keys.identifier,
        message_key=keys.message,
        now_s=NOW_S,
    )
    confirmed = cash_receipts.confirm_waiting(
        database, odd, patience, message_key=keys.message, now_s=NOW_S + 2 * DAY_S
    )

    assert (answered, confirmed, of_state(wire, CashReceiptState.CONFIRMED)) == (2, 1, [3])
    assert [number for number, *_ in waits(wire)] == [1, 2]
    assert PHONE.decode("ascii") not in caplog.text


def test_a_clock_that_was_set_back_keeps_nobody_waiting(wire: Wire) -> None:
    wire.provider.poison(key(1), Fault.ERROR)
    wire.request(1)
    wire.ask(later_s=10 * DAY_S)
    wire.provider.poison(key(1), None)

    wire.ask(later_s=-10 * DAY_S)

    assert of_state(wire, CashReceiptState.APPROVED) == [1]


def test_a_wait_grows_and_ends_growing() -> None:
    assert [wait_s(tries, first_s=PAUSE_S) for tries in (1, 2, 3, 8, 10**6)] == [30, 60, 120, WAIT_MAX_S, WAIT_MAX_S]
