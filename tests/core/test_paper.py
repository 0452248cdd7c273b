"""Receipts on their way to paper: the shop's habit, paper that is out, outcomes that nobody knows, copies."""

from collections.abc import Callable

import pytest

from pos.journal.records import PrintState
from pos.link.calls import (
    Done,
    EndPrintJob,
    NextPrintJob,
    OpenDrawer,
    PayOther,
    PrintJob,
    PrintWaiting,
    Refused,
    ReportPrinter,
    ReprintReceipt,
    ShowReceipt,
    VerdictShown,
)
from pos.link.state import PrinterState, QuestionKind, QuestionView
from pos.till.reasons import Refusal
from pos.voucher.bodies import DrawerOpened, PrintOutcome, ReceiptPrinted, ReceiptReprinted
from tests.support.core_builders import Shop

NO_JOB = PrintJob(job=0)


def sell(shop: Shop, amount_won: int = 4_000) -> str:
    """One sale at the counter; gives its receipt number."""
    shop.type_amount(amount_won)
    shop.see(shop.code(amount_won))
    shop.screen(VerdictShown(entry_sequence=shop.verdict.entry_sequence))
    return shop.verdict.receipt_number


def fetch(shop: Shop) -> PrintJob:
    return shop.devices(NextPrintJob())


def end(shop: Shop, job: PrintJob, outcome: str) -> None:
    assert shop.devices(EndPrintJob(job=job.job, outcome=outcome)) == Done()


def print_one(shop: Shop, outcome: str = "printed") -> PrintJob:
    job = fetch(shop)
    assert job.job, "nothing waits for the printer"
    end(shop, job, outcome)
    return job


def printer(shop: Shop, state: PrinterState) -> None:
    shop.devices(ReportPrinter(state=state))


def question(shop: Shop) -> QuestionView:
    asked = shop.till.question
    assert asked is not None, "nothing is asked"
    return asked


def printed(shop: Shop) -> list[tuple[str, int, PrintOutcome]]:
    return [
        (body.receipt_number, body.copy_number, body.outcome)
        for body in shop.bodies
        if isinstance(body, ReceiptPrinted)
    ]


def copies(shop: Shop) -> list[tuple[str, int]]:
    return [(body.receipt_number, body.copy_number) for body in shop.bodies if isinstance(body, ReceiptReprinted)]


def last_paper(shop: Shop) -> str:
    """What the line about the last sale says of its receipt."""
    assert shop.till.last_sale is not None
    return shop.till.last_sale.paper


# The shop's habit


def test_always_prints_without_asking(shop: Shop) -> None:
    number = sell(shop)

    job = print_one(shop)

    assert (job.receipt_number, job.recover) == (number, False)
    assert printed(shop) == [(number, 1, PrintOutcome.PRINTED)]
    assert (fetch(shop), shop.till.question) == (NO_JOB, None)


def test_never_prints_only_what_is_asked_for(open_with: Callable[..., Shop]) -> None:
    shop = open_with(printing='"never"')
    number = sell(shop)

    assert (fetch(shop), shop.till.question, shop.till.printer.unprinted) == (NO_JOB, None, 0)
    assert shop.screen(ReprintReceipt(receipt_number=number)) == Done()
    assert fetch(shop).receipt_number == number
    assert copies(shop) == [], "what was never printed is no copy"


def test_ask_prints_on_one_key(open_with: Callable[..., Shop]) -> None:
    shop = open_with(printing='"ask"')
    number = sell(shop)

    assert (question(shop).kind, question(shop).receipt_number) == (QuestionKind.PRINT_RECEIPT, number)
    assert fetch(shop) == NO_JOB
    assert shop.core.devices_state().armed, "the next customer need not wait"

    shop.choose(1)

    assert print_one(shop).receipt_number == number


@pytest.mark.parametrize("how", ["digit", "code", "2"])
def test_ask_takes_the_next_customer_for_a_no(open_with: Callable[..., Shop], how: str) -> None:
    shop = open_with(printing='"ask"')
    sell(shop)
    if how == "digit":
        shop.type_amount(5_000)
    elif how == "code":
        shop.see("garbage")
    else:
        shop.choose(2)

    assert (shop.till.question, fetch(shop)) == (None, NO_JOB)


