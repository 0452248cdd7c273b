"""A program that sells with the real journal until it ends or dies; the tests around it cut, kill and starve it.

    python seller.py STATE MIRROR|- FIRST SALES

It writes one line per event, unbuffered, only after what the line says is true:

    READY [<error>] · ACK <sale> <what> · TRUTH <sale> <what> recorded|lost <cause> · FAULT <sale> <error>

where <what> is payment or receipt.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from pos.errors import JournalError, OutcomeUnknownError
from pos.journal.journal import Journal
from pos.voucher.bodies import EntryBody, PrintOutcome, ReceiptPrinted
from tests.support.journal_builders import Purse, a_reading, approved, cash, open_journal


def say(line: str) -> None:
    os.write(1, line.encode("ascii") + b"\n")


def main(state: str, mirror: str, first: str, sales: str) -> None:
    try:
        journal, report = open_journal(Path(state), mirror=None if mirror == "-" else Path(mirror))
    except JournalError as error:
        say(f"FAULT 0 {type(error).__name__}")
        return
    say("READY" if report.write_fault is None else f"READY {type(report.write_fault).__name__}")
    for sale in range(int(first), int(first) + int(sales)):
        number = journal.sales.next_receipt_number()
        try:
            if record(journal, sale, "payment", tenders(sale, number)):
                record(journal, sale, "receipt", [printed(number)])
        except JournalError as error:
            say(f"FAULT {sale} {type(error).__name__}")
        if journal.must_reopen:
            break
    journal.close()


def record(journal: Journal, sale: int, what: str, drafts: Sequence[EntryBody]) -> bool:
    """Record, or find out what became of it; whether it is recorded."""
    try:
        journal.record(drafts, reading=a_reading(boot_ms=1_000 * sale + len(what)))
    except OutcomeUnknownError:
        truth = journal.reopen()
        say(f"TRUTH {sale} {what} {'recorded' if truth.recorded else 'lost'} {type(truth.fault).__name__}")
        return bool(truth.recorded)
    say(f"ACK {sale} {what}")
    return True


def tenders(sale: int, number: str) -> Sequence[EntryBody]:
    """A voucher and some cash: two entries at once."""
    return (
        approved(Purse(number=sale).pay(1_000), 1_000, number=number, sale=sale, total_won=1_500),
        cash(500, sale=sale, total_won=1_500),
    )


def printed(number: str) -> EntryBody:
    return ReceiptPrinted(receipt_number=number, copy_number=1, outcome=PrintOutcome.PRINTED)


if __name__ == "__main__":
    main(*sys.argv[1:])
