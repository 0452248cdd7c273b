"""Whatever is done at a till, in any order, with cuts, closings and deliveries in between: it adds up to the won.

The real core in this process, its journal on disk, the real ledger beside it. What has to hold is reckoned here from
the signed entries alone, and compared with everything that is computed from them: projections, reports, the ledger's
books, and an auditor of both sides' files.
"""

import tempfile
from collections import Counter
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from pos.core.cash_receipts import state_of
from pos.ledger.audit import audit as audit_ledger
from pos.link.calls import (
    AddItem,
    CancelSale,
    ClearVerdict,
    CloseDay,
    Done,
    ImportCatalogue,
    ListSuspended,
    MakeRefund,
    OpenDay,
    PayOther,
    RefundMade,
    Refused,
    RequestCashReceipt,
    ResumeSale,
    SuspendSale,
    TakeNotes,
)
from pos.link.state import QuestionKind
from pos.sandbox.auditor import audit
from pos.sandbox.cheats import Hand
from pos.sandbox.town import HOME_ISSUER
from pos.till.cash_receipt import CashReceiptState
from pos.till.reasons import Refusal
from pos.till.report.figures import Figures, Group
from pos.voucher.bodies import (
    CashReceiptCancelRequested,
    CashReceiptConfirmed,
    CashReceiptIssued,
    CashReceiptRejected,
    CashReceiptRequested,
    EntryBody,
    NoteTaken,
    PaymentApproved,
    RefundKind,
    RefundRequested,
    SaleCancelled,
    SaleItemised,
    TaxSplit,
    TenderRecorded,
    UnknownBody,
)
from pos.voucher.signed import decode_payment
from tests.support.core_builders import Shop, move_in, open_shop
from tests.support.ledger_beside import ledger_beside

GOODS = "key,name,price,tax\n1,bun,2500,taxable\n2,milk,2800,exempt\n3,delivery,1500,service\n"
PURSE_WON = 60_000
WON = st.integers(1, 400).map(lambda hundreds: hundreds * 100)
DENOMINATIONS = (1_000, 5_000, 10_000)
Paid = PaymentApproved | TenderRecorded | NoteTaken


