"""Money that partners took for shops: payments from elsewhere, and those that answer a terminal's own request.

Rules:

- what a partner took is in the books at once (`taken`): owed by the partner, set aside until a shop has it;
- one that answers a request carries the ledger's paid confirmation to that very terminal; its approval there settles it
  like any other (`pos.ledger.judge`). One without a request settles when the shop accepts it (`remote.accepted`);
- a request is paid once: its nonce is open here as long as no entry has closed it, and the first to pay it has it;
- when the request was closed otherwise, or the shop refused, the money goes back to the partner (`given_back`), and a
  confirmation that a terminal approves in spite of that is refused (`returned`);
- a partner's own number makes a call repeatable: the same request gets the same answer, another one is refused.

Who may call is `pos.ledger.partners`' matter. Not part of the protocol.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from pos.errors import MalformedError
from pos.ledger import books, inbox, roster, schema
from pos.ledger.authority import KnownTerminal
from pos.ledger.dialect import chunks
from pos.ledger.examine import line_of
from pos.ledger.judge import Claim, ClaimKind
from pos.ledger.payments import Judged, OnlineState
from pos.ledger.problem import conflicting, not_found
from pos.ledger.schema import StoredRow
from pos.voucher.bodies import RemoteAccepted, RemoteAnswered, RemoteAnswerKind
from pos.voucher.claims import PaidConfirmation
from pos.voucher.entry import Entry
from pos.voucher.fields import ID16_BYTES
from pos.voucher.keys import SigningKey
from pos.voucher.message_bodies import OrderItem, OrderTold, RemotePaymentTold
from pos.voucher.outcomes import OutcomeStatus
from pos.voucher.signed import sign_confirmation


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineOrder:
    """What a partner asks for: a payment of a customer to a shop."""

    partner: str
    reference: str
    """The partner's own number, once for each payment."""
    digest: bytes
    """Of the request as it came."""
    issuer: str
    program: str
    amount_won: int
    nonce: bytes | None
    """Of the request that it answers."""
    payer: str | None
    purpose: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MallOrder:
    """What a partner asks for: to tell a shop of an order."""

    partner: str
    reference: str
    digest: bytes
    channel: str
    total_won: int
    items: tuple[OrderItem, ...]
    payment: str | None
    """The partner's number of the payment, where it is paid."""
    answer_until_s: int | None
    customer: str | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signers:
    """The ledger's keys that this needs, and its name."""

    ledger: str
    message: SigningKey
    confirmation: SigningKey


def take(
    connection: Connection, order: OnlineOrder, known: KnownTerminal, signers: Signers, *, now_s: int
) -> StoredRow:
    """Take a payment for the shop of this terminal and tell the terminal. Raises ProblemError 409."""
    roster.lock(connection, known, now_s=now_s, is_calling=False)
    found = payment_of(connection, order.partner, order.reference)
    if found is not None:
        if found.digest != order.digest:
            raise conflicting("another payment has this number")
        return found
    if order.nonce is not None:
        _check_open(connection, order.nonce, known.merchant)
    payment_id = secrets.token_bytes(ID16_BYTES)
    confirmation = _confirmation(order, known.merchant, payment_id, signers, now_s=now_s)
    row = {
        "partner": order.partner,
        "reference": order.reference,
        "digest": order.digest,
        "payment_id": payment_id,
        "terminal": known.terminal,
        "merchant": known.merchant,
        "issuer": order.issuer,
        "program": order.program,
        "amount_won": order.amount_won,
        "nonce": order.nonce,
        "confirmation": confirmation,
        "state": OnlineState.WAITING,
        "end_terminal": None,
        "end_sequence": None,
        "taken_s": now_s,
    }
    connection.execute(insert(schema.online_payments), row)
    told = RemotePaymentTold(
        payment_id=payment_id,
        amount_won=order.amount_won,
        issuer=order.issuer,
        program=order.program,
        paid_s=now_s,
        payer=order.payer,
        purpose=order.purpose,
        confirmation=confirmation,
    )
    inbox.send(connection, known.terminal, [inbox.draft_of(told)], now_s=now_s, key=signers.message)
    taken = payment_of(connection, order.partner, order.reference)
    assert taken is not None, "it was inserted above"
    books.post(connection, [taken_of(taken, signers.ledger)])
    return taken


