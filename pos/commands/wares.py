"""`pos catalogue` and `pos report exchange`."""

import csv
import sys
from pathlib import Path
from typing import TextIO

import msgspec

from pos.commands.faults import not_now
from pos.commands.output import print_json, print_line
from pos.config import TerminalConfig
from pos.exits import Exit
from pos.link.calls import ExchangeLine, ImportCatalogue, ReadExchange, Refused
from pos.terminal import open_control
from pos.till.catalogue import ProblemKind
from pos.words.en.catalogue import PROBLEMS

_HEAD = (
    "issuer",
    "program",
    "name",
    "denomination_won",
    "count",
    "amount_won",
    "state",
    "submission",
    "submitted",
    "credited",
    "unnumbered",
    "serials",
    "reported",
)


class CatalogueJson(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the file."""

    articles: int
    problems: tuple[tuple[int, str, str], ...]


def catalogue(config: TerminalConfig, action: str, file: Path, *, as_json: bool) -> int:
    """Look at a catalogue, or use it from now on; a file with a wrong line is not used."""
    content = file.read_bytes()
    with open_control(config) as control:
        answer = control.call(ImportCatalogue(content=content, is_trial=action == "check"))
        if isinstance(answer, Refused):
            raise not_now(control, answer.cause)
    if as_json:
        problems = tuple((problem.line, problem.kind, problem.text) for problem in answer.problems)
        print_json(CatalogueJson(articles=answer.articles, problems=problems))
    else:
        for problem in answer.problems:
            shown = f": {problem.text!r}" if problem.text else ""
            print_line(f"{file}:{problem.line}: {PROBLEMS[ProblemKind(problem.kind)]}{shown}")
        if not answer.problems:
            print_line(f"{answer.articles} articles{'' if action == 'check' else ' in use'}")
    return Exit.USAGE if answer.problems else Exit.DONE


def exchange(config: TerminalConfig, *, issuer: str, csv_file: Path | None, as_json: bool) -> int:
    """The exchange sheet for the bank trip: issuer, denomination, count, serials."""
    with open_control(config) as control:
        lines = control.call(ReadExchange(issuer=issuer)).lines
    if csv_file is not None:
        # With a mark in front, a spreadsheet in Korea reads the names right.
        with csv_file.open("w", encoding="utf-8-sig", newline="") as file:
            _write_csv(file, lines)
    if as_json:
        for line in lines:
            print_json(line)
    elif csv_file is None:
        _write_csv(sys.stdout, lines)
    return Exit.DONE


def _write_csv(file: TextIO, lines: tuple[ExchangeLine, ...]) -> None:
    sheet = csv.writer(file, lineterminator="\n")
    sheet.writerow(_HEAD)
    for line in lines:
        state = "credited" if line.credited_date else "submitted" if line.submission else "drawer"
        places = (state, line.submission or "", line.submitted_date, line.credited_date)
        notes = (line.denomination_won, line.count, line.amount_won)
        numbers = (line.unnumbered, " ".join(line.serials), " ".join(line.reported))
        sheet.writerow((line.issuer, line.program, line.name, *notes, *places, *numbers))
