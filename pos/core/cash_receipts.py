"""The shop's own cash receipts: asking for them, taking them back, and what the provider said.

Rules:

- the buyer's number is sealed for the ledger before anything is written, and kept nowhere else; screen, paper and
  journal hold it masked;
- a sale has one at a time, over what was paid in cash and by vouchers that no platform reports, less what went back;
- what goes back of that part is taken back of the cash receipt in the same transaction as the refund;
- a shop that must issue without being asked does so by itself, when the customer has had time to give a number;
- an answer is an entry, so that a rebuilt terminal still knows the approval's number.

Who asks the provider is the ledger; its answers come by the inbox.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from pos.clock import Clock, Reading
from pos.core.checkout import business_date
from pos.core.other_codes import OtherCodes
from pos.core.paper import Paper
from pos.core.receipts import Receipts
from pos.core.trust_store import TrustStore
from pos.journal.journal import Journal
from pos.journal.records import CashReceiptAnswer, CashReceiptRecord, SaleRecord, SaleState, TenderForm, TenderRecord
from pos.link.calls import (
    BeginCashReceipt,
    CancelCashReceipt,
    CashReceiptLine,
    CashReceiptPage,
    Done,
    ListCashReceipts,
    Refused,
    RequestCashReceipt,
)
from pos.till.cash_receipt import CashReceiptState, Identifier, Lateness, identifier_of, is_mandatory, lateness
from pos.till.reasons import Refusal
from pos.till.receipt.masking import mask_identifier
from pos.till.refund import Refund, tax_between
from pos.voucher.bodies import (
    CashReceiptCancelRequested,
    CashReceiptConfirmed,
    CashReceiptIssued,
    CashReceiptPurpose,
    CashReceiptReason,
    CashReceiptRejected,
    CashReceiptRequested,
    EntryBody,
    TaxSplit,
)
from pos.voucher.body_fields import APPROVAL_NUMBER_BYTES_MAX
from pos.voucher.keys import PublicKey
from pos.voucher.message_bodies import CashReceiptState as Told
from pos.voucher.message_bodies import CashReceiptTold
from pos.voucher.sealing import seal

HOLD_S: Final = 6.0
"""How long a receipt waits for the customer to want a cash receipt on it."""
HOLD_TYPING_S: Final = 120.0
"""And while the number is being given."""
MANDATORY_WAIT_S: Final = 120
"""A shop that must issue without being asked does so after this long."""
_ALWAYS_SHOPS: Final = (TenderForm.CASH, TenderForm.NOTE, TenderForm.SCANNED_NOTE)
_SALES_LOOKED_AT: Final = 20
_UNKNOWN_FAILURE: Final = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class CashReceipts:
    """Answers the calls about cash receipts."""

    journal: Journal
    trust: TrustStore
    receipts: Receipts
    paper: Paper
    other_codes: OtherCodes
    clock: Clock
    clerk: Callable[[], str]

    def answer(
        self, call: ListCashReceipts | BeginCashReceipt | RequestCashReceipt | CancelCashReceipt
    ) -> CashReceiptPage | Done | Refused:
        match call:
            case ListCashReceipts():
                return self._page()
            case BeginCashReceipt(receipt_number=number):
                sale = self._due_sale(number)
                if isinstance(sale, Refusal):
                    return Refused(cause=sale)
                self.other_codes.begin_number()
                self.paper.hold(sale.receipt_number or "", for_s=HOLD_TYPING_S)
                return Done()
            case RequestCashReceipt():
                return self._request(call)
            case CancelCashReceipt():
                return self._cancel(call)

    def is_due(self, sale: SaleRecord) -> bool:
        """Whether the shop could issue one for this sale now."""
        is_complete = sale.state is SaleState.COMPLETED and sale.tax is not None
        return (
            is_complete and self.shop_part_won(sale) > 0 and self.journal.cash_receipts.standing(sale.sale_id) is None
        )

    def may_be_asked(self, sale: SaleRecord) -> bool:
        """Whether a customer who wants one now could have it from this till."""
        return self.trust.ledger.identifier_key is not None and self.is_due(sale)

    def shop_part_won(self, sale: SaleRecord) -> int:
        """What of a sale is the shop's to report, less change on notes and what went back."""
        refunded = {item.tender: item.amount_won for item in self.journal.refunds.refunded(sale.sale_id)}
        left_won = sum(
            tender.amount_won - refunded.get(tender.entry, 0) for tender in sale.tenders if self._is_shops(tender)
        )
        # Change was given on the last tender, and came back if that did.
        is_change_back = bool(sale.tenders) and sale.tenders[-1].entry in refunded
        return left_won - (0 if is_change_back else sale.change_won)

    def sale_ended(self, receipt_number: str) -> None:
        """A sale is complete: keep its receipt off the paper for a moment if a cash receipt may yet stand on it."""
        sale = self.journal.sales.sale_of_receipt(receipt_number)
        if sale is not None and self.may_be_asked(sale):
            self.paper.hold(receipt_number, for_s=HOLD_S)

    def to_take_back_won(self, sale: SaleRecord, refund: Refund) -> int:
        """What of its cash receipt goes back with a refund."""
        standing = self.journal.cash_receipts.standing(sale.sale_id)
        if standing is None:
            return 0
        shops = {tender.entry for tender in sale.tenders if self._is_shops(tender)}
        goes_back_won = sum(part.amount_won for part in refund.parts if part.tender.sequence in shops)
        return min(standing.left_won, goes_back_won - refund.change_won)

    def take_back(
        self, sale: SaleRecord, refund: Refund, *, refund_id: bytes, reading: Reading
    ) -> tuple[EntryBody, ...]:
        """What to record with a refund."""
        amount_won = self.to_take_back_won(sale, refund)
        standing = self.journal.cash_receipts.standing(sale.sale_id)
        if not amount_won or standing is None:
            return ()
        cancel = self._cancellation(standing, amount_won, reason=CashReceiptReason.CANCELLED, reading=reading)
        return (replace(cancel, refund_id=refund_id),)

    def _cancel(self, call: CancelCashReceipt) -> Done | Refused:
        """What went to the wrong number is taken back whole; the sale may then have another one."""
        sale = self.journal.sales.sale_of_receipt(call.receipt_number)
        standing = None if sale is None else self.journal.cash_receipts.standing(sale.sale_id)
        if standing is None:
            return Refused(cause=Refusal.NOT_FOUND)
        if call.reason not in tuple(CashReceiptReason):
            return Refused(cause=Refusal.NOT_ACCEPTABLE)
        reading = self.clock.read()
        reason = CashReceiptReason(call.reason)
        cancel = self._cancellation(standing, standing.left_won, reason=reason, reading=reading)
        self.journal.record([cancel], reading=reading)
        # The notice wants the cancellation on paper: it stands on the next copy.
        self.paper.reprint(call.receipt_number)
        return Done()

    def _cancellation(
        self, standing: CashReceiptRecord, amount_won: int, *, reason: CashReceiptReason, reading: Reading
    ) -> CashReceiptCancelRequested:
        return CashReceiptCancelRequested(
            cash_receipt_id=secrets.token_bytes(16),
            original_id=standing.cash_receipt_id,
            sale_id=standing.sale_id,
            amount_won=amount_won,
            tax=tax_between(standing.tax, standing.cancelled_won, standing.cancelled_won + amount_won),
            reason=reason,
            traded_s=standing.traded_s,
            business_date=business_date(self.journal, reading),
            clerk=self.clerk() or None,
        )

    def take_news(self) -> None:
        """Write down what the provider said, as the ledger's messages brought it; what says nothing new is no entry."""
        reading = self.clock.read()
        for receipt in self.journal.cash_receipts.unsettled():
            told = self.journal.inbox.cash_receipt(receipt.cash_receipt_id)
            news = () if told is None else _news(receipt, told, told_s=reading.time_s)
            if news:
                self.journal.record(news, reading=reading)

    def issue_mandatory(self) -> None:
        """Issue to the tax office's own number what a mandatory shop was not asked for."""
        if not self.trust.merchant.must_issue_cash_receipts or self.trust.ledger.identifier_key is None:
            return
        now_s = self.clock.read().time_s
        for sale in self.journal.sales.search(sales_max=_SALES_LOOKED_AT):
            if sale.ended_s is None or now_s - sale.ended_s < MANDATORY_WAIT_S:
                continue
            if self.must_issue(sale) and not self.journal.cash_receipts.of_sale(sale.sale_id):
                self._issue(sale, identifier_of_nobody(), CashReceiptPurpose.DEDUCTION)

    def must_issue(self, sale: SaleRecord) -> bool:
        """Whether the law wants one for this sale, asked for or not."""
        return sale.state is SaleState.COMPLETED and is_mandatory(
            is_mandatory_industry=self.trust.merchant.must_issue_cash_receipts,
            total_won=sale.total_won or sale.paid_won,
            shop_part_won=self.shop_part_won(sale),
        )

    def late(self) -> int:
        """How many have no approval a day after their sale."""
        now_s = self.clock.read().time_s
        unanswered = self.journal.cash_receipts.unanswered()
        return sum(
            lateness(state_of(receipt), traded_s=receipt.traded_s, now_s=now_s) is not Lateness.NONE
            for receipt in unanswered
        )

    def _request(self, call: RequestCashReceipt) -> Done | Refused:
        sale = self._due_sale(call.receipt_number)
        if isinstance(sale, Refusal):
            return Refused(cause=sale)
        if call.purpose not in tuple(CashReceiptPurpose):
            return Refused(cause=Refusal.NOT_ACCEPTABLE)
        purpose = CashReceiptPurpose(call.purpose)
        identifier = identifier_of(call.digits, purpose=purpose)
        if isinstance(identifier, Refusal):
            return Refused(cause=identifier)
        self._issue(sale, identifier, purpose)
        self.other_codes.forget()
        number = sale.receipt_number or ""
        if self.paper.is_held(number):
            self.paper.let_go(number)
        else:
            # The receipt is out already: what was asked for goes on another copy.
            self.paper.reprint(number)
        return Done()

    def _issue(self, sale: SaleRecord, identifier: Identifier, purpose: CashReceiptPurpose) -> None:
        key = self.trust.ledger.identifier_key
        assert key is not None, "without a key nothing is due"
        reading = self.clock.read()
        amount_won = self.shop_part_won(sale)
        body = CashReceiptRequested(
            cash_receipt_id=secrets.token_bytes(16),
            sale_id=sale.sale_id,
            sale_receipt=sale.receipt_number or "",
            amount_won=amount_won,
            tax=self._tax(sale, amount_won),
            purpose=purpose,
            identifier_kind=identifier.kind,
            identifier=mask_identifier(identifier.kind, identifier.digits),
            sealed=seal(identifier.digits.encode("ascii"), recipient=PublicKey(key.public_key)),
            traded_s=sale.ended_s or sale.opened_s,
            business_date=business_date(self.journal, reading),
            clerk=self.clerk() or None,
        )
        self.journal.record([body], reading=reading)

    def _tax(self, sale: SaleRecord, amount_won: int) -> TaxSplit:
        """The shop's part bears its share of the sale's tax."""
        assert sale.tax is not None, "only a completed sale is due"
        return tax_between(sale.tax, 0, amount_won)

    def _due_sale(self, number: str) -> SaleRecord | Refusal:
        sale = self.journal.sales.sale_of_receipt(number) if number else self.journal.sales.last_sale()
        if sale is None or sale.receipt_number is None:
            return Refusal.NOT_FOUND
        if self.trust.ledger.identifier_key is None:
            return Refusal.ISSUING_UNAVAILABLE
        if self.journal.cash_receipts.standing(sale.sale_id) is not None:
            return Refusal.ALREADY_ISSUED
        return sale if self.is_due(sale) else Refusal.NOTHING_TO_ISSUE

    def _is_shops(self, tender: TenderRecord) -> bool:
        """Whether no platform reports this tender."""
        if tender.form in _ALWAYS_SHOPS:
            return True
        if tender.form is not TenderForm.VOUCHER:
            return False
        voucher = self.receipts.voucher(tender.entry)
        program = None if voucher is None else self.trust.program(voucher.issuer, voucher.program)
        return program is not None and not program.is_cash_receipt_by_platform

    def _page(self) -> CashReceiptPage:
        reading = self.clock.read()
        unanswered = self.journal.cash_receipts.unanswered()
        seen = {receipt.cash_receipt_id for receipt in unanswered}
        today = self.journal.cash_receipts.of_day(business_date(self.journal, reading))
        others = tuple(receipt for receipt in reversed(today) if receipt.cash_receipt_id not in seen)
        return CashReceiptPage(lines=tuple(_line(receipt, now_s=reading.time_s) for receipt in (*unanswered, *others)))


