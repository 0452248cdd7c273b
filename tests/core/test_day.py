"""The shop's day: opening, closing, business dates, cash, and reports that add up to the won."""

from collections.abc import Callable

import pytest

from pos.link.calls import (
    AddPerson,
    CancelSale,
    CloseDay,
    DayClosing,
    Done,
    EnterAmount,
    ListSuspended,
    LogIn,
    MoveCash,
    NextPrintJob,
    OpenDay,
    OpenDrawer,
    PayOther,
    Pieces,
    PrintDocument,
    PrintRow,
    ReadReport,
    Refused,
    ReportPage,
    ReprintReceipt,
    ResumeSale,
    SuspendSale,
)
from pos.link.state import DayView
from pos.till.day import SHOP_DAY_S_MAX
from pos.till.reasons import Refusal
from pos.till.report.figures import Figures, Group
from pos.voucher.bodies import CashDirection, CashMoved, DayClosed, DayOpened, PaymentApproved, TenderRecorded
from tests.support.core_builders import HOUR_S, Shop

FLOAT_WON = 100_000


def open_day(shop: Shop, float_won: int = FLOAT_WON) -> None:
    assert shop.screen(OpenDay(float_won=float_won)) == Done()


def close_day(shop: Shop, counted_won: int | None = None) -> DayClosing:
    answer = shop.screen(CloseDay(counted_won=counted_won))
    assert isinstance(answer, DayClosing), answer
    return answer


def report(shop: Shop, name: str) -> ReportPage:
    page = shop.screen(ReadReport(name=name))
    assert isinstance(page, ReportPage), page
    return page


def won(page: ReportPage, group: str, *labels: str) -> int:
    return sum(line.won for line in page.figures if line.group == group and line.labels[: len(labels)] == labels)


# Opening


def test_a_day_that_was_closed_before_the_start_waits_for_its_opening_not_for_what_follows_a_closing(
    shop: Shop,
) -> None:
    """After a closing the program may be changed; after a start the shop waits for its first sale."""
    open_day(shop)
    assert not shop.till.day.is_closed_since_start

    close_day(shop)
    assert shop.till.day.is_closed_since_start
    shop.restart()
    assert not shop.till.day.is_closed_since_start
    assert not shop.till.day.is_open


def test_a_shop_that_never_opens_a_day_sells_under_the_calendars_date(shop: Shop) -> None:
    shop.sell_for_voucher(12_000)
    shop.clock.pass_s(24 * HOUR_S)
    shop.sell_for_cash(3_000)

    dates = [body.business_date for body in shop.bodies if isinstance(body, PaymentApproved | TenderRecorded)]
    assert dates[0] < dates[1]
    assert shop.till.day == DayView()


def test_yesterdays_float_is_proposed(shop: Shop) -> None:
    open_day(shop, 150_000)
    close_day(shop, 150_000)

    assert shop.till.day.proposed_float_won == 150_000
    assert not shop.till.day.is_open


def test_the_business_day_goes_on_past_midnight(shop: Shop) -> None:
    open_day(shop)
    opened = shop.bodies[-1]
    assert isinstance(opened, DayOpened)
    shop.clock.pass_s(18 * HOUR_S)
    shop.sell_for_voucher(12_000)

    sold = shop.bodies[-1]
    assert isinstance(sold, PaymentApproved)
    assert sold.business_date == opened.business_date == shop.till.business_date


def test_a_day_is_opened_once(shop: Shop) -> None:
    open_day(shop)

    assert shop.screen(OpenDay(float_won=FLOAT_WON)) == Refused(cause=Refusal.DAY_IS_OPEN)


def test_a_forgotten_closing_is_one_line_and_never_stands_in_the_way(shop: Shop) -> None:
    open_day(shop)
    shop.sell_for_cash(5_000)
    shop.clock.pass_s(24 * HOUR_S)

    assert shop.till.day.is_forgotten
    shop.sell_for_voucher(12_000)
    assert shop.till.last_sale is not None
    open_day(shop)

    closed = [body for body in shop.bodies if isinstance(body, DayClosed)]
    assert [(body.z_number, body.counted_won) for body in closed] == [(1, None)]
    assert not shop.till.day.is_forgotten
    assert won(report(shop, "Z1"), "sales") == 17_000


