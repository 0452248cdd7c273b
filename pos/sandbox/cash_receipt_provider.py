"""The town's provider of cash receipts: a real HTTP service that issues nothing, with faults on order.

It speaks what `pos.ledger.http_provider` speaks and keeps its own books: what it issued and cancelled, for whom and
over how much, so that its sums can be held against the ledger's. What it approves on one day the tax office has at nine
on the next. Faults meet the next calls in the order in which they were named, or every call about one order until that
is over; those that lose an answer lose it *after* the receipt was issued, which is the case that costs money.
"""

import asyncio
import contextlib
import socket
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Self

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from pos.ledger.http_provider import (
    PATH,
    REASON_NUMBERS,
    NtsResult,
    OrderShape,
    ReceiptShape,
    RefusalShape,
    TradeType,
)
from pos.ledger.korea import KOREA, day_of
from pos.ledger.provider import is_rehearsed_at_office
from pos.till.cash_receipt import is_business_number

PROVIDER: Final = "sandbox"
_STOP_S: Final = 2
_JSON: Final = "application/json"


class Fault(StrEnum):
    """What goes wrong with one call."""

    UNAVAILABLE = "unavailable"
    """503, nothing done."""
    ERROR = "error"
    """500, nothing done."""
    PORTAL = "portal"
    """A page of somebody else's network in the place of an answer, nothing done."""
    HALF = "half"
    """Done, and the line breaks off in the middle of the answer."""
    SLOW = "slow"
    """Done, and the answer does not come while anybody waits for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """One line of the provider's books."""

    order: OrderShape
    identity: str
    """Empty for a cancellation."""
    approval_number: str
    approved_s: int

    @property
    def approved_on(self) -> date:
        return day_of(self.approved_s)


class _Identified(OrderShape, frozen=True, kw_only=True, forbid_unknown_fields=True):
    identity_number: str = ""


class _Keyed(msgspec.Struct, frozen=True, kw_only=True):
    document_key: str = ""


class _RefusedError(Exception):
    """Raised for an order that is refused; `code` says why. Never leaves this module."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SimulatedProvider:
    """The provider's books and manners; `clock` says what time it is, `api_key` who may call."""

    def __init__(
        self,
        *,
        clock: Callable[[], int],
        api_key: str,
        books: Iterable[Issued] = (),
        keep: Callable[[Issued], None] = lambda line: None,
    ) -> None:
        """`books` is what was issued before; `keep` gets each new line before the answer goes out."""
        self._clock = clock
        self._keep = keep
        self._authorization = f"Bearer {api_key}"
        self._faults: deque[Fault | None] = deque()
        self._poisoned: dict[str, Fault] = {}
        self._refusals: deque[RefusalShape] = deque()
        self._issued = {line.order.document_key: line for line in books}
        self._ended = asyncio.Event()
        self.calls = 0
        """All that arrived, whatever became of them."""
        self.orders: list[str] = []
        """The document key of every order that arrived, whatever became of it."""

    @property
    def issued(self) -> tuple[Issued, ...]:
        """Issues and cancellations in their order."""
        return tuple(self._issued.values())

    @property
    def net_won(self) -> int:
        """What was issued less what was cancelled."""
        return sum(_signed_won(line) for line in self._issued.values())

    def fail(self, *faults: Fault | None) -> None:
        """Let the next calls go wrong, one after the other; None is one that goes well."""
        self._faults.extend(faults)

    def poison(self, document_key: str, fault: Fault | None) -> None:
        """Let every call about one order go wrong from now on; None ends it."""
        self._poisoned.pop(document_key, None)
        if fault is not None:
            self._poisoned[document_key] = fault

    def refuse(self, code: str, message: str = "") -> None:
        """Refuse the next order that is not answered otherwise."""
        self._refusals.append(RefusalShape(code=code, message=message))

    def app(self) -> Starlette:
        """The ASGI application."""
        routes = [
            Route(PATH, self._ordered, methods=["POST"]),
            Route(f"{PATH}/{{document_key}}", self._looked_up, methods=["GET"]),
        ]
        return Starlette(routes=routes, lifespan=self._lifespan)

    def end(self) -> None:
        """Let go of whoever waits for an answer that does not come."""
        self._ended.set()

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        self._ended.clear()
        yield

    async def _ordered(self, request: Request) -> Response:
        body = await request.body()
        key = _key_in(body)
        self.orders.append(key)
        return await self._spoilt(request, key, lambda: self._answer(body))

    async def _looked_up(self, request: Request) -> Response:
        key = request.path_params["document_key"]
        return await self._spoilt(request, key, lambda: self._found(key))

    async def _spoilt(self, request: Request, document_key: str, answer: Callable[[], Response]) -> Response:
        self.calls += 1
        if request.headers.get("authorization") != self._authorization:
            return _refused(401, "key_unknown")
        fault = self._faults.popleft() if self._faults else self._poisoned.get(document_key)
        match fault:
            case None:
                return answer()
            case Fault.UNAVAILABLE:
                return Response(status_code=503)
            case Fault.ERROR:
                return Response(status_code=500)
            case Fault.PORTAL:
                return Response("<html><body>WiFi: 동의 후 이용</body></html>", media_type="text/html")
            case Fault.HALF:
                return _Half(answer())
            case Fault.SLOW:
                done = answer()
                await self._ended.wait()
                return done

    def _answer(self, body: bytes) -> Response:
        try:
            order = msgspec.json.decode(body, type=_Identified)
        except msgspec.MsgspecError:
            return _refused(400, "body_unreadable")
        if order.document_key in self._issued:
            return _refused(409, "document_key_used")
        if self._refusals:
            refusal = self._refusals.popleft()
            return Response(msgspec.json.encode(refusal), 422, media_type=_JSON)
        try:
            self._check(order)
        except _RefusedError as error:
            return _refused(422, error.code)
        plain = OrderShape(**{name: getattr(order, name) for name in OrderShape.__struct_fields__})
        line = Issued(
            order=plain,
            identity=order.identity_number,
            approval_number=f"SB{len(self._issued) + 1:07d}",
            approved_s=self._clock(),
        )
        self._keep(line)
        self._issued[order.document_key] = line
        return self._found(order.document_key)

    def _check(self, order: _Identified) -> None:
        """Refuse what a provider refuses. Raises _RefusedError."""
        parts_won = order.supply_won + order.vat_won + order.tax_free_won + order.service_won
        if not is_business_number(order.business_number):
            raise _RefusedError("business_number")
        if len(order.document_key) > 24:
            raise _RefusedError("document_key")
        if order.total_won < 1 or parts_won != order.total_won:
            raise _RefusedError("amounts")
        if order.trade_type is TradeType.CANCEL:
            self._check_cancel(order)
        elif order.usage is None or order.identity_kind is None or not order.identity_number:
            raise _RefusedError("identity")

    def _check_cancel(self, order: _Identified) -> None:
        original = order.original
        if original is None or original.reason not in REASON_NUMBERS.values():
            raise _RefusedError("original")
        named = (order.business_number, original.approval_number, original.approved_on)
        line = next((line for line in self.issued if _name(line) == named), None)
        if line is None or line.order.trade_type is TradeType.CANCEL:
            raise _RefusedError("original_unknown")
        if original.is_partial == (order.total_won == line.order.total_won):
            raise _RefusedError("not_the_part")
        taken_won = sum(
            other.order.total_won
            for other in self.issued
            if other.order.original is not None
            and (other.order.original.approval_number, other.order.original.approved_on) == named[1:]
        )
        if taken_won + order.total_won > line.order.total_won:
            raise _RefusedError("above_the_original")

    def _found(self, document_key: str) -> Response:
        line = self._issued.get(document_key)
        if line is None:
            return _refused(404, "document_key_unknown")
        is_there = is_rehearsed_at_office(line.approved_on, now_s=self._clock())
        receipt = ReceiptShape(
            document_key=document_key,
            trade_type=line.order.trade_type,
            business_number=line.order.business_number,
            total_won=line.order.total_won,
            approval_number=line.approval_number,
            approved_at=datetime.fromtimestamp(line.approved_s, KOREA),
            provider=PROVIDER,
            receipt_id=f"r-{line.approval_number}",
            receipt_url=f"https://receipts.example/{line.approval_number}",
            nts_result=NtsResult.ACCEPTED if is_there else NtsResult.WAITING,
        )
        return Response(msgspec.json.encode(receipt), media_type=_JSON)


