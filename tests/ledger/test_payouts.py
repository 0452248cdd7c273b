"""Paying merchants out, and what their terminals are told of it."""

from datetime import date

import pytest

from pos.ledger import inbox, payouts
from pos.ledger.payouts import deposit_day
from pos.voucher.message_bodies import SettlementState, SettlementTold, read_message
from pos.voucher.messages import parse_message
from tests.support.ledger_builders import NOW_S, Desk, Purse, ledger_keys, pay_out

TODAY = date(2026, 9, 21)
"""NOW_S in Korea, a Monday."""


def told(desk: Desk, terminal: str) -> list[SettlementTold]:
    raws = desk.database.read(lambda connection: inbox.messages_after(connection, terminal, 0))
    bodies = [read_message(parse_message(raw).claims) for raw in raws]
    return [body for body in bodies if isinstance(body, SettlementTold)]


@pytest.mark.parametrize(
    ("paid_on", "has_it_on"),
    [
        (date(2026, 9, 21), date(2026, 9, 23)),
        (date(2026, 9, 24), date(2026, 9, 28)),
        (date(2026, 9, 25), date(2026, 9, 29)),
        (date(2026, 9, 26), date(2026, 9, 29)),
    ],
)
def test_the_bank_has_it_after_two_working_days(paid_on: date, has_it_on: date) -> None:
    assert deposit_day(paid_on) == has_it_on


def test_every_till_of_the_merchant_is_told_what_it_gets_and_when(desk: Desk) -> None:
    purse = Purse("p")
    tills = [desk.town.till("t-1"), desk.town.till("t-2"), desk.town.till("t-9", merchant="m-butcher")]
    for till in tills:
        till.approve(purse.pay(9_000), 9_000)
        desk.deliver(till)

    assert [payout.merchant for payout in desk.service.pay_out(now_s=NOW_S)] == ["m-bakery", "m-butcher"]

    (expected,) = told(desk, "t-1")
    assert told(desk, "t-2") == [expected]
    assert expected == SettlementTold(
        number=1,
        state=SettlementState.EXPECTED,
        first_day=TODAY,
        last_day=TODAY,
        deposit_on=date(2026, 9, 23),
        amount_won=18_000,
        payments=2,
    )
    assert told(desk, "t-9")[0].amount_won == 9_000
    assert desk.service.pay_out(now_s=NOW_S + 1) == ()


def test_a_confirmed_deposit_is_told_once(desk: Desk) -> None:
    till = desk.town.till("t-1")
    till.approve(Purse("p").pay(9_000), 9_000)
    desk.deliver(till)
    pay_out(desk, "m-bakery")
    key = ledger_keys().message

    assert payouts.confirm(desk.database, "m-bakery", 1, message_key=key, now_s=NOW_S) is not None
    assert payouts.confirm(desk.database, "m-bakery", 1, message_key=key, now_s=NOW_S) is None
    assert payouts.confirm(desk.database, "m-bakery", 2, message_key=key, now_s=NOW_S) is None

    assert [news.state for news in told(desk, "t-1")] == [SettlementState.EXPECTED, SettlementState.PAID]
