"""Clocks that stand at 1970, run ten years ahead or are set back in the middle of a sale, at a real counter."""

import stat
from pathlib import Path

import pytest

from pos.anchor import ANCHOR_FILE, load_anchor, store_anchor
from pos.clock import BUILD_EPOCH_S, Quality, Reading
from pos.core.timekeeper import Timekeeper
from pos.link.state import Outcome
from pos.till.reasons import Reason
from tests.support.core_builders import DAY_S, HOUR_S, HandClock, Shop, anchor_now

NOW_S = 1_795_316_400
YEARS_S = 10 * 365 * DAY_S


def reading_of(shop: Shop) -> Reading:
    return shop.core.views.clock.read()


@pytest.fixture
def clock() -> HandClock:
    return HandClock(wall=NOW_S)


# At the counter


def test_a_clock_at_1970_sells_on_the_floor_and_says_so(shop: Shop) -> None:
    now_s = shop.clock.wall
    text = shop.code(4_000)
    shop.clock.wall, shop.clock.is_disciplined = 0, False

    answer = shop.pay(text, 4_000)

    assert answer.outcome is Outcome.APPROVED
    assert reading_of(shop).quality is Quality.FLOOR
    assert shop.town.made_s <= shop.entries[-1].time_s <= now_s
    assert shop.entries[-1].quality is Quality.FLOOR


def test_a_voucher_that_ended_before_the_floor_is_refused_at_any_clock(shop: Shop) -> None:
    shop.clock.wall, shop.clock.is_disciplined = shop.town.made_s, True
    ended = shop.hand(begins_in_s=-9 * DAY_S, ends_in_s=-HOUR_S)
    text = shop.code(4_000, ended)
    shop.clock.wall, shop.clock.is_disciplined = 0, False

    assert shop.pay(text, 4_000).reason == Reason.EXPIRED


def test_ten_years_ahead_without_discipline_judge_nobody(shop: Shop) -> None:
    text = shop.code(4_000)
    shop.clock.wall += YEARS_S
    shop.clock.is_disciplined = False

    assert shop.pay(text, 4_000).outcome is Outcome.APPROVED


def test_ten_years_ahead_are_over_when_the_clock_is_right_again_even_after_a_restart(shop: Shop) -> None:
    """What was recorded in the meantime must not become the floor: every voucher would look expired for ten years."""
    shop.clock.wall += YEARS_S
    shop.clock.is_disciplined = False
    assert shop.pay("garbage", 4_000).outcome is Outcome.DECLINED
    shop.clock.wall -= YEARS_S
    shop.clock.is_disciplined = True
    for _ in range(2):
        text = shop.code(4_000)
        assert shop.pay(text, 4_000).outcome is Outcome.APPROVED
        shop.restart()

    assert reading_of(shop).time_s == shop.clock.wall
    assert reading_of(shop).quality is Quality.NETWORK


def test_a_clock_set_back_a_day_in_the_middle_of_a_sale_reaches_no_further_back_than_what_was_certain(
    shop: Shop,
) -> None:
    now_s = reading_of(shop).time_s
    shop.type_amount(10_000)
    shop.see(shop.code(4_000))
    shop.choose(1)
    ended = shop.code(6_000, shop.hand(ends_in_s=-60))
    good = shop.code(6_000)
    shop.clock.wall -= DAY_S

    shop.see(ended)
    assert shop.verdict.reason == Reason.EXPIRED
    shop.see(good)

    assert shop.verdict.outcome is Outcome.APPROVED
    assert now_s - 10 <= reading_of(shop).time_s <= now_s
    times = [entry.time_s for entry in shop.entries]
    assert times == sorted(times)


def test_after_a_restart_the_newest_certain_entry_is_the_floor(shop: Shop) -> None:
    shop.clock.pass_s(5 * DAY_S)
    shop.pay(shop.code(4_000), 4_000)
    certain_s = shop.entries[-1].time_s
    shop.clock.start_again()
    shop.clock.wall, shop.clock.is_disciplined = 0, False
    shop.restart()

    now = reading_of(shop)
    assert (now.quality, now.time_s, now.earliest_s) == (Quality.FLOOR, certain_s, certain_s)
    assert now.latest_s is None


