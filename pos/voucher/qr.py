"""The text of a QR code: a prefix and Base45, and the limits checked before anything is decoded.

    CKP1:BB8…  →  QrObject(kind=QrKind.PAYMENT, data=b"…")

Rules: upper case, no blanks around, at most 800 characters and 512 bytes, never compressed. A prefix of our form that
is not known means that this program is too old, not that somebody forged something. What the bytes say is for
`pos.voucher.signed` and its neighbours.

    MalformedError
    ├── TooLongError        more than fits into any object of ours
    ├── AlphabetError       our prefix, but no Base45 behind it
    ├── NewerVersionError   a prefix that a later version has: update
    └── UnknownPrefixError  another kind of code; carries what it was recognised as
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pos.errors import MalformedError
from pos.voucher import base45
from pos.voucher.base45 import AlphabetError
from pos.voucher.foreign import ForeignCode, is_newer_version, is_own_version, recognise
from pos.voucher.labels import OBJECT_BYTES_MAX

__all__ = [
    "OBJECT_BYTES_MAX",
    "TEXT_CHARS_MAX",
    "AlphabetError",
    "NewerVersionError",
    "QrKind",
    "QrObject",
    "TooLongError",
    "UnknownPrefixError",
    "decode_text",
    "encode_text",
]

TEXT_CHARS_MAX: Final = 800

_VERSION: Final = "1:"
_PREFIX_CHARACTERS: Final = 5


class QrKind(StrEnum):
    """What a code of ours holds."""

    VOUCHER = "CKV"
    PAYMENT = "CKP"
    REQUEST = "CKR"
    CONFIRMATION = "CKC"
    RECEIPT = "CKS"
    TRUST = "CKT"
    ENROLMENT = "CKE"


class TooLongError(MalformedError):
    """More than 800 characters of text or 512 bytes."""


class NewerVersionError(MalformedError):
    """A prefix of our form that this version does not know."""


class UnknownPrefixError(MalformedError):
    """A code that is not ours; `foreign` says what it is."""

    def __init__(self, foreign: ForeignCode) -> None:
        super().__init__(f"QR text: not ours but {foreign.kind}")
        self.foreign: Final = foreign


@dataclass(frozen=True, slots=True, kw_only=True)
class QrObject:
    """The bytes that a code of ours carries."""

    kind: QrKind
    data: bytes


def decode_text(text: str) -> QrObject:
    """Return what `text` carries. Raises the errors drawn above, and nothing else."""
    if not is_own_version(text):
        if is_newer_version(text):
            raise NewerVersionError(f"QR text: prefix {text[:_PREFIX_CHARACTERS]} is not known to version 1")
        raise UnknownPrefixError(recognise(text))
    if len(text) > TEXT_CHARS_MAX:
        raise TooLongError(f"QR text: more than {TEXT_CHARS_MAX} characters")
    data = base45.decode(text[_PREFIX_CHARACTERS:])
    if not data:
        raise AlphabetError("QR text: nothing behind the prefix")
    if len(data) > OBJECT_BYTES_MAX:
        raise TooLongError(f"QR text: more than {OBJECT_BYTES_MAX} bytes")
    return QrObject(kind=QrKind(text[:3]), data=data)


def encode_text(kind: QrKind, data: bytes) -> str:
    """Return the text of a code."""
    assert 1 <= len(data) <= OBJECT_BYTES_MAX, f"{len(data)} bytes do not fit into a code"
    return f"{kind}{_VERSION}{base45.encode(data)}"
