"""The description of the service: of OpenAPI's form, complete, and of nothing that is not there."""

import re
from collections.abc import Iterator

import httpx
import msgspec
from openapi_spec_validator import validate
from starlette.routing import Mount, Route

from pos.ledger.app import LedgerApp
from pos.ledger.openapi import document
from tests.support.ledger_builders import LEDGER, Desk


class Part(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """The parts of OpenAPI 3.1 that are used; anything else in the document is a mistake."""


class Licence(Part):
    name: str
    identifier: str


class Info(Part):
    title: str
    version: str
    summary: str
    license: Licence


class Schema(Part):
    type: str
    pattern: str | None = None
    minimum: int | None = None


class Parameter(Part, rename={"place": "in"}):
    name: str
    place: str
    description: str
    schema: Schema
    required: bool = False


class Reference(Part, rename={"ref": "$ref"}):
    ref: str


class Media(Part):
    schema: Reference | None = None


class Answer(Part, rename={"ref": "$ref"}):
    ref: str | None = None
    description: str | None = None
    content: dict[str, Media] = {}


class RequestBody(Part):
    required: bool
    content: dict[str, Media]


class Operation(Part, rename="camel"):
    summary: str
    responses: dict[str, Answer]
    request_body: RequestBody | None = None
    parameters: list[Parameter] = []
    security: list[dict[str, list[str]]] = []


class PathItem(Part):
    parameters: list[Parameter] = []
    get: Operation | None = None
    post: Operation | None = None

    def operations(self) -> Iterator[tuple[str, Operation]]:
        yield from ((method, found) for method, found in (("GET", self.get), ("POST", self.post)) if found is not None)


class Scheme(Part, rename={"place": "in"}):
    type: str
    description: str
    name: str | None = None
    place: str | None = None
    scheme: str | None = None


class Components(Part, rename="camel"):
    security_schemes: dict[str, Scheme]
    responses: dict[str, Answer]
    schemas: dict[str, object]


class Document(Part):
    openapi: str
    info: Info
    paths: dict[str, PathItem]
    components: Components


def described() -> Document:
    return msgspec.json.decode(msgspec.json.encode(document(LEDGER)), type=Document)


def test_the_description_is_of_openapis_form() -> None:
    whole = described()

    assert whole.openapi == "3.1.0"
    for path, item in whole.paths.items():
        named = {parameter.name for parameter in item.parameters if parameter.place == "path"}
        assert named == set(re.findall(r"{(\w+)}", path))
        assert all(parameter.required for parameter in item.parameters)
        for _, operation in item.operations():
            assert operation.responses
            for status, answer in operation.responses.items():
                assert re.fullmatch(r"[2-5][0-9]{2}", status)
                assert (answer.ref is None) != (answer.description is None)
                if answer.ref is not None:
                    assert answer.ref.removeprefix("#/components/responses/") in whole.components.responses
            assert {name for scheme in operation.security for name in scheme} <= set(whole.components.security_schemes)


def test_an_independent_judge_of_openapi_finds_nothing_wrong() -> None:
    validate(msgspec.json.decode(msgspec.json.encode(document(LEDGER))))


def test_every_route_is_described_and_nothing_else(desk: Desk) -> None:
    app = LedgerApp(desk.service, repository_dir=desk.town.folder.trust_dir, data=desk.town.data)
    routes = set()
    for route in app.asgi.routes:
        if isinstance(route, Mount):
            routes.add(("GET", f"{route.path}/{{path}}"))
        else:
            assert isinstance(route, Route)
            routes |= {(method, route.path) for method in (route.methods or ()) if method != "HEAD"}

    whole = described()

    assert routes == {(method, path) for path, item in whole.paths.items() for method, _ in item.operations()}


async def test_the_description_is_served(desk: Desk) -> None:
    app = LedgerApp(desk.service, repository_dir=desk.town.folder.trust_dir, data=desk.town.data)
    transport = httpx.ASGITransport(app=app.asgi)
    async with httpx.AsyncClient(transport=transport, base_url="http://ledger") as client:
        answer = await client.get("/openapi.json")

    assert answer.status_code == 200
    assert msgspec.json.decode(answer.content, type=Document).info.title == f"Ledger {LEDGER}"
