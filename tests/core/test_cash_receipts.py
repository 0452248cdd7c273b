"""Cash receipts at the counter: asked for, on paper, answered, taken back; and what the till keeps of a number."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pos.link.calls import (
    BeginCashReceipt,
    CancelCashReceipt,
    CashReceiptLine,
    CloseDay,
    DayClosing,
    Done,
    ListCashReceipts,
    MakeRefund,
    NextPrintJob,
    PayOther,
    ReadReport,
    ReceiptPage,
    Refused,
    ReportPage,
    RequestCashReceipt,
    ShowReceipt,
)
from pos.till.reasons import Refusal
from pos.voucher.bodies import CashReceiptCancelRequested, CashReceiptRequested, IdentifierKind
from pos.voucher.keys import SigningKey
from pos.voucher.message_bodies import CashReceiptState, CashReceiptTold
from pos.voucher.sealing import open_sealed
from tests.support.core_builders import DAY_S, Shop, make_town, open_shop
from tests.support.ledger_post import Post

PHONE = "01012345678"


def sell_for_cash(shop: Shop, amount_won: int = 11_000) -> None:
    shop.type_amount(amount_won)
    assert shop.screen(PayOther(kind="cash", amount_won=amount_won)) == Done()


def ask(shop: Shop, digits: str = PHONE, purpose: str = "deduction", number: str = "") -> Done | Refused:
    return shop.screen(RequestCashReceipt(purpose=purpose, digits=digits, receipt_number=number))


def requested(shop: Shop) -> list[CashReceiptRequested]:
    return [body for body in shop.bodies if isinstance(body, CashReceiptRequested)]


def lines_on(shop: Shop, number: str) -> str:
    page = shop.control(ShowReceipt(receipt_number=number))
    assert isinstance(page, ReceiptPage)
    return "\n".join(page.lines)


def listed(shop: Shop) -> tuple[CashReceiptLine, ...]:
    return shop.screen(ListCashReceipts()).lines


def told(
    shop: Shop,
    post: Post,
    state: CashReceiptState,
    *,
    number: str | None = None,
    failure: str | None = None,
) -> None:
    """The ledger brings the provider's answer to the newest request."""
    ids = [
        body.cash_receipt_id
        for body in shop.bodies
        if isinstance(body, CashReceiptRequested | CashReceiptCancelRequested)
    ]
    post.tell(CashReceiptTold(cash_receipt_id=ids[-1], state=state, approval_number=number, failure=failure))


@pytest.fixture
def post(shop: Shop) -> Post:
    return Post(shop)


def test_cash_gets_one_and_a_platforms_voucher_none(shop: Shop) -> None:
    shop.type_amount(12_000)
    shop.see(shop.code(8_000))
    shop.choose(1)
    shop.screen(PayOther(kind="cash", amount_won=4_000))

    assert ask(shop) == Done()

    (body,) = requested(shop)
    assert (body.amount_won, body.tax.taxable_won + body.tax.vat_won) == (4_000, 4_000)
    assert ask(shop) == Refused(cause=Refusal.ALREADY_ISSUED)


def test_a_sale_by_mobile_voucher_alone_has_none_to_issue(shop: Shop) -> None:
    shop.pay(shop.code(8_000), 8_000)

    assert ask(shop) == Refused(cause=Refusal.NOTHING_TO_ISSUE)
    last = shop.till.last_sale
    assert last is not None
    assert not last.may_have_cash_receipt


def test_the_number_is_sealed_for_the_ledger_and_stands_nowhere_else(shop: Shop) -> None:
    sell_for_cash(shop)

    ask(shop)

    (body,) = requested(shop)
    assert (body.identifier_kind, body.identifier) == (IdentifierKind.PHONE, "010 **** 5678")
    key = SigningKey.from_seed((shop.town.ledger_dir / "keys" / "identifier.key").read_bytes())
    assert open_sealed(body.sealed, key=key) == PHONE.encode()
    shop.core.close()
    kept = b"".join(path.read_bytes() for path in shop.state_dir.rglob("*") if path.is_file())
    assert PHONE.encode() not in kept


@pytest.mark.parametrize(
    ("digits", "purpose", "refusal"),
    [
        ("12345", "deduction", Refusal.NOT_AN_IDENTIFIER),
        ("2208162518", "expense", Refusal.BUSINESS_NUMBER_WRONG),
        ("9001011234567", "deduction", Refusal.RESIDENT_NUMBER),
        ("", "expense", Refusal.EXPENSE_NEEDS_NUMBER),
        (PHONE, "gift", Refusal.NOT_ACCEPTABLE),
    ],
)
def test_a_number_that_is_none_is_refused_and_nothing_is_written(
    shop: Shop, digits: str, purpose: str, refusal: Refusal
) -> None:
    sell_for_cash(shop)

    assert ask(shop, digits, purpose) == Refused(cause=refusal)
    assert requested(shop) == []


