"""A journal of years: opening, selling and computing anew stay quick, and memory stays flat."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pos.journal.journal import Journal
from pos.voucher.bodies import PrintOutcome, ReceiptPrinted
from tests.support.journal_builders import Purse, a_reading, open_journal, sell

ROOT = Path(__file__).parents[2]

FILL = """
import sys
from pathlib import Path
from pos.journal.adoption import insert_signed
from pos.journal.chain import Head, sign_next
from pos.journal.records import PrintState
from tests.support.journal_builders import TERMINAL_KEY, Purse, a_reading, approved, open_journal

folder, payments = Path(sys.argv[1]), int(sys.argv[2])
journal, _ = open_journal(folder)
database, head, purse = journal._database, journal.head, Purse()
for number in range(1, payments + 1):
    if number % 1_000 == 1:
        batch = []
    if number % 4 == 1:
        purse = Purse(number=number)
    draft = approved(purse.pay(1_000), 1_000, number=f"{number:06d}", sale=number)
    batch.append(sign_next(draft, after=head, reading=a_reading(time_s=1_795_316_400 + number), key=TERMINAL_KEY))
    head = Head.of(batch[-1])
    if number % 1_000 == 0 or number == payments:
        with database.transaction() as transaction:
            insert_signed(transaction, batch, new_jobs=PrintState.HELD)
            transaction.connection.execute("DELETE FROM paper")
            transaction.connection.execute("INSERT OR IGNORE INTO shown SELECT sequence FROM entries")
journal.close()
"""
MEASURE = r"""
import re, statistics, sys, time
from pathlib import Path
from tests.support.journal_builders import Purse, a_reading, approved, open_journal

def peak_mb():
    # A child of a large process begins with its peak in ru_maxrss.
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024

def timed(name, action):
    start = time.perf_counter()
    answer = action()
    print(f"{name} {time.perf_counter() - start:.3f}")
    return answer

folder, payments = Path(sys.argv[1]), int(sys.argv[2])
print(f"imported_mb {peak_mb():.1f}")
journal, report = timed("first_open_s", lambda: open_journal(folder))
journal.close()
journal, report = timed("open_s", lambda: open_journal(folder))
assert report.head.sequence == payments and report.signatures_checked == 0
print(f"opened_mb {peak_mb():.1f}")
times = []
purse = Purse(number=payments + 1, value_won=1_000_000)
for number in range(1, 301):
    draft = approved(purse.pay(1_000), 1_000, number=f"{payments + number:06d}", sale=payments + number)
    reading = a_reading(time_s=1_795_916_400 + number)
    start = time.process_time()
    journal.record([draft], reading=reading)
    times.append(time.process_time() - start)
print(f"record_cpu_ms {statistics.median(times) * 1000:.3f}")
questions = time.perf_counter()
for _ in range(200):
    journal.payments.approved_payment(purse.payment_identity(301))
    journal.payments.highest_point(purse.identity)
    journal.payments.voucher_spent_since_contact(purse.identity)
    journal.payments.exposure(), journal.outbox.waiting(), journal.sales.next_receipt_number()
print(f"questions_ms {(time.perf_counter() - questions) * 5:.3f}")
timed("last_sale_s", journal.sales.last_sale)
timed("search_s", lambda: journal.sales.search(amount_won=777))
timed("totals_s", lambda: journal.day_totals("2026-11-22"))
print(f"selling_mb {peak_mb():.1f}")
timed("rebuild_s", journal.rebuild)
print(f"rebuilt_mb {peak_mb():.1f}")
timed("hold_still_s", journal.hold_still)
assert journal.let_go()
found = timed("verify_s", journal.verify)
assert found.problems == ()
print(f"verified_mb {peak_mb():.1f}")
journal.close()
print(f"file_mb {(folder / 'journal.db').stat().st_size / 1e6:.1f}")
"""


def measure(folder: Path, payments: int) -> dict[str, float]:
    """Fill a journal, then measure in a process of its own."""
    folder.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    said = ""
    for program in (FILL, MEASURE):
        done = subprocess.run(
            [sys.executable, "-c", program, folder, str(payments)],
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        said = done.stdout
    return {name: float(value) for name, value in re.findall(r"(\w+) ([\d.]+)", said)}


def steps(journal: Journal, question: Callable[[], object]) -> int:
    """How many steps SQLite's machine takes for a question: what it costs, on any computer."""
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    connection = journal._database.connection
    connection.set_progress_handler(step, 1)
    question()
    connection.set_progress_handler(None, 1)
    return count


def costs(folder: Path, sales: int) -> dict[str, int]:
    """The steps of everything that is asked or done during a sale, in a journal of this many."""
    folder.mkdir()
    journal, _ = open_journal(folder)
    for sale in range(1, sales + 1):
        entry = sell(journal, Purse(number=sale), 1_000, sale=sale)
        journal.attention.mark_shown(entry.sequence)
        printed = ReceiptPrinted(receipt_number=f"{sale:06d}", copy_number=1, outcome=PrintOutcome.PRINTED)
        journal.record([printed], reading=a_reading())
    newest, unknown = Purse(number=sales), Purse(number=sales + 1)
    questions: dict[str, Callable[[], object]] = {
        "approved_payment": lambda: journal.payments.approved_payment(newest.payment_identity(1)),
        "new_payment": lambda: journal.payments.approved_payment(unknown.payment_identity(1)),
        "payments_of_sequence": lambda: journal.payments.payments_of_sequence(newest.payment_identity(1)),
        "highest_point": lambda: journal.payments.highest_point(newest.identity),
        "voucher_spent": lambda: journal.payments.voucher_spent_since_contact(newest.identity),
        "exposure": journal.payments.exposure,
        "waiting": journal.outbox.waiting,
        "next_receipt_number": journal.sales.next_receipt_number,
        "last_sale": journal.sales.last_sale,
        "open_sales": journal.sales.open_sales,
        "page_of_sales": lambda: journal.sales.search(sales_max=5),
        "receipt_entries": lambda: journal.sales.receipt_entries(f"{sales:06d}"),
        "open_requests": journal.requests.open_requests,
        "next_job": journal.paper.next_job,
        "attention": journal.attention.items,
        "batch": lambda: journal.outbox.entries_after(2 * sales - 5),
        "record": lambda: sell(journal, unknown, 1_000, sale=sales + 1),
    }
    counted = {name: steps(journal, question) for name, question in questions.items()}
    journal.close()
    return counted


def test_what_is_asked_during_a_sale_costs_the_same_in_a_large_journal(tmp_path: Path) -> None:
    small, large = costs(tmp_path / "small", 30), costs(tmp_path / "large", 300)

    assert {name: (small[name], large[name]) for name in small if large[name] > small[name] * 1.2 + 10} == {}


@pytest.mark.slow
def test_a_hundred_thousand_payments(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    few = measure(tmp_path / "few", 1_000)
    many = measure(tmp_path / "many", 100_000)

    with capsys.disabled():
        sys.stdout.write(f"\n1 000 payments: {few}\n100 000 payments: {many}\n")
    # The bounds are wide: they catch what grows with the journal, not a busy machine.
    assert many["selling_mb"] < few["selling_mb"] + 10
    assert many["verified_mb"] < few["verified_mb"] + 20
    assert many["open_s"] < 10
    assert many["record_cpu_ms"] < few["record_cpu_ms"] * 1.5 + 0.1
