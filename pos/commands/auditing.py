"""`pos ledger audit`: the books proven from stored evidence alone; `pos ledger conflicts`: what was spent twice."""

from contextlib import closing
from functools import partial
from pathlib import Path

from pos.commands.output import print_json, print_line
from pos.exits import Exit
from pos.ledger.answers import evidence_of
from pos.ledger.audit import audit
from pos.ledger.conflicts import conflicts_after
from pos.ledger.database import Database, open_database
from pos.ledger.folder import open_folder


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


def list_conflicts(data: Path, *, database: str | None, out: Path | None, as_json: bool) -> int:
    """List all conflicts of a ledger, running or not; with `out` also write an evidence file for each."""
    folder = open_folder(data)
    with closing(open_database(database or folder.database_url, ledger=folder.ledger)) as opened:
        last = ("", 0)
        while page := opened.read(partial(conflicts_after, last=last)):
            for conflict in page:
                if as_json:
                    print_json(conflict)
                else:
                    place = f"{conflict.terminal} entry {conflict.sequence}"
                    print_line(f"{place}: {conflict.amount_won:,} won, borne by the {conflict.bearer}")
                if out is not None:
                    _write_evidence(opened, conflict.terminal, conflict.sequence, out)
            last = (page[-1].terminal, page[-1].sequence)
    return Exit.DONE


def _write_evidence(database: Database, terminal: str, sequence: int, out: Path) -> None:
    evidence = database.read(lambda connection: evidence_of(connection, terminal, sequence))
    assert evidence is not None, "every conflict has its evidence"
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{terminal}-{sequence}.evidence").write_bytes(evidence.to_bytes())
