"""Telling terminals something on an operator's or another system's behalf.

Rules: what is told is one of the protocol's bodies, written and signed here and nowhere else; a terminal that the trust
data knows can be told before it has ever called. Works beside a running service: its long calls notice within half a
second.
"""

import base64
import secrets
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import Connection

from pos.errors import ConfigError, MalformedError
from pos.ledger import inbox, roster
from pos.ledger.authority import Authority
from pos.ledger.database import Database, open_database
from pos.ledger.folder import LedgerFolder, open_folder
from pos.voucher.body_fields import MessageBody
from pos.voucher.fields import ID16_BYTES
from pos.voucher.message_bodies import (
    CashReceiptTold,
    FraudTold,
    OrderTold,
    RemotePaymentTold,
    RetireTold,
    SettlementTold,
)

SENT_BY_HAND: Final[dict[str, type[MessageBody]]] = {
    str(kind.KIND): kind
    for kind in (OrderTold, RemotePaymentTold, SettlementTold, CashReceiptTold, FraudTold, RetireTold)
}
"""Kinds that an operator may send; the others follow from what the ledger itself decides."""
_IDS: Final = {OrderTold: "order_id", RemotePaymentTold: "payment_id", CashReceiptTold: "cash_receipt_id"}
_TIMES: Final = {OrderTold: "placed_s", RemotePaymentTold: "paid_s", FraudTold: "told_s"}


def read_body(kind: str, text: str, *, now_s: int) -> MessageBody:
    """Read a body from JSON, its names those of the dataclass, bytes in Base64.

    An id or a time that is left out is made here. Raises ConfigError, which names what is missing or wrong.
    """
    made = SENT_BY_HAND[kind]
    try:
        given = msgspec.json.decode(text, type=dict[str, object])
        if made in _IDS:
            given.setdefault(_IDS[made], base64.b64encode(secrets.token_bytes(ID16_BYTES)).decode())
        if made in _TIMES:
            given.setdefault(_TIMES[made], now_s)
        return made.from_body(msgspec.convert(given, type=made).to_body())
    except (MalformedError, msgspec.DecodeError) as error:
        raise ConfigError((f"{kind}: {error}",)) from error


def tell(
    folder: LedgerFolder, database: Database, terminal: str, bodies: Sequence[MessageBody], *, now_s: int
) -> tuple[int, ...]:
    """Append messages to a terminal's inbox; returns their numbers. Raises ConfigError for an unknown terminal."""
    authority = Authority(folder.trust_dir, ledger=folder.ledger)
    known = database.read(lambda connection: roster.find(connection, authority, terminal))
    if known is None:
        raise ConfigError((f"{terminal}: no terminal of this ledger",))
    drafts = [inbox.draft_of(body) for body in bodies]

    def once(connection: Connection) -> tuple[int, ...]:
        roster.lock(connection, known, now_s=now_s)
        return inbox.send(connection, terminal, drafts, now_s=now_s, key=folder.keys.message)

    return database.write(once)


def tell_in(
    data: Path, terminal: str, bodies: Sequence[MessageBody], *, now_s: int, database: str | None = None
) -> tuple[int, ...]:
    """Tell a terminal of the ledger in the data folder `data`."""
    folder = open_folder(data)
    with closing(open_database(database or folder.database_url, ledger=folder.ledger)) as store:
        return tell(folder, store, terminal, bodies, now_s=now_s)
