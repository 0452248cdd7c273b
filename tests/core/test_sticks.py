"""What the screen says of a memory stick, and for how long."""

from __future__ import annotations

import pytest

from pos.core.sticks import SHOWN_S, UNDER_WAY_S, Sticks
from pos.link.calls import Done, Role, TellStick
from pos.link.state import SellingStop
from pos.link.stick import StickState
from tests.support.core_builders import Shop


@pytest.mark.parametrize("state", [StickState.TRUST_TAKEN, StickState.OLDER, StickState.FORGED])
def test_how_it_ended_is_shown_for_a_while(state: StickState, shop: Shop) -> None:
    assert shop.till.stick is None

    assert shop.core.handle(Role.SYNC, TellStick(state=state)) == Done()

    assert shop.till.stick is state
    shop.clock.pass_s(int(SHOWN_S) + 1)
    assert shop.till.stick is None


def test_a_stick_under_way_is_shown_until_somebody_must_have_died(shop: Shop) -> None:
    shop.core.handle(Role.SYNC, TellStick(state=StickState.LATER))
    shop.clock.pass_s(int(SHOWN_S) + 1)
    assert shop.till.stick is StickState.LATER

    shop.clock.pass_s(int(UNDER_WAY_S))

    assert shop.till.stick is None


def test_an_installed_till_says_nothing_of_files_for_installations(shop: Shop) -> None:
    shop.core.handle(Role.SYNC, TellStick(state=StickState.INSTALL_TAKEN))
    assert shop.till.stick is StickState.SAME

    waiting = Sticks(clock=shop.core.views.clock, is_installed=False)
    waiting.tell(TellStick(state=StickState.INSTALL_TAKEN))
    assert waiting.view() is StickState.INSTALL_TAKEN


def test_a_machine_that_is_not_installed_has_no_use_for_a_catalogue(shop: Shop) -> None:
    shop.core.handle(Role.SYNC, TellStick(state=StickState.CATALOGUE_BROUGHT))
    assert shop.till.stick is StickState.CATALOGUE_BROUGHT

    waiting = Sticks(clock=shop.core.views.clock, is_installed=False)
    waiting.tell(TellStick(state=StickState.CATALOGUE_BROUGHT))
    assert waiting.view() is StickState.EMPTY


def test_a_till_that_cannot_sell_is_told_too(shop: Shop) -> None:
    shop.core.views.stop = SellingStop.DISK_FULL

    assert shop.core.handle(Role.SYNC, TellStick(state=StickState.NO_ROOM)) == Done()
    assert shop.till.stick is StickState.NO_ROOM
