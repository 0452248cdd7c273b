"""What an owner looks for on a closing: customers, receipt numbers, pieces, and what the ledger does not have yet."""

import pytest

from pos.link.calls import (
    AddItem,
    CancelSale,
    CloseDay,
    DayClosing,
    Done,
    ImportCatalogue,
    MakeRefund,
    OpenDay,
    PayOther,
    ReadReport,
    RefundMade,
    ReportPage,
    RequestCashReceipt,
)
from pos.voucher.bodies import DayClosed
from tests.support.core_builders import HOUR_S, Shop
from tests.support.ledger_beside import ledger_beside

GOODS = "key,name,price,tax\n1,bun,2500,taxable\n2,milk,2800,exempt\n"


def open_day(shop: Shop) -> None:
    assert shop.screen(OpenDay(float_won=0)) == Done()


def close_day(shop: Shop) -> ReportPage:
    assert isinstance(shop.screen(CloseDay(counted_won=None)), DayClosing)
    return report(shop, "z")


def give_back(shop: Shop, *, number: str = "", amount_won: int = 0) -> None:
    made = shop.screen(MakeRefund(receipt_number=number, amount_won=amount_won, cause="changed_mind"))
    assert isinstance(made, RefundMade), made


def report(shop: Shop, name: str = "x") -> ReportPage:
    page = shop.screen(ReadReport(name=name))
    assert isinstance(page, ReportPage), page
    return page


def figure(page: ReportPage, group: str) -> tuple[int, int]:
    lines = [line for line in page.figures if line.group == group]
    return sum(line.count for line in lines), sum(line.won for line in lines)


def on_paper(page: ReportPage, name: str) -> str:
    """What stands to the right of a name."""
    (line,) = [line for line in page.lines if line.startswith(name)]
    return line.removeprefix(name).strip()


# Customers


def test_each_completed_sale_is_a_customer_however_many_ways_it_was_paid(shop: Shop) -> None:
    shop.sell_for_cash(10_000)
    shop.type_amount(12_001)
    assert shop.screen(PayOther(kind="cash", amount_won=5_000)) == Done()
    shop.see(shop.code(7_001))

    page = report(shop)

    assert (page.customers, page.average_won) == (2, 11_000)
    assert (on_paper(page, "객수"), on_paper(page, "객단가")) == ("2명", "11,000")


def test_neither_a_sale_given_up_nor_one_cancelled_was_a_customer(shop: Shop) -> None:
    shop.sell_for_cash(8_000)
    shop.type_amount(12_000)
    assert shop.screen(PayOther(kind="cash", amount_won=5_000)) == Done()
    assert shop.screen(CancelSale()) == Done()
    shop.sell_for_cash(30_000)
    give_back(shop)

    page = report(shop)

    assert (page.customers, page.average_won) == (1, 8_000)
    assert figure(page, "sales") == (2, 38_000)
    assert figure(page, "voided") == (1, 30_000)


def test_what_is_brought_back_in_part_or_another_day_had_a_customer(shop: Shop) -> None:
    open_day(shop)
    shop.sell_for_cash(9_000)
    shop.sell_for_cash(5_000)
    give_back(shop, number="000002", amount_won=1_000)
    first = close_day(shop)
    shop.clock.pass_s(24 * HOUR_S)
    open_day(shop)
    give_back(shop, number="000001")
    shop.sell_for_cash(6_000)
    second = close_day(shop)

    assert (first.customers, first.average_won) == (2, 6_500)
    assert second.customers == 1
    # More went back than was sold: nobody's average.
    assert second.average_won is None
    assert not [line for line in second.lines if line.startswith("객단가")]


def test_a_period_has_the_customers_of_its_closings(shop: Shop) -> None:
    closings = []
    for amount_won in (3_000, 4_001):
        open_day(shop)
        shop.sell_for_cash(amount_won)
        shop.sell_for_cash(1_000)
        closings.append(close_day(shop))
        shop.clock.pass_s(24 * HOUR_S)

    period = report(shop, "P00010101-99991231")

    assert period.customers == sum(page.customers for page in closings) == 4
    assert period.average_won == 9_001 // 4
    assert (period.first_receipt, period.last_receipt) == ("", "")


def test_a_day_without_a_sale_has_no_average(shop: Shop) -> None:
    open_day(shop)
    page = close_day(shop)

    assert (page.customers, page.average_won) == (0, None)
    assert (page.first_receipt, page.last_receipt) == ("", "")
    assert on_paper(page, "객수") == "0명"


# Receipt numbers


def test_each_day_says_its_first_and_last_receipt(shop: Shop) -> None:
    open_day(shop)
    shop.sell_for_cash(1_000)
    shop.sell_for_voucher(2_000)
    give_back(shop)
    first = close_day(shop)
    open_day(shop)
    shop.sell_for_cash(4_000)
    second = close_day(shop)

    # The paper of what went back has a number too.
    assert (first.first_receipt, first.last_receipt) == ("000001", "000003")
    assert (second.first_receipt, second.last_receipt) == ("000004", "000004")
    assert on_paper(first, "영수증") == "000001 ~ 000003"
    again = report(shop, "Z1")
    assert (again.first_receipt, again.last_receipt) == ("000001", "000003")


