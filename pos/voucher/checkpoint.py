"""Checkpoints and proofs of the transparency log as text (C2SP signed-note, tlog-checkpoint, tlog-proof), pure.

Rules: the log's name is its origin and its key name; one Ed25519 signature of type 0x01; no extension lines; whole
texts end with a newline. A witness's line (tlog-cosignature, type 0x04) says at which second it saw that the log had
grown; it is read under the witness's key and under the name that the line itself gives. Which checkpoint is the newest
is left to `pos.ledger.log`.
"""

import base64
import binascii
import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pos.errors import MalformedError
from pos.voucher.keys import SigningKey, verify_signature

ORIGIN_PREFIX: Final = "chak/ledger/"
_ED25519: Final = b"\x01"
_COSIGNATURE: Final = b"\x04"
_TIME_BYTES: Final = 8
_KEY_ID_BYTES: Final = 4
_ROOT_BYTES: Final = 32
_PROOF_HEADER: Final = "c2sp.org/tlog-proof@v1"
_DASH: Final = "\u2014"
_LINES_MAX: Final = 128
"""Far above 64 path hashes and 16 signatures; a longer text is refused before it is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The head of a log, once signed never taken back."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LogProof:
    """What shows that an entry is in the log: `path` runs from the leaf's sibling up."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogGrowth:
    """What shows that the log of `old_size` leaves is the beginning of the one in the checkpoint."""

    old_size: int
    path: tuple[bytes, ...]
    checkpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosignature:
    """A witness's statement that this checkpoint grew from every one that it saw before."""

    public_key: bytes
    time_s: int


def origin_of(ledger: str) -> str:
    """Return the log's origin, which is also its key name."""
    return ORIGIN_PREFIX + ledger


def sign_checkpoint(checkpoint: Checkpoint, key: SigningKey) -> str:
    """Return the checkpoint as a signed note."""
    body = f"{checkpoint.origin}\n{checkpoint.size}\n{_base64(checkpoint.root)}\n"
    signature = _key_id(checkpoint.origin, _ED25519, key.public_key) + key.sign(body.encode("utf-8"))
    return f"{body}\n{_DASH} {checkpoint.origin} {_base64(signature)}\n"


def verify_checkpoint(note: str, *, origin: str, public_key: bytes) -> Checkpoint:
    """Read a signed note. Raises MalformedError unless the log's own key signed exactly this text."""
    checkpoint, body, signatures = _parted(note)
    if checkpoint.origin != origin:
        raise MalformedError("checkpoint: not a note of this log")
    if not any(
        verify_signature(public_key, body, signature) for signature in _signatures_of(signatures, _ED25519, public_key)
    ):
        raise MalformedError("checkpoint: not signed by the log's key")
    return checkpoint


def read_checkpoint(note: str) -> Checkpoint:
    """Read what a note says without believing it. Raises MalformedError."""
    return _parted(note)[0]


def cosign(note: str, *, name: str, key: SigningKey, now_s: int) -> str:
    """Return a witness's line for a checkpoint; seeing that the log grew is the witness's part."""
    _, body, _ = _parted(note)
    signature = key.sign(_cosigned(body, now_s))
    line = _key_id(name, _COSIGNATURE, key.public_key) + now_s.to_bytes(_TIME_BYTES, "big") + signature
    return f"{_DASH} {name} {_base64(line)}\n"


def cosignatures(note: str, public_keys: Collection[bytes]) -> tuple[Cosignature, ...]:
    """Return the statements of these witnesses that stand under a note, each once. Raises MalformedError."""
    _, body, signatures = _parted(note)
    found = []
    for public_key in public_keys:
        for stamped in _signatures_of(signatures, _COSIGNATURE, public_key):
            time_s = int.from_bytes(stamped[:_TIME_BYTES], "big")
            if verify_signature(public_key, _cosigned(body, time_s), stamped[_TIME_BYTES:]):
                found.append(Cosignature(public_key=public_key, time_s=time_s))
                break
    return tuple(found)


def format_growth(*, old_size: int, path: Sequence[bytes], checkpoint: str) -> str:
    """Return a consistency proof as witnesses are asked with it (tlog-witness): old size, path, and the checkpoint."""
    hashes = "".join(f"{_base64(node)}\n" for node in path)
    return f"old {old_size}\n{hashes}\n{checkpoint}"


def parse_growth(text: str) -> LogGrowth:
    """Read a consistency proof. Raises MalformedError; nothing is verified yet."""
    head, blank, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not blank or not lines[0].startswith("old ") or text.count("\n") > _LINES_MAX:
        raise MalformedError("consistency proof: not of this form")
    path = tuple(_decoded(line) for line in lines[1:])
    return LogGrowth(old_size=_decimal(lines[0].removeprefix("old ")), path=path, checkpoint=checkpoint)


def format_proof(*, index: int, path: Sequence[bytes], checkpoint: str) -> str:
    """Return a tlog-proof: index, path from the leaf up, and the checkpoint it leads to."""
    hashes = "".join(f"{_base64(sibling)}\n" for sibling in path)
    return f"{_PROOF_HEADER}\nindex {index}\n{hashes}\n{checkpoint}"


def parse_proof(text: str) -> LogProof:
    """Read a tlog-proof. Raises MalformedError; nothing is verified yet."""
    head, blank, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not blank or lines[0] != _PROOF_HEADER or text.count("\n") > _LINES_MAX:
        raise MalformedError("proof: not a tlog-proof of version 1")
    rest = lines[2:] if lines[1:2] and lines[1].startswith("extra ") else lines[1:]
    if not rest or not rest[0].startswith("index "):
        raise MalformedError("proof: has no index")
    path = tuple(_decoded(line) for line in rest[1:])
    return LogProof(index=_decimal(rest[0].removeprefix("index ")), path=path, checkpoint=checkpoint)


def _parted(note: str) -> tuple[Checkpoint, bytes, str]:
    """Return what a note says, the bytes that are signed, and its signature lines."""
    body, blank, signatures = note.rpartition("\n\n")
    lines = body.split("\n")
    if not blank or len(lines) < 3 or note.count("\n") > _LINES_MAX:
        raise MalformedError("checkpoint: not a note of a log")
    root = _decoded(lines[2])
    if len(root) != _ROOT_BYTES:
        raise MalformedError("checkpoint: the root is not 32 bytes")
    return Checkpoint(origin=lines[0], size=_decimal(lines[1]), root=root), f"{body}\n".encode(), signatures


def _signatures_of(lines: str, kind: bytes, public_key: bytes) -> Iterator[bytes]:
    """The signatures that claim to be of this key, by the key id under whatever name the line gives."""
    for line in lines.split("\n"):
        dash, _, named = line.partition(" ")
        name, blank, encoded = named.rpartition(" ")
        if dash != _DASH or not blank:
            continue
        signature = _decoded(encoded)
        if signature[:_KEY_ID_BYTES] == _key_id(name, kind, public_key):
            yield signature[_KEY_ID_BYTES:]


def _cosigned(body: bytes, time_s: int) -> bytes:
    return b"cosignature/v1\ntime %d\n" % time_s + body


def _key_id(name: str, kind: bytes, public_key: bytes) -> bytes:
    return hashlib.sha256(name.encode("utf-8") + b"\n" + kind + public_key).digest()[:_KEY_ID_BYTES]


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedError("log text: not base64") from None


def _decimal(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or (text != "0" and text.startswith("0")) or len(text) > 18:
        raise MalformedError("log text: not a plain decimal number")
    return int(text)
