"""Practice: everything works, everything says so, and nothing of it is money."""

import pytest

from pos.core.practice import Practice
from pos.link.calls import (
    AddPerson,
    CloseDay,
    DayClosing,
    Done,
    EndPrintJob,
    EnterAmount,
    LogIn,
    NextBatch,
    NextPrintJob,
    OpenDrawer,
    OpenRequest,
    PayOther,
    Practise,
    Refused,
    ReportPrinter,
    ReportScanner,
    RequestAnswer,
    Watch,
)
from pos.link.state import Outcome, PrinterState, ScannerState
from pos.sandbox.wallet.errors import WalletError
from pos.sandbox.wallet.requests import check_request
from pos.till.reasons import Reason, Refusal
from pos.till.report.figures import Group
from pos.voucher.bodies import TrainingBegun, TrainingEnded
from tests.support.core_builders import Shop


def practise(shop: Shop) -> Practice:
    assert shop.screen(Practise(is_begun=True)) == Done()
    return shop.core.practice


def test_practised_sales_are_in_no_journal_of_money_and_are_never_sent(shop: Shop) -> None:
    practise(shop)
    before = shop.kinds
    shop.sell_for_cash(5_000)
    assert isinstance(shop.screen(CloseDay(counted_won=5_000)), DayClosing)

    assert shop.kinds == before == ["people.training_begun"]
    assert len(shop.sync(NextBatch()).entries) == len(shop.entries)
    assert shop.screen(Practise(is_begun=False)) == Done()
    assert shop.bodies[-2:] == [TrainingBegun(), TrainingEnded(sales=1)]
    figures = shop.core.journal.days.figures_between(0, shop.core.journal.head.sequence)
    assert (figures.won(Group.SALES), figures.count(Group.CLERK_TRAINING)) == (0, 1)


def test_a_real_code_is_declined_in_practice_and_still_good_afterwards(shop: Shop) -> None:
    hand = shop.hand()
    code = shop.code(12_000, hand)
    practise(shop)
    shop.type_amount(12_000)
    shop.see(code)
    assert (shop.verdict.outcome, shop.verdict.reason) == (Outcome.DECLINED, Reason.ISSUER_UNKNOWN)

    shop.screen(Practise(is_begun=False))
    shop.type_amount(12_000)
    assert shop.see(code).verdict.outcome is Outcome.APPROVED  # type: ignore[union-attr]


def test_no_phone_believes_a_practised_request(shop: Shop) -> None:
    practise(shop)
    shop.type_amount(12_000)
    asked = shop.screen(OpenRequest())
    assert isinstance(asked, RequestAnswer)

    with pytest.raises(WalletError):
        check_request(asked.text, pinned=shop.town.pinned, now_s=shop.clock.wall)


def test_the_screen_and_every_paper_say_that_it_is_practice(shop: Shop) -> None:
    practise(shop)
    assert shop.till.is_training
    shop.sell_for_cash(5_000)
    shop.clock.pass_s(60)
    job = shop.devices(NextPrintJob())
    texts = [row.text for row in job.rows]

    assert "훈 련" in texts
    assert "** 훈련 - 영수증 아님 **" in texts
    assert not any(row.kind == "qr" for row in job.rows)
    shop.devices(EndPrintJob(job=job.job, outcome="printed"))
    shop.screen(CloseDay(counted_won=5_000))
    report = [row.text for row in shop.devices(NextPrintJob()).rows]
    assert report[0] == report[-3] == "** 훈련 - 실제 매출 아님 **"


def test_the_drawer_stays_shut_in_practice(shop: Shop) -> None:
    before = shop.core.devices_state().drawer_serial
    practise(shop)
    shop.screen(OpenDrawer(cause="count"))
    shop.sell_for_cash(5_000)

    assert shop.core.devices_state().drawer_serial == before


def test_while_a_sale_is_open_or_a_receipt_is_printed_the_till_does_not_change_sides(shop: Shop) -> None:
    shop.type_amount(5_000)
    assert shop.screen(Practise(is_begun=True)) == Refused(cause=Refusal.SALE_IN_THE_WAY)
    shop.screen(PayOther(kind="cash", amount_won=5_000))
    shop.clock.pass_s(60)
    job = shop.devices(NextPrintJob())
    assert shop.screen(Practise(is_begun=True)) == Refused(cause=Refusal.SALE_IN_THE_WAY)

    shop.devices(EndPrintJob(job=job.job, outcome="printed"))
    assert shop.screen(Practise(is_begun=True)) == Done()
    assert shop.screen(Practise(is_begun=True)) == Refused(cause=Refusal.NOT_ACCEPTABLE)


def test_what_the_printer_says_of_itself_is_known_on_both_sides(shop: Shop) -> None:
    practise(shop)
    shop.devices(ReportPrinter(state=PrinterState.PAPER_OUT))
    assert shop.till.printer.state is PrinterState.PAPER_OUT

    shop.screen(Practise(is_begun=False))
    assert shop.till.printer.state is PrinterState.PAPER_OUT


def test_the_devices_need_not_say_again_what_they_have_said(shop: Shop) -> None:
    shop.devices(ReportPrinter(state=PrinterState.READY))
    shop.devices(ReportScanner(state=ScannerState.READY))
    practise(shop)

    assert (shop.till.printer.state, shop.till.scanner.state) == (PrinterState.READY, ScannerState.READY)


def test_a_screen_that_starts_in_practice_is_told_so(shop: Shop) -> None:
    practise(shop)

    assert shop.screen(Watch()).till.is_training


def test_after_a_power_cut_the_till_is_the_real_one_and_the_next_practice_begins_empty(shop: Shop) -> None:
    practise(shop)
    shop.sell_for_cash(5_000)
    shop.restart()

    assert not shop.till.is_training
    assert shop.till.last_sale is None
    practise(shop)
    assert shop.till.last_sale is None
    assert shop.screen(EnterAmount(amount_won=1_000)) == Done()


def test_the_owners_table_knows_who_practised(shop: Shop) -> None:
    shop.control(AddPerson(name="박주인", role="owner", pin="271828"))
    shop.control(AddPerson(name="김점원", role="clerk", pin="314159"))
    shop.screen(LogIn(person=2, pin="314159"))
    practise(shop)
    for _ in range(3):
        shop.sell_for_cash(5_000)
    shop.screen(Practise(is_begun=False))

    figures = shop.core.journal.days.figures_now(until=shop.core.journal.head.sequence)
    assert figures.count(Group.CLERK_TRAINING, "2") == 3
