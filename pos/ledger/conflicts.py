"""Double spending that was found: who bears it, and which vouchers terminals must refuse from now on.

Rules:

- a conflict is noted once, in the transaction of its verdict, with the bearer that the programme named that day;
- its voucher is revoked from that moment; a terminal is bound by the list from when it holds it, so what was approved
  before settles or conflicts like anything else (`pos.ledger.payments`);
- a list names the vouchers that have not expired, in ascending order, as `revocations/{issuer}.bin` wants them;
- an issuer may revoke more (a stolen purse, a void note); why is kept as a word.

Evidence of a conflict is made by `pos.ledger.answers`; publishing the lists is the trust repository's matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, insert, select, tuple_

from pos.ledger import schema
from pos.ledger.dialect import insert_missing
from pos.ledger.judge import Bearer, VoucherClaim

_PAGE: Final = 256


class RevocationCause(StrEnum):
    """Why a voucher was revoked, persisted."""

    CONFLICT = "conflict"
    ISSUER = "issuer"
    """The issuer asked for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundConflict:
    """A payment of a voucher that was spent already."""

    terminal: str
    sequence: int
    """Of its entry."""
    bearer: Bearer
    voucher: VoucherClaim | None
    """None for a confirmation, which is no voucher."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredConflict:
    """A conflict as it is told to an operator."""

    terminal: str
    sequence: int
    merchant: str
    amount_won: int
    bearer: str
    other_terminal: str
    other_sequence: int
    found_s: int


def note(connection: Connection, found: Sequence[FoundConflict], *, now_s: int) -> None:
    """Note conflicts and revoke their vouchers."""
    if not found:
        return
    rows = [
        {
            "terminal": conflict.terminal,
            "sequence": conflict.sequence,
            "voucher": None if conflict.voucher is None else conflict.voucher.key,
            "bearer": conflict.bearer,
            "found_s": now_s,
        }
        for conflict in found
    ]
    connection.execute(insert(schema.conflicts), rows)
    vouchers = [conflict.voucher for conflict in found if conflict.voucher is not None]
    revoke(connection, vouchers, cause=RevocationCause.CONFLICT, now_s=now_s)


def revoke(connection: Connection, vouchers: Sequence[VoucherClaim], *, cause: RevocationCause, now_s: int) -> None:
    """Put vouchers on their issuers' lists; the first cause and time stay."""
    rows = [
        {
            "voucher": voucher.key,
            "issuer": voucher.issuer,
            "voucher_id": voucher.voucher_id,
            "expires_s": voucher.expires_s,
            "cause": cause,
            "revoked_s": now_s,
        }
        for voucher in {voucher.key: voucher for voucher in vouchers}.values()
    ]
    insert_missing(connection, schema.revocations, rows)


def revocations(connection: Connection, issuer: str, *, now_s: int) -> tuple[bytes, ...]:
    """Return the ids of an issuer's revoked vouchers that have not expired, ascending."""
    table = schema.revocations
    rows = select(table.c.voucher_id).where(table.c.issuer == issuer, table.c.expires_s > now_s)
    return tuple(sorted(connection.execute(rows).scalars()))


def conflicts_after(connection: Connection, last: tuple[str, int]) -> tuple[StoredConflict, ...]:
    """Return the conflicts behind this terminal and sequence, a page of them in that order."""
    table, payments = schema.conflicts, schema.payments
    mine = (payments.c.terminal == table.c.terminal) & (payments.c.sequence == table.c.sequence)
    rows = (
        select(
            table.c.terminal,
            table.c.sequence,
            payments.c.merchant,
            payments.c.amount_won,
            table.c.bearer,
            payments.c.other_terminal,
            payments.c.other_sequence,
            table.c.found_s,
        )
        .join(payments, mine)
        .where(tuple_(table.c.terminal, table.c.sequence) > last)
        .order_by(table.c.terminal, table.c.sequence)
        .limit(_PAGE)
    )
    return tuple(StoredConflict(**row._mapping) for row in connection.execute(rows))
