"""Papers that customers and tax offices ask for, by the number pad over the real core."""

from datetime import UTC, date, datetime

import pytest

from pos.link.calls import EndPrintJob, NextPrintJob, PayOther, RequestCashReceipt
from pos.till.report.period import Span, last_complete, period_name, typed_period
from pos.tui.electronic import ElectronicReceiptScreen
from pos.tui.screens.day import DayScreen
from pos.tui.screens.history import HistoryScreen
from pos.tui.screens.receipt import ReceiptScreen
from pos.tui.screens.report import ReportScreen
from pos.voucher.bodies import CashReceiptCancelRequested, DocumentAsked, ReceiptElectronic
from pos.voucher.claims import ReceiptCode
from pos.voucher.keys import SigningKey
from pos.voucher.qr import QrKind, encode_text
from pos.voucher.signed import sign_receipt
from pos.voucher.terminal_claims import ReceiptKind
from pos.words.moments import KOREA
from pos.words.typed import typed_moment
from tests.support.core_builders import HOUR_S, Shop
from tests.support.ledger_post import Post
from tests.support.real_counter import RealCounter, ShopLink, open_real_counter

NOON_S = int(datetime(2026, 11, 22, 12, 0, tzinfo=KOREA).timestamp())


def shows(counter: RealCounter, *texts: str) -> bool:
    screen = "\n".join(counter.text())
    return all(text in screen for text in texts)


async def told(counter: RealCounter, links: list[ShopLink]) -> None:
    links[-1].push()
    await counter.settle()


def sell(shop: Shop, amount_won: int = 4_000) -> str:
    shop.type_amount(amount_won)
    shop.see(shop.code(amount_won))
    return shop.verdict.receipt_number


def documents(shop: Shop) -> list[str]:
    return [body.receipt_number for body in shop.bodies if isinstance(body, DocumentAsked)]


async def test_a_refused_customer_gets_a_slip_on_one_key_where_the_checks_are_told(shop: Shop) -> None:
    async with open_real_counter(shop) as (counter, links):
        await counter.press("12 . 0 enter")
        shop.see(shop.code(12_000, merchant="m-butcher"))
        await told(counter, links)
        entry = shop.verdict.entry_sequence
        await counter.press("* 3")
        assert shows(counter, "맞음", "여기서 멈춤", "거절 확인서")
        assert documents(shop) == []
        await counter.press("1")

        assert shows(counter, "거절 확인서를 출력합니다")
    assert documents(shop) == [f"D{entry}"]


async def test_a_code_that_proves_nothing_has_no_slip(shop: Shop) -> None:
    async with open_real_counter(shop) as (counter, links):
        await counter.press("12 . 0 enter")
        shop.see("WIFI:S:moonlight;T:WPA;")
        await told(counter, links)
        await counter.press("* 3")
        assert not shows(counter, "거절 확인서")
        await counter.press("1")
    assert documents(shop) == []


async def test_an_electronic_receipt_takes_one_key_for_it_and_one_for_the_consent(asking_shop: Shop) -> None:
    shop = asking_shop
    number = sell(shop)
    async with open_real_counter(shop) as (counter, _):
        assert shows(counter, "전자영수증")
        await counter.press("/")
        assert shows(counter, "종이 대신 전자영수증을 드릴까요?", "4,000원")
        assert "receipt.electronic" not in shop.kinds
        await counter.press("1")

        assert isinstance(counter.app.screen, ElectronicReceiptScreen)
        assert counter.app.screen.code_text.startswith("CKS1:")
        assert shows(counter, "4,000원")
        await counter.press("-")
    assert [body.receipt_number for body in shop.bodies if isinstance(body, ReceiptElectronic)] == [number]
    assert shop.devices(NextPrintJob()).job == 0


