"""Every state of the screen as a scene: for snapshots, and as pictures to be looked at.

    python -m tests.support.screens FOLDER [SCENE…]

writes each scene in both languages at both sizes as PNG, cell by cell as a terminal draws it: block elements as exact
rectangles, everything else in a monospaced Korean font of this machine.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec
from PIL import Image, ImageDraw, ImageFont
from textual import events
from textual.pilot import Pilot

from pos.link.calls import (
    AttentionLine,
    BroughtCatalogue,
    CatalogueProblem,
    PersonLine,
    QuickKey,
    SaleLine,
    WifiPage,
)
from pos.link.equipment import Condition, DeviceKind, FoundPrinter, ScanTest
from pos.link.install import FormerMedium, InstallFault, InstallStep, InstallView, LookedAt
from pos.link.state import (
    DayView,
    ItemView,
    LimitView,
    NetworkView,
    PrinterState,
    PrinterView,
    QuestionKind,
    SaleView,
    ScanHint,
    ScannerState,
    ScannerView,
    SellingStop,
    TenderView,
    TillLock,
    WaitingView,
)
from pos.link.stick import StickState
from pos.link.wifi import WifiState
from pos.till.catalogue import ProblemKind
from pos.till.reasons import Reason
from pos.tui.app import TillApp
from pos.tui.link import Connect
from pos.words import words_for
from pos.words.findings import FindingCode, device_code
from tests.support.device_page import a_counter
from tests.support.till_simulator import NOON_S, Code, TillSimulator, a_receipt

SIZES = {"small": (80, 24), "kiosk": (100, 30)}
LANGUAGES = ("ko", "en")


class ManualSeconds:
    """A monotonic clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s

    def pass_reaction(self) -> None:
        """Long enough for a person to have read what has just been painted."""
        self.now_s += 1.0


class Timers:
    """What the screen wants to do in a moment is done as soon as it has nothing else to do, unless the time stands."""

    def __init__(self, clock: ManualSeconds) -> None:
        self._clock = clock
        self._waiting: list[tuple[float, Callable[[], Awaitable[None]]]] = []
        self.app: TillApp | None = None
        self.stands = False

    def after(self, delay_s: float, run: Callable[[], Awaitable[None]]) -> None:
        self._waiting.append((self._clock() + delay_s, run))
        if not self.stands:
            assert self.app is not None
            self.app.call_later(self._run)

    async def pass_s(self, seconds: float) -> None:
        """Let the time go on; what is due is done."""
        self._clock.now_s += seconds
        due = [run for at_s, run in self._waiting if at_s <= self._clock()]
        self._waiting = [(at_s, run) for at_s, run in self._waiting if at_s > self._clock()]
        for run in due:
            await run()

    async def _run(self) -> None:
        if self._waiting:
            at_s, run = self._waiting.pop(0)
            self._clock.now_s = max(self._clock.now_s, at_s)
            await run()


@dataclass(frozen=True, kw_only=True)
class Counter:
    """A screen, its core and its clock."""

    core: TillSimulator
    app: TillApp
    clock: ManualSeconds
    timers: Timers
    pilot: Pilot[None]

    async def settle(self) -> None:
        """Until every message, call and push has been dealt with."""
        for _ in range(_TURNS):
            # Without a delay the pilot waits for messages only, not for the machine to have nothing to do.
            await self.pilot.pause(0)

    async def press(self, keys: str) -> None:
        """Keys of the pad, separated by blanks; digits may stand together."""
        for word in keys.split():
            for key in word if word.isdigit() else (KEY_NAMES.get(word, word),):
                self.clock.pass_reaction()
                await self.press_now(key)
        await self.settle()

    async def press_now(self, key: str) -> None:
        """One key by the toolkit's name, no later than the one before it."""
        self.app.post_message(events.Key(key, CHARACTERS.get(key, key if len(key) == 1 else None)))
        await self.settle()

    async def present(self, code: Code) -> None:
        self.core.present(code)
        await self.settle()

    async def change(self, **changes: object) -> None:
        self.core.change(**changes)
        await self.settle()

    async def look(self) -> None:
        """Let a screen that looks again by itself do so now."""
        load = getattr(self.app.screen, "load", None)
        assert load is not None, "this screen looks at nothing again"
        await load()
        await self.settle()

    def text(self) -> list[str]:
        """The screen as rows of text."""
        return ["".join(segment.text for segment in strip) for strip in self.app.screen._compositor.render_strips()]


