"""Credits that no holder's key can ask for: refunds of paper notes and of what a phone had paid online.

    POST /v1/returns   COSE_Sign1 by the fresh key over {1: fresh public key, 2: bytes of a
                       receipt code, 3: ledger id}

The receipt code is that of the refund's own paper (`CKS1`, kind refund or void), signed by the terminal: who has the
slip has the money, as with the note before. Rules: the code names the refund's entry, and everything that this refund
gave back of one issuer's programme becomes one voucher; payments that carry a holder's key are not given out this way;
a refund is given out once, and the same request gets the same voucher for ever.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from pos import cbor
from pos.errors import MalformedError
from pos.ledger import returns, schema
from pos.ledger.examine import voucher_claim
from pos.ledger.judge import ClaimKind, VoucherClaim
from pos.ledger.payments import PartKind
from pos.ledger.problem import forbidden, malformed, not_found
from pos.ledger.returns import Claimant, Issuing, Part, Returned
from pos.ledger.schema import StoredRow
from pos.voucher.aad import Aad
from pos.voucher.bodies import RefundRequested
from pos.voucher.claims import ReceiptCode
from pos.voucher.cose import parse_sign1, sign1, verify_sign1
from pos.voucher.entry import verify_entry
from pos.voucher.fields import ID16_BYTES, Fields
from pos.voucher.keys import PUBLIC_KEY_BYTES, PublicKey, SigningKey
from pos.voucher.labels import OBJECT_BYTES_MAX
from pos.voucher.outcomes import OutcomeStatus
from pos.voucher.signed import SignedReceipt, decode_receipt, decode_voucher
from pos.voucher.terminal_claims import ReceiptKind

_RECEIPT, _LEDGER = 2, 3
_KINDS: Final = (ReceiptKind.REFUND, ReceiptKind.VOID)
_WITHOUT_KEY: Final = (ClaimKind.NOTE, ClaimKind.CONFIRMATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """A request with a refund's receipt code; its terminal's signature is not verified yet."""

    receipt: SignedReceipt
    fresh_key: bytes
    request: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """One refund without a holder's key, and whose money it is."""

    refund: StoredRow
    source: VoucherClaim
    """The note; for a confirmation what stands for it: the payment's line, issuer and programme."""


def build_slip_request(receipt: bytes, *, ledger: str, fresh: SigningKey) -> bytes:
    """Ask for what a refund's receipt code stands for, as a wallet does."""
    return sign1(
        cbor.encode({1: bytes(fresh.public_key), _RECEIPT: receipt, _LEDGER: ledger}), key=fresh, aad=Aad.RETURN
    )


def read_slip(raw: bytes, *, ledger: str) -> Slip | None:
    """Read a request; None where it is the other kind, with a holder's claim. Raises MalformedError."""
    if len(raw) > returns.REQUEST_BYTES_MAX:
        raise MalformedError(f"return: more than {returns.REQUEST_BYTES_MAX} bytes")
    outer = parse_sign1(raw)
    fields = Fields("return", cbor.decode(outer.payload))
    if not fields.has(_RECEIPT):
        return None
    receipt = decode_receipt(fields.object_(_RECEIPT, "receipt", bytes_max=OBJECT_BYTES_MAX))
    fresh_key = fields.bytes_(1, "fresh key", size=PUBLIC_KEY_BYTES)
    if fields.id_(_LEDGER, "ledger") != ledger:
        raise MalformedError("return: for another ledger")
    fields.close()
    if not verify_sign1(outer, public_key=PublicKey(fresh_key), aad=Aad.RETURN):
        raise MalformedError("return: not signed by a fresh key")
    if receipt.claims.kind not in _KINDS:
        raise MalformedError("return: not the receipt of a refund")
    return Slip(receipt=receipt, fresh_key=fresh_key, request=raw)


def slip_of(raw: bytes, *, ledger: str) -> Slip | None:
    """The same for a call. Raises ProblemError 400."""
    try:
        return read_slip(raw, ledger=ledger)
    except MalformedError as error:
        raise malformed(error.what) from error


