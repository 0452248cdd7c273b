"""Money that comes back to a holder, as a new voucher with a fresh key. A call of this reference, not of the protocol.

    POST /v1/returns   COSE_Sign1 by the fresh key over {1: claim}; the claim is a COSE_Sign1 by the old holder key over
                       {1: fresh public key, 2: bytes of a payment, or of the voucher, 3: ledger id}
                       → {1: new voucher, 2: its value}

What comes back:

1. for a payment that merchants gave back in whole or part: the refunds that were granted (`pos.ledger.refunds`);
2. for a payment that nobody approved: its amount, once it cannot be approved any more. A bound one cannot once its
   terminal declined it or closed its nonce; an unbound one could still be shown elsewhere, so it has to be declined
   and older than any terminal may have kept an approval to itself;
3. for a voucher that is over, after its `exp` and the settlement period: what was never spent.

Rules: money comes back once, and a payment that arrives later and would spend it again is refused (`returned`); a
voucher that was spent twice gives nothing back but refunds before its review; the same fresh key gets the same voucher
for ever, so a lost answer can be asked for again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import Connection, func, insert, select, update

from pos import cbor
from pos.errors import MalformedError
from pos.ledger import books, payments, schema
from pos.ledger.authority import PolicyView
from pos.ledger.closures import voucher_key
from pos.ledger.examine import claims_digest, voucher_claim
from pos.ledger.judge import Keys, VoucherClaim
from pos.ledger.payments import PartKind
from pos.ledger.problem import conflicting, forbidden, malformed, not_found
from pos.voucher.aad import Aad
from pos.voucher.claims import Voucher
from pos.voucher.cose import parse_sign1, sign1, verify_sign1
from pos.voucher.fields import Fields
from pos.voucher.keys import PUBLIC_KEY_BYTES, SEED_BYTES, PublicKey, SigningKey
from pos.voucher.labels import OBJECT_BYTES_MAX
from pos.voucher.outcomes import OutcomeStatus
from pos.voucher.signed import SignedPayment, decode_holder_voucher, decode_payment, sign_voucher
from pos.voucher.spend_line import point_of
from pos.voucher.verified import VerificationFailure, verify_payment, verify_voucher

REQUEST_BYTES_MAX: Final = 2_048
LIFE_S: Final = 30 * 86_400
"""A returned voucher lives at least this long, and as long as the one that the money came from."""

CLOCK_MARGIN_S: Final = 300
"""A till whose clock is a little behind shall take it at once."""


class Issuing(Protocol):
    """Whoever signs returned vouchers in an issuer's name."""

    def key(self, issuer: str) -> SigningKey | None: ...


