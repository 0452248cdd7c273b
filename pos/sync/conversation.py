"""One authorised call to the ledger: a token from core for each try, and what a status means.

Rules: every try has a token of its own; where the ledger's clock disagrees the try is made once more at its time;
the terminal acts on the status of an error and on nothing else in it.
"""

from typing import Final, Protocol, TypeVar

from pos import cbor
from pos.errors import LedgerRefusedError, LedgerUnreachableError, MalformedError
from pos.link.calls import Call, Done, SignCall, TakeSignedTime
from pos.sync.client import ContentError, LedgerAnswer, LedgerClient
from pos.voucher.calls import call_hash

R = TypeVar("R")
_UNAUTHORISED: Final = 401
_REFUSING: Final = (_UNAUTHORISED, 403, 404, 410)
_BUSY: Final = (429, 503)


class Link(Protocol):
    """Core, as far as the conversation with the ledger asks it."""

    def call(self, call: Call[R]) -> R: ...


class LedgerBusyError(LedgerUnreachableError):
    """The ledger asked for patience; `retry_after_s` says how much."""

    def __init__(self, retry_after_s: int | None) -> None:
        super().__init__("the ledger is busy")
        self.retry_after_s = retry_after_s


class LedgerStatusError(LedgerUnreachableError):
    """An answer with a status that says nothing else."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the ledger answered {status}")
        self.status = status


class Conversation:
    """Calls one ledger for one terminal."""

    def __init__(self, link: Link, client: LedgerClient) -> None:
        self._link = link
        self._client = client

    def authorised(self, method: str, path: str, body: bytes, *, wait_s: int = 0) -> tuple[LedgerAnswer, bytes]:
        """Call with a token, and return the answer with the token's nonce. `wait_s` is how long the ledger may think.

        Raises LedgerUnreachableError, and LedgerRefusedError where the ledger answers 401 without a time of its own.
        """
        request_hash = call_hash(method, path, body)
        token = self._link.call(SignCall(request_hash=request_hash))
        answer = self._client.call(method, path, body=body, authorization=token.authorization, wait_s=wait_s)
        if answer.status != _UNAUTHORISED:
            return answer, token.nonce
        if not isinstance(self._link.call(TakeSignedTime(raw=answer.body, nonce=token.nonce)), Done):
            raise LedgerRefusedError("the ledger does not accept this terminal", status=answer.status)
        token = self._link.call(SignCall(request_hash=request_hash))
        answer = self._client.call(method, path, body=body, authorization=token.authorization, wait_s=wait_s)
        return answer, token.nonce


def fault_of(answer: LedgerAnswer) -> LedgerUnreachableError | LedgerRefusedError:
    """What to raise for an answer that is none."""
    if answer.status in _BUSY:
        return LedgerBusyError(answer.retry_after_s)
    if answer.status in _REFUSING:
        return LedgerRefusedError("the ledger does not accept this terminal", status=answer.status)
    return LedgerStatusError(answer.status)


def byte_strings(body: bytes, *, what: str = "entries") -> tuple[bytes, ...]:
    """Read an array of byte strings. Raises ContentError: somebody else answers in the ledger's place."""
    try:
        given = cbor.decode(body)
    except MalformedError as error:
        raise ContentError(f"the ledger's answer is not a list of {what}: {error.what}") from error
    if not isinstance(given, list) or not all(isinstance(item, bytes) for item in given):
        raise ContentError(f"the ledger's answer is not a list of {what}")
    return tuple(item for item in given if isinstance(item, bytes))