_TURNS = 5
CHARACTERS = {"full_stop": ".", "minus": "-", "asterisk": "*", "slash": "/", "plus": "+", "enter": "\r"}
KEY_NAMES = {".": "full_stop", "-": "minus", "*": "asterisk", "/": "slash", "+": "plus"}
PAD_KEYS = (*CHARACTERS.items(), *((digit, digit) for digit in "0123456789"))
"""Each key of the pad: its name, and what it types."""
Scene = Callable[[Counter], Awaitable[None]]


def a_screen(
    connect: Connect,
    clock: ManualSeconds,
    *,
    timers: Timers | None = None,
    language: str = "ko",
    may_quit: bool = False,
) -> TillApp:
    timers = timers or Timers(clock)
    timers.app = TillApp(
        connect,
        words=words_for(language),
        may_quit=may_quit,
        monotonic_s=clock,
        pressed_s=lambda _: clock(),
        after=timers.after,
    )
    return timers.app


@contextlib.asynccontextmanager
async def open_counter(
    core: TillSimulator | None = None,
    *,
    language: str = "ko",
    size: tuple[int, int] = (80, 24),
    may_quit: bool = False,
) -> AsyncIterator[Counter]:
    """A screen without a tty, at rest."""
    core, clock = core or TillSimulator(), ManualSeconds()
    timers = Timers(clock)
    app = a_screen(core.connect, clock, timers=timers, language=language, may_quit=may_quit)
    async with app.run_test(size=size) as pilot:
        counter = Counter(core=core, app=app, clock=clock, timers=timers, pilot=pilot)
        await counter.settle()
        yield counter


async def idle(counter: Counter) -> None:
    pass


async def trouble(counter: Counter) -> None:
    await counter.change(
        network=NetworkView(online=False, since_s=NOON_S - 26 * 3600),
        waiting=WaitingView(count=9_842, value_won=98_420_000),
        printer=PrinterView(state=PrinterState.PAPER_OUT, unprinted=3),
        limit=LimitView(left_won=96_000, left_count=12, used_percent=91),
        scanner=ScannerView(state=ScannerState.MISSING),
    )


async def amount(counter: Counter) -> None:
    await counter.press("12 . 0")


async def amount_largest(counter: Counter) -> None:
    await counter.press("99999999")


async def reading(counter: Counter) -> None:
    await counter.press("12 . 0 enter")
    await counter.change(scanner=ScannerView(state=ScannerState.LOCATED, hint=ScanHint.CLOSER, unread_s=4))


async def unread(counter: Counter) -> None:
    await counter.press("12 . 0 enter")
    await counter.change(scanner=ScannerView(state=ScannerState.LOCATED, hint=ScanHint.BRIGHTER, unread_s=8))


async def approved(counter: Counter) -> None:
    await counter.press("12 . 0 enter")
    await counter.present(Code())


async def approved_part(counter: Counter) -> None:
    await counter.press("12 . 0 enter")
    await counter.present(Code(amount_won=8_000))
    await counter.press("1")


async def declined(counter: Counter) -> None:
    await counter.press("12 . 0 enter")
    earlier = {
        "earlier_time_s": NOON_S - 7_200,
        "earlier_amount_won": 12_000,
        "earlier_receipt_number": "1122-0101",
    }
    await counter.present(Code(reason=Reason.ALREADY_USED, fields=earlier))


async def declined_foreign(counter: Counter) -> None:
    await counter.press("12 . 0 enter")
    foreign = {
        "foreign_kind": "unknown",
        "foreign_length": 23,
        "foreign_head": "WIFI:S:moonlight;T:WPA;",
        "amount_won": 0,
    }
    await counter.present(Code(reason=Reason.NOT_OUR_CODE, fields=foreign))


async def referred_request(counter: Counter) -> None:
    await counter.press("72 . 0 enter")
    await counter.present(Code(amount_won=72_000, reason=Reason.REQUEST_NEEDED, fields={"limit_won": 50_000}))


async def question_part(counter: Counter) -> None:
    await counter.press("12 . 0 enter")
    await counter.present(Code(amount_won=11_000))


async def question_code_amount(counter: Counter) -> None:
    await counter.present(Code(amount_won=12_000))


async def quiet(counter: Counter) -> None:
    await counter.press("12 . 0 enter")
    await counter.present(Code())
    await counter.press("enter")
    await counter.present(Code())


