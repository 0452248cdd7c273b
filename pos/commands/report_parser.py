"""Parsing of `pos report`; the work is in `reports`, imported when asked for."""

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pos.commands.ware_parsers import Load, Options

if TYPE_CHECKING:
    from pos.commands.ware_parsers import Commands

_COUNTED_MAX_WON = 100_000_000


def add_report_parser(commands: "Commands", options: Options, config: Load) -> "Commands":
    """Add `report` to the program's commands; returns the place of further kinds of report."""
    report = commands.add_parser("report", help="what the shop's days add up to")
    kinds = report.add_subparsers(dest="kind", required=True, metavar="KIND")
    interim = kinds.add_parser("x", help="the day so far; closes nothing")
    closing = kinds.add_parser("z", help="the last closing, or another one")
    which = closing.add_mutually_exclusive_group()
    which.add_argument("--number", type=_number, metavar="N", help="the closing of this number")
    which.add_argument("--close", action="store_true", help="close the day first")
    closing.add_argument("--counted", type=_counted, metavar="WON", help="with --close: what is in the drawer")
    period = kinds.add_parser("period", help="the sum of a period's closings")
    period.add_argument("period", metavar="PERIOD", help="2026-11, 2026-Q4, 2026-H2 or 2026")
    for kind in (interim, closing, period):
        kind.add_argument("--print", action="store_true", help="on the receipt printer as well")
        kind.add_argument("--png", type=Path, metavar="FILE", help="as a picture as well")
        for add in options:
            add(kind)
        kind.set_defaults(run=partial(_run, config))
    return kinds


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not the number of a closing")
    return int(text)


def _counted(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= _COUNTED_MAX_WON):
        raise argparse.ArgumentTypeError(f"{text!r} is not a sum of 0 to 100,000,000 won")
    return int(text)


def _run(config: Load, options: argparse.Namespace) -> int:
    from pos.commands.reports import ReportOptions, report

    asked = ReportOptions(
        kind=options.kind,
        number=getattr(options, "number", None),
        period=getattr(options, "period", ""),
        is_closing=getattr(options, "close", False),
        counted_won=getattr(options, "counted", None),
        is_printed=options.print,
        png=options.png,
        as_json=options.json,
    )
    return report(config(options), asked)