def test_ask_asks_after_cash_too(open_with: Callable[..., Shop]) -> None:
    shop = open_with(printing='"ask"')
    shop.type_amount(4_000)
    shop.screen(PayOther(kind="cash", amount_won=4_000))

    assert question(shop).kind is QuestionKind.PRINT_RECEIPT


@pytest.mark.parametrize(("printing", "waits"), [("always", 1), ("ask", 0), ("never", 0)])
def test_the_habit_holds_for_the_command_line_too(open_with: Callable[..., Shop], printing: str, waits: int) -> None:
    shop = open_with(printing=f'"{printing}"')
    shop.pay(shop.code(4_000), 4_000)

    assert shop.core.devices_state().jobs_waiting == waits


# Paper out


def test_after_paper_was_out_and_more_than_one_waits_one_key_decides(shop: Shop) -> None:
    printer(shop, PrinterState.PAPER_OUT)
    numbers = [sell(shop) for _ in range(3)]
    assert last_paper(shop) == PrintState.HELD, "nothing is being printed"
    printer(shop, PrinterState.READY)

    assert (question(shop).kind, question(shop).count) == (QuestionKind.PAPER_LOADED, 3)
    assert last_paper(shop) == PrintState.HELD
    assert fetch(shop) == NO_JOB, "nothing comes out before the question is answered"
    shop.choose(1)

    assert last_paper(shop) == PrintState.QUEUED
    assert [print_one(shop).receipt_number for _ in range(3)] == numbers
    assert last_paper(shop) == PrintState.PRINTED


@pytest.mark.parametrize(("choice", "comes_out"), [(2, 1), (3, 0)])
def test_only_the_last_or_none(shop: Shop, choice: int, comes_out: int) -> None:
    printer(shop, PrinterState.COVER_OPEN)
    numbers = [sell(shop) for _ in range(3)]
    printer(shop, PrinterState.PAPER_LOW)
    shop.choose(choice)

    assert [print_one(shop).receipt_number for _ in range(comes_out)] == numbers[3 - comes_out :]
    assert fetch(shop) == NO_JOB
    assert isinstance(shop.screen(ReprintReceipt(receipt_number=numbers[0])), Done), "they stay in the history"
    assert fetch(shop).receipt_number == numbers[0]


def test_one_receipt_that_waited_for_paper_comes_out_by_itself(shop: Shop) -> None:
    printer(shop, PrinterState.PAPER_OUT)
    sell(shop)
    printer(shop, PrinterState.READY)

    assert shop.till.question is None
    print_one(shop)


@pytest.mark.parametrize(("which", "comes_out"), [("all", 2), ("last", 1), ("none", 0)])
def test_the_cashier_may_decide_before_being_asked(shop: Shop, which: str, comes_out: int) -> None:
    sell(shop)
    sell(shop)

    assert shop.screen(PrintWaiting(which=which)) == Done()
    assert shop.till.printer.unprinted == comes_out


def test_there_is_nothing_to_decide_about_an_empty_queue(shop: Shop) -> None:
    assert shop.screen(PrintWaiting(which="all")) == Refused(cause=Refusal.NOTHING_WAITING)


def test_what_waited_for_paper_is_asked_about_before_a_customer_who_may_want_a_receipt(
    open_with: Callable[..., Shop],
) -> None:
    shop = open_with(printing='"ask"')
    printer(shop, PrinterState.PAPER_OUT)
    for _ in range(2):
        sell(shop)
        shop.choose(1)
    sell(shop)
    printer(shop, PrinterState.READY)

    assert question(shop).kind is QuestionKind.PAPER_LOADED
    assert fetch(shop) == NO_JOB


# Outcomes


def test_a_job_that_was_not_started_waits_again(shop: Shop) -> None:
    sell(shop)
    job = print_one(shop, "not_started")

    assert fetch(shop).job == job.job
    assert printed(shop) == []


