"""Hands that work the till over the screen's link, call by call."""

from collections.abc import Callable
from typing import Final, TypeVar

from pos.demo.headless import Cashier
from pos.demo.showing import DemoError
from pos.demo.story.hands import PaperNotes, Person
from pos.demo.town import RunningTown
from pos.link.calls import (
    AddItem,
    AllowOnce,
    AnswerQuestion,
    AnswerRemote,
    BeginCashReceipt,
    Call,
    CloseDay,
    CreditNotes,
    DayClosing,
    Done,
    EnterAmount,
    GiveReceipt,
    ListDrawer,
    ListRemotes,
    ListSales,
    ListSuspended,
    LogIn,
    MakeRefund,
    MoveCash,
    NumberNotes,
    OpenDay,
    OpenDrawer,
    OpenRequest,
    OwnersPage,
    PayOther,
    Practise,
    PrintDocument,
    ReadOwnersPage,
    ReceiptPage,
    RefundMade,
    Refused,
    ReprintReceipt,
    RequestAnswer,
    RequestCashReceipt,
    ResumeSale,
    ShowReceipt,
    SubmitNotes,
    SuspendSale,
    TakeNotes,
    VerdictShown,
)
from pos.link.state import QuestionKind, TillState, VerdictView
from pos.sandbox.town import HOME_ISSUER
from pos.till.reasons import Refusal
from pos.till.report.period import Span, typed_period

R = TypeVar("R")
QUESTION_S: Final = 30.0


