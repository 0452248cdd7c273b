"""When a payment request is over. Pure.

By the clock where the time is certain, and in any case by the machine's uptime: a clock that stands still, was set
back, or is known to nobody keeps no request open. A request from before a restart is over at the latest when the
machine has run for its whole life since.
"""

from pos.clock import Reading
from pos.journal.records import RequestRecord
from pos.voucher.bodies import boot_of
from pos.voucher.entry import Entry
from pos.voucher.signed import decode_request


def is_over(request: RequestRecord, opened: Entry, reading: Reading) -> bool:
    """Whether the request that `opened` recorded can be answered no more."""
    if reading.earliest_s >= request.expires_s:
        return True
    life_s = request.expires_s - decode_request(request.request).claims.issued_s
    written = boot_of(opened.body)
    since_ms = written.boot_ms if written.boot_id == reading.boot_id else 0
    return reading.boot_ms - since_ms >= life_s * 1000
