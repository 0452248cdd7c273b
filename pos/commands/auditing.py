"""`pos ledger audit`: the books proven from stored evidence alone."""

from pathlib import Path

from pos.commands.output import print_json, print_line
from pos.exits import Exit
from pos.ledger.audit import audit


def audit_ledger(data: Path, *, database: str | None, as_json: bool) -> int:
    """Done when the books add up; every disagreement is a line."""
    report = audit(data, database=database)
    if as_json:
        print_json(report)
    else:
        counted = ", ".join(f"{count} {status}" for status, count in sorted(report.payments.items()))
        print_line(f"{report.entries} entries; payments: {counted or 'none'}; settled {report.settled_won:,} won")
        for problem in report.problems:
            print_line(f"  {problem}")
        print_line("the books add up" if not report.problems else f"{len(report.problems)} problems")
    return Exit.DONE if not report.problems else Exit.FAULT
