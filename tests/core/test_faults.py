"""Core when the journal fails under it: the till says why, refuses to sell, and loses nothing.

What disks really do is played in the journal's own tests and with real processes; here each fault is put where it
hurts most.
"""

from collections.abc import Callable, Sequence

import pytest

from pos.clock import Reading
from pos.core.stopped import StoppedCore
from pos.errors import (
    ChainError,
    DatabaseVersionError,
    DiskFullError,
    JournalError,
    OutcomeUnknownError,
    PosError,
    ReadOnlyDiskError,
    RollbackError,
    TrustError,
)
from pos.journal.faults import ContradictionError, DamagedError
from pos.link.calls import (
    AnswerQuestion,
    AnyCall,
    CancelSale,
    CheckJournal,
    ClearVerdict,
    CloseAttention,
    CloseRequest,
    DevicesState,
    Done,
    EndPrintJob,
    EnterAmount,
    ListAttention,
    ListSales,
    NextBatch,
    NextPrintJob,
    OpenDrawer,
    OpenRequest,
    Pay,
    PayOther,
    PrintJob,
    PrintWaiting,
    ReadJournal,
    ReadState,
    Refused,
    ReportNetwork,
    ReportPrinter,
    ReportScanner,
    ReprintReceipt,
    Role,
    ScanSeen,
    ShowReceipt,
    SignCall,
    State,
    Stop,
    SummariseSync,
    SyncNow,
    SyncWork,
    TakeAcknowledgement,
    TakeSignedTime,
    VerdictShown,
    Watch,
    WatchDevices,
    WatchSync,
)
from pos.link.state import Outcome, PrinterState, ScannerState, SellingStop
from pos.till.reasons import Reason, Refusal
from pos.voucher.bodies import EntryBody, RequestClosed
from pos.voucher.entry import Entry
from tests.support.core_builders import Shop

FAULTS = [
    (DiskFullError("no space"), SellingStop.DISK_FULL),
    (ReadOnlyDiskError("no writes"), SellingStop.DISK_READ_ONLY),
    (JournalError("disk I/O error"), SellingStop.DISK_FAULT),
    (DamagedError("pages"), SellingStop.JOURNAL_DAMAGED),
    (ChainError("does not follow", sequence=3), SellingStop.JOURNAL_DAMAGED),
    (RollbackError("older"), SellingStop.JOURNAL_DAMAGED),
    (OutcomeUnknownError("the commit raised"), SellingStop.OUTCOME_UNKNOWN),
]
AT_START = [*FAULTS, (DatabaseVersionError(found=9, known=1), SellingStop.DATABASE_NEWER)]


