"""Judged payments as they are stored, and the vouchers that they draw on.

Rules:

- a voucher is registered with the bytes the first payment brought (or `pos.ledger.issues`), its value issued and set
  aside in the books in the same transaction; another voucher of the same id is refused;
- vouchers are locked in the order of their keys before their lines are read, so two ledger processes cannot both
  settle what only one of them may;
- a final verdict is inserted once and never updated; only a pending one can be replaced.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, select, update

from pos.ledger import books, conflicts, log, schema
from pos.ledger.conflicts import FoundConflict
from pos.ledger.dialect import chunks, insert_missing, insert_rows
from pos.ledger.judge import (
    Approval,
    Bearer,
    Claim,
    ClaimKind,
    Refusal,
    SpendLine,
    Standing,
    Terms,
    Verdict,
    VoucherClaim,
    line_domain,
    refused,
)
from pos.voucher.fields import ID16_BYTES
from pos.voucher.outcomes import OutcomeStatus
from pos.voucher.spend_line import LinePoint

_CONFIRMATIONS = line_domain(ClaimKind.CONFIRMATION)
_STANDING: Final = ("terminal", "sequence", "status", "voucher", "number", "spent_before_won", "amount_won", "claims")


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A payment after the first half of judging."""

    approval: Approval
    entry_hash: bytes
    result: Claim | Refusal
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A payment with its verdict."""

    examined: Examined
    verdict: Verdict


class PartKind(StrEnum):
    """Where the money of a returned voucher came from, persisted."""

    REFUND = "refund"
    """A merchant gave a payment back."""
    UNAPPROVED = "unapproved"
    """A payment that nobody approved."""
    REMAINDER = "remainder"
    """What was never spent of a voucher that is over."""


class OnlineState(StrEnum):
    """Where the money is, persisted."""

    WAITING = "waiting"
    """Set aside: the shop has not had its say yet, or not told."""
    SETTLED = "settled"
    RETURNED = "returned"
    """Back at the partner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedPart:
    """Money of a voucher that its holder has back."""

    kind: PartKind
    spent_before_won: int
    amount_won: int

    def meets(self, point: LinePoint) -> bool:
        """Whether a payment at this point would spend it a second time."""
        if self.kind is PartKind.REMAINDER:
            return True
        end_won = self.spent_before_won + self.amount_won
        return point.spent_before_won < end_won and self.spent_before_won < point.spent_after_won


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A voucher as the ledger knows it."""

    digest: bytes
    """Of its claims: what the id stands for."""
    revoked_s: int | None


def judge_in_order(connection: Connection, examined: Sequence[Examined], *, now_s: int) -> list[Judged]:
    """Judge payments one after another against the stored lines and each other; vouchers not known are registered."""
    claims = [item.result for item in examined if isinstance(item.result, Claim)]
    known = register(connection, [claim.voucher for claim in claims if claim.voucher is not None], now_s=now_s)
    keys = {claim.line for claim in claims}
    lines, given_back = _standing(connection, keys), returned_parts(connection, keys)
    unpaid = returned_confirmations(connection, keys)
    judged = []
    for item in examined:
        verdict = _verdict(item, known, lines)
        if verdict.status is OutcomeStatus.SETTLED and (
            is_returned(item.result, given_back) or (isinstance(item.result, Claim) and item.result.line in unpaid)
        ):
            verdict = refused(Refusal.RETURNED)
        judged.append(Judged(examined=item, verdict=verdict))
        if isinstance(item.result, Claim) and verdict.status in (OutcomeStatus.SETTLED, OutcomeStatus.CONFLICT):
            lines[item.result.line].add(_as_standing(item, item.result, verdict.status))
    return judged


def returned_parts(connection: Connection, keys: Collection[bytes]) -> dict[bytes, list[ReturnedPart]]:
    """Return what went back to the holders of these vouchers without having been paid to anybody."""
    table = schema.return_parts
    found: dict[bytes, list[ReturnedPart]] = {}
    for some in chunks(keys):
        rows = select(table).where(table.c.source.in_(some), table.c.kind != PartKind.REFUND)
        for row in connection.execute(rows):
            part = ReturnedPart(
                kind=PartKind(row.kind), spent_before_won=row.spent_before_won or 0, amount_won=row.amount_won
            )
            found.setdefault(row.source, []).append(part)
    return found


def returned_confirmations(connection: Connection, lines: Collection[bytes]) -> frozenset[bytes]:
    """Those lines of confirmations whose money went back to the partner."""
    ids = {line[-ID16_BYTES:]: line for line in lines if line.startswith(_CONFIRMATIONS)}
    table = schema.online_payments
    found: list[bytes] = []
    for some in chunks(ids):
        rows = select(table.c.payment_id).where(table.c.payment_id.in_(some), table.c.state == OnlineState.RETURNED)
        found += connection.execute(rows).scalars()
    return frozenset(ids[payment_id] for payment_id in found)


def is_returned(result: Claim | Refusal, given_back: Mapping[bytes, Sequence[ReturnedPart]]) -> bool:
    """Whether money of this payment went back to its holder already."""
    if isinstance(result, Refusal):
        return False
    return any(part.meets(result.point) for part in given_back.get(result.line, ()))


def register(connection: Connection, vouchers: Iterable[VoucherClaim], *, now_s: int) -> dict[bytes, Registered]:
    """Lock these vouchers, registering those not known yet; return what each key stands for."""
    wanted: dict[bytes, VoucherClaim] = {}
    for voucher in vouchers:
        wanted.setdefault(voucher.key, voucher)
    known: dict[bytes, Registered] = {}
    table, revoked = schema.vouchers, schema.revocations
    for keys in chunks(wanted):
        rows = select(table.c.voucher, table.c.claims, revoked.c.revoked_s).select_from(
            table.outerjoin(revoked, revoked.c.voucher == table.c.voucher)
        )
        mine = rows.where(table.c.voucher.in_(keys)).order_by(table.c.voucher).with_for_update(of=table)
        for row in connection.execute(mine):
            known[row.voucher] = Registered(digest=row.claims, revoked_s=row.revoked_s)
    fresh = [wanted[key] for key in sorted(wanted.keys() - known.keys())]
    insert_missing(connection, schema.vouchers, [_voucher_row(voucher, now_s) for voucher in fresh])
    books.post(connection, [posting for voucher in fresh for posting in _issue(voucher)])
    return known | {voucher.key: Registered(digest=voucher.digest, revoked_s=None) for voucher in fresh}


def keep_voucher(connection: Connection, voucher: VoucherClaim, *, now_s: int) -> None:
    """Keep a voucher whose money is in the books already."""
    insert_rows(connection, schema.vouchers, [_voucher_row(voucher, now_s)])


def register_one(connection: Connection, voucher: VoucherClaim, *, now_s: int) -> tuple[bool, bytes]:
    """Register one voucher; return whether it is new, and the digest that its id stands for."""
    key = schema.vouchers.c.voucher == voucher.key
    known = connection.execute(select(schema.vouchers.c.claims).where(key)).scalar_one_or_none()
    return known is None, register(connection, [voucher], now_s=now_s)[voucher.key].digest


def record(connection: Connection, judged: Sequence[Judged], *, now_s: int) -> None:
    """Store new verdicts with their postings and log leaves."""
    if judged:
        insert_rows(connection, schema.payments, [_payment_row(item, now_s) for item in judged])
        _settle(connection, judged, now_s=now_s)


def replace_pending(connection: Connection, item: Judged, *, now_s: int) -> None:
    """Give a pending payment its final verdict."""
    row, payments, approval = _payment_row(item, now_s), schema.payments, item.examined.approval
    mine = (payments.c.terminal == approval.terminal, payments.c.sequence == approval.sequence)
    changed = update(payments).where(*mine, payments.c.status == OutcomeStatus.PENDING)
    done = connection.execute(changed.values(row))
    assert done.rowcount == 1, "only a pending payment is judged again"
    _settle(connection, [item], now_s=now_s)


def _settle(connection: Connection, judged: Sequence[Judged], *, now_s: int) -> None:
    postings: list[books.Posting] = []
    found = []
    for item in judged:
        if isinstance(item.examined.result, Claim):
            approval, claim, bearer = item.examined.approval, item.examined.result, item.examined.terms.bearer
            postings += movement(approval, claim, item.verdict.status, bearer)
            if item.verdict.status is OutcomeStatus.CONFLICT:
                found.append(_found(approval, claim, bearer))
    books.post(connection, postings)
    conflicts.note(connection, found, now_s=now_s)
    settled = [item for item in judged if item.verdict.status is OutcomeStatus.SETTLED]
    log.enqueue(connection, [item.examined.entry_hash for item in settled])


def _found(approval: Approval, claim: Claim, bearer: Bearer) -> FoundConflict:
    return FoundConflict(terminal=approval.terminal, sequence=approval.sequence, bearer=bearer, voucher=claim.voucher)


def movement(approval: Approval, claim: Claim, status: OutcomeStatus, bearer: Bearer) -> tuple[books.Posting, ...]:
    """Return what a verdict moves: a settled payment to the merchant, a conflict into suspense, else nothing."""
    reference = f"{approval.terminal}/{approval.sequence}"
    merchant, amount_won = approval.merchant, claim.point.amount_won
    if status is OutcomeStatus.CONFLICT:
        record = books.borne_by_issuer if bearer is Bearer.ISSUER else books.disputed
        return (record(reference=reference, issuer=claim.owner, merchant=merchant, amount_won=amount_won),)
    if status is not OutcomeStatus.SETTLED:
        return ()
    if claim.kind is ClaimKind.CONFIRMATION:
        return (books.paid_online(reference=reference, ledger=claim.owner, merchant=merchant, amount_won=amount_won),)
    return (books.paid(reference=reference, issuer=claim.owner, merchant=merchant, amount_won=amount_won),)


def _verdict(item: Examined, known: Mapping[bytes, Registered], lines: Mapping[bytes, SpendLine]) -> Verdict:
    result = item.result
    if isinstance(result, Refusal):
        return refused(result)
    if result.voucher is not None:
        registered = known[result.voucher.key]
        if registered.digest != result.voucher.digest:
            return refused(Refusal.VOUCHER_DIFFERS)
        if registered.revoked_s is not None and item.approval.time_s > registered.revoked_s + item.terms.contact_hard_s:
            return refused(Refusal.VOUCHER_REVOKED)
    return lines[result.line].place(result)


def _standing(connection: Connection, keys: Collection[bytes]) -> dict[bytes, SpendLine]:
    payments = schema.payments
    columns = [payments.c[name] for name in _STANDING]
    lines = {key: SpendLine() for key in keys}
    for some in chunks(keys):
        rows = select(*columns).where(
            payments.c.voucher.in_(some), payments.c.status.in_([OutcomeStatus.SETTLED, OutcomeStatus.CONFLICT])
        )
        for row in connection.execute(rows.order_by(payments.c.number, payments.c.status.desc())):
            point = LinePoint(sequence=row.number, spent_before_won=row.spent_before_won, amount_won=row.amount_won)
            lines[row.voucher].add(
                Standing(
                    terminal=row.terminal,
                    sequence=row.sequence,
                    status=OutcomeStatus(row.status),
                    point=point,
                    digest=row.claims,
                )
            )
    return lines


def _as_standing(item: Examined, claim: Claim, status: OutcomeStatus) -> Standing:
    return Standing(
        terminal=item.approval.terminal,
        sequence=item.approval.sequence,
        status=status,
        point=claim.point,
        digest=claim.digest,
    )


def _payment_row(item: Judged, now_s: int) -> dict[str, object]:
    approval, result, verdict = item.examined.approval, item.examined.result, item.verdict
    claim = result if isinstance(result, Claim) else None
    return {
        "terminal": approval.terminal,
        "sequence": approval.sequence,
        "merchant": approval.merchant,
        "kind": None if claim is None else claim.kind,
        "status": verdict.status,
        "reason": verdict.reason,
        "amount_won": (approval.amount_won or 0) if claim is None else claim.point.amount_won,
        "voucher": None if claim is None else claim.line,
        "number": None if claim is None else claim.point.sequence,
        "spent_before_won": None if claim is None else claim.point.spent_before_won,
        "claims": None if claim is None else claim.digest,
        "line": claim.point.sequence if claim is not None and verdict.status is OutcomeStatus.SETTLED else None,
        "other_terminal": None if verdict.other is None else verdict.other.terminal,
        "other_sequence": None if verdict.other is None else verdict.other.sequence,
        "told_by": None,
        "decided_s": now_s,
    }


def _voucher_row(voucher: VoucherClaim, now_s: int) -> dict[str, object]:
    return {
        "voucher": voucher.key,
        "issuer": voucher.issuer,
        "program": voucher.program,
        "value_won": voucher.value_won,
        "expires_s": voucher.expires_s,
        "claims": voucher.digest,
        "raw": voucher.raw,
        "registered_s": now_s,
    }


def _issue(voucher: VoucherClaim) -> tuple[books.Posting, books.Posting]:
    reference = f"{voucher.issuer}/{voucher.voucher_id.hex()}"
    return books.issued(reference=reference, issuer=voucher.issuer, value_won=voucher.value_won)
