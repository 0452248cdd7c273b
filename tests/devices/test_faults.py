"""The table of scheduled faults: a sale at the real core, its receipt on a printer that fails as printers do.

Whatever happens on paper, the sale stands in the journal, the next one is taken, and no receipt comes out twice as an
original.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest

from drivers.printer.profile import Cut, DotsBy, load_profile
from drivers.printer.raster import Typeface
from drivers.printer.simulated_faults import Faults, Hardware, RomLanguage
from drivers.printer.status import Paper as Roll
from pos.devices.chosen import encoder_for
from pos.devices.paper import PaperDesk
from pos.link.calls import AnyPush, Call, VerdictShown
from pos.link.equipment import PrinterChoice
from pos.link.state import QuestionKind
from pos.voucher.bodies import PaymentApproved, PrintOutcome, ReceiptPrinted, ReceiptReprinted
from tests.support.core_builders import Shop, make_town, move_in, open_shop
from tests.support.printer_counter import Counter

TEXT, DOTS = "simulated-80mm", "clone-80mm"
YES, NO = 1, 2


class ShopLink:
    """The devices' link, without a socket between."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def call(self, call: Call[object]) -> object:
        return self._shop.devices(call)

    def next_push(self, timeout_s: float) -> AnyPush | None:
        return None


@dataclass
class OnePrinter:
    """The printer of this story, whatever is chosen."""

    counter: Counter
    choice: PrinterChoice | None = None
    setup_fault: str = ""

    def printer(self) -> object:
        return self.counter.printer


@dataclass
class Story:
    """A shop, its printer, and who watches the paper."""

    shop: Shop
    counter: Counter
    desk: PaperDesk

    def sell(self) -> str:
        self.shop.type_amount(4_000)
        self.shop.see(self.shop.code(4_000))
        self.shop.screen(VerdictShown(entry_sequence=self.shop.verdict.entry_sequence))
        return self.shop.verdict.receipt_number

    def print(self) -> None:
        self.desk.print_waiting()

    def heal(self) -> None:
        self.counter.simulated.faults = Faults()

    def later(self, after_s: float, **faults: object) -> None:
        def change() -> None:
            for name, value in faults.items():
                setattr(self.counter.simulated.faults, name, value)

        self.counter.clock.after(after_s, change)

    @property
    def outcomes(self) -> list[PrintOutcome]:
        return [body.outcome for body in self.shop.bodies if isinstance(body, ReceiptPrinted)]

    @property
    def sales(self) -> int:
        return sum(isinstance(body, PaymentApproved) for body in self.shop.bodies)

    @property
    def copies(self) -> int:
        return sum(isinstance(body, ReceiptReprinted) for body in self.shop.bodies)

    def originals(self, number: str) -> int:
        """Papers of this receipt, whole or begun, that do not say that they are copies."""
        papers = [*self.counter.papers, "\n".join(self.counter.simulated.paper.hanging)]
        return sum(number in paper and "재발행" not in paper for paper in papers)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_town(tmp_path_factory.mktemp("template") / "town").directory


@pytest.fixture
def story(template: Path, tmp_path: Path) -> Iterator[Callable[..., Story]]:
    shops: list[Shop] = []

    def begin(profile: str = TEXT, *, dots_by: DotsBy = DotsBy.ROWS, **hardware: object) -> Story:
        shop = open_shop(move_in(template, tmp_path / "town"))
        shops.append(shop)
        loaded, typeface = load_profile(profile), Typeface.load()
        made = {"dots": loaded.dots, "has_automatic_status": loaded.asb, "has_cutter": loaded.cut is Cut.PARTIAL}
        counter = Counter(typeface, loaded, Hardware(**{**made, **hardware}))  # type: ignore[arg-type]
        counter.encoder = encoder_for(loaded, 42, dots_by=dots_by)
        counter.printer = counter.new_printer()
        return Story(shop, counter, PaperDesk(ShopLink(shop), OnePrinter(counter), Event()))  # type: ignore[arg-type]

    yield begin
    for shop in shops:
        shop.close()


BEFORE = [
    ("paper out", {"paper": Roll.OUT}),
    ("cover open", {"cover_open": True}),
    ("mute", {"mute": True}),
    ("unplugged", {"unplugged": True}),
    ("jammed", {"cutter_jam": True}),
]
"""Faults that are there before the first byte."""
THROUGHOUT = [
    ("paper near its end", {"paper": Roll.NEAR_END}),
    ("slow", {"bytes_per_s": 300}),
    ("short writes", {"write_bytes_max": 7}),
]
"""Faults with which a receipt still comes out."""


@pytest.mark.parametrize("profile", [TEXT, DOTS])
@pytest.mark.parametrize(("name", "faults"), BEFORE, ids=[name for name, _ in BEFORE])
def test_a_printer_that_cannot_print_keeps_its_receipts_and_no_customer_waiting(
    story: Callable[..., Story], profile: str, name: str, faults: dict[str, object]
) -> None:
    told = story(profile)
    told.counter.simulated.faults = Faults(**faults)  # type: ignore[arg-type]

    numbers = [told.sell()]
    told.print()
    numbers.append(told.sell())
    told.print()

    assert (told.sales, told.outcomes, told.shop.till.printer.unprinted) == (2, [], 2), name
    assert told.counter.papers == []
    told.heal()
    told.print()
    question = told.shop.till.question
    if question is not None:
        assert question.kind is QuestionKind.PAPER_LOADED
        told.shop.choose(YES)
        told.print()
    assert told.outcomes == [PrintOutcome.PRINTED] * 2
    assert (len(told.counter.papers), told.copies) == (2, 0)
    assert profile == DOTS or [told.originals(number) for number in numbers] == [1, 1]