def test_business_goes_on_with_todays_date_on_the_floor(shop: Shop) -> None:
    shop.pay(shop.code(4_000), 4_000)
    before = shop.till.business_date
    shop.clock.wall, shop.clock.is_disciplined = 0, False
    shop.restart()

    assert shop.till.business_date == before


# The keeper itself


def test_a_signed_time_is_durable_before_it_is_used(tmp_path: Path, clock: HandClock) -> None:
    keeper = Timekeeper(clock, tmp_path)

    assert keeper.accept(time_s=NOW_S + 77, error_s=2, raw=b"signed")

    stored = load_anchor(tmp_path / ANCHOR_FILE)
    assert stored is not None
    assert (stored.time_s, stored.error_s, stored.boot_id) == (NOW_S + 77, 2, clock.boot_name)
    assert (keeper.read().time_s, keeper.read().quality) == (NOW_S + 77, Quality.SIGNED)


def test_a_signed_time_is_carried_forward_by_uptime_whatever_the_wall_says(tmp_path: Path, clock: HandClock) -> None:
    keeper = Timekeeper(clock, tmp_path)
    keeper.accept(time_s=NOW_S, error_s=1, raw=b"signed")
    clock.boot += 3_600_000
    clock.wall = 12

    assert keeper.read().time_s == NOW_S + 3_600


def test_an_older_signed_time_changes_nothing(tmp_path: Path, clock: HandClock) -> None:
    keeper = Timekeeper(clock, tmp_path)
    keeper.accept(time_s=NOW_S, error_s=1, raw=b"newer")

    assert not keeper.accept(time_s=NOW_S - 1, error_s=1, raw=b"older")
    assert keeper.contact_s == NOW_S


def test_a_signed_time_corrects_a_network_that_was_ahead(tmp_path: Path, clock: HandClock) -> None:
    clock.wall += YEARS_S
    keeper = Timekeeper(clock, tmp_path)
    assert keeper.read().time_s == NOW_S + YEARS_S

    keeper.accept(time_s=NOW_S, error_s=1, raw=b"signed")

    assert keeper.read().time_s == NOW_S


def test_a_signed_time_of_another_boot_is_a_floor(tmp_path: Path, clock: HandClock) -> None:
    store_anchor(tmp_path / ANCHOR_FILE, anchor_now(clock), b"signed")
    clock.start_again()
    clock.wall, clock.is_disciplined = 0, False

    now = Timekeeper(clock, tmp_path).read()

    assert (now.time_s, now.quality) == (NOW_S, Quality.FLOOR)


@pytest.mark.parametrize("damage", [b"", b"\xff", b"\xa0", b"\xa5\x01", bytes(300)])
def test_a_damaged_anchor_is_no_anchor(tmp_path: Path, clock: HandClock, damage: bytes) -> None:
    (tmp_path / ANCHOR_FILE).write_bytes(damage)
    clock.wall, clock.is_disciplined = 0, False

    keeper = Timekeeper(clock, tmp_path)

    assert keeper.contact_s == 0
    assert keeper.read().time_s == BUILD_EPOCH_S


def test_where_the_signed_time_cannot_be_stored_it_is_not_used(tmp_path: Path, clock: HandClock) -> None:
    folder = tmp_path / "gone"
    keeper = Timekeeper(clock, folder)

    assert not keeper.accept(time_s=NOW_S, error_s=1, raw=b"signed")
    assert keeper.contact_s == 0


def test_the_floor_only_rises_with_what_is_certain(tmp_path: Path, clock: HandClock) -> None:
    keeper = Timekeeper(clock, tmp_path, floor_s=NOW_S - DAY_S)
    clock.is_disciplined = False
    clock.wall = NOW_S + YEARS_S
    keeper.read()
    clock.wall = NOW_S
    assert keeper.read().earliest_s == NOW_S - DAY_S

    clock.is_disciplined = True
    keeper.read()
    clock.wall = NOW_S - HOUR_S
    assert NOW_S - 10 <= keeper.read().time_s <= NOW_S


def test_the_anchor_is_the_owners_alone(tmp_path: Path, clock: HandClock) -> None:
    Timekeeper(clock, tmp_path).accept(time_s=NOW_S, error_s=1, raw=b"signed")

    assert not stat.S_IMODE((tmp_path / ANCHOR_FILE).stat().st_mode) & 0o022
