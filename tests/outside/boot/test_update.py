"""Newer versions as installed: from the town's repository to the running processes, and back where one is broken.

The package's own layout and units; the ledger serves the repository inside the container's network, sync brings the
archive in its pieces, the privileged steps verify and unpack it, and closing the day changes to it. The archive is the
package's own program under other numbers. A shop that pulls its plug within ten seconds of closing is served at the
next start.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.booted_till import Town, prepared_till
from tests.support.debian_roots import layer_over
from tests.support.updated_till import Shop

Say = Callable[[str], None]
APPLY_S_MAX = 20.0
BUSY_S = 10.0
"""What a build machine with other work may add."""
BROKEN = b"#!/usr/bin/python3 -I\nraise SystemExit('this version does not start')\n"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    (deb,) = Path(os.environ["CHAK_PACKAGES"]).glob("*_amd64.deb")
    (archive,) = Path(os.environ["CHAK_PACKAGES"]).glob("*-amd64.tar")
    scratch = tmp_path_factory.mktemp("updated")
    town = Town.found(scratch / "town")
    with (
        layer_over(Path(os.environ["CHAK_TILL_AMD64"]), scratch) as root,
        prepared_till(root, deb, town, scratch / "data") as till,
    ):
        # What follows decides itself when a version is looked after.
        root.inside("systemctl", "mask", "pos-update.timer")
        till.switch_on()
        till.until_up()
        yield Shop(till=till, town=town, package=archive)


def test_the_packages_own_version_runs_first_and_dpkg_finds_it_whole(shop: Shop) -> None:
    assert shop.current == "0.1.0"
    assert (shop.versions / "0.1.0").readlink() == Path("/usr/lib/pos")
    assert "0.1.0" in shop.till.must("pos", "update", "status", "--config", "/etc/pos/terminal.toml")
    assert shop.till.must("dpkg", "--verify", "chak-pos") == ""


def test_a_version_of_the_repository_runs_after_closing_and_the_journal_goes_on(shop: Shop, say: Say) -> None:
    voucher = shop.town.voucher(50_000)
    code = shop.town.payment(voucher, 1_000)
    assert shop.till.pay(code, 1_000)["outcome"] == "approved"
    shop.open_day()
    began_s = time.monotonic()
    shop.bring(shop.publish("0.2.0"))
    say(f"update: brought in pieces {time.monotonic() - began_s:.1f} s")

    say(f"update: verified and unpacked {shop.tend():.1f} s")
    assert shop.has_staged("0.2.0"), shop.said()
    shop.tend()
    assert shop.current == "0.1.0", "nothing changes while the day is open"
    shop.close_day()
    took_s = shop.tend()

    say(f"update: closed, changed, started and proven {took_s:.1f} s")
    assert (shop.current, shop.on_trial()) == ("0.2.0", False), shop.said()
    assert shop.runs("0.2.0")
    assert took_s <= APPLY_S_MAX + BUSY_S
    assert shop.till.pay(code, 1_000)["reason"] == "already_used"
    assert "the chain holds" in shop.till.must("pos", "journal", "verify")


def test_a_broken_version_is_left_for_the_one_before_and_not_tried_again(shop: Shop, say: Say) -> None:
    shop.open_day()
    shop.bring(shop.publish("0.3.0", program=BROKEN))
    shop.tend()
    assert shop.has_staged("0.3.0"), shop.said()
    shop.close_day()

    say(f"update: a broken version was left after {shop.tend():.1f} s")
    shop.till.until_up()
    assert (shop.current, shop.on_trial()) == ("0.2.0", False), shop.said()
    assert shop.runs("0.2.0")
    shop.tend()
    assert shop.current == "0.2.0"
    assert shop.till.pay(shop.town.payment(shop.town.voucher(50_000), 1_100), 1_100)["outcome"] == "approved"


def test_a_plug_pulled_as_the_day_is_closed_brings_the_version_at_the_next_start(shop: Shop, say: Say) -> None:
    shop.open_day()
    shop.bring(shop.publish("0.4.0"))
    shop.tend()
    shop.close_day()

    shop.till.cut_power()
    shop.till.switch_on()
    took_s = shop.till.until_up()

    say(f"update: plug pulled after closing, the next start is ready with the new version {took_s:.1f} s after power")
    assert shop.runs("0.4.0")
    assert shop.on_trial()
    # Pulled again before it has proved itself: it goes on where it stood.
    shop.till.cut_power()
    shop.till.switch_on()
    shop.till.until_up()
    shop.tend()
    assert (shop.current, shop.on_trial()) == ("0.4.0", False), shop.said()
    assert "the chain holds" in shop.till.must("pos", "journal", "verify")


def test_what_sync_left_in_its_place_is_not_trusted(shop: Shop) -> None:
    """An archive of the right length that is another one changes nothing, and is brought anew."""
    shop.open_day()
    size = shop.publish("0.5.0")
    shop.bring(1)
    (part,) = (shop.till.root_of_running / "var/lib/pos-staging/update").glob("*.part")
    with part.open("r+b") as file:
        file.truncate(size)

    shop.till.inside("systemctl", "start", "pos-update.service", deadline_s=200)

    assert not shop.has_staged("0.5.0")
    assert (shop.current, part.exists()) == ("0.4.0", False)
    assert (shop.till.root_of_running / "opt/pos/root.json").is_file()