@pytest.mark.parametrize("profile", [TEXT, DOTS])
@pytest.mark.parametrize(("name", "faults"), THROUGHOUT, ids=[name for name, _ in THROUGHOUT])
def test_a_printer_that_limps_prints_every_receipt_once(
    story: Callable[..., Story], profile: str, name: str, faults: dict[str, object]
) -> None:
    told = story(profile)
    told.counter.simulated.faults = Faults(**faults)  # type: ignore[arg-type]

    number = told.sell()
    told.print()

    assert (told.sales, told.outcomes, told.copies) == (1, [PrintOutcome.PRINTED], 0), name
    assert len(told.counter.papers) == 1
    assert profile == DOTS or told.originals(number) == 1
    assert told.counter.simulated.observed.refused == []


@pytest.mark.parametrize("what", ["paper", "cover_open"])
def test_paper_that_ends_in_the_middle_is_waited_for_and_the_receipt_is_one(
    story: Callable[..., Story], what: str
) -> None:
    told = story()
    if what == "paper":
        told.counter.simulated.faults.paper_out_after_lines = 8
        told.later(90, paper=Roll.OK)
    else:
        told.counter.simulated.faults.bytes_per_s = 200
        told.later(1, cover_open=True)
        told.later(60, cover_open=False)

    number = told.sell()
    told.print()

    assert (told.outcomes, told.originals(number), told.copies) == ([PrintOutcome.PRINTED], 1, 0)


@pytest.mark.parametrize("at_bytes", [60, 120, 400, 700])
@pytest.mark.parametrize(("answer", "copies"), [(YES, 0), (NO, 1)])
def test_a_cable_out_in_the_middle_of_a_line_is_asked_about(
    story: Callable[..., Story], at_bytes: int, answer: int, copies: int
) -> None:
    told = story()
    number = told.sell()
    # Looking, status questions and arming take some forty bytes before the body.
    told.counter.simulated.faults.unplug_after_bytes = at_bytes
    told.print()
    assert told.outcomes == [PrintOutcome.UNKNOWN]
    assert told.originals(number) <= 1
    told.heal()
    second = told.sell()
    told.print()
    question = told.shop.till.question
    assert question is not None
    assert question.kind is QuestionKind.PRINT_UNKNOWN

    told.shop.choose(answer)
    told.print()

    assert (told.sales, told.copies, told.originals(number), told.originals(second)) == (
        2,
        copies,
        told.originals(number),
        1,
    )
    assert told.originals(number) <= 1, "a second original would be a second receipt"
    assert told.shop.till.question is None


def test_a_printer_that_falls_silent_in_the_middle_is_asked_about(story: Callable[..., Story]) -> None:
    told = story()
    told.counter.simulated.faults.bytes_per_s = 200
    told.later(1, mute=True)

    number = told.sell()
    told.print()

    assert (told.sales, told.outcomes, told.originals(number)) == (1, [PrintOutcome.UNKNOWN], 1)


@pytest.mark.parametrize("dots_by", list(DotsBy))
def test_half_an_image_does_not_eat_the_next_receipt(dots_by: DotsBy, story: Callable[..., Story]) -> None:
    told = story(DOTS, dots_by=dots_by)
    told.sell()
    told.counter.simulated.faults.unplug_after_bytes = 9_000
    told.print()
    assert told.outcomes == [PrintOutcome.UNKNOWN]
    told.heal()
    spoilt = len(told.counter.papers)

    told.sell()
    told.print()

    assert told.outcomes == [PrintOutcome.UNKNOWN, PrintOutcome.PRINTED]
    assert told.sales == 2
    assert len(told.counter.papers) > spoilt


def test_a_font_of_another_language_spoils_no_receipt_of_dots(story: Callable[..., Story]) -> None:
    told = story(DOTS, language=RomLanguage.CHINA)
    told.sell()
    told.print()
    told.counter.simulated.faults.language = RomLanguage.NONE
    told.sell()
    told.print()

    assert told.outcomes == [PrintOutcome.PRINTED] * 2
    assert told.counter.simulated.observed.refused == []
    first, second = (receipt.picture for receipt in told.counter.simulated.paper.receipts)
    assert first.size == second.size


def test_a_power_cut_while_a_receipt_was_sent_prints_no_second_original(story: Callable[..., Story]) -> None:
    told = story()
    number = told.sell()
    told.counter.simulated.faults.unplug_after_bytes = 400
    told.print()
    told.shop.restart()
    told.heal()
    again = Story(told.shop, told.counter, PaperDesk(ShopLink(told.shop), OnePrinter(told.counter), Event()))  # type: ignore[arg-type]

    again.print()

    assert (again.sales, again.originals(number)) == (1, told.originals(number))
    assert again.originals(number) <= 1
