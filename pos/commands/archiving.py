"""`pos journal archive`: what is older than five years, into a file; that somebody has it; and only then less here.

Three steps, each asked for by a person, because each may fail and none may be forgotten:

    pos journal archive --before 2021-01-01 --to archive.zip      writes the file and reads it back
    pos journal archive --acknowledge archive.zip --by 1          reads it where it lies now, and records who has it
    pos journal archive --drop                                    drops what it covers and the terminal can do without

The chain itself stays: `pos journal verify` holds before and after.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol, TypeVar

from pos.commands.archive_file import Archive, read_archive, write_archive
from pos.commands.faults import refusal_words
from pos.commands.output import print_json, print_line
from pos.config import TerminalConfig
from pos.durable import sync_folder
from pos.errors import ConfigError, PosError
from pos.exits import Exit
from pos.link.calls import (
    AcknowledgeArchive,
    Call,
    DropArchived,
    ReadJournal,
    ReadOldMessages,
    Refused,
)
from pos.terminal import open_control
from pos.till.receipt.moment import KOREA
from pos.voucher.entry import parse_entry

R = TypeVar("R")


class Asks(Protocol):
    """Whoever can ask core."""

    def call(self, call: Call[R]) -> R: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveOptions:
    """What was asked for: exactly one of the three steps."""

    before: str = ""
    to: Path | None = None
    acknowledge: Path | None = None
    by: str = ""
    is_drop: bool = False
    as_json: bool = False


def archive(config: TerminalConfig, options: ArchiveOptions) -> int:
    """Do the step that was asked for."""
    with open_control(config) as control:
        return archive_with(control, options)


def archive_with(control: Asks, options: ArchiveOptions) -> int:
    """The same, where core is asked already."""
    steps = (bool(options.before or options.to), options.acknowledge is not None, options.is_drop)
    if steps.count(True) != 1:
        raise ConfigError(("archive takes --before DAY --to FILE, or --acknowledge FILE --by NUMBER, or --drop",))
    if options.is_drop:
        return _drop(control)
    if options.acknowledge is not None:
        return _acknowledge(control, options.acknowledge, options)
    return _write(control, options)


def _write(control: Asks, options: ArchiveOptions) -> int:
    if not options.before or options.to is None:
        raise ConfigError(("archive needs both --before DAY and --to FILE",))
    day = _day(options.before)
    if options.to.exists():
        raise ConfigError((f"{options.to}: is there already; an archive never replaces a file",))
    # Asked first: it says whether the day is old enough.
    messages = tuple(_messages(control, day))
    try:
        write_archive(options.to, entries=_entries(control, day), messages=messages, before=day.isoformat())
        sync_folder(options.to.absolute().parent)
    except OSError as error:
        raise PosError(f"{options.to}: cannot be written: {error.strerror}") from error
    made = read_archive(options.to)
    _say(made, options)
    if not options.as_json:
        print_line(f"nothing was dropped; when it lies in a safe place: --acknowledge {options.to} --by NUMBER")
    return Exit.DONE


def _acknowledge(control: Asks, path: Path, options: ArchiveOptions) -> int:
    if not options.by:
        raise ConfigError(("--acknowledge needs --by NUMBER: somebody has to have it",))
    found = read_archive(path)
    manifest = found.manifest
    call = AcknowledgeArchive(
        sha256=found.sha256,
        before=manifest.before,
        until=manifest.entries,
        head=bytes.fromhex(manifest.head),
        clerk=options.by,
    )
    answer = control.call(call)
    if isinstance(answer, Refused):
        raise PosError(f"{path}: {refusal_words(answer.cause)}")
    _say(found, options)
    return Exit.DONE


def _drop(control: Asks) -> int:
    answer = control.call(DropArchived())
    if isinstance(answer, Refused):
        raise PosError(f"nothing was dropped: {refusal_words(answer.cause)}")
    print_line(f"dropped {answer.count} messages of the ledger; the journal is whole")
    return Exit.DONE


def _say(found: Archive, options: ArchiveOptions) -> None:
    if options.as_json:
        print_json(found.manifest)
        return
    manifest = found.manifest
    print_line(f"{manifest.entries} entries and {manifest.messages} messages from before {manifest.before}")
    print_line(f"head   {manifest.head}")
    print_line(f"sha256 {found.sha256.hex()}")


def _entries(control: Asks, day: date) -> Iterator[bytes]:
    """Entries from the first on, up to the first of that day in Korea. A business day begins on its own calendar day,
    so nothing of `day` or later is among them."""
    until_s = int(datetime(day.year, day.month, day.day, tzinfo=KOREA).timestamp())
    after = 0
    while page := control.call(ReadJournal(after=after)).entries:
        for raw in page:
            if parse_entry(raw).time_s >= until_s:
                return
            yield raw
        after += len(page)


def _messages(control: Asks, day: date) -> Iterator[bytes]:
    after = 0
    while True:
        page = control.call(ReadOldMessages(before=day.isoformat(), after=after))
        if isinstance(page, Refused):
            raise ConfigError((f"--before {day}: {refusal_words(page.cause)}",))
        if not page.messages:
            return
        yield from page.messages
        after = page.last


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError((f"{text!r} is no day; name one as 2021-01-01",)) from None
