"""What a power cut can leave of the files that a program wrote: recorded once, rebuilt for every moment.

A program runs under strace; from its calls every state that the disk could have been in can be put together again.

- A file's bytes are durable after fsync or fdatasync of the file. What was written since may be there wholly, not at
  all, or in any sectors of 512 bytes; so may a truncation.
- A name (made, removed, renamed) is durable after fsync of its folder or, as on ext4, of the new file itself. Until
  then a removed file may come back as it was, and a new one may be missing.
- What the program said (writes to standard output) marks what it had promised by then.

Media that acknowledge a sync and lie are not modelled.
"""

import os
import random
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SECTOR_BYTES = 512
_CALLS = "openat,write,pwrite64,ftruncate,fsync,fdatasync,unlink,unlinkat,rename"
_LINE = re.compile(r"(?:\[pid +\d+\] |\d+ +)?(?P<call>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+)")
_DESCRIPTOR = re.compile(r"(\d+)<([^>]*)>")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True, slots=True)
class Said:
    line: str


@dataclass(frozen=True, slots=True)
class Made:
    path: str


@dataclass(frozen=True, slots=True)
class Written:
    path: str
    offset: int | None
    """None at the end of the file."""
    data: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Synced:
    path: str


@dataclass(frozen=True, slots=True)
class Removed:
    path: str


Operation = Said | Made | Written | Cut | Synced | Removed


def record(
    command: Sequence[str | Path], *, roots: Sequence[Path], log: Path, env: Mapping[str, str]
) -> list[Operation]:
    """Run a program to its end and return what it did below `roots`, in order."""
    strace = ("strace", "-f", "-qq", "-y", "-xx", "-s", "1000000", "-e", f"trace={_CALLS}", "-o", log)
    subprocess.run([*strace, *command], check=True, capture_output=True, env=env)
    inside = tuple(f"{root}/" for root in roots)
    operations = (_operation(line) for line in log.read_text("ascii").splitlines())
    return [
        operation
        for operation in operations
        if isinstance(operation, Said)
        or (operation is not None and (operation.path.startswith(inside) or Path(operation.path) in roots))
    ]


def _operation(line: str) -> Operation | None:
    found = _LINE.match(line)
    if found is None or int(found["result"]) < 0:
        return None
    call, arguments = found["call"], found["arguments"]
    strings = [bytes.fromhex(text.replace("\\x", "")) for text in _STRING.findall(arguments)]
    if call == "openat":
        # Names of files that are only opened are of no interest.
        return Made(os.fsdecode(strings[0])) if "O_CREAT" in arguments else None
    if call in ("unlink", "unlinkat"):
        return Removed(os.fsdecode(strings[0]))
    assert call != "rename", "nothing recorded here renames files"
    descriptor = _DESCRIPTOR.match(arguments)
    assert descriptor is not None, line
    path = os.fsdecode(
        bytes.fromhex(descriptor[2].replace("\\x", "")) if "\\x" in descriptor[2] else descriptor[2].encode()
    )
    match call:
        case "write" if descriptor[1] == "1":
            return Said(strings[0].decode("ascii"))
        case "write":
            return Written(path, None, strings[0])
        case "pwrite64":
            return Written(path, int(arguments.rsplit(", ", 1)[1]), strings[0])
        case "ftruncate":
            return Cut(path, int(arguments.rsplit(", ", 1)[1]))
        case _:
            return Synced(path)


@dataclass(slots=True)
class _File:
    durable: bytearray = field(default_factory=bytearray)
    pending: list[Written | Cut] = field(default_factory=list)
    size: int = 0
    is_linked: bool = False
    """Whether its name is durable."""


class Disk:
    """The files as the program sees them, and beneath them what is durable."""

    def __init__(self) -> None:
        self._files: dict[str, _File] = {}
        self._ghosts: dict[str, _File] = {}
        """Removed files whose name may still come back."""
        self.said: list[str] = []

    def apply(self, operation: Operation) -> None:
        match operation:
            case Said(line):
                self.said.append(line)
            case Made(path):
                self._files.setdefault(path, _File())
            case Written() | Cut():
                self._write(operation)
            case Removed(path):
                removed = self._files.pop(path)
                if removed.is_linked:
                    self._ghosts[path] = removed
            case Synced(path) if path in self._files:
                self._sync(path)
            case Synced(folder):
                self._sync_folder(folder)

    def image(self, chance: random.Random, *, kept: float) -> dict[str, bytes]:
        """One state that a cut at this moment can leave. Of everything that is not durable, `kept` is the probability
        with which it is there all the same: 0 leaves nothing, 1 everything."""
        image = {}
        for path in self._files.keys() | self._ghosts.keys():
            file = self._files.get(path)
            if file is None or not (file.is_linked or chance.random() < kept):
                # The name of a removed file: it comes back unless its removal has got through.
                file = self._ghosts.get(path) if chance.random() >= kept or file is not None else None
            if file is not None:
                image[path] = _content(file, chance, kept)
        return image

    def _write(self, operation: Written | Cut) -> None:
        file = self._files[operation.path]
        if isinstance(operation, Written):
            offset = file.size if operation.offset is None else operation.offset
            operation = Written(operation.path, offset, operation.data)
            file.size = max(file.size, offset + len(operation.data))
        else:
            file.size = operation.size
        file.pending.append(operation)

    def _sync(self, path: str) -> None:
        file = self._files[path]
        for operation in file.pending:
            _change(file.durable, operation)
        file.pending.clear()
        file.is_linked = True
        self._ghosts.pop(path, None)

    def _sync_folder(self, folder: str) -> None:
        for path in [path for path in self._ghosts if os.path.dirname(path) == folder]:  # noqa: PTH120
            del self._ghosts[path]
        for path, file in self._files.items():
            if os.path.dirname(path) == folder:  # noqa: PTH120
                file.is_linked = True


def images(
    operations: Sequence[Operation], *, every: int, variants: int, seed: int
) -> Iterator[tuple[int, list[str], dict[str, bytes]]]:
    """States for the moments before each n-th operation: the ordinal, what had been said, and the files."""
    disk = Disk()
    for ordinal, operation in enumerate(operations):
        if ordinal % every == 0:
            chance = random.Random(seed * 1_000_003 + ordinal)
            for variant in range(variants):
                kept = (0.0, 1.0)[variant] if variant < 2 else 0.5
                yield ordinal, list(disk.said), disk.image(chance, kept=kept)
        disk.apply(operation)


def _content(file: _File, chance: random.Random, kept: float) -> bytes:
    content = bytearray(file.durable)
    for operation in file.pending:
        if isinstance(operation, Cut):
            if chance.random() < kept:
                _change(content, operation)
            continue
        assert operation.offset is not None
        for start in range(0, len(operation.data), SECTOR_BYTES):
            if chance.random() < kept:
                part = operation.data[start : start + SECTOR_BYTES]
                _change(content, Written(operation.path, operation.offset + start, part))
    return bytes(content)


def _change(content: bytearray, operation: Written | Cut) -> None:
    if isinstance(operation, Cut):
        content[operation.size :] = bytes(max(operation.size - len(content), 0))
        return
    assert operation.offset is not None
    content.extend(bytes(max(operation.offset - len(content), 0)))
    content[operation.offset : operation.offset + len(operation.data)] = operation.data