async def question_paper(counter: Counter) -> None:
    counter.core.ask(QuestionKind.PAPER_LOADED, count=3)
    await counter.settle()


async def question_printed(counter: Counter) -> None:
    counter.core.ask(QuestionKind.PRINT_UNKNOWN, receipt_number="1122-0123")
    await counter.settle()


async def question_receipt(counter: Counter) -> None:
    counter.core.asks_for_receipts = True
    await approved(counter)


async def question_open_sale(counter: Counter) -> None:
    tender = TenderView(kind="voucher", amount_won=8_000, program_name="시루")
    counter.core.change(sale=SaleView(due_won=12_000, paid_won=8_000, tenders=(tender,)))
    counter.core.ask(QuestionKind.OPEN_SALE)
    await counter.settle()


async def question_cut_approved(counter: Counter) -> None:
    counter.core.ask(QuestionKind.CUT_APPROVED, amount_won=12_000, receipt_number="000123")
    await counter.settle()


async def question_note(counter: Counter) -> None:
    counter.core.change(sale=SaleView(due_won=62_000, paid_won=0))
    counter.core.ask(
        QuestionKind.NOTE_CHECK,
        amount_won=50_000,
        note_number="2026000017",
        features=("비추면 숨은 그림", "은색 띠의 무늬", "기울이면 색이 바뀌는 금액"),
    )
    await counter.settle()


async def question_note_change(counter: Counter) -> None:
    counter.core.change(sale=SaleView(due_won=4_000, paid_won=0))
    counter.core.ask(
        QuestionKind.NOTE_CHANGE,
        amount_won=10_000,
        note_number="2026000017",
        difference_won=6_000,
        used_won=4_000,
        face_won=10_000,
        ratio_percent=60,
    )
    await counter.settle()


async def declined_note(counter: Counter) -> None:
    await counter.press("1 . 0 enter")
    await counter.present(Code(amount_won=10_000, reason=Reason.NOTE_STOLEN))


async def stopped(counter: Counter) -> None:
    await counter.change(stop=SellingStop.DISK_FULL)


async def _installing(counter: Counter, **of_view: object) -> None:
    view = InstallView(**of_view)  # type: ignore[arg-type]
    await counter.change(stop=SellingStop.NOT_INSTALLED, installation=view)


async def install_look(counter: Counter) -> None:
    lines = (
        LookedAt(code=device_code(DeviceKind.PRINTER, Condition.READY), is_well=True),
        LookedAt(code=device_code(DeviceKind.SCANNER, Condition.MISSING), is_well=False),
        LookedAt(code=FindingCode.SPACE_ENOUGH, is_well=True),
        LookedAt(code=FindingCode.CLOCK_UNSURE, is_well=None),
        LookedAt(code=FindingCode.NETWORK_MISSING, is_well=False),
    )
    await _installing(counter, step=InstallStep.LOOK, lines=lines)


async def install_wifi(counter: Counter) -> None:
    wifi = {"wifi": WifiState.WEP, "network": "시흥 빵집 2.4G"}
    await _installing(counter, step=InstallStep.ENROLLING, fault=InstallFault.UNREACHABLE, **wifi)


async def install_code(counter: Counter) -> None:
    await _installing(counter, step=InstallStep.CODE, fault=InstallFault.WRONG_NUMBER)
    await counter.press("1234567890")


async def install_file(counter: Counter) -> None:
    """A stick was plugged in at a machine that is nobody yet, and its file is not good."""
    await _installing(counter, step=InstallStep.CODE, fault=InstallFault.FILE_ALTERED)
    await counter.change(stick=StickState.INSTALL_TAKEN)


async def stick_refused(counter: Counter) -> None:
    await counter.change(stick=StickState.OLDER)


async def install_enrolling(counter: Counter) -> None:
    await _installing(counter, step=InstallStep.ENROLLING, fault=InstallFault.UNREACHABLE)


async def install_compare(counter: Counter) -> None:
    shop = {"check_code": "482913", "shop_name": "시흥 빵집", "terminal": "t-bakery-2"}
    await _installing(counter, step=InstallStep.COMPARE, is_paper_waiting=True, **shop)


async def install_read(counter: Counter) -> None:
    shop = {"check_code": "482913", "shop_name": "시흥 빵집", "terminal": "t-bakery-2"}
    await _installing(counter, step=InstallStep.READ_BACK, fault=InstallFault.OTHER_PAPER, **shop)


