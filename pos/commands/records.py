"""`pos journal` and `pos receipt`."""

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from pos.commands.faults import refusal_words
from pos.commands.output import print_json, print_line
from pos.config import TerminalConfig
from pos.control import Control
from pos.errors import PosError
from pos.exits import Exit
from pos.link.calls import CheckJournal, ReadJournal, ReceiptPage, Refused, ReprintReceipt, ShowReceipt
from pos.terminal import open_control
from pos.voucher.entry import SignedEntry, parse_entry

EXPORT_HEAD_BYTES = 4


class JournalJson(msgspec.Struct, frozen=True, kw_only=True):
    """Result of `verify` and `rebuild`."""

    entries: int
    head: str
    problems: tuple[str, ...]


class EntryJson(msgspec.Struct, frozen=True, kw_only=True):
    """One entry, for people and scripts; the raw bytes are the truth."""

    sequence: int
    time: int
    quality: int
    kind: str
    hash: str
    previous: str
    raw: str


def journal(config: TerminalConfig, action: str, *, out: Path | None, form: str, as_json: bool) -> int:
    """Check the chain, print it, export it, or compute the projections anew."""
    with open_control(config) as control:
        match action:
            case "show":
                for raw in _entries(control):
                    _print_entry(parse_entry(raw), raw, as_json=as_json)
                return Exit.DONE
            case "export":
                return _export(control, out, form)
            case _:
                return _check(control, is_rebuild=action == "rebuild", as_json=as_json)


def receipt(config: TerminalConfig, action: str, number: str, *, out: Path | None, as_json: bool) -> int:
    """Show, print again or draw a stored receipt."""
    with open_control(config) as control:
        if action == "reprint":
            answer = control.call(ReprintReceipt(receipt_number=number))
            if isinstance(answer, Refused):
                raise PosError(f"receipt {number}: {refusal_words(answer.cause)}")
            paper = control.see_to_paper(number)
            print_line(f"receipt {number}: {paper or 'queued'}")
            return Exit.DONE
        page = control.call(ShowReceipt(receipt_number=number))
    if not isinstance(page, ReceiptPage):
        raise PosError(f"receipt {number}: {refusal_words(page.cause)}")
    if action == "png":
        return _draw(page, config, out or Path(f"{number}.png"))
    if as_json:
        print_json(page)
    else:
        for line in page.lines:
            print_line(line)
    return Exit.DONE


def _entries(control: Control) -> Iterator[bytes]:
    after = 0
    while page := control.call(ReadJournal(after=after)).entries:
        yield from page
        after += len(page)


def _print_entry(entry: SignedEntry, raw: bytes, *, as_json: bool) -> None:
    if as_json:
        print_json(
            EntryJson(
                sequence=entry.sequence,
                time=entry.time_s,
                quality=int(entry.quality),
                kind=entry.kind,
                hash=entry.hash.hex(),
                previous=entry.previous.hex(),
                raw=raw.hex(),
            )
        )
        return
    moment = datetime.fromtimestamp(entry.time_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    print_line(f"{entry.sequence:>8}  {moment}  q{int(entry.quality)}  {entry.hash.hex()[:12]}  {entry.kind}")


def _export(control: Control, out: Path | None, form: str) -> int:
    """The whole journal: its entries as they are, or what an inspection asks for (`inspection`)."""
    if out is None:
        count = _write(control, sys.stdout.buffer, form)
    else:
        try:
            with out.open("wb") as file:
                count = _write(control, file, form)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise PosError(f"{out}: cannot be written: {error.strerror}") from error
    sys.stderr.write(f"exported {count} {'entries' if form == 'raw' else 'rows'}\n")
    return Exit.DONE


def _write(control: Control, stream: BinaryIO, form: str) -> int:
    if form == "raw":
        return _write_entries(control, stream)
    from pos.commands.inspection import csv_text, inspection_rows, json_text, schema_text

    if form == "schema":
        stream.write(schema_text().encode())
        stream.flush()
        return 1

    rows = inspection_rows(_entries(control))
    count = 0
    for line in csv_text(rows) if form == "csv" else json_text(rows):
        stream.write(line.encode())
        count += 1
    stream.flush()
    return count - 1 if form == "csv" else count


def _write_entries(control: Control, stream: BinaryIO) -> int:
    """Each entry behind its length (32 bits, big-endian): evidence, and for another program."""
    count = 0
    for raw in _entries(control):
        stream.write(len(raw).to_bytes(EXPORT_HEAD_BYTES, "big") + raw)
        count += 1
    stream.flush()
    return count


def _check(control: Control, *, is_rebuild: bool, as_json: bool) -> int:
    report = control.call(CheckJournal(rebuild=is_rebuild))
    if as_json:
        print_json(JournalJson(entries=report.entries, head=report.head, problems=report.problems))
    else:
        print_line(f"{report.entries} entries, head {report.head[:16]}")
        for problem in report.problems:
            print_line(f"  {problem}")
        print_line("the chain holds" if not report.problems else f"{len(report.problems)} problems")
    return Exit.DONE if not report.problems else Exit.FAULT


def _draw(page: ReceiptPage, config: TerminalConfig, path: Path) -> int:
    from pos.devices.picture import draw_receipt

    draw_receipt(page, profile_name=config.printer.profile, path=path)
    print_line(str(path))
    return Exit.DONE
