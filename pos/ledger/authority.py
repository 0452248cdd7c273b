"""The trust data as the ledger itself needs it: whose signatures count, which terminals there are.

Rules:

- the files are the trust targets of the protocol, read again when they change; a file that cannot be read while the
  service runs leaves the last good state in force and is reported, one that cannot be read at start stops it;
- a terminal exists if its certificate is signed by this ledger's key of the role `certificate`;
- unknown fields are ignored.

The same files are what terminals download; their signatures (TUF) are those terminals' concern, here they are home.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Generic, TypeVar

import msgspec

from pos.errors import MalformedError, TrustError
from pos.ledger.judge import Bearer
from pos.ledger.provider import Shop, TradeOption
from pos.voucher.aad import Aad
from pos.voucher.cose import verify_sign1
from pos.voucher.fields import is_id
from pos.voucher.keys import PublicKey
from pos.voucher.signed import SignedCertificate, decode_certificate
from pos.voucher.trust import Issuer, IssuerKey, Ledger, LedgerKey, LedgerRole

CONTACT_HARD_S: Final = 604_800
"""A week, the protocol's longest absence, where `policy.json` says nothing."""
PAYMENT_AGE_S: Final = 180
PAYMENT_SKEW_S: Final = 120
SETTLEMENT_PERIOD_S: Final = 1_209_600

logger = logging.getLogger(__name__)
T = TypeVar("T")


class _KeyShape(msgspec.Struct, frozen=True, kw_only=True):
    kid: str
    public_key: str
    sign_from: int
    sign_until: int
    revoked: bool = False


