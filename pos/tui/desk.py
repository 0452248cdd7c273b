"""What the cashier's keys mean, given what stands on the screen. Pure: time is an argument, calls are results.

Rules:

- a digit is never lost: it goes to the amount unless it answers a question that has stood long enough to be read;
- a verdict stays until the next digit; one that arrives while digits are being typed stays beside them until Enter, and
  so does one that a digit already under way would have swept off;
- Back undoes one step; a sale in which something was paid is left only after a question;
- while core is away nothing is sent and nothing typed is forgotten.
"""

from enum import StrEnum
from typing import Final

from pos.link.calls import AddItem, AnswerQuestion, CancelSale, ClearVerdict, EnterAmount, LogOut, OpenDay, ScanAgain
from pos.link.state import Outcome, QuestionKind, QuestionView, SellingStop, TillLock, TillState, VerdictView
from pos.money import AMOUNT_MAX_WON
from pos.till.reasons import Reason
from pos.tui.intents import (
    AskCashReceipt,
    GiveElectronic,
    Intent,
    LeaveSale,
    Nothing,
    OpenMenu,
    OpenRequest,
    OpenWares,
    Relieve,
    Say,
    Send,
    TakeTender,
)
from pos.tui.pad import PadKey
from pos.tui.unread import Offer, UnreadOffer
from pos.words import Notice

REACTION_S: Final = 0.4
"""A key pressed sooner after something new was painted was meant for what stood there before."""
_CHOICES: Final = {
    QuestionKind.PART_PAYMENT: 2,
    QuestionKind.CODE_AMOUNT: 2,
    QuestionKind.PRINT_UNKNOWN: 3,
    QuestionKind.PAPER_LOADED: 3,
    # Its digits belong to the next amount: Enter prints.
    QuestionKind.PRINT_RECEIPT: 0,
    QuestionKind.OPEN_SALE: 2,
    QuestionKind.CUT_APPROVED: 3,
    QuestionKind.NOTE_CHECK: 2,
    QuestionKind.NOTE_CONSECUTIVE: 2,
    QuestionKind.NOTE_CHANGE: 2,
}
_ENTER_TAKES: Final = frozenset({QuestionKind.CODE_AMOUNT, QuestionKind.PRINT_RECEIPT})
_TAKE: Final = 1
_LEAVE: Final = 2
_LEFT_BY: Final = {
    QuestionKind.PART_PAYMENT: _LEAVE,
    QuestionKind.CODE_AMOUNT: _LEAVE,
    QuestionKind.PRINT_RECEIPT: _LEAVE,
    QuestionKind.NOTE_CONSECUTIVE: _LEAVE,
    QuestionKind.NOTE_CHANGE: 1,
}
"""The answer that Back gives, where a question may be left."""
_ENTER_REQUESTS: Final = frozenset(
    {
        Reason.REQUEST_NEEDED,
        Reason.REQUEST_CLOSED,
        Reason.REVOCATION_NOT_COVERED,
        Reason.OVER_SALE_LIMIT,
        Reason.OVER_VOUCHER_LIMIT,
        Reason.OVER_COUNT_LIMIT,
        Reason.OVER_VALUE_LIMIT,
        Reason.CONTACT_TOO_OLD,
    }
)


class Stage(StrEnum):
    """What the screen is about."""

    LINK_DOWN = "link-down"
    STOPPED = "stopped"
    IDLE = "idle"
    AMOUNT = "amount"
    READING = "reading"
    VERDICT = "verdict"
    QUESTION = "question"
    UNREAD = "unread"
    """A code is in sight and is not read: other ways are offered."""