class AnyDay(RuleBasedStateMachine):
    """A shop in which anything happens."""

    template: ClassVar[Path]

    @initialize()
    def open(self) -> None:
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.shop: Shop = open_shop(move_in(self.template, folder / "town"))
        self.stack.callback(self.shop.close)
        self.ledger = self.stack.enter_context(ledger_beside(self.shop))
        self.hand: Hand = self.shop.hand(value_won=PURSE_WON)
        self.spent_won = self.payments = self.serials = 0
        self.shown: list[str] = []
        assert not self.shop.control(ImportCatalogue(content=GOODS.encode())).problems

    # Sales

    @rule(won=WON)
    def by_phone(self, won: int) -> None:
        self.shop.type_amount(won)
        self.show(self.shop.code(won))

    @rule(won=WON)
    def out_of_one_purse(self, won: int) -> None:
        """The same voucher again and again, until it has nothing left."""
        won = min(won, PURSE_WON - self.spent_won)
        if won:
            self.shop.type_amount(won)
            before_won = self.spent_won
            if self.show(self.shop.code(won, self.hand, sequence=self.payments + 1, spent_before_won=before_won)):
                self.payments, self.spent_won = self.payments + 1, self.spent_won + won

    @rule(won=WON, sequence=st.integers(1, 4), before_won=WON)
    def cheat(self, won: int, sequence: int, before_won: int) -> None:
        """The purse's own key signs what it should not."""
        self.shop.type_amount(won)
        text = self.shop.code(won, self.hand, sequence=sequence, spent_before_won=min(before_won, PURSE_WON))
        if self.show(text):
            self.payments, self.spent_won = sequence, min(before_won, PURSE_WON) + won
        self.leave()

    @precondition(lambda self: self.shown)
    @rule(data=st.data(), won=WON)
    def show_again(self, data: st.DataObject, won: int) -> None:
        self.shop.type_amount(won)
        self.show(data.draw(st.sampled_from(self.shown)))
        self.leave()

    @rule(won=WON, over_won=WON)
    def in_cash(self, won: int, over_won: int) -> None:
        self.shop.type_amount(won)
        self.pay_cash(won + over_won)

    @rule(keys=st.lists(st.integers(1, 3), min_size=1, max_size=4))
    def by_items(self, keys: list[int]) -> None:
        for key in keys:
            assert self.shop.screen(AddItem(key=key)) == Done()
        assert self.shop.till.sale is not None
        self.pay_cash(self.shop.till.sale.due_won)

    @rule(value_won=st.sampled_from(DENOMINATIONS), count=st.integers(1, 3), less_won=st.integers(0, 60))
    def by_notes(self, value_won: int, count: int, less_won: int) -> None:
        """Sometimes with change that nobody owes, which the till refuses or asks about."""
        self.shop.type_amount(max(value_won * count - less_won * 100, 100))
        self.take_notes(value_won, count)
        self.leave()

    @rule(won=WON, rest_won=WON, is_cash_first=st.booleans())
    def by_voucher_and_cash(self, won: int, rest_won: int, is_cash_first: bool) -> None:
        self.shop.type_amount(won + rest_won)
        if is_cash_first:
            assert self.shop.screen(PayOther(kind="cash", amount_won=rest_won)) == Done()
            self.show(self.shop.code(won))
        else:
            self.show(self.shop.code(won))
            self.pay_cash(rest_won)
        self.leave()

    @rule(value_won=st.sampled_from(DENOMINATIONS), won=WON)
    def by_note_and_voucher(self, value_won: int, won: int) -> None:
        self.shop.type_amount(value_won + won)
        self.take_notes(value_won, 1)
        self.show(self.shop.code(won))
        self.leave()

    @rule(won=WON, rest_won=WON)
    def given_up(self, won: int, rest_won: int) -> None:
        """Something is paid, and the customer goes."""
        self.shop.type_amount(won + rest_won)
        assert self.shop.screen(PayOther(kind="cash", amount_won=won)) == Done()
        self.leave()

    @rule(won=WON, paid_won=WON)
    def put_aside(self, won: int, paid_won: int) -> None:
        self.shop.type_amount(won + paid_won)
        if paid_won % 200:
            assert self.shop.screen(PayOther(kind="cash", amount_won=paid_won)) == Done()
        if self.shop.screen(SuspendSale()) == Refused(cause=Refusal.TOO_MANY_HELD):
            self.leave()

    @rule()
    def called_back(self) -> None:
        for line in self.shop.screen(ListSuspended()).lines[:1]:
            assert self.shop.screen(ResumeSale(sale_id=line.sale_id)) == Done()
            assert self.shop.till.sale is not None
            self.pay_cash(self.shop.till.sale.remaining_won)

    # After the sale

    @rule()
    def cancel_last(self) -> None:
        self.shop.screen(MakeRefund(receipt_number="", amount_won=0, cause="changed_mind"))

    @rule(data=st.data(), won=st.none() | WON)
    def give_back(self, data: st.DataObject, won: int | None) -> None:
        numbers = sorted({number for body in self.paid() if (number := body.receipt_number)})
        if numbers:
            number = data.draw(st.sampled_from(numbers))
            made = self.shop.screen(MakeRefund(receipt_number=number, amount_won=won or 0, cause="faulty_goods"))
            assert isinstance(made, RefundMade | Refused)

    @rule(digits=st.sampled_from(("01012345678", "", "2208162517")))
    def want_cash_receipt(self, digits: str) -> None:
        self.shop.screen(RequestCashReceipt(purpose="deduction", digits=digits))

    # The day, the power, the ledger

    @rule(won=WON)
    def open_day(self, won: int) -> None:
        self.shop.screen(OpenDay(float_won=won))

    @rule(won=st.none() | WON)
    def close_day(self, won: int | None) -> None:
        self.shop.screen(CloseDay(counted_won=won))

    @rule(is_during_sale=st.booleans(), won=WON)
    def power_cut(self, is_during_sale: bool, won: int) -> None:
        if is_during_sale:
            self.shop.type_amount(won + 1_000)
            self.shop.screen(PayOther(kind="cash", amount_won=won))
        self.shop.restart()
        question = self.shop.till.question
        if question is not None and question.kind is QuestionKind.OPEN_SALE:
            self.shop.choose(1 + won % 2)
        self.leave()

    @rule()
    def rebuild(self) -> None:
        self.shop.core.journal.rebuild()

    @rule(hours=st.sampled_from((1, 10, 30)))
    def time_goes_by(self, hours: int) -> None:
        self.shop.clock.pass_s(hours * 3_600)
        self.shop.core.tick()

    @rule()
    def deliver(self) -> None:
        self.ledger.deliver()

    # Hands

    def show(self, text: str) -> bool:
        """A code before the camera; a part payment is taken. True where it was approved."""
        self.shop.screen(ClearVerdict())
        before = len(self.paid())
        self.shop.see(text)
        question = self.shop.till.question
        if question is not None and question.kind is QuestionKind.PART_PAYMENT:
            self.shop.choose(1)
        is_approved = len(self.paid()) > before
        if is_approved:
            self.shown.append(text)
        return is_approved

    def pay_cash(self, won: int) -> None:
        sale = self.shop.till.sale
        if sale is not None and sale.remaining_won:
            assert self.shop.screen(PayOther(kind="cash", amount_won=won)) == Done()

    def take_notes(self, value_won: int, count: int) -> None:
        serials = tuple(f"{7 * (self.serials + number):07d}" for number in range(1, count + 1))
        self.serials += count
        self.shop.screen(
            TakeNotes(
                issuer=HOME_ISSUER,
                program="paper",
                denomination_won=value_won,
                count=count,
                serials=serials,
                issue_year=2026,
                agreed=("check", "consecutive", "change"),
            )
        )

    def leave(self) -> None:
        """Nothing stays open: what was paid of a sale that is left is given up."""
        question = self.shop.till.question
        if question is not None and question.kind in (QuestionKind.PART_PAYMENT, QuestionKind.CODE_AMOUNT):
            self.shop.choose(2)
        self.shop.screen(CancelSale())
        self.shop.screen(ClearVerdict())

    def paid(self) -> list[Paid]:
        return [body for body in self.shop.bodies if isinstance(body, Paid)]

    # What has to hold

    def teardown(self) -> None:
        if not hasattr(self, "stack"):
            return
        with self.stack:
            check_sales(self.shop)
            check_refunds(self.shop)
            check_spend_lines(self.shop)
            check_cash_receipts(self.shop)
            check_reports(self.shop)
            journal = self.shop.core.journal
            assert journal.verify().problems == ()
            journal.rebuild()
            assert journal.verify().problems == ()
            self.ledger.deliver()
            check_cash_receipts(self.shop)
            check_both_sides(self.shop)