def give_out(connection: Connection, slip: Slip, issuing: Issuing, *, new_id: bytes, now_s: int) -> Returned:
    """Make the new voucher, or return the one that was made. Raises ProblemError 403, 404 or 409."""
    credits_ = credits_of(connection, slip.receipt, locked=True)
    again = returns.made_before(connection, fresh_key=slip.fresh_key, request=slip.request)
    if again is not None:
        return again
    due = [credit for credit in credits_ if credit.refund.returned_as is None]
    if not due:
        raise not_found("nothing of this came back, or it was given out, or the refund is not decided yet")
    source = due[0].source
    mine = [
        credit for credit in due if (credit.source.issuer, credit.source.program) == (source.issuer, source.program)
    ]
    key = issuing.key(source.issuer)
    if key is None:
        raise forbidden("the issuer lent this ledger no key for returned vouchers")
    claimant = Claimant(
        voucher=source, not_after_s=source.expires_s, payment=None, fresh_key=slip.fresh_key, request=slip.request
    )
    parts, sources = [part_of(credit) for credit in mine], [credit.source for credit in mine]
    return returns.store(connection, claimant, parts, key, new_id=new_id, now_s=now_s, sources=sources)


def part_of(credit: Credit) -> Part:
    """What it adds to a new voucher."""
    refund = credit.refund
    return Part(
        kind=PartKind.REFUND,
        amount_won=refund.amount_won,
        refund=(refund.terminal, refund.sequence),
        owner=refund.owner,
    )


def credits_of(connection: Connection, receipt: SignedReceipt, *, locked: bool = False) -> list[Credit]:
    """Every granted refund on this receipt that no holder's key can ask for; empty where the receipt is not genuine."""
    claims = receipt.claims
    terminals, entries, refunds = schema.terminals, schema.entries, schema.refunds
    terminal = connection.execute(
        select(terminals).where(terminals.c.terminal == claims.terminal, terminals.c.merchant == claims.merchant)
    ).one_or_none()
    if terminal is None or not verify_sign1(receipt.sign1, public_key=terminal.public_key, aad=Aad.RECEIPT):
        return []
    rows = (
        select(refunds, entries.c.raw, entries.c.hash)
        .join(entries, (entries.c.terminal == refunds.c.terminal) & (entries.c.sequence == refunds.c.sequence))
        .where(refunds.c.terminal == claims.terminal, refunds.c.status == OutcomeStatus.SETTLED)
        .order_by(refunds.c.sequence)
    )
    found = connection.execute(rows.with_for_update(of=refunds) if locked else rows).all()
    named = _refund_id(found, claims, terminal.public_key)
    mine = [row for row in found if named is not None and _id_of(row, terminal.public_key) == named]
    kinds = _kinds(connection, mine)
    credits_ = [_credit(connection, row, kinds.get((row.payment_terminal, row.payment_sequence))) for row in mine]
    return [credit for credit in credits_ if credit is not None]


def _refund_id(rows: Collection[StoredRow], claims: ReceiptCode, public_key: bytes) -> bytes | None:
    named = next((row for row in rows if row.hash == claims.entry), None)
    return None if named is None else _id_of(named, public_key)


def _id_of(row: StoredRow, public_key: bytes) -> bytes | None:
    try:
        return RefundRequested.from_body(verify_entry(row.raw, public_key).body).refund_id
    except MalformedError:
        return None


def _kinds(connection: Connection, rows: Sequence[StoredRow]) -> dict[tuple[str, int], str]:
    table = schema.payments
    found: dict[tuple[str, int], str] = {}
    for row in rows:
        mine = (table.c.terminal == row.payment_terminal, table.c.sequence == row.payment_sequence)
        for payment in connection.execute(select(table.c.terminal, table.c.sequence, table.c.kind).where(*mine)):
            found[payment.terminal, payment.sequence] = payment.kind
    return found


def _credit(connection: Connection, refund: StoredRow, kind: str | None) -> Credit | None:
    if kind not in _WITHOUT_KEY:
        return None
    source = _note(connection, refund) if kind == ClaimKind.NOTE else _online(connection, refund)
    return None if source is None else Credit(refund=refund, source=source)


def _note(connection: Connection, refund: StoredRow) -> VoucherClaim | None:
    table = schema.vouchers
    raw = connection.execute(select(table.c.raw).where(table.c.voucher == refund.voucher)).scalar_one_or_none()
    return None if raw is None else voucher_claim(decode_voucher(raw))


def _online(connection: Connection, refund: StoredRow) -> VoucherClaim | None:
    """What stands for a voucher where a phone paid online: known only where a partner of this ledger took the money."""
    table = schema.online_payments
    row = connection.execute(select(table).where(table.c.payment_id == refund.voucher[-ID16_BYTES:])).one_or_none()
    if row is None:
        return None
    return VoucherClaim(
        key=refund.voucher,
        issuer=row.issuer,
        voucher_id=row.payment_id,
        program=row.program,
        value_won=row.amount_won,
        expires_s=row.taken_s,
        digest=refund.claims,
        raw=row.confirmation,
    )