def provider_server(provider: SimulatedProvider, *, certificate: str = "", tls_key: str = "") -> uvicorn.Server:
    """What serves a provider on a listening socket; TLS where a certificate is named."""
    return uvicorn.Server(
        uvicorn.Config(
            provider.app(),
            log_config=None,
            access_log=False,
            server_header=False,
            http="h11",
            ws="none",
            timeout_graceful_shutdown=_STOP_S,
            ssl_certfile=certificate or None,
            ssl_keyfile=tls_key or None,
        )
    )


class ProviderThread:
    """A provider on a loopback port of this process: `with ProviderThread(provider) as service: service.url`."""

    def __init__(self, provider: SimulatedProvider, *, port: int = 0, certificate: str = "", tls_key: str = "") -> None:
        """`port` 0 lets the system choose; TLS where a certificate is named."""
        self._provider = provider
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.port}"
        self._server = provider_server(provider, certificate=certificate, tls_key=tls_key)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._listener]}, name="cash receipts"
        )

    def __enter__(self) -> Self:
        self._thread.start()  # the listener takes calls from here on, whether the server is up yet or not
        return self

    def __exit__(self, *_: object) -> None:
        self._provider.end()
        self._server.should_exit = True
        self._thread.join()
        self._listener.close()


class _Half(Response):
    """Half of another answer, and then the line breaks off."""

    def __init__(self, whole: Response) -> None:
        super().__init__(whole.body, whole.status_code, media_type=whole.media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})


def _key_in(body: bytes) -> str:
    try:
        return msgspec.json.decode(body, type=_Keyed).document_key
    except msgspec.MsgspecError:
        return ""


def _refused(status: int, code: str) -> Response:
    return Response(msgspec.json.encode(RefusalShape(code=code)), status, media_type=_JSON)


def _name(line: Issued) -> tuple[str, str, date]:
    return line.order.business_number, line.approval_number, line.approved_on


def _signed_won(line: Issued) -> int:
    return line.order.total_won if line.order.trade_type is TradeType.ISSUE else -line.order.total_won
