"""`pos report`: the day so far, the last closing, a period; and closing from the command line."""

from dataclasses import dataclass
from pathlib import Path

from pos.commands.faults import refusal_words
from pos.commands.output import print_json, print_line
from pos.config import TerminalConfig
from pos.control import Control
from pos.errors import ConfigError, PosError
from pos.exits import Exit
from pos.link.calls import CloseDay, PrintDocument, ReadReport, ReceiptPage, Refused, ReportPage
from pos.terminal import open_control
from pos.till.report.period import period_name


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOptions:
    """What was asked for."""

    kind: str
    """ "x", "z" or "period"."""
    number: int | None = None
    period: str = ""
    is_closing: bool = False
    counted_won: int | None = None
    is_printed: bool = False
    png: Path | None = None
    as_json: bool = False


def report(config: TerminalConfig, options: ReportOptions) -> int:
    """Show a report, and put it on paper or into a picture where that is wanted."""
    name = _name(options)
    with open_control(config) as control:
        if options.is_closing:
            name = f"Z{_close(control, options.counted_won)}"
        page = control.call(ReadReport(name=name))
        if isinstance(page, Refused):
            raise PosError(f"report {options.period or name}: {refusal_words(page.cause)}")
        if options.is_printed:
            _print(control, page.name)
    if options.png is not None:
        _draw(page, config, options.png)
    if options.as_json:
        print_json(page)
    else:
        for line in page.lines:
            print_line(line)
    return Exit.DONE


def _name(options: ReportOptions) -> str:
    if options.kind == "period":
        name = period_name(options.period)
        if name is None:
            raise ConfigError((f"{options.period!r} is no period; name one as 2026-11, 2026-Q4, 2026-H2 or 2026",))
        return name
    if options.number is not None:
        return f"Z{options.number}"
    return options.kind


def _close(control: Control, counted_won: int | None) -> int:
    closing = control.call(CloseDay(counted_won=counted_won))
    if isinstance(closing, Refused):
        raise PosError(f"the day is not closed: {refusal_words(closing.cause)}")
    return closing.z_number


def _print(control: Control, name: str) -> None:
    answer = control.call(PrintDocument(name=name))
    if isinstance(answer, Refused):
        raise PosError(f"report {name}: {refusal_words(answer.cause)}")
    control.see_to_paper(name)


def _draw(page: ReportPage, config: TerminalConfig, path: Path) -> None:
    from pos.devices.picture import draw_receipt

    drawn = ReceiptPage(receipt_number=page.name, columns=page.columns, rows=page.rows, lines=page.lines)
    draw_receipt(drawn, profile_name=config.printer.profile, path=path)
