"""Refunds and cash receipts by the number pad, over the real core: keys counted, entries looked at."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.link.calls import ReceiptPage, ShowReceipt
from pos.tui.screens.sale import SaleScreen
from pos.voucher.bodies import (
    CashReceiptPurpose,
    CashReceiptRequested,
    RefundKind,
    RefundRequested,
    RemoteAccepted,
    RemoteAnswered,
)
from tests.support.core_builders import Shop, make_town, open_shop
from tests.support.ledger_post import Post
from tests.support.message_builders import ORDER
from tests.support.real_counter import RealCounter, ShopLink, open_real_counter


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = open_shop(make_town(tmp_path / "town"))
    yield shop
    shop.close()


def shows(counter: RealCounter, *texts: str) -> bool:
    screen = "\n".join(counter.text())
    return all(text in screen for text in texts)


def refunds(shop: Shop) -> list[RefundRequested]:
    return [body for body in shop.bodies if isinstance(body, RefundRequested)]


async def settle(counter: RealCounter, links: list[ShopLink]) -> None:
    links[-1].push()
    await counter.settle()


async def test_the_last_sale_goes_back_with_four_keys(shop: Shop) -> None:
    shop.pay(shop.code(8_000), 8_000)
    async with open_real_counter(shop) as (counter, _):
        await counter.press("*")
        assert shows(counter, "1  방금 판매 취소")
        await counter.press("1")
        assert shows(counter, "판매 취소  영수증 000001", "8,000원 판매", "상품권으로 돌아갈 금액  8,000원")
        await counter.press("1")
        assert shows(counter, "취소하는 까닭")
        assert refunds(shop) == []
        await counter.press("1")

        assert shows(counter, "취소했습니다  영수증 000002", "연결되면 상품권으로 돌아갑니다")
        assert [(body.amount_won, body.kind, body.reason) for body in refunds(shop)] == [
            (8_000, RefundKind.VOID, "changed_mind")
        ]
        await counter.press("1")
        assert isinstance(counter.app.screen, SaleScreen)


async def test_a_part_goes_back_and_the_rest_is_said_the_next_time(shop: Shop) -> None:
    shop.pay(shop.code(8_000), 8_000)
    async with open_real_counter(shop) as (counter, _):
        await counter.press("* 1 2 3000 enter 2 1")
        assert [body.amount_won for body in refunds(shop)] == [3_000]

        await counter.press("* 1")
        assert shows(counter, "이미 3,000원을 취소했습니다", "모두 취소  5,000원")


@pytest.mark.parametrize("way_out", ["-", "1 -", "2 -", "2 3000 enter -"])
async def test_leaving_anywhere_gives_nothing_back(shop: Shop, way_out: str) -> None:
    shop.pay(shop.code(8_000), 8_000)
    async with open_real_counter(shop) as (counter, _):
        await counter.press(f"* 1 {way_out}")

        assert refunds(shop) == []


async def test_more_than_was_paid_is_refused_in_words(shop: Shop) -> None:
    shop.pay(shop.code(8_000), 8_000)
    async with open_real_counter(shop) as (counter, _):
        await counter.press("* 1 2 8001 enter")

        assert shows(counter, "취소할 수 있는 금액보다 많습니다")
        assert refunds(shop) == []


async def test_nothing_sold_yet_says_so(shop: Shop) -> None:
    async with open_real_counter(shop) as (counter, _):
        await counter.press("* 1")

        assert shows(counter, "찾지 못했습니다")


async def test_an_older_sale_is_found_by_its_number(shop: Shop) -> None:
    for amount_won in (5_000, 6_000):
        shop.pay(shop.code(amount_won), amount_won)
    async with open_real_counter(shop) as (counter, _):
        await counter.press("* 8 3 1 enter")
        assert shows(counter, "영수증 000001", "5,000원 판매")
        await counter.press("1 2")

        assert [(body.amount_won, body.reason) for body in refunds(shop)] == [(5_000, "wrong_amount")]


async def test_a_receipt_in_front_of_the_camera_opens_its_sale(shop: Shop) -> None:
    shop.pay(shop.code(5_000), 5_000)
    page = shop.control(ShowReceipt(receipt_number="000001"))
    assert isinstance(page, ReceiptPage)
    code = next(row.text for row in page.rows if row.kind == "qr")
    async with open_real_counter(shop) as (counter, links):
        shop.see(code)
        await settle(counter, links)
        assert shows(counter, "판매 취소  영수증 000001")

        await counter.press("1 1")
        assert [body.amount_won for body in refunds(shop)] == [5_000]


async def test_a_strange_receipt_is_said_to_be_none(shop: Shop) -> None:
    async with open_real_counter(shop) as (counter, links):
        shop.see("CKS1:AAAA")
        await settle(counter, links)

        assert shows(counter, "영수증 QR이 아닙니다")


async def test_a_sale_in_the_history_goes_back_from_its_receipt(shop: Shop) -> None:
    shop.pay(shop.code(5_000), 5_000)
    async with open_real_counter(shop) as (counter, _):
        await counter.press("* 2 1 3 1 1")

        assert [body.amount_won for body in refunds(shop)] == [5_000]


async def test_a_cash_receipt_is_one_key_and_a_number_away(shop: Shop) -> None:
    shop.sell_for_cash(11_000)
    async with open_real_counter(shop) as (counter, _):
        assert shows(counter, "현금영수증")
        await counter.press("+")
        assert shows(counter, "현금영수증  11,000원", "소득공제")
        await counter.press("1 01012345678")
        assert shows(counter, "0101 2345 678")
        await counter.press("enter")

        asked = [body for body in shop.bodies if isinstance(body, CashReceiptRequested)]
        assert [(body.amount_won, body.identifier) for body in asked] == [(11_000, "010 **** 5678")]
        assert shows(counter, "현금영수증을 신청했습니다")
        await counter.press("+")
        assert not shows(counter, "소득공제")


async def test_a_wrong_number_is_asked_for_again(shop: Shop) -> None:
    shop.sell_for_cash(11_000)
    async with open_real_counter(shop) as (counter, _):
        await counter.press("+ 2 2208162518 enter")
        assert shows(counter, "사업자번호가 맞지 않습니다", "현금영수증 번호")
        await counter.press("2208162517 enter")

        asked = [body for body in shop.bodies if isinstance(body, CashReceiptRequested)]
        assert [(body.purpose, body.identifier) for body in asked] == [(CashReceiptPurpose.EXPENSE, "22* ** *2517")]


async def test_a_card_read_by_the_camera_stands_where_it_would_be_typed(shop: Shop) -> None:
    shop.sell_for_cash(11_000)
    async with open_real_counter(shop) as (counter, links):
        await counter.press("+ 1")
        shop.see("154420209999123456")
        await settle(counter, links)
        assert shows(counter, "1544 2020 9999 1234 56")
        await counter.press("enter")

        asked = [body for body in shop.bodies if isinstance(body, CashReceiptRequested)]
        assert [body.identifier for body in asked] == ["1544 2020 **** 123456"]


async def test_the_list_says_where_each_stands_and_asks_for_a_forgotten_one(shop: Shop) -> None:
    shop.sell_for_cash(11_000)
    async with open_real_counter(shop) as (counter, _):
        await counter.press("* 8 8")
        assert shows(counter, "오늘 신청한 현금영수증이 없습니다")
        await counter.press("1 1 enter 1 enter")

        assert shows(counter, "0100001234", "연결되면 신청")


async def test_the_next_amount_means_that_no_cash_receipt_is_wanted(shop: Shop) -> None:
    shop.sell_for_cash(11_000)
    async with open_real_counter(shop) as (counter, _):
        await counter.press("5000 enter")

        assert shop.till.sale is not None
        assert not any(isinstance(body, CashReceiptRequested) for body in shop.bodies)


async def test_an_order_is_heard_seen_and_accepted_with_three_keys(shop: Shop) -> None:
    async with open_real_counter(shop) as (counter, links):
        Post(shop).tell(ORDER)
        await settle(counter, links)
        assert shows(counter, "주문, 원격결제 1건 (* 4)")
        await counter.press("* 4")
        assert shows(counter, "15,500원", "배달모아 주문", "단팥빵 x 3")
        await counter.press("1 1")

        assert [body.amount_won for body in shop.bodies if isinstance(body, RemoteAccepted)] == [15_500]
        assert shows(counter, "기다리는 주문이 없습니다")


async def test_an_order_is_refused_with_a_cause(shop: Shop) -> None:
    Post(shop).tell(ORDER)
    async with open_real_counter(shop) as (counter, _):
        await counter.press("* 4 1 2 1")

        assert [body.reason for body in shop.bodies if isinstance(body, RemoteAnswered)] == ["sold_out"]


async def test_a_sale_of_the_morning_is_found_by_its_amount_or_number(shop: Shop) -> None:
    for amount_won in (5_000, 6_000, 7_000):
        shop.pay(shop.code(amount_won), amount_won)
    async with open_real_counter(shop) as (counter, _):
        await counter.press("* 2")
        assert shows(counter, "5,000원", "6,000원", "7,000원")
        await counter.press("0 2 6000 enter")
        assert shows(counter, "6,000원")
        assert not shows(counter, "5,000원")
        await counter.press("0 1 3 enter")

        assert shows(counter, "영수증 000003")