# Pieces


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """A shop with two articles."""
    assert not shop.control(ImportCatalogue(content=GOODS.encode())).problems
    return shop


def ring_up(shop: Shop, *keys: int) -> None:
    for key in keys:
        assert shop.screen(AddItem(key=key)) == Done()
    assert shop.till.sale is not None
    assert shop.screen(PayOther(kind="cash", amount_won=shop.till.sale.due_won)) == Done()


def test_pieces_are_counted_where_they_were_rung_up(stocked: Shop) -> None:
    ring_up(stocked, 1, 1, 2)
    stocked.sell_for_cash(50_000)
    page = report(stocked)

    assert figure(page, "items") == (3, 7_800)
    assert on_paper(page, "찍은 상품").split() == ["3개", "7,800"]


def test_pieces_of_a_cancelled_sale_are_not_sold(stocked: Shop) -> None:
    ring_up(stocked, 2)
    ring_up(stocked, 1, 1)
    give_back(stocked)

    assert figure(report(stocked), "items") == (1, 2_800)
    stocked.core.journal.rebuild()
    stocked.restart()
    assert figure(report(stocked), "items") == (1, 2_800)


def test_where_nothing_was_rung_up_nothing_is_said_of_pieces(shop: Shop) -> None:
    shop.sell_for_cash(5_000)

    assert not [line for line in report(shop).lines if line.startswith("찍은 상품")]


# Cash receipts


def test_cash_receipts_without_a_number_stand_apart(shop: Shop) -> None:
    for digits, amount_won in (("01012345678", 11_000), ("", 22_000), ("0100001234", 4_400)):
        shop.sell_for_cash(amount_won)
        assert shop.screen(RequestCashReceipt(purpose="deduction", digits=digits)) == Done()

    page = report(shop)

    assert figure(page, "cash_receipt") == (3, 37_400)
    assert figure(page, "cash_receipt_self") == (2, 26_400)
    asked_for = on_paper(page, "소득공제 1건")
    assert (asked_for, on_paper(page, "자진발급 2건")) == ("11,000", "26,400")


# What the ledger does not have


def test_a_closing_says_how_many_payments_and_how_much_the_ledger_does_not_have(shop: Shop) -> None:
    open_day(shop)
    shop.sell_for_voucher(12_000)
    shop.sell_for_voucher(3_000)
    shop.sell_for_cash(50_000)
    waiting = shop.till.unsent_count
    page = close_day(shop)

    assert (page.unsent, page.unsent_payments, page.unsent_won) == (waiting, 2, 15_000)
    assert on_paper(page, f"마감 때 미전송 {waiting}건") == ""
    assert on_paper(page, "  그중 결제 2건") == "15,000"


def test_what_the_ledger_has_is_not_said_to_be_missing(shop: Shop) -> None:
    open_day(shop)
    with ledger_beside(shop) as ledger:
        shop.sell_for_voucher(12_000)
        ledger.deliver()
        before = report(shop)
        shop.sell_for_voucher(3_000)
        page = close_day(shop)

    assert (before.unsent, before.unsent_payments, before.unsent_won) == (0, 0, 0)
    assert "모두 전송됨" in before.lines
    assert (page.unsent_payments, page.unsent_won) == (1, 3_000)
    # What was there before the later sale is still what the ledger has.
    assert report(shop, before.name).unsent_won == 0


def test_a_copy_of_a_closing_says_what_was_not_sent_then_whatever_was_sent_since(shop: Shop) -> None:
    open_day(shop)
    with ledger_beside(shop) as ledger:
        shop.sell_for_voucher(12_000)
        first = close_day(shop)
        ledger.deliver()
        open_day(shop)
        ledger.deliver()
        second = close_day(shop)
        shop.core.journal.rebuild()
        again = report(shop, "Z1")

    assert (again.unsent, again.unsent_payments, again.unsent_won) == (first.unsent, 1, 12_000)
    assert again.lines == first.lines
    assert second.unsent == 0
    assert "마감 전까지 모두 전송됨" in second.lines


def test_a_closing_that_kept_nothing_of_it_says_what_is_not_sent_now(shop: Shop) -> None:
    """As closings were written before they kept it."""
    shop.sell_for_voucher(12_000)
    journal = shop.core.journal
    figures = journal.days.figures_now(until=journal.head.sequence)
    body = DayClosed(business_date=shop.till.business_date, z_number=1, figures=figures.to_bytes())
    journal.record([body], reading=shop.core.views.clock.read())

    page = report(shop, "z")
    assert (page.unsent, page.unsent_payments, page.unsent_won) == (journal.head.sequence, 1, 12_000)
    assert f"미전송 {page.unsent}건" in page.lines
