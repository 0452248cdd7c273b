"""Selling by name and for money: baskets, cash and its change, sales that wait, and what a power cut leaves."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos.core.cut_sale import CUT_S
from pos.link.calls import (
    AddItem,
    CancelSale,
    CatalogueAnswer,
    CloseAttention,
    Done,
    EnterAmount,
    ImportCatalogue,
    ListAttention,
    ListQuickKeys,
    ListSuspended,
    PayOther,
    Refused,
    ResumeSale,
    ScanSeen,
    ShowReceipt,
    SuspendSale,
    TakeItemBack,
    VerdictShown,
)
from pos.link.state import Outcome, QuestionKind, SaleView
from pos.till.reasons import Reason, Refusal
from pos.till.receipt.tax import total_of
from pos.voucher.bodies import (
    AttentionClosed,
    RefundRequested,
    SaleCancelled,
    SaleItemised,
    TenderMethod,
    TenderRecorded,
)
from tests.support.core_builders import Shop

STOCKED = "setting.chosen"
"""The entry of the catalogue that came into use."""
CATALOGUE = """\
바코드,이름,가격,세금,단축키
8801234567893,소금빵,3000,과세,1
,우유 식빵,"4,500",과세,2
,생계란 10구,5000,면세,3
,한우 (무게),,면세,4
,봉사료,1000,봉사료,9
"""
ON, CANCEL = 1, 2
GOODS_GIVEN, LATER = 1, 3


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """The bakery with its articles."""
    assert shop.control(ImportCatalogue(content=CATALOGUE.encode())) == CatalogueAnswer(articles=5)
    return shop


def sale_of(shop: Shop) -> SaleView:
    sale = shop.till.sale
    assert sale is not None, "no sale is open"
    return sale


def add(shop: Shop, *keys: int, price_won: int = 0) -> None:
    for key in keys:
        assert shop.screen(AddItem(key=key, price_won=price_won)) == Done()


# Items


def test_items_make_the_amount_and_stand_on_the_receipt(stocked: Shop) -> None:
    add(stocked, 1, 1, 3)
    assert sale_of(stocked).due_won == 11_000

    stocked.see(stocked.code(11_000))

    assert stocked.kinds == [STOCKED, "sale.itemised", "payment.approved"]
    sale = stocked.core.journal.sales.last_sale()
    assert sale is not None
    assert sale.tax is not None
    assert (sale.tax.taxable_won, sale.tax.vat_won, sale.tax.exempt_won, total_of(sale.tax)) == (
        5_455, 545, 5_000, 11_000,
    )  # fmt: skip
    page = stocked.screen(ShowReceipt(receipt_number="000001"))
    paper = "\n".join(page.lines)  # type: ignore[union-attr]
    assert "소금빵" in paper
    assert "＊생계란 10구" in paper
    assert "3,000 x 2" in paper


def test_a_barcode_before_the_camera_is_an_item_and_an_unknown_one_is_no_payment(stocked: Shop) -> None:
    stocked.see("8801234567893")
    stocked.see("8801234567893")
    assert [(item.quantity, item.amount_won) for item in sale_of(stocked).items] == [(2, 6_000)]

    stocked.see("8809999999997")

    assert sale_of(stocked).due_won == 6_000
    assert (stocked.till.verdict, stocked.kinds) == (None, [STOCKED])
    assert stocked.till.said == Refusal.NOT_IN_CATALOGUE
    stocked.see("8801234567893")
    assert stocked.till.said == ""


def test_the_cameras_barcodes_count_only_while_goods_are_chosen(stocked: Shop) -> None:
    def show(text: str) -> None:
        stocked.devices(ScanSeen(text=text, length=len(text), is_barcode=True))

    assert stocked.core.devices_state().wants_goods
    show("8801234567893")
    show("PARCEL123")
    assert [(item.name, item.quantity) for item in sale_of(stocked).items] == [("소금빵", 1)]
    assert stocked.screen(AddItem(is_again=True)) == Done()
    assert sale_of(stocked).due_won == 6_000
    show("4006381333931")
    assert stocked.till.said == Refusal.NOT_IN_CATALOGUE

    stocked.screen(PayOther(kind="cash", amount_won=1_000))
    assert not stocked.core.devices_state().wants_goods
    show("8801234567893")
    assert sale_of(stocked).due_won == 6_000
    stocked.screen(CancelSale())
    stocked.type_amount(5_000)
    show("8801234567893")
    assert (sale_of(stocked).due_won, sale_of(stocked).items) == (5_000, ())
    assert "payment.declined" not in stocked.kinds


def test_without_a_catalogue_no_camera_looks_for_goods(shop: Shop) -> None:
    assert not shop.core.devices_state().wants_goods
    assert shop.screen(AddItem(is_again=True)) == Refused(cause=Refusal.NOTHING_TO_TAKE_BACK)


def test_twelve_digits_and_thirteen_with_a_zero_are_one_number(shop: Shop) -> None:
    catalogue = "barcode,name,price,tax\n036000291452,cola,2000,taxable\n"
    assert shop.control(ImportCatalogue(content=catalogue.encode())) == CatalogueAnswer(articles=1)

    shop.see("0036000291452")
    shop.see("036000291452")

    assert [(item.name, item.quantity) for item in sale_of(shop).items] == [("cola", 2)]


def test_an_article_sold_by_weight_wants_its_price(stocked: Shop) -> None:
    assert stocked.screen(AddItem(key=4)) == Refused(cause=Refusal.PRICE_NEEDED)
    add(stocked, 4, price_won=27_350)
    assert sale_of(stocked).due_won == 27_350

    assert stocked.screen(AddItem(key=8)) == Refused(cause=Refusal.NOT_IN_CATALOGUE)


def test_items_are_taken_out_one_by_one_and_never_once_something_is_paid(stocked: Shop) -> None:
    add(stocked, 1, 1, 2)
    stocked.screen(TakeItemBack())
    assert sale_of(stocked).due_won == 6_000

    stocked.screen(PayOther(kind="cash", amount_won=1_000))
    assert stocked.screen(TakeItemBack()) == Refused(cause=Refusal.SALE_HAS_TENDERS)
    assert stocked.screen(AddItem(key=1)) == Refused(cause=Refusal.SALE_HAS_TENDERS)
    assert sale_of(stocked).due_won == 6_000


def test_the_last_item_taken_out_ends_the_sale(stocked: Shop) -> None:
    add(stocked, 1)

    assert stocked.screen(TakeItemBack()) == Done()

    assert (stocked.till.sale, stocked.kinds) == (None, [STOCKED])
    assert stocked.screen(TakeItemBack()) == Refused(cause=Refusal.NOTHING_TO_TAKE_BACK)


def test_a_wrong_catalogue_changes_nothing_and_a_right_one_survives_a_restart(stocked: Shop) -> None:
    wrong = "name,tax,key,price\nbread,taxed,1,300\n"
    answer = stocked.control(ImportCatalogue(content=wrong.encode()))
    assert [(problem.line, problem.kind, problem.text) for problem in answer.problems] == [(2, "tax", "taxed")]

    stocked.restart()

    assert len(stocked.screen(ListQuickKeys()).keys) == 5
    assert stocked.till.has_articles


# Cash and other money


def test_cash_over_what_is_due_gives_change_and_opens_the_drawer(shop: Shop) -> None:
    shop.type_amount(12_000)

    assert shop.screen(PayOther(kind="cash", amount_won=20_000)) == Done()

    settled = shop.till.settled
    assert settled is not None
    assert (settled.total_won, settled.given_won, settled.change_won) == (12_000, 20_000, 8_000)
    assert shop.core.devices_state().drawer_serial == 1
    (tender,) = [body for body in shop.bodies if isinstance(body, TenderRecorded)]
    assert (tender.amount_won, tender.given_won) == (12_000, 20_000)
    paper = "\n".join(shop.screen(ShowReceipt(receipt_number="000001")).lines)  # type: ignore[union-attr]
    assert "거스름돈" in paper
    assert "8,000" in paper
    shop.type_amount(1_000)
    assert shop.till.settled is None


def test_what_was_paid_elsewhere_says_where(shop: Shop) -> None:
    for method, words in (
        (TenderMethod.CARD, "카드(다른 단말기)"),
        (TenderMethod.TRANSFER, "계좌이체"),
    ):
        shop.type_amount(7_000)
        shop.screen(PayOther(kind="other", amount_won=7_000, method=method))
        last = shop.till.last_sale
        assert last is not None
        page = shop.screen(ShowReceipt(receipt_number=last.receipt_number))
        assert any(words in line for line in page.lines)  # type: ignore[union-attr]
    assert shop.core.devices_state().drawer_serial == 0
    assert shop.screen(EnterAmount(amount_won=7_000)) == Done()
    assert shop.screen(PayOther(kind="other", amount_won=7_000, method="gold")) == Refused(cause=Refusal.NOT_ACCEPTABLE)


# Sales that wait


def test_several_sales_wait_and_come_back_in_any_order_even_after_a_restart(stocked: Shop) -> None:
    add(stocked, 1, 3)
    assert stocked.screen(SuspendSale()) == Done()
    stocked.type_amount(9_000)
    stocked.screen(PayOther(kind="cash", amount_won=4_000))
    assert stocked.screen(SuspendSale()) == Done()
    assert (stocked.till.sale, stocked.till.suspended_count) == (None, 2)

    stocked.restart()

    assert stocked.till.question is None, "a sale put aside is no unfinished one"
    first, second = stocked.screen(ListSuspended()).lines
    assert [(line.hold_number, line.total_won, line.paid_won) for line in (first, second)] == [
        (1, 8_000, 0), (2, 9_000, 4_000),
    ]  # fmt: skip
    stocked.screen(ResumeSale(sale_id=second.sale_id))
    assert sale_of(stocked).remaining_won == 5_000
    assert stocked.screen(ResumeSale(sale_id=first.sale_id)) == Refused(cause=Refusal.SALE_OPEN)
    stocked.see(stocked.code(5_000))
    stocked.screen(ResumeSale(sale_id=first.sale_id))
    assert [item.name for item in sale_of(stocked).items] == ["소금빵", "생계란 10구"]
    stocked.see(stocked.code(8_000))
    assert stocked.till.suspended_count == 0
    assert [sale.total_won for sale in stocked.core.journal.sales.search()] == [8_000, 9_000]


def test_a_sale_called_back_and_cut_off_still_waits(stocked: Shop) -> None:
    add(stocked, 1)
    stocked.screen(SuspendSale())
    (line,) = stocked.screen(ListSuspended()).lines
    stocked.screen(ResumeSale(sale_id=line.sale_id))

    stocked.restart()

    assert stocked.screen(ListSuspended()).lines == (line,)
    stocked.screen(ResumeSale(sale_id=line.sale_id))
    stocked.screen(CancelSale())
    assert stocked.till.suspended_count == 0


def test_a_tenth_sale_does_not_wait(shop: Shop) -> None:
    for _ in range(9):
        shop.type_amount(1_000)
        assert shop.screen(SuspendSale()) == Done()

    shop.type_amount(1_000)

    assert shop.screen(SuspendSale()) == Refused(cause=Refusal.TOO_MANY_HELD)
    assert sale_of(shop).due_won == 1_000


# A power cut


def test_a_part_paid_sale_is_one_question_and_all_goes_back_when_it_is_cancelled(shop: Shop) -> None:
    shop.type_amount(12_000)
    shop.see(shop.code(5_000))
    shop.choose(ON)
    shop.screen(PayOther(kind="cash", amount_won=3_000))

    shop.restart()

    question = shop.till.question
    assert question is not None
    assert question.kind is QuestionKind.OPEN_SALE
    assert (sale_of(shop).due_won, sale_of(shop).paid_won) == (12_000, 8_000)
    shop.choose(CANCEL)
    assert (shop.till.sale, shop.till.question) == (None, None)
    assert isinstance(shop.bodies[-3], SaleCancelled)
    voucher, cash = (body for body in shop.bodies if isinstance(body, RefundRequested))
    assert (voucher.amount_won, voucher.payment_entry is not None) == (5_000, True)
    assert (cash.amount_won, cash.tender_entry is not None, cash.total_won) == (3_000, True, 8_000)
    assert shop.core.devices_state().drawer_serial == 1, "the cash goes back"
    shop.restart()
    assert shop.till.question is None


def test_limits_count_what_the_sale_took_before_the_cut(shop: Shop) -> None:
    shop.type_amount(60_000)
    shop.see(shop.code(40_000))
    shop.choose(ON)
    shop.restart()
    shop.choose(ON)

    shop.see(shop.code(20_000))

    assert (shop.verdict.outcome, shop.verdict.reason) == (Outcome.REFERRED, Reason.REQUEST_NEEDED)


def test_a_cut_before_the_record_says_that_the_same_code_may_be_shown_again(shop: Shop) -> None:
    code = shop.code(12_000)
    shop.see(shop.code(3_000))
    shop.choose(CANCEL)
    shop.type_amount(12_000)

    shop.restart()

    assert shop.till.is_after_cut
    shop.type_amount(12_000)
    assert not shop.till.is_after_cut
    shop.see(code)
    assert shop.verdict.outcome is Outcome.APPROVED


def test_a_cut_between_the_record_and_the_verdict_is_told_without_a_key_and_closed_with_one(shop: Shop) -> None:
    code = shop.code(12_000)
    shop.type_amount(12_000)
    shop.see(code)

    shop.restart()

    question = shop.till.question
    assert question is not None
    assert (question.kind, question.amount_won) == (QuestionKind.CUT_APPROVED, 12_000)
    assert (question.receipt_number, shop.till.is_after_cut) == ("000001", False)
    shop.choose(GOODS_GIVEN)
    assert (shop.till.question, shop.till.attention_count) == (None, 0)
    closed = shop.bodies[-1]
    assert isinstance(closed, AttentionClosed)
    assert closed.reason == "goods_given"
    shop.restart()
    assert shop.till.question is None


def test_what_a_cut_interrupted_never_stands_in_the_next_customers_way(shop: Shop) -> None:
    code = shop.code(12_000)
    shop.see(code)
    shop.choose(ON)
    shop.restart()

    shop.see(code)
    assert shop.verdict.reason == Reason.ALREADY_USED, "the same code once more is refused, not taken twice"
    shop.type_amount(3_000)
    assert shop.till.question is None, "an open sale comes first"
    shop.see(shop.code(3_000))
    assert shop.verdict.outcome is Outcome.APPROVED
    question = shop.till.question
    assert question is not None
    assert question.kind is QuestionKind.CUT_APPROVED
    shop.choose(LATER)
    assert (shop.till.question, shop.till.attention_count) == (None, 1)


def test_what_stood_on_the_screen_before_the_cut_is_not_asked_about(shop: Shop) -> None:
    shop.type_amount(12_000)
    shop.see(shop.code(12_000))
    shop.screen(VerdictShown(entry_sequence=shop.verdict.entry_sequence))

    shop.restart()

    assert (shop.till.question, shop.till.is_after_cut) == (None, True)
    assert shop.till.last_sale is not None
    assert shop.till.last_sale.amount_won == 12_000, "what is on record is told beside it"


def test_the_matter_can_be_closed_in_the_list_too(shop: Shop) -> None:
    shop.type_amount(12_000)
    shop.see(shop.code(12_000))
    shop.restart()
    (matter,) = shop.screen(ListAttention()).lines

    shop.screen(CloseAttention(entry=matter.entry, answer="not_found"))

    assert shop.till.question is None


def test_a_till_that_is_opened_in_the_morning_speaks_of_no_cut(shop: Shop) -> None:
    shop.type_amount(12_000)
    shop.see(shop.code(12_000))
    shop.clock.pass_s(CUT_S + 1)

    shop.restart()

    assert not shop.till.is_after_cut


# Whatever happens


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("amount"), st.integers(1, 90_000)),
        st.tuples(st.just("item"), st.integers(1, 9)),
        st.tuples(st.just("cash"), st.integers(1, 99_000)),
        st.tuples(st.just("card"), st.integers(1, 60_000)),
        st.tuples(st.just("code"), st.integers(1, 60_000)),
        st.tuples(st.just("answer"), st.integers(1, 2)),
        st.tuples(st.just("hold"), st.just(0)),
        st.tuples(st.just("call"), st.integers(0, 3)),
        st.tuples(st.just("cancel"), st.just(0)),
        st.tuples(st.just("cut"), st.just(0)),
    ),
    max_size=25,
)


def play(shop: Shop, step: str, number: int) -> None:
    lines = shop.screen(ListSuspended()).lines
    acts: dict[str, Callable[[], object]] = {
        "amount": lambda: shop.screen(EnterAmount(amount_won=number)),
        "item": lambda: shop.screen(AddItem(key=number, price_won=1_100 if number == 4 else 0)),
        "cash": lambda: shop.screen(PayOther(kind="cash", amount_won=number)),
        "card": lambda: shop.screen(PayOther(kind="other", amount_won=number, method="card")),
        "code": lambda: shop.see(shop.code(number)),
        "answer": lambda: shop.choose(number) if shop.till.question is not None else None,
        "hold": lambda: shop.screen(SuspendSale()),
        "call": lambda: [shop.screen(ResumeSale(sale_id=line.sale_id)) for line in lines[number:]],
        "cancel": lambda: shop.screen(CancelSale()),
        "cut": shop.restart,
    }
    acts[step]()


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=STEPS)
def test_tenders_make_up_what_is_due_and_the_tax_makes_up_the_total(
    stocked: Shop, steps: list[tuple[str, int]]
) -> None:
    for step, number in steps:
        play(stocked, step, number)

    journal = stocked.core.journal
    handed = {
        body.receipt_number: body for body in stocked.bodies if isinstance(body, TenderRecorded) and body.given_won
    }
    for sale in journal.sales.search(sales_max=500):
        assert sale.paid_won == sum(tender.amount_won for tender in sale.tenders)
        if sale.state == "completed":
            assert sale.total_won is not None
            assert sale.tax is not None
            assert (sale.paid_won, total_of(sale.tax)) == (sale.total_won + sale.change_won, sale.total_won)
            last = handed.get(sale.receipt_number)
            if last is not None and last.given_won is not None:
                change_won = last.given_won - last.amount_won
                assert sale.paid_won - last.amount_won + last.given_won == sale.total_won + change_won
            assert not sale.items or sum(item.amount_won for item in sale.items) == sale.total_won
        if sale.state == "cancelled":
            back = [
                body for body in stocked.bodies if isinstance(body, RefundRequested) and body.sale_id == sale.sale_id
            ]
            assert sum(body.amount_won for body in back) == sale.paid_won
    assert all(before.sequence + 1 == after.sequence for before, after in pairwise(stocked.entries))
    assert journal.verify().problems == ()


def test_every_sale_says_what_was_sold_before_its_first_tender_only(stocked: Shop) -> None:
    add(stocked, 1, 2)
    stocked.screen(PayOther(kind="cash", amount_won=2_500))
    stocked.see(stocked.code(5_000))

    assert stocked.kinds == [STOCKED, "sale.itemised", "tender.recorded", "payment.approved"]
    (itemised,) = [body for body in stocked.bodies if isinstance(body, SaleItemised)]
    assert [(item.quantity, item.unit_price_won) for item in itemised.items] == [(1, 3_000), (1, 4_500)]