async def install_payment(counter: Counter) -> None:
    shop = {"check_code": "482913", "shop_name": "시흥 빵집", "terminal": "t-bakery-2"}
    await _installing(counter, step=InstallStep.PAYMENT, fault=InstallFault.UNREACHABLE, **shop)


async def install_done(counter: Counter) -> None:
    shop = {"check_code": "482913", "shop_name": "시흥 빵집", "terminal": "t-bakery-2"}
    former = {"former": "t-bakery-1", "former_medium": FormerMedium.READ, "former_entries": 118}
    await _installing(counter, step=InstallStep.DONE, **shop, **former)


async def install_other_stick(counter: Counter) -> None:
    shop = {"check_code": "482913", "shop_name": "시흥 빵집", "terminal": "t-bakery-2"}
    former = {"former": "t-bakery-1", "former_medium": FormerMedium.OTHER}
    await _installing(counter, step=InstallStep.COMPARE, **shop, **former)


async def link_down(counter: Counter) -> None:
    await counter.press("12")
    counter.core.stop()
    await counter.settle()


async def beside(counter: Counter) -> None:
    """A verdict that arrived while the cashier was typing."""
    await counter.press("12 . 0 enter")
    await counter.press("4")
    await counter.present(Code())
    await counter.press("5")


async def keypad(counter: Counter) -> None:
    await counter.pilot.click("AmountPanel")
    await counter.press("15")


async def menu(counter: Counter) -> None:
    await counter.press("*")


async def menu_more(counter: Counter) -> None:
    await counter.press("* 8")


async def support(counter: Counter) -> None:
    await counter.press("* 9")


async def devices(counter: Counter) -> None:
    counter.core.devices.page = a_counter(printer=Condition.PAPER_OUT, scanner=Condition.MISSING)
    await counter.press("* 8 6")


async def devices_wifi(counter: Counter) -> None:
    await devices(counter)
    await counter.press("+ 1")
    await counter.look()


async def devices_wifi_wrong(counter: Counter) -> None:
    await devices_wifi(counter)
    counter.core.wifi = WifiPage(state=WifiState.WRONG_PASSWORD, network="시흥 빵집 2.4G")
    await counter.look()


async def devices_trial(counter: Counter) -> None:
    await devices(counter)
    await counter.press("1")
    await counter.look()


async def devices_found(counter: Counter) -> None:
    counter.core.devices.found = (
        FoundPrinter(url="usb:04b8:0e15", model="EPSON TM-T82III", answered="EPSON TM-T82III KOREA C-5601C"),
        FoundPrinter(url="serial:///dev/serial/by-id/usb-Prolific-if00", model="usb-Prolific-if00"),
        FoundPrinter(url="tcp://192.168.0.31", model="192.168.0.31"),
    )
    await devices(counter)
    await counter.press("7")
    await counter.look()


async def devices_scan(counter: Counter) -> None:
    await devices(counter)
    await counter.press("2")
    counter.core.devices.change(scan_test=ScanTest(length=512, kind="CKP1"))
    await counter.look()


async def history(counter: Counter) -> None:
    papers = ("printed", "held", "unknown", "queued")
    deliveries = ("waiting", "settled", "conflict", "")
    counter.core.sales = tuple(
        SaleLine(
            time_s=NOON_S - 300 * index,
            amount_won=12_000 + 500 * index,
            receipt_number=f"1122-{123 - index:04}",
            program_name="시루",
            paper=papers[index % 4],
            delivery=deliveries[index % 4],
        )
        for index in range(14)
    )
    await counter.press("* 2")


async def receipt(counter: Counter) -> None:
    counter.core.receipt = a_receipt()
    await history(counter)
    await counter.press("1")


async def receipt_consent(counter: Counter) -> None:
    await receipt(counter)
    await counter.press("2")


async def receipt_code(counter: Counter) -> None:
    await receipt_consent(counter)
    await counter.press("1")


async def find(counter: Counter) -> None:
    await history(counter)
    await counter.press("0")


async def find_by_time(counter: Counter) -> None:
    await find(counter)
    await counter.press("3")


async def period(counter: Counter) -> None:
    await counter.press("* 6 0")


async def period_typed(counter: Counter) -> None:
    await counter.press("* 6 0 2")


