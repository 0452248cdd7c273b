"""A signed file for the installation, carried on a memory stick in the place of a code before the camera. Pure.

    COSE_Sign1, aad `chak-pos/install/1`, over
    {1: enrolment code's bytes, 2: expires, 3: [root.json, the roots that followed it…], 4: the machine's serial number}

Rules:

- it says no more than the enrolment code in it; what the signature adds is who made it: a key that the trust root
  names for its timestamp, which is the ledger's online key. Which trust root that has to be, the machine's own card
  says (`enrolment.card` in its configuration), else the code itself;
- the first root hashes to what the code names; whether the others follow from it is for `pos.trust.online`;
- of this reference implementation, not of the protocol; the object is closed, 4 may be absent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from pos import cbor
from pos.errors import MalformedError
from pos.voucher.aad import Aad
from pos.voucher.cose import Sign1, parse_sign1, sign1, verify_sign1
from pos.voucher.enrolment import EnrolmentCode
from pos.voucher.fields import Fields
from pos.voucher.keys import SigningKey
from pos.voucher.labels import OBJECT_BYTES_MAX

INSTALL_BYTES_MAX: Final = 256 * 1024
ROOTS_MAX: Final = 8
MACHINE_BYTES_MAX: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallFile:
    """What a file says; nobody has looked at its signature yet."""

    code: EnrolmentCode
    expires_s: int
    """From when on it is worth nothing."""
    roots: tuple[bytes, ...]
    machine: str | None
    """The serial number of the one board that it is for; None: for any."""
    envelope: Sign1

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Read a file. Raises MalformedError."""
        if len(raw) > INSTALL_BYTES_MAX:
            raise MalformedError(f"install file: more than {INSTALL_BYTES_MAX} bytes")
        envelope = parse_sign1(raw)
        fields = Fields("install file", cbor.decode(envelope.payload))
        read = cls(
            code=EnrolmentCode.from_bytes(fields.object_(1, "code", bytes_max=OBJECT_BYTES_MAX)),
            expires_s=fields.time_s(2, "expires"),
            roots=_roots(fields.value(3, "roots")),
            machine=fields.text(4, "machine", bytes_max=MACHINE_BYTES_MAX) if fields.has(4) else None,
            envelope=envelope,
        )
        fields.close()
        return read

    def is_signed_by(self, public_key: bytes) -> bool:
        return verify_sign1(self.envelope, public_key=public_key, aad=Aad.INSTALL)


def build_install_file(
    code: EnrolmentCode, *, expires_s: int, roots: Sequence[bytes], key: SigningKey, machine: str | None = None
) -> bytes:
    """Sign with the ledger's online key."""
    content: dict[int | str, cbor.Value] = {1: code.to_bytes(), 2: expires_s, 3: list(roots)}
    if machine is not None:
        content[4] = machine
    return sign1(cbor.encode(content), key=key, aad=Aad.INSTALL)


def _roots(value: cbor.Value) -> tuple[bytes, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= ROOTS_MAX:
        raise MalformedError(f"install file: roots are not 1 to {ROOTS_MAX} byte strings")
    roots = tuple(root for root in value if isinstance(root, bytes))
    if len(roots) != len(value):
        raise MalformedError("install file: a root is not a byte string")
    return roots
