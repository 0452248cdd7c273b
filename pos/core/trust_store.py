"""Trust data as the rest of core uses it: typed, checked once, answered from memory.

`TrustStore` is the seam. `FolderTrustStore` reads the target files from a folder; whether those bytes deserve trust
is settled before they get there. Unknown fields are ignored (protocol), everything that is used is checked, and a
damaged file is a `TrustError` that names the file: half a trust folder is none.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol, TypeVar

import msgspec

from pos.core.revocations import Revocations
from pos.errors import TrustError
from pos.till.policy import (
    ConflictBearer,
    IssueClass,
    Limits,
    Merchant,
    Policy,
    Program,
    ProgramForm,
    RevocationState,
)
from pos.voucher.trust import Issuer, IssuerKey, Ledger, LedgerKey, LedgerRole

REQUEST_LIFE_S: Final = 300
_PUBLIC_KEY_HEX: Final = 64


class TrustStore(Protocol):
    """What core asks of trust data."""

    @property
    def version(self) -> int: ...

    @property
    def policy(self) -> Policy: ...

    @property
    def merchant(self) -> Merchant: ...

    @property
    def ledger(self) -> Ledger: ...

    @property
    def certificate(self) -> bytes: ...

    def issuer(self, issuer: str) -> Issuer | None: ...

    def program(self, issuer: str, program: str) -> Program | None: ...

    def revocation(self, issuer: str, voucher_id: bytes, *, now_s: int) -> RevocationState: ...


class _Json(msgspec.Struct, frozen=True, kw_only=True):
    pass


class _IssuerKeyJson(_Json, frozen=True, kw_only=True):
    kid: str
    public_key: str
    sign_from: int
    sign_until: int
    revoked: bool = False


class _IssuerJson(_Json, frozen=True, kw_only=True):
    name: str
    area: list[str]
    keys: list[_IssuerKeyJson]


class _IssuersJson(_Json, frozen=True, kw_only=True):
    version: int
    issuers: dict[str, _IssuerJson]


class _LimitsJson(_Json, frozen=True, kw_only=True):
    unbound_max_won: int | None = None
    bound_max_won: int | None = None
    voucher_max_won: int | None = None
    count_max: int | None = None
    value_max_won: int | None = None
    uncovered_max_won: int | None = None


class _ProgramJson(_Json, frozen=True, kw_only=True):
    name: str
    form: ProgramForm
    issue_class: IssueClass
    merchant_classes: list[str] = []
    industries: list[str] = []
    cash_receipt_track: str = "merchant"
    conflict_bearer: ConflictBearer = ConflictBearer.MERCHANT
    limits: _LimitsJson = _LimitsJson()


class _ProgramsJson(_Json, frozen=True, kw_only=True):
    version: int
    programs: dict[str, _ProgramJson]


class _PolicyJson(_Json, frozen=True, kw_only=True):
    version: int
    payment_age_s: int
    payment_skew_s: int
    settlement_period_s: int
    contact_soft_s: int
    contact_hard_s: int
    limits: _LimitsJson
    reduced_limits: _LimitsJson
    request_life_s: int = REQUEST_LIFE_S


class _LedgerKeyJson(_Json, frozen=True, kw_only=True):
    kid: str
    public_key: str
    roles: list[str]


class _LedgerJson(_Json, frozen=True, kw_only=True):
    keys: list[_LedgerKeyJson]
    urls: list[str] = []
    log_key: str | None = None
    tls_ca: str | None = None


class _LedgersJson(_Json, frozen=True, kw_only=True):
    version: int
    ledgers: dict[str, _LedgerJson]


class _MerchantJson(_Json, frozen=True, kw_only=True):
    version: int
    merchant: str
    name: str
    representative: str
    business_number: str
    address: str
    phone: str
    merchant_class: str = msgspec.field(name="class")
    industry: str
    municipality: str
    accepted_issue_classes: list[IssueClass]
    tax_default: str = "taxable"
    simplified_taxpayer: bool = False


class _TerminalJson(_Json, frozen=True, kw_only=True):
    version: int
    terminal: str
    certificate: str


J = TypeVar("J", bound=_Json)


class FolderTrustStore:
    """Target files in a folder, read when made."""

    def __init__(self, folder: Path, *, terminal: str, merchant: str, ledger: str) -> None:
        """Read everything this terminal needs; TrustError names the first file that cannot be used."""
        self._folder = folder
        issuers = self._read("issuers.json", _IssuersJson)
        policy = self._read("policy.json", _PolicyJson)
        ledgers = self._read("ledgers.json", _LedgersJson)
        if ledger not in ledgers.ledgers:
            raise TrustError(f"ledgers.json: does not name the ledger {ledger!r}")
        shop = self._read(f"merchants/{merchant}.json", _MerchantJson)
        own = self._read(f"terminals/{terminal}.json", _TerminalJson)
        try:
            self._issuers = {name: _issuer(name, given) for name, given in issuers.issuers.items()}
            self._ledger = _ledger(ledger, ledgers.ledgers[ledger])
            self._certificate = bytes.fromhex(own.certificate)
        except ValueError as error:
            raise TrustError(f"a key in the trust data is not readable: {error}") from error
        self._policy = _policy(policy)
        self._merchant = _merchant(shop)
        programs = [self._programs(issuer) for issuer in self._issuers.values()]
        self._all_programs: Mapping[tuple[str, str], Program] = MappingProxyType(
            {(program.issuer, program.program): program for group, _ in programs for program in group}
        )
        self._revocations = Revocations(folder / "revocations")
        self._version = max(
            issuers.version, policy.version, ledgers.version, shop.version, own.version, *(v for _, v in programs)
        )

    @property
    def version(self) -> int:
        """The highest version among the files."""
        return self._version

    @property
    def policy(self) -> Policy:
        return self._policy

    @property
    def merchant(self) -> Merchant:
        return self._merchant

    @property
    def ledger(self) -> Ledger:
        return self._ledger

    @property
    def certificate(self) -> bytes:
        """This terminal's certificate, to be put into payment requests."""
        return self._certificate

    def issuer(self, issuer: str) -> Issuer | None:
        return self._issuers.get(issuer)

    def program(self, issuer: str, program: str) -> Program | None:
        return self._all_programs.get((issuer, program))

    def revocation(self, issuer: str, voucher_id: bytes, *, now_s: int) -> RevocationState:
        return self._revocations.state(issuer, voucher_id, now_s=now_s)

    def _programs(self, issuer: Issuer) -> tuple[tuple[Program, ...], int]:
        given = self._read(f"programs/{issuer.issuer}.json", _ProgramsJson)
        made = tuple(_program(issuer, name, item, self._policy.limits) for name, item in given.programs.items())
        return made, given.version

    def _read(self, name: str, kind: type[J]) -> J:
        try:
            return msgspec.json.decode((self._folder / name).read_bytes(), type=kind)
        except OSError as error:
            raise TrustError(f"{name}: cannot be read: {error.strerror}") from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise TrustError(f"{name}: {error}") from error


