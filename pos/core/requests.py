"""Payment requests: opened durably before they are shown, closed for ever.

A request names terminal, merchant, amount and a fresh nonce under the terminal's key, with the terminal's certificate
inside. It is journaled before anybody sees it, so that no restart can forget an open nonce, and closed by an answer,
by the cashier, or by its age (`request_age`: no clock can keep it open).
"""

import secrets
from collections.abc import Callable
from typing import Final

from pos.clock import Clock, Reading
from pos.core.checkout import new_sale_id
from pos.core.request_age import is_over
from pos.core.trust_store import TrustStore
from pos.journal.journal import Journal
from pos.journal.records import RequestRecord
from pos.link.calls import RequestAnswer
from pos.voucher.bodies import RequestClosed, RequestEnd, RequestOpened
from pos.voucher.keys import SigningKey
from pos.voucher.qr import QrKind, encode_text
from pos.voucher.signed import sign_request
from pos.voucher.terminal_claims import PaymentRequest

NONCE_BYTES: Final = 16


class Requests:
    """Opens and closes this terminal's payment requests."""

    def __init__(
        self,
        *,
        journal: Journal,
        trust: TrustStore,
        clock: Clock,
        key: SigningKey,
        terminal: str,
        certificate: Callable[[], bytes],
    ) -> None:
        """`certificate` gives the one to show now: they are renewed while the terminal runs."""
        self._journal = journal
        self._trust = trust
        self._clock = clock
        self._key = key
        self._terminal = terminal
        self._certificate = certificate

    def open(self, amount_won: int, *, sale_id: bytes | None = None) -> RequestAnswer:
        """Make a request over `amount_won`; durable when this returns."""
        reading = self._clock.read()
        nonce = secrets.token_bytes(NONCE_BYTES)
        expires_s = reading.time_s + self._trust.policy.request_life_s
        signed = sign_request(
            PaymentRequest(
                terminal=self._terminal,
                merchant=self._trust.merchant.merchant,
                issued_s=reading.time_s,
                nonce=nonce,
                amount_won=amount_won,
                certificate=self._certificate(),
            ),
            key=self._key,
        )
        body = RequestOpened(
            request=signed.raw,
            sale_id=sale_id or new_sale_id(),
            amount_won=amount_won,
            expires_s=expires_s,
            nonce=nonce,
        )
        self._journal.record([body], reading=reading)
        return RequestAnswer(text=encode_text(QrKind.REQUEST, signed.raw), nonce=nonce, expires_s=expires_s)

    def close(self, nonce: bytes, end: RequestEnd = RequestEnd.CANCELLED) -> bool:
        """Close an open request; False where it is not open."""
        if self._journal.requests.open_request(nonce) is None:
            return False
        self._journal.record([RequestClosed(nonce=nonce, reason=end)], reading=self._clock.read())
        return True

    def expire(self) -> frozenset[bytes]:
        """Close every request whose time is certainly over; returns their nonces."""
        reading = self._clock.read()
        over = [item for item in self._journal.requests.open_requests() if self._is_over(item, reading)]
        if over:
            drafts = [RequestClosed(nonce=item.nonce, reason=RequestEnd.EXPIRED) for item in over]
            self._journal.record(drafts, reading=reading)
        return frozenset(item.nonce for item in over)

    def _is_over(self, request: RequestRecord, reading: Reading) -> bool:
        opened = self._journal.entry(request.entry)
        return opened is not None and is_over(request, opened, reading)