class FolderIssuing:
    """Keys in files, one an issuer."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern

    def key(self, issuer: str) -> SigningKey | None:
        """Return the key that an issuer lent; None where it lent none."""
        path = Path(self._pattern.replace("{issuer}", issuer))
        if not self._pattern or not path.is_file():
            return None
        seed = path.read_bytes()
        return SigningKey.from_seed(seed) if len(seed) == SEED_BYTES else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimant:
    """A holder who has shown that the money was his, and that he has a fresh key."""

    voucher: VoucherClaim
    not_after_s: int
    payment: SignedPayment | None
    """None where what is left of the voucher is asked for."""
    fresh_key: bytes
    request: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Money that comes back, and from where."""

    kind: PartKind
    amount_won: int
    refund: tuple[str, int] | None = None
    """Terminal and sequence of the refund's entry."""
    number: int | None = None
    spent_before_won: int | None = None
    owner: str | None = None
    """Who owed the credit, where it is not the issuer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """The answer to a claim."""

    voucher: bytes
    value_won: int

    def to_answer(self) -> bytes:
        return cbor.encode({1: self.voucher, 2: self.value_won})


def build_request(object_bytes: bytes, *, ledger: str, holder: SigningKey, fresh: SigningKey) -> bytes:
    """Ask for what came back of a payment or a voucher, as a wallet does."""
    claim = cbor.encode({1: bytes(fresh.public_key), 2: object_bytes, 3: ledger})
    return sign1(cbor.encode({1: sign1(claim, key=holder, aad=Aad.RETURN)}), key=fresh, aad=Aad.RETURN)


def read_request(raw: bytes, keys: Keys, *, ledger: str) -> Claimant:
    """Read and verify a request. Raises MalformedError for anything that does not show both keys and the money."""
    if len(raw) > REQUEST_BYTES_MAX:
        raise MalformedError(f"return: more than {REQUEST_BYTES_MAX} bytes")
    outer = parse_sign1(raw)
    fields = Fields("return", cbor.decode(outer.payload))
    claim = parse_sign1(fields.object_(1, "claim", bytes_max=REQUEST_BYTES_MAX))
    fields.close()
    fields = Fields("claim", cbor.decode(claim.payload))
    fresh_key = fields.bytes_(1, "fresh key", size=PUBLIC_KEY_BYTES)
    object_bytes = fields.object_(2, "payment or voucher", bytes_max=OBJECT_BYTES_MAX)
    if fields.id_(3, "ledger") != ledger:
        raise MalformedError("return: for another ledger")
    fields.close()
    voucher, payment = _money(object_bytes, keys)
    if voucher.holder_key is None or not verify_sign1(claim, public_key=voucher.holder_key, aad=Aad.RETURN):
        raise MalformedError("return: not signed by the voucher's holder")
    if fresh_key == voucher.holder_key or not verify_sign1(outer, public_key=PublicKey(fresh_key), aad=Aad.RETURN):
        raise MalformedError("return: not signed by a fresh key")
    signed = decode_holder_voucher(object_bytes) if payment is None else payment.voucher
    return Claimant(
        voucher=voucher_claim(signed),
        not_after_s=voucher.expires_s,
        payment=payment,
        fresh_key=fresh_key,
        request=raw,
    )


def verified_request(raw: bytes, keys: Keys, *, ledger: str) -> Claimant:
    """The same for a call. Raises ProblemError 400."""
    try:
        return read_request(raw, keys, ledger=ledger)
    except MalformedError as error:
        raise malformed(error.what) from error


def give_back(
    connection: Connection, claimant: Claimant, policy: PolicyView, issuing: Issuing, *, new_id: bytes, now_s: int
) -> Returned:
    """Make the new voucher, or return the one that was made. Raises ProblemError 403, 404 or 409."""
    known = payments.register(connection, [claimant.voucher], now_s=now_s)[claimant.voucher.key]
    again = made_before(connection, fresh_key=claimant.fresh_key, request=claimant.request)
    if again is not None:
        return again
    if known.digest != claimant.voucher.digest:
        raise forbidden("the issuer signed another voucher of this id")
    parts = _due(connection, claimant, policy, is_revoked=known.revoked_s is not None, now_s=now_s)
    if not parts:
        raise not_found("nothing of this came back, or not yet")
    key = issuing.key(claimant.voucher.issuer)
    if key is None:
        raise forbidden("the issuer lent this ledger no key for returned vouchers")
    return store(connection, claimant, parts, key, new_id=new_id, now_s=now_s)


def movement(parts: Sequence[Part], voucher: VoucherClaim) -> tuple[books.Posting, books.Posting]:
    """Return what a returned voucher moves."""
    credit_won = sum(part.amount_won for part in parts if part.kind is PartKind.REFUND)
    held_won = sum(part.amount_won for part in parts if part.kind is not PartKind.REFUND)
    reference = f"{voucher.issuer}/{voucher.voucher_id.hex()}"
    owner = next((part.owner for part in parts if part.owner is not None), voucher.issuer)
    return books.returned(
        reference=reference, issuer=voucher.issuer, credit_won=credit_won, held_won=held_won, owner=owner
    )


def _money(object_bytes: bytes, keys: Keys) -> tuple[Voucher, SignedPayment | None]:
    """Read and verify what the money is claimed for. Raises MalformedError."""
    try:
        payment = decode_payment(object_bytes)
    except MalformedError:
        signed = decode_holder_voucher(object_bytes)
        verified = verify_voucher(signed, keys.issuer(signed.claims.issuer))
        if isinstance(verified, VerificationFailure):
            raise MalformedError(f"return: the voucher fails at {verified.step}") from None
        return signed.claims, None
    verified_payment = verify_payment(payment, keys.issuer(payment.voucher.claims.issuer))
    if isinstance(verified_payment, VerificationFailure):
        raise MalformedError(f"return: the payment fails at {verified_payment.step}")
    return payment.voucher.claims, payment


def made_before(connection: Connection, *, fresh_key: bytes, request: bytes) -> Returned | None:
    """What this request was answered with before. Raises ProblemError 409 where its key was used for another one."""
    table = schema.returns
    made = connection.execute(select(table).where(table.c.fresh_key == fresh_key)).one_or_none()
    if made is None:
        return None
    if made.request != request:
        raise conflicting("this fresh key was used before; every return needs its own")
    vouchers = schema.vouchers
    raw = connection.execute(select(vouchers.c.raw).where(vouchers.c.voucher == made.voucher)).scalar_one()
    return Returned(voucher=raw, value_won=made.amount_won)


def _due(connection: Connection, claimant: Claimant, policy: PolicyView, *, is_revoked: bool, now_s: int) -> list[Part]:
    if claimant.payment is not None:
        parts = _refunds(connection, claimant.voucher, claimant.payment)
        if not is_revoked and _is_closed(connection, claimant.payment, policy, now_s=now_s):
            parts += _unapproved(connection, claimant.voucher, claimant.payment)
        return parts
    if is_revoked or now_s < claimant.not_after_s + policy.settlement_period_s:
        return []
    return _remainder(connection, claimant.voucher)


def _refunds(connection: Connection, voucher: VoucherClaim, payment: SignedPayment) -> list[Part]:
    table = schema.refunds
    mine = (table.c.voucher == voucher.key, table.c.claims == claims_digest(payment.claims))
    rows = select(table).where(*mine, table.c.status == OutcomeStatus.SETTLED, table.c.returned_as.is_(None))
    return [
        Part(kind=PartKind.REFUND, amount_won=row.amount_won, refund=(row.terminal, row.sequence))
        for row in connection.execute(rows.order_by(table.c.terminal, table.c.sequence).with_for_update())
    ]


def _is_closed(connection: Connection, payment: SignedPayment, policy: PolicyView, *, now_s: int) -> bool:
    """Whether no terminal can approve this payment any more, nor has approved it without having told yet."""
    claims, declined, nonces = payment.claims, schema.declined, schema.closed_nonces
    mine = (declined.c.voucher == voucher_key(payment), declined.c.claims == claims_digest(claims))
    if claims.nonce is not None:
        closed = select(nonces.c.nonce).where(nonces.c.nonce == claims.nonce, nonces.c.merchant == claims.merchant)
        theirs = select(declined.c.terminal).where(*mine, declined.c.merchant == claims.merchant)
        return any(connection.execute(rows).first() is not None for rows in (closed, theirs))
    last_s = claims.issued_s + policy.payment_age_s + policy.payment_skew_s + policy.contact_hard_s
    return now_s >= last_s and connection.execute(select(declined.c.terminal).where(*mine)).first() is not None


def _unapproved(connection: Connection, voucher: VoucherClaim, payment: SignedPayment) -> list[Part]:
    point, table = point_of(payment.claims), schema.payments
    end_won = point.spent_after_won
    meets = select(table.c.terminal).where(
        table.c.voucher == voucher.key,
        table.c.status == OutcomeStatus.SETTLED,
        (table.c.number == point.sequence)
        | (
            (table.c.spent_before_won < end_won)
            & (table.c.spent_before_won + table.c.amount_won > point.spent_before_won)
        ),
    )
    if connection.execute(meets).first() is not None:
        return []
    before = payments.returned_parts(connection, [voucher.key]).get(voucher.key, [])
    if any(part.meets(point) for part in before):
        return []
    return [
        Part(
            kind=PartKind.UNAPPROVED,
            amount_won=point.amount_won,
            number=point.sequence,
            spent_before_won=point.spent_before_won,
        )
    ]


def _remainder(connection: Connection, voucher: VoucherClaim) -> list[Part]:
    before = payments.returned_parts(connection, [voucher.key]).get(voucher.key, [])
    if any(part.kind is PartKind.REMAINDER for part in before):
        return []
    table = schema.payments
    settled = select(func.coalesce(func.sum(table.c.amount_won), 0)).where(
        table.c.voucher == voucher.key, table.c.status == OutcomeStatus.SETTLED
    )
    spent_won = int(connection.execute(settled).scalar_one()) + sum(part.amount_won for part in before)
    left_won = voucher.value_won - spent_won
    return [Part(kind=PartKind.REMAINDER, amount_won=left_won)] if left_won > 0 else []


def store(
    connection: Connection,
    claimant: Claimant,
    parts: Sequence[Part],
    key: SigningKey,
    *,
    new_id: bytes,
    now_s: int,
    sources: Sequence[VoucherClaim] | None = None,
) -> Returned:
    """Sign and store a new voucher over these parts; `sources` are theirs where they are of more than one."""
    value_won = sum(part.amount_won for part in parts)
    claims = Voucher(
        issuer=claimant.voucher.issuer,
        expires_s=max(claimant.not_after_s, now_s + LIFE_S),
        not_before_s=now_s - CLOCK_MARGIN_S,
        issued_s=now_s,
        voucher_id=new_id,
        holder_key=claimant.fresh_key,
        program=claimant.voucher.program,
        value_won=value_won,
        serial=None,
    )
    signed = sign_voucher(claims, key=key)
    made = voucher_claim(signed)
    row = {
        "voucher": made.key,
        "fresh_key": claimant.fresh_key,
        "request": claimant.request,
        "amount_won": value_won,
        "made_s": now_s,
    }
    connection.execute(insert(schema.returns), row)
    drawn_on = sources or [claimant.voucher] * len(parts)
    rows = [_part_row(made, drawn_on[at], at, part) for at, part in enumerate(parts)]
    connection.execute(insert(schema.return_parts), rows)
    payments.keep_voucher(connection, made, now_s=now_s)
    books.post(connection, movement(parts, made))
    refunds = schema.refunds
    for part in parts:
        if part.refund is not None:
            mine = (refunds.c.terminal == part.refund[0], refunds.c.sequence == part.refund[1])
            connection.execute(update(refunds).where(*mine).values(returned_as=made.key))
    return Returned(voucher=signed.raw, value_won=value_won)


def _part_row(made: VoucherClaim, source: VoucherClaim, at: int, part: Part) -> dict[str, object]:
    return {
        "voucher": made.key,
        "part": at,
        "kind": part.kind,
        "source": source.key,
        "refund_terminal": None if part.refund is None else part.refund[0],
        "refund_sequence": None if part.refund is None else part.refund[1],
        "number": part.number,
        "spent_before_won": part.spent_before_won,
        "amount_won": part.amount_won,
    }
