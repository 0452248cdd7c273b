"""Payment requests of this terminal: open until answered, cancelled or expired, and never answered twice."""

from typing import Final

from pos.journal.database import Database, Row
from pos.journal.records import RequestRecord
from pos.voucher.bodies import RequestEnd, RequestOpened, parse_body
from pos.voucher.entry import parse_entry

REQUESTS_MAX: Final = 500
"""Open at a time; expired ones are closed, so there are never many."""

_REQUEST: Final = (
    "SELECT r.entry, r.nonce, r.sale_id, r.amount_won, r.expires_s, r.closed, e.raw"
    " FROM requests r JOIN entries e ON e.sequence = r.entry"
)


class Requests:
    """Questions about payment requests."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def request(self, nonce: bytes) -> RequestRecord | None:
        """The request of this nonce, open or closed; None where this terminal never made it."""
        row = self._database.row(f"{_REQUEST} WHERE r.nonce = ?", nonce)
        return None if row is None else _request(row)

    def open_request(self, nonce: bytes) -> RequestRecord | None:
        """The request of this nonce, if an answer to it may still be approved. Expiry is the caller's to judge."""
        row = self._database.row(f"{_REQUEST} WHERE r.nonce = ? AND r.closed IS NULL", nonce)
        return None if row is None else _request(row)

    def open_requests(self) -> tuple[RequestRecord, ...]:
        """Requests without an end, oldest first."""
        rows = self._database.rows(f"{_REQUEST} WHERE r.closed IS NULL ORDER BY r.entry LIMIT ?", REQUESTS_MAX)
        return tuple(map(_request, rows))


def _request(row: Row) -> RequestRecord:
    entry, nonce, sale_id, amount_won, expires_s, closed, raw = row
    opened = parse_entry(raw)
    body = parse_body(opened.kind, opened.body)
    assert isinstance(body, RequestOpened), "a row of requests comes from a request.opened entry"
    return RequestRecord(
        entry=entry,
        nonce=nonce,
        sale_id=sale_id,
        amount_won=amount_won,
        expires_s=expires_s,
        request=body.request,
        closed=None if closed is None else RequestEnd(closed),
    )
