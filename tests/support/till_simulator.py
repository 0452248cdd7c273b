"""A scripted core for the screen: a small till with a sale, a verdict and questions, behind the screen's own link.

It answers calls as core does (the same refusals, the same order), keeps what was asked in `calls`, and lets a test play
the customer (`present`), the printer, the network, a power cut (`stop`, `start`) and a slow core (`hold`, `release`).
It knows nothing of signatures: a code is an amount and, if it is to be refused, a reason.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Protocol, TypeVar, cast

import msgspec

from pos.errors import LinkError
from pos.link.calls import (
    AddItem,
    AddPerson,
    AllowOnce,
    AnswerQuestion,
    AnswerRemote,
    AttentionLine,
    AttentionPage,
    BeginCashReceipt,
    BroughtCatalogue,
    Call,
    CancelCashReceipt,
    CancelSale,
    CatalogueAnswer,
    CheckNextNotes,
    ClearVerdict,
    CloseAttention,
    CloseDay,
    CloseRequest,
    ConflictLine,
    CreditNotes,
    DayClosing,
    Done,
    DrawerPage,
    EnterAmount,
    EquipmentCall,
    Examination,
    GiveReceipt,
    GoOnInstalling,
    ListAttention,
    ListCashReceipts,
    ListDrawer,
    ListNotePrograms,
    ListPeople,
    ListQuickKeys,
    ListRemotes,
    ListSales,
    ListSuspended,
    LogIn,
    LogOut,
    LookAtCatalogue,
    MakeRefund,
    MerchantQrAnswer,
    MoveCash,
    NoteProgram,
    NoteProgramPage,
    NumberNotes,
    OpenDay,
    OpenDrawer,
    OpenRequest,
    OwnersPage,
    PayOther,
    PeoplePage,
    PersonLine,
    PinRefused,
    Practise,
    PreviewRefund,
    PrintDeclineSlip,
    PrintDocument,
    PrintRow,
    PrintWaiting,
    QuickKey,
    QuickKeyPage,
    ReadExamination,
    ReadOwnersPage,
    ReadReport,
    ReadWifi,
    ReceiptPage,
    Refused,
    RemovePerson,
    RepeatStep,
    ReprintReceipt,
    RequestAnswer,
    RequestCashReceipt,
    ResumeSale,
    SaleLine,
    SalePage,
    ScanAgain,
    ScanSeen,
    ShowMerchantQr,
    ShowReceipt,
    SkipStep,
    State,
    StateChanged,
    SubmitNotes,
    SuspendedPage,
    SuspendSale,
    SyncNow,
    TakeCatalogue,
    TakeItemBack,
    TakeNotes,
    TryWifi,
    TypeInstallNumber,
    VerdictShown,
    WantBundle,
    Watch,
    WifiPage,
)
from pos.link.examination import BundleState, Colour, Finding
from pos.link.state import (
    CheckView,
    LastSaleView,
    LimitView,
    NetworkView,
    Outcome,
    PrinterState,
    PrinterView,
    QuestionKind,
    QuestionView,
    RequestView,
    SaleView,
    ScannerState,
    ScannerView,
    SettledView,
    TenderView,
    TillState,
    VerdictView,
    WaitingView,
)
from pos.link.wifi import WifiState
from pos.money import AMOUNT_MAX_WON
from pos.till.reasons import MAY_SHOW_AGAIN, Check, Reason, Refusal
from tests.support.device_page import CounterDevices

R = TypeVar("R")
C = TypeVar("C")
NOON_S = 1_763_780_580
"""2025-11-22 12:03 in Korea."""
REQUEST_TEXT = "CKR1:" + "6BF$ZK7-X0A+9/:.Q%*EWLD" * 22
_TAKE, _LEAVE = 1, 2


def quiet_till(**changes: object) -> TillState:
    """A till at rest in the bakery, offline since 11:40; `changes` replace its fields."""
    till = TillState(
        shop_name="달빛 베이커리",
        terminal="t-bakery-1",
        clerk="김미영",
        business_date="2025-11-22",
        time_s=NOON_S,
        clock_quality=3,
        network=NetworkView(online=False, since_s=NOON_S - 23 * 60),
        waiting=WaitingView(count=3, value_won=36_000),
        printer=PrinterView(state=PrinterState.READY, unprinted=0),
        scanner=ScannerView(state=ScannerState.READY),
        limit=LimitView(left_won=964_000, left_count=97, used_percent=4),
        last_sale=LastSaleView(
            time_s=NOON_S - 300, amount_won=12_000, receipt_number="1122-0123", program_name="시루", paper="printed"
        ),
    )
    return msgspec.structs.replace(till, **changes)


@dataclass(frozen=True, kw_only=True)
class Code:
    """What a customer shows. `reason` None: it would pay exactly `amount_won`."""

    amount_won: int = 12_000
    reason: Reason | None = None
    name: str = "code"
    """Two codes of one name are the same code."""
    fields: dict[str, object] = field(default_factory=dict)
    """Further fields of the verdict it gets."""


A_NOTE_PROGRAM = NoteProgram(
    issuer="41390",
    program="paper",
    name="시루 지류",
    denominations_won=(1_000, 5_000, 10_000, 50_000),
    is_number_later=True,
    features=("비추면 숨은 그림",),
    oldest_year=2020,
)


class TillSimulator:
    """Core, as far as the screen can tell."""

    def __init__(self, till: TillState | None = None) -> None:
        self.till = till or quiet_till()
        self.calls: list[Call[object]] = []
        self.used: dict[str, VerdictView] = {}
        self.attention: tuple[AttentionLine, ...] = ()
        self.sales: tuple[SaleLine, ...] = ()
        self.receipt: ReceiptPage | None = None
        self.quick_keys: tuple[QuickKey, ...] = ()
        self.people: tuple[PersonLine, ...] = ()
        self.owners_page = OwnersPage(
            sold_today_won=1_234_000,
            coming_won=3_456_000,
            late_won=70_000,
            lost_by_shop_won=36_000,
            lost_by_issuers_won=120_000,
            more_won=844_000,
            conflicts=(
                ConflictLine(
                    entry=345, time_s=NOON_S - 90_000, receipt_number="1121-0101", amount_won=12_000, is_shops=True
                ),
            ),
        )
        self.brought = BroughtCatalogue()
        self.wifi = WifiPage(state=WifiState.NONE)
        self.examination = Examination(
            number="20485177",
            findings=(
                Finding(code=103, colour=Colour.RED),
                Finding(code=220, colour=Colour.GREEN),
                Finding(code=502, colour=Colour.UNKNOWN, answered="0:23"),
            ),
            examined_s=NOON_S - 600,
            slip="S20485177103",
        )
        self.refuse: Refusal | None = None
        """Refuses the next call that can be refused."""
        self.asks_for_receipts = False
        self.devices = CounterDevices()
        self._serial = 0
        self._asked: Code | None = None
        self._links: list[Screen] = []
        self._is_running = True
        self._gate = asyncio.Event()
        self._gate.set()

    # -- the test's side ---------------------------------------------------------------------------------------------

    async def connect(self) -> "SimulatedLink":
        if not self._is_running:
            raise LinkError("core is not running")
        link = SimulatedLink(self)
        self._links.append(link)
        return link

    def tell(self, screen: "Screen") -> None:
        """Tell another screen of every change."""
        self._links.append(screen)

    def stop(self) -> None:
        """Core dies; what it held in memory is gone."""
        self._is_running = False
        links, self._links = self._links, []
        for link in links:
            link.end()

    def start(self) -> None:
        """Another core starts; it counts its serials from the beginning."""
        self._serial = 0
        self._asked = None
        self._is_running = True
        self.till = msgspec.structs.replace(self.till, verdict=None, question=None)

    def hold(self) -> None:
        """Answers are slow from now on: none is given."""
        self._gate.clear()

    def release(self) -> None:
        self._gate.set()

    def change(self, **changes: object) -> None:
        """The till is otherwise now; the screens hear of it."""
        self.till = msgspec.structs.replace(self.till, **changes)
        for link in self._links:
            link.push(self.till)

    def present(self, code: Code) -> None:
        """A customer holds a code to the camera."""
        if self.till.question is not None and self._asked is not None:
            return
        sale = self.till.sale
        due_won = sale.remaining_won if sale is not None and sale.due_won else None
        if code.name in self.used and code.reason is None:
            self._seen_again(code)
        elif code.reason is not None:
            self._refuse(code, code.reason)
        elif due_won is None:
            self._ask(code, QuestionKind.CODE_AMOUNT, Reason.CODE_AMOUNT, 0)
        elif code.amount_won < due_won:
            self._ask(code, QuestionKind.PART_PAYMENT, Reason.PART_PAYMENT, due_won - code.amount_won)
        elif code.amount_won > due_won:
            over = Code(amount_won=code.amount_won, fields={"difference_won": code.amount_won - due_won})
            self._refuse(over, Reason.AMOUNT_OVER)
        else:
            self._approve(code)

    def ask(self, kind: QuestionKind, **fields: object) -> None:
        """Core has a question that no code brought up."""
        self.change(question=QuestionView(serial=self._next(), kind=kind, **fields))  # type: ignore[arg-type]

    def asked_for(self, kind: type[C]) -> list[C]:
        """The calls of one kind, in their order."""
        return [call for call in self.calls if isinstance(call, kind)]

    # -- the screen's side -------------------------------------------------------------------------------------------

    async def answer(self, call: Call[R]) -> R:
        if not isinstance(call, Watch | VerdictShown):
            await self._gate.wait()
        return cast("R", self.answer_now(call))

    def answer_now(self, call: object) -> object:
        """The answer to one call, without waiting for a slow core."""
        self.calls.append(cast("Call[object]", call))
        refused, self.refuse = self.refuse, None
        if refused is not None and not isinstance(call, Watch | VerdictShown):
            return Refused(cause=refused)
        if isinstance(call, EquipmentCall):
            return self.devices.answer(call)
        match call:
            case Watch():
                return State(till=self.till)
            case EnterAmount(amount_won=amount_won):
                return self._enter(amount_won)
            case CancelSale():
                return self._cancel()
            case AnswerQuestion(serial=serial, choice=choice):
                return self._take_answer(serial, choice)
            case PayOther(kind=kind, amount_won=amount_won):
                return self._pay_other(kind, amount_won)
            case OpenRequest():
                return self._open_request()
            case ListQuickKeys():
                return QuickKeyPage(keys=self.quick_keys)
            case ListSuspended():
                return SuspendedPage(lines=())
            case ListNotePrograms():
                return NoteProgramPage(programs=(A_NOTE_PROGRAM,))
            case ListDrawer():
                return DrawerPage(lines=(), unnumbered=(), submissions=())
            case TakeNotes(denomination_won=value_won, count=count):
                return self._pay_other("note", value_won * count)
            case (
                AddItem()
                | TakeItemBack()
                | SuspendSale()
                | ResumeSale()
                | NumberNotes()
                | SubmitNotes()
                | CreditNotes()
            ):
                return Refused(cause=Refusal.NOT_FOUND)
            case _:
                return self._answer_quietly(call)

    def _answer_quietly(self, call: object) -> object:  # noqa: C901, PLR0912 - one case for each kind of call
        match call:
            case CheckNextNotes():
                return Done()
            case ClearVerdict():
                self.change(verdict=None, settled=None)
            case CloseRequest():
                return self._close_request()
            case ListSales():
                return SalePage(sales=self.sales)
            case ListAttention():
                return AttentionPage(lines=self.attention)
            case CloseAttention(entry=entry):
                self.attention = tuple(line for line in self.attention if line.entry != entry)
                self.change(attention_count=len(self.attention))
            case ShowReceipt():
                return self.receipt or Refused(cause=Refusal.NOT_FOUND)
            case PrintWaiting():
                return Done() if self.till.printer.unprinted else Refused(cause=Refusal.NOTHING_WAITING)
            case ScanSeen():
                pass
            case ScanAgain():
                self.change(scanner=ScannerView(state=ScannerState.READY))
            case ListPeople():
                return PeoplePage(people=self.people)
            case ReadOwnersPage():
                return self.owners_page
            case LookAtCatalogue():
                return self.brought
            case TakeCatalogue():
                return CatalogueAnswer(articles=self.brought.articles)
            case ReadExamination():
                return self.examination
            case WantBundle():
                self.examination = msgspec.structs.replace(self.examination, bundle=BundleState.WANTED)
            case TryWifi() | ReadWifi():
                return self._answer_wifi(call)
            case CloseDay(counted_won=counted_won):
                return DayClosing(z_number=12, expected_won=135_000, counted_won=counted_won, difference_won=-500)
            case ShowMerchantQr(program=program):
                return MerchantQrAnswer(text="0002010102", amount_won=12_000, name=program, has_amount=True)
            case LogIn() | AllowOnce():
                return PinRefused(cause=Refusal.PIN_WRONG, wait_s=30)
            case OpenDay() | MoveCash() | LogOut() | PrintDocument() | Practise() | AddPerson() | RemovePerson():
                pass
            case BeginCashReceipt() | GoOnInstalling() | TypeInstallNumber() | RepeatStep() | SkipStep():
                pass
            case VerdictShown() | SyncNow() | OpenDrawer() | ReprintReceipt() | PrintDeclineSlip() | GiveReceipt():
                pass
            case (
                PreviewRefund()
                | MakeRefund()
                | ListCashReceipts()
                | RequestCashReceipt()
                | CancelCashReceipt()
                | ListRemotes()
                | AnswerRemote()
                | ReadReport()
            ):
                return Refused(cause=Refusal.NOT_FOUND)
            case _:
                raise AssertionError(f"the screen never makes this call: {call}")
        return Done()

    def _answer_wifi(self, call: TryWifi | ReadWifi) -> WifiPage | Done:
        if isinstance(call, ReadWifi):
            return self.wifi
        if call.is_on:
            self.wifi = WifiPage(state=WifiState.WAITING)
        return Done()

    def _enter(self, amount_won: int) -> Done | Refused:
        if self.till.stop is not None:
            return Refused(cause=Refusal.SELLING_STOPPED)
        if not 0 < amount_won <= AMOUNT_MAX_WON:
            return Refused(cause=Refusal.AMOUNT_TOO_LARGE if amount_won else Refusal.AMOUNT_ZERO)
        if self.till.sale is not None and self.till.sale.tenders:
            return Refused(cause=Refusal.SALE_HAS_TENDERS)
        self._asked = None
        question = self.till.question
        stays = question is not None and question.kind in (QuestionKind.PRINT_UNKNOWN, QuestionKind.PAPER_LOADED)
        sale = SaleView(due_won=amount_won, paid_won=0)
        self.change(sale=sale, verdict=None, settled=None, question=question if stays else None)
        return Done()

    def _cancel(self) -> Done | Refused:
        if self.till.sale is None:
            return Refused(cause=Refusal.NO_SALE)
        self._asked = None
        self.change(sale=None, verdict=None, question=None)
        return Done()

    def _take_answer(self, serial: int, choice: int) -> Done | Refused:
        question, code = self.till.question, self._asked
        if question is None or question.serial != serial:
            return Refused(cause=Refusal.QUESTION_GONE)
        self._asked = None
        self.till = msgspec.structs.replace(self.till, question=None)
        if code is None:
            self.change()
        elif choice == _TAKE:
            self._approve(code)
        else:
            self.change(verdict=None)
        return Done()

    def _pay_other(self, kind: str, amount_won: int) -> Done | Refused:
        sale = self.till.sale
        if sale is None:
            return Refused(cause=Refusal.NO_SALE)
        if not 0 < amount_won <= sale.remaining_won + (99_999 if kind == "cash" else 0):
            return Refused(cause=Refusal.TENDER_OVER)
        self._tender(TenderView(kind=kind, amount_won=min(amount_won, sale.remaining_won)), verdict=None)
        if self.till.sale is None:
            change_won = max(amount_won - sale.remaining_won, 0)
            settled = SettledView(
                serial=self._next(), total_won=sale.due_won, given_won=amount_won, change_won=change_won
            )
            self.change(settled=settled)
        return Done()

    def _open_request(self) -> RequestAnswer | Refused:
        sale = self.till.sale
        if sale is None:
            return Refused(cause=Refusal.NO_SALE)
        request = RequestView(text=REQUEST_TEXT, amount_won=sale.remaining_won, expires_s=NOON_S + 300)
        self._asked = None
        self.change(sale=msgspec.structs.replace(sale, request=request), verdict=None, question=None)
        return RequestAnswer(text=REQUEST_TEXT, nonce=b"n" * 16, expires_s=NOON_S + 300)

    def _close_request(self) -> Done | Refused:
        sale = self.till.sale
        if sale is None or sale.request is None:
            return Refused(cause=Refusal.REQUEST_GONE)
        self.change(sale=msgspec.structs.replace(sale, request=None))
        return Done()

    def _tender(self, tender: TenderView, *, verdict: VerdictView | None) -> None:
        sale = self.till.sale or SaleView(due_won=tender.amount_won, paid_won=0)
        paid = SaleView(
            due_won=sale.due_won, paid_won=sale.paid_won + tender.amount_won, tenders=(*sale.tenders, tender)
        )
        if paid.remaining_won:
            self.change(sale=paid, verdict=verdict)
            return
        question = None
        if self.asks_for_receipts:
            question = QuestionView(serial=self._next(), kind=QuestionKind.PRINT_RECEIPT, receipt_number="1122-0124")
        last_sale = LastSaleView(
            time_s=self.till.time_s,
            amount_won=paid.due_won,
            receipt_number="1122-0124",
            program_name=tender.program_name,
            paper="queued",
        )
        self.change(sale=None, verdict=verdict, question=question, last_sale=last_sale)

    def _approve(self, code: Code) -> None:
        sale = self.till.sale
        remaining_won = max(sale.remaining_won - code.amount_won, 0) if sale is not None and sale.due_won else 0
        verdict = self._verdict(
            code,
            Outcome.APPROVED,
            remaining_won=remaining_won,
            program_name="시루",
            voucher_mask="****-7C41",
            receipt_number="1122-0124",
        )
        self.used[code.name] = verdict
        self._tender(TenderView(kind="voucher", amount_won=code.amount_won, program_name="시루"), verdict=verdict)

    def _seen_again(self, code: Code) -> None:
        self.change(verdict=msgspec.structs.replace(self.used[code.name], serial=self._next(), is_quiet=True))

    def _ask(self, code: Code, kind: QuestionKind, reason: Reason, difference_won: int) -> None:
        self._asked = code
        verdict = self._verdict(
            code, Outcome.REFERRED, reason=reason, may_show_again=True, difference_won=difference_won
        )
        question = QuestionView(
            serial=self._next(), kind=kind, amount_won=code.amount_won, difference_won=difference_won
        )
        self.change(verdict=verdict, question=question)

    def _refuse(self, code: Code, reason: Reason) -> None:
        self.change(
            verdict=self._verdict(code, outcome_of(reason), reason=reason, may_show_again=reason in MAY_SHOW_AGAIN)
        )

    def _verdict(self, code: Code, outcome: Outcome, **fields: object) -> VerdictView:
        serial = self._next()
        base = VerdictView(
            serial=serial,
            outcome=outcome,
            amount_won=code.amount_won,
            entry_sequence=serial,
            time_s=self.till.time_s,
            checks=checks_of(outcome),
        )
        return msgspec.structs.replace(base, **{**fields, **code.fields})

    def _next(self) -> int:
        self._serial += 1
        return self._serial


class Screen(Protocol):
    """Whoever hears of changes."""

    def push(self, till: TillState) -> None: ...

    def end(self) -> None: ...


class SimulatedLink:
    """One connection of the screen."""

    def __init__(self, core: TillSimulator) -> None:
        self._core = core
        self._pushes: asyncio.Queue[TillState | None] = asyncio.Queue()
        self._ended = asyncio.Event()

    async def call(self, call: Call[R]) -> R:
        if self._ended.is_set():
            raise LinkError("core is gone")
        answering = asyncio.ensure_future(self._core.answer(call))
        ending = asyncio.ensure_future(self._ended.wait())
        await asyncio.wait({answering, ending}, return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if not answering.done():
            answering.cancel()
            raise LinkError("core went away before it answered")
        return answering.result()

    async def pushes(self) -> AsyncIterator[StateChanged]:
        while (till := await self._pushes.get()) is not None:
            yield StateChanged(till=till)

    async def close(self) -> None:
        self._ended.set()

    def push(self, till: TillState) -> None:
        self._pushes.put_nowait(till)

    def end(self) -> None:
        self._ended.set()
        self._pushes.put_nowait(None)


_REFERRED = frozenset(
    {
        Reason.PART_PAYMENT,
        Reason.CODE_AMOUNT,
        Reason.REQUEST_NEEDED,
        Reason.REVOCATION_NOT_COVERED,
        Reason.OVER_SALE_LIMIT,
        Reason.OVER_VOUCHER_LIMIT,
        Reason.OVER_COUNT_LIMIT,
        Reason.OVER_VALUE_LIMIT,
        Reason.CONTACT_TOO_OLD,
    }
)


def outcome_of(reason: Reason) -> Outcome:
    return Outcome.REFERRED if reason in _REFERRED else Outcome.DECLINED


def checks_of(outcome: Outcome) -> tuple[CheckView, ...]:
    """All fifteen when approved; otherwise the sixth stopped it."""
    last = Check.LIMITS if outcome is Outcome.APPROVED else Check.FIRST_USE
    return tuple(
        CheckView(number=int(check), name=check.name.lower(), passed=outcome is Outcome.APPROVED or check is not last)
        for check in Check
        if check <= last
    )


def a_receipt() -> ReceiptPage:
    """A receipt long enough to be paged through."""
    rows = (
        PrintRow(kind="text", text="달빛 베이커리", align="center", bold=True),
        PrintRow(kind="text", text="영 수 증", align="center", wide=True),
        PrintRow(kind="rule"),
        *(PrintRow(kind="pair", text=f"소금빵 {number}", right="3,000원") for number in range(1, 19)),
        PrintRow(kind="rule"),
        PrintRow(kind="pair", text="합계", right="54,000원", bold=True),
        PrintRow(kind="pair", text="시루 ****-7C41", right="54,000원"),
        PrintRow(kind="text", text="오프라인 승인(전송대기)"),
        PrintRow(kind="qr", text="CKS1:" + "0A1B2C3D4E" * 20, align="center"),
        PrintRow(kind="cut"),
    )
    return ReceiptPage(receipt_number="1122-0123", columns=42, rows=rows, issued_s=NOON_S - 300, total_won=54_000)
