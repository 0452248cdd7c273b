"""HTTP to the ledger: one small blocking client.

Rules: TLS is verified against the pinned CA; redirects are never followed; an answer longer than `ANSWER_BYTES_MAX`
is not read; nothing in an answer is believed here. Every fault of the network, urllib3's whole tree included, comes
out as `LedgerUnreachableError`.
"""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import urllib3

from pos.errors import LedgerUnreachableError

CONNECT_TIMEOUT_S: Final = 5.0
READ_TIMEOUT_S: Final = 20.0
ANSWER_BYTES_MAX: Final = 2 * 1024 * 1024
RETRY_AFTER_S_MAX: Final = 300


class ContentError(LedgerUnreachableError):
    """Somebody answered, and it is not what a ledger answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerAnswer:
    """What came back, unbelieved."""

    status: int
    body: bytes
    retry_after_s: int | None


class LedgerClient:
    """Talks to one ledger."""

    def __init__(self, url: str, *, ca_file: Path | None = None) -> None:
        self._base = url.rstrip("/")
        self._ca_file = ca_file
        self._pool: urllib3.PoolManager | None = None

    def call(self, method: str, path: str, *, body: bytes, authorization: str, wait_s: int = 0) -> LedgerAnswer:
        """One try; the ledger may take `wait_s` longer. `path` begins with "/" and is what the call token is for."""
        try:
            response = self._connections().request(
                method,
                self._base + path,
                body=body or None,
                headers={"Authorization": authorization, "Content-Type": "application/cbor"},
                preload_content=False,
                timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=READ_TIMEOUT_S + wait_s),
                redirect=False,
            )
            try:
                received = response.read(ANSWER_BYTES_MAX + 1)
            finally:
                response.release_conn()
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise LedgerUnreachableError(_plain_cause(error)) from error
        if len(received) > ANSWER_BYTES_MAX:
            raise ContentError("the answer is too long to be one of a ledger")
        return LedgerAnswer(
            status=response.status, body=received, retry_after_s=_retry_after(response.headers.get("Retry-After"))
        )

    def close(self) -> None:
        if self._pool is not None:
            self._pool.clear()

    def _connections(self) -> urllib3.PoolManager:
        """Made at the first try: an authority's file that cannot be read yet is a network that is not there yet."""
        if self._pool is None:
            context = tls_context(self._ca_file) if self._base.startswith("https:") else None
            self._pool = urllib3.PoolManager(num_pools=2, maxsize=2, retries=False, ssl_context=context)
        return self._pool


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Only the pinned authority; the system's own are not consulted, and without one nobody is trusted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file is None:
        return context
    try:
        context.load_verify_locations(cafile=ca_file)
    except OSError as error:
        raise LedgerUnreachableError(f"the ledger's certificate authority cannot be read: {error}") from error
    return context


def _retry_after(given: str | None) -> int | None:
    """Seconds only: a date would need a clock that agrees with the ledger's."""
    if given is None or not (given.isascii() and given.isdigit()):
        return None
    return min(int(given), RETRY_AFTER_S_MAX)


def _plain_cause(error: Exception) -> str:
    cause: BaseException = error
    while isinstance(cause, urllib3.exceptions.MaxRetryError) and cause.reason is not None:
        cause = cause.reason
    return f"{type(cause).__name__}: {cause}"
