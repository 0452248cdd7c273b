"""The service's calls for partners: payments from elsewhere and orders, as JSON over HTTP.

Rules: a partner shows its id and secret (HTTP basic authentication, over the service's own TLS); secrets are made by
`pos ledger partner` and kept as hashes in `DATA/partners.json`; a partner sees its own payments and nobody else's. What
the calls do is `pos.ledger.online`'s matter, their form `partner_calls`'.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, Protocol, TypeVar

import anyio.to_thread
import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pos.ledger import office_secrets
from pos.ledger.openapi import JSON
from pos.ledger.partner_calls import (
    BODY_BYTES_MAX,
    PartnerCall,
    PartnerOrder,
    PartnerPaid,
    PartnerPayment,
    PartnerTold,
    read_asked,
)
from pos.ledger.problem import unauthorised
from pos.ledger.reading import whole_body

PATH: Final = "/v1/partners"
T = TypeVar("T")


class Online(Protocol):
    """The service, as far as partners use it."""

    def take_online(self, by: PartnerCall, asked: PartnerPayment, *, now_s: int) -> PartnerPaid: ...

    def online_payment(self, partner: str, reference: str) -> PartnerPaid: ...

    def tell_order(self, by: PartnerCall, asked: PartnerOrder, *, now_s: int) -> PartnerTold: ...


class Partners:
    """The routes for partners; `told` is called where somebody's inbox may have grown."""

    def __init__(self, service: Online, *, data: Path, now_s: Callable[[], int], told: Callable[[], None]) -> None:
        self._service = service
        self._data = data
        self._now_s = now_s
        self._told = told
        self.routes = [
            Route(f"{PATH}/payments", self._post_payment, methods=["POST"]),
            Route(f"{PATH}/payments/{{id}}", self._get_payment, methods=["GET"]),
            Route(f"{PATH}/orders", self._post_order, methods=["POST"]),
        ]

    async def _post_payment(self, request: Request) -> Response:
        partner = await self._partner(request)
        body = await whole_body(request, bytes_max=BODY_BYTES_MAX)
        by, asked = PartnerCall.of(partner, body), read_asked(body, PartnerPayment)
        return await self._answer(partial(self._service.take_online, by, asked, now_s=self._now_s()))

    async def _get_payment(self, request: Request) -> Response:
        partner = await self._partner(request)
        return await self._answer(partial(self._service.online_payment, partner, request.path_params["id"]))

    async def _post_order(self, request: Request) -> Response:
        partner = await self._partner(request)
        body = await whole_body(request, bytes_max=BODY_BYTES_MAX)
        by, asked = PartnerCall.of(partner, body), read_asked(body, PartnerOrder)
        return await self._answer(partial(self._service.tell_order, by, asked, now_s=self._now_s()))

    async def _partner(self, request: Request) -> str:
        authorization = request.headers.get("authorization")
        partner = await anyio.to_thread.run_sync(
            partial(office_secrets.user_of, self._data, authorization, file=office_secrets.PARTNERS_FILE)
        )
        if partner is None:
            raise unauthorised("no partner's id and secret")
        return partner

    async def _answer(self, work: Callable[[], msgspec.Struct]) -> Response:
        answer = await anyio.to_thread.run_sync(work)
        self._told()
        return Response(msgspec.json.encode(answer), media_type=JSON)
