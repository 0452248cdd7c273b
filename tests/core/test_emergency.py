"""Trust taken away by a sheet of codes, at a real counter without a network."""

import random
import shutil
import time

import pytest

from pos.core.emergency_desk import SHOWN_S
from pos.link.calls import AskTrust, CancelSale, TakeTrust, TrustOrigin, TrustStep
from pos.link.state import EmergencyState, Outcome, SellingStop
from pos.sandbox.emergency import emergency_texts
from pos.sandbox.town import HOME_ISSUER, KeyState
from pos.till.reasons import Reason
from pos.trust.emergency_file import EmergencyFile
from pos.voucher.bodies import TrustWithdrawn
from pos.voucher.keys import key_id
from pos.voucher.qr import decode_text
from pos.voucher.signed import decode_payment
from tests.support.core_builders import Shop


def current_key(shop: Shop) -> EmergencyFile:
    kid = key_id(shop.town.issuer_key(HOME_ISSUER, KeyState.CURRENT).public_key)
    return EmergencyFile(issuer_keys={HOME_ISSUER: (kid.hex(),)})


def codes(shop: Shop, file: EmergencyFile) -> list[str]:
    return list(emergency_texts(shop.town, file, now_s=int(time.time())))


def show(shop: Shop, texts: list[str]) -> EmergencyState:
    for text in texts:
        shop.see(text)
    view = shop.till.emergency
    assert view is not None
    return view.state


def test_a_key_is_revoked_by_codes_in_any_order_and_stays_so_over_a_restart(shop: Shop) -> None:
    assert shop.pay(shop.code(4_000), 4_000).outcome is Outcome.APPROVED
    texts = codes(shop, current_key(shop))
    random.Random(1).shuffle(texts)

    assert show(shop, texts[:-1]) is EmergencyState.COLLECTING
    view = shop.till.emergency
    assert view is not None
    assert (view.collected, view.total) == (len(texts) - 1, len(texts))
    assert shop.pay(shop.code(4_000), 4_000).outcome is Outcome.APPROVED
    assert show(shop, texts) is EmergencyState.APPLIED

    assert shop.pay(shop.code(4_000), 4_000).reason == Reason.ISSUER_KEY_REVOKED
    body = next(body for body in shop.bodies if isinstance(body, TrustWithdrawn))
    assert (body.trust_version, body.origin) == (1, "codes")
    shop.restart()
    assert shop.pay(shop.code(4_000), 4_000).reason == Reason.ISSUER_KEY_REVOKED


def test_a_single_voucher_is_revoked_and_others_are_not(shop: Shop) -> None:
    hand = shop.hand()
    voucher = decode_payment(decode_text(shop.code(4_000, hand)).data).voucher.claims.voucher_id.hex()

    assert show(shop, codes(shop, EmergencyFile(vouchers={HOME_ISSUER: (voucher,)}))) is EmergencyState.APPLIED

    assert shop.pay(shop.code(4_000, hand), 4_000).reason == Reason.REVOKED
    assert shop.pay(shop.code(4_000), 4_000).outcome is Outcome.APPROVED


def test_a_terminal_that_is_named_sells_nothing_more(shop: Shop) -> None:
    show(shop, codes(shop, EmergencyFile(terminals=("t-bakery-1",))))

    assert shop.till.stop is SellingStop.TERMINAL_RETIRED


def test_an_older_sheet_and_the_same_sheet_change_nothing(shop: Shop) -> None:
    older = codes(shop, current_key(shop))
    newer = codes(shop, EmergencyFile(terminals=("t-butcher-1",)))

    assert show(shop, newer) is EmergencyState.APPLIED
    before = len(shop.entries)
    assert show(shop, older) is EmergencyState.OLD
    assert show(shop, newer) is EmergencyState.OLD
    assert len(shop.entries) == before
    # The newer one holds what the older one had taken.
    assert shop.pay(shop.code(4_000), 4_000).reason == Reason.ISSUER_KEY_REVOKED