class _IssuerShape(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    keys: list[_KeyShape]
    area: list[str] = []


class _IssuersShape(msgspec.Struct, frozen=True, kw_only=True):
    issuers: dict[str, _IssuerShape]


class _LedgerKeyShape(msgspec.Struct, frozen=True, kw_only=True):
    kid: str
    public_key: str
    roles: list[str]


class _LedgerShape(msgspec.Struct, frozen=True, kw_only=True):
    keys: list[_LedgerKeyShape]
    log_key: str | None = None
    witnesses: list[str] = []
    quorum: int = 0


class _LedgersShape(msgspec.Struct, frozen=True, kw_only=True):
    ledgers: dict[str, _LedgerShape]


class PolicyView(msgspec.Struct, frozen=True, kw_only=True):
    """What the ledger needs of `policy.json`, in seconds."""

    contact_hard_s: int = CONTACT_HARD_S
    """How long a terminal may sell without having seen newer trust data."""
    payment_age_s: int = PAYMENT_AGE_S
    payment_skew_s: int = PAYMENT_SKEW_S
    settlement_period_s: int = SETTLEMENT_PERIOD_S
    """How long after a voucher's end terminals may still deliver what they approved."""


class _TerminalShape(msgspec.Struct, frozen=True, kw_only=True):
    certificate: str
    revoked_after: int | None = None


class _ProgramShape(msgspec.Struct, frozen=True, kw_only=True):
    conflict_bearer: Bearer = Bearer.MERCHANT


class _ProgramsShape(msgspec.Struct, frozen=True, kw_only=True):
    programs: dict[str, _ProgramShape]


class _MerchantShape(msgspec.Struct, frozen=True, kw_only=True):
    business_number: Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{10}\Z")]
    branch_number: Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{4}\Z")] | None = None
    trade_option: TradeOption | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTerminal:
    """A terminal that the trust data vouches for."""

    terminal: str
    merchant: str
    public_key: PublicKey
    certificate: bytes
    revoked_after: int | None
    """Last journal sequence that is trusted; None while nothing was revoked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyView:
    """The public keys as they are at one moment, the same for every payment of a delivery."""

    issuers: Mapping[str, Issuer]
    ledgers: Mapping[str, Ledger]

    def issuer(self, issuer: str) -> Issuer | None:
        return self.issuers.get(issuer)

    def ledger(self, ledger: str) -> Ledger | None:
        return self.ledgers.get(ledger)


class Authority:
    """The trust folder of one ledger. Raises TrustError when made from files that cannot be used."""

    def __init__(self, trust_dir: Path, *, ledger: str) -> None:
        self._dir = trust_dir
        self._own = ledger
        self._issuers = _Watched(trust_dir / "issuers.json", _issuers_of)
        self._ledgers = _Watched(trust_dir / "ledgers.json", _ledgers_of)
        self._policy = _Watched(trust_dir / "policy.json", _policy_of)
        self._programs: dict[str, _Watched[dict[str, Bearer]]] = {}
        self._terminals: dict[str, _Watched[KnownTerminal]] = {}
        self._shops: dict[str, _Watched[Shop]] = {}

    def keys(self) -> KeyView:
        """The keys of issuers and ledgers as they are now."""
        return KeyView(issuers=self.issuers(), ledgers=self._ledgers.current())

    def issuers(self) -> Mapping[str, Issuer]:
        """All issuers; the same object as long as the file does not change."""
        return self._issuers.current()

    def own_ledger(self) -> Ledger:
        """This ledger as the trust data describes it. Raises TrustError if it does not."""
        own = self._ledgers.current().get(self._own)
        if own is None:
            raise TrustError(f"ledgers.json does not name the ledger {self._own}")
        return own

    def policy(self) -> PolicyView:
        """The policy as it is now."""
        return self._policy.current()

    def conflict_bearer(self, issuer: str, program: str) -> Bearer:
        """Who bears a payment in conflict; the merchant, where the programme is not known or does not say."""
        if issuer not in self._programs:
            path = self._dir / "programs" / f"{issuer}.json"
            if not path.is_file():
                return Bearer.MERCHANT
            self._programs[issuer] = _Watched(path, _bearers_of)
        return self._programs[issuer].current().get(program, Bearer.MERCHANT)

    def shop(self, merchant: str) -> Shop | None:
        """Who a merchant is to the tax office, or None. Raises TrustError if its file cannot be used."""
        if merchant not in self._shops:
            path = self._dir / "merchants" / f"{merchant}.json"
            if not is_id(merchant) or not path.is_file():
                return None
            self._shops[merchant] = _Watched(path, _shop_of)
        return self._shops[merchant].current()

    def terminal(self, terminal: str) -> KnownTerminal | None:
        """The terminal of that id, or None. Raises TrustError if its file or certificate cannot be used."""
        path = self._dir / "terminals" / f"{terminal}.json"
        if not is_id(terminal) or not path.is_file():
            return None
        if terminal not in self._terminals:
            self._terminals[terminal] = _Watched(path, lambda raw: self._terminal_of(raw, terminal))
        return self._terminals[terminal].current()

    def _terminal_of(self, raw: bytes, terminal: str) -> KnownTerminal:
        shape = msgspec.json.decode(raw, type=_TerminalShape)
        certificate = decode_certificate(bytes.fromhex(shape.certificate))
        if certificate.claims.terminal != terminal:
            raise TrustError(f"terminal {terminal}: the certificate is for {certificate.claims.terminal}")
        return KnownTerminal(
            terminal=terminal,
            merchant=certificate.claims.merchant,
            public_key=self.certified_key(certificate),
            certificate=certificate.raw,
            revoked_after=shape.revoked_after,
        )

    def certified_key(self, certificate: SignedCertificate) -> PublicKey:
        """Return the terminal's key. Raises TrustError unless this ledger signed the certificate."""
        own = self._ledgers.current().get(self._own)
        key = None if own is None else own.key(certificate.sign1.kid, LedgerRole.CERTIFICATE)
        if (
            key is None
            or certificate.claims.ledger != self._own
            or not verify_sign1(certificate.sign1, public_key=key.public_key, aad=Aad.TERMINAL)
        ):
            raise TrustError(f"terminal {certificate.claims.terminal}: its certificate is not signed by this ledger")
        return PublicKey(certificate.claims.terminal_key)


class _Watched(Generic[T]):
    """A file's content, read again when the file changes."""

    def __init__(self, path: Path, read: Callable[[bytes], T]) -> None:
        self._path = path
        self._read = read
        self._mark, self._content = self._load()

    def current(self) -> T:
        try:
            if _mark(self._path) != self._mark:
                self._mark, self._content = self._load()
        except (TrustError, OSError) as error:
            logger.error("trust file kept in its last good state: %s", error)
        return self._content

    def _load(self) -> tuple[tuple[int, int, int], T]:
        try:
            mark = _mark(self._path)
            return mark, self._read(self._path.read_bytes())
        except FileNotFoundError as error:
            raise TrustError(f"{self._path}: missing") from error
        except (msgspec.DecodeError, MalformedError, ValueError) as error:
            raise TrustError(f"{self._path}: {error}") from error


def _mark(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino


def _issuers_of(raw: bytes) -> dict[str, Issuer]:
    shape = msgspec.json.decode(raw, type=_IssuersShape)
    return {name: _issuer_of(name, issuer) for name, issuer in shape.issuers.items()}


def _issuer_of(name: str, shape: _IssuerShape) -> Issuer:
    keys = tuple(
        IssuerKey(
            kid=bytes.fromhex(key.kid),
            public_key=bytes.fromhex(key.public_key),
            sign_from_s=key.sign_from,
            sign_until_s=key.sign_until,
            revoked=key.revoked,
        )
        for key in shape.keys
    )
    return Issuer(issuer=name, name=shape.name, area=frozenset(shape.area), keys=keys)


def _ledgers_of(raw: bytes) -> dict[str, Ledger]:
    shape = msgspec.json.decode(raw, type=_LedgersShape)
    return {name: _ledger_of(name, ledger) for name, ledger in shape.ledgers.items()}


def _ledger_of(name: str, shape: _LedgerShape) -> Ledger:
    keys = tuple(
        LedgerKey(
            kid=bytes.fromhex(key.kid),
            public_key=bytes.fromhex(key.public_key),
            roles=frozenset(LedgerRole(role) for role in key.roles if role in set(LedgerRole)),
        )
        for key in shape.keys
    )
    log_key = None if shape.log_key is None else bytes.fromhex(shape.log_key)
    witnesses = tuple(bytes.fromhex(key) for key in shape.witnesses)
    return Ledger(
        ledger=name, keys=keys, log_key=log_key, urls=(), tls_ca=None, witnesses=witnesses, quorum=shape.quorum
    )


def _policy_of(raw: bytes) -> PolicyView:
    return msgspec.json.decode(raw, type=PolicyView)


def _shop_of(raw: bytes) -> Shop:
    shape = msgspec.json.decode(raw, type=_MerchantShape)
    return Shop(
        business_number=shape.business_number, branch_number=shape.branch_number, trade_option=shape.trade_option
    )


def _bearers_of(raw: bytes) -> dict[str, Bearer]:
    shape = msgspec.json.decode(raw, type=_ProgramsShape)
    return {name: program.conflict_bearer for name, program in shape.programs.items()}
