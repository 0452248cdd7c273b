"""Refusals of the HTTP service, as concise problem details (RFC 9290).

Rules: the body is one CBOR map with the standard keys only (-1 title, -2 detail, -4 response code); it is unsigned, so
a terminal acts on the status alone; nothing of the server's insides is told. A problem that passes says in Retry-After
when to come again. Sending it is `pos.ledger.app`'s part.
"""

from dataclasses import dataclass
from typing import Final

from pos import cbor

MEDIA_TYPE: Final = "application/concise-problem-details+cbor"
_TITLE, _DETAIL, _RESPONSE_CODE = -1, -2, -4


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a call is refused."""

    status: int
    title: str
    detail: str
    retry_after_s: int | None = None

    def body(self) -> bytes:
        return cbor.encode({_TITLE: self.title, _DETAIL: self.detail, _RESPONSE_CODE: self.status})


class ProblemError(Exception):
    """Carries a problem out of the depth of a call; the application answers with it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.status} {problem.title}: {problem.detail}")
        self.problem = problem


def malformed(detail: str) -> ProblemError:
    return ProblemError(Problem(status=400, title="Malformed", detail=detail))


def unauthorised(detail: str) -> ProblemError:
    return ProblemError(Problem(status=401, title="Not authorised", detail=detail))


def forbidden(detail: str) -> ProblemError:
    return ProblemError(Problem(status=403, title="Not yours", detail=detail))


def not_found(detail: str) -> ProblemError:
    return ProblemError(Problem(status=404, title="Not found", detail=detail))


def conflicting(detail: str) -> ProblemError:
    return ProblemError(Problem(status=409, title="Conflict", detail=detail))


def too_large(detail: str) -> ProblemError:
    return ProblemError(Problem(status=413, title="Too large", detail=detail))


def unacceptable_entry(detail: str) -> ProblemError:
    return ProblemError(Problem(status=422, title="Entry refused", detail=detail))


def overloaded(detail: str, *, retry_after_s: int) -> ProblemError:
    return ProblemError(Problem(status=503, title="Overloaded", detail=detail, retry_after_s=retry_after_s))