def tell_order(
    connection: Connection, order: MallOrder, known: KnownTerminal, signers: Signers, *, now_s: int
) -> StoredRow:
    """Tell a terminal of an order. Raises ProblemError 404 or 409."""
    roster.lock(connection, known, now_s=now_s, is_calling=False)
    table = schema.online_orders
    mine = select(table).where(table.c.partner == order.partner, table.c.reference == order.reference)
    found = connection.execute(mine).one_or_none()
    if found is not None:
        if found.digest != order.digest:
            raise conflicting("another order has this number")
        return found
    paid = None if order.payment is None else payment_of(connection, order.partner, order.payment)
    if order.payment is not None and (paid is None or paid.merchant != known.merchant):
        raise not_found("no payment of that number for this shop")
    if paid is not None and (paid.amount_won != order.total_won or paid.nonce is not None):
        raise conflicting("the payment is not over this order")
    row = {
        "partner": order.partner,
        "reference": order.reference,
        "digest": order.digest,
        "order_id": secrets.token_bytes(ID16_BYTES),
        "terminal": known.terminal,
        "merchant": known.merchant,
        "payment_id": None if paid is None else paid.payment_id,
        "told_s": now_s,
    }
    connection.execute(insert(table), row)
    made = connection.execute(mine).one()
    told = OrderTold(
        order_id=made.order_id,
        channel=order.channel,
        total_won=order.total_won,
        placed_s=now_s,
        items=order.items,
        payment_id=made.payment_id,
        answer_until_s=order.answer_until_s,
        customer=order.customer,
        note=order.note,
        issuer=None if paid is None else paid.issuer,
        program=None if paid is None else paid.program,
    )
    inbox.send(connection, known.terminal, [inbox.draft_of(told)], now_s=now_s, key=signers.message)
    return made


def payment_of(connection: Connection, partner: str, reference: str) -> StoredRow | None:
    """A partner's payment by its own number."""
    table = schema.online_payments
    return connection.execute(
        select(table).where(table.c.partner == partner, table.c.reference == reference)
    ).one_or_none()


def note(
    connection: Connection,
    entries: Sequence[Entry],
    closed: Mapping[int, bytes],
    judged: Sequence[Judged],
    *,
    terminal: str,
    merchant: str,
) -> None:
    """Settle and give back what these new entries decide; their nonces (`closed`) and verdicts are stored already."""
    verdicts = {item.examined.approval.sequence: item for item in judged}
    asked = _waiting_requests(connection, closed.values(), merchant)
    for entry in entries:
        if entry.kind in (RemoteAccepted.KIND, RemoteAnswered.KIND):
            _answer(connection, entry, terminal=terminal, merchant=merchant)
        row = asked.pop(closed.get(entry.sequence, b""), None)
        if row is not None:
            _end_request(connection, row, verdicts.get(entry.sequence), terminal=terminal, sequence=entry.sequence)


def taken_of(row: StoredRow, ledger: str) -> books.Posting:
    """What taking this payment moved."""
    return books.taken_online(
        reference=f"{row.partner}/{row.reference}", partner=row.partner, ledger=ledger, amount_won=row.amount_won
    )


def given_back_of(row: StoredRow, ledger: str) -> books.Posting:
    """What giving it back moved."""
    return books.given_back_online(
        reference=f"{row.partner}/{row.reference}", partner=row.partner, ledger=ledger, amount_won=row.amount_won
    )


def accepted_of(row: StoredRow, ledger: str) -> books.Posting:
    """What the shop's acceptance moved."""
    return books.paid_online(
        reference=f"{row.end_terminal}/{row.end_sequence}",
        ledger=ledger,
        merchant=row.merchant,
        amount_won=row.amount_won,
    )


def line_of_payment(row: StoredRow, ledger: str) -> bytes:
    """The line that its confirmation stands on."""
    return line_of(ClaimKind.CONFIRMATION, ledger, row.payment_id)


def _check_open(connection: Connection, nonce: bytes, merchant: str) -> None:
    closed, paid = schema.closed_nonces, schema.online_payments
    if connection.execute(select(closed.c.nonce).where(closed.c.nonce == nonce, closed.c.merchant == merchant)).first():
        raise conflicting("the request is closed")
    if connection.execute(select(paid.c.nonce).where(paid.c.nonce == nonce)).first():
        raise conflicting("somebody else has paid this request")


