"""The ways from the sale screen to other money, items, sales put aside and paper notes."""

from pos.link.calls import EnterAmount, PayOther, SuspendSale
from pos.tui.answers import said_of
from pos.tui.host import Host
from pos.tui.intents import TakeTender
from pos.tui.screens.choice import ChoiceScreen
from pos.tui.screens.holds import HoldsScreen
from pos.tui.screens.items import ItemsScreen
from pos.tui.screens.merchant_qr import MerchantQrScreen
from pos.tui.screens.notes import NotesScreen
from pos.tui.screens.pad_screen import PadScreen
from pos.voucher.bodies import TenderKind, TenderMethod

_METHODS = (None, TenderMethod.CARD, TenderMethod.TRANSFER, TenderMethod.OTHER)
_OTHER, _HOLD = 4, 5
_SHOP_CODE = 1
_ITEMS = 1


def tender_question(host: Host, asked: TakeTender) -> ChoiceScreen:
    """How is it paid?"""
    words = host.words
    lines = (words.tender_question(asked.amount_won),)
    return ChoiceScreen(host, title=words.labels.tender_title, lines=lines, choices=words.wares.tender_kinds)


def take_tender(screen: PadScreen, asked: TakeTender, choice: int | None) -> None:
    """What the cashier answered."""
    if choice is not None:
        screen.run_worker(_take(screen, asked, choice))


async def open_notes(screen: PadScreen, asked: TakeTender) -> None:
    """Count notes; the amount is the sale's where none was begun."""
    if await _has_sale(screen, asked):
        screen.host.desk.take_typed()
        screen.app.push_screen(NotesScreen(screen.host))


def open_wares(screen: PadScreen) -> None:
    """Items, or a sale that was put aside; asked only where there are both."""
    host = screen.host
    till, words = host.desk.till, host.words
    if till is None or not till.suspended_count:
        screen.app.push_screen(ItemsScreen(host))
    elif not till.has_articles:
        screen.app.push_screen(HoldsScreen(host))
    else:
        held = words.wares.choose_held.format(count=till.suspended_count)
        choices = (words.wares.choose_items, held)
        question = ChoiceScreen(host, title=words.wares.counter_title, lines=(), choices=choices)

        def go(choice: int | None) -> None:
            if choice is not None:
                screen.app.push_screen(ItemsScreen(host) if choice == _ITEMS else HoldsScreen(host))

        screen.app.push_screen(question, go)


async def _has_sale(screen: PadScreen, asked: TakeTender) -> bool:
    if not asked.begins_sale:
        return True
    done = said_of(screen.host, await screen.host.ask(EnterAmount(amount_won=asked.amount_won)), None)
    screen.refresh_words()
    return done


async def _take(screen: PadScreen, asked: TakeTender, choice: int) -> None:
    host = screen.host
    if not await _has_sale(screen, asked):
        return
    host.desk.take_typed()
    if choice == _OTHER and host.desk.till is not None and host.desk.till.shop_codes:
        _ask_other(screen, asked)
    elif choice == _HOLD:
        said_of(host, await host.ask(SuspendSale()), None)
    else:
        method = _METHODS[choice - 1]
        kind = TenderKind.CASH if method is None else TenderKind.OTHER
        said_of(host, await host.ask(PayOther(kind=kind, amount_won=asked.amount_won, method=method or "")), None)
    screen.refresh_words()


def _ask_other(screen: PadScreen, asked: TakeTender) -> None:
    """The shop's own code, or something else that is only written down."""
    host = screen.host

    def go(choice: int | None) -> None:
        if choice == _SHOP_CODE:
            _show_shop_code(screen)
        elif choice is not None:
            screen.run_worker(_take_other(screen, asked))

    labels = host.words.wares
    choices = (labels.methods[2], labels.methods[3])
    screen.app.push_screen(ChoiceScreen(host, title=labels.tender_kinds[3], lines=(), choices=choices), go)


def _show_shop_code(screen: PadScreen) -> None:
    """The code of the one programme that has one; asked which only where there are more."""
    host = screen.host
    codes = () if host.desk.till is None else host.desk.till.shop_codes
    if len(codes) == 1:
        screen.app.push_screen(MerchantQrScreen(host, codes[0].program))
        return

    def go(choice: int | None) -> None:
        if choice is not None:
            screen.app.push_screen(MerchantQrScreen(host, codes[choice - 1].program))

    labels = host.words.wares
    choices = tuple(code.name or labels.shop_code_unnamed for code in codes)
    screen.app.push_screen(ChoiceScreen(host, title=labels.methods[2], lines=(), choices=choices), go)


async def _take_other(screen: PadScreen, asked: TakeTender) -> None:
    call = PayOther(kind=TenderKind.OTHER, amount_won=asked.amount_won, method=TenderMethod.OTHER)
    said_of(screen.host, await screen.host.ask(call), None)
    screen.refresh_words()
