"""Messages to terminals: numbered without gaps per terminal, signed once, kept for ever.

Rules: a message takes the next number under the lock of its terminal's row; its bytes never change, so a terminal that
asks twice gets the same; what is acknowledged is known from the terminal's own journal (`inbox.acknowledged`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, insert, select, update

from pos.ledger import schema
from pos.ledger.dialect import chunks
from pos.voucher.body_fields import MessageBody
from pos.voucher.entry import Body
from pos.voucher.keys import SigningKey
from pos.voucher.messages import Message, build_message

MESSAGES_MAX: Final = 64
ANSWER_BYTES_MAX: Final = 1_000_000
"""Both in one answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message before it has a number."""

    kind: str
    body: Body


def draft_of(body: MessageBody) -> Draft:
    """What is to be told, as a message."""
    return Draft(kind=body.KIND, body=body.to_body())


def send(
    connection: Connection, terminal: str, drafts: Sequence[Draft], *, now_s: int, key: SigningKey
) -> tuple[int, ...]:
    """Append messages for a terminal whose row exists; return their numbers."""
    terminals = schema.terminals
    mine = terminals.c.terminal == terminal
    head = connection.execute(select(terminals.c.message_head).where(mine).with_for_update()).scalar_one()
    numbers = tuple(range(head + 1, head + 1 + len(drafts)))
    rows = [
        {
            "terminal": terminal,
            "number": number,
            "kind": draft.kind,
            "time_s": now_s,
            "raw": build_message(
                Message(number=number, terminal=terminal, time_s=now_s, kind=draft.kind, body=draft.body), key=key
            ),
        }
        for number, draft in zip(numbers, drafts, strict=True)
    ]
    if rows:
        connection.execute(insert(schema.messages), rows)
        connection.execute(update(terminals).where(mine).values(message_head=numbers[-1]))
    return numbers


def messages_after(connection: Connection, terminal: str, number: int) -> tuple[bytes, ...]:
    """Return the signed messages behind `number`, oldest first: at least one if there is one, as many as fit."""
    messages = schema.messages
    rows = select(messages.c.raw).where(messages.c.terminal == terminal, messages.c.number > number)
    found: list[bytes] = []
    room = ANSWER_BYTES_MAX
    for raw in connection.execute(rows.order_by(messages.c.number).limit(MESSAGES_MAX)).scalars():
        room -= len(raw)
        if found and room < 0:
            break
        found.append(raw)
    return tuple(found)


def heads_of(connection: Connection, wanted: Collection[str]) -> dict[str, int]:
    """Return the highest message number of each of these terminals, 0 where there is none."""
    terminals = schema.terminals
    heads: dict[str, int] = {}
    for some in chunks(wanted):
        rows = select(terminals.c.terminal, terminals.c.message_head).where(terminals.c.terminal.in_(some))
        heads |= {row.terminal: row.message_head for row in connection.execute(rows)}
    return heads