def test_without_a_number_it_goes_to_the_one_the_tax_office_keeps(shop: Shop) -> None:
    sell_for_cash(shop)

    assert ask(shop, "") == Done()

    assert [body.identifier for body in requested(shop)] == ["0100001234"]


def test_the_paper_waits_a_moment_and_then_says_that_it_will_be_issued(shop: Shop) -> None:
    sell_for_cash(shop)
    assert shop.devices(NextPrintJob()).job == 0

    shop.screen(BeginCashReceipt())
    shop.clock.pass_s(30)
    assert shop.devices(NextPrintJob()).job == 0
    ask(shop)

    job = shop.devices(NextPrintJob())
    assert job.receipt_number == "000001"
    text = "\n".join(row.text for row in job.rows)
    assert "현금(소득공제)" in text


def test_a_customer_who_wants_none_has_the_paper_in_a_moment(shop: Shop) -> None:
    sell_for_cash(shop)

    shop.clock.pass_s(7)

    assert shop.devices(NextPrintJob()).receipt_number == "000001"


def test_the_next_sale_lets_the_paper_go(shop: Shop) -> None:
    sell_for_cash(shop)

    shop.type_amount(5_000)

    assert shop.devices(NextPrintJob()).receipt_number == "000001"


def test_asked_for_later_it_comes_on_another_copy(shop: Shop) -> None:
    sell_for_cash(shop)
    shop.clock.pass_s(7)
    shop.devices(NextPrintJob())

    assert ask(shop, number="000001") == Done()

    assert "현금(소득공제)" in lines_on(shop, "000001")
    assert shop.till.printer.unprinted == 1


def test_a_card_in_front_of_the_camera_fills_the_number_in_only_when_it_is_asked_for(shop: Shop) -> None:
    card = "154420209999123456"
    sell_for_cash(shop)
    assert shop.see(card).number_seen is None

    shop.screen(BeginCashReceipt())
    seen = shop.see(card).number_seen

    assert seen is not None
    assert seen.digits == card
    ask(shop, seen.digits)
    assert shop.till.number_seen is None


def test_a_tax_offices_code_is_read_as_the_shop_was_told_it_looks(open_with: Callable[..., Shop]) -> None:
    shop = open_with(printing='"always"\ncash_receipt_code = "NTS:([0-9]{11}):.*"')
    sell_for_cash(shop)
    shop.screen(BeginCashReceipt())

    assert shop.see("NTS:0101234567:x").number_seen is None
    seen = shop.see(f"NTS:{PHONE}:20261122").number_seen
    assert seen is not None
    assert seen.digits == PHONE
    shop.screen(BeginCashReceipt())
    bare = shop.see("154420201234123456").number_seen
    assert bare is not None
    assert bare.digits == "154420201234123456"


def test_the_lines_below_a_cash_receipt_can_be_changed_at_any_time(open_with: Callable[..., Shop]) -> None:
    shop = open_with(printing='"always"\ncash_receipt_footer = "새 번호 ☎127\\nhttp://new.go.kr"')
    sell_for_cash(shop)
    ask(shop)
    text = lines_on(shop, "000001")

    assert "새 번호 ☎127\nhttp://new.go.kr" in text
    assert "126-1-1" not in text


def test_answers_of_the_provider_are_on_the_list_and_on_paper(shop: Shop, post: Post) -> None:
    sell_for_cash(shop)
    ask(shop)
    assert [line.state for line in listed(shop)] == ["queued"]

    told(shop, post, CashReceiptState.APPROVED, number="J12345678")
    told(shop, post, CashReceiptState.APPROVED, number="J99999999")
    told(shop, post, CashReceiptState.CONFIRMED)
    shop.restart()

    (line,) = listed(shop)
    assert (line.state, line.approval_number) == ("confirmed", "J12345678")
    assert "J12345678" in lines_on(shop, "000001")
    assert [kind for kind in shop.kinds if kind.startswith("cash_receipt.")] == [
        "cash_receipt.requested",
        "cash_receipt.issued",
        "cash_receipt.confirmed",
    ]


def test_the_closing_says_which_cash_receipts_nobody_has_approved_yet(shop: Shop, post: Post) -> None:
    sell_for_cash(shop)
    ask(shop)
    told(shop, post, CashReceiptState.APPROVED, number="J12345678")
    sell_for_cash(shop, 22_000)
    ask(shop)
    assert isinstance(shop.screen(CloseDay(counted_won=33_000)), DayClosing)

    def closing() -> str:
        page = shop.screen(ReadReport(name="Z1"))
        assert isinstance(page, ReportPage)
        return " ".join("\n".join(page.lines).split())

    assert "발급 안 된 현금영수증 1건 22,000" in closing()
    told(shop, post, CashReceiptState.FAILED, failure="E301")
    assert "발급 안 된 현금영수증 1건 22,000" in closing(), "a rejected one is not issued either"
    ask(shop)
    told(shop, post, CashReceiptState.APPROVED, number="J12345679")
    assert "발급 안 된" not in closing(), "another one for the same sale made it good"