async def why_slip(counter: Counter) -> None:
    await counter.press("12 . 0 enter")
    await counter.present(Code(amount_won=12_000, reason=Reason.WRONG_AREA))
    await counter.press("* 3")


async def why(counter: Counter) -> None:
    await declined(counter)
    await counter.press("* 3")


async def attention(counter: Counter) -> None:
    causes = ("not_shown", "paper_unknown", "recovered")
    counter.core.attention = tuple(
        AttentionLine(
            entry=bytes([index]) * 32,
            time_s=NOON_S - 3_600 * index,
            amount_won=12_000,
            receipt_number=f"1122-{index:04}",
            cause=cause,
        )
        for index, cause in enumerate(causes, start=1)
    )
    await counter.press("* 4")


async def attention_answer(counter: Counter) -> None:
    await attention(counter)
    await counter.press("1")


async def request(counter: Counter) -> None:
    await counter.change(turns_screen=True)
    await counter.press("72 . 0 enter enter")


async def tender(counter: Counter) -> None:
    await approved_part(counter)
    await counter.press("+")


async def tender_kinds(counter: Counter) -> None:
    await counter.press("12 . 0 +")


async def change_given(counter: Counter) -> None:
    await counter.press("12 . 0 enter 20 . 0 + 1")


async def request_first(counter: Counter) -> None:
    await counter.change(sale=SaleView(due_won=72_000, paid_won=0, needs_request=True))


async def over_offline(counter: Counter) -> None:
    await counter.change(
        sale=SaleView(due_won=120_000, paid_won=0, needs_request=True, is_over_offline=True),
        limit=LimitView(left_won=96_000, left_count=12, used_percent=91),
    )


async def after_cut(counter: Counter) -> None:
    await counter.change(is_after_cut=True)


async def notes(counter: Counter) -> None:
    await counter.press("30 . 0 /")


async def notes_count(counter: Counter) -> None:
    await counter.press("30 . 0 / 3 3")


async def items(counter: Counter) -> None:
    counter.core.quick_keys = (
        QuickKey(key=1, name="소금빵", price_won=3_000, is_exempt=False),
        QuickKey(key=3, name="생계란 10구", price_won=5_000, is_exempt=True),
        QuickKey(key=4, name="한우 (무게)", price_won=0, is_exempt=True),
    )
    await counter.change(has_articles=True)
    await counter.press("/")
    sold = (
        ItemView(name="소금빵", quantity=2, amount_won=6_000, is_exempt=False),
        ItemView(name="생계란 10구", quantity=1, amount_won=5_000, is_exempt=True),
    )
    await counter.change(sale=SaleView(due_won=11_000, paid_won=0, items=sold))


async def items_due(counter: Counter) -> None:
    await items(counter)
    await counter.press("enter")


def some_people(counter: Counter) -> None:
    names = (("박주인", "owner"), ("김점원", "clerk"), ("이책임", "manager"))
    counter.core.people = tuple(
        PersonLine(person=number, name=name, role=role, has_pin=True)
        for number, (name, role) in enumerate(names, start=1)
    )


async def login(counter: Counter) -> None:
    some_people(counter)
    await counter.change(has_pins=True, lock=TillLock.PIN, clerk="")


async def login_pin(counter: Counter) -> None:
    await login(counter)
    await counter.press("2 314")


async def login_wrong(counter: Counter) -> None:
    await login(counter)
    await counter.press("2 314160")


async def relief(counter: Counter) -> None:
    """The clerk is at the till, and the owner was here before."""
    some_people(counter)
    await counter.change(has_pins=True, clerk="김점원", relief=1, relief_name="박주인")


async def relief_pin(counter: Counter) -> None:
    await relief(counter)
    await counter.press(". 271")


async def relief_unknown(counter: Counter) -> None:
    await relief(counter)
    await counter.change(relief=0, relief_name="")


async def locked(counter: Counter) -> None:
    await counter.change(has_pins=True, lock=TillLock.PAYMENTS)


async def opening(counter: Counter) -> None:
    await counter.change(day=DayView(offers_opening=True, proposed_float_won=100_000))


async def forgotten_closing(counter: Counter) -> None:
    await counter.change(day=DayView(is_open=True, is_forgotten=True, proposed_float_won=100_000))


async def day_menu(counter: Counter) -> None:
    await counter.press("* 6")


async def day_count(counter: Counter) -> None:
    await counter.press("* 6 2 134500")


