"""An auditor who trusts neither side: does what the terminal approved equal what the ledger settled or still awaits?

It reads only the two sides' files (`books`) and finds, to the won and by its own reckoning:

1. the journal is one signed chain from entry 1, without gaps;
2. no payment was approved twice, and no voucher for more than its value, along its spend line;
3. receipt numbers run without gaps and in order, and no two sales share one;
4. the ledger's entries are the beginning of the terminal's, byte for byte;
5. every approved entry that the ledger holds has one verdict over the same amount, and nothing else has any;
6. approved = settled + waiting. Whatever was refused, doubled, disputed or left pending is named.

Whether the ledger's own accounts balance is its own audit's business (`pos ledger audit`).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

from pos.sandbox.books import (
    APPROVED,
    JournalEntry,
    LedgerBooks,
    LedgerVerdict,
    Spending,
    read_journal,
    read_ledger,
    read_terminal_key,
)
from pos.sandbox.town import open_town

SETTLED: Final = "settled"
_NO_ENTRY: Final = bytes(32)
_NUMBER: Final = re.compile(r"(.*?)([0-9]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """What the auditor found; amounts in won."""

    entries: int
    approved_count: int
    approved_won: int
    settled_count: int
    settled_won: int
    waiting_count: int
    waiting_won: int
    """Approved and not yet at the ledger."""
    receipts: int
    problems: tuple[str, ...]
    """Everything that is not as it must be, one sentence each; empty means that both sides agree to the won."""


def audit(town_dir: Path) -> AuditReport:
    """Audit the shop's terminal against the town's ledger; SandboxError if one cannot be read at all."""
    return audit_files(town_dir / "state", town_dir / "ledger", terminal=open_town(town_dir).terminal)


def audit_files(state_dir: Path, ledger_dir: Path, *, terminal: str) -> AuditReport:
    """Compare a terminal's state folder with a ledger's data folder; SandboxError if one cannot be read at all."""
    journal = read_journal(state_dir, read_terminal_key(ledger_dir, terminal))
    return compare(journal, read_ledger(ledger_dir, terminal))


def compare(journal: Sequence[JournalEntry], ledger: LedgerBooks) -> AuditReport:
    """The report on two sets of books; pure."""
    approved = [entry for entry in journal if entry.kind == APPROVED]
    waiting = [entry for entry in approved if entry.sequence > len(ledger.entries)]
    settled = [verdict for verdict in ledger.verdicts if verdict.status == SETTLED]
    numbers = _receipt_numbers(journal)
    report = AuditReport(
        entries=len(journal),
        approved_count=len(approved),
        approved_won=_sum(entry.amount_won for entry in approved),
        settled_count=len(settled),
        settled_won=_sum(verdict.amount_won for verdict in settled),
        waiting_count=len(waiting),
        waiting_won=_sum(entry.amount_won for entry in waiting),
        receipts=len(numbers),
        problems=(
            *_chain(journal),
            *_spent_once(approved),
            *_counted(numbers),
            *_one_sale_each(journal),
            *_same_entries(journal, ledger.entries),
            *_verdicts(approved, ledger),
        ),
    )
    return replace(report, problems=(*report.problems, *_balance(report)))


def _sum(amounts: Iterable[int | None]) -> int:
    return sum(amount_won or 0 for amount_won in amounts)


def _balance(report: AuditReport) -> Iterator[str]:
    known_won = report.settled_won + report.waiting_won
    if report.approved_won != known_won:
        yield f"{report.approved_won} won were approved, {known_won} won are settled or waiting"


def _chain(journal: Sequence[JournalEntry]) -> Iterator[str]:
    previous = _NO_ENTRY
    for place, entry in enumerate(journal, start=1):
        if entry.sequence != place:
            yield f"entry {place} of the journal is numbered {entry.sequence}"
        if entry.previous != previous:
            yield f"entry {entry.sequence} does not follow from the one before it"
        if not entry.is_signed:
            yield f"entry {entry.sequence} is not signed by the terminal"
        previous = entry.hash


def _spent_once(approved: Iterable[JournalEntry]) -> Iterator[str]:
    lines: dict[str, list[Spending]] = {}
    for entry in approved:
        if entry.spending is None:
            yield f"entry {entry.sequence} approves what is no payment"
            continue
        if entry.amount_won != entry.spending.amount_won:
            yield f"entry {entry.sequence} records {entry.amount_won} won for a code over {entry.spending.amount_won}"
        lines.setdefault(entry.spending.account, []).append(entry.spending)
    for account, line in lines.items():
        yield from _line(account, line)


def _line(account: str, line: Sequence[Spending]) -> Iterator[str]:
    """A voucher's payments in the order of their approval."""
    for payment in line:
        if payment.before_won + payment.amount_won > payment.value_won:
            yield f"voucher {account} paid more than its {payment.value_won} won"
    for place, times in Counter(payment.place for payment in line).items():
        if times > 1:
            yield f"payment {place} of voucher {account} was approved {times} times"
    for earlier, later in pairwise(line):
        if later.place > earlier.place and later.before_won < earlier.before_won + earlier.amount_won:
            yield f"payments {earlier.place} and {later.place} of voucher {account} overlap"
        if later.place < earlier.place:
            yield f"payment {later.place} of voucher {account} was approved after payment {earlier.place}"


