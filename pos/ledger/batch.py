"""A delivered batch: from the bytes of a request to verified entries.

Rules:

- the body is one CBOR array of byte strings, at most ENTRIES_MAX and BODY_BYTES_MAX; reading stops at the limit;
- an entry that cannot be read or is not signed by this terminal ends the batch: the good ones before it count, and the
  call is refused with its place, because nothing behind it can be chained.

Whether the entries continue the journal is left to `pos.ledger.chain`.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

from pos import cbor
from pos.errors import MalformedError
from pos.ledger.problem import malformed, too_large
from pos.voucher.entry import ENTRY_BYTES_MAX, Entry, verify_entry

ENTRIES_MAX: Final = 256
BODY_BYTES_MAX: Final = 1_048_576


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Verified entries up to the end of the batch or to the first bad one."""

    entries: tuple[Entry, ...]
    fault: str | None
    """What is wrong with the entry behind the last good one."""


async def read_body(chunks: AsyncIterator[bytes], *, bytes_max: int = BODY_BYTES_MAX) -> bytes:
    """Collect a request body. Raises ProblemError 413 at the first byte too many."""
    body = bytearray()
    async for chunk in chunks:
        if len(body) + len(chunk) > bytes_max:
            raise too_large(f"more than {bytes_max} bytes")
        body += chunk
    return bytes(body)


def split_batch(body: bytes) -> list[bytes]:
    """Return the raw entries of a body. Raises ProblemError 400 or 413."""
    try:
        items = cbor.decode(body, depth_max=1)
    except MalformedError as error:
        raise malformed(error.what) from error
    if not isinstance(items, list) or not all(isinstance(item, bytes) for item in items):
        raise malformed("expected an array of byte strings")
    if len(items) > ENTRIES_MAX:
        raise too_large(f"more than {ENTRIES_MAX} entries")
    raws = [item for item in items if isinstance(item, bytes)]
    if any(len(raw) > ENTRY_BYTES_MAX for raw in raws):
        raise too_large(f"an entry of more than {ENTRY_BYTES_MAX} bytes")
    return raws


def verify_batch(raws: Sequence[bytes], public_key: bytes) -> Batch:
    """Read and verify entries in order, up to the first bad one."""
    entries = []
    for place, raw in enumerate(raws):
        try:
            entries.append(verify_entry(raw, public_key))
        except MalformedError as error:
            return Batch(entries=tuple(entries), fault=f"entry {place + 1} of the batch: {error.what}")
    return Batch(entries=tuple(entries), fault=None)


def join_batch(raws: Sequence[bytes]) -> bytes:
    """Return byte strings as one CBOR array, the form of batches and inboxes."""
    return cbor.encode(list(raws))
