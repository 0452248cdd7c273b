"""The service's web pages: a merchant's day, the operator's list, and a checker for customers' receipts.

Rules:

- rendered here, with every value escaped; scripts and styles are files of this service, and the content security policy
  lets nothing else in, nothing inline run and nothing be sent anywhere;
- whoever has no secret sees no figure: a merchant its own page, the operator all of them;
- the receipt checker needs nobody's secret and, once loaded, no network: certificates and the ledger's key are in it.

Words are in `web/words.json`, complete in both languages or the service does not start.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Final, Protocol

import anyio.to_thread
import jinja2
import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from pos.ledger import office_secrets
from pos.ledger.korea import KOREA
from pos.ledger.office import MerchantDay, MerchantLine, SeenEnrolment
from pos.ledger.office_secrets import OPERATOR
from pos.voucher.trust import Ledger, LedgerRole

LANGUAGES: Final = ("ko", "en")
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every text of the pages, in one language."""

    language: str
    office: str
    today: str
    settled: str
    refunded: str
    waiting: str
    waiting_note: str
    owed: str
    deposits: str
    deposit_on: str
    days: str
    amount: str
    count: str
    state: str
    expected: str
    paid: str
    held: str
    conflicts: str
    conflicts_note: str
    bearer: str
    issuer: str
    merchant: str
    terminals: str
    terminal: str
    entry: str
    entries: str
    seen: str
    found: str
    none: str
    merchants: str
    won: str
    check_title: str
    check_note: str
    check_label: str
    check_button: str
    genuine: str
    forged: str
    unreadable: str
    unknown_terminal: str
    sale: str
    refund: str
    void: str
    declined: str
    receipt_number: str
    time: str
    shop: str
    kind: str
    installed: str
    installed_note: str
    check_code: str
    in_place_of: str


class Office(Protocol):
    """What the pages ask of the service."""

    def merchant_day(self, merchant: str, *, now_s: int) -> MerchantDay: ...

    def merchant_lines(self) -> tuple[MerchantLine, ...]: ...

    def enrolments(self) -> tuple[SeenEnrolment, ...]: ...

    def certificates(self, merchant: str | None) -> tuple[bytes, ...]: ...

    def described(self) -> Ledger: ...


class Pages:
    """The pages of one ledger."""

    def __init__(self, office: Office, *, data: Path) -> None:
        self._office = office
        self._data = data
        web = resources.files("pos.ledger") / "web"
        self._words = msgspec.json.decode((web / "words.json").read_bytes(), type=dict[str, Words])
        assert tuple(self._words) == LANGUAGES, "the pages speak these languages"
        self._templates = jinja2.Environment(
            loader=jinja2.PackageLoader("pos.ledger", "web"), autoescape=True, undefined=jinja2.StrictUndefined
        )
        self._templates.filters["won"] = "{:,}".format
        self._templates.filters["moment"] = _moment
        self._templates.filters["spoken"] = _spoken
        self.routes: Final = [
            Route("/office", self._get_office, methods=["GET"]),
            Route("/office/{merchant}", self._get_merchant, methods=["GET"]),
            Route("/receipt", self._get_receipt, methods=["GET"]),
            Route("/receipt/{merchant}", self._get_receipt, methods=["GET"]),
            Mount("/web", StaticFiles(packages=[("pos.ledger", "web")])),
        ]

    async def _get_office(self, request: Request) -> Response:
        user = office_secrets.user_of(self._data, request.headers.get("authorization"))
        if user is None:
            return _who_are_you()
        if user == OPERATOR:
            lines = await anyio.to_thread.run_sync(self._office.merchant_lines)
            installed = await anyio.to_thread.run_sync(self._office.enrolments)
            return self._page(request, "operator.html", {"lines": lines, "installed": installed})
        return await self._merchant_page(request, user)

    async def _get_merchant(self, request: Request) -> Response:
        user = office_secrets.user_of(self._data, request.headers.get("authorization"))
        merchant = request.path_params["merchant"]
        if user not in (OPERATOR, merchant):
            return _who_are_you()
        return await self._merchant_page(request, merchant)

    async def _merchant_page(self, request: Request, merchant: str) -> Response:
        now_s = int(datetime.now(UTC).timestamp())
        day = await anyio.to_thread.run_sync(partial(self._office.merchant_day, merchant, now_s=now_s))
        return self._page(request, "merchant.html", {"day": day})

    async def _get_receipt(self, request: Request) -> Response:
        found = await anyio.to_thread.run_sync(self._office.certificates, request.path_params.get("merchant"))
        words = self._words_for(request)
        ledger = self._office.described()
        keys = {key.kid.hex(): key.public_key.hex() for key in ledger.keys if LedgerRole.CERTIFICATE in key.roles}
        known = {
            "ledger": ledger.ledger,
            "keys": keys,
            "certificates": [certificate.hex() for certificate in found],
            "words": msgspec.to_builtins(words),
        }
        # In a data block nothing is escaped by the parser, and a closing tag would end it.
        return self._page(request, "receipt.html", {"known": json.dumps(known).replace("<", "\\u003c")})

    def _page(self, request: Request, template: str, values: Mapping[str, object]) -> Response:
        words = self._words_for(request)
        text = self._templates.get_template(template).render(words=words, path=request.url.path, **values)
        return HTMLResponse(text, headers=HEADERS)

    def _words_for(self, request: Request) -> Words:
        asked = request.query_params.get("lang", "")
        if asked not in LANGUAGES:
            asked = "en" if request.headers.get("accept-language", "").lower().startswith("en") else "ko"
        return self._words[asked]


def _who_are_you() -> Response:
    challenge = {"WWW-Authenticate": 'Basic realm="office", charset="UTF-8"'}
    return HTMLResponse("", status_code=401, headers=HEADERS | challenge)


def _spoken(check_code: str) -> str:
    """As it stands on the screen and is read aloud."""
    half = len(check_code) // 2
    return f"{check_code[:half]} {check_code[half:]}"


def _moment(time_s: int) -> str:
    return f"{datetime.fromtimestamp(time_s, KOREA):%Y-%m-%d %H:%M}"