def _confirmation(
    order: OnlineOrder, merchant: str, payment_id: bytes, signers: Signers, *, now_s: int
) -> bytes | None:
    if order.nonce is None:
        return None
    claims = PaidConfirmation(
        ledger=signers.ledger,
        merchant=merchant,
        issued_s=now_s,
        payment_id=payment_id,
        nonce=order.nonce,
        amount_won=order.amount_won,
        program=order.program,
    )
    return sign_confirmation(claims, key=signers.confirmation).raw


def _waiting_requests(connection: Connection, nonces: Collection[bytes], merchant: str) -> dict[bytes, StoredRow]:
    """Payments that wait for the end of the request that they answer, by its nonce."""
    table = schema.online_payments
    found: dict[bytes, StoredRow] = {}
    for some in chunks(nonces):
        mine = (table.c.nonce.in_(some), table.c.merchant == merchant, table.c.state == OnlineState.WAITING)
        found |= {row.nonce: row for row in connection.execute(select(table).where(*mine))}
    return found


def _end_request(
    connection: Connection, row: StoredRow, judged: Judged | None, *, terminal: str, sequence: int
) -> None:
    is_settled = judged is not None and judged.verdict.status is OutcomeStatus.SETTLED
    claim = None if judged is None else judged.examined.result
    if is_settled and isinstance(claim, Claim) and claim.line[-ID16_BYTES:] == row.payment_id:
        _end(connection, row, OnlineState.SETTLED, terminal=terminal, sequence=sequence)
    else:
        _give_back(connection, row, terminal=terminal, sequence=sequence)


def _answer(connection: Connection, entry: Entry, *, terminal: str, merchant: str) -> None:
    """The shop's word about a payment from elsewhere, or about the order that it is for."""
    found = answered(entry)
    row = None if found is None else waiting_for(connection, found.subject, merchant)
    if found is None or row is None:
        return
    if found.amount_won is None:
        _give_back(connection, row, terminal=terminal, sequence=entry.sequence)
    elif found.amount_won == row.amount_won:
        _end(connection, row, OnlineState.SETTLED, terminal=terminal, sequence=entry.sequence)
        ended = payment_of(connection, row.partner, row.reference)
        assert ended is not None, "it was read above"
        books.post(connection, [accepted_of(ended, _ledger(connection))])


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What an entry says of a payment from elsewhere."""

    subject: bytes
    """The payment's id, or the order's."""
    amount_won: int | None
    """None where it was refused."""


def answered(entry: Entry) -> Answered | None:
    """Read the shop's answer; None where it moves no money or cannot be read."""
    try:
        if entry.kind == RemoteAccepted.KIND:
            accepted = RemoteAccepted.from_body(entry.body)
            return Answered(subject=accepted.payment_id, amount_won=accepted.amount_won)
        answer = RemoteAnswered.from_body(entry.body)
    except MalformedError:
        return None
    is_refused = answer.answer is RemoteAnswerKind.REFUSED
    return Answered(subject=answer.subject, amount_won=None) if is_refused else None


def waiting_for(connection: Connection, subject: bytes, merchant: str) -> StoredRow | None:
    """The payment of this id, or of the order of this id, that waits for this shop."""
    table, orders = schema.online_payments, schema.online_orders
    paid = select(orders.c.payment_id).where(orders.c.order_id == subject).scalar_subquery()
    return connection.execute(
        select(table).where(
            (table.c.payment_id == subject) | (table.c.payment_id == paid),
            table.c.merchant == merchant,
            table.c.nonce.is_(None),
            table.c.state == OnlineState.WAITING,
        )
    ).one_or_none()


def _give_back(connection: Connection, row: StoredRow, *, terminal: str, sequence: int) -> None:
    _end(connection, row, OnlineState.RETURNED, terminal=terminal, sequence=sequence)
    books.post(connection, [given_back_of(row, _ledger(connection))])


def _end(connection: Connection, row: StoredRow, state: OnlineState, *, terminal: str, sequence: int) -> None:
    table = schema.online_payments
    mine = update(table).where(table.c.payment_id == row.payment_id, table.c.state == OnlineState.WAITING)
    done = connection.execute(mine.values(state=state, end_terminal=terminal, end_sequence=sequence))
    assert done.rowcount == 1, "its terminal's row is locked, and it waited a moment ago"


def _ledger(connection: Connection) -> str:
    return str(connection.execute(select(schema.ledger.c.id)).scalar_one())
