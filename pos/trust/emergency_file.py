"""The one file of the emergency repository: whom to distrust at once, and the sum of all that was read.

Rules: it can only take trust away, and what one version took, no later one gives back; at most 12 KiB with all its
signatures (protocol, `CKT1:` parts), so it names keys, terminals and single vouchers, not lists of a million.
"""

from typing import Annotated, Final, Self

import msgspec

from pos.errors import TrustError
from pos.trust.folder import TrustFolder

EMERGENCY_FILE: Final = "emergency.json"

_Hex8 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]
_Hex16 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]


class EmergencyFile(msgspec.Struct, frozen=True, kw_only=True):
    """`emergency.json`. Unknown fields are ignored."""

    issuer_keys: dict[str, tuple[_Hex8, ...]] = {}
    """Key ids by issuer: nothing is newly accepted under them."""
    terminals: tuple[str, ...] = ()
    """Terminals that sell nothing any more."""
    vouchers: dict[str, tuple[_Hex16, ...]] = {}
    """Voucher ids by issuer."""

    @property
    def is_empty(self) -> bool:
        return not (self.issuer_keys or self.terminals or self.vouchers)

    def joined(self, other: Self) -> "EmergencyFile":
        """Everything that either of them distrusts."""
        return EmergencyFile(
            issuer_keys=_joined(self.issuer_keys, other.issuer_keys),
            terminals=tuple(sorted({*self.terminals, *other.terminals})),
            vouchers=_joined(self.vouchers, other.vouchers),
        )


def _joined(one: dict[str, tuple[str, ...]], other: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {issuer: tuple(sorted({*one.get(issuer, ()), *other.get(issuer, ())})) for issuer in sorted({*one, *other})}


def stored_emergency(folder: TrustFolder) -> EmergencyFile:
    """Everything that emergencies took so far. Raises TrustError where it cannot be told."""
    stored = folder.stored()
    if stored is None:
        return EmergencyFile()
    try:
        return msgspec.json.decode((stored.targets / EMERGENCY_FILE).read_bytes(), type=EmergencyFile)
    except (OSError, msgspec.DecodeError) as error:
        raise TrustError(f"{EMERGENCY_FILE}: cannot be read: {error}") from error
