"""What the service answers, described for machines (OpenAPI 3.1), served as `/openapi.json`.

Rules: every route of the application stands here and nothing else does (a test compares them); bodies that are CBOR or
COSE are described by their media type and by the section of the protocol that defines them, because JSON Schema does
not describe CBOR.
"""

from typing import Final, TypeAlias, cast

import msgspec

from pos.ledger.partner_calls import PartnerOrder, PartnerPaid, PartnerPayment, PartnerTold

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"

COSE: Final = 'application/cose; cose-type="cose-sign1"'
CBOR: Final = "application/cbor"
JSON: Final = "application/json"
TEXT: Final = "text/plain"
PROBLEM: Final = "application/concise-problem-details+cbor"

_TERMINAL: Final[Json] = {
    "name": "terminal",
    "in": "path",
    "required": True,
    "description": "Terminal id.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,16}$"},
}
_ENTRY: Final[Json] = {
    "name": "entry",
    "in": "path",
    "required": True,
    "description": "SHA-256 of the entry's bytes in lower-case hexadecimal digits.",
    "schema": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
}
_OLD: Final[Json] = {
    "name": "old",
    "in": "path",
    "required": True,
    "description": "Terminal whose journal it was.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,16}$"},
}
_MERCHANT: Final[Json] = {
    "name": "merchant",
    "in": "path",
    "required": True,
    "description": "Merchant id.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,16}$"},
}
_NUMBER: Final[Json] = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "The partner's own number of the payment.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
}
_SIGNED_CALL: Final[Json] = [{"callToken": []}]
_PARTNERS_CALL: Final[Json] = [{"partner": []}]


def document(ledger: str) -> Json:
    """The description of one ledger's service."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Ledger {ledger}",
            "version": "1",
            "summary": "Takes in the journals of voucher terminals, judges payments, proves what it did.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": _paths(),
        "components": {
            "securitySchemes": {
                "callToken": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "`COSE` and a call token in base64url, made for this very request.",
                },
                "partner": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "A partner's id and secret, made by `pos ledger partner`.",
                },
            },
            "schemas": _schemas(),
            "responses": {
                "Problem": {"description": "Refused; the body is unsigned.", "content": {PROBLEM: {}}},
                "WrongTime": {
                    "description": "Not authorised; a token of another time is answered with a signed time.",
                    "content": {COSE: {}, PROBLEM: {}},
                },
            },
        },
    }


def _paths() -> dict[str, Json]:
    return {**_of_terminals("/v1/terminals/{terminal}"), **_of_holders(), **_of_partners(), **_of_anybody()}


def _of_terminals(terminal: str) -> dict[str, Json]:
    return {
        f"{terminal}/journal": {
            "parameters": [_TERMINAL],
            "post": _call(
                "Deliver entries, oldest first.",
                body=CBOR,
                answers={
                    "200": _answer("Acknowledgement.", COSE),
                    "409": _answer("Gap or fork: a signed acknowledgement that names the head.", COSE),
                },
            ),
            "get": _call(
                "Fetch entries that the ledger holds.",
                query={"after": "Sequence behind which they are wanted."},
                answers={"200": _answer("Array of byte strings, oldest first.", CBOR)},
            ),
        },
        f"{terminal}/recovered/{{old}}": {
            "parameters": [_TERMINAL, _OLD],
            "post": _call(
                "Deliver what was left of the journal of a terminal that this one replaced.",
                body=CBOR,
                answers={"200": _answer("Acknowledgement.", COSE), "409": _problem()},
            ),
        },
        f"{terminal}/inbox": {
            "parameters": [_TERMINAL],
            "get": _call(
                "Fetch messages, or wait for one.",
                query={"after": "Number behind which they are wanted.", "wait": "Seconds to wait, at most 60."},
                answers={"200": _answer("Array of byte strings.", CBOR)},
            ),
        },
        f"{terminal}/proofs/{{entry}}": {
            "parameters": [_TERMINAL, _ENTRY],
            "get": _call(
                "Prove that a settled entry is in the log.",
                answers={"200": _answer("C2SP tlog-proof.", TEXT), "404": _problem()},
            ),
        },
    }


def _of_holders() -> dict[str, Json]:
    """Calls that bring their own proof: a new terminal's, a voucher's holder's."""
    return {
        "/v1/enrolments": {
            "post": _open(
                "Redeem an enrolment code.",
                {"200": _answer("Certificate, merchant id, root.", CBOR), "403": _problem(), "409": _problem()},
                body=COSE,
            )
        },
        "/v1/returns": {
            "post": _open(
                "Fetch money that came back as a new voucher. Of this reference, not of the protocol.",
                {
                    "200": _answer("The voucher and its value.", CBOR),
                    "403": _problem(),
                    "404": _problem(),
                    "409": _problem(),
                },
                body=COSE,
            )
        },
    }