async def day_pieces(counter: Counter) -> None:
    await counter.press("* 6 2 + 2 enter 3")


async def day_closed(counter: Counter) -> None:
    await counter.press("* 6 2 134500 enter")
    await counter.change(unsent_count=23)


async def day_closed_sent(counter: Counter) -> None:
    await counter.press("* 6 2 134500 enter")
    await counter.change(unsent_count=0)


async def people(counter: Counter) -> None:
    some_people(counter)
    await counter.press("* 6 9")


async def owner(counter: Counter) -> None:
    await counter.press("* 8 5")


async def owner_other_tills(counter: Counter) -> None:
    page = counter.core.owners_page
    counter.core.owners_page = msgspec.structs.replace(
        page, lost_by_shop_won=100_036_000, siblings=2, silent_siblings=1, siblings_won=100_000_000
    )
    await owner(counter)


async def owner_conflicts(counter: Counter) -> None:
    await owner(counter)
    await counter.press("1")


def a_brought_catalogue(**changes: object) -> BroughtCatalogue:
    found = BroughtCatalogue(digest="5a" * 32, brought_s=NOON_S - 60, articles=1_204, new=12, changed=1_180, gone=3)
    return msgspec.structs.replace(found, **changes)


async def catalogue_found(counter: Counter) -> None:
    counter.core.brought = a_brought_catalogue()
    await counter.press("* 8 5 2")


async def catalogue_same(counter: Counter) -> None:
    counter.core.brought = a_brought_catalogue(new=0, changed=0, gone=0)
    await counter.press("* 8 5 2")


async def catalogue_faults(counter: Counter) -> None:
    faults = (
        (3, ProblemKind.PRICE, "삼천원"),
        (17, ProblemKind.BARCODE_SHORTENED, "8.80123E+12"),
        (1_204, ProblemKind.CHECK_DIGIT, "8801234567890"),
        (1_205, ProblemKind.TAX, "간이과세라고 적힌 아주 긴 글이 이 칸에 들어 있는 경우입니다 정말로"),
        (1_206, ProblemKind.FIELDS, "4"),
    )
    problems = tuple(CatalogueProblem(line=line, kind=kind.value, text=text) for line, kind, text in faults)
    counter.core.brought = a_brought_catalogue(problems=problems)
    await counter.press("* 8 5 2")


async def catalogue_taken(counter: Counter) -> None:
    await catalogue_found(counter)
    await counter.press("enter")


async def catalogue_none(counter: Counter) -> None:
    await counter.press("* 8 5 2")


async def stick_catalogue(counter: Counter) -> None:
    await counter.change(stick=StickState.CATALOGUE_BROUGHT)


async def training(counter: Counter) -> None:
    await counter.change(is_training=True)


SCENES: dict[str, Scene] = {
    scene.__name__: scene
    for scene in (
        *(idle, trouble, amount, amount_largest, reading, approved, approved_part, declined, declined_foreign),
        *(referred_request, question_part, question_code_amount, quiet, question_paper, question_printed),
        *(question_receipt, question_open_sale, question_cut_approved, stopped, link_down, beside, keypad),
        *(menu, history, receipt),
        *(question_note, question_note_change, declined_note),
        *(menu_more, unread, support, devices, devices_trial, devices_found, devices_scan),
        *(devices_wifi, devices_wifi_wrong, install_wifi),
        *(tender_kinds, change_given, after_cut, notes, notes_count, items, items_due),
        *(request_first, over_offline),
        *(install_file, stick_refused),
        *(install_look, install_code, install_enrolling, install_compare, install_read, install_payment, install_done),
        install_other_stick,
        *(receipt_code, why, attention, attention_answer, request, tender),
        *(relief, relief_pin, relief_unknown),
        *(login, login_pin, login_wrong, locked, opening, forgotten_closing, day_menu, day_count, day_pieces),
        *(receipt_consent, find, find_by_time, period, period_typed, why_slip),
        *(day_closed, day_closed_sent, people, owner, owner_other_tills, owner_conflicts, training),
        *(catalogue_found, catalogue_same, catalogue_faults, catalogue_taken, catalogue_none, stick_catalogue),
    )
}


# -- pictures --------------------------------------------------------------------------------------------------------

