"""Enrolling over the network: the pinned authority first, then the one call that needs no token.

Rules: the authority's certificate is taken from anybody and believed only if its hash is the one in the enrolment code;
everything after that goes over TLS verified against it. What the ledger answers is judged by whoever asked.
"""

import hashlib
import ssl
import warnings
from contextlib import closing
from pathlib import Path
from typing import Final

import urllib3

from pos.errors import LedgerRefusedError, LedgerUnreachableError
from pos.sync.client import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, LedgerClient
from pos.sync.conversation import fault_of

AUTHORITY_PATH: Final = "/v1/authority"
AUTHORITY_BYTES_MAX: Final = 64 * 1024
_OK: Final = 200
_CONFLICT: Final = 409


def fetch_authority(url: str, *, pin: bytes) -> bytes:
    """The PEM of the authority whose DER hashes to `pin`. Raises LedgerUnreachableError for anybody else's."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Nothing is believed of this connection: what it brings is checked against the code.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    timeout = urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=READ_TIMEOUT_S)
    with urllib3.PoolManager(num_pools=1, retries=False, timeout=timeout, ssl_context=context) as pool:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)
                response = pool.request("GET", url.rstrip("/") + AUTHORITY_PATH, preload_content=False, redirect=False)
            pem = response.read(AUTHORITY_BYTES_MAX)
            der = ssl.PEM_cert_to_DER_cert(pem.decode("ascii"))
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise LedgerUnreachableError(f"the ledger's certificate authority: {error}") from error
    if response.status != _OK or hashlib.sha256(der).digest() != pin:
        raise LedgerUnreachableError("whoever answers there does not have the authority that the code names")
    return ssl.DER_cert_to_PEM_cert(der).encode("ascii")


def post_enrolment(url: str, request: bytes, *, ca_file: Path | None) -> bytes:
    """Redeem a code. Raises LedgerUnreachableError, or LedgerRefusedError where the code is used up or unknown."""
    with closing(LedgerClient(url, ca_file=ca_file)) as client:
        answer = client.call("POST", "/v1/enrolments", body=request, authorization="")
    if answer.status == _OK:
        return answer.body
    if answer.status == _CONFLICT:
        raise LedgerRefusedError("the code was used by another terminal; ask for a new one", status=answer.status)
    if answer.status == 403:
        raise LedgerRefusedError("the code is not known or too old; ask for a new one", status=answer.status)
    raise fault_of(answer)
