"""What no terminal will approve any more: payments that were declined, and requests whose nonce is closed.

Both are facts from signed entries, noted when the entry arrives: a payment that nobody approved gives its money back
once they are here (`pos.ledger.returns`). Rules: a declined code counts only if the terminal kept its bytes, which it
does when they were authentic; a nonce is closed by its request's end and by the payment that answered it.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection

from pos.errors import MalformedError
from pos.ledger import schema
from pos.ledger.dialect import insert_missing
from pos.ledger.examine import claims_digest, line_of
from pos.ledger.judge import ClaimKind
from pos.voucher.bodies import PaymentApproved, PaymentDeclined, RequestClosed
from pos.voucher.entry import Entry
from pos.voucher.signed import SignedPayment, decode_payment

_NONCE: Final = 10


def note(
    connection: Connection, entries: Sequence[Entry], closed: Mapping[int, bytes], *, terminal: str, merchant: str
) -> None:
    """Note what new entries close; `closed` are their nonces."""
    declined = []
    for entry in entries:
        if entry.kind == PaymentDeclined.KIND:
            payment = declined_payment(entry)
            if payment is not None:
                declined.append(_declined_row(payment, entry, terminal=terminal, merchant=merchant))
    nonces = [
        {"nonce": nonce, "merchant": merchant, "terminal": terminal, "sequence": sequence}
        for sequence, nonce in closed.items()
    ]
    insert_missing(connection, schema.declined, declined)
    insert_missing(connection, schema.closed_nonces, nonces)


def declined_payment(entry: Entry) -> SignedPayment | None:
    """Return the payment that a terminal declined, or None where it kept no bytes of one."""
    try:
        kept = PaymentDeclined.from_body(entry.body).object_bytes
        return None if kept is None else decode_payment(kept)
    except MalformedError:
        return None


def closed_nonce(entry: Entry) -> bytes | None:
    """Return the nonce that an entry closes."""
    try:
        if entry.kind == RequestClosed.KIND:
            return RequestClosed.from_body(entry.body).nonce
        if entry.kind == PaymentApproved.KIND and _NONCE in entry.body:
            return PaymentApproved.from_body(entry.body).nonce
    except MalformedError:
        pass
    return None


def closed_nonces(entries: Sequence[Entry]) -> dict[int, bytes]:
    """Return the nonces that entries of one terminal close, by the entry's sequence."""
    found = ((entry.sequence, closed_nonce(entry)) for entry in entries)
    return {sequence: nonce for sequence, nonce in found if nonce is not None}


def voucher_key(payment: SignedPayment) -> bytes:
    """Return the key of the voucher that a payment draws on."""
    claims = payment.voucher.claims
    return line_of(ClaimKind.PAYMENT, claims.issuer, claims.voucher_id)


def _declined_row(payment: SignedPayment, entry: Entry, *, terminal: str, merchant: str) -> dict[str, object]:
    return {
        "terminal": terminal,
        "sequence": entry.sequence,
        "merchant": merchant,
        "voucher": voucher_key(payment),
        "claims": claims_digest(payment.claims),
    }