def test_a_day_that_nobody_ever_closes_does_not_keep_its_date_for_ever(shop: Shop) -> None:
    open_day(shop)
    first = shop.till.business_date
    shop.clock.pass_s(SHOP_DAY_S_MAX + 1)

    assert shop.till.business_date > first


# Closing


def test_closing_asks_for_one_number_and_says_what_is_over_or_short(shop: Shop) -> None:
    open_day(shop)
    shop.sell_for_cash(30_000)
    shop.sell_for_voucher(12_000)
    shop.screen(MoveCash(amount_won=20_000, is_in=False, reason="은행"))
    shop.screen(MoveCash(amount_won=5_000, is_in=True, reason="잔돈"))

    closing = close_day(shop, 114_500)

    assert (closing.z_number, closing.expected_won, closing.difference_won) == (1, 115_000, -500)


def test_closing_needs_no_network_and_its_report_waits_for_the_printer(shop: Shop) -> None:
    open_day(shop)
    shop.sell_for_voucher(12_000)
    shop.devices(NextPrintJob())
    assert not shop.till.network.online
    close_day(shop, FLOAT_WON)

    texts = [row.text for row in _next_paper(shop)]
    assert "마 감 (Z 1)" in texts


def _next_paper(shop: Shop) -> tuple[PrintRow, ...]:
    job = shop.devices(NextPrintJob())
    assert job.receipt_number == "Z1"
    return job.rows


def test_pieces_have_to_be_the_counted_total(shop: Shop) -> None:
    open_day(shop)
    pieces = (Pieces(won=50_000, count=1), Pieces(won=10_000, count=5))

    assert shop.screen(CloseDay(counted_won=90_000, pieces=pieces)) == Refused(cause=Refusal.NOT_ACCEPTABLE)
    assert isinstance(shop.screen(CloseDay(counted_won=100_000, pieces=pieces)), DayClosing)
    closed = [body for body in shop.bodies if isinstance(body, DayClosed)]
    assert closed[0].counted == ((50_000, 1), (10_000, 5))


def test_an_open_sale_is_ended_before_its_day_is(shop: Shop) -> None:
    open_day(shop)
    shop.type_amount(12_000)
    shop.screen(PayOther(kind="cash", amount_won=5_000))

    assert shop.screen(CloseDay(counted_won=None)) == Refused(cause=Refusal.SALE_IN_THE_WAY)
    assert not [body for body in shop.bodies if isinstance(body, DayClosed)]


def test_an_amount_that_was_only_typed_does_not_stand_in_the_way(shop: Shop) -> None:
    open_day(shop)
    assert shop.screen(EnterAmount(amount_won=9_000)) == Done()

    assert close_day(shop, FLOAT_WON).z_number == 1


# Reports


def test_a_report_adds_up_by_tender_issuer_programme_tax_and_person(shop: Shop) -> None:
    shop.control(AddPerson(name="박주인", role="owner", pin="271828"))
    shop.control(AddPerson(name="김점원", role="clerk", pin="314159"))
    shop.screen(LogIn(person=1, pin="271828"))
    open_day(shop)
    shop.sell_for_voucher(12_000)
    shop.screen(LogIn(person=2, pin="000001"))
    shop.screen(LogIn(person=2, pin="314159"))
    shop.sell_for_cash(11_000)
    shop.screen(OpenDrawer(cause="count"))
    shop.screen(ReprintReceipt(receipt_number="000001"))

    page = report(shop, "x")

    assert won(page, "tender", "voucher", "41390", "general") == 12_000
    assert won(page, "tender", "cash") == 11_000
    assert won(page, "sales") == 23_000 == won(page, "taxable") + won(page, "vat")
    assert (won(page, "clerk_sales", "1"), won(page, "clerk_sales", "2")) == (12_000, 11_000)
    counts = {line.group: line.count for line in page.figures if line.labels == ("2",)}
    assert counts == {"clerk_sales": 1, "clerk_drawer": 1, "clerk_reprints": 1, "clerk_wrong_pins": 1}
    text = "\n".join(page.lines)
    assert "2 김점원 1건" in text
    assert "틀린 비밀번호 1건" in text


