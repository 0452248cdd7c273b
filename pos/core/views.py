"""The till as others see it: one snapshot for the screen, what the devices should do, what sync should do.

Collects what the processes report of themselves and reads the rest from the counter and the journal. Nothing here
decides anything; losing it loses nothing.
"""

from dataclasses import dataclass
from typing import Final

import msgspec

from pos.clock import Clock, Reading
from pos.core.cash_receipts import CashReceipts
from pos.core.checkout import Checkout, business_date
from pos.core.counter import Counter
from pos.core.cut_sale import CutSale
from pos.core.day import Day
from pos.core.delivery import Delivery
from pos.core.disk import DAYS_SHOWN, Disk
from pos.core.equipment import Equipment
from pos.core.inbox import Inbox
from pos.core.network import Network
from pos.core.notices import open_notices
from pos.core.other_codes import OtherCodes
from pos.core.owner import Owner
from pos.core.paper import Paper
from pos.core.people import People
from pos.core.receipts import Receipts
from pos.core.remotes import Remotes
from pos.core.sale_desk import SaleDesk
from pos.core.scan_desk import ScanDesk
from pos.core.sticks import Sticks
from pos.journal.journal import Journal
from pos.journal.records import PrintState, SaleRecord, TenderForm
from pos.link.calls import DevicesState, SyncWork
from pos.link.state import (
    LastSaleView,
    LimitView,
    PrinterView,
    QuestionView,
    SaleView,
    SellingStop,
    TillState,
    WaitingView,
)
from pos.text import safe_text
from pos.till.people import Right
from pos.voucher.outcomes import OutcomeStatus

DAY_S: Final = 86_400
WARNED_DAYS: Final = 4
"""With the protocol's week, the shop is told from the third day without a contact on."""


EXHAUSTED_PERCENT: Final = 100


