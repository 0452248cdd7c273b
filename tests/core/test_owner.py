"""The owner's page and the disk: what is to come, what could be lost, and when there is no room for more."""

from datetime import date, timedelta

from pos.core.at_risk import is_shops
from pos.core.disk import RESERVE_BYTES
from pos.link.calls import (
    AddPerson,
    CloseDay,
    DayClosing,
    Done,
    EnterAmount,
    LogIn,
    MoveCash,
    NextBatch,
    OwnersPage,
    PayOther,
    PrintDocument,
    ReadOwnersPage,
    ReadReport,
    Refused,
    ShowReceipt,
)
from pos.link.state import SellingStop
from pos.till.reasons import Refusal
from pos.till.receipt.moment import date_of
from pos.voucher.message_bodies import SettlementState, SettlementTold
from pos.voucher.outcomes import Outcome, OutcomeStatus
from tests.support.core_builders import Shop
from tests.support.ledger_post import Post
from tests.support.voucher_builders import a_payment, an_evidence_side

DAY_S = 86_400


def owners_page(shop: Shop) -> OwnersPage:
    page = shop.screen(ReadOwnersPage())
    assert isinstance(page, OwnersPage), page
    return page


def sell_for_voucher(shop: Shop, amount_won: int) -> int:
    shop.type_amount(amount_won)
    shop.see(shop.code(amount_won))
    return shop.core.journal.head.sequence


def a_settlement(
    shop: Shop, number: int, *, due_in_days: int, amount_won: int, is_paid: bool = False
) -> SettlementTold:
    today = date.fromisoformat(date_of(shop.clock.wall))
    return SettlementTold(
        number=number,
        state=SettlementState.PAID if is_paid else SettlementState.EXPECTED,
        first_day=today - timedelta(days=9),
        last_day=today - timedelta(days=3),
        deposit_on=today + timedelta(days=due_in_days),
        amount_won=amount_won,
        payments=3,
    )


def test_an_unknown_policy_counts_as_the_shops(shop: Shop) -> None:
    sell_for_voucher(shop, 12_000)
    page = owners_page(shop)
    known = is_shops(shop.core.views.owner.trust, "41390", "general")

    assert (page.lost_by_shop_won, page.lost_by_issuers_won) == ((12_000, 0) if known else (0, 12_000))
    assert is_shops(shop.core.views.owner.trust, "41390", "nobody knows it")
    assert is_shops(shop.core.views.owner.trust, "99999", "general")


def test_what_the_ledger_has_decided_can_no_longer_be_lost(shop: Shop) -> None:
    first, second = sell_for_voucher(shop, 12_000), sell_for_voucher(shop, 8_000)
    before = owners_page(shop)
    Post(shop).acknowledge(
        Outcome(sequence=first, status=OutcomeStatus.SETTLED), Outcome(sequence=second, status=OutcomeStatus.PENDING)
    )
    after = owners_page(shop)

    assert before.lost_by_shop_won + before.lost_by_issuers_won == 20_000
    assert after.lost_by_shop_won + after.lost_by_issuers_won == 8_000


def test_cash_is_never_at_risk(shop: Shop) -> None:
    shop.type_amount(9_000)
    shop.screen(PayOther(kind="cash", amount_won=9_000))
    page = owners_page(shop)

    assert (page.sold_today_won, page.coming_won) == (9_000, 0)
    assert (page.lost_by_shop_won, page.lost_by_issuers_won) == (0, 0)


def test_money_to_come_is_what_was_announced_and_what_was_taken_since(shop: Shop) -> None:
    sell_for_voucher(shop, 12_000)
    Post(shop).tell(
        a_settlement(shop, 1, due_in_days=-9, amount_won=500_000, is_paid=True),
        a_settlement(shop, 2, due_in_days=-2, amount_won=70_000),
        a_settlement(shop, 3, due_in_days=1, amount_won=30_000),
    )
    page = owners_page(shop)

    assert (page.sold_today_won, page.coming_won, page.late_won) == (12_000, 112_000, 70_000)


def test_a_payment_made_twice_is_a_quiet_line_with_its_evidence_and_no_name(shop: Shop) -> None:
    shop.control(AddPerson(name="박주인", role="owner", pin="271828"))
    shop.control(AddPerson(name="김점원", role="clerk", pin="314159"))
    shop.screen(LogIn(person=2, pin="314159"))
    entry = sell_for_voucher(shop, 12_000)
    Post(shop).acknowledge(
        Outcome(sequence=entry, status=OutcomeStatus.CONFLICT, detail=an_evidence_side(a_payment(amount_won=7_000)))
    )
    assert (shop.till.conflict_count, shop.till.verdict.outcome if shop.till.verdict else "") == (0, "approved")
    assert shop.screen(ReadOwnersPage()) == Refused(cause=Refusal.NOT_ALLOWED)
    assert shop.screen(PrintDocument(name=f"E{entry}")) == Refused(cause=Refusal.NOT_ALLOWED)

    shop.screen(LogIn(person=1, pin="271828"))
    (conflict,) = owners_page(shop).conflicts
    assert (conflict.amount_won, conflict.receipt_number, shop.till.conflict_count) == (12_000, "000001", 1)
    assert shop.screen(PrintDocument(name=f"E{entry}")) == Done()
    paper = "\n".join(shop.control(ShowReceipt(receipt_number=f"E{entry}")).lines)  # type: ignore[union-attr]
    assert "겹 친 결 제" in paper
    assert "김점원" not in paper
    stored = shop.core.journal.entry(entry)
    assert stored is not None
    assert stored.hash.hex()[:32] in paper


# Room on the disk


def test_at_the_reserve_only_selling_stops(shop: Shop) -> None:
    sell_for_voucher(shop, 12_000)
    shop.core.views.disk.free = lambda _: RESERVE_BYTES - 1
    shop.clock.pass_s(60)

    assert shop.till.stop is SellingStop.DISK_NEARLY_FULL
    assert shop.screen(EnterAmount(amount_won=1_000)) == Refused(cause=Refusal.SELLING_STOPPED)
    assert not shop.core.devices_state().armed
    assert shop.sync(NextBatch()).entries != ()
    assert shop.screen(MoveCash(amount_won=1_000, is_in=True, reason="잔돈")) == Done()
    assert isinstance(shop.screen(CloseDay(counted_won=0)), DayClosing)
    assert not isinstance(shop.control(ReadReport(name="z")), Refused)

    shop.core.views.disk.free = lambda _: RESERVE_BYTES * 10
    shop.clock.pass_s(60)
    assert shop.till.stop is None
    sell_for_voucher(shop, 8_000)


def test_the_days_that_are_left_are_shown_when_they_are_few(shop: Shop) -> None:
    sell_for_voucher(shop, 12_000)
    shop.clock.pass_s(60)
    shop.core.views.disk.free = lambda _: RESERVE_BYTES + 40 * 1024 * 1024
    shop.clock.pass_s(60)

    assert shop.till.disk_days_left is not None
    assert 0 < shop.till.disk_days_left <= 20
    assert shop.till.stop is None
    shop.core.views.disk.free = lambda _: RESERVE_BYTES * 1_000
    shop.clock.pass_s(60)
    assert shop.till.disk_days_left is None