def _key(text: str) -> bytes:
    if len(text) != _PUBLIC_KEY_HEX:
        raise ValueError(f"{text!r} is not a 32-byte key")
    return bytes.fromhex(text)


def _issuer(name: str, given: _IssuerJson) -> Issuer:
    return Issuer(
        issuer=name,
        name=given.name,
        area=frozenset(given.area),
        keys=tuple(
            IssuerKey(
                kid=bytes.fromhex(key.kid),
                public_key=_key(key.public_key),
                sign_from_s=key.sign_from,
                sign_until_s=key.sign_until,
                revoked=key.revoked,
            )
            for key in given.keys
        ),
    )


def _ledger(name: str, given: _LedgerJson) -> Ledger:
    known = {role.value for role in LedgerRole}
    return Ledger(
        ledger=name,
        keys=tuple(
            LedgerKey(
                kid=bytes.fromhex(key.kid),
                public_key=_key(key.public_key),
                roles=frozenset(LedgerRole(role) for role in key.roles if role in known),
            )
            for key in given.keys
        ),
        log_key=None if given.log_key is None else _key(given.log_key),
        urls=tuple(given.urls),
        tls_ca=given.tls_ca,
    )


def _limits(given: _LimitsJson, default: Limits | None) -> Limits:
    def pick(name: str) -> int:
        value: int | None = getattr(given, name)
        if value is None:
            if default is None:
                raise TrustError(f"policy.json: limits.{name} is missing")
            return int(getattr(default, name))
        return value

    unbound_max_won = pick("unbound_max_won")
    uncovered = given.uncovered_max_won
    if uncovered is None:
        uncovered = unbound_max_won if default is None else default.uncovered_max_won
    return Limits(
        unbound_max_won=unbound_max_won,
        bound_max_won=pick("bound_max_won"),
        voucher_max_won=pick("voucher_max_won"),
        count_max=pick("count_max"),
        value_max_won=pick("value_max_won"),
        uncovered_max_won=uncovered,
    )


def _policy(given: _PolicyJson) -> Policy:
    limits = _limits(given.limits, None)
    return Policy(
        payment_age_s=given.payment_age_s,
        payment_skew_s=given.payment_skew_s,
        request_life_s=given.request_life_s,
        settlement_period_s=given.settlement_period_s,
        contact_soft_s=given.contact_soft_s,
        contact_hard_s=given.contact_hard_s,
        limits=limits,
        reduced=_limits(given.reduced_limits, limits),
    )


def _program(issuer: Issuer, name: str, given: _ProgramJson, default: Limits) -> Program:
    return Program(
        issuer=issuer.issuer,
        program=name,
        name=given.name,
        form=given.form,
        issue_class=given.issue_class,
        area=issuer.area,
        merchant_classes=frozenset(given.merchant_classes),
        industries=frozenset(given.industries),
        is_cash_receipt_by_platform=given.cash_receipt_track == "platform",
        conflict_bearer=given.conflict_bearer,
        limits=_limits(given.limits, default),
    )


def _merchant(given: _MerchantJson) -> Merchant:
    return Merchant(
        merchant=given.merchant,
        name=given.name,
        representative=given.representative,
        business_number=given.business_number,
        address=given.address,
        phone=given.phone,
        merchant_class=given.merchant_class,
        industry=given.industry,
        municipality=given.municipality,
        accepted_issue_classes=frozenset(given.accepted_issue_classes),
        is_tax_exempt=given.tax_default == "exempt",
        is_simplified_taxpayer=given.simplified_taxpayer,
    )
