"""The ledger over HTTP (protocol, "Ledger API").

Rules:

- a stranger costs one signature check: the call token is verified before the body is read;
- bodies are read up to their limit and for a limited time (`pos.ledger.reading`);
- what blocks (database, signatures) runs in a few threads; more than a bounded queue for them answers 503 with
  Retry-After, so that an overloaded ledger says so instead of getting slower and slower;
- every refusal is a concise problem (RFC 9290), except the signed time for a clock that is off and the signed
  acknowledgement of a gap or fork.

What calls mean is left to `pos.ledger.service`.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from pos.errors import PosError
from pos.ledger import openapi
from pos.ledger.batch import BODY_BYTES_MAX, join_batch
from pos.ledger.bugs import place_of
from pos.ledger.calls import Caller, WrongTimeError, open_call
from pos.ledger.openapi import CBOR, COSE
from pos.ledger.pages import Pages
from pos.ledger.partners import Partners
from pos.ledger.problem import MEDIA_TYPE, Problem, ProblemError, overloaded
from pos.ledger.reading import check_token, entry_hash, number_in_query, whole_body
from pos.ledger.returns import REQUEST_BYTES_MAX
from pos.ledger.service import REST_S, LedgerService
from pos.ledger.waiting import WaitingRoom
from pos.voucher.enrolment import ENROLMENT_BYTES_MAX

THREADS: Final = 4
QUEUE_MAX: Final = 64
"""Calls that may wait for a thread: about a second of work in full batches."""
WAIT_MAX_S: Final = 60
TEND_S: Final = 2.0
"""How soon a change of the trust files is noticed when nothing else happens."""
FORGET_S: Final = 60.0
RENEW_S: Final = 3_600.0
"""Certificates that end soon are looked for this often; they have weeks."""

logger = logging.getLogger(__name__)
T = TypeVar("T")


class LedgerApp:
    """The ASGI application of one ledger, and what it does on the side."""

    def __init__(self, service: LedgerService, *, repository_dir: Path, data: Path) -> None:
        self._service = service
        self._queued = 0
        self._threads = anyio.CapacityLimiter(THREADS)
        self._settled = asyncio.Event()
        self._room = WaitingRoom(self._message_heads)
        terminal = "/v1/terminals/{terminal}"
        self.asgi = Starlette(
            routes=[
                Route(f"{terminal}/journal", self._post_journal, methods=["POST"]),
                Route(f"{terminal}/journal", self._get_journal, methods=["GET"]),
                Route(f"{terminal}/inbox", self._get_inbox, methods=["GET"]),
                Route(f"{terminal}/recovered/{{old}}", self._post_recovered, methods=["POST"]),
                Route(f"{terminal}/proofs/{{entry}}", self._get_proof, methods=["GET"]),
                Route("/v1/log/checkpoint", self._get_checkpoint, methods=["GET"]),
                Route("/v1/log/consistency", self._get_consistency, methods=["GET"]),
                Route("/v1/returns", self._post_return, methods=["POST"]),
                Route("/v1/enrolments", self._post_enrolment, methods=["POST"]),
                *Pages(service, data=data).routes,
                *Partners(service, data=data, now_s=_now_s, told=self._room.ring).routes,
                Route("/openapi.json", self._get_description, methods=["GET"]),
                Route("/v1/authority", self._get_authority, methods=["GET"]),
                Route("/healthz", _healthy, methods=["GET"]),
                Mount("/trust", StaticFiles(directory=repository_dir, check_dir=False)),
            ],
            lifespan=self._lifespan,
            exception_handlers={
                ProblemError: _on_problem,
                WrongTimeError: self._on_wrong_time,
                HTTPException: _on_http,
                PosError: _on_fault,
                ClientDisconnect: _on_disconnect,
            },
        )

    def stop_waiting(self) -> None:
        """Answer all long polls now; the service is stopping."""
        self._room.close()

    async def _post_journal(self, request: Request) -> Response:
        caller = await self._caller(request)
        body = await whole_body(request, bytes_max=BODY_BYTES_MAX)
        check_token(caller, request, body)
        delivered = await self._run(partial(self._service.deliver, caller, body, now_s=_now_s()))
        self._settled.set()
        self._room.ring()
        return Response(delivered.acknowledgement, 200 if delivered.broken is None else 409, media_type=COSE)

    async def _post_recovered(self, request: Request) -> Response:
        caller = await self._caller(request)
        body = await whole_body(request, bytes_max=BODY_BYTES_MAX)
        check_token(caller, request, body)
        old = request.path_params["old"]
        delivered = await self._run(partial(self._service.recover, caller, old, body, now_s=_now_s()))
        self._settled.set()
        return Response(delivered.acknowledgement, 200 if delivered.broken is None else 409, media_type=COSE)

    async def _get_journal(self, request: Request) -> Response:
        caller = await self._caller(request)
        check_token(caller, request, b"")
        after = number_in_query(request, "after")
        return Response(
            await self._run(partial(self._service.journal_after, caller, after, now_s=_now_s())), media_type=CBOR
        )

    async def _get_inbox(self, request: Request) -> Response:
        caller = await self._caller(request)
        check_token(caller, request, b"")
        after, wait_s = number_in_query(request, "after"), min(number_in_query(request, "wait"), WAIT_MAX_S)
        await self._run(partial(self._service.enter, caller, now_s=_now_s()))
        messages = await self._run(partial(self._service.messages_after, caller, after))
        if not messages and wait_s:
            await self._room.wait(caller.terminal, after, timeout_s=wait_s)
            messages = await self._run(partial(self._service.messages_after, caller, after))
        return Response(join_batch(messages), media_type=CBOR)

    async def _get_proof(self, request: Request) -> Response:
        caller = await self._caller(request)
        check_token(caller, request, b"")
        entry = entry_hash(request.path_params["entry"])
        return PlainTextResponse(await self._run(partial(self._service.proof, caller, entry, now_s=_now_s())))

    async def _get_description(self, request: Request) -> Response:
        return JSONResponse(openapi.document(self._service.ledger))

    async def _get_checkpoint(self, request: Request) -> Response:
        return PlainTextResponse(await self._run(self._service.checkpoint))

    async def _get_consistency(self, request: Request) -> Response:
        old_size = number_in_query(request, "old")
        return PlainTextResponse(await self._run(partial(self._service.growth, old_size)))

    async def _post_return(self, request: Request) -> Response:
        body = await whole_body(request, bytes_max=REQUEST_BYTES_MAX)
        return Response(await self._run(partial(self._service.give_back, body, now_s=_now_s())), media_type=CBOR)

    async def _post_enrolment(self, request: Request) -> Response:
        body = await whole_body(request, bytes_max=ENROLMENT_BYTES_MAX)
        return Response(await self._run(partial(self._service.enrol, body, now_s=_now_s())), media_type=CBOR)

    async def _get_authority(self, request: Request) -> Response:
        return PlainTextResponse(await self._run(self._service.authority_pem))

    async def _caller(self, request: Request) -> Caller:
        return await self._run(
            partial(
                open_call,
                request.headers.get("authorization"),
                terminal=request.path_params["terminal"],
                ledger=self._service.ledger,
                now_s=_now_s(),
                find=self._service.find,
            )
        )

    async def _run(self, work: Callable[[], T]) -> T:
        if self._queued >= QUEUE_MAX + THREADS:
            raise overloaded("too many calls at once", retry_after_s=2)
        self._queued += 1
        try:
            return await anyio.to_thread.run_sync(work, limiter=self._threads)
        finally:
            self._queued -= 1

    async def _message_heads(self, terminals: Collection[str]) -> Mapping[str, int]:
        return await anyio.to_thread.run_sync(partial(self._service.message_heads, terminals), limiter=self._threads)

    async def _on_wrong_time(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, WrongTimeError)
        return Response(self._service.signed_time(error.nonce, now_s=_now_s()), 401, media_type=COSE)

    @contextlib.asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(_supervise(self._tend)), asyncio.create_task(_supervise(self._room.watch))]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._quietly(self._service.grow_log)

    async def _tend(self) -> None:
        """Grow the log after deliveries, notice changed trust files and publish them, forget old nonces."""
        forgot_s = time.monotonic()
        renewed_s = forgot_s - RENEW_S
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._settled.wait(), TEND_S)
            self._settled.clear()
            await self._quietly(self._service.grow_log)
            await self._quietly(self._service.look_again)
            await self._quietly(self._service.publish)
            await self._quietly(self._service.look_at_refunds)
            await self._quietly(self._service.tell_news)
            await self._quietly(self._service.ask_for_cash_receipts)
            if time.monotonic() - renewed_s >= RENEW_S:
                renewed_s = time.monotonic()
                await self._quietly(self._service.renew_certificates)
            if time.monotonic() - forgot_s > FORGET_S:
                forgot_s = time.monotonic()
                await self._quietly(self._service.forget)
            self._room.ring()
            await asyncio.sleep(REST_S)

    async def _quietly(self, work: Callable[..., object]) -> None:
        try:
            await anyio.to_thread.run_sync(partial(work, now_s=_now_s()), limiter=self._threads)
        except PosError as error:
            logger.error("%s will be tried again: %s", _name_of(work), error)
        except Exception as bug:  # noqa: BLE001 (a supervisor: the steps behind this one are as needed as it is)
            logger.critical("%s met a bug and will be tried again: %s", _name_of(work), place_of(bug))


async def _supervise(task: Callable[[], Awaitable[None]]) -> None:
    """Keep a background task alive: a ledger that answers but no longer tends its log would look healthy."""
    while True:
        try:
            await task()
        except PosError as error:
            logger.error("background task starts again: %s", error)
        except Exception as bug:  # noqa: BLE001 (a supervisor)
            logger.critical("background task met a bug and starts again: %s", place_of(bug))
        await asyncio.sleep(1)


def _name_of(work: Callable[..., object]) -> str:
    return getattr(work, "__name__", str(work))


async def _healthy(request: Request) -> Response:
    return PlainTextResponse("ok")


def _refusal(problem: Problem) -> Response:
    headers = {} if problem.retry_after_s is None else {"Retry-After": str(problem.retry_after_s)}
    return Response(problem.body(), status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return _refusal(error.problem)


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _refusal(Problem(status=error.status_code, title=error.detail, detail=request.url.path))


async def _on_fault(request: Request, error: Exception) -> Response:
    logger.error("%s %s: %s", request.method, request.url.path, error)
    return _refusal(overloaded("the ledger cannot answer now", retry_after_s=5).problem)


async def _on_disconnect(request: Request, error: Exception) -> Response:
    return Response(status_code=400)  # nobody is there to read it


def _now_s() -> int:
    return int(time.time())