async def test_a_customer_who_says_no_has_paper(asking_shop: Shop) -> None:
    shop = asking_shop
    number = sell(shop)
    async with open_real_counter(shop) as (counter, _):
        await counter.press("/ 2")
        assert shows(counter, "종이로 드립니다")
    assert "receipt.electronic" not in shop.kinds
    assert shop.devices(NextPrintJob()).receipt_number == number


async def test_leaving_the_question_changes_nothing(asking_shop: Shop) -> None:
    shop = asking_shop
    sell(shop)
    async with open_real_counter(shop) as (counter, _):
        before = shop.kinds
        await counter.press("/ -")
        assert shows(counter, "손님께: 영수증 드릴까요?")
    assert shop.kinds == before


async def test_a_quarter_is_shown_and_printed_by_the_pad(shop: Shop) -> None:
    shop.type_amount(4_000)
    sell(shop)
    async with open_real_counter(shop) as (counter, _):
        await counter.press("* 6 2 0 enter enter")
        today = datetime.fromtimestamp(shop.clock.wall, UTC).astimezone(KOREA).date()
        quarter = (today.month + 2) // 3
        await counter.press(f"* 6 0 2 {today.year}{quarter} enter")
        assert isinstance(counter.app.screen, ReportScreen)
        assert shows(counter, "4,000")
        assert not shows(counter, "판매 취소")
        await counter.press("3 2")
        assert isinstance(counter.app.screen, ReportScreen)
        await counter.press("1")
    assert documents(shop)[-1] == period_name(f"{today.year}-Q{quarter}")


async def test_a_period_that_is_none_is_said_to_be_none(shop: Shop) -> None:
    async with open_real_counter(shop) as (counter, _):
        await counter.press("* 6 0 1 202613 enter")
        assert shows(counter, "그런 기간은 없습니다")
        assert isinstance(counter.app.screen, DayScreen)


async def test_a_sale_is_found_by_its_time(shop: Shop) -> None:
    early = sell(shop)
    early_s = shop.clock.wall
    shop.clock.pass_s(3 * HOUR_S)
    sell(shop, 5_000)
    clock = f"{datetime.fromtimestamp(early_s, UTC).astimezone(KOREA):%m%d%H%M}"
    async with open_real_counter(shop) as (counter, _):
        await counter.press(f"* 2 0 3 {clock} enter")
        assert isinstance(counter.app.screen, HistoryScreen)
        assert shows(counter, "4,000원")
        assert not shows(counter, "5,000원")
        await counter.press("1")
        assert isinstance(counter.app.screen, ReceiptScreen)
        assert shows(counter, early)


async def test_a_sale_is_found_by_its_receipts_code(shop: Shop) -> None:
    number = sell(shop)
    sell(shop, 5_000)
    page = shop.core.screen.history.receipts.page(number)
    assert page is not None
    code = next(row.text for row in page.rows if row.kind == "qr")
    async with open_real_counter(shop) as (counter, links):
        await counter.press("- * 2 0 1")
        shop.see(code)
        await told(counter, links)

        assert isinstance(counter.app.screen, ReceiptScreen)
        assert shows(counter, number)


@pytest.mark.parametrize(
    ("digits", "moment"),
    [
        ("1130", (2026, 11, 22, 11, 30)),
        ("0005", (2026, 11, 22, 0, 5)),
        ("11211430", (2026, 11, 21, 14, 30)),
        ("12310001", (2025, 12, 31, 0, 1)),
        ("02291200", (2024, 2, 29, 12, 0)),
        ("2460", None),
        ("123", None),
        ("13011200", None),
        ("", None),
    ],
)
def test_moments_as_they_are_typed(digits: str, moment: tuple[int, int, int, int, int] | None) -> None:
    expected = None if moment is None else int(datetime(*moment, tzinfo=KOREA).timestamp())
    assert typed_moment(digits, now_s=NOON_S) == expected


