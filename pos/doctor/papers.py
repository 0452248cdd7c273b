"""The terminal's certificate: without one nobody believes what the terminal signs."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from pos.doctor.check import Colour, Finding, Place
from pos.errors import TrustError
from pos.terminal import open_trust
from pos.voucher.signed import decode_certificate
from pos.words.findings import FindingCode

DAYS_LEFT_MIN: Final = 30
_DAY_S: Final = 86_400


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
