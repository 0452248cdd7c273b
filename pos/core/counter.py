"""What happens at the counter: an amount, a code, a verdict, perhaps a question.

Rules:

- a code is looked at whenever a sale could be paid; an exact match needs no key;
- a code seen again right after it was approved is told quietly and recorded nowhere; the alarm is for an earlier sale;
- the verdict stays until the next thing that the cashier does;
- giving up a sale gives back what was paid in it (`giving_back`); a tender by itself is never taken back;
- a question belongs to one code; whatever else happens makes it go away, and leaving it is recorded.

Deciding and recording are `checkout`'s; paper is `paper`'s. This module holds what is not durable and may be lost.
"""

from dataclasses import dataclass, replace
from typing import Final

from pos.clock import Clock
from pos.core.cash_receipts import CashReceipts
from pos.core.checkout import Checkout, Clerk, Recorded
from pos.core.giving_back import GivingBack
from pos.core.network import Network
from pos.core.other_codes import OtherCodes
from pos.core.paper import Paper
from pos.core.requests import Requests
from pos.core.sale import AmountQuestion, Sale
from pos.core.verdicts import quiet_verdict, verdict_of
from pos.journal.journal import Journal
from pos.link.calls import Done, Refused, RequestAnswer
from pos.link.state import QuestionKind, QuestionView, RequestView, SettledView, TenderView, VerdictView
from pos.money import AMOUNT_MAX_WON
from pos.till.decision import Approved, Referred
from pos.till.reasons import Reason, Refusal
from pos.voucher.verified import VerifiedPayment

_ASKS: Final = {
    Reason.PART_PAYMENT: QuestionKind.PART_PAYMENT,
    Reason.CODE_AMOUNT: QuestionKind.CODE_AMOUNT,
}
_TAKE, _LEAVE = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _JustApproved:
    """The payments of the newest sale, each with its verdict."""

    sale_id: bytes
    payments: tuple[tuple[VerifiedPayment, VerdictView], ...]

    def verdict_on(self, payment: VerifiedPayment) -> VerdictView | None:
        """What was said of this very payment."""
        return next((verdict for known, verdict in self.payments if known.is_same_claims(payment)), None)


