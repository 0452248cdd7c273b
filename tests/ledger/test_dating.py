"""Entries written at a wrong time, dated afterwards by the boot that they were written in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pos.clock import Quality, Reading
from pos.journal.chain import EMPTY, Head, sign_next
from pos.ledger.dating import SIGNED_ERROR_MS, Received, date_entries
from pos.voucher.bodies import DrawerOpened
from pos.voucher.keys import SigningKey

KEY = SigningKey.from_seed(bytes(range(32)))
NOW_S = 1_795_316_400
YEAR_S = 365 * 86_400
FIRST, SECOND, THIRD = (bytes([number]) * 16 for number in (1, 2, 3))


class Till:
    """Writes entries by whatever it takes for the time."""

    def __init__(self) -> None:
        self.head: Head = EMPTY
        self.received: list[Received] = []

    def write(self, time_s: int, quality: Quality, *, boot: bytes, boot_ms: int, received_s: int = NOW_S + 900) -> None:
        latest_s = time_s + 2 if quality is Quality.SIGNED else None
        reading = Reading(
            time_s=time_s, earliest_s=0, latest_s=latest_s, quality=quality, boot_id=boot, boot_ms=boot_ms
        )
        entry = sign_next(DrawerOpened(reason="test"), after=self.head, reading=reading, key=KEY)
        self.head = Head.of(entry)
        self.received.append(Received(entry=entry, received_s=received_s))


def test_what_was_written_in_1970_before_the_contact_is_dated_by_it() -> None:
    till = Till()
    till.write(12, Quality.FLOOR, boot=FIRST, boot_ms=60_000)
    till.write(600, Quality.FLOOR, boot=FIRST, boot_ms=660_000)
    till.write(NOW_S, Quality.SIGNED, boot=FIRST, boot_ms=960_000)

    first, second, third = date_entries(till.received)

    assert abs(first.earliest_s - (NOW_S - 900)) <= 13
    assert abs(second.latest_s - (NOW_S - 300)) <= 13
    assert third.earliest_s <= NOW_S <= third.latest_s
    assert max(first.width_s, second.width_s, third.width_s) <= 2 * SIGNED_ERROR_MS // 1000 + 2


def test_a_clock_ten_years_ahead_is_put_between_what_was_certain() -> None:
    till = Till()
    till.write(NOW_S - 100, Quality.SIGNED, boot=FIRST, boot_ms=1_000)
    till.write(NOW_S + 10 * YEAR_S, Quality.NETWORK, boot=SECOND, boot_ms=5_000)
    till.write(NOW_S + 60, Quality.SIGNED, boot=SECOND, boot_ms=65_000)

    _, ahead, held = date_entries(till.received)

    assert NOW_S - 113 <= ahead.earliest_s <= NOW_S
    assert ahead.latest_s <= NOW_S + 900
    # Time never goes back in the chain, and the entry that is held says that its time is only a floor.
    assert till.received[2].entry.time_s == NOW_S + 10 * YEAR_S
    assert till.received[2].entry.quality == Quality.FLOOR
    assert held.latest_s <= NOW_S + 900


def test_a_boot_without_a_contact_lies_between_its_neighbours() -> None:
    till = Till()
    till.write(NOW_S - 5_000, Quality.SIGNED, boot=FIRST, boot_ms=1_000)
    till.write(5, Quality.FLOOR, boot=SECOND, boot_ms=9_000)
    till.write(NOW_S, Quality.SIGNED, boot=THIRD, boot_ms=1_000)

    _, between, _ = date_entries(till.received)

    assert between.earliest_s >= NOW_S - 5_013
    assert between.latest_s <= NOW_S + 13


def test_what_was_written_last_was_written_before_it_arrived() -> None:
    till = Till()
    till.write(NOW_S + 10 * YEAR_S, Quality.FLOOR, boot=FIRST, boot_ms=1_000, received_s=NOW_S)

    (dated,) = date_entries(till.received, not_before_s=NOW_S - 50)

    assert (dated.earliest_s, dated.latest_s) == (NOW_S - 50, NOW_S)


@given(
    st.lists(
        st.tuples(st.integers(1, 3_000), st.booleans(), st.sampled_from([-YEAR_S, -86_400, 0, 86_400, 10 * YEAR_S])),
        min_size=1,
        max_size=25,
    )
)
def test_the_true_time_is_always_inside_and_intervals_are_in_order(steps: list[tuple[int, bool, int]]) -> None:
    """Any mixture of signed times and clocks that are off by anything, over several boots."""
    till, true_s, boot_ms, boots, truth = Till(), NOW_S - 200_000, 1_000, 1, list[int]()
    for pause_s, is_signed, off_s in steps:
        true_s, boot_ms = true_s + pause_s, boot_ms + pause_s * 1000
        if pause_s % 7 == 0:
            boots, boot_ms = boots + 1, 2_000
        # A signed time of a boot holds only while nothing before it is dated later.
        quality = Quality.SIGNED if is_signed else Quality.FLOOR
        till.write(true_s if is_signed else true_s + off_s, quality, boot=bytes([boots]) * 16, boot_ms=boot_ms)
        truth.append(true_s)

    dated = date_entries(till.received)

    assert all(one.earliest_s <= when_s <= one.latest_s for one, when_s in zip(dated, truth, strict=True))
    assert [one.earliest_s for one in dated] == sorted(one.earliest_s for one in dated)