def check_sales(shop: Shop) -> None:
    """Tenders are what was due and what was handed back; the parts by tax are the total."""
    sales: dict[bytes, list[Paid]] = {}
    given_up = {body.sale_id for body in shop.bodies if isinstance(body, SaleCancelled)}
    for body in shop.bodies:
        if isinstance(body, Paid):
            sales.setdefault(body.sale_id, []).append(body)
    known_sales = shop.core.journal.sales
    open_sales = {sale.sale_id for sale in (*known_sales.open_sales(), *known_sales.suspended())}
    for sale_id, tenders in sales.items():
        paid_won = sum(body.amount_won for body in tenders)
        change_won = sum(body.change_won or 0 for body in tenders if not isinstance(body, TenderRecorded))
        ends = [body for body in tenders if body.tax is not None]
        if sale_id in given_up or sale_id in open_sales:
            assert not ends, "a sale that is not complete has no tax"
            continue
        (end,) = ends
        assert end is tenders[-1]
        assert paid_won == (end.total_won or 0) + change_won
        assert end.tax is not None
        assert sum_of(end.tax) == end.total_won
        known = known_sales.sale_of_receipt(end.receipt_number or "")
        assert known is not None
        assert (known.total_won, known.paid_won, known.change_won) == (end.total_won, paid_won, change_won)


def check_refunds(shop: Shop) -> None:
    """No tender gives back more than was paid with it, and no sale more tax than it had."""
    tenders = {entry.sequence: body for entry, body in zip(shop.entries, shop.bodies, strict=True)}
    back, taxes, totals = Counter[int](), dict[bytes, list[TaxSplit]](), dict[bytes, TaxSplit]()
    for body in shop.bodies:
        if isinstance(body, RefundRequested):
            back[body.tender_sequence] += body.amount_won
            if body.tax is not None:
                assert sum_of(body.tax) == body.total_won
                taxes.setdefault(body.sale_id, []).append(body.tax)
        elif isinstance(body, Paid) and body.tax is not None:
            totals[body.sale_id] = body.tax
    for sequence, won in back.items():
        tender = tenders[sequence]
        assert isinstance(tender, Paid)
        assert 0 < won <= tender.amount_won
    for sale_id, splits in taxes.items():
        for name in TaxSplit.__dataclass_fields__:
            assert sum(getattr(split, name) for split in splits) <= getattr(totals[sale_id], name)


def check_spend_lines(shop: Shop) -> None:
    """No voucher pays more than it is worth, and no won of it twice."""
    lines: dict[bytes, list[tuple[int, int]]] = {}
    for body in shop.bodies:
        if isinstance(body, PaymentApproved):
            signed = decode_payment(body.object_bytes)
            claims, voucher = signed.claims, signed.voucher.claims
            end_won = claims.spent_before_won + claims.amount_won
            assert end_won <= voucher.value_won
            assert claims.amount_won == body.amount_won
            lines.setdefault(voucher.voucher_id, []).append((claims.spent_before_won, end_won))
    for line in lines.values():
        assert all(earlier[1] <= later[0] for earlier, later in pairwise(sorted(line)))