class Counter:
    """The open sale of one till."""

    def __init__(
        self,
        *,
        checkout: Checkout,
        journal: Journal,
        requests: Requests,
        paper: Paper,
        cash_receipts: CashReceipts,
        other_codes: OtherCodes,
        clock: Clock,
        clerk: Clerk,
        network: Network,
    ) -> None:
        self._checkout = checkout
        self._journal = journal
        self._requests = requests
        self._paper = paper
        self._cash_receipts = cash_receipts
        self._other_codes = other_codes
        self._clock = clock
        self._clerk = clerk
        self._network = network
        self._sale: Sale | None = None
        self._question: AmountQuestion | None = None
        self._verdict: VerdictView | None = None
        self._just: _JustApproved | None = None
        self._refused: tuple[str, int] | None = None
        """The code that the verdict on the screen refused, as it was scanned."""
        self._confirmed: tuple[str, int] | None = None
        """The paid confirmation that the verdict on the screen is about."""
        self._serial = 0
        self._settled: SettledView | None = None
        self._is_after_cut = False
        self._said: Refusal | None = None
        self._asked_after_cut: int | None = None
        """The question about a sale that a power cut interrupted."""
        self._giving_back = GivingBack(journal=journal, paper=paper, clock=clock, clerk=clerk)

    @property
    def is_after_cut(self) -> bool:
        """Whether the cashier should hear that what was being paid before the start may not have been recorded."""
        return self._is_after_cut and self._sale is None and self._verdict is None

    def note_cut(self) -> None:
        """The last entry is only moments old, and nobody ended the program in order."""
        self._is_after_cut = True

    @property
    def settled(self) -> SettledView | None:
        """The sale that has just ended with money."""
        return self._settled

    @property
    def sale(self) -> Sale | None:
        return self._sale

    @property
    def verdict(self) -> VerdictView | None:
        return self._verdict

    @property
    def question(self) -> QuestionView | None:
        """The amount question, for the screen."""
        if self._asked_after_cut is not None:
            return QuestionView(serial=self._asked_after_cut, kind=QuestionKind.OPEN_SALE)
        asked = self._question
        if asked is None:
            return None
        return QuestionView(
            serial=asked.serial,
            kind=asked.kind,
            amount_won=asked.referred.payment.payment.amount_won,
            difference_won=asked.referred.finding.difference_won,
        )

    @property
    def is_armed(self) -> bool:
        """Whether a code may be shown now."""
        return self._question is None and self._asked_after_cut is None

    def enter_amount(self, amount_won: int) -> Done | Refused:
        """Begin a sale, or correct the amount while nothing is paid."""
        refused = refused_amount(amount_won)
        if refused is not None:
            return refused
        if self._sale is not None and self._sale.tenders:
            return Refused(cause=Refusal.SALE_HAS_TENDERS)
        self.make_way()
        self._drop_held()
        self._sale = Sale.begin(amount_won)
        return Done()

    def clear(self) -> Done:
        """Take the verdict off the screen."""
        self._verdict = self._settled = None
        self._other_codes.forget()
        return Done()

    def cancel(self) -> Done | Refused:
        """Give the sale up: whatever was paid in it goes back the way it came."""
        if self._sale is None and self._question is None:
            return Refused(cause=Refusal.NO_SALE)
        self.make_way()
        sale = self._sale
        if sale is not None and sale.tenders:
            self._giving_back.give_up(sale, reason="cancelled_at_counter")
        self._drop_held()
        self._sale = None
        if sale is not None and sale.receipt_number is not None:
            self._paper.sale_ended(sale.receipt_number)
        return Done()

    def resume(self, sale: Sale) -> None:
        """Go on with a sale that a power cut interrupted; first the cashier says whether to."""
        self._sale = sale
        self._asked_after_cut = self.next_serial()

    def scan(self, text: str, length: int) -> None:
        """A code was seen."""
        if (
            not self.is_armed
            or (self._sale is None and self._other_codes.take(text))
            or self.is_seen_again(text, length)
        ):
            return
        self._paper.pass_over_question()
        self._settled = self._said = None
        self._is_after_cut = False
        sale = self._sale or Sale.begin(None)
        recorded = self._checkout.present(sale.presented(text, length))
        if isinstance(recorded.decision, Approved):
            self._take_approved(sale, recorded)
            return
        self._refused = (text, length)
        if isinstance(recorded.decision, Referred) and recorded.decision.finding.reason in _ASKS:
            self._serial += 1
            self._question = AmountQuestion(
                serial=self._serial,
                kind=_ASKS[recorded.decision.finding.reason],
                sale_id=sale.sale_id,
                presented=sale.presented(text, length),
                referred=recorded.decision,
            )
        self._show(recorded)

    def answer(self, serial: int, choice: int) -> Done | Refused:
        """The cashier's answer to the question."""
        if serial == self._asked_after_cut and choice in (_TAKE, _LEAVE):
            self._asked_after_cut = None
            return Done() if choice == _TAKE else self.cancel()
        asked = self._question
        if asked is None or asked.serial != serial or choice not in (_TAKE, _LEAVE):
            return Refused(cause=Refusal.QUESTION_GONE)
        if choice == _LEAVE:
            self._leave_question()
            self._verdict = None
            return Done()
        self._question = None
        sale = self._sale or Sale(sale_id=asked.sale_id)
        agreed = sale.presented(asked.presented.text, asked.presented.length, is_amount_agreed=True)
        recorded = self._checkout.present(agreed)
        if isinstance(recorded.decision, Approved):
            self._take_approved(sale, recorded)
        else:
            self._show(recorded)
        return Done()

    def make_way(self) -> None:
        """Another way to pay is taken, or another amount: the open question and request are left."""
        self._leave_question()
        self._close_request()
        self._paper.pass_over_question()
        self._other_codes.forget()
        self._verdict = self._settled = self._said = None
        self._is_after_cut = False

    def say(self, refusal: Refusal) -> None:
        """Tell why what was scanned changes nothing."""
        self._said = refusal

    @property
    def said(self) -> str:
        return self._said or ""

    def show_confirmed(self, verdict: VerdictView, text: str) -> None:
        """A payment that the ledger took online; its code may still be before the camera."""
        self._verdict, self._confirmed = verdict, (text, len(text))

    def show_refused(self, recorded: Recorded, text: str, length: int) -> None:
        """A code that was refused elsewhere: it is not looked at again while it stays before the camera."""
        self._refused, self._said = (text, length), None
        self._show(recorded)

    def put(self, sale: Sale | None) -> None:
        """This is the open sale now."""
        self._sale = sale

    def tender_taken(self, sale: Sale, tender: TenderView, receipt_number: str, *, handed_won: int) -> None:
        """A tender that is no code is durable; `handed_won` was handed over for it."""
        paid = sale.without_request().with_tender(tender, receipt_number)
        remaining_won = paid.remaining_won or 0
        self._verdict = None
        if remaining_won > 0:
            self._sale = paid
            return
        self._sale = None
        self._settled = SettledView(
            serial=self.next_serial(),
            total_won=paid.due_won or 0,
            given_won=handed_won,
            change_won=handed_won - (sale.remaining_won or 0),
        )
        self._sale_ended(sale.sale_id, receipt_number)

    def open_request(self) -> RequestAnswer | Refused:
        """Ask the customer's phone for exactly what is still due."""
        sale = self._sale
        if sale is None or sale.remaining_won is None:
            return Refused(cause=Refusal.NO_SALE)
        self._leave_question()
        self._close_request()
        opened = self._requests.open(sale.remaining_won, sale_id=sale.sale_id)
        self._sale = replace(
            sale,
            request=RequestView(text=opened.text, amount_won=sale.remaining_won, expires_s=opened.expires_s),
            request_nonce=opened.nonce,
        )
        self._verdict = None
        return opened

    def close_request(self) -> Done | Refused:
        """Stop waiting for the phone's answer."""
        if self._sale is None or self._sale.request_nonce is None:
            return Refused(cause=Refusal.REQUEST_GONE)
        self._close_request()
        return Done()

    def expire_requests(self) -> bool:
        """Close what nobody answered in time; True if the open sale's was among them."""
        closed = self._requests.expire()
        sale = self._sale
        if sale is None or sale.request_nonce not in closed:
            return False
        self._sale = sale.without_request()
        return True

    def _close_request(self) -> None:
        sale = self._sale
        if sale is not None and sale.request_nonce is not None:
            self._requests.close(sale.request_nonce)
            self._sale = sale.without_request()

    def _drop_held(self) -> None:
        """A sale that was put aside and is given up is no longer kept."""
        sale = self._sale
        if sale is not None and sale.is_held and not sale.tenders:
            self._giving_back.give_up(sale, reason="cancelled_at_counter")

    def _leave_question(self) -> None:
        asked, self._question = self._question, None
        if asked is not None:
            self._checkout.decline(asked.referred, asked.presented)

    def is_seen_again(self, text: str, length: int) -> bool:
        """A code already answered and still held in front of the camera."""
        if self._verdict is not None and (text, length) in (self._refused, self._confirmed):
            return True
        verified = None if self._just is None else self._checkout.identity_of(text)
        verdict = None if self._just is None or verified is None else self._just.verdict_on(verified)
        if verdict is None:
            return False
        self._verdict = quiet_verdict(verdict, self.next_serial())
        self._refused = None
        return True

    def _take_approved(self, sale: Sale, recorded: Recorded) -> None:
        """The approval is durable: show it before anything else is written that could fail."""
        assert isinstance(recorded.decision, Approved)
        assert recorded.receipt_number is not None
        payment = recorded.decision.payment
        tender = TenderView(
            kind="voucher",
            amount_won=payment.payment.amount_won,
            program_name=recorded.decision.program.name,
        )
        paid = sale.without_request().with_tender(tender, recorded.receipt_number)
        self._sale = None if recorded.is_completed else paid
        self._refused = None
        verdict = self._show(recorded, remaining_won=0 if recorded.is_completed else paid.remaining_won or 0)
        is_same_sale = self._just is not None and self._just.sale_id == sale.sale_id
        earlier = self._just.payments if self._just is not None and is_same_sale else ()
        self._just = _JustApproved(sale_id=sale.sale_id, payments=(*earlier, (payment, verdict)))
        if sale.request_nonce is not None and sale.request_nonce != payment.payment.nonce:
            # It asked for an amount that is no longer due.
            self._requests.close(sale.request_nonce)
        if recorded.is_completed:
            self._sale_ended(sale.sale_id, recorded.receipt_number)

    def _sale_ended(self, sale_id: bytes, receipt_number: str) -> None:
        if self._just is not None and self._just.sale_id != sale_id:
            # From here on its codes are those of an earlier sale.
            self._just = None
        self._paper.sale_ended(receipt_number)
        self._cash_receipts.sale_ended(receipt_number)

    def _show(self, recorded: Recorded, *, remaining_won: int = 0) -> VerdictView:
        self._verdict = verdict_of(
            recorded,
            serial=self.next_serial(),
            remaining_won=remaining_won,
            is_offline=not self._network.is_online,
        )
        return self._verdict

    def next_serial(self) -> int:
        """Verdicts and questions are counted together."""
        self._serial += 1
        return self._serial


def refused_amount(amount_won: int) -> Refused | None:
    """The refusal of an amount that nothing can be sold for."""
    if amount_won <= 0:
        return Refused(cause=Refusal.AMOUNT_ZERO)
    return Refused(cause=Refusal.AMOUNT_TOO_LARGE) if amount_won > AMOUNT_MAX_WON else None