def _receipt_numbers(journal: Iterable[JournalEntry]) -> tuple[str, ...]:
    """Every receipt number, in the order of its first use."""
    return tuple(dict.fromkeys(entry.receipt_number for entry in journal if entry.receipt_number is not None))


def _counted(numbers: Iterable[str]) -> Iterator[str]:
    """Numbers of one series (what stands before the counting digits) must count up from 1."""
    series: dict[str, list[int]] = {}
    for number in numbers:
        parts = _NUMBER.fullmatch(number)
        if parts is None:
            yield f"receipt number {number!r} does not count"
        else:
            series.setdefault(parts[1], []).append(int(parts[2]))
    for prefix, counted in series.items():
        for earlier, later in pairwise([0, *counted]):
            if later != earlier + 1:
                yield f"receipt {prefix}{later} follows number {earlier}"


def _one_sale_each(journal: Iterable[JournalEntry]) -> Iterator[str]:
    sales: dict[str, set[bytes | None]] = {}
    for entry in journal:
        if entry.receipt_number is not None:
            sales.setdefault(entry.receipt_number, set()).add(entry.sale_id)
    for number, of in sales.items():
        if len(of) > 1:
            yield f"receipt {number} was given to {len(of)} sales"


def _same_entries(journal: Sequence[JournalEntry], stored: Sequence[bytes]) -> Iterator[str]:
    if len(stored) > len(journal):
        yield f"the ledger holds {len(stored)} entries, the terminal {len(journal)}"
    for entry, raw in zip(journal, stored, strict=False):
        if entry.raw != raw:
            yield f"entry {entry.sequence} at the ledger is another one than at the terminal"


def _verdicts(approved: Sequence[JournalEntry], ledger: LedgerBooks) -> Iterator[str]:
    verdicts = {verdict.sequence: verdict for verdict in ledger.verdicts}
    for entry in approved:
        verdict = verdicts.pop(entry.sequence, None)
        if verdict is not None:
            yield from _verdict(entry, verdict)
        elif entry.sequence <= len(ledger.entries):
            yield f"the ledger holds entry {entry.sequence} and has no verdict on it"
    for sequence in verdicts:
        yield f"the ledger has a verdict on entry {sequence}, which approves nothing"


def _verdict(entry: JournalEntry, verdict: LedgerVerdict) -> Iterator[str]:
    if verdict.amount_won != entry.amount_won:
        yield f"entry {entry.sequence} is over {entry.amount_won} won, at the ledger over {verdict.amount_won}"
    if verdict.status != SETTLED:
        yield f"entry {entry.sequence} over {entry.amount_won} won is {verdict.status} at the ledger"