LEGAL: dict[CashReceiptState, frozenset[type[EntryBody]]] = {
    CashReceiptState.QUEUED: frozenset(),
    CashReceiptState.REQUESTED: frozenset(),
    CashReceiptState.APPROVED: frozenset({CashReceiptIssued}),
    CashReceiptState.CONFIRMED: frozenset({CashReceiptIssued, CashReceiptConfirmed}),
    CashReceiptState.REJECTED: frozenset({CashReceiptRejected}),
}


def check_cash_receipts(shop: Shop) -> None:
    """Each stands where what was recorded of it allows, over no more than the shop's own part of its sale."""
    told: dict[bytes, set[type[EntryBody]]] = {}
    asked: dict[bytes, int] = {}
    own = Counter[bytes]()
    for body in shop.bodies:
        match body:
            case TenderRecorded() | NoteTaken():
                own[body.sale_id] += body.amount_won
            case CashReceiptIssued() | CashReceiptConfirmed() | CashReceiptRejected():
                assert body.cash_receipt_id in told, "nobody asked for it"
                told[body.cash_receipt_id].add(type(body))
            case CashReceiptRequested():
                told[body.cash_receipt_id] = set()
                asked[body.cash_receipt_id] = body.amount_won
                assert body.amount_won <= own[body.sale_id]
                assert sum_of(body.tax) == body.amount_won
            case CashReceiptCancelRequested():
                told[body.cash_receipt_id] = set()
                asked[body.original_id] -= body.amount_won
                assert asked[body.original_id] >= 0, "more is taken back than was issued"
                assert sum_of(body.tax) == body.amount_won
            case _:
                pass
    for cash_receipt_id, answers in told.items():
        known = shop.core.journal.cash_receipts.receipt(cash_receipt_id)
        assert known is not None
        assert frozenset(answers) == LEGAL[state_of(known)]


def check_reports(shop: Shop) -> None:
    """Closings are the parts of the journal, and what they say is what the entries say."""
    days, head = shop.core.journal.days, shop.core.journal.head.sequence
    closings = days.closings(from_date="0000-00-00", until_date="9999-99-99")
    assert [closing.after for closing in closings] == [0, *(closing.entry for closing in closings)][: len(closings)]
    parts = Figures().plus(*(closing.figures for closing in closings), days.figures_now(until=head))
    whole = days.figures_between(0, head)
    assert parts == whole
    bodies = shop.bodies
    assert whole.won(Group.TENDER) == sum(body.amount_won for body in bodies if isinstance(body, Paid))
    assert whole.won(Group.REFUND) == sum(body.amount_won for body in bodies if isinstance(body, RefundRequested))
    assert (whole.count(Group.ITEMS), whole.won(Group.ITEMS)) == rung_up(bodies)
    split = (Group.TAXABLE, Group.VAT, Group.EXEMPT, Group.SERVICE)
    assert whole.won(Group.SALES) == sum(whole.won(group) for group in split)


def rung_up(bodies: list[EntryBody | UnknownBody]) -> tuple[int, int]:
    """Pieces and their price in sales that were completed and not cancelled."""
    items = {body.sale_id: body.items for body in bodies if isinstance(body, SaleItemised)}
    ended = {body.sale_id for body in bodies if isinstance(body, Paid) and body.tax is not None}
    voids = {body.sale_id for body in bodies if isinstance(body, RefundRequested) and body.kind is RefundKind.VOID}
    sold = [item for sale_id in ended - voids for item in items.get(sale_id, ())]
    return sum(item.quantity for item in sold), sum(item.amount_won for item in sold)


def check_both_sides(shop: Shop) -> None:
    """An auditor who trusts neither, the ledger's own, and what either says of refunds."""
    asked_won = sum(
        body.amount_won for body in shop.bodies if isinstance(body, RefundRequested) and body.payment_entry is not None
    )
    approved_won = sum(body.amount_won for body in shop.bodies if isinstance(body, PaymentApproved))
    shop.close()
    report = audit(shop.town.directory)
    assert report.problems == ()
    assert (report.settled_won, report.waiting_won) == (approved_won, 0)
    books = audit_ledger(shop.town.ledger_dir)
    assert not books.problems
    assert asked_won <= approved_won


def sum_of(tax: TaxSplit) -> int:
    return tax.taxable_won + tax.vat_won + tax.exempt_won + tax.service_won


def live(template: Path, *, examples: int, steps: int) -> None:
    class Lived(AnyDay):
        pass

    Lived.template = template
    health = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Lived,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(health),
            # A day of real files and keys is slow to be made shorter: one that fails is shown as it was.
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
        ),
    )


def test_a_day_adds_up_whatever_is_done(template: Path) -> None:
    live(template, examples=10, steps=15)


@pytest.mark.slow
def test_many_days_add_up_whatever_is_done(template: Path) -> None:
    live(template, examples=30, steps=40)
