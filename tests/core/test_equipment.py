"""The counter's devices at core: what is heard of them, what a person tries, and choices that outlive a restart."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pos.link.calls import (
    AdoptPrinter,
    ChoosePrinting,
    ChooseShownOn,
    ChooseTrialLine,
    Done,
    EndPrintJob,
    ListDevices,
    NextPrintJob,
    PrintTrial,
    ReceiptPage,
    Refused,
    ReportDevice,
    ReportFound,
    ReportTrial,
    SearchPrinters,
    ShowReceipt,
    TryScanner,
)
from pos.link.equipment import (
    Condition,
    DeviceKind,
    DeviceView,
    FoundPrinter,
    PrinterChoice,
    ScanTest,
    TrialLine,
)
from pos.till.reasons import Refusal
from pos.voucher.bodies import PrinterChosen, SettingChosen
from pos.words.columns import columns_of
from tests.support.core_builders import Shop

LINES = (TrialLine(profile="epson-tm-t20-korean", columns=48), TrialLine(profile="clone-58mm?asb=false", columns=32))
CLONE = FoundPrinter(url="tcp://192.0.2.7", model="192.0.2.7", profile="clone-80mm", columns=48)


def condition(shop: Shop, kind: DeviceKind) -> Condition:
    return next(view.condition for view in shop.screen(ListDevices()).devices if view.kind is kind)


def printer(shop: Shop) -> PrinterChoice:
    told = shop.core.devices_state().printer
    assert told == shop.screen(ListDevices()).printer
    assert told is not None
    return told


def print_page(shop: Shop) -> None:
    shop.screen(PrintTrial())
    shop.devices(ReportTrial(outcome="printed", lines=LINES, proposed=1))


def test_a_device_is_unheard_until_it_is_told_and_again_when_nobody_tells(shop: Shop) -> None:
    assert condition(shop, DeviceKind.PRINTER) is Condition.UNHEARD

    shop.devices(ReportDevice(device=DeviceView(kind=DeviceKind.PRINTER, condition=Condition.READY)))
    assert condition(shop, DeviceKind.PRINTER) is Condition.READY

    shop.clock.pass_s(60)
    assert condition(shop, DeviceKind.PRINTER) is Condition.UNHEARD


def test_the_number_of_a_line_is_the_printers_way_from_now_on_and_after_a_restart(shop: Shop) -> None:
    print_page(shop)

    assert shop.screen(ChooseTrialLine(number=2)) == Done()

    chosen = printer(shop)
    assert (chosen.profile, chosen.columns) == ("clone-58mm?asb=false", 32)
    shop.type_amount(4_000)
    shop.see(shop.code(4_000))
    assert shop.devices(NextPrintJob()).rows, "the receipt waits"
    page = shop.screen(ShowReceipt(receipt_number=shop.verdict.receipt_number))
    assert isinstance(page, ReceiptPage)
    assert (page.columns, max(map(columns_of, page.lines))) == (32, 32)
    shop.restart()
    assert printer(shop) == chosen
    assert [type(body) for body in shop.bodies].count(PrinterChosen) == 1


@pytest.mark.parametrize("number", [0, 3, 99])
def test_a_line_that_is_not_on_the_page_is_none(shop: Shop, number: int) -> None:
    before = printer(shop)
    print_page(shop)

    assert shop.screen(ChooseTrialLine(number=number)) == Refused(cause=Refusal.NOT_FOUND)
    assert printer(shop) == before


def test_no_line_can_be_chosen_before_the_page_is_printed(shop: Shop) -> None:
    print_page(shop)
    shop.screen(PrintTrial())

    assert shop.screen(ChooseTrialLine(number=1)) == Refused(cause=Refusal.NOT_FOUND)
    shop.devices(ReportTrial(outcome="not_started", cause="paper_out"))
    trial = shop.screen(ListDevices()).trial
    assert trial is not None
    assert (trial.outcome, trial.cause, trial.lines) == ("not_started", "paper_out", 0)


def test_only_what_was_found_can_be_adopted(shop: Shop) -> None:
    shop.screen(SearchPrinters())
    assert shop.screen(ListDevices()).is_searching
    assert shop.core.devices_state().search_serial == 1
    shop.devices(ReportFound(printers=(CLONE,)))

    assert shop.screen(AdoptPrinter(url="tcp://192.0.2.66")) == Refused(cause=Refusal.NOT_FOUND)
    assert shop.screen(AdoptPrinter(url=CLONE.url)) == Done()

    assert printer(shop) == PrinterChoice(url=CLONE.url, profile="clone-80mm", columns=48)
    shop.restart()
    assert printer(shop).url == CLONE.url


def test_the_shops_habit_is_changed_on_the_screen_and_holds_for_the_next_sale(shop: Shop) -> None:
    assert shop.screen(ChoosePrinting(printing="ask")) == Done()
    shop.type_amount(4_000)
    shop.see(shop.code(4_000))
    question = shop.till.question

    assert question is not None
    assert question.kind.value == "print_receipt"
    shop.restart()
    assert shop.screen(ListDevices()).printing == "ask"
    assert shop.screen(ChoosePrinting(printing="sometimes")) == Refused(cause=Refusal.NOT_ACCEPTABLE)


def test_a_choice_made_twice_is_recorded_once(shop: Shop) -> None:
    for _ in range(3):
        shop.screen(ChooseShownOn(shown_on="paper"))

    assert shop.screen(ListDevices()).shown_on == "paper"
    assert [body for body in shop.bodies if isinstance(body, SettingChosen)] == [
        SettingChosen(setting="request.shown_on", value="paper")
    ]


def test_choices_are_computed_from_the_entries_alone(shop: Shop) -> None:
    print_page(shop)
    shop.screen(ChooseTrialLine(number=1))
    shop.screen(ChoosePrinting(printing="never"))
    shop.core.journal.rebuild()

    assert shop.screen(ListDevices()).printing == "never"
    assert printer(shop).profile == "epson-tm-t20-korean"
    assert shop.core.journal.verify().differences == ()


def test_a_code_shown_for_trial_is_told_and_never_paid_with(shop: Shop) -> None:
    assert shop.screen(TryScanner(is_on=True)) == Done()
    code = shop.code(4_000)

    shop.see(code)

    assert shop.screen(ListDevices()).scan_test == ScanTest(length=len(code), kind="CKP1")
    assert (shop.kinds, shop.till.verdict) == ([], None)
    shop.screen(TryScanner(is_on=False))
    shop.see(code)
    assert shop.till.question is not None, "the same code is a customer's again"


def test_a_forgotten_test_ends_by_itself(shop: Shop) -> None:
    shop.screen(TryScanner(is_on=True))
    shop.clock.pass_s(61)

    shop.see(shop.code(4_000))

    assert shop.till.question is not None


def test_nothing_is_tried_while_a_customer_pays(shop: Shop) -> None:
    shop.type_amount(4_000)

    assert shop.screen(TryScanner(is_on=True)) == Refused(cause=Refusal.SALE_OPEN)
    shop.see(shop.code(4_000))
    assert shop.verdict.amount_won == 4_000


def test_the_configuration_holds_where_nobody_chose(open_with: Callable[..., Shop]) -> None:
    shop = open_with(printing='"never"')

    assert shop.screen(ListDevices()).printing == "never"
    assert printer(shop).profile == "simulated-80mm"


# A payment request on paper


def test_a_request_on_paper_goes_before_the_receipts_that_wait(shop: Shop) -> None:
    shop.screen(ChooseShownOn(shown_on="paper"))
    shop.type_amount(4_000)
    shop.see(shop.code(4_000))
    shop.type_amount(80_000)
    request = shop.ask_phone()

    slip = shop.devices(NextPrintJob())

    assert [row.text for row in slip.rows if row.kind == "qr"] == [request.text]
    assert "80,000원" in [row.text for row in slip.rows]
    shop.devices(EndPrintJob(job=slip.job, outcome="printed"))
    assert shop.devices(NextPrintJob()).receipt_number, "then the receipt"
    assert "receipt.printed" not in shop.kinds, "a request is no receipt"
    shop.see(shop.answer_to(request))
    assert shop.verdict.amount_won == 80_000


def test_a_request_that_found_no_paper_is_printed_when_there_is_some(shop: Shop) -> None:
    shop.screen(ChooseShownOn(shown_on="paper"))
    shop.type_amount(80_000)
    shop.ask_phone()
    slip = shop.devices(NextPrintJob())
    shop.devices(EndPrintJob(job=slip.job, outcome="not_started", cause="paper_out"))

    assert shop.devices(NextPrintJob()) == slip
    shop.devices(EndPrintJob(job=slip.job, outcome="unknown"))
    assert shop.devices(NextPrintJob()).job == 0, "what may have come out is shown on the screen, not printed twice"


def test_a_request_is_not_printed_where_it_is_shown(shop: Shop) -> None:
    shop.type_amount(80_000)
    shop.ask_phone()

    assert shop.devices(NextPrintJob()).job == 0