@pytest.fixture
def failing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make every record of a kind fail, before or after it is on the disk."""

    def fail(error: PosError, *, kind: type[EntryBody] = EntryBody, is_recorded: bool = False) -> None:
        honest = shop.core.journal.record

        def record(drafts: Sequence[EntryBody], *, reading: Reading) -> tuple[Entry, ...]:
            if not any(isinstance(draft, kind) for draft in drafts):
                return honest(drafts, reading=reading)
            if is_recorded:
                honest(drafts, reading=reading)
            raise error

        monkeypatch.setattr(shop.core.journal, "record", record)

    return fail


@pytest.mark.parametrize(("error", "stop"), FAULTS, ids=[stop for _, stop in FAULTS])
def test_a_fault_ends_selling_and_the_screen_knows_why(
    shop: Shop, failing: Callable[..., None], error: JournalError, stop: SellingStop
) -> None:
    shop.type_amount(4_000)
    failing(error)

    with pytest.raises(type(error)):
        shop.see(shop.code(4_000))

    assert shop.till.stop is stop
    assert shop.till.verdict is None, "nothing was approved"
    assert not shop.core.devices_state().armed
    assert shop.screen(EnterAmount(amount_won=1_000)) == Refused(cause=Refusal.SELLING_STOPPED)
    assert shop.control(Pay(text="x", amount_won=1)) == Refused(cause=Refusal.SELLING_STOPPED)
    assert shop.core.must_end == (stop is SellingStop.OUTCOME_UNKNOWN)
    assert shop.kinds == []


def test_a_disk_that_takes_writes_again_lets_the_till_sell_again(shop: Shop, failing: Callable[..., None]) -> None:
    is_full = True
    shop.core.takes_writes = lambda: not is_full
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shop.core.journal, "record", _full)
        with pytest.raises(DiskFullError):
            shop.pay("garbage", 4_000)
    shop.core.tick()
    assert shop.till.stop is SellingStop.DISK_FULL

    is_full = False
    shop.clock.pass_s(60)
    shop.core.tick()

    assert shop.till.stop is None
    assert shop.pay(shop.code(4_000), 4_000).outcome is Outcome.APPROVED


def _full(drafts: Sequence[EntryBody], *, reading: Reading) -> tuple[Entry, ...]:
    raise DiskFullError("no space")


def test_other_faults_do_not_pass_by_themselves(shop: Shop, failing: Callable[..., None]) -> None:
    failing(DamagedError("pages"))
    with pytest.raises(DamagedError):
        shop.pay("garbage", 4_000)
    shop.clock.pass_s(60)
    shop.core.tick()

    assert shop.till.stop is SellingStop.JOURNAL_DAMAGED


def test_what_is_approved_is_shown_even_if_the_next_thing_fails(shop: Shop, failing: Callable[..., None]) -> None:
    """The approval is durable; a request that cannot be closed must not hide it from the customer."""
    shop.type_amount(40_000)
    shop.ask_phone()
    failing(DiskFullError("no space"), kind=RequestClosed)

    with pytest.raises(DiskFullError):
        shop.see(shop.code(40_000))

    assert shop.verdict.outcome is Outcome.APPROVED
    assert (shop.till.sale, shop.till.stop) == (None, SellingStop.DISK_FULL)
    assert shop.kinds[-1] == "payment.approved"


def test_a_mistake_of_ours_is_refused_by_the_journal_and_stops_nobody_else(
    shop: Shop, failing: Callable[..., None]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shop.core.journal, "record", _contradicting)
        with pytest.raises(ContradictionError):
            shop.pay("garbage", 4_000)

    assert shop.till.stop is None
    assert shop.pay(shop.code(4_000), 4_000).outcome is Outcome.APPROVED


def _contradicting(drafts: Sequence[EntryBody], *, reading: Reading) -> tuple[Entry, ...]:
    raise ContradictionError("receipt number 000007 where 000001 comes next")


@pytest.mark.parametrize("is_recorded", [True, False])
def test_after_an_unknown_outcome_the_restart_knows_the_truth(
    shop: Shop, failing: Callable[..., None], is_recorded: bool
) -> None:
    text = shop.code(4_000)
    failing(OutcomeUnknownError("the commit raised"), is_recorded=is_recorded)
    with pytest.raises(OutcomeUnknownError):
        shop.pay(text, 4_000)
    assert shop.core.must_end

    shop.restart()
    again = shop.pay(text, 4_000)

    assert shop.till.stop is None
    assert again.reason == (Reason.ALREADY_USED if is_recorded else None)
    assert [kind for kind in shop.kinds if kind == "payment.approved"] == ["payment.approved"]
    assert shop.till.attention_count == is_recorded, "approved and never shown: somebody has to tell the customer"


def test_a_fault_of_what_happens_by_itself_is_a_state_and_no_crash(shop: Shop, failing: Callable[..., None]) -> None:
    shop.type_amount(60_000)
    shop.ask_phone()
    shop.clock.pass_s(1_000)
    failing(DiskFullError("no space"))

    shop.core.takes_writes = lambda: False
    shop.core.tick()
    shop.core.tick()

    assert shop.till.stop is SellingStop.DISK_FULL


def test_a_journal_that_cannot_even_be_read_leaves_the_last_state_and_why(shop: Shop) -> None:
    shop.pay(shop.code(4_000), 4_000)
    before = shop.till
    shop.core.journal.close()

    till = shop.till

    assert (till.stop, till.shop_name, till.last_sale) == (SellingStop.DISK_FAULT, before.shop_name, before.last_sale)
    assert shop.core.devices_state() == DevicesState(armed=False, jobs_waiting=0)
    assert shop.core.sync_work() == SyncWork(waiting=0)
    assert shop.core.must_end, "only opening it anew can help"


# Every call, whatever the state

SCREEN: list[AnyCall] = [
    Watch(),
    EnterAmount(amount_won=1_000),
    CancelSale(),
    AnswerQuestion(serial=1, choice=1),
    PayOther(kind="cash", amount_won=1),
    OpenRequest(),
    CloseRequest(),
    VerdictShown(entry_sequence=1),
    ClearVerdict(),
    PrintWaiting(which="all"),
    ListAttention(),
    CloseAttention(entry=bytes(32), answer="told"),
    ListSales(),
    SyncNow(),
    OpenDrawer(cause="change"),
    ShowReceipt(receipt_number="000001"),
    ReprintReceipt(receipt_number="000001"),
    SummariseSync(),
]
DEVICES: list[AnyCall] = [
    WatchDevices(),
    ScanSeen(text="garbage", length=7),
    ReportScanner(state=ScannerState.READY),
    ReportPrinter(state=PrinterState.READY),
    NextPrintJob(),
    EndPrintJob(job=2, outcome="printed"),
]
SYNC: list[AnyCall] = [
    WatchSync(),
    NextBatch(),
    SignCall(request_hash=bytes(32)),
    TakeAcknowledgement(raw=b"", nonce=bytes(16)),
    TakeSignedTime(raw=b"", nonce=bytes(16)),
    ReportNetwork(online=True),
    SummariseSync(),
]
CONTROL: list[AnyCall] = [
    Pay(text="garbage", amount_won=1_000),
    OpenRequest(amount_won=1_000),
    CloseRequest(nonce=bytes(16)),
    ReadJournal(after=0),
    CheckJournal(),
    ShowReceipt(receipt_number="000001"),
    ReprintReceipt(receipt_number="000001"),
    ListSales(),
    SyncNow(),
    SummariseSync(),
    ReadState(),
    Stop(),
]
CALLS = [
    *((Role.SCREEN, call) for call in SCREEN),
    *((Role.DEVICES, call) for call in DEVICES),
    *((Role.SYNC, call) for call in SYNC),
    *((Role.CONTROL, call) for call in CONTROL),
]
LOOKS_UP = (
    ListAttention,
    ListSales,
    ShowReceipt,
    SummariseSync,
    ReadJournal,
    CheckJournal,
    NextBatch,
    SignCall,
    TakeAcknowledgement,
)


@pytest.mark.parametrize(("role", "call"), CALLS, ids=[f"{role}-{type(call).__name__}" for role, call in CALLS])
def test_a_core_that_could_not_be_built_answers_every_call_in_its_own_words(role: Role, call: AnyCall) -> None:
    core = StoppedCore(terminal="t-bakery-1", fault=DiskFullError("no space"), time_s=7)

    if isinstance(call, LOOKS_UP):
        with pytest.raises(PosError, match="DiskFullError: no space"):
            core.handle(role, call)
        return
    answer = core.handle(role, call)

    match call:
        case Watch() | ReadState():
            assert isinstance(answer, State)
            assert answer.till.stop is SellingStop.DISK_FULL
        case NextPrintJob():
            assert answer == PrintJob(job=0)
        case _:
            is_selling = role in (Role.SCREEN, Role.CONTROL) and not isinstance(
                call, ClearVerdict | VerdictShown | SyncNow | Stop
            )
            refused = Refused(cause=Refusal.SELLING_STOPPED)
            assert answer == (refused if is_selling or isinstance(call, TakeSignedTime) else Done())
    assert core.is_stop_wanted == isinstance(call, Stop)


@pytest.mark.parametrize(("error", "stop"), AT_START, ids=[stop for _, stop in AT_START])
def test_a_core_that_could_not_be_built_says_why(error: JournalError, stop: SellingStop) -> None:
    assert StoppedCore(terminal="t", fault=error, time_s=7).till().stop is stop


def test_missing_trust_data_has_its_own_words() -> None:
    core = StoppedCore(terminal="t", fault=TrustError("issuers.json: cannot be read"), time_s=7)

    assert core.till().stop is SellingStop.TRUST_MISSING


def test_no_call_of_anybody_records_a_thing_while_entries_are_missing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.type_amount(9_000)
    shop.see(shop.code(4_000))
    shop.choose(1)
    shop.ask_phone()
    shop.devices(NextPrintJob())
    monkeypatch.setattr(shop.core.journal.outbox, "ledger_head", lambda: 1_000)
    shop.clock.pass_s(10_000)
    before = shop.kinds

    for role, call in CALLS:
        shop.core.handle(role, call)
    shop.core.tick()

    assert shop.kinds == before
    assert shop.till.stop is SellingStop.JOURNAL_BEHIND
