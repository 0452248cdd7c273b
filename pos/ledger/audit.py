"""Proving the books: everything is recomputed from what others signed, and compared to the won.

Evidence is the journals (signed by terminals), the payments and vouchers in them (signed by holders and issuers), the
record of payouts, and the log (signed heads). Checked, all on one view of the database:

1. every journal is signed and chained to its head, and every approved payment in it has a verdict;
2. every verdict follows from the bytes, and the verdicts on one voucher follow from each other;
3. every posting follows from a verdict, a voucher or a payout, none is missing, and all together sum to zero;
4. the log holds exactly the settled entries, and its signed head is the root over them.

Keys are the public ones of the trust folder; no private key is used.
"""

from collections.abc import Collection, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, func, select

from pos.ledger import books, schema
from pos.ledger.audit_checks import (
    JournalCheck,
    check_line,
    check_postings,
    check_revoked,
    check_voucher,
    count,
    issue_of,
    pages,
)
from pos.ledger.audit_log import check_leaves, check_log
from pos.ledger.audit_online import accepted_in, check_online
from pos.ledger.audit_returns import ReturnCheck, check_refund, check_sums, check_unspent, returned_among
from pos.ledger.authority import Authority
from pos.ledger.books import AccountKind, Posting, PostingKind
from pos.ledger.database import Database, open_database
from pos.ledger.folder import open_folder
from pos.ledger.judge import Bearer, Keys
from pos.ledger.schema import StoredRow
from pos.voucher.bodies import RefundRequested, RemoteAccepted
from pos.voucher.checkpoint import origin_of
from pos.voucher.outcomes import OutcomeStatus

PROBLEMS_MAX: Final = 1_000
"""Named one by one; `problem_count` counts them all."""
_OF_ENTRIES: Final = (PostingKind.PAYMENT, PostingKind.ONLINE, PostingKind.CONFLICT, PostingKind.REFUND)
_OF_VOUCHERS: Final = (PostingKind.ISSUE, PostingKind.HOLD, PostingKind.RETURN)


@dataclass(kw_only=True)
class AuditReport:
    """What was found; amounts in won."""

    problems: list[str] = field(default_factory=list)
    problem_count: int = 0
    terminals: int = 0
    entries: int = 0
    forked: int = 0
    """Entries of other branches, kept as evidence and not paid."""
    vouchers: int = 0
    issued_won: int = 0
    payments: dict[str, int] = field(default_factory=dict)
    """Number by status."""
    settled_won: int = 0
    conflict_won: int = 0
    refused_won: int = 0
    pending_won: int = 0
    refunded_won: int = 0
    """Given back by merchants."""
    returned_won: int = 0
    """Fetched by holders as new vouchers, of refunds and of what nobody was paid."""
    online: dict[str, int] = field(default_factory=dict)
    """Won that partners took, by where it is."""
    payable_won: int = 0
    paid_out_won: int = 0
    log_size: int = 0

    @property
    def is_sound(self) -> bool:
        return self.problem_count == 0

    def note(self, problems: Iterable[str]) -> None:
        for problem in problems:
            self.problem_count += 1
            if len(self.problems) < PROBLEMS_MAX:
                self.problems.append(problem)


def audit(data: Path, *, database: str | None = None) -> AuditReport:
    """Audit the ledger of a data folder, running or not. Raises ConfigError, TrustError, LedgerStoreError."""
    folder = open_folder(data)
    with closing(open_database(database or folder.database_url, ledger=folder.ledger)) as opened:
        keys = Authority(folder.trust_dir, ledger=folder.ledger).keys()
        return audit_database(opened, keys, ledger=folder.ledger, log_key=folder.keys.log.public_key)


def audit_database(database: Database, keys: Keys, *, ledger: str, log_key: bytes) -> AuditReport:
    """Audit a ledger's database with public keys."""
    return database.snapshot(lambda connection: _Audit(connection, keys, ledger=ledger).report(log_key=log_key))