@dataclass(slots=True, kw_only=True)
class Views:
    """What is known of the terminal right now."""

    terminal: str
    journal: Journal
    checkout: Checkout
    counter: Counter
    cut_sale: CutSale
    wares: SaleDesk
    paper: Paper
    people: People
    receipts: Receipts
    cash_receipts: CashReceipts
    remotes: Remotes
    other_codes: OtherCodes
    delivery: Delivery
    scans: ScanDesk
    inbox: Inbox
    day: Day
    owner: Owner
    disk: Disk
    clock: Clock
    network: Network
    equipment: Equipment
    sticks: Sticks
    stop: SellingStop | None = None
    """Set by a fault of the journal."""

    def till(self) -> TillState:
        """The whole snapshot."""
        reading = self.clock.read()
        limit = self._limit(reading)
        waiting = self.journal.outbox.waiting()
        network = self.network.view()
        siblings = self.owner.siblings.standing()
        return TillState(
            shop_name=safe_text(self.checkout.trust.merchant.name),
            terminal=self.terminal,
            clerk=self.people.clerk_name,
            business_date=business_date(self.journal, reading),
            time_s=reading.time_s,
            clock_quality=int(reading.quality),
            network=network,
            waiting=WaitingView(count=waiting.count, value_won=waiting.value_won),
            printer=PrinterView(state=self.paper.printer_now, unprinted=self.paper.unprinted()),
            scanner=self.scans.view,
            limit=limit,
            stop=self.selling_stop,
            sale=self._sale(reading, limit),
            verdict=self.counter.verdict,
            question=self._question(),
            last_sale=self._last_sale(),
            settled=self.counter.settled,
            suspended_count=self.wares.holds.count(),
            has_articles=self.wares.items.has_articles,
            shop_codes=self.wares.merchant_qr.views(),
            said=self.counter.said,
            is_after_cut=self.counter.is_after_cut,
            attention_count=len(self.journal.attention.items()),
            notice_count=len(open_notices(self.journal, self.checkout.trust)),
            receipt_seen=self.other_codes.receipt,
            number_seen=self.other_codes.number,
            remotes_waiting=self.remotes.waiting(),
            cash_receipts_late=self.cash_receipts.late(),
            day=self.day.view(),
            conflict_count=self._conflict_count(),
            disk_days_left=self._disk_days_left(reading.time_s),
            unsent_count=waiting.entries,
            has_pins=self.people.has_pins,
            lock=self.people.lock,
            relief=self.people.relief,
            relief_name=self.people.relief_name,
            sync_progress_percent=self.delivery.progress_percent() if network.online else None,
            contact_days_left=self._contact_days_left(),
            siblings_count=siblings.linked + siblings.silent,
            siblings_silent=siblings.silent,
            emergency=self.scans.emergency.view(),
            stick=self.sticks.view(),
            turns_screen=self.equipment.is_screen_turned,
        )

    def _question(self) -> QuestionView | None:
        """What is asked of the cashier: about the sale at hand first."""
        about_cut = self.cut_sale.question() if self.counter.sale is None else None
        return self.counter.question or self.wares.scanned.question or about_cut or self.paper.question()

    def devices(self) -> DevicesState:
        verdict = self.counter.verdict
        return DevicesState(
            armed=self.equipment.is_trying_scanner or self._takes_codes,
            jobs_waiting=self.paper.printable(),
            drawer_serial=self.paper.drawer_serial,
            verdict_serial=verdict.serial if verdict is not None else 0,
            verdict=verdict.outcome.value if verdict is not None and not verdict.is_quiet else "",
            amount_won=verdict.amount_won if verdict is not None else 0,
            code_located=self.scans.is_located,
            remotes_waiting=self.remotes.waiting(),
            is_busy=self.counter.sale is not None or self._question() is not None,
            request_text=self.scans.request_text,
            scan_again_serial=self.scans.again_serial,
            wants_goods=self._takes_codes and self.wares.items.wants_barcodes,
            printer=self.equipment.printer,
            search_serial=self.equipment.search_serial,
            trial_serial=self.equipment.trial_serial,
        )

    @property
    def _takes_codes(self) -> bool:
        is_free = self.counter.is_armed and self.wares.scanned.question is None
        return self.selling_stop is None and is_free and self.people.may(Right.SELL)

    def sync(self) -> SyncWork:
        return SyncWork(
            waiting=self.delivery.waiting(),
            force_serial=self.delivery.force_serial,
            head=self.journal.head.sequence,
        )

    @property
    def selling_stop(self) -> SellingStop | None:
        """Why nothing can be sold now, if so."""
        if self.stop is not None:
            return self.stop
        revoked_after = self.checkout.trust.revoked_after
        is_revoked = revoked_after is not None and self.journal.head.sequence >= revoked_after
        if is_revoked or self.inbox.retirement is not None:
            return SellingStop.TERMINAL_RETIRED
        if self.delivery.is_forked:
            return SellingStop.JOURNAL_FORKED
        if self.delivery.is_missing_entries:
            return SellingStop.JOURNAL_BEHIND
        return SellingStop.DISK_NEARLY_FULL if self.disk.is_nearly_full else None

    def _contact_days_left(self) -> int | None:
        left_s = self.checkout.trust.policy.contact_hard_s - self.delivery.timekeeper.uptime_s
        return max(left_s, 0) // DAY_S if left_s < WARNED_DAYS * DAY_S else None

    def _conflict_count(self) -> int:
        return self.journal.outbox.count(OutcomeStatus.CONFLICT) if self.people.may(Right.OWNER_PAGE) else 0

    def _disk_days_left(self, now_s: int) -> int | None:
        first = self.journal.entry(1)
        if first is None:
            return None
        days = self.disk.days_left(first_s=first.time_s, now_s=now_s)
        return days if days < DAYS_SHOWN else None

    def _limit(self, reading: Reading) -> LimitView:
        """What is left of the tightest offline limit: count, sum, or age of the last contact."""
        limits, exposure = self.checkout.limits(reading), self.checkout.exposure(reading)
        hard_s = self.checkout.trust.policy.contact_hard_s
        # A city may allow nothing at all offline.
        used = max(
            exposure.count / max(limits.count_max, 1),
            exposure.value_won / max(limits.value_max_won, 1),
            exposure.contact_age_s / max(hard_s, 1),
        )
        return LimitView(
            left_won=max(limits.value_max_won - exposure.value_won, 0),
            left_count=max(limits.count_max - exposure.count, 0),
            used_percent=min(int(used * 100), 100),
        )

    def _sale(self, reading: Reading, limit: LimitView) -> SaleView | None:
        """The open sale, and which way of paying it can still go."""
        sale = self.counter.sale
        if sale is None:
            return None
        view, remaining_won = sale.view(), sale.remaining_won
        if not remaining_won:
            return view
        needs_request = sale.vouchers_won + remaining_won > self.checkout.limits(reading).unbound_max_won
        is_over = remaining_won > limit.left_won or not limit.left_count or limit.used_percent >= EXHAUSTED_PERCENT
        return msgspec.structs.replace(view, needs_request=needs_request, is_over_offline=is_over)

    def _last_sale(self) -> LastSaleView | None:
        sale = self.journal.sales.last_sale()
        if sale is None or sale.receipt_number is None:
            return None
        return LastSaleView(
            time_s=sale.ended_s or sale.opened_s,
            amount_won=sale.total_won or sale.paid_won,
            receipt_number=sale.receipt_number,
            program_name=self._program_name(sale),
            paper=self._paper_of(sale),
            may_have_cash_receipt=self.cash_receipts.may_be_asked(sale),
        )

    def _paper_of(self, sale: SaleRecord) -> str:
        state = sale.print_state
        if state is PrintState.QUEUED and self.paper.is_standing:
            state = PrintState.HELD
        return "" if state is None else state.value

    def _program_name(self, sale: SaleRecord) -> str:
        """Of the sale's first voucher; empty for cash only."""
        for tender in sale.tenders:
            if tender.form is TenderForm.VOUCHER:
                return self.receipts.program_name(tender.entry)
        return ""
