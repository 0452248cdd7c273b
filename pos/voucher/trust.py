"""Whose signatures count: issuers and ledgers with their keys, as the verified trust data states them.

Rules:

- keys are looked up by owner and key id; the key id is recomputed, and the key must be a valid point (TrustError);
- a ledger key signs only what its roles name;
- an issuer key's signing window is judged against a voucher's `iat` and includes its first second, not its last bound.

Reading trust files is for the trust store; whether a window or a revocation refuses a payment is for the till.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from pos.errors import MalformedError, TrustError
from pos.voucher.keys import PublicKey, key_id


class LedgerRole(StrEnum):
    """What a ledger key may sign."""

    CERTIFICATE = "certificate"
    ACK = "ack"
    MESSAGE = "message"
    TIME = "time"
    CONFIRMATION = "confirmation"
    IDENTIFIER = "identifier"
    """Signs nothing: its Curve25519 form is what buyers' identifiers are sealed for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerKey:
    """One key of an issuer."""

    kid: bytes
    public_key: bytes
    sign_from_s: int
    sign_until_s: int
    revoked: bool
    """Nothing is newly accepted under it, whatever the voucher's `iat`."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "public_key", _valid_key(self.public_key, kid=self.kid))

    def signs_at(self, issued_s: int) -> bool:
        """Whether the key was allowed to sign a voucher issued at this second."""
        return self.sign_from_s <= issued_s < self.sign_until_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """A municipality that promises to pay."""

    issuer: str
    name: str
    area: frozenset[str]
    """Codes of the municipalities in which its vouchers are good."""
    keys: tuple[IssuerKey, ...]

    def __post_init__(self) -> None:
        if len({key.kid for key in self.keys}) != len(self.keys):
            raise TrustError(f"issuer {self.issuer}: a key id twice")

    def key(self, kid: bytes) -> IssuerKey | None:
        """The key of that id."""
        return next((key for key in self.keys if key.kid == kid), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerKey:
    """One key of a ledger."""

    kid: bytes
    public_key: bytes
    roles: frozenset[LedgerRole]

    def __post_init__(self) -> None:
        object.__setattr__(self, "public_key", _valid_key(self.public_key, kid=self.kid))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A ledger that terminals report to."""

    ledger: str
    keys: tuple[LedgerKey, ...]
    log_key: bytes | None
    urls: tuple[str, ...]
    tls_ca: str | None
    """PEM of the authority that its TLS certificate must come from."""
    witnesses: tuple[bytes, ...] = ()
    """Public keys of the witnesses of its log."""
    quorum: int = 0
    """How many of them must have signed a checkpoint."""

    def __post_init__(self) -> None:
        if len({key.kid for key in self.keys}) != len(self.keys):
            raise TrustError(f"ledger {self.ledger}: a key id twice")

    def key(self, kid: bytes, role: LedgerRole) -> LedgerKey | None:
        """The key of that id, if it may sign in that role."""
        return next((key for key in self.keys if key.kid == kid and role in key.roles), None)

    @property
    def identifier_key(self) -> LedgerKey | None:
        """What buyers' identifiers are sealed for; None where this ledger asks no provider."""
        return next((key for key in self.keys if LedgerRole.IDENTIFIER in key.roles), None)


class KeySource(Protocol):
    """Where keys are looked up by their owner."""

    def issuer(self, issuer: str) -> Issuer | None: ...

    def ledger(self, ledger: str) -> Ledger | None: ...


def _valid_key(public_key: bytes, *, kid: bytes) -> PublicKey:
    if kid != key_id(public_key):
        raise TrustError(f"key {kid.hex()}: the key id is not that of its public key")
    try:
        return PublicKey(public_key)
    except MalformedError as error:
        raise TrustError(f"key {kid.hex()}: {error.what}") from error
