"""No screen is left out: random keys on each of them, from where a cashier finds it.

Screens are looked for, not listed: one that has no way to it here fails the first test.
"""

import importlib
import pkgutil
import random
from dataclasses import dataclass

import msgspec
import pytest
from textual import events

import pos.tui
import pos.tui.screens
from pos.link.state import ShopCodeView
from pos.tui.screens.code import CodeScreen
from pos.tui.screens.listing import ListScreen
from pos.tui.screens.numbered import NumberedMenu
from pos.tui.screens.pad_screen import PadScreen
from pos.tui.screens.rows_screen import RowsScreen
from tests.support import screens
from tests.support.screens import PAD_KEYS, Counter, Scene, open_counter
from tests.support.till_simulator import Code

ONLY_BASES = frozenset({PadScreen, RowsScreen, ListScreen, NumberedMenu, CodeScreen})
"""What screens are made of, and nobody ever sees by itself."""
SEED = 20_261_123
EVERYDAY_KEYS, MANY_KEYS = 8, 40


@dataclass(frozen=True, kw_only=True)
class Way:
    """A scene, and the keys from there."""

    scene: Scene = screens.idle
    keys: str = ""


async def an_order(counter: Counter) -> None:
    await counter.change(remotes_waiting=1)


async def put_aside(counter: Counter) -> None:
    await counter.change(suspended_count=1)


async def shop_code(counter: Counter) -> None:
    await counter.change(shop_codes=(ShopCodeView(program="general", name="시루"),))


async def cash_receipt(counter: Counter) -> None:
    assert counter.core.till.last_sale is not None
    last_sale = msgspec.structs.replace(counter.core.till.last_sale, may_have_cash_receipt=True)
    await counter.change(last_sale=last_sale)


WAYS: dict[str, Way] = {
    "AttentionScreen": Way(scene=screens.attention),
    "BankScreen": Way(keys="* 8 0"),
    "CatalogueScreen": Way(scene=screens.catalogue_found),
    "CashReceiptsScreen": Way(keys="* 8 8"),
    "ChoiceScreen": Way(keys="* 7"),
    "ClosedScreen": Way(scene=screens.day_closed),
    "ConflictsScreen": Way(scene=screens.owner_conflicts),
    "CountScreen": Way(keys="* 6 2"),
    "DayScreen": Way(scene=screens.day_menu),
    "DevicesScreen": Way(scene=screens.devices),
    "ElectronicReceiptScreen": Way(scene=screens.receipt_code),
    "FindReceiptScreen": Way(scene=screens.find, keys="1"),
    "HistoryScreen": Way(scene=screens.history),
    "HoldsScreen": Way(scene=put_aside, keys="/"),
    "IdentifierScreen": Way(scene=cash_receipt, keys="+ 1"),
    "InstallScreen": Way(scene=screens.install_code),
    "ItemsScreen": Way(scene=screens.items),
    "LoginScreen": Way(scene=screens.login),
    "MenuScreen": Way(scene=screens.menu),
    "MerchantQrScreen": Way(scene=shop_code, keys="12 . 0 + 4 1"),
    "MomentScreen": Way(scene=screens.find_by_time),
    "MoreScreen": Way(scene=screens.menu_more),
    "NotesScreen": Way(scene=screens.notes),
    "NumberScreen": Way(keys="* 6 5"),
    "OwnerScreen": Way(scene=screens.owner),
    "PeopleScreen": Way(scene=screens.people),
    "PiecesScreen": Way(keys="* 6 2 +"),
    "PinScreen": Way(scene=screens.relief_pin),
    "PrintersScreen": Way(scene=screens.devices_found),
    "ReceiptNumberScreen": Way(keys="* 8 3"),
    "ReceiptScreen": Way(scene=screens.receipt),
    "RemotesScreen": Way(scene=an_order, keys="* 4"),
    "ReportScreen": Way(keys="* 6 3"),
    "RequestScreen": Way(scene=screens.request),
    "SaleScreen": Way(scene=screens.reading),
    "ScanTestScreen": Way(scene=screens.devices_scan),
    "SerialScreen": Way(scene=screens.notes, keys="+ 1 1"),
    "SupportScreen": Way(scene=screens.support),
    "TrialScreen": Way(scene=screens.devices_trial),
    "WhyScreen": Way(scene=screens.why),
    "WifiScreen": Way(scene=screens.devices, keys="+ 1"),
}


def screens_of_the_till() -> set[str]:
    """Every kind of screen that there is."""
    for package in (pos.tui, pos.tui.screens):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    found: set[type[PadScreen]] = set()
    waiting = [PadScreen]
    while waiting:
        kind = waiting.pop()
        found.add(kind)
        waiting += kind.__subclasses__()
    return {kind.__name__ for kind in found - ONLY_BASES if kind.__module__.startswith("pos.")}


async def walk(name: str, keys: int) -> None:
    """To the screen, then anywhere: whatever is pressed and whatever happens, there is a screen to go on with."""
    chance = random.Random(f"{SEED} {name}")
    way = WAYS[name]
    async with open_counter() as counter:
        await way.scene(counter)
        await counter.press(way.keys)
        assert type(counter.app.screen).__name__ == name

        for pressed in range(keys):
            key, character = chance.choice(PAD_KEYS)
            counter.clock.now_s += chance.choice((0.01, 0.2, 0.5))
            counter.app.post_message(events.Key(key, character))
            if pressed % 10 == 0:
                meanwhile(counter, chance)
                await counter.settle()
        await counter.settle()
        assert counter.app.is_running
        assert isinstance(counter.app.screen, PadScreen)
        assert any(row.strip() for row in counter.text())


def meanwhile(counter: Counter, chance: random.Random) -> None:
    """What happens while somebody is looking at something else."""
    match chance.randrange(5):
        case 0:
            counter.core.present(Code(amount_won=chance.choice((500, 12_000)), name=f"code {chance.randrange(9)}"))
        case 1:
            counter.core.stop()
            counter.core.start()
        case _:
            counter.core.change(attention_count=chance.randrange(3))


def test_every_screen_has_a_way_to_it() -> None:
    assert screens_of_the_till() == set(WAYS)


@pytest.mark.parametrize("name", WAYS)
async def test_random_keys_on_each_screen_end_none(name: str) -> None:
    await walk(name, EVERYDAY_KEYS)


@pytest.mark.slow
@pytest.mark.parametrize("name", WAYS)
async def test_many_random_keys_on_each_screen_end_none(name: str) -> None:
    await walk(name, MANY_KEYS)
