"""A week of a shop that cuts its power within ten seconds of closing, on the booted till with its real units.

Newer versions are offered from the first day on; sync brings them, the timer's unit unpacks them, and only the few
seconds after closing and the start of the next day are left for the change. What must hold each morning: the till
starts, what was sold stays sold, and between the start and the first sale nothing changes. In the end the newest
version runs. The first three days run each time, the whole week in a night (CHAK_DAYS).
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.booted_till import Town, prepared_till
from tests.support.debian_roots import layer_over
from tests.support.updated_till import Shop

Say = Callable[[str], None]
DAYS = int(os.environ.get("CHAK_DAYS", "3"))
CUTS_S = (0.5, 2.0, 10.0, 1.0, 4.0, 0.8, 7.0)[:DAYS]
"""How long after closing the plug is pulled, day by day."""
PACKAGED = "0.1.0"
OFFERED = {1: "0.2.0", 3: "0.3.0", 5: "0.4.0"}
"""On which day which version is published."""
EARLY = 3
"""On this day it is brought and unpacked before the shop opens."""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    (deb,) = Path(os.environ["CHAK_PACKAGES"]).glob("*_amd64.deb")
    (archive,) = Path(os.environ["CHAK_PACKAGES"]).glob("*-amd64.tar")
    town = Town.found(tmp_path / "town")
    with (
        layer_over(Path(os.environ["CHAK_TILL_AMD64"]), tmp_path) as root,
        prepared_till(root, deb, town, tmp_path / "data") as till,
    ):
        yield Shop(till=till, town=town, package=archive)


def pass_s(since_s: float, seconds: float) -> None:
    """Let a moment come that was counted from another one."""
    threading.Event().wait(max(0.0, since_s + seconds - time.monotonic()))


def test_closings_each_followed_by_a_cut_bring_the_newest_version_and_lose_no_sale(shop: Shop, say: Say) -> None:
    voucher, ran, code = shop.town.voucher(500_000), list[str](), ""
    for day, cut_s in enumerate(CUTS_S, start=1):
        shop.till.switch_on()
        ready_s = shop.till.until_up()
        ran.append(shop.current)
        assert ran[-1] == PACKAGED or shop.runs(ran[-1]), shop.said()

        size = shop.publish(OFFERED[day]) if day in OFFERED else 0
        if day == EARLY:
            shop.bring(size)
            shop.tend()
            shop.tend()
            assert shop.has_staged(OFFERED[day]), shop.said()
        core = shop.till.pid("pos-core")
        if code:
            # What was sold yesterday; the customer tries it once more.
            assert shop.till.pay(code, 1_000 + day - 1)["reason"] == "already_used"
        code = shop.town.payment(voucher, 1_000 + day)
        assert shop.till.pay(code, 1_000 + day)["outcome"] == "approved"
        assert (shop.till.pid("pos-core"), shop.current) == (core, ran[-1]), (
            "changed between the start and the first sale"
        )

        shop.open_day()
        if size and day != EARLY:
            shop.bring(size)
        # What the timer does every minute of the day: prove what was begun, unpack what has come.
        shop.tend()
        shop.tend()
        assert shop.current == ran[-1], shop.said()
        shop.close_day()
        closed_s = time.monotonic()
        shop.till.must("systemctl", "start", "--no-block", "pos-update.service")
        pass_s(closed_s, cut_s)
        shop.till.cut_power()
        pulled_s = time.monotonic() - closed_s
        say(f"day {day}: {ran[-1]}, ready {ready_s:.1f} s after power, plug pulled {pulled_s:.1f} s after closing")

    shop.till.switch_on()
    shop.till.until_up()
    shop.tend()
    say(f"then: {shop.current}")
    assert shop.current == max(version for day, version in OFFERED.items() if day <= DAYS), shop.said()
    assert shop.runs(shop.current)
    assert not shop.on_trial()
    assert ran == sorted(ran), "no version came back that was left behind"
    assert ran[0] == PACKAGED
    assert "the chain holds" in shop.till.must("pos", "journal", "verify")
    kinds = [line.split()[-1] for line in shop.till.must("pos", "journal", "show").splitlines()]
    assert (kinds.count("payment.approved"), kinds.count("day.closed")) == (len(CUTS_S), len(CUTS_S))
