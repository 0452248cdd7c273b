"""Whatever a shop does, and wherever the power goes: its closings are the parts of its journal, to the won."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos.link.calls import (
    CancelSale,
    CloseDay,
    Done,
    MakeRefund,
    MoveCash,
    OpenDay,
    OpenDrawer,
    PayOther,
    ReadReport,
    ReportPage,
)
from pos.till.report.figures import Figures, Group, customers
from pos.voucher.bodies import (
    DayClosed,
    PaymentApproved,
    RefundKind,
    RefundRequested,
    SaleCancelled,
    TenderKind,
    TenderRecorded,
)
from tests.support.core_builders import Shop, move_in, open_shop

ACTS = (
    "cash",
    "voucher",
    "mixed",
    "given up",
    "give back",
    "open",
    "close",
    "count",
    "restart",
    "rebuild",
    "move",
    "drawer",
    "night",
)


def do(shop: Shop, act: str, amount_won: int) -> None:
    match act:
        case "cash":
            shop.type_amount(amount_won)
            assert shop.screen(PayOther(kind="cash", amount_won=amount_won)) == Done()
        case "voucher":
            shop.type_amount(amount_won)
            shop.see(shop.code(amount_won))
        case "mixed":
            shop.type_amount(amount_won + 500)
            shop.screen(PayOther(kind="cash", amount_won=500))
            shop.see(shop.code(amount_won))
        case "given up":
            shop.type_amount(amount_won + 500)
            shop.screen(PayOther(kind="cash", amount_won=500))
            shop.screen(CancelSale())
        case "give back":
            shop.control(MakeRefund(receipt_number="", amount_won=0, cause="changed_mind"))
        case "open":
            shop.screen(OpenDay(float_won=amount_won))
        case "close":
            shop.screen(CloseDay(counted_won=None))
        case "count":
            shop.screen(CloseDay(counted_won=amount_won))
        case "restart":
            shop.restart()
        case "rebuild":
            shop.core.journal.rebuild()
        case "move":
            shop.screen(MoveCash(amount_won=amount_won, is_in=amount_won % 2 == 0, reason="은행"))
        case "drawer":
            shop.screen(OpenDrawer(cause="count"))
        case _:
            shop.clock.pass_s(10 * 3_600)


def check_parts(shop: Shop) -> None:
    days, head = shop.core.journal.days, shop.core.journal.head.sequence
    closings = days.closings(from_date="0000-00-00", until_date="9999-99-99")
    assert [closing.after for closing in closings] == [0, *(closing.entry for closing in closings)][: len(closings)]
    assert [closing.z_number for closing in closings] == list(range(1, len(closings) + 1))
    for closing in closings:
        assert closing.figures == days.figures_between(closing.after, closing.entry)
    parts = Figures().plus(*(closing.figures for closing in closings), days.figures_now(until=head))
    assert parts == days.figures_between(0, head)
    period = shop.control(ReadReport(name="P00010101-99991231"))
    assert isinstance(period, ReportPage)
    assert period.customers == sum(customers(closing.figures) for closing in closings)
    summed = Figures().plus(*(closing.figures for closing in closings))
    assert [(line.group, line.count, line.won) for line in period.figures] == [
        (row.group.value, row.count, row.won) for row in summed.rows
    ]


def check_money(shop: Shop) -> None:
    """Against the entries, added up here by other means."""
    given_back = sum(body.amount_won for body in shop.bodies if isinstance(body, RefundRequested))
    whole = shop.core.journal.days.figures_between(0, shop.core.journal.head.sequence)
    bodies = shop.bodies
    cash = [body for body in bodies if isinstance(body, TenderRecorded) and body.tender is TenderKind.CASH]
    vouchers = [body for body in bodies if isinstance(body, PaymentApproved)]
    assert whole.won(Group.TENDER, "cash") == sum(body.amount_won for body in cash)
    assert whole.won(Group.TENDER, "voucher") == sum(body.amount_won for body in vouchers)
    ended = [body for body in (*cash, *vouchers) if body.tax is not None]
    assert whole.won(Group.SALES) == sum(body.total_won or 0 for body in ended)
    assert whole.won(Group.SALES) == sum(
        whole.won(group) for group in (Group.TAXABLE, Group.VAT, Group.EXEMPT, Group.SERVICE)
    )
    assert whole.won(Group.TENDER) == whole.won(Group.SALES) + whole.won(Group.CANCELLED)
    assert whole.won(Group.REFUND) == given_back
    taxes = (Group.REFUND_TAXABLE, Group.REFUND_VAT, Group.REFUND_EXEMPT, Group.REFUND_SERVICE)
    # A sale that was given up was never taxed, and what goes back of it is not either.
    taxed = sum(body.total_won or 0 for body in bodies if isinstance(body, RefundRequested) and body.tax is not None)
    assert sum(whole.won(group) for group in taxes) == taxed
    voids = [body for body in bodies if isinstance(body, RefundRequested) and body.kind is RefundKind.VOID]
    assert customers(whole) == len(ended) - sum(body.tax is not None for body in voids)
    assert whole.count(Group.CANCELLED) == sum(isinstance(body, SaleCancelled) for body in bodies)
    assert shop.core.journal.days.next_z_number - 1 == sum(isinstance(body, DayClosed) for body in bodies)


def live(template: Path, acts: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shop = open_shop(move_in(template, Path(folder) / "town"))
        try:
            for act, amount_won in acts:
                do(shop, act, amount_won)
            check_parts(shop)
            check_money(shop)
        finally:
            shop.close()


LIVES = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(1_000, 40_000)), max_size=14)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=LIVES)
def test_closings_are_the_parts_of_the_journal(template: Path, acts: list[tuple[str, int]]) -> None:
    live(template, acts)


@pytest.mark.slow
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=LIVES)
def test_closings_are_the_parts_of_many_journals(template: Path, acts: list[tuple[str, int]]) -> None:
    live(template, acts)
