"""Whether a payment request may be answered, judged with nothing but pinned ledger keys and the phone's own time.

The checks, in order: the certificate's ledger and key are known with the role `certificate`; that key signed the
certificate and it is in force; the certificate's key signed the request; both name the same terminal and merchant.
Only then are name and amount fit to be shown to the customer.

The request's own time is not judged: a terminal may have no clock, and the nonce is what makes the answer fresh.
"""

from dataclasses import dataclass
from typing import Final

from pos.sandbox.wallet.claims import Certificate, Request, read_request
from pos.sandbox.wallet.errors import UntrustedError
from pos.sandbox.wallet.wire import Prefix, Purpose, from_text, is_signed, key_id

CERTIFICATE_ROLE: Final = "certificate"


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedKey:
    """A ledger's public key and what it may sign."""

    ledger: str
    public_key: bytes
    roles: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedRequest:
    """A request whose every signature holds; only `check_request` makes one."""

    merchant: str
    merchant_name: str
    amount_won: int
    nonce: bytes


def check_request(text: str, *, pinned: tuple[PinnedKey, ...], now_s: int) -> TrustedRequest:
    """Read and check a `CKR1:` text; UnreadableError or UntrustedError says what is wrong with it."""
    request = read_request(from_text(Prefix.REQUEST, text))
    certificate = request.certificate
    _check_certificate(certificate, pinned, now_s)
    if not is_signed(request.envelope, public_key=certificate.terminal_key, purpose=Purpose.REQUEST):
        raise UntrustedError("the payment request is not signed by the terminal it names")
    _check_names(request)
    return TrustedRequest(
        merchant=request.merchant,
        merchant_name=certificate.merchant_name,
        amount_won=request.amount_won,
        nonce=request.nonce,
    )


def _check_certificate(certificate: Certificate, pinned: tuple[PinnedKey, ...], now_s: int) -> None:
    keys = [key for key in pinned if key.ledger == certificate.ledger and CERTIFICATE_ROLE in key.roles]
    key = next((key for key in keys if key_id(key.public_key) == certificate.envelope.kid), None)
    if key is None:
        raise UntrustedError(f"ledger {certificate.ledger!r} or its key is not known to this wallet")
    if not is_signed(certificate.envelope, public_key=key.public_key, purpose=Purpose.TERMINAL):
        raise UntrustedError("the terminal certificate is not signed by the ledger it names")
    if not certificate.issued_s <= now_s < certificate.expires_s:
        raise UntrustedError("the terminal certificate is not in force now")


def _check_names(request: Request) -> None:
    if request.terminal != request.certificate.terminal:
        raise UntrustedError("the payment request names another terminal than its certificate")
    if request.merchant != request.certificate.merchant:
        raise UntrustedError("the payment request names another merchant than its certificate")