class LinkHands:
    """Makes the calls that the screen would make."""

    def __init__(self, running: RunningTown) -> None:
        self._cashier = Cashier(running)

    def wait_until(self, condition: Callable[[TillState], bool], what: str, within_s: float) -> TillState:
        return self._cashier.wait_until(condition, what, within_s)

    def look(self) -> TillState:
        return self._cashier.look()

    def core_is_back(self) -> None:
        self._cashier.connect_again()

    def saw(self, verdict: VerdictView) -> None:
        self._cashier.call(VerdictShown(entry_sequence=verdict.entry_sequence))

    def close(self) -> None:
        self._cashier.close()

    # People and the day

    def come(self, person: Person, pin: str = "") -> bool:
        return isinstance(self._cashier.call(LogIn(person=person.number, pin=pin or person.pin)), Done)

    def open_day(self) -> None:
        self._do(OpenDay(float_won=self.look().day.proposed_float_won))

    def close_day(self, counted_won: int) -> None:
        self._must(CloseDay(counted_won=counted_won), DayClosing)

    def practise(self, *, is_begun: bool) -> None:
        self._do(Practise(is_begun=is_begun))

    def print_interim(self) -> None:
        self._do(PrintDocument(name="x"))

    def look_at_owners_page(self, sold_won: int) -> None:
        page = self._must(ReadOwnersPage(), OwnersPage)
        if page.sold_today_won != sold_won:
            raise DemoError(f"the owner's page says {page.sold_today_won} won, not {sold_won}")

    def print_year(self, year: int) -> None:
        name = typed_period(Span.YEAR, year)
        assert name is not None, "a year has four digits"
        self._do(PrintDocument(name=name))

    def carry_to_safe(self, amount_won: int, *, allowed_by: Person) -> None:
        move = MoveCash(amount_won=amount_won, is_in=False, reason="금고")
        refused = self._must(move, Refused)
        if refused.cause != Refusal.NOT_ALLOWED:
            raise DemoError(f"a clerk's money for the safe was refused with {refused.cause}")
        self._must(AllowOnce(person=allowed_by.number, pin=allowed_by.pin), Done)
        self._do(move)

    def open_drawer(self) -> None:
        self._do(OpenDrawer(cause="change"))

    # Selling

    def enter(self, amount_won: int) -> None:
        self._do(EnterAmount(amount_won=amount_won))

    def choose_items(self, *keys: int) -> None:
        for key in keys:
            self._do(AddItem(key=key))

    def answer(self, kind: QuestionKind, choice: int) -> None:
        def is_asked(till: TillState) -> bool:
            return till.question is not None and till.question.kind is kind

        question = self.wait_until(is_asked, f"the question {kind.value}", QUESTION_S).question
        assert question is not None, "it was waited for"
        self._do(AnswerQuestion(serial=question.serial, choice=choice))

    def take_cash(self, amount_won: int) -> None:
        self._do(PayOther(kind="cash", amount_won=amount_won))

    def take_card_elsewhere(self) -> None:
        self._do(PayOther(kind="other", amount_won=self._left_won, method="card"))

    def take_notes(self, notes: PaperNotes) -> None:
        taken = TakeNotes(
            issuer=HOME_ISSUER,
            program="paper",
            denomination_won=notes.value_won,
            count=notes.count,
            serials=(notes.serial,) if notes.serial else (),
            is_damaged=bool(notes.serial),
            agreed=("check",),
        )
        self._must(taken, Done)

    def ask_phone(self) -> str:
        return self._must(OpenRequest(), RequestAnswer).text

    def put_aside(self) -> None:
        self._do(SuspendSale())

    def call_back(self) -> None:
        first, *_ = self._cashier.call(ListSuspended()).lines
        self._do(ResumeSale(sale_id=first.sale_id))

    def leave_refused(self) -> None:
        self._cashier.give_up()

    # After the sale

    def cancel_last(self) -> None:
        self._must(MakeRefund(receipt_number="", amount_won=0, cause="changed_mind"), RefundMade)

    def give_back(self, receipt_number: str, amount_won: int) -> None:
        back = MakeRefund(receipt_number=receipt_number, amount_won=amount_won, cause="faulty_goods")
        self._must(back, RefundMade)

    def ask_cash_receipt(self, digits: str) -> None:
        self._do(BeginCashReceipt())
        self._do(RequestCashReceipt(purpose="deduction", digits=digits))

    def show_last_receipt(self) -> str:
        self._do(GiveReceipt(receipt_number=self._last_number, is_electronic=True))
        page = self._must(ShowReceipt(receipt_number=self._last_number), ReceiptPage)
        return next(row.text for row in page.rows if row.kind == "qr")

    def print_last_again(self) -> None:
        self._do(ReprintReceipt(receipt_number=self._last_number))

    def answer_remote(self, *, is_accepted: bool) -> None:
        first, *_ = self._cashier.call(ListRemotes()).lines
        cause = "" if is_accepted else "sold_out"
        self._do(AnswerRemote(subject=first.subject, is_accepted=is_accepted, cause=cause))

    def number_and_submit_notes(self, serials: tuple[str, ...]) -> None:
        left = list(serials)
        for line in self._cashier.call(ListDrawer()).unnumbered:
            self._do(NumberNotes(entry=line.entry, serials=tuple(left[: line.count])))
            del left[: line.count]
        self._do(SubmitNotes(issuer=HOME_ISSUER, program="paper"))
        for trip in self._cashier.call(ListDrawer()).submissions:
            self._do(CreditNotes(number=trip.number, amount_won=trip.amount_won))

    def print_evidence(self) -> None:
        page = self._must(ReadOwnersPage(), OwnersPage)
        self._do(PrintDocument(name=f"E{page.conflicts[0].entry}"))

    def send_now(self) -> None:
        self._cashier.synchronise()

    # Means

    @property
    def _left_won(self) -> int:
        sale = self.look().sale
        assert sale is not None, "a sale is open"
        return sale.remaining_won

    @property
    def _last_number(self) -> str:
        newest, *_ = self._cashier.call(ListSales(newest=1)).sales
        return newest.receipt_number

    def _do(self, call: Call[Done | Refused]) -> None:
        self._must(call, Done)

    def _must(self, call: Call[object], kind: type[R]) -> R:
        answer = self._cashier.call(call)
        if not isinstance(answer, kind):
            raise DemoError(f"{type(call).__name__}: the till answered {answer}")
        return answer
