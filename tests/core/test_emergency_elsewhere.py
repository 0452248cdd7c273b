"""Trust taken away by what sync downloaded and by a stick: by the emergency's own root, and never an older one."""

import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

from pos.ledger.serve import LedgerThread
from pos.link.calls import Call, TakeTrust, TrustOrigin, TrustStep, TrustTaken
from pos.link.state import Outcome, SellingStop
from pos.sandbox.rotation import revoke_issuer_key
from pos.sandbox.town import HOME_ISSUER, KeyState
from pos.sync.trust import TrustUpdate
from pos.till.reasons import Reason
from pos.trust.emergency_file import EmergencyFile
from pos.voucher.bodies import TrustWithdrawn
from pos.voucher.keys import key_id
from tests.support.core_builders import Shop

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class SyncLink:
    shop: Shop

    def call(self, call: Call[R]) -> R:
        return self.shop.sync(call)


@pytest.fixture
def url(shop: Shop) -> Iterator[str]:
    with LedgerThread(shop.town.ledger_dir) as ledger:
        yield ledger.url


def publish(shop: Shop, file: EmergencyFile | None = None) -> None:
    """The next emergency; by itself the one that distrusts the town's current key."""
    kid = key_id(shop.town.issuer_key(HOME_ISSUER, KeyState.CURRENT).public_key)
    shop.town.publication.publish_emergency(
        file or EmergencyFile(issuer_keys={HOME_ISSUER: (kid.hex(),)}), now_s=int(time.time())
    )


def download(shop: Shop, url: str) -> TrustTaken | None:
    update = TrustUpdate(SyncLink(shop), url, ca_file=None, staging=shop.config.terminal.staging)
    with closing(update):
        return update.refresh()


def plug_in(shop: Shop, *, only_emergency: bool = False) -> TrustTaken:
    """A stick with the repository as it is now, copied as `pos trust import` copies it."""
    stick, repository = shop.config.terminal.staging / "import", shop.town.ledger_dir / "repository"
    shutil.rmtree(stick, ignore_errors=True)
    if only_emergency:
        shutil.copytree(repository / "emergency", stick / "emergency")
    else:
        shutil.copytree(repository, stick)
    return shop.control(TakeTrust(origin=TrustOrigin.STICK))


def withdrawals(shop: Shop) -> list[str]:
    return [body.origin for body in shop.bodies if isinstance(body, TrustWithdrawn)]


def is_sold(shop: Shop) -> bool:
    answer = shop.pay(shop.code(4_000), 4_000)
    assert answer.outcome is Outcome.APPROVED or answer.reason == Reason.ISSUER_KEY_REVOKED
    return answer.outcome is Outcome.APPROVED


def test_a_city_without_an_emergency_has_nothing_to_bring(shop: Shop, url: str) -> None:
    assert download(shop, url) is None
    assert plug_in(shop).step is TrustStep.SAME
    assert withdrawals(shop) == []
    assert is_sold(shop)


def test_sync_brings_an_emergency_once_and_it_holds_over_a_restart(shop: Shop, url: str) -> None:
    publish(shop)

    taken = download(shop, url)

    assert taken is not None
    assert taken.step is TrustStep.TAKEN
    assert not is_sold(shop)
    assert download(shop, url) is None
    assert withdrawals(shop) == ["download"]
    shop.restart()
    assert not is_sold(shop)


def test_a_stick_brings_an_emergency_even_alone_and_in_the_middle_of_a_sale(shop: Shop) -> None:
    publish(shop)
    shop.type_amount(10_000)

    assert plug_in(shop, only_emergency=True).step is TrustStep.TAKEN

    assert shop.till.sale is not None
    shop.see(shop.code(4_000))
    assert shop.verdict.reason == Reason.ISSUER_KEY_REVOKED
    assert withdrawals(shop) == ["stick"]


def test_a_second_emergency_takes_away_more(shop: Shop, url: str) -> None:
    publish(shop, EmergencyFile(terminals=("t-butcher-1",)))
    download(shop, url)
    publish(shop)

    download(shop, url)

    assert withdrawals(shop) == ["download", "download"]
    assert not is_sold(shop)


@pytest.mark.parametrize("way", ["download", "stick"])
def test_an_older_emergency_is_refused_and_gives_nothing_back(shop: Shop, tmp_path: Path, way: str) -> None:
    emergency = shop.town.ledger_dir / "repository" / "emergency"
    publish(shop, EmergencyFile(terminals=("t-butcher-1",)))
    shutil.copytree(emergency, tmp_path / "older")
    publish(shop)
    with LedgerThread(shop.town.ledger_dir) as ledger:
        download(shop, ledger.url)
        shutil.rmtree(emergency)
        shutil.copytree(tmp_path / "older", emergency)

        if way == "download":
            assert download(shop, ledger.url) is None
        else:
            taken = plug_in(shop)
            assert (taken.step, taken.fault) == (TrustStep.REFUSED, "rollback")

    assert withdrawals(shop) == ["download"]
    assert not is_sold(shop)


def test_another_citys_emergency_is_refused_and_the_rest_of_the_stick_counts(shop: Shop, another_shop: Shop) -> None:
    publish(another_shop, EmergencyFile(terminals=("t-bakery-1",)))
    shutil.copytree(
        another_shop.town.ledger_dir / "repository" / "emergency",
        shop.town.ledger_dir / "repository" / "emergency",
        dirs_exist_ok=True,
    )
    kid = key_id(shop.town.issuer_key(HOME_ISSUER, KeyState.CURRENT).public_key)
    revoke_issuer_key(shop.town, HOME_ISSUER, kid, now_s=shop.town.made_s)

    assert plug_in(shop).step is TrustStep.TAKEN

    assert shop.till.stop is not SellingStop.TERMINAL_RETIRED
    assert withdrawals(shop) == []
    assert not is_sold(shop), "the ordinary part of the stick revoked the key"
