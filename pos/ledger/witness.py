"""A witness of logs (C2SP tlog-witness): signs a checkpoint only if it grew from the one it signed before.

    FOLDER/witness.key     its Ed25519 seed, mode 0600
    FOLDER/witness.json    its name, and the logs it watches: origin → public key
    FOLDER/heads.json      for each log the size and root it cosigned last

Rules:

- what it is about to sign is on the disk before it signs; a lost file is a lost witness, never a fresh start;
- one request at a time, also between processes: a head never goes back;
- it knows nothing of payments. One that the ledger's operator runs proves little: a city asks others to run them.

How a request arrives is left to `pos.ledger.witness_app`; asking witnesses is `pos.ledger.witnesses`.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from pos.errors import ConfigError, MalformedError
from pos.voucher.checkpoint import Checkpoint, cosign, parse_growth, read_checkpoint, verify_checkpoint
from pos.voucher.keys import SEED_BYTES, SigningKey
from pos.voucher.merkle import EMPTY_ROOT, verify_consistency

SIZE_TYPE: Final = "text/x.tlog.size"
TEXT_TYPE: Final = "text/plain; charset=utf-8"
PATH_MAX: Final = 63


class _Settings(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    logs: dict[str, str]


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    size: int
    root: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessAnswer:
    """What `add-checkpoint` is answered with."""

    status: int
    text: str
    media_type: str = TEXT_TYPE


class Witness:
    """One witness with its folder. Raises ConfigError when opened on a folder that is none."""

    def __init__(self, folder: Path) -> None:
        try:
            settings = msgspec.json.decode((folder / "witness.json").read_bytes(), type=_Settings)
            seed = (folder / "witness.key").read_bytes()
            self._logs = {origin: bytes.fromhex(key) for origin, key in settings.logs.items()}
        except (OSError, msgspec.DecodeError, ValueError) as error:
            raise ConfigError((f"witness {folder}: {error}",)) from error
        if len(seed) != SEED_BYTES:
            raise ConfigError((f"witness {folder}: the key is not {SEED_BYTES} bytes",))
        self._folder = folder
        self._key = SigningKey.from_seed(seed)
        self.name: Final = settings.name

    @property
    def public_key(self) -> bytes:
        return self._key.public_key

    def add_checkpoint(self, body: bytes, *, now_s: int) -> WitnessAnswer:
        """Answer a request to cosign: 200 with the line, 409 with the size it knows, or a refusal."""
        try:
            growth = parse_growth(body.decode("utf-8"))
            origin = read_checkpoint(growth.checkpoint).origin
        except (UnicodeDecodeError, MalformedError) as error:
            return WitnessAnswer(status=400, text=f"{error}\n")
        log_key = self._logs.get(origin)
        if log_key is None:
            return WitnessAnswer(status=404, text="not a log that is watched here\n")
        try:
            head = verify_checkpoint(growth.checkpoint, origin=origin, public_key=log_key)
        except MalformedError as error:
            return WitnessAnswer(status=403, text=f"{error.what}\n")
        if growth.old_size > head.size or len(growth.path) > PATH_MAX:
            return WitnessAnswer(status=400, text="the old size is above the new one, or the proof is too long\n")
        with self._heads() as heads:
            known = heads.get(origin, _Head(size=0, root=EMPTY_ROOT.hex()))
            refusal = _refusal(known, growth.old_size, head, growth.path)
            if refusal is not None:
                return refusal
            heads[origin] = _Head(size=head.size, root=head.root.hex())
            self._store(heads)
        return WitnessAnswer(status=200, text=cosign(growth.checkpoint, name=self.name, key=self._key, now_s=now_s))

    @contextmanager
    def _heads(self) -> Iterator[dict[str, _Head]]:
        """The heads, nobody else's to change meanwhile; the lock is a file of its own, since heads are replaced."""
        descriptor = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield msgspec.json.decode((self._folder / "heads.json").read_bytes(), type=dict[str, _Head])
        finally:
            os.close(descriptor)

    def _store(self, heads: Mapping[str, _Head]) -> None:
        fresh = self._folder / "heads.new"
        with fresh.open("wb") as file:
            file.write(msgspec.json.encode(heads))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._folder / "heads.json")
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def make_witness(folder: Path, *, name: str, key: SigningKey, logs: Mapping[str, bytes]) -> Witness:
    """Make a witness's folder. FileExistsError if there is one."""
    folder.mkdir(mode=0o700, parents=True)
    with os.fdopen(os.open(folder / "witness.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key.seed)
    settings = _Settings(name=name, logs={origin: log_key.hex() for origin, log_key in logs.items()})
    (folder / "witness.json").write_bytes(msgspec.json.encode(settings))
    (folder / "heads.json").write_bytes(b"{}")
    return Witness(folder)


def _refusal(known: _Head, old_size: int, head: Checkpoint, path: tuple[bytes, ...]) -> WitnessAnswer | None:
    if old_size != known.size:
        return WitnessAnswer(status=409, text=f"{known.size}\n", media_type=SIZE_TYPE)
    if head.size == known.size:
        is_same = head.root.hex() == known.root and not path
        return None if is_same else WitnessAnswer(status=409, text=f"{known.size}\n", media_type=SIZE_TYPE)
    if old_size == 0 and not path:
        return None
    if not verify_consistency(old_size, bytes.fromhex(known.root), head.size, head.root, path):
        return WitnessAnswer(status=422, text="the log did not grow from what was cosigned\n")
    return None
