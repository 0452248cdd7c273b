"""Checkpoints and proofs of the transparency log as text (C2SP signed-note, tlog-checkpoint, tlog-proof), pure.

Rules: the log's name is its origin and its key name; one Ed25519 signature of type 0x01; no extension lines; whole
texts end with a newline. Signatures of other keys (witnesses) are carried along unread. Which checkpoint is the newest
is left to `pos.ledger.log`.
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pos.errors import MalformedError
from pos.voucher.keys import SigningKey, verify_signature

ORIGIN_PREFIX: Final = "chak/ledger/"
_ED25519: Final = b"\x01"
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


def origin_of(ledger: str) -> str:
    """Return the log's origin, which is also its key name."""
    return ORIGIN_PREFIX + ledger


def sign_checkpoint(checkpoint: Checkpoint, key: SigningKey) -> str:
    """Return the checkpoint as a signed note."""
    body = f"{checkpoint.origin}\n{checkpoint.size}\n{_base64(checkpoint.root)}\n"
    signature = _key_id(checkpoint.origin, key.public_key) + key.sign(body.encode("utf-8"))
    return f"{body}\n{_DASH} {checkpoint.origin} {_base64(signature)}\n"


def verify_checkpoint(note: str, *, origin: str, public_key: bytes) -> Checkpoint:
    """Read a signed note. Raises MalformedError unless the log's own key signed exactly this text."""
    body, blank, signatures = note.rpartition("\n\n")
    lines = body.split("\n")
    if not blank or len(lines) < 3 or lines[0] != origin or note.count("\n") > _LINES_MAX:
        raise MalformedError("checkpoint: not a note of this log")
    if not _is_signed(f"{body}\n", signatures, origin=origin, public_key=public_key):
        raise MalformedError("checkpoint: not signed by the log's key")
    root = _decoded(lines[2])
    if len(root) != _ROOT_BYTES:
        raise MalformedError("checkpoint: the root is not 32 bytes")
    return Checkpoint(origin=origin, size=_decimal(lines[1]), root=root)


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


def _is_signed(body: str, signatures: str, *, origin: str, public_key: bytes) -> bool:
    wanted = f"{_DASH} {origin} "
    for line in signatures.split("\n"):
        signature = _decoded(line.removeprefix(wanted)) if line.startswith(wanted) else b""
        if signature[:_KEY_ID_BYTES] == _key_id(origin, public_key):
            return verify_signature(public_key, body.encode("utf-8"), signature[_KEY_ID_BYTES:])
    return False


def _key_id(name: str, public_key: bytes) -> bytes:
    return hashlib.sha256(name.encode("utf-8") + b"\n" + _ED25519 + public_key).digest()[:_KEY_ID_BYTES]


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
