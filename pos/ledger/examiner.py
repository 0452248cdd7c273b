"""Judging with today's keys: new deliveries before their transaction, and pending payments when the keys have changed.

Rules:

- what the journal holds already is not examined again: its verdict is final or waits for `look_again`;
- a revoked issuer key is remembered with the time at which this ledger first saw it so (`Revocations`);
- payments wait only for an issuer or key that the trust data does not name, so they are looked at again exactly when
  that file changes.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Final

from sqlalchemy import Connection, Row, select, tuple_

from pos.errors import TrustError
from pos.ledger import intake, roster, schema
from pos.ledger.authority import Authority, KnownTerminal
from pos.ledger.database import Database
from pos.ledger.dialect import insert_missing
from pos.ledger.examine import Purses, approval_of, examine
from pos.ledger.judge import Approval, Bearer, Claim, Refusal, Revocations, Terms
from pos.ledger.payments import Examined
from pos.voucher.bodies import PaymentApproved
from pos.voucher.entry import Entry, verify_entry
from pos.voucher.keys import SigningKey
from pos.voucher.outcomes import OutcomeStatus
from pos.voucher.trust import Issuer

logger = logging.getLogger(__name__)

_PAGE: Final = 256
_FIRST: Final = ("", 0)

PendingRow = Row[str, int, str, bytes, int, bytes]
"""Terminal, sequence, merchant, entry, received_s, the terminal's key."""


class Examiner:
    """Applies `pos.ledger.examine` with the trust data as it is now."""

    def __init__(self, authority: Authority, database: Database, *, message_key: SigningKey) -> None:
        self._authority = authority
        self._database = database
        self._message_key = message_key
        self._noted: Mapping[str, Issuer] | None = None
        self._looked: Mapping[str, Issuer] | None = None
        self._revoked_s: dict[bytes, int] = {}

    def examined_new(self, known: KnownTerminal, entries: Sequence[Entry], *, now_s: int) -> dict[bytes, Examined]:
        """Examine the approved payments that the journal does not hold yet, by the hash of their entry."""
        head = self._database.read(lambda connection: roster.head_of(connection, known.terminal))
        self._note_revocations(now_s=now_s)
        approvals = {
            entry.hash: approval_of(
                entry,
                terminal=known.terminal,
                merchant=known.merchant,
                received_s=now_s,
                revoked_after=known.revoked_after,
            )
            for entry in entries
            if entry.kind == PaymentApproved.KIND and entry.sequence > head.sequence
        }
        return self._examined(approvals)

    def look_again(self, *, now_s: int) -> int:
        """Judge pending payments again if the keys have changed; return how many got their final outcome."""
        issuers = self._authority.issuers()
        if issuers is self._looked:
            return 0
        self._note_revocations(now_s=now_s)
        last, done = _FIRST, 0
        while page := self._pending_after(last):
            done += sum(self._judge_again(row, now_s=now_s) for row in page)
            last = (page[-1].terminal, page[-1].sequence)
        self._looked = issuers
        return done

    def _judge_again(self, row: PendingRow, *, now_s: int) -> bool:
        entry = verify_entry(row.raw, row.public_key)
        try:
            known = self._authority.terminal(row.terminal)
        except TrustError as error:
            logger.error("a payment stays pending: %s", error)
            return False
        approval = approval_of(
            entry,
            terminal=row.terminal,
            merchant=row.merchant,
            received_s=row.received_s,
            revoked_after=None if known is None else known.revoked_after,
        )
        examined = self._examined({entry.hash: approval})[entry.hash]
        return self._database.write(
            lambda connection: intake.judge_again(connection, examined, now_s=now_s, message_key=self._message_key)
        )

    def _examined(self, approvals: Mapping[bytes, Approval]) -> dict[bytes, Examined]:
        keys = self._authority.keys()
        revocations = Revocations(seen_s=self._revoked_s, contact_hard_s=self._authority.policy().contact_hard_s)
        examined, purses = {}, Purses()
        bearer_of = cache(self._authority.conflict_bearer)
        for entry_hash, approval in approvals.items():
            result = examine(approval, keys, revocations, purses)
            terms = Terms(bearer=_bearer(result, bearer_of), contact_hard_s=revocations.contact_hard_s)
            examined[entry_hash] = Examined(approval=approval, entry_hash=entry_hash, result=result, terms=terms)
        return examined

    def _note_revocations(self, *, now_s: int) -> None:
        issuers = self._authority.issuers()
        if issuers is self._noted:
            return
        rows = [
            {"issuer": issuer.issuer, "kid": key.kid, "seen_s": now_s}
            for issuer in issuers.values()
            for key in issuer.keys
            if key.revoked
        ]
        self._revoked_s = self._database.write(lambda connection: _revoked(connection, rows))
        self._noted = issuers

    def _pending_after(self, last: tuple[str, int]) -> Sequence[PendingRow]:
        payments, entries, terminals = schema.payments, schema.entries, schema.terminals
        mine = (entries.c.terminal == payments.c.terminal) & (entries.c.sequence == payments.c.sequence)
        rows = (
            select(
                payments.c.terminal,
                payments.c.sequence,
                payments.c.merchant,
                entries.c.raw,
                entries.c.received_s,
                terminals.c.public_key,
            )
            .join(entries, mine)
            .join(terminals, terminals.c.terminal == payments.c.terminal)
            .where(payments.c.status == OutcomeStatus.PENDING)
            .where(tuple_(payments.c.terminal, payments.c.sequence) > last)
            .order_by(payments.c.terminal, payments.c.sequence)
            .limit(_PAGE)
        )
        return self._database.read(lambda connection: connection.execute(rows).all())


def _bearer(result: Claim | Refusal, bearer_of: Callable[[str, str], Bearer]) -> Bearer:
    if isinstance(result, Refusal) or result.voucher is None:
        return Bearer.MERCHANT
    return bearer_of(result.voucher.issuer, result.voucher.program)


def _revoked(connection: Connection, rows: Sequence[dict[str, object]]) -> dict[bytes, int]:
    insert_missing(connection, schema.revoked_keys, rows)
    return {row.kid: row.seen_s for row in connection.execute(select(schema.revoked_keys))}