def test_a_later_sheet_gives_nothing_back(shop: Shop) -> None:
    show(shop, codes(shop, current_key(shop)))
    (shop.town.served_trust.folder / "emergency" / "emergency.json").unlink()

    assert show(shop, codes(shop, EmergencyFile(terminals=("t-butcher-1",)))) is EmergencyState.APPLIED

    assert shop.pay(shop.code(4_000), 4_000).reason == Reason.ISSUER_KEY_REVOKED


@pytest.mark.parametrize("damage", ["swapped", "cut", "not base45"])
def test_a_damaged_sheet_takes_nothing_away(shop: Shop, damage: str) -> None:
    texts = codes(shop, current_key(shop))
    spoilt = {"swapped": texts[0][:40] + texts[1][40:], "cut": texts[0][:-9], "not base45": "CKT1:[["}[damage]

    state = show(shop, [*texts[1:], spoilt])

    assert state in (EmergencyState.UNREADABLE, EmergencyState.COLLECTING)
    assert shop.pay(shop.code(4_000), 4_000).outcome is Outcome.APPROVED


def test_a_sheet_by_another_city_is_refused(shop: Shop, another_shop: Shop) -> None:
    texts = codes(another_shop, current_key(shop))

    assert show(shop, texts) is EmergencyState.REFUSED
    assert shop.pay(shop.code(4_000), 4_000).outcome is Outcome.APPROVED


def test_half_a_sheet_is_forgotten_on_the_screen_and_goes_on_when_it_is_shown_again(shop: Shop) -> None:
    texts = codes(shop, current_key(shop))
    show(shop, texts[:2])
    shop.clock.pass_s(int(SHOWN_S) + 1)
    assert shop.till.emergency is None

    assert show(shop, texts[2:]) is EmergencyState.APPLIED


def test_codes_shown_in_the_middle_of_a_sale_leave_the_sale_alone(shop: Shop) -> None:
    shop.type_amount(10_000)
    shop.see(shop.code(4_000))
    shop.choose(1)

    assert show(shop, codes(shop, EmergencyFile(terminals=("t-butcher-1",)))) is EmergencyState.APPLIED

    sale = shop.till.sale
    assert sale is not None
    assert sale.remaining_won == 6_000


def test_a_terminal_that_the_city_revoked_sells_nothing_beyond_its_last_trusted_entry(shop: Shop) -> None:
    path = shop.town.served_trust.folder / "terminals" / "t-bakery-1.json"
    told = path.read_text("utf-8").replace('"revoked_after": null', '"revoked_after": 1')
    path.unlink()
    path.write_text(told, "utf-8")
    stick = shop.config.terminal.staging / "import"
    shop.town.publication.publish(now_s=shop.town.made_s)
    shutil.copytree(shop.town.ledger_dir / "repository", stick)

    taken = shop.control(TakeTrust(origin=TrustOrigin.STICK))

    assert taken.step is TrustStep.TAKEN
    assert shop.till.stop is SellingStop.TERMINAL_RETIRED
    assert shop.kinds[-1] == "trust.updated"


def test_trust_data_from_a_stick_waits_for_the_end_of_an_open_sale(shop: Shop) -> None:
    stick = shop.config.terminal.staging / "import"
    shop.town.served_trust.revocations(
        HOME_ISSUER, (bytes(16),), as_of_s=shop.town.made_s, covers_until_s=shop.clock.wall + 86_400
    )
    shop.town.publication.publish(now_s=shop.town.made_s)
    shutil.copytree(shop.town.ledger_dir / "repository", stick)
    shop.type_amount(10_000)

    assert shop.control(TakeTrust(origin=TrustOrigin.STICK)).step is TrustStep.LATER
    shop.screen(CancelSale())
    assert shop.control(TakeTrust(origin=TrustOrigin.STICK)).step is TrustStep.TAKEN
    assert shop.control(AskTrust()).trust_version == 2