def test_an_interim_report_closes_nothing_and_says_the_same_later(shop: Shop) -> None:
    open_day(shop)
    shop.sell_for_cash(5_000)
    page = report(shop, "x")
    shop.sell_for_cash(7_000)
    close_day(shop, None)
    shop.sell_for_cash(9_000)

    again = report(shop, page.name)
    assert (again.figures, again.expected_won) == (page.figures, page.expected_won)
    assert won(report(shop, "z"), "sales") == 12_000
    assert won(report(shop, "x"), "sales") == 9_000


def test_a_sale_given_up_after_a_payment_is_named_and_counted(shop: Shop) -> None:
    shop.type_amount(12_000)
    shop.screen(PayOther(kind="cash", amount_won=5_000))
    shop.screen(CancelSale())

    page = report(shop, "x")
    assert (won(page, "cancelled"), won(page, "clerk_cancels"), won(page, "tender")) == (5_000, 5_000, 5_000)
    assert won(page, "sales") == 0


def test_cash_that_moves_is_an_entry_with_its_reason(shop: Shop) -> None:
    shop.screen(MoveCash(amount_won=20_000, is_in=False, reason="은행"))

    moved = shop.bodies[-1]
    assert isinstance(moved, CashMoved)
    assert (moved.amount_won, moved.direction, moved.reason) == (20_000, CashDirection.OUT, "은행")


@pytest.mark.parametrize("name", ["", "Z9", "X999999", "Z0", "000001", "P2026-11", "z1"])
def test_a_report_that_is_not_there_is_refused(shop: Shop, name: str) -> None:
    assert shop.screen(ReadReport(name=name)) == Refused(cause=Refusal.NOT_FOUND)
    assert shop.screen(PrintDocument(name=name)) == Refused(cause=Refusal.NOT_FOUND)


def test_a_report_is_printed_again_as_another_copy(shop: Shop) -> None:
    open_day(shop)
    close_day(shop, FLOAT_WON)
    assert shop.screen(PrintDocument(name="z")) == Done()

    assert [(job.receipt_number, job.copy_number) for job in shop.core.journal.paper.jobs_of("Z1")] == [
        ("Z1", 1),
        ("Z1", 2),
    ]


def test_days_are_computed_from_the_journal_alone(shop: Shop) -> None:
    open_day(shop)
    shop.sell_for_voucher(12_000)
    close_day(shop, FLOAT_WON)
    open_day(shop)
    shop.sell_for_cash(4_000)
    before = report(shop, "Z1"), report(shop, "x")

    shop.core.journal.rebuild()
    shop.restart()

    assert shop.core.journal.verify().problems == ()
    assert report(shop, "Z1").figures == before[0].figures
    assert report(shop, before[1].name).figures == before[1].figures


def test_stored_figures_are_those_of_their_entries(open_with: Callable[..., Shop]) -> None:
    shop = open_with()
    for amount_won in (1_000, 2_000, 3_000):
        open_day(shop)
        shop.sell_for_cash(amount_won)
        shop.sell_for_voucher(amount_won)
        close_day(shop, None)

    closings = shop.core.journal.days.closings(from_date="0000-01-01", until_date="9999-12-31")

    days = shop.core.journal.days
    assert [closing.figures for closing in closings] == [
        days.figures_between(closing.after, closing.entry) for closing in closings
    ]
    whole = Figures().plus(*(closing.figures for closing in closings))
    assert whole == days.figures_between(0, shop.core.journal.head.sequence)
    assert whole.won(Group.SALES) == 12_000


def test_a_day_does_not_end_while_a_sale_that_was_paid_in_part_waits(shop: Shop) -> None:
    shop.type_amount(5_000)
    shop.screen(PayOther(kind="cash", amount_won=2_000))
    shop.screen(SuspendSale())
    assert shop.screen(CloseDay(counted_won=2_000)) == Refused(cause=Refusal.SALE_IN_THE_WAY)

    (waiting,) = shop.screen(ListSuspended()).lines
    shop.screen(ResumeSale(sale_id=waiting.sale_id))
    shop.screen(PayOther(kind="cash", amount_won=3_000))

    assert isinstance(shop.screen(CloseDay(counted_won=5_000)), DayClosing)