def test_a_printer_that_cannot_tell_is_believed_and_marked(shop: Shop) -> None:
    number = sell(shop)
    print_one(shop, "unverified")

    assert printed(shop) == [(number, 1, PrintOutcome.UNVERIFIED)]
    assert shop.till.question is None


def test_an_unknown_outcome_is_a_question_and_nothing_prints_twice_by_itself(shop: Shop) -> None:
    number = sell(shop)
    print_one(shop, "unknown")

    assert (question(shop).kind, question(shop).receipt_number) == (QuestionKind.PRINT_UNKNOWN, number)
    assert fetch(shop) == NO_JOB


def test_unknown_answered_it_came_out(shop: Shop) -> None:
    number = sell(shop)
    print_one(shop, "unknown")
    shop.choose(1)

    assert printed(shop)[-1] == (number, 1, PrintOutcome.PRINTED)
    assert (shop.till.question, fetch(shop)) == (None, NO_JOB)


def test_unknown_answered_print_again_makes_a_marked_copy(shop: Shop) -> None:
    number = sell(shop)
    print_one(shop, "unknown")
    shop.choose(2)

    job = fetch(shop)
    assert (job.receipt_number, job.recover) == (number, True)
    assert copies(shop) == [(number, 2)]
    end(shop, job, "printed")
    assert printed(shop)[-1] == (number, 2, PrintOutcome.PRINTED)
    sell(shop)
    assert not fetch(shop).recover


def test_unknown_answered_later_is_asked_again_after_the_next_start(shop: Shop) -> None:
    sell(shop)
    print_one(shop, "unknown")
    shop.choose(3)

    assert shop.till.question is None
    sell(shop)
    print_one(shop)
    shop.restart()
    assert question(shop).kind is QuestionKind.PRINT_UNKNOWN


@pytest.mark.parametrize("choice", [-1, 0, 4, 99])
def test_a_choice_that_was_not_offered_prints_nothing(shop: Shop, choice: int) -> None:
    sell(shop)
    print_one(shop, "unknown")
    before = (question(shop), shop.kinds)

    assert shop.choose(choice) == Refused(cause=Refusal.QUESTION_GONE)
    assert (question(shop), shop.kinds) == before


def test_a_cut_while_a_receipt_was_being_sent_leaves_its_outcome_unknown(shop: Shop) -> None:
    number = sell(shop)
    fetch(shop)
    shop.restart()

    assert (question(shop).kind, question(shop).receipt_number) == (QuestionKind.PRINT_UNKNOWN, number)
    assert fetch(shop) == NO_JOB
    assert shop.till.attention_count == 1


def test_a_cut_before_a_receipt_was_sent_prints_it_as_the_original(shop: Shop) -> None:
    number = sell(shop)
    shop.restart()

    assert print_one(shop).receipt_number == number
    assert printed(shop) == [(number, 1, PrintOutcome.PRINTED)]


def test_the_end_of_a_job_that_nobody_sent_changes_nothing(shop: Shop) -> None:
    sell(shop)
    job = print_one(shop)
    before = shop.kinds

    end(shop, job, "printed")
    shop.devices(EndPrintJob(job=77, outcome="printed"))

    assert shop.kinds == before


def test_the_counters_question_comes_before_the_papers_and_neither_takes_the_others_answer(shop: Shop) -> None:
    sell(shop)
    print_one(shop, "unknown")
    papers = question(shop)
    shop.type_amount(9_000)
    shop.see(shop.code(4_000))

    counters = question(shop)
    assert counters.kind is QuestionKind.PART_PAYMENT
    assert counters.serial != papers.serial
    shop.choose(1)
    assert question(shop) == papers


# Copies


def test_every_copy_is_counted_and_marked(shop: Shop) -> None:
    number = sell(shop)
    print_one(shop)
    for _ in range(2):
        assert shop.screen(ReprintReceipt(receipt_number=number)) == Done()
        print_one(shop)

    assert copies(shop) == [(number, 2), (number, 3)]
    assert [copy for _, copy, _ in printed(shop)] == [1, 2, 3]


