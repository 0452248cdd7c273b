"""Enrolment by a one-time code: a new terminal shows that it holds a key, and gets a certificate for it.

Rules:

- a code is 16 random bytes, kept as a hash, good for fifteen minutes and for one key;
- the request is signed by the new key itself, which must be a canonical point (proof of possession);
- the same code and key get the same answer for ever, so a lost answer can be asked for again; another key gets 409;
- an unknown and an expired code get the same refusal;
- a code may be for the place of another terminal, which is retired by message when the code is used.

Request `{1: secret, 2: public key, 3: hardware facts}`; answer `{1: certificate, 2: merchant id, 3: root.json,
4: test voucher, 5: the terminal whose place it takes}`, root.json empty while the trust folder has none, 5 absent where
nobody's place is taken. The new terminal's journal starts at 1.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, insert, select, update

from pos import cbor
from pos.errors import MalformedError, TrustError
from pos.ledger import inbox, roster, schema
from pos.ledger.authority import KnownTerminal
from pos.ledger.database import Database
from pos.ledger.problem import conflicting, forbidden, malformed
from pos.ledger.schema import StoredRow
from pos.voucher.claims import TerminalCertificate
from pos.voucher.enrolment import Enrolment, verify_enrolment
from pos.voucher.fields import ID16_BYTES, is_id
from pos.voucher.keys import PublicKey, SigningKey
from pos.voucher.labels import MERCHANT_NAME_BYTES_MAX
from pos.voucher.message_bodies import RetireTold
from pos.voucher.selftest import selftest_voucher
from pos.voucher.signed import decode_certificate, sign_certificate

CODE_LIFE_S: Final = 900
CERTIFICATE_LIFE_S: Final = 365 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """What a new terminal gets."""

    certificate: bytes
    merchant: str
    test_voucher: bytes
    replaced: str | None

    def to_answer(self, root: bytes) -> bytes:
        answer: dict[int | str, cbor.Value] = {1: self.certificate, 2: self.merchant, 3: root, 4: self.test_voucher}
        return cbor.encode(answer | ({} if self.replaced is None else {5: self.replaced}))


def create_enrolment(
    database: Database,
    *,
    terminal: str,
    merchant: str,
    merchant_name: str,
    now_s: int,
    replaces: str | None = None,
    secret: bytes | None = None,
) -> bytes:
    """Make a code for a terminal that does not exist yet; return its secret, which is stored nowhere.

    `replaces` is the terminal whose place it takes: that one is retired when the code is used; `secret` is that of a
    number to be typed (`pos.voucher.typed_code`). Raises MalformedError for ids or a name that no certificate can
    carry.
    """
    if not (is_id(terminal) and is_id(merchant) and 1 <= len(merchant_name.encode()) <= MERCHANT_NAME_BYTES_MAX):
        raise MalformedError(
            "enrolment: the terminal, merchant or merchant's name is not of the form for a certificate"
        )
    secret = secret or secrets.token_bytes(ID16_BYTES)
    row = {
        "secret_hash": _hash(secret),
        "terminal": terminal,
        "merchant": merchant,
        "merchant_name": merchant_name,
        "expires_s": now_s + CODE_LIFE_S,
    }

    def once(connection: Connection) -> None:
        connection.execute(insert(schema.enrolments), row)
        if replaces is not None:
            place = {"secret_hash": row["secret_hash"], "replaces": replaces}
            connection.execute(insert(schema.replacements), place)

    database.write(once)
    return secret


def read_request(raw: bytes) -> Enrolment:
    """Read and verify a request. Raises ProblemError 400."""
    try:
        return verify_enrolment(raw)
    except MalformedError as error:
        raise malformed(error.what) from error


def enrol(
    connection: Connection,
    request: Enrolment,
    *,
    ledger: str,
    key: SigningKey,
    message_key: SigningKey,
    find: Callable[[Connection, str], KnownTerminal | None],
    now_s: int,
) -> Enrolled:
    """Redeem a code; `key` signs certificates, `find` looks up who is replaced. Raises ProblemError 403 or 409."""
    codes = schema.enrolments
    mine = codes.c.secret_hash == _hash(request.secret)
    row = connection.execute(select(codes).where(mine).with_for_update()).one_or_none()
    if row is None or (row.public_key is None and now_s >= row.expires_s):
        raise forbidden("the code is not known or no longer good; make a new one")
    if row.public_key is None:
        certificate = _certify(row, request, ledger=ledger, key=key, now_s=now_s)
        connection.execute(update(codes).where(mine).values(public_key=request.public_key, certificate=certificate))
        _take_place(connection, row, request, certificate=certificate, now_s=now_s)
        _retire(connection, row, find=find, key=message_key, now_s=now_s)
        return _enrolled(connection, row, certificate, request.secret, key=key)
    if row.public_key != request.public_key:
        raise conflicting("the code was used by another terminal")
    return _enrolled(connection, row, row.certificate, request.secret, key=key)


def _enrolled(
    connection: Connection, row: StoredRow, certificate: bytes, secret: bytes, *, key: SigningKey
) -> Enrolled:
    """The answer, which is the same each time: the test voucher follows from the certificate and the secret."""
    claims = decode_certificate(certificate).claims
    voucher = selftest_voucher(claims, secret, key=key)
    replaced = _replaced_by(connection, row)
    return Enrolled(certificate=certificate, merchant=row.merchant, test_voucher=voucher.raw, replaced=replaced)


def _replaced_by(connection: Connection, code: StoredRow) -> str | None:
    """The terminal whose place a code is for."""
    places = schema.replacements
    rows = select(places.c.replaces).where(places.c.secret_hash == code.secret_hash)
    return connection.execute(rows).scalar_one_or_none()


def known_ids(connection: Connection) -> frozenset[str]:
    """The ids of terminals that have enrolled or called, and of those that a code was made for."""
    codes, terminals = schema.enrolments, schema.terminals
    promised = connection.execute(select(codes.c.terminal)).scalars()
    return frozenset(promised) | frozenset(connection.execute(select(terminals.c.terminal)).scalars())


def replaced_ids(connection: Connection) -> frozenset[str]:
    """The ids of terminals whose place another one took."""
    codes, places = schema.enrolments, schema.replacements
    rows = (
        select(places.c.replaces)
        .join(codes, codes.c.secret_hash == places.c.secret_hash)
        .where(codes.c.public_key.is_not(None))
    )
    return frozenset(connection.execute(rows).scalars())


def has_replaced(connection: Connection, terminal: str, *, old: str) -> bool:
    """Whether `terminal` was enrolled for the place of `old`."""
    codes, places = schema.enrolments, schema.replacements
    rows = (
        select(places.c.replaces)
        .join(codes, codes.c.secret_hash == places.c.secret_hash)
        .where(codes.c.terminal == terminal, codes.c.public_key.is_not(None), places.c.replaces == old)
    )
    return connection.execute(rows).first() is not None


def _take_place(connection: Connection, code: StoredRow, request: Enrolment, *, certificate: bytes, now_s: int) -> None:
    known = KnownTerminal(
        terminal=code.terminal,
        merchant=code.merchant,
        public_key=PublicKey(request.public_key),
        certificate=certificate,
        revoked_after=None,
    )
    try:
        roster.lock(connection, known, now_s=now_s)
    except TrustError as error:
        raise conflicting("another terminal has this id; a new key needs a new id") from error


def _retire(
    connection: Connection,
    code: StoredRow,
    *,
    find: Callable[[Connection, str], KnownTerminal | None],
    key: SigningKey,
    now_s: int,
) -> None:
    """Tell the terminal whose place is taken that it sells no more; its journal is still taken in."""
    replaced = _replaced_by(connection, code)
    known = None if replaced is None else find(connection, replaced)
    if known is not None:
        roster.lock(connection, known, now_s=now_s)
        told = RetireTold(reason="replaced", replaced_by=code.terminal)
        inbox.send(connection, known.terminal, [inbox.draft_of(told)], now_s=now_s, key=key)


def _certify(code: StoredRow, request: Enrolment, *, ledger: str, key: SigningKey, now_s: int) -> bytes:
    claims = TerminalCertificate(
        ledger=ledger,
        terminal=code.terminal,
        merchant=code.merchant,
        expires_s=now_s + CERTIFICATE_LIFE_S,
        issued_s=now_s,
        terminal_key=request.public_key,
        merchant_name=code.merchant_name,
    )
    return sign_certificate(claims, key=key).raw


def _hash(secret: bytes) -> bytes:
    return hashlib.sha256(secret).digest()
