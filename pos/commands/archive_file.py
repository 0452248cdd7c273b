"""An archive of everything before a day: one ZIP file that a tax office, an inspector and another program can read.

    entries.bin              the journal's entries from the first on, each behind its length (32 bits, big-endian)
    messages.bin             messages of the ledger from before that day, the same way
    inspection.csv, .jsonl   every payment and refund in those entries (`pos.commands.inspection`)
    inspection.schema.json   what a line of the latter is (JSON Schema)
    manifest.json            whose archive it is, and where it ends

The same entries make the same file, byte for byte. `read_archive` believes none of it: every signature and link of the
chain is checked with the key in the certificate of the first entry, and the rows are computed again.
"""

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import IO, Final

import msgspec

from pos.commands.inspection import csv_text, inspection_rows, json_text, schema_text
from pos.errors import MalformedError, PosError
from pos.voucher.bodies import JournalOpened, parse_body
from pos.voucher.entry import parse_entry, verify_entry
from pos.voucher.keys import PublicKey
from pos.voucher.messages import parse_message
from pos.voucher.signed import decode_certificate

ENTRIES, MESSAGES, ROWS_CSV, ROWS_JSON = "entries.bin", "messages.bin", "inspection.csv", "inspection.jsonl"
SCHEMA, MANIFEST = "inspection.schema.json", "manifest.json"
FORMAT: Final = "archive/1"
_LENGTH_BYTES: Final = 4
_RECORD_BYTES_MAX: Final = 1 << 20
_MADE: Final = (1980, 1, 1, 0, 0, 0)
"""The oldest date that ZIP knows: no clock goes into the file."""
_CHUNK_BYTES: Final = 1 << 20
_ZERO: Final = bytes(32)


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose archive it is, and where it ends."""

    format: str
    terminal: str
    merchant: str
    before: str
    """Everything of business days before this one: YYYY-MM-DD in Korea."""
    entries: int
    head: str
    """SHA-256 of the last entry, lower-case hex."""
    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """An archive that was read and holds."""

    sha256: bytes
    manifest: Manifest


def write_archive(path: Path, *, entries: Iterable[bytes], messages: Iterable[bytes], before: str) -> None:
    """Write it. Raises OSError, and PosError where there is nothing to write."""
    raws = tuple(entries)
    if not raws:
        raise PosError(f"there is nothing from before {before}")
    opened = _opened(raws[0])
    told = tuple(messages)
    manifest = Manifest(
        format=FORMAT,
        terminal=opened.terminal,
        merchant=opened.merchant,
        before=before,
        entries=len(raws),
        head=parse_entry(raws[-1]).hash.hex(),
        messages=len(told),
    )
    with zipfile.ZipFile(path, "w") as archive:
        _put(archive, ENTRIES, _framed(raws))
        _put(archive, MESSAGES, _framed(told))
        _put(archive, ROWS_CSV, (line.encode() for line in csv_text(inspection_rows(raws))))
        _put(archive, ROWS_JSON, (line.encode() for line in json_text(inspection_rows(raws))))
        _put(archive, SCHEMA, (schema_text().encode(),))
        _put(archive, MANIFEST, (msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n",))


def read_archive(path: Path) -> Archive:
    """Read an archive and check all of it. Raises PosError, which says what is wrong."""
    try:
        sha256 = _sha256(path)
        with zipfile.ZipFile(path) as archive:
            manifest = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
            raws = tuple(_records(archive, ENTRIES))
            _check_chain(raws, manifest)
            messages = [parse_message(raw) for raw in _records(archive, MESSAGES)]
            _check_rows(archive, raws)
    except (OSError, zipfile.BadZipFile, KeyError, msgspec.DecodeError, MalformedError) as error:
        raise PosError(f"{path}: is no whole archive: {error}") from error
    if manifest.format != FORMAT or len(messages) != manifest.messages:
        raise PosError(f"{path}: is no whole archive: its manifest says something else")
    return Archive(sha256=sha256, manifest=manifest)


def _check_chain(raws: tuple[bytes, ...], manifest: Manifest) -> None:
    if not raws:
        raise MalformedError("it has no entries")
    opened = _opened(raws[0])
    key = PublicKey(decode_certificate(opened.certificate).claims.terminal_key)
    previous = _ZERO
    for sequence, raw in enumerate(raws, start=1):
        entry = verify_entry(raw, key)
        if (entry.sequence, entry.previous) != (sequence, previous):
            raise MalformedError(f"entry {sequence} does not follow the one before it")
        previous = entry.hash
    found = (opened.terminal, opened.merchant, len(raws), previous.hex())
    if found != (manifest.terminal, manifest.merchant, manifest.entries, manifest.head):
        raise MalformedError("its manifest says something else than its entries")


def _check_rows(archive: zipfile.ZipFile, raws: tuple[bytes, ...]) -> None:
    for name, lines in (
        (ROWS_CSV, csv_text(inspection_rows(raws))),
        (ROWS_JSON, json_text(inspection_rows(raws))),
    ):
        with archive.open(name) as stored:
            if any(kept != line for kept, line in zip_longest(stored, _lines(lines))):
                raise MalformedError(f"{name} says something else than the entries")


def _lines(texts: Iterable[str]) -> Iterator[bytes]:
    return (text.encode() for text in texts)


def _opened(raw: bytes) -> JournalOpened:
    first = parse_entry(raw)
    body = parse_body(first.kind, first.body)
    if not isinstance(body, JournalOpened):
        raise MalformedError("its first entry opens no journal")
    return body


def _framed(raws: Iterable[bytes]) -> Iterator[bytes]:
    return (len(raw).to_bytes(_LENGTH_BYTES, "big") + raw for raw in raws)


def _records(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with archive.open(name) as stored:
        while head := stored.read(_LENGTH_BYTES):
            length = int.from_bytes(head, "big")
            raw = stored.read(length) if length <= _RECORD_BYTES_MAX else b""
            if len(head) < _LENGTH_BYTES or len(raw) != length:
                raise MalformedError(f"{name} ends in the middle of a record")
            yield raw


def _put(archive: zipfile.ZipFile, name: str, parts: Iterable[bytes]) -> None:
    member = zipfile.ZipInfo(name, _MADE)
    member.compress_type = zipfile.ZIP_DEFLATED
    stream: IO[bytes]
    with archive.open(member, "w") as stream:
        for part in parts:
            stream.write(part)


def _sha256(path: Path) -> bytes:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.digest()
