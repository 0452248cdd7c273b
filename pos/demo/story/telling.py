"""`pos demo --headless --story day`: tells the day over the screen's link and audits it.

Rules:

- scenes happen one after the other in real time; the hours are the story's;
- each scene says beforehand what the till must answer, and stops the story where it answers something else;
- what the scenes took in is added up by them alone, and in the evening has to be what the closing report, an auditor of
  both sides' files and the ledger's own books say, to the won.
"""

import contextlib
import sys
from pathlib import Path
from typing import Final

from pos.demo.showing import DemoError
from pos.demo.story.by_link import LinkHands
from pos.demo.story.day import tell
from pos.demo.story.second_till import enrol_second_till
from pos.demo.story.stage import Stage
from pos.demo.story.takings import Takings
from pos.demo.story.yesterday import live_yesterday
from pos.demo.town import demo_folder, running_town
from pos.exits import Exit
from pos.ledger.audit import audit as audit_ledger
from pos.money import format_won
from pos.sandbox.auditor import AuditReport, audit
from pos.sandbox.town import TOWN_FILE, Town

AGREE: Final = "till, ledger and reports agree to the won"


def run_story(*, seed: int, out: Path | None) -> int:
    """Tell the day and audit it; done when till, ledger and reports agree to the won."""
    with demo_folder(out) as folder:
        if (folder / TOWN_FILE).exists():
            raise DemoError(f"{folder} has seen a day already; name a new or empty folder")
        _say(f"town: {folder}")
        with running_town(folder, seed=seed, prepare=lambda town: prepare(town, seed=seed)) as running:
            hands = LinkHands(running)
            with contextlib.closing(hands), contextlib.closing(Stage(running, hands, seed=seed)) as stage:
                for line in tell(stage):
                    _say(line)
                problems = tuple(stage.takings.differences(stage.report("z").figures))
                papers = stage.papers()
        _say(f"receipts and reports: {folder / 'paper'}")
        for name, text in papers.items():
            _say(f"  {name}  {title_of(text)}")
        return _evening(folder, stage.takings, problems)


def prepare(town: Town, *, seed: int) -> None:
    """The shop's other till, and yesterday."""
    enrol_second_till(town, seed=seed)
    live_yesterday(town)


def disagreements(folder: Path, takings: Takings) -> tuple[str, ...]:
    """What an auditor of both sides' files, and the ledger's own auditor, find beside the one disputed payment."""
    report, books = audit(folder), audit_ledger(folder / "ledger")
    found = [problem for problem in report.problems if not _is_disputed(problem, report, takings)]
    known_won = report.settled_won + report.waiting_won + takings.disputed_won
    if report.approved_won != known_won:
        found.append(f"{report.approved_won} won were approved, {known_won} won are settled, waiting or disputed")
    if report.approved_won != takings.approved_won:
        found.append(f"{takings.approved_won} won were paid by code, the journal approved {report.approved_won}")
    if books.payments.get("conflict", 0) != takings.disputed_count:
        found.append(f"the ledger counts {books.payments} payments, {takings.disputed_count} of them disputed")
    return (*found, *books.problems)


def _is_disputed(problem: str, report: AuditReport, takings: Takings) -> bool:
    """Whether the auditor names what the story expects: one payment in conflict, missing from what was settled."""
    left_won = report.approved_won - takings.disputed_won
    unbalanced = f"{report.approved_won} won were approved, {left_won} won are settled or waiting"
    in_conflict = problem.endswith(f" over {takings.disputed_won} won is conflict at the ledger")
    return takings.disputed_count == 1 and (in_conflict or problem == unbalanced)


def title_of(text: str) -> str:
    """The first words on a paper."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def _evening(folder: Path, takings: Takings, problems: tuple[str, ...]) -> int:
    problems = (*problems, *disagreements(folder, takings))
    _say(f"taken: {takings.sales} sales, {format_won(takings.total_won)} won")
    for form, won in sorted(takings.forms_won.items()):
        _say(f"  {form:<14}{format_won(won):>10}")
    _say(f"  {'change':<14}{format_won(-takings.change_won):>10}")
    for form, won in sorted(takings.refunds_won.items()):
        _say(f"  {form + ' back':<14}{format_won(-won):>10}")
    settled_won = takings.approved_won - takings.disputed_won
    _say(
        f"ledger: {format_won(settled_won)} won settled, {format_won(takings.disputed_won)} won disputed with evidence"
    )
    for problem in problems:
        _say(f"DISAGREEMENT: {problem}")
    _say("NOT GOOD" if problems else AGREE)
    return Exit.FAULT if problems else Exit.DONE


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
