"""What other tills have to hear: payments that a sibling approved, and money that was spent a second time.

Rules:

- news is noted in the transaction of the verdict and told in one of its own, so that no delivery waits for another
  till's row, and a crash in between tells nobody twice and forgets nothing;
- a settled payment from a purse goes to the other terminals of the same merchant (`voucher.spent`): their spend lines
  then know of it before the same wallet comes back; a merchant with one terminal costs nothing;
- the terminal whose payment had settled hears of the second one (`fraud`), with the evidence; the other has it in its
  own acknowledgement.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, delete, func, select

from pos.ledger import answers, inbox, schema
from pos.ledger.dialect import insert_rows
from pos.ledger.judge import Claim, ClaimKind
from pos.ledger.payments import Judged
from pos.ledger.schema import StoredRow
from pos.voucher.fields import ID16_BYTES
from pos.voucher.keys import SigningKey
from pos.voucher.message_bodies import FraudCause, FraudTold, SiblingSpend, VoucherSpentTold
from pos.voucher.outcomes import OutcomeStatus
from pos.voucher.spend_line import LinePoint
from pos.voucher.verified import VoucherIdentity

TELL_MAX: Final = 100
"""Told in one transaction; as many payments fit into one message."""


def note(connection: Connection, judged: Sequence[Judged], *, terminal: str, merchant: str) -> None:
    """Note what others have to hear of these verdicts."""
    told = [item for item in judged if _is_news(item)]
    if not told:
        return
    if not any(item.verdict.status is OutcomeStatus.CONFLICT for item in told) and not _has_siblings(
        connection, merchant
    ):
        return
    rows = [{"terminal": terminal, "sequence": item.examined.approval.sequence} for item in told]
    insert_rows(connection, schema.news, rows)


def tell(connection: Connection, *, now_s: int, key: SigningKey) -> int:
    """Tell the oldest news; return how much there was."""
    news, payments = schema.news, schema.payments
    places = connection.execute(select(news).order_by(news.c.place).limit(TELL_MAX).with_for_update()).all()
    if not places:
        return 0
    spends: dict[tuple[str, str], list[SiblingSpend]] = {}
    for place in places:
        mine = (payments.c.terminal == place.terminal, payments.c.sequence == place.sequence)
        row = connection.execute(select(payments).where(*mine)).one()
        if row.status == OutcomeStatus.CONFLICT:
            _tell_fraud(connection, row, now_s=now_s, key=key)
        else:
            spends.setdefault((row.merchant, row.terminal), []).append(_spend(row))
    for (merchant, terminal), told in sorted(spends.items()):
        draft = inbox.draft_of(VoucherSpentTold(spends=tuple(told)))
        for sibling in _terminals(connection, merchant):
            if sibling != terminal:
                inbox.send(connection, sibling, [draft], now_s=now_s, key=key)
    connection.execute(delete(news).where(news.c.place.in_([place.place for place in places])))
    return len(places)


def _is_news(item: Judged) -> bool:
    result, status = item.examined.result, item.verdict.status
    if not isinstance(result, Claim) or result.kind is not ClaimKind.PAYMENT:
        return False
    return status in (OutcomeStatus.SETTLED, OutcomeStatus.CONFLICT)


def _has_siblings(connection: Connection, merchant: str) -> bool:
    terminals = schema.terminals
    count = select(func.count()).select_from(terminals).where(terminals.c.merchant == merchant)
    return connection.execute(count).scalar_one() > 1


def _terminals(connection: Connection, merchant: str) -> Sequence[str]:
    terminals = schema.terminals
    rows = select(terminals.c.terminal).where(terminals.c.merchant == merchant).order_by(terminals.c.terminal)
    return connection.execute(rows).scalars().all()


def _identity(row: StoredRow) -> VoucherIdentity:
    """Of the voucher, out of the key of its line: domain, issuer, 16 bytes."""
    line: bytes = row.voucher
    issuer = line[: -ID16_BYTES - 1].rpartition(b":")[2].decode("ascii")
    return VoucherIdentity(issuer=issuer, voucher_id=line[-ID16_BYTES:])


def _spend(row: StoredRow) -> SiblingSpend:
    point = LinePoint(sequence=row.number, spent_before_won=row.spent_before_won, amount_won=row.amount_won)
    return SiblingSpend(voucher=_identity(row), point=point, terminal=row.terminal)


def _tell_fraud(connection: Connection, row: StoredRow, *, now_s: int, key: SigningKey) -> None:
    evidence = answers.evidence_of(connection, row.terminal, row.sequence)
    entries = schema.entries
    mine = (entries.c.terminal == row.other_terminal, entries.c.sequence == row.other_sequence)
    identity = _identity(row)
    told = FraudTold(
        cause=FraudCause.DOUBLE_SPEND,
        told_s=now_s,
        issuer=identity.issuer,
        voucher_id=identity.voucher_id,
        entry=connection.execute(select(entries.c.hash).where(*mine)).scalar_one(),
        amount_won=row.amount_won,
        evidence=None if evidence is None else evidence.to_bytes(),
    )
    inbox.send(connection, row.other_terminal, [inbox.draft_of(told)], now_s=now_s, key=key)