class Desk:
    """The newest state, the digits being typed, and what the cashier has already put aside."""

    def __init__(self) -> None:
        self.till: TillState | None = None
        self.is_linked = False
        self.typed = ""
        self.sent = ""
        """An amount sent to core and not yet answered; it comes back where core refuses it."""
        self._verdict_serial: int | None = None
        self._verdict_since_s = 0.0
        self._dismissed_serial: int | None = None
        self._question_serial: int | None = None
        self._question_since_s = 0.0
        self._answered_serial: int | None = None
        self._unread = UnreadOffer()
        self.last_refused: VerdictView | None = None
        """What "why was it not approved" is about."""

    # -- what is seen ------------------------------------------------------------------------------------------------

    @property
    def verdict(self) -> VerdictView | None:
        """The verdict that still stands on the screen."""
        verdict = self.till.verdict if self.till is not None else None
        return None if verdict is None or verdict.serial == self._dismissed_serial else verdict

    @property
    def question(self) -> QuestionView | None:
        """The question that has not been answered."""
        question = self.till.question if self.till is not None else None
        return None if question is None or question.serial == self._answered_serial else question

    @property
    def stage(self) -> Stage:
        if self.till is None or not self.is_linked:
            return Stage.LINK_DOWN
        if self.question is not None:
            return Stage.QUESTION
        if self.verdict is not None:
            return Stage.VERDICT
        if self.till.stop is not None:
            return Stage.STOPPED
        if self.typed:
            return Stage.AMOUNT
        if self.till.sale is None:
            return Stage.IDLE
        return Stage.UNREAD if self._unread.is_open and self.till.sale.remaining_won else Stage.READING

    @property
    def wants_pin(self) -> bool:
        """Whether nothing but the question for a PIN is to be seen. Where nothing may be recorded nobody can come to
        the till, and what is seen is why."""
        till = self.till
        is_locked = till is not None and self.is_linked and till.lock is TillLock.PIN
        return is_locked and till is not None and till.stop is not SellingStop.JOURNAL_BEHIND

    @property
    def asks_for_opening(self) -> bool:
        """Whether Enter opens the shop's day: it has none yet, or the last one was never closed."""
        day = self.till.day if self.till is not None else None
        return day is not None and (day.offers_opening or day.is_forgotten)

    @property
    def may_ask_cash_receipt(self) -> bool:
        """Whether the tender key, with nothing typed, asks for a cash receipt of the last sale."""
        till = self.till
        if till is None or till.sale is not None or till.last_sale is None or self.typed:
            return False
        return till.last_sale.may_have_cash_receipt

    @property
    def adds_again(self) -> bool:
        """Whether the key of the two zeros, with nothing typed, adds one more of the last item."""
        sale = self.till.sale if self.till is not None else None
        is_choosing = sale is not None and bool(sale.items) and not sale.tenders
        return self.is_linked and is_choosing and not self.typed and self.stage is Stage.READING

    @property
    def may_relieve(self) -> bool:
        """Whether the key of the two zeros, with nothing typed, lets somebody else take over: no amount begins with
        it, and no sale is open."""
        till = self.till
        is_free = self.stage in (Stage.IDLE, Stage.VERDICT) and not self.typed
        return is_free and till is not None and till.relief is not None and till.sale is None

    @property
    def enter_requests(self) -> bool:
        """Whether a payment request is the way on from the verdict."""
        verdict, has_sale = self.verdict, self.till is not None and self.till.sale is not None
        if verdict is None or verdict.reason not in _ENTER_REQUESTS:
            return False
        return has_sale or verdict.amount_won > 0

    # -- what arrives ------------------------------------------------------------------------------------------------

    def take_state(self, till: TillState, *, now_s: float) -> VerdictView | None:
        """Take core's newest state; return the verdict if it is a new one."""
        self.till, self.is_linked = till, True
        self._unread.take(till.scanner, now_s=now_s)
        question, verdict = till.question, till.verdict
        if question is not None and question.serial != self._question_serial:
            self._question_serial, self._question_since_s = question.serial, now_s
        if verdict is None or verdict.serial == self._verdict_serial:
            return None
        self._verdict_serial, self._verdict_since_s = verdict.serial, now_s
        if verdict.outcome is not Outcome.APPROVED:
            self.last_refused = verdict
        return verdict

    def uncover(self, *, now_s: float) -> None:
        """Something else was seen until now; a question that came meanwhile is read from now on."""
        self._question_since_s = now_s

    def lose_link(self) -> None:
        """Core is gone; a core that starts again counts its serials from the beginning."""
        self.is_linked = False
        self.typed, self.sent = self.typed or self.sent, ""
        self._verdict_serial = self._dismissed_serial = None
        self._question_serial = self._answered_serial = None

    def amount_taken(self) -> None:
        """Core accepted the amount that was sent."""
        self.sent = ""

    def amount_refused(self) -> None:
        """Core did not accept it: it stands there again unless another is already being typed."""
        self.typed, self.sent = self.typed or self.sent, ""

    def answer_refused(self) -> None:
        self._answered_serial = None

    # -- keys --------------------------------------------------------------------------------------------------------

    def press(self, key: PadKey, *, now_s: float) -> Intent:
        """Take one key of the pad."""
        if key.digits:
            return self._digit(key, now_s=now_s)
        if key is PadKey.BACK:
            return self._back()
        if not self.is_linked or self.till is None:
            return Say(Notice.LINK_DOWN)
        match key:
            case PadKey.ENTER:
                return self._enter(now_s=now_s)
            case PadKey.MENU:
                return OpenMenu()
            case _:
                return self._tender(is_note=key is PadKey.NOTES)

    def choose(self, choice: int) -> Intent:
        """Answer the open question, or the offer, by a touch on its numbered button."""
        question = self.question
        if question is None and self.stage is Stage.UNREAD:
            return self._take_offer(choice)
        return Nothing() if question is None else self._answer(question, choice)

    def _digit(self, key: PadKey, *, now_s: float) -> Intent:
        question = self.question
        if question is not None and not self.typed and self._is_read(self._question_since_s, now_s):
            number = key.number
            if number is not None and 1 <= number <= _CHOICES[question.kind]:
                return self._answer(question, number)
        if key is PadKey.DOUBLE_ZERO and self.adds_again:
            return Send((AddItem(is_again=True),))
        if key is PadKey.DOUBLE_ZERO and self.may_relieve:
            return self._relieve()
        if self.stage is Stage.UNREAD and self._is_read(self._unread.since_s, now_s):
            number = key.number
            if number is not None and number in tuple(Offer):
                return self._take_offer(number)
        if self.till is not None and self.is_linked and self.stage is Stage.STOPPED:
            return Say(Notice.SELLING_STOPPED)
        typed = (self.typed + key.digits).lstrip("0") or "0"
        if int(typed) > AMOUNT_MAX_WON:
            return Say(Notice.AMOUNT_TOO_LARGE)
        begins, self.typed = not self.typed, typed
        if not begins or not self._is_read(self._verdict_since_s, now_s):
            return Nothing()
        if question is None:
            self._dismiss_verdict()
        elif question.kind is QuestionKind.PRINT_RECEIPT:
            self._dismiss_verdict()
            return self._answer(question, _LEAVE)
        return Nothing()

    def _back(self) -> Intent:
        if self.typed:
            self.typed = self.typed[:-1]
            return Nothing()
        if not self.is_linked or self.till is None:
            return Say(Notice.LINK_DOWN)
        question, sale = self.question, self.till.sale
        if question is not None:
            leaving = _LEFT_BY.get(question.kind)
            return Say(Notice.ANSWER_FIRST) if leaving is None else self._answer(question, leaving)
        if self.verdict is not None:
            return self._clear_verdict()
        if sale is None and self.till.settled is not None:
            return Send((ClearVerdict(),))
        if sale is None:
            is_handed_over = self.till.has_pins and self.till.lock is TillLock.OPEN
            return Send((LogOut(),)) if is_handed_over else Nothing()
        if self.stage is Stage.UNREAD:
            self._unread.leave()
            return Nothing()
        return LeaveSale(paid_won=sale.paid_won) if sale.tenders else Send((CancelSale(),))

    def _enter(self, *, now_s: float) -> Intent:
        assert self.till is not None, "keys that need core are refused while it is away"
        if self.typed:
            return self._send_amount()
        question, verdict = self.question, self.verdict
        if question is not None:
            takes = question.kind in _ENTER_TAKES and self._is_read(self._question_since_s, now_s)
            return self._answer(question, _TAKE) if takes else Say(Notice.ANSWER_FIRST)
        if verdict is not None:
            if not self._is_read(self._verdict_since_s, now_s):
                return Nothing()
            return self._request(verdict) if self.enter_requests else self._clear_verdict()
        if self.till.stop is not None:
            return Say(Notice.SELLING_STOPPED)
        sale = self.till.sale
        if sale is None and self.asks_for_opening:
            return Send((OpenDay(float_won=self.till.day.proposed_float_won),))
        return OpenRequest() if sale is not None and sale.remaining_won else Say(Notice.AMOUNT_FIRST)

    def _request(self, verdict: VerdictView) -> Intent:
        """Ask the phone for what is due, or for the code's own amount where none was typed."""
        has_sale = self.till is not None and self.till.sale is not None
        self._dismiss_verdict()
        return OpenRequest(begins_won=0 if has_sale else verdict.amount_won)

    def _send_amount(self) -> Intent:
        assert self.till is not None
        amount_won = int(self.typed)
        if amount_won == 0:
            return Say(Notice.AMOUNT_ZERO)
        if self.till.stop is not None:
            return Say(Notice.SELLING_STOPPED)
        question = self.question
        if question is not None and question.kind is QuestionKind.CODE_AMOUNT and question.amount_won == amount_won:
            # Typing the very amount of the code in front of the camera agrees to it.
            self.typed = ""
            return self._answer(question, _TAKE)
        if question is not None and question.kind in _LEFT_BY:
            # Core leaves these questions by itself when an amount is entered.
            self._answered_serial = question.serial
        self.typed, self.sent = "", self.typed
        self._dismiss_verdict()
        return Send((EnterAmount(amount_won=amount_won),))

    def _tender(self, *, is_note: bool) -> Intent:
        assert self.till is not None
        if self.question is not None:
            asks_for_paper = is_note and self.question.kind is QuestionKind.PRINT_RECEIPT
            return GiveElectronic(self.question.receipt_number) if asks_for_paper else Say(Notice.ANSWER_FIRST)
        if self.till.stop is not None:
            return Say(Notice.SELLING_STOPPED)
        sale, typed_won = self.till.sale, int(self.typed or "0")
        amount_won = typed_won or (sale.remaining_won if sale is not None else 0)
        if not amount_won and self.may_ask_cash_receipt and not is_note:
            assert self.till.last_sale is not None, "one of the last sale"
            return AskCashReceipt(amount_won=self.till.last_sale.amount_won)
        if not amount_won:
            has_wares = self.till.has_articles or self.till.suspended_count > 0
            return OpenWares() if has_wares and sale is None else Say(Notice.NOTHING_TO_PAY)
        return TakeTender(amount_won=amount_won, begins_sale=sale is None, is_note=is_note)

    def _relieve(self) -> Intent:
        relief = None if self.till is None else self.till.relief
        return Nothing() if relief is None else Relieve(person=relief)

    def _take_offer(self, number: int) -> Intent:
        """Another way than the code that is not read."""
        self._unread.leave()
        match number:
            case Offer.AGAIN:
                return Send((ScanAgain(),))
            case Offer.REQUEST:
                return OpenRequest()
            case _:
                return self._tender(is_note=False)

    def take_typed(self) -> None:
        """The typed amount has been used for a tender."""
        self.typed = ""
        self._dismiss_verdict()

    def _answer(self, question: QuestionView, choice: int) -> Intent:
        self._answered_serial = question.serial
        return Send((AnswerQuestion(serial=question.serial, choice=choice),))

    def _clear_verdict(self) -> Intent:
        self._dismiss_verdict()
        return Send((ClearVerdict(),))

    def _dismiss_verdict(self) -> None:
        if self.verdict is not None:
            self._dismissed_serial = self.verdict.serial

    def _is_read(self, since_s: float, now_s: float) -> bool:
        return now_s - since_s >= REACTION_S