def _of_partners() -> dict[str, Json]:
    """Calls of delivery apps, malls and those who let phones pay online. Of this reference, not of the protocol."""
    return {
        "/v1/partners/payments": {
            "post": _partners(
                "Hand in a payment for a shop, or for a request that a terminal shows. Repeatable.",
                asked=PartnerPayment,
                answer=PartnerPaid,
            )
        },
        "/v1/partners/payments/{id}": {
            "parameters": [_NUMBER],
            "get": _partners("What became of a payment.", asked=None, answer=PartnerPaid),
        },
        "/v1/partners/orders": {
            "post": _partners("Tell a shop of an order. Repeatable.", asked=PartnerOrder, answer=PartnerTold)
        },
    }


def _partners(summary: str, *, asked: type[msgspec.Struct] | None, answer: type[msgspec.Struct]) -> Json:
    answers: dict[str, Json] = {
        "200": {"description": "What the ledger made of it.", "content": _json_of(answer)},
        "400": _problem(),
        "401": _problem(),
        "404": _problem(),
        "409": _problem(),
        "413": _problem(),
        "503": _problem(),
    }
    described: dict[str, Json] = {"summary": summary, "responses": answers, "security": _PARTNERS_CALL}
    return described if asked is None else {**described, "requestBody": {"required": True, "content": _json_of(asked)}}


def _json_of(kind: type[msgspec.Struct]) -> Json:
    return {JSON: {"schema": {"$ref": f"#/components/schemas/{kind.__name__}"}}}


def _schemas() -> Json:
    kinds = (PartnerPayment, PartnerPaid, PartnerOrder, PartnerTold)
    _, schemas = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    return cast("Json", schemas)


def _of_anybody() -> dict[str, Json]:
    return {
        "/v1/log/checkpoint": {"get": _open("The shown head of the log.", {"200": _answer("C2SP checkpoint.", TEXT)})},
        "/v1/log/consistency": {
            "get": _open(
                "How the shown head grew.",
                {"200": _answer("Consistency proof and checkpoint.", TEXT), "404": _problem()},
                query={"old": "Size of the older head."},
            )
        },
        "/trust/{path}": {
            "parameters": [_path("File of the TUF repository.")],
            "get": _open("Trust data.", {"200": _answer("The file.", "application/octet-stream")}),
        },
        "/office": {"get": _page("The merchant's day, or the operator's list.", "401")},
        "/office/{merchant}": {"parameters": [_MERCHANT], "get": _page("A merchant's day.", "401")},
        "/receipt": {"get": _page("A checker for receipts that works without a network.")},
        "/receipt/{merchant}": {"parameters": [_MERCHANT], "get": _page("The same for one merchant's receipts.")},
        "/web/{path}": {
            "parameters": [_path("File of the pages.")],
            "get": _open("Scripts and styles.", {"200": _answer("The file.", "*/*")}),
        },
        "/v1/authority": {
            "get": _open("The authority of the service's TLS certificate.", {"200": _answer("PEM.", TEXT)})
        },
        "/healthz": {"get": _open("Whether the service answers.", {"200": _answer("ok", TEXT)})},
        "/openapi.json": {"get": _open("This description.", {"200": _answer("OpenAPI 3.1.", "application/json")})},
    }


def _call(
    summary: str, *, answers: dict[str, Json], body: str | None = None, query: dict[str, str] | None = None
) -> Json:
    """A call of a terminal, under its token."""
    refusals: dict[str, Json] = {
        "400": _problem(),
        "401": {"$ref": "#/components/responses/WrongTime"},
        "403": _problem(),
        "413": _problem(),
        "503": _problem(),
    }
    return {**_described(summary, refusals | answers, body=body, query=query), "security": _SIGNED_CALL}


def _open(
    summary: str, answers: dict[str, Json], *, body: str | None = None, query: dict[str, str] | None = None
) -> Json:
    """A call that anybody may make."""
    return _described(summary, {"400": _problem(), "503": _problem()} | answers, body=body, query=query)


def _described(
    summary: str, answers: dict[str, Json], *, body: str | None, query: dict[str, str] | None
) -> dict[str, Json]:
    described: dict[str, Json] = {"summary": summary, "responses": answers}
    if body is not None:
        described["requestBody"] = {"required": True, "content": {body: {}}}
    if query is not None:
        described["parameters"] = [
            {"name": name, "in": "query", "description": words, "schema": {"type": "integer", "minimum": 0}}
            for name, words in query.items()
        ]
    return described


def _page(summary: str, *refusals: str) -> Json:
    answers: dict[str, Json] = {"200": _answer("The page.", "text/html")}
    return _open(summary, answers | {status: {"description": "Say who you are."} for status in refusals})


def _path(description: str) -> Json:
    schema: Json = {"type": "string"}
    return {"name": "path", "in": "path", "required": True, "description": description, "schema": schema}


def _answer(description: str, media_type: str) -> Json:
    return {"description": description, "content": {media_type: {}}}


def _problem() -> Json:
    return {"$ref": "#/components/responses/Problem"}
