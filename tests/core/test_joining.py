"""A wireless network before the camera: handed to root once, told on the screen, and nowhere in what a till keeps."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pos.config import load_config
from pos.core.bundling import WISH_FOLDER
from pos.core.first_boot import FirstBoot
from pos.core.joining import ANSWER_S_MAX, ASKED_S_MAX, WISH_FILE
from pos.link.calls import (
    Done,
    EnterAmount,
    GoOnInstalling,
    ReadWifi,
    Refused,
    Role,
    ScanSeen,
    TellWifi,
    TryWifi,
    WifiPage,
)
from pos.link.install import InstallStep, InstallView
from pos.link.wifi import WifiState
from pos.terminal import first_boot
from pos.till.reasons import Refusal
from pos.voucher.bodies import PaymentDeclined
from tests.support.core_builders import Shop, short_folder
from tests.support.wifi_codes import wifi_text

PASSWORD = "swordfish-1"
CODE = wifi_text(name="시흥 빵집", password=PASSWORD)


def show(shop: Shop, text: str) -> None:
    assert shop.devices(ScanSeen(text=text, length=len(text))) == Done()


def page(shop: Shop) -> WifiPage:
    return shop.screen(ReadWifi())


def wish_of(shop: Shop) -> Path:
    return shop.config.terminal.socket_dir / WISH_FOLDER / WISH_FILE


def entries(shop: Shop) -> int:
    return shop.core.journal.head.sequence


def test_a_code_that_was_asked_for_is_left_for_root_and_its_name_is_shown(shop: Shop) -> None:
    before = entries(shop)
    assert shop.screen(TryWifi(is_on=True)) == Done()
    assert shop.core.devices_state().armed

    show(shop, CODE)

    assert wish_of(shop).read_text("utf-8") == CODE
    assert wish_of(shop).stat().st_mode & 0o777 == 0o600
    assert page(shop) == WifiPage(state=WifiState.JOINING, network="시흥 빵집")
    shop.control(TellWifi(state=WifiState.WRONG_PASSWORD))
    assert page(shop) == WifiPage(state=WifiState.WRONG_PASSWORD, network="시흥 빵집")
    assert entries(shop) == before


def test_while_a_network_is_asked_for_no_code_is_paid_with(shop: Shop) -> None:
    shop.screen(TryWifi(is_on=True))
    before = entries(shop)

    show(shop, "CKP1:ANYTHING")

    assert page(shop).state is WifiState.NOT_A_CODE
    assert (entries(shop), shop.till.verdict) == (before, None)
    shop.screen(TryWifi(is_on=False))
    show(shop, "CKP1:ANYTHING")
    assert entries(shop) > before


def test_what_cannot_be_joined_is_refused_here_and_never_written_down(shop: Shop) -> None:
    shop.screen(TryWifi(is_on=True))

    show(shop, wifi_text(name="shop", password="12345", kind="WEP"))
    assert page(shop).state is WifiState.WEP
    show(shop, wifi_text(name="shop", password=PASSWORD, kind="WPA2-EAP"))
    assert page(shop).state is WifiState.PERSONAL

    assert not wish_of(shop).exists()


def test_a_network_shown_when_nobody_asked_is_declined_without_a_trace_of_its_password(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        show(shop, CODE)

    assert not wish_of(shop).exists()
    declined = [body for body in shop.bodies if isinstance(body, PaymentDeclined)]
    # An entry holds the hash of what was scanned, and a password can be guessed at by its hash.
    assert [body.scanned_sha256 for body in declined] == [hashlib.sha256(b"WIFI:").digest()]
    assert PASSWORD not in caplog.text


def test_during_a_sale_nobody_asks_for_a_network(shop: Shop) -> None:
    shop.screen(EnterAmount(amount_won=1_000))

    assert shop.screen(TryWifi(is_on=True)) == Refused(cause=Refusal.SALE_OPEN)


def test_a_screen_that_forgot_to_end_it_leaves_a_till_that_sells(shop: Shop) -> None:
    shop.screen(TryWifi(is_on=True))
    shop.clock.pass_s(int(ASKED_S_MAX) + 1)
    before = entries(shop)

    show(shop, "CKP1:ANYTHING")

    assert entries(shop) > before


def test_where_nobody_answers_the_password_does_not_stay(shop: Shop) -> None:
    shop.screen(TryWifi(is_on=True))
    show(shop, CODE)
    shop.clock.pass_s(int(ANSWER_S_MAX) + 1)

    assert page(shop).state is WifiState.FAILED
    assert not wish_of(shop).exists()


def test_a_phone_that_stays_before_the_camera_asks_once(shop: Shop) -> None:
    shop.screen(TryWifi(is_on=True))
    show(shop, CODE)
    wish_of(shop).unlink()

    show(shop, CODE)

    assert not wish_of(shop).exists()


@contextmanager
def a_machine_out_of_its_box() -> Iterator[FirstBoot]:
    with short_folder() as folder:
        (folder / "terminal.toml").write_text('[terminal]\nstate_dir = "state"\nsocket_dir = "run"\n', "utf-8")
        (folder / "run").mkdir()
        machine = first_boot(load_config(folder / "terminal.toml"))
        assert machine is not None
        yield machine


def installing(machine: FirstBoot) -> InstallView:
    view = machine.till().installation
    assert view is not None
    return view


def test_before_anything_else_a_machine_takes_a_network_and_no_install_code() -> None:
    with a_machine_out_of_its_box() as machine:
        assert machine.devices_state().armed
        machine.handle(Role.DEVICES, ScanSeen(text="CKE1:NOT YET", length=12))
        assert (installing(machine).step, installing(machine).fault) == (InstallStep.LOOK, None)

        machine.handle(Role.DEVICES, ScanSeen(text=CODE, length=len(CODE)))

        assert (installing(machine).wifi, installing(machine).network) == (WifiState.JOINING, "시흥 빵집")
        machine.handle(Role.CONTROL, TellWifi(state=WifiState.JOINED))
        assert installing(machine).wifi is WifiState.JOINED


def test_where_the_install_code_is_waited_for_a_network_is_no_wrong_code() -> None:
    with a_machine_out_of_its_box() as machine:
        machine.handle(Role.SCREEN, GoOnInstalling())

        machine.handle(Role.DEVICES, ScanSeen(text=CODE, length=len(CODE)))

        assert installing(machine).step is InstallStep.CODE
        assert installing(machine).fault is None
        assert installing(machine).wifi is WifiState.JOINING
