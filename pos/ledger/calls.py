"""Who is calling, and for exactly which request (protocol, "Ledger API").

Rules, in this order, so that strangers cost little:

1. the call token is well-formed, for this ledger, and signed by the terminal that it names;
2. that terminal is the one in the path;
3. its time is within 300 s of the ledger's, or the answer is the ledger's signed time for the token's nonce;
4. once the body is read: the token was made for this method, path, query and body;
5. its nonce was not used before, checked and noted in the transaction that does what the call asks.

A revoked terminal may still call: its entries are evidence, and what they are worth is judged payment by payment.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete

from pos.errors import MalformedError
from pos.ledger import schema
from pos.ledger.authority import KnownTerminal
from pos.ledger.dialect import insert_missing
from pos.ledger.problem import forbidden, unauthorised
from pos.voucher.calls import CallToken, call_hash, parse_authorization, parse_call_token, verify_call_token

WINDOW_S: Final = 300


class WrongTimeError(Exception):
    """A token that is authentic but from another time; the answer is a signed time for its nonce."""

    def __init__(self, nonce: bytes) -> None:
        super().__init__("the call's time is outside the window")
        self.nonce = nonce


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A terminal that has proven to be calling now."""

    known: KnownTerminal
    token: CallToken

    @property
    def terminal(self) -> str:
        return self.known.terminal


def open_call(
    header: str | None, *, terminal: str, ledger: str, now_s: int, find: Callable[[str], KnownTerminal | None]
) -> Caller:
    """Check steps 1 to 3. Raises ProblemError 401 or 403, WrongTimeError."""
    if header is None:
        raise unauthorised("no Authorization header")
    try:
        raw = parse_authorization(header)
        known = find(parse_call_token(raw).claims.terminal)
        if known is None:
            raise unauthorised("this ledger does not know the terminal")
        token = verify_call_token(raw, known.public_key)
    except MalformedError as error:
        raise unauthorised(error.what) from error
    if token.ledger != ledger:
        raise unauthorised("the call token is for another ledger")
    if token.terminal != terminal:
        raise forbidden("the path is another terminal's")
    if abs(token.issued_s - now_s) > WINDOW_S:
        raise WrongTimeError(token.nonce)
    return Caller(known=known, token=token)


def check_request(caller: Caller, *, method: str, path: str, body: bytes) -> None:
    """Check step 4; `path` is as sent, with its query. Raises ProblemError 401."""
    if caller.token.request_hash != call_hash(method, path, body):
        raise unauthorised("the call token was made for another request")


def use_nonce(connection: Connection, caller: Caller) -> None:
    """Check step 5; the caller's row is locked. Raises ProblemError 401."""
    row = {
        "terminal": caller.terminal,
        "nonce": caller.token.nonce,
        "expires_s": caller.token.issued_s + WINDOW_S,
    }
    if not insert_missing(connection, schema.nonces, [row]):
        raise unauthorised("the call token was used before")


def forget_nonces(connection: Connection, *, now_s: int) -> None:
    """Drop nonces whose tokens are refused for their time anyway."""
    connection.execute(delete(schema.nonces).where(schema.nonces.c.expires_s < now_s))
