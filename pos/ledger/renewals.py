"""Terminals' certificates, renewed through the inbox before they end (protocol, "Payment request").

Rules:

- one that ends within RENEW_BEFORE_S is renewed: the same terminal, merchant, name and key, a new life; it is told by
  message and kept beside the journal, so that nobody is told twice;
- whoever was replaced or is trusted no more gets none; one that stays away finds the newest in its inbox.

What a terminal does with it is its own matter: it shows whichever lasts longer.
"""

from dataclasses import replace
from functools import partial
from typing import Final

from sqlalchemy import Connection, select, update

from pos.ledger import inbox, roster, schema
from pos.ledger.authority import Authority
from pos.ledger.database import Database
from pos.ledger.enrolment import CERTIFICATE_LIFE_S
from pos.ledger.schema import StoredRow
from pos.voucher.keys import SigningKey
from pos.voucher.message_bodies import CertificateTold
from pos.voucher.signed import decode_certificate, sign_certificate

RENEW_BEFORE_S: Final = 60 * 86_400
"""Long enough for a terminal that is away for a season."""
PAGE: Final = 256


def renew_certificates(
    database: Database, authority: Authority, *, key: SigningKey, message_key: SigningKey, now_s: int
) -> int:
    """Renew what ends soon; return how many. Raises TrustError where a terminal's trust file cannot be used."""
    last, done = "", 0
    renew = partial(_renew, key=key, message_key=message_key, now_s=now_s)
    while page := database.read(partial(_page, last=last)):
        for row in page:
            if _is_ending(row.certificate, now_s=now_s) and _is_trusted(authority, row.terminal):
                done += database.write(partial(renew, terminal=row.terminal))
        last = page[-1].terminal
    return done


def _page(connection: Connection, *, last: str) -> list[StoredRow]:
    table = schema.terminals
    rows = select(table.c.terminal, table.c.certificate).where(
        table.c.terminal > last, table.c.terminal.not_in(roster.replaced_terminals())
    )
    return list(connection.execute(rows.order_by(table.c.terminal).limit(PAGE)))


def _is_ending(certificate: bytes, *, now_s: int) -> bool:
    return decode_certificate(certificate).claims.expires_s - now_s < RENEW_BEFORE_S


def _is_trusted(authority: Authority, terminal: str) -> bool:
    known = authority.terminal(terminal)
    return known is None or known.revoked_after is None


def _renew(connection: Connection, *, terminal: str, key: SigningKey, message_key: SigningKey, now_s: int) -> int:
    table = schema.terminals
    mine = table.c.terminal == terminal
    old = connection.execute(select(table.c.certificate).where(mine).with_for_update()).scalar_one()
    if not _is_ending(old, now_s=now_s):
        return 0  # another process was here
    claims = replace(decode_certificate(old).claims, issued_s=now_s, expires_s=now_s + CERTIFICATE_LIFE_S)
    renewed = sign_certificate(claims, key=key).raw
    connection.execute(update(table).where(mine).values(certificate=roster.longest(old, renewed)))
    inbox.send(
        connection, terminal, [inbox.draft_of(CertificateTold(certificate=renewed))], now_s=now_s, key=message_key
    )
    return 1
