"""What a request brings, read within limits: body, query, path.

Rules: an announced length is believed only when it is too long; a body that does not arrive in time ends the call; a
call token is compared with the path and query exactly as they were sent.
"""

import asyncio
from typing import Final

from starlette.requests import Request

from pos.ledger.batch import read_body
from pos.ledger.calls import Caller, check_request
from pos.ledger.problem import Problem, ProblemError, malformed, too_large

READ_S: Final = 30
_NUMBER_DIGITS_MAX: Final = 18
_HASH_DIGITS: Final = 64


async def whole_body(request: Request, *, bytes_max: int) -> bytes:
    """Read the body. Raises ProblemError 413 for one that is too long, 408 for one that takes too long."""
    announced = request.headers.get("content-length", "0")
    if not _is_plain_number(announced) or int(announced) > bytes_max:
        raise too_large(f"more than {bytes_max} bytes")
    try:
        async with asyncio.timeout(READ_S):
            return await read_body(request.stream(), bytes_max=bytes_max)
    except TimeoutError as error:
        raise ProblemError(Problem(status=408, title="Too slow", detail=f"no whole body in {READ_S} s")) from error


def check_token(caller: Caller, request: Request, body: bytes) -> None:
    """Check that the caller's token is for this very request. Raises ProblemError 401."""
    raw_path, query = request.scope["raw_path"], request.scope["query_string"]
    path = raw_path + b"?" + query if query else raw_path
    check_request(caller, method=request.method, path=path.decode("ascii", "replace"), body=body)


def number_in_query(request: Request, name: str) -> int:
    """Return a whole number of the query, 0 where it is not named. Raises ProblemError 400."""
    text = request.query_params.get(name, "0")
    if not _is_plain_number(text):
        raise malformed(f"{name}: expected a whole number")
    return int(text)


def entry_hash(text: str) -> bytes:
    """Return the hash that a path names. Raises ProblemError 400."""
    if len(text) != _HASH_DIGITS or not set(text) <= set("0123456789abcdef"):
        raise malformed("entry: expected 64 lower-case hexadecimal digits")
    return bytes.fromhex(text)


def _is_plain_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _NUMBER_DIGITS_MAX
