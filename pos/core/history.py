"""What was: sales, receipts, entries, and what is to be settled with customers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from pos.clock import Clock
from pos.core.notices import open_notices
from pos.core.receipts import Receipts
from pos.journal.journal import Journal
from pos.journal.records import SaleRecord, TenderForm
from pos.link.calls import (
    AttentionLine,
    AttentionPage,
    CheckJournal,
    CloseAttention,
    Done,
    EntryPage,
    JournalReport,
    ListAttention,
    ListSales,
    ReadJournal,
    ReceiptPage,
    Refused,
    SaleLine,
    SalePage,
    ShowReceipt,
)
from pos.text import safe_text
from pos.till.reasons import Refusal
from pos.voucher.bodies import AttentionClosed

ANSWER_CHARACTERS_MAX = 40
AROUND_S = 1_800
"""How far from the moment that somebody remembers a sale is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Answers questions about the past."""

    journal: Journal
    receipts: Receipts
    clock: Clock
    clerk: Callable[[], str]
    former: Callable[[ListSales], tuple[SaleLine, ...]] = lambda _: ()
    """Sales of the terminal whose place this one took."""

    def answer(
        self, call: ReadJournal | CheckJournal | ShowReceipt | ListSales | ListAttention | CloseAttention
    ) -> EntryPage | JournalReport | ReceiptPage | SalePage | AttentionPage | Done | Refused:
        match call:
            case ReadJournal(after=after, entries_max=entries_max):
                stored = self.journal.outbox.entries_after(after, entries_max=entries_max)
                return EntryPage(entries=tuple(entry.raw for entry in stored))
            case CheckJournal(rebuild=rebuild):
                return self._check(is_rebuild=rebuild)
            case ShowReceipt(receipt_number=number):
                return self.receipts.page(number) or Refused(cause=Refusal.NOT_FOUND)
            case ListSales():
                own = tuple(map(self._line, self._found(call)))
                return SalePage(sales=(own + self.former(call))[: call.newest])
            case ListAttention():
                return AttentionPage(lines=self._matters())
            case CloseAttention(entry=entry, answer=answer):
                return self._close(entry, answer)
            case _:
                assert_never(call)

    def mark_shown(self, entry: int) -> None:
        """The verdict of this entry stood on the screen."""
        self.journal.attention.mark_shown(entry)

    def _found(self, call: ListSales) -> tuple[SaleRecord, ...]:
        around_s = call.around_s
        return self.journal.sales.search(
            sales_max=call.newest,
            amount_won=call.amount_won or None,
            from_s=around_s - AROUND_S if around_s else None,
            until_s=around_s + AROUND_S if around_s else None,
        )

    def _check(self, *, is_rebuild: bool) -> JournalReport:
        if is_rebuild:
            self.journal.rebuild()
        found = self.journal.verify()
        return JournalReport(entries=found.entries, head=found.head.hex(), problems=found.problems)

    def _matters(self) -> tuple[AttentionLine, ...]:
        """Sales to settle with customers, and below them what the owner has to know."""
        return self._sales_to_settle() + open_notices(self.journal, self.receipts.trust)

    def _sales_to_settle(self) -> tuple[AttentionLine, ...]:
        return tuple(
            AttentionLine(
                entry=item.entry_hash,
                time_s=item.time_s,
                amount_won=item.amount_won,
                receipt_number=item.receipt_number,
                cause=item.cause.value,
            )
            for item in self.journal.attention.items()
        )

    def _close(self, entry: bytes, answer: str) -> Done | Refused:
        if all(line.entry != entry for line in self._matters()):
            return Refused(cause=Refusal.NOT_FOUND)
        body = AttentionClosed(
            entry=entry,
            reason=safe_text(answer, characters_max=ANSWER_CHARACTERS_MAX),
            clerk=self.clerk() or None,
        )
        self.journal.record([body], reading=self.clock.read())
        return Done()

    def _line(self, sale: SaleRecord) -> SaleLine:
        vouchers = [tender for tender in sale.tenders if tender.form is TenderForm.VOUCHER]
        delivery = vouchers[0].delivery if vouchers else None
        return SaleLine(
            time_s=sale.ended_s or sale.opened_s,
            amount_won=sale.total_won or sale.paid_won,
            receipt_number=sale.receipt_number or "",
            program_name=self.receipts.program_name(vouchers[0].entry) if vouchers else "",
            paper=sale.print_state.value if sale.print_state is not None else "",
            delivery="" if delivery is None else delivery.value,
        )