def test_an_approval_and_its_confirmation_may_come_together(shop: Shop, post: Post) -> None:
    sell_for_cash(shop)
    ask(shop)

    told(shop, post, CashReceiptState.CONFIRMED, number="J12345678")

    (line,) = listed(shop)
    assert (line.state, line.approval_number) == ("confirmed", "J12345678")


def test_a_rejected_one_may_be_asked_for_again(shop: Shop, post: Post) -> None:
    sell_for_cash(shop)
    ask(shop)
    told(shop, post, CashReceiptState.FAILED, failure="number_unknown")

    assert [line.failure for line in listed(shop)] == ["number_unknown"]
    assert ask(shop, "01098765432") == Done()


@pytest.mark.parametrize(("days", "level"), [(0, 0), (1, 1), (5, 5), (10, 10)])
def test_without_an_approval_it_is_late_after_a_day_and_alarms_after_five_and_ten(
    shop: Shop, days: int, level: int
) -> None:
    sell_for_cash(shop)
    ask(shop)

    shop.clock.pass_s(days * DAY_S)

    assert [line.lateness_days for line in listed(shop)] == [level]
    assert shop.till.cash_receipts_late == (1 if days else 0)


def test_a_refund_takes_its_part_of_the_cash_receipt_back(shop: Shop, post: Post) -> None:
    sell_for_cash(shop)
    ask(shop)
    told(shop, post, CashReceiptState.APPROVED, number="J12345678")

    shop.control(MakeRefund(receipt_number="000001", amount_won=4_000, cause="changed_mind"))
    shop.control(MakeRefund(receipt_number="000001", amount_won=0, cause="changed_mind"))

    cancels = [body for body in shop.bodies if isinstance(body, CashReceiptCancelRequested)]
    assert [body.amount_won for body in cancels] == [4_000, 7_000]
    assert sum(body.tax.vat_won for body in cancels) == requested(shop)[0].tax.vat_won
    told(shop, post, CashReceiptState.CANCELLED, number="J22222222")
    text = lines_on(shop, "000003")
    assert "현금결제취소" in text
    assert "J22222222" in text
    assert "J12345678" in text


@pytest.mark.parametrize(("reason", "word"), [("cancelled", "거래취소"), ("mistake", "오류발급"), ("other", "기타")])
def test_one_that_went_to_the_wrong_number_is_taken_back_alone_and_issued_again(
    shop: Shop, post: Post, reason: str, word: str
) -> None:
    sell_for_cash(shop)
    ask(shop, "01099998888")
    told(shop, post, CashReceiptState.APPROVED, number="J12345678")

    assert shop.screen(CancelCashReceipt(receipt_number="000001", reason=reason)) == Done()

    cancel = next(body for body in shop.bodies if isinstance(body, CashReceiptCancelRequested))
    assert (cancel.reason.value, cancel.amount_won, cancel.refund_id) == (reason, 11_000, None)
    assert cancel.tax == requested(shop)[0].tax
    text = lines_on(shop, "000001")
    assert all(part in text for part in ("현금결제취소", "당초 승인번호", "J12345678", "당초 승인일자", word))
    assert shop.screen(CancelCashReceipt(receipt_number="000001", reason=reason)) == Refused(cause=Refusal.NOT_FOUND)

    assert ask(shop, PHONE, number="000001") == Done()
    assert "010 **** 5678" in lines_on(shop, "000001")
    shop.core.journal.rebuild()
    assert shop.core.journal.verify().problems == ()


def test_there_is_nothing_to_take_back_where_none_stands(shop: Shop) -> None:
    sell_for_cash(shop)
    before = shop.kinds

    nothing = shop.screen(CancelCashReceipt(receipt_number="000001", reason="mistake"))
    assert nothing == Refused(cause=Refusal.NOT_FOUND)
    ask(shop)
    nonsense = shop.screen(CancelCashReceipt(receipt_number="000001", reason="whim"))
    assert nonsense == Refused(cause=Refusal.NOT_ACCEPTABLE)
    assert [kind for kind in shop.kinds[len(before) :] if "cancel" in kind] == []


def test_a_shop_that_must_issue_does_so_by_itself(tmp_path: Path) -> None:
    academy = open_shop(make_town(tmp_path / "town", merchant="m-academy"))
    sell_for_cash(academy, 99_999)
    sell_for_cash(academy, 100_000)

    academy.core.tick()
    assert requested(academy) == []
    for _ in range(2):
        academy.clock.pass_s(150)
        academy.core.tick()

    assert [(body.amount_won, body.identifier_kind) for body in requested(academy)] == [(100_000, IdentifierKind.SELF)]
    academy.close()