class _Audit:
    def __init__(self, connection: Connection, keys: Keys, *, ledger: str) -> None:
        self._connection = connection
        self._ledger = ledger
        self._returns = ReturnCheck(connection, keys, ledger=ledger)
        self._keys = keys
        self._report = AuditReport()
        self._expected_lines = 0
        self._settled = 0

    def report(self, *, log_key: bytes) -> AuditReport:
        self._audit_journals()
        self._audit_vouchers()
        self._audit_lines()
        self._audit_payouts()
        self._audit_online()
        self._report.note(check_sums(self._connection))
        self._audit_totals()
        size, problems = check_log(self._connection, origin_of(self._ledger), log_key=log_key, settled=self._settled)
        self._report.log_size = size
        self._report.note(problems)
        return self._report

    def _audit_journals(self) -> None:
        for page in pages(self._connection, select(schema.terminals), schema.terminals.c.terminal):
            for terminal in page:
                self._audit_journal(terminal)
        self._report.terminals = count(self._connection, schema.terminals)
        self._report.forked = count(self._connection, schema.forks)
        if count(self._connection, schema.payments) != sum(self._report.payments.values()):
            self._report.note(["payments: some belong to no entry"])

    def _audit_journal(self, terminal: StoredRow) -> None:
        check = JournalCheck(terminal, self._keys)
        entries, payments = schema.entries, schema.payments
        mine = select(entries).where(entries.c.terminal == terminal.terminal)
        for page in pages(self._connection, mine, entries.c.sequence):
            verdicts = select(payments).where(
                payments.c.terminal == terminal.terminal,
                payments.c.sequence.between(page[0].sequence, page[-1].sequence),
            )
            by_place = {row.sequence: row for row in self._connection.execute(verdicts)}
            bearers = self._bearers(terminal.terminal, page[0].sequence, page[-1].sequence)
            given_back = self._refunds(terminal.terminal, page[0].sequence, page[-1].sequence)
            moved: list[Posting] = []
            for row in page:
                entry = check.read(row)
                if entry is not None:
                    moved += check.check(row, entry, by_place.get(row.sequence), bearers.get(row.sequence))
                    if entry.kind == RemoteAccepted.KIND:
                        moved += accepted_in(self._connection, entry, terminal, self._ledger)
                    moved += self._noted(
                        check_refund(self._connection, entry, given_back.get(row.sequence), terminal)
                        if entry.kind == RefundRequested.KIND
                        else ()
                    )
            for row in by_place.values():
                self._count_payment(row)
            self._report.entries += len(page)
            self._audit_moves(
                moved, references=[f"{terminal.terminal}/{row.sequence}" for row in page], kinds=_OF_ENTRIES
            )
            self._report.note(
                check_leaves(self._connection, [row.hash for row in page if _is_settled(by_place.get(row.sequence))])
            )
        check.close()
        self._report.note(check.problems)

    def _noted(self, found: Iterable[str | Posting]) -> list[Posting]:
        """Note the problems among what was found; return the postings."""
        postings = []
        for item in found:
            if isinstance(item, Posting):
                postings.append(item)
            else:
                self._report.note([item])
        return postings

    def _refunds(self, terminal: str, first: int, last: int) -> dict[int, StoredRow]:
        table = schema.refunds
        rows = select(table).where(table.c.terminal == terminal, table.c.sequence.between(first, last))
        found = {row.sequence: row for row in self._connection.execute(rows)}
        for row in found.values():
            if row.status == OutcomeStatus.SETTLED:
                self._report.refunded_won += row.amount_won
        return found

    def _bearers(self, terminal: str, first: int, last: int) -> dict[int, Bearer]:
        table = schema.conflicts
        rows = select(table.c.sequence, table.c.bearer).where(
            table.c.terminal == terminal, table.c.sequence.between(first, last)
        )
        return {row.sequence: Bearer(row.bearer) for row in self._connection.execute(rows)}

    def _count_payment(self, row: StoredRow) -> None:
        report, status = self._report, OutcomeStatus(row.status)
        report.payments[status] = report.payments.get(status, 0) + 1
        self._settled += status is OutcomeStatus.SETTLED
        match status:
            case OutcomeStatus.SETTLED:
                report.settled_won += row.amount_won
            case OutcomeStatus.CONFLICT:
                report.conflict_won += row.amount_won
            case OutcomeStatus.PENDING:
                report.pending_won += row.amount_won
            case OutcomeStatus.REFUSED | OutcomeStatus.DUPLICATE:
                report.refused_won += row.amount_won

    def _audit_vouchers(self) -> None:
        for page in pages(self._connection, select(schema.vouchers), schema.vouchers.c.voucher):
            problems = [check_voucher(row, self._keys) for row in page]
            self._report.note(problem for problem in problems if problem is not None)
            sound = [row for row, problem in zip(page, problems, strict=True) if problem is None]
            made = returned_among(self._connection, [row.voucher for row in sound])
            issues: list[Posting] = []
            for row in sound:
                if row.voucher in made:
                    self._report.returned_won += row.value_won
                    issues += self._noted(self._returns.check(made[row.voucher], row))
                else:
                    self._report.issued_won += row.value_won
                    issues += issue_of(row)
            self._report.vouchers += len(page)
            references = {posting.reference for row in sound for posting in issue_of(row)}
            self._audit_moves(issues, references=references, kinds=_OF_VOUCHERS)

    def _audit_lines(self) -> None:
        payments, vouchers = schema.payments, schema.vouchers
        lines = select(payments.c.voucher).where(payments.c.voucher.is_not(None)).distinct()
        for page in pages(self._connection, lines, payments.c.voucher):
            on_line: dict[bytes, list[StoredRow]] = {row.voucher: [] for row in page}
            known = select(vouchers.c.voucher, vouchers.c.value_won).where(vouchers.c.voucher.in_(list(on_line)))
            values = {row.voucher: row.value_won for row in self._connection.execute(known)}
            for row in self._connection.execute(select(payments).where(payments.c.voucher.in_(list(on_line)))):
                if row.status != OutcomeStatus.REFUSED:
                    on_line[row.voucher].append(row)
            for voucher, rows in on_line.items():
                self._report.note(check_line(rows, values.get(voucher)))
            self._report.note(check_revoked(self._connection, on_line))
            self._report.note(check_unspent(self._connection, on_line))

    def _audit_payouts(self) -> None:
        table = schema.settlements
        payouts = [
            books.paid_out(reference=f"{row.merchant}/{row.number}", merchant=row.merchant, amount_won=row.amount_won)
            for row in self._connection.execute(select(table))
        ]
        references = [payout.reference for payout in payouts]
        self._audit_moves(payouts, references=references, kinds=(PostingKind.SETTLEMENT,))

    def _audit_online(self) -> None:
        table = schema.online_payments
        for page in pages(self._connection, select(table), table.c.payment_id):
            moved: list[Posting] = []
            for row in page:
                moved += self._noted(check_online(self._connection, row, self._keys, self._ledger))
                self._report.online[row.state] = self._report.online.get(row.state, 0) + row.amount_won
            references = [f"{row.partner}/{row.reference}" for row in page]
            self._audit_moves(moved, references=references, kinds=(PostingKind.TAKEN, PostingKind.GIVEN_BACK))

    def _audit_totals(self) -> None:
        table, report = schema.postings, self._report
        lines = count(self._connection, table)
        if lines != self._expected_lines:
            report.note([f"postings: {lines} lines are stored, {self._expected_lines} follow from the evidence"])
        sums = select(table.c.account, func.sum(table.c.amount_won).label("won")).group_by(table.c.account)
        balances = {row.account: int(row.won) for row in self._connection.execute(sums)}
        if sum(balances.values()) != 0:
            report.note([f"postings: they sum to {sum(balances.values())} won instead of nothing"])
        for account, amount_won in balances.items():
            kind = account.partition(":")[0]
            report.payable_won -= amount_won if kind == AccountKind.PAYABLE else 0
            report.paid_out_won -= amount_won if kind == AccountKind.SETTLEMENT else 0
            # A merchant may owe what was refunded after the payout; nobody else's side may turn.
            if kind in (AccountKind.HELD, AccountKind.CREDIT, AccountKind.CIRCULATION) and amount_won > 0:
                report.note([f"{account}: overdrawn by {amount_won} won"])

    def _audit_moves(
        self, postings: Sequence[Posting], *, references: Collection[str], kinds: Collection[PostingKind]
    ) -> None:
        self._expected_lines += sum(len(posting.lines) for posting in postings)
        self._report.note(check_postings(self._connection, postings, references=references, kinds=kinds))


def _is_settled(row: StoredRow | None) -> bool:
    return row is not None and OutcomeStatus(row.status) is OutcomeStatus.SETTLED
