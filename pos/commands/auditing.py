"""The operator's commands on a ledger's database, running or not: `pos ledger audit`, `conflicts`, `payout`."""

import time
from contextlib import closing
from functools import partial
from pathlib import Path

from pos.commands.output import print_json, print_line
from pos.errors import ConfigError
from pos.exits import Exit
from pos.ledger import payouts
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


def pay_out(data: Path, *, database: str | None, confirm: tuple[str, str] | None, as_json: bool) -> int:
    """Pay out every merchant to whom something is owed, or confirm one deposit; declined if there is none such."""
    folder, now_s = open_folder(data), int(time.time())
    key = folder.keys.message
    with closing(open_database(database or folder.database_url, ledger=folder.ledger)) as opened:
        if confirm is None:
            merchants = opened.read(payouts.owed_merchants)
            made = [payouts.pay_out(opened, merchant, message_key=key, now_s=now_s) for merchant in merchants]
        elif confirm[1].isdecimal():
            made = [payouts.confirm(opened, confirm[0], int(confirm[1]), message_key=key, now_s=now_s)]
        else:
            raise ConfigError((f"{confirm[1]!r} is not the number of a payout",))
    for payout in made:
        if payout is None:
            continue
        if as_json:
            print_json(payout)
        else:
            print_line(
                f"{payout.merchant} {payout.number}: {payout.amount_won:,} won, {payout.deposit_on} {payout.state}"
            )
    return Exit.DONE if confirm is None or made != [None] else Exit.DECLINED


def _write_evidence(database: Database, terminal: str, sequence: int, out: Path) -> None:
    evidence = database.read(lambda connection: evidence_of(connection, terminal, sequence))
    assert evidence is not None, "every conflict has its evidence"
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{terminal}-{sequence}.evidence").write_bytes(evidence.to_bytes())