def identifier_of_nobody() -> Identifier:
    """The number that the tax office keeps for receipts without a buyer."""
    identifier = identifier_of("", purpose=CashReceiptPurpose.DEDUCTION)
    assert isinstance(identifier, Identifier)
    return identifier


def state_of(receipt: CashReceiptRecord) -> CashReceiptState:
    """Where one request stands."""
    match receipt.answer:
        case CashReceiptAnswer.APPROVED:
            return CashReceiptState.APPROVED
        case CashReceiptAnswer.CONFIRMED:
            return CashReceiptState.CONFIRMED
        case CashReceiptAnswer.REJECTED:
            return CashReceiptState.REJECTED
        case None:
            return CashReceiptState.REQUESTED if receipt.is_acknowledged else CashReceiptState.QUEUED


def _news(known: CashReceiptRecord, told: CashReceiptTold, *, told_s: int) -> tuple[EntryBody, ...]:
    has_number = known.approval_number is not None
    if told.state is Told.FAILED:
        is_news = not has_number and known.answer is None
        rejected = CashReceiptRejected(cash_receipt_id=known.cash_receipt_id, reason=told.failure or _UNKNOWN_FAILURE)
        return (rejected,) if is_news else ()
    news: list[EntryBody] = []
    if not has_number and told.approval_number is not None:
        news.append(
            CashReceiptIssued(
                cash_receipt_id=known.cash_receipt_id,
                approval_number=told.approval_number[:APPROVAL_NUMBER_BYTES_MAX],
                approved_s=told.approved_s or told_s,
            )
        )
    if told.state is Told.CONFIRMED and (has_number or news) and known.answer is not CashReceiptAnswer.CONFIRMED:
        news.append(CashReceiptConfirmed(cash_receipt_id=known.cash_receipt_id))
    return tuple(news)


def _line(receipt: CashReceiptRecord, *, now_s: int) -> CashReceiptLine:
    state = state_of(receipt)
    return CashReceiptLine(
        receipt_number=receipt.sale_receipt,
        amount_won=receipt.amount_won,
        identifier=receipt.identifier,
        purpose=receipt.purpose.value,
        state=state.value,
        lateness_days=int(lateness(state, traded_s=receipt.traded_s, now_s=now_s)),
        approval_number=receipt.approval_number or "",
        traded_s=receipt.traded_s,
        is_cancel=receipt.original_id is not None,
        failure=receipt.failure or "",
    )
