"""Whatever is recorded in whatever order, with restarts, rebuilds and a stick that comes and goes: it adds up."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pos.journal.faults import ContradictionError
from pos.journal.mirror import prepare_mirror
from pos.journal.records import SaleState
from pos.voucher.bodies import EntryBody, PrintOutcome, ReceiptPrinted, ReceiptReprinted, RequestClosed, RequestEnd
from tests.support.journal_builders import (
    TERMINAL,
    TERMINAL_KEY,
    Purse,
    a_reading,
    a_request,
    approved,
    cancelled,
    cash,
    declined,
    id16,
    open_journal,
)

AMOUNTS = st.integers(1, 3_000)
PURSES = st.integers(0, 2)


class JournalMachine(RuleBasedStateMachine):
    """A shop that keeps its own books in Python beside the journal."""

    @initialize()
    def found_the_shop(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.stick = self.folder / "stick"
        self.stick.mkdir()
        prepare_mirror(self.stick, terminal=TERMINAL, public_key=TERMINAL_KEY.public_key)
        self.journal, _ = open_journal(self.folder)
        self.purses = [Purse(number=number, value_won=20_000) for number in range(1, 4)]
        self.paid = dict.fromkeys(range(1, 4), 0)
        self.approvals: list[tuple[EntryBody, int]] = []
        self.due: dict[int, int] = {}
        """Open sales: what they still owe."""
        self.sales = 0
        self.requests: dict[int, int] = {}
        """Open requests: nonce number to amount."""
        self.entries = 0
        self.receipts = 0
        self.boot_ms = 0

    def record(self, *drafts: EntryBody) -> None:
        self.boot_ms += 10
        self.journal.record(drafts, reading=a_reading(boot_ms=self.boot_ms))
        self.entries += len(drafts)

    def next_number(self) -> str:
        return f"{self.receipts + 1:06d}"

    @rule(purse=PURSES, amount=AMOUNTS, more=st.sampled_from([0, 700]), bound=st.booleans())
    def a_customer_pays(self, purse: int, amount: int, more: int, bound: bool) -> None:
        wallet = self.purses[purse]
        if wallet.spent_won + amount > wallet.value_won:
            return
        self.sales += 1
        nonce = id16(5_000 + self.sales) if bound else None
        if nonce is not None:
            self.record(a_request(nonce, amount_won=amount, sale=self.sales))
        draft = approved(
            wallet.pay(amount, nonce=nonce),
            amount,
            number=self.next_number(),
            sale=self.sales,
            total_won=amount + more,
            nonce=nonce,
        )
        self.record(draft)
        self.receipts += 1
        self.paid[wallet.number] += amount
        self.approvals.append((draft, amount))
        if more:
            self.due[self.sales] = more

    @precondition(lambda self: self.approvals)
    @rule(data=st.data())
    def somebody_shows_a_code_again(self, data: st.DataObject) -> None:
        draft, amount = data.draw(st.sampled_from(self.approvals))
        again = approved(draft.object_bytes, amount, number=self.next_number(), sale=9_000 + self.sales)
        try:
            self.record(again)
        except ContradictionError:
            return
        raise AssertionError("one code paid twice")

    @rule(purse=PURSES, amount=AMOUNTS)
    def somebody_overlaps(self, purse: int, amount: int) -> None:
        wallet = self.purses[purse]
        spent_before_won = wallet.spent_won - 1
        if spent_before_won < max(wallet.sequence, 1):
            return
        evil = wallet.sign(sequence=wallet.sequence + 1, spent_before_won=spent_before_won, amount_won=amount)
        try:
            self.record(approved(evil, amount, number=self.next_number(), sale=9_500 + self.sales))
        except ContradictionError:
            self.record(declined(evil))
            return
        raise AssertionError("the line was left")

    @precondition(lambda self: self.due)
    @rule(data=st.data(), is_given_up=st.booleans())
    def an_open_sale_ends(self, data: st.DataObject, is_given_up: bool) -> None:
        sale = data.draw(st.sampled_from(sorted(self.due)))
        owed = self.due.pop(sale)
        self.record(cancelled(sale=sale) if is_given_up else cash(owed, sale=sale))

    @rule(amount=AMOUNTS)
    def somebody_pays_cash(self, amount: int) -> None:
        self.sales += 1
        self.record(cash(amount, sale=self.sales, number=self.next_number(), total_won=amount))
        self.receipts += 1

    @rule(amount=AMOUNTS, end=st.sampled_from([None, RequestEnd.CANCELLED, RequestEnd.EXPIRED]))
    def a_request_goes_unanswered(self, amount: int, end: RequestEnd | None) -> None:
        self.sales += 1
        self.record(a_request(id16(7_000 + self.sales), amount_won=amount, sale=self.sales))
        if end is None:
            self.requests[7_000 + self.sales] = amount
        else:
            self.record(RequestClosed(nonce=id16(7_000 + self.sales), reason=end))

    @rule(outcome=st.sampled_from(PrintOutcome), copies=st.integers(0, 2))
    def a_receipt_is_printed(self, outcome: PrintOutcome, copies: int) -> None:
        if self.receipts == 0:
            return
        number = f"{self.receipts:06d}"
        for copy_number in range(2, 2 + copies):
            self.record(ReceiptReprinted(receipt_number=number, copy_number=copy_number))
        self.record(ReceiptPrinted(receipt_number=number, copy_number=1 + copies, outcome=outcome))

    @rule(with_stick=st.booleans())
    def the_power_comes_back(self, with_stick: bool) -> None:
        self.journal.close()
        self.journal, report = open_journal(self.folder, mirror=self.stick if with_stick else None)
        assert report.contradictions == ()
        assert report.computed == "current"
        assert report.fork is None

    @rule()
    def everything_is_computed_anew(self) -> None:
        self.journal.rebuild()

    @rule()
    def a_commit_was_doubtful(self) -> None:
        assert self.journal.reopen().recorded == ()

    @rule()
    def the_log_is_emptied(self) -> None:
        self.journal.checkpoint()

    @invariant()
    def the_books_agree(self) -> None:
        if not hasattr(self, "journal"):
            return
        journal = self.journal
        exposure, waiting = journal.payments.exposure(), journal.outbox.waiting()
        assert journal.head.sequence == waiting.entries == self.entries
        assert (exposure.count, exposure.value_won) == (len(self.approvals), sum(self.paid.values()))
        assert (waiting.count, waiting.value_won) == (exposure.count, exposure.value_won)
        assert journal.sales.next_receipt_number() == self.next_number()
        assert {sale.sale_id for sale in journal.sales.open_sales()} == {id16(sale) for sale in self.due}
        assert {request.nonce for request in journal.requests.open_requests()} == set(map(id16, self.requests))
        for purse in self.purses:
            point = journal.payments.highest_point(purse.identity)
            assert (0 if point is None else point.spent_after_won) == purse.spent_won == self.paid[purse.number]

    def teardown(self) -> None:
        if not hasattr(self, "journal"):
            return
        assert self.journal.verify().problems == ()
        assert all(
            sale.paid_won == sum(tender.amount_won for tender in sale.tenders)
            and (sale.state is not SaleState.COMPLETED or sale.paid_won == sale.total_won)
            for sale in self.journal.sales.search(sales_max=500)
        )
        self.journal.close()
        shutil.rmtree(self.folder)


TestJournal = JournalMachine.TestCase
TestJournal.settings = settings(
    max_examples=12,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
