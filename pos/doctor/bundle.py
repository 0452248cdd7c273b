"""The file for support: one ZIP with what a technician asks for, and nothing that pays, opens or names somebody.

    number.txt        the support number
    findings.jsonl    every finding, as `pos doctor --json` tells it
    versions.txt      of the program, the system, the board
    units.txt         states of the services          log.txt   their last lines, redacted
    journal.json      head, counts by kind of the newest entries, what waits; no entry and no content of one
    settings.toml     the configuration, addresses without passwords
    diag/…            what failed services said last, redacted

Rules: what core tells of the journal is counted here and thrown away; the file is whole under its name or not there at
all, and on the medium when `write_bundle` returns.
"""

import io
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from pos.config import TerminalConfig
from pos.doctor.check import RunningCore
from pos.doctor.machine import last_words, unit_log, unit_states, versions
from pos.doctor.redaction import bare_address, redacted
from pos.durable import replace_file, sync_filesystem
from pos.errors import PosError
from pos.link.calls import ReadJournal, ReadState, SummariseSync
from pos.voucher.entry import entry_hash, parse_entry

ENTRIES_MAX: Final = 4096
"""The newest entries whose kinds are counted."""


class JournalJson(msgspec.Struct, frozen=True, kw_only=True):
    """How far the journal is."""

    head: int
    hash: str
    acknowledged: int
    waiting: int
    trust_version: int
    clock_quality: int
    stop: str
    kinds: dict[str, int]
    """Of the newest entries, `ENTRIES_MAX` at most."""


def write_bundle(
    config: TerminalConfig,
    folder: Path,
    *,
    core: RunningCore | None,
    number: str,
    findings: Sequence[bytes],
    now_s: int,
) -> Path:
    """Write the file into `folder` and make it durable; returns its path. Raises OSError."""
    moment = datetime.fromtimestamp(now_s, tz=UTC).strftime("%Y%m%d-%H%M%S")
    path = folder / f"chak-support-{number}-{moment}.zip"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _parts(config, core, number, findings):
            archive.writestr(name, text)
    replace_file(path, made.getvalue(), mode=0o600)
    sync_filesystem(folder)
    return path


def _parts(
    config: TerminalConfig, core: RunningCore | None, number: str, findings: Sequence[bytes]
) -> Iterator[tuple[str, str]]:
    yield "number.txt", f"{number[:4]} {number[4:]}\n"
    yield "findings.jsonl", "".join(f"{redacted(line.decode())}\n" for line in findings)
    yield "versions.txt", versions()
    yield "units.txt", unit_states()
    yield "log.txt", unit_log()
    yield "journal.json", _of_journal(core)
    yield "settings.toml", "".join(_settings(config))
    for name, text in last_words():
        yield f"diag/{name}", text


def _of_journal(core: RunningCore | None) -> str:
    if core is None:
        return '{"core": "not running"}\n'
    try:
        return msgspec.json.encode(_journal(core)).decode() + "\n"
    except PosError as error:
        return msgspec.json.encode({"core": redacted(str(error))}).decode() + "\n"


def _journal(core: RunningCore) -> JournalJson:
    till, sync = core.call(ReadState()).till, core.call(SummariseSync())
    head = sync.acknowledged + till.unsent_count
    kinds: Counter[str] = Counter()
    newest, after = b"", max(head - ENTRIES_MAX, 0)
    while after < head:
        entries = core.call(ReadJournal(after=after)).entries
        if not entries:
            break
        kinds.update(parse_entry(raw).kind for raw in entries)
        newest, after = entries[-1], after + len(entries)
    return JournalJson(
        head=head,
        hash=entry_hash(newest).hex() if newest else "",
        acknowledged=sync.acknowledged,
        waiting=till.waiting.count,
        trust_version=sync.trust_version,
        clock_quality=till.clock_quality,
        stop=till.stop.value if till.stop is not None else "",
        kinds=dict(kinds),
    )


def _settings(config: TerminalConfig) -> Iterator[str]:
    """Every setting as TOML: addresses bare, all other text redacted."""
    for section in fields(config):
        values = getattr(config, section.name)
        if is_dataclass(values):
            yield f"[{section.name}]\n"
            yield from (f"{item.name} = {_shown(item.name, getattr(values, item.name))}\n" for item in fields(values))


def _shown(name: str, value: object) -> str:
    say: Callable[[str], str] = bare_address if name == "url" else redacted
    return msgspec.json.encode(value if isinstance(value, int) else say("" if value is None else str(value))).decode()