CELL_WIDTH, CELL_HEIGHT = 12, 24
_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/naver-d2coding/D2Coding-Ver1.3.2-20180524-all.ttc",
    "/usr/share/fonts/truetype/nanum/NanumGothicCoding.ttf",
)
_KOREAN_MONO = 6
"""The face of the Noto collection that is Korean and monospaced."""
_QUARTERS = {"\u2596": 4, "\u2597": 8, "\u2598": 1, "\u259d": 2, "\u259e": 6, "\u259a": 9}


def blocks_of(character: str) -> tuple[tuple[float, float, float, float], ...] | None:
    """The rectangles of a block element in a cell of 1 x 1; None for other characters."""
    code = ord(character)
    if character in "\u2580\u2584\u2588\u258c\u2590":
        return {
            "\u2580": ((0, 0, 1, 0.5),),
            "\u2584": ((0, 0.5, 1, 1),),
            "\u2588": ((0, 0, 1, 1),),
            "\u258c": ((0, 0, 0.5, 1),),
            "\u2590": ((0.5, 0, 1, 1),),
        }[character]
    if character in _QUARTERS:
        bits = _QUARTERS[character]
        return tuple(
            (x / 2, y / 2, x / 2 + 0.5, y / 2 + 0.5) for y in (0, 1) for x in (0, 1) if bits & (1 << (2 * y + x))
        )
    if 0x1FB00 <= code <= 0x1FB3B:
        bits = code - 0x1FB00 + 1
        bits += (bits >= 0b010101) + (bits + (bits >= 0b010101) >= 0b101010)
        return tuple(
            (x / 2, y / 3, x / 2 + 0.5, y / 3 + 1 / 3) for y in (0, 1, 2) for x in (0, 1) if bits & (1 << (2 * y + x))
        )
    return None


@cache
def _font() -> ImageFont.FreeTypeFont:
    path = next((path for path in _FONTS if Path(path).exists()), None)
    if path is None:
        raise SystemExit("no monospaced Korean font here; install fonts-noto-cjk or fonts-naver-d2coding")
    return ImageFont.truetype(path, 20, index=_KOREAN_MONO if path.endswith("CJK-Regular.ttc") else 0)


def picture(app: TillApp) -> Image.Image:
    """The seen screen as a terminal draws it."""
    size = app.screen.size
    image = Image.new("RGB", (size.width * CELL_WIDTH, size.height * CELL_HEIGHT))
    pen = ImageDraw.Draw(image)
    for row, strip in enumerate(app.screen._compositor.render_strips()):
        column = 0
        for segment in strip:
            style = segment.style
            ink = style.color.triplet if style and style.color and style.color.triplet else (255, 255, 255)
            ground = style.bgcolor.triplet if style and style.bgcolor and style.bgcolor.triplet else (0, 0, 0)
            for character in segment.text:
                columns = 2 if "\u1100" <= character <= "\uffdc" and not "\u2500" <= character <= "\u259f" else 1
                _draw_cell(pen, character, column, row, columns, tuple(ink), tuple(ground), bool(style and style.bold))
                column += columns
    return image


def _draw_cell(
    pen: ImageDraw.ImageDraw,
    character: str,
    column: int,
    row: int,
    columns: int,
    ink: tuple[int, ...],
    ground: tuple[int, ...],
    is_bold: bool,
) -> None:
    left, top = column * CELL_WIDTH, row * CELL_HEIGHT
    pen.rectangle((left, top, left + columns * CELL_WIDTH - 1, top + CELL_HEIGHT - 1), fill=ground)
    blocks = blocks_of(character)
    if blocks is not None:
        for x1, y1, x2, y2 in blocks:
            box = (
                left + x1 * CELL_WIDTH,
                top + y1 * CELL_HEIGHT,
                left + x2 * CELL_WIDTH - 1,
                top + y2 * CELL_HEIGHT - 1,
            )
            pen.rectangle(box, fill=ink)
    elif character != " ":
        pen.text((left, top + 19), character, font=_font(), fill=ink, anchor="ls", stroke_width=int(is_bold) * 0.4)


async def show(scene: Scene, *, language: str, size: tuple[int, int], path: Path) -> None:
    """Play a scene and keep a picture of how it ends."""
    async with open_counter(language=language, size=size) as counter:
        await scene(counter)
        picture(counter.app).save(path)


def main(folder: Path, names: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or list(SCENES):
        for language in LANGUAGES:
            for size_name, size in SIZES.items():
                path = folder / f"{name}-{language}-{size_name}.png"
                asyncio.run(show(SCENES[name], language=language, size=size, path=path))
                sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