def test_a_copy_says_so_and_carries_the_same_code(shop: Shop) -> None:
    number = sell(shop)
    original = print_one(shop)
    shop.screen(ReprintReceipt(receipt_number=number))
    copy = print_one(shop)

    def code(job: PrintJob) -> list[str]:
        return [row.text for row in job.rows if row.kind == "qr"]

    assert code(original) == code(copy) != []
    assert len(copy.rows) > len(original.rows)


def test_there_is_no_copy_of_a_receipt_that_is_not_there(shop: Shop) -> None:
    for number in ("000001", "no such", "-1", "1; DROP TABLE entries", "9" * 30):
        assert shop.screen(ReprintReceipt(receipt_number=number)) == Refused(cause=Refusal.NOT_FOUND)
        assert shop.screen(ShowReceipt(receipt_number=number)) == Refused(cause=Refusal.NOT_FOUND)
    assert shop.kinds == []


def test_a_mute_printer_holds_up_nothing_but_its_own_queue(shop: Shop) -> None:
    for state in (PrinterState.SILENT, PrinterState.MISSING, PrinterState.FAULT, PrinterState.COVER_OPEN):
        printer(shop, state)
        sell(shop)

    assert shop.till.printer.unprinted == 4
    assert shop.kinds.count("payment.approved") == 4


def test_the_drawer_opens_with_a_reason_that_is_recorded_first(shop: Shop) -> None:
    before = shop.core.devices_state().drawer_serial

    assert shop.screen(OpenDrawer(cause="change")) == Done()

    opened = shop.bodies[-1]
    assert isinstance(opened, DrawerOpened)
    assert (opened.reason, shop.core.devices_state().drawer_serial) == ("change", before + 1)


# What was not wanted


def test_a_cut_right_behind_the_approval_prints_nothing_in_a_shop_that_never_prints(
    open_with: Callable[..., Shop],
) -> None:
    shop = open_with(printing='"never"')
    shop.type_amount(4_000)
    shop.see(shop.code(4_000))
    number = shop.verdict.receipt_number
    (job,) = shop.core.journal.paper.jobs_of(number)

    assert job.state is PrintState.HELD
    shop.restart()
    assert (fetch(shop), shop.till.printer.unprinted) == (NO_JOB, 0)


@pytest.mark.parametrize("habit", ["never", "ask"])
def test_that_nobody_wanted_the_receipt_is_recorded_when_no_customer_waits(
    open_with: Callable[..., Shop], habit: str
) -> None:
    shop = open_with(printing=f'"{habit}"')
    number = sell(shop)
    if habit == "ask":
        shop.choose(2)
    assert printed(shop) == []

    shop.core.tick()

    assert printed(shop) == [(number, 1, PrintOutcome.SKIPPED)]
    assert shop.till.last_sale is not None
    assert shop.till.last_sale.paper == "skipped"


def test_a_receipt_that_nobody_wanted_can_be_had_later_and_is_no_copy(open_with: Callable[..., Shop]) -> None:
    shop = open_with(printing='"never"')
    number = sell(shop)
    shop.core.tick()

    assert shop.screen(ReprintReceipt(receipt_number=number)) == Done()

    job = print_one(shop)
    assert (job.receipt_number, copies(shop)) == (number, [])
    assert printed(shop)[-1] == (number, 1, PrintOutcome.PRINTED)
    shop.screen(ReprintReceipt(receipt_number=number))
    assert copies(shop) == [(number, 2)], "the second paper is a copy"


def test_a_skipped_receipt_does_not_hide_a_verdict_that_nobody_saw(open_with: Callable[..., Shop]) -> None:
    shop = open_with(printing='"never"')
    shop.type_amount(4_000)
    shop.see(shop.code(4_000))
    shop.core.tick()
    shop.restart()

    assert shop.till.attention_count == 1


def test_the_tables_are_the_entries_after_skips(open_with: Callable[..., Shop]) -> None:
    shop = open_with(printing='"never"')
    number = sell(shop)
    shop.core.tick()
    shop.screen(ReprintReceipt(receipt_number=number))
    print_one(shop)

    assert shop.core.journal.verify().differences == ()
