"""How long a till sells without its ledger: counted in time that certainly passed, whatever a clock says."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.core.timekeeper import NEVER_S, Timekeeper
from pos.core.uptime import SAVE_MS, UPTIME_FILE
from pos.link.state import Outcome
from pos.till.reasons import Reason
from tests.support.core_builders import DAY_S, HOUR_S, HandClock, Shop, make_town, move_in, open_shop

NOW_S = 1_795_316_400
YEARS_S = 10 * 365 * DAY_S


@pytest.fixture
def clock() -> HandClock:
    return HandClock(wall=NOW_S)


@pytest.fixture(scope="module")
def strict_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_town(tmp_path_factory.mktemp("strict") / "town", policy="strict").directory


@pytest.fixture
def strict_shop(strict_template: Path, tmp_path: Path) -> Iterator[Shop]:
    """A shop under the limits that a city would set: 24 hours, then a week."""
    shop = open_shop(move_in(strict_template, tmp_path / "town"), printing='"never"')
    yield shop
    shop.close()


def hear(shop: Shop) -> None:
    """The ledger signs the time for the till."""
    timekeeper = shop.core.sync.delivery.timekeeper
    assert timekeeper.accept(time_s=shop.clock.wall, error_s=1, raw=b"signed")


def run_s(shop: Shop, seconds: int) -> None:
    """Let the shop run, its till looked after once an hour."""
    for _ in range(seconds // HOUR_S):
        shop.clock.pass_s(HOUR_S)
        shop.core.tick()
    shop.clock.pass_s(seconds % HOUR_S)


def test_a_full_sales_day_fits_into_an_outage_of_23_hours(strict_shop: Shop) -> None:
    """280 sales of 12,000 won, the last of them 23 hours after the ledger was last heard; nobody is asked anything."""
    hear(strict_shop)
    sales, amount_won = 280, 12_000
    for _ in range(sales):
        strict_shop.clock.pass_s(23 * HOUR_S // sales)
        assert strict_shop.pay(strict_shop.code(amount_won), amount_won).outcome is Outcome.APPROVED

    exposure = strict_shop.core.views.checkout.exposure(strict_shop.core.views.clock.read())
    assert (exposure.count, exposure.value_won) == (280, 3_360_000)
    assert exposure.contact_uptime_s > 22 * HOUR_S


def test_after_a_day_the_limits_are_lower_and_after_a_week_nothing_is_sold(strict_shop: Shop) -> None:
    hear(strict_shop)
    run_s(strict_shop, 25 * HOUR_S)
    assert strict_shop.pay(strict_shop.code(5_000), 5_000).outcome is Outcome.APPROVED
    assert strict_shop.pay(strict_shop.code(6_000), 6_000).reason == Reason.REQUEST_NEEDED

    run_s(strict_shop, 6 * DAY_S - 2 * HOUR_S)
    assert strict_shop.pay(strict_shop.code(5_000), 5_000).outcome is Outcome.APPROVED
    run_s(strict_shop, 2 * HOUR_S)
    assert strict_shop.pay(strict_shop.code(5_000), 5_000).reason == Reason.CONTACT_TOO_OLD

    hear(strict_shop)
    assert strict_shop.pay(strict_shop.code(12_000), 12_000).outcome is Outcome.APPROVED


def test_the_shop_is_warned_days_before(strict_shop: Shop) -> None:
    hear(strict_shop)
    left: list[int | None] = []
    for _ in range(8):
        left.append(strict_shop.till.contact_days_left)
        run_s(strict_shop, DAY_S)

    assert left == [None, None, None, None, 3, 2, 1, 0]


@pytest.mark.parametrize("disciplined", [True, False])
@pytest.mark.parametrize("wall", [0, NOW_S + YEARS_S], ids=["1970", "ten years ahead"])
def test_a_wrong_clock_lowers_limits_and_never_stops_selling(
    strict_shop: Shop, wall: int, *, disciplined: bool
) -> None:
    text = strict_shop.code(5_000, strict_shop.hand(ends_in_s=2 * YEARS_S))
    hear(strict_shop)
    strict_shop.clock.start_again()
    strict_shop.restart()
    strict_shop.clock.wall, strict_shop.clock.is_disciplined = wall, disciplined

    reason = strict_shop.pay(text, 5_000).reason

    # A clock that the network calls right may make an unbound code look old; that is judged, and no stop of sales.
    assert reason in (None, Reason.CODE_TOO_OLD)
    assert strict_shop.till.contact_days_left is None


def test_nights_without_power_do_not_count_and_days_do(tmp_path: Path, clock: HandClock) -> None:
    Timekeeper(clock, tmp_path).accept(time_s=NOW_S, error_s=1, raw=b"signed")
    for _ in range(3):
        keeper = Timekeeper(clock, tmp_path)
        for _ in range(10 * HOUR_S // 600):
            clock.pass_s(600)
            keeper.tick()
        clock.wall += 14 * HOUR_S
        clock.start_again()

    counted_s = Timekeeper(clock, tmp_path).uptime_s
    assert 30 * HOUR_S - 3 * SAVE_MS // 1000 <= counted_s <= 30 * HOUR_S + 3


def test_a_month_in_a_drawer_is_no_month_of_selling(strict_shop: Shop) -> None:
    hear(strict_shop)
    strict_shop.core.tick()
    strict_shop.clock.wall += 30 * DAY_S
    strict_shop.clock.start_again()
    strict_shop.restart()

    answer = strict_shop.pay(strict_shop.code(5_000), 5_000)

    assert answer.outcome is Outcome.APPROVED
    assert strict_shop.pay(strict_shop.code(12_000), 12_000).reason == Reason.REQUEST_NEEDED


def test_a_till_that_was_never_heard_sells_nothing(tmp_path: Path, clock: HandClock) -> None:
    assert Timekeeper(clock, tmp_path).uptime_s == NEVER_S


@pytest.mark.parametrize("damage", [b"", b"\xff", b"\xa0", bytes(300)])
def test_a_damaged_count_begins_anew_and_counts_too_little(tmp_path: Path, clock: HandClock, damage: bytes) -> None:
    Timekeeper(clock, tmp_path).accept(time_s=NOW_S, error_s=1, raw=b"signed")
    (tmp_path / UPTIME_FILE).write_bytes(damage)
    clock.start_again()
    clock.pass_s(HOUR_S)

    assert Timekeeper(clock, tmp_path).uptime_s == HOUR_S + 1


def test_the_count_of_an_earlier_contact_is_not_that_of_the_next(tmp_path: Path, clock: HandClock) -> None:
    keeper = Timekeeper(clock, tmp_path)
    keeper.accept(time_s=NOW_S, error_s=1, raw=b"signed")
    clock.pass_s(5 * DAY_S)
    keeper.tick()
    keeper.accept(time_s=clock.wall, error_s=1, raw=b"signed again")
    clock.start_again()

    assert Timekeeper(clock, tmp_path).uptime_s == 1
