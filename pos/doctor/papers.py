"""What others signed for this terminal: its certificate, and the trust data that it judges vouchers by."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from pos.doctor.check import Place
from pos.errors import TrustError
from pos.link.examination import Colour, Finding
from pos.terminal import open_trust
from pos.trust.folder import StoredSet, TrustFolder
from pos.voucher.signed import decode_certificate
from pos.words.findings import FindingCode

DAYS_LEFT_MIN: Final = 30
_DAY_S: Final = 86_400
_LONG_LIVED: Final = ("root", "targets")
"""Roles that a city signs by hand, months ahead; the others are renewed by a machine."""


@dataclass(frozen=True, slots=True)
class CertificateCheck:
    """How long the certificate in the stored trust data is still valid."""

    now_s: Callable[[], float] = time.time
    name: str = "certificate"

    def look(self, place: Place) -> Sequence[Finding]:
        try:
            certificate = open_trust(place.config).certificate
        except TrustError as error:
            return (Finding(code=FindingCode.CERTIFICATE_MISSING, colour=Colour.RED, detail=str(error)),)
        days = int((decode_certificate(certificate).claims.expires_s - self.now_s()) // _DAY_S)
        if days < 0:
            return (Finding(code=FindingCode.CERTIFICATE_OVER, colour=Colour.RED, answered=str(days)),)
        if days < DAYS_LEFT_MIN:
            return (Finding(code=FindingCode.CERTIFICATE_ENDS, colour=Colour.RED, answered=str(days)),)
        return (Finding(code=FindingCode.CERTIFICATE_FINE, colour=Colour.GREEN, answered=str(days)),)


class _Signed(msgspec.Struct, frozen=True, kw_only=True):
    expires: datetime


class _Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """As much of TUF metadata as says when it ends."""

    signed: _Signed


@dataclass(frozen=True, slots=True)
class TrustCheck:
    """How old the trust data is: past its timestamp's end nothing newer came, and the policy's two ages say how bad."""

    now_s: Callable[[], float] = time.time
    name: str = "trust"

    def look(self, place: Place) -> Sequence[Finding]:
        try:
            policy = open_trust(place.config).policy
            ends = _ends(TrustFolder(place.config.terminal.trust_dir).stored())
        except TrustError as error:
            return (Finding(code=FindingCode.TRUST_MISSING, colour=Colour.RED, detail=str(error)),)
        now_s = self.now_s()
        stale_s = now_s - ends["timestamp"]
        if stale_s > policy.contact_hard_s:
            return (_found(FindingCode.TRUST_OLD, Colour.RED, stale_s),)
        if stale_s > policy.contact_soft_s:
            return (_found(FindingCode.TRUST_STALE, Colour.RED, stale_s),)
        left_s = min(ends[role] for role in _LONG_LIVED) - now_s
        if left_s < DAYS_LEFT_MIN * _DAY_S:
            return (_found(FindingCode.TRUST_ENDS, Colour.RED, left_s),)
        return (_found(FindingCode.TRUST_FRESH, Colour.GREEN, left_s),)


def _found(code: FindingCode, colour: Colour, age_s: float) -> Finding:
    return Finding(code=code, colour=colour, answered=str(int(age_s // _DAY_S)))


def _ends(stored: StoredSet | None) -> Mapping[str, float]:
    """When each role's stored metadata ends. Raises TrustError."""
    ends = {}
    for role in ("timestamp", *_LONG_LIVED):
        raw = None if stored is None else stored.metadata(role)
        if raw is None:
            raise TrustError(f"{role}.json is not stored")
        try:
            ends[role] = msgspec.json.decode(raw, type=_Metadata).signed.expires.timestamp()
        except msgspec.DecodeError as error:
            raise TrustError(f"{role}.json: {error}") from error
    return ends