@pytest.mark.parametrize(
    ("span", "today", "proposed", "name"),
    [
        (Span.MONTH, date(2026, 11, 22), 202610, "P20261001-20261031"),
        (Span.MONTH, date(2026, 1, 2), 202512, "P20251201-20251231"),
        (Span.QUARTER, date(2026, 11, 22), 20263, "P20260701-20260930"),
        (Span.QUARTER, date(2026, 2, 1), 20254, "P20251001-20251231"),
        (Span.HALF, date(2026, 11, 22), 20261, "P20260101-20260630"),
        (Span.HALF, date(2027, 1, 22), 20262, "P20260701-20261231"),
        (Span.YEAR, date(2026, 11, 22), 2025, "P20250101-20251231"),
    ],
)
def test_the_period_that_a_return_is_about_is_proposed(span: Span, today: date, proposed: int, name: str) -> None:
    assert last_complete(span, today=today) == proposed
    assert typed_period(span, proposed) == name


@pytest.mark.parametrize(("span", "typed"), [(Span.MONTH, 202613), (Span.QUARTER, 20265), (Span.HALF, 20263)])
def test_periods_that_are_none(span: Span, typed: int) -> None:
    assert typed_period(span, typed) is None
    assert typed_period(Span.YEAR, typed) is None


async def test_a_cash_receipt_to_the_wrong_number_is_taken_back_by_the_pad(shop: Shop) -> None:
    shop.type_amount(11_000)
    shop.screen(PayOther(kind="cash", amount_won=11_000))
    shop.screen(RequestCashReceipt(purpose="deduction", digits="01099998888"))
    async with open_real_counter(shop) as (counter, _):
        await counter.press("* 8 8 2 2 2")

        assert shows(counter, "다시 발급할 수 있습니다")
    cancels = [body for body in shop.bodies if isinstance(body, CashReceiptCancelRequested)]
    assert [(body.reason.value, body.amount_won) for body in cancels] == [("mistake", 11_000)]


async def test_the_power_may_go_when_everything_is_sent_and_printed(shop: Shop) -> None:
    sell(shop)
    post = Post(shop)
    async with open_real_counter(shop) as (counter, links):
        await counter.press("- * 6 2 0 enter")
        assert not shows(counter, "전원을 꺼도 됩니다")
        while job := shop.devices(NextPrintJob()).job:
            shop.devices(EndPrintJob(job=job, outcome="printed"))
        await told(counter, links)
        assert shows(counter, f"미전송 {shop.till.unsent_count}건: 켜 두면 밤에 전송됩니다")
        assert not shows(counter, "전원을 꺼도 됩니다")
        post.acknowledge()
        await told(counter, links)

        assert shop.till.unsent_count == 0
        assert shows(counter, "전원을 꺼도 됩니다")
        assert not shows(counter, "미전송")


async def test_a_receipt_of_another_till_says_which_one_takes_it_back(shop: Shop) -> None:
    stranger = SigningKey.from_seed(bytes(32))
    code = ReceiptCode(
        terminal="t-bakery-2",
        merchant="m-bakery",
        issued_s=shop.clock.wall,
        amount_won=5_000,
        receipt_number="000001",
        entry=bytes(32),
        kind=ReceiptKind.SALE,
        payment=None,
    )
    text = encode_text(QrKind.RECEIPT, sign_receipt(code, key=stranger).raw)
    async with open_real_counter(shop) as (counter, links):
        shop.see(text)
        await told(counter, links)
        assert shows(counter, "2번 계산대 판매: 그곳에서 취소")
        await counter.press("* 2 0 1")
        shop.core.screen.scans.others.forget()
        shop.see(text)
        await told(counter, links)
        assert shows(counter, "2번 계산대 판매: 그곳에서 취소")
    assert "refund.requested" not in shop.kinds


async def test_whoever_gives_a_vouchers_money_back_is_told_to_give_no_cash(shop: Shop) -> None:
    sell(shop)
    async with open_real_counter(shop) as (counter, _):
        await counter.press("- * 1 1 1")
        assert shows(counter, "현금으로 주지 마세요. 연결되면 상품권으로 돌아갑니다")
