"""`pos sandbox online`: a phone pays a terminal's request at the ledger, and the inbox tells the terminal.

The town's payment app is a partner of its ledger; its secret is made when it is first needed and kept in the town. The
calls are the reference ledger's own (`/openapi.json`, partners), outside the protocol.
"""

import base64
import http.client
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from pos.sandbox.errors import SandboxError
from pos.sandbox.town import HOME_ISSUER, Town, open_town
from pos.sandbox.wallet.files import write_durably

PARTNER: Final = "pay-app"
TIMEOUT_S: Final = 10
ANSWER_BYTES_MAX: Final = 8_192
_SECRET_FILE: Final = "pay-app.secret"


class Paid(msgspec.Struct, frozen=True, kw_only=True):
    """What the ledger says of an online payment."""

    payment: str
    state: str
    amount_won: int
    confirmation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneApp:
    """The town's payment app, as its ledger knows it."""

    url: str
    secret: str

    def pay(self, number: str, **said: str | int) -> Paid:
        """Hand a payment in under the app's own number. Raises SandboxError."""
        asked = {"id": number, "issuer": HOME_ISSUER, "program": "general", **said}
        return self._asked(f"{self.url}/v1/partners/payments", msgspec.json.encode(asked))

    def look(self, number: str) -> Paid:
        """What became of it. Raises SandboxError."""
        return self._asked(f"{self.url}/v1/partners/payments/{number}", None)

    def _asked(self, url: str, body: bytes | None) -> Paid:
        basic = base64.b64encode(f"{PARTNER}:{self.secret}".encode()).decode()
        request = urllib.request.Request(url, data=body, headers={"Authorization": f"Basic {basic}"})
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                return msgspec.json.decode(answer.read(ANSWER_BYTES_MAX), type=Paid)
        except urllib.error.HTTPError as refused:
            with refused:
                raise SandboxError(f"the ledger refuses: {refused.code}") from refused
        except (OSError, http.client.HTTPException, msgspec.DecodeError) as error:
            raise SandboxError(f"the ledger cannot be asked: {error}") from error


def phone_app(town: Town) -> PhoneApp:
    """The app at the town's running ledger. Raises SandboxError."""
    from pos.ledger.office_secrets import PARTNERS_FILE, make_secret  # the service's libraries are for whoever asks
    from pos.ledger.serve import running_url

    url = running_url(town.ledger_dir)
    if url is None:
        raise SandboxError(f"the town's ledger does not run; start it with `pos ledger serve --data {town.ledger_dir}`")
    kept = town.directory / _SECRET_FILE
    if not kept.is_file():
        write_durably(kept, make_secret(town.ledger_dir, PARTNER, file=PARTNERS_FILE).encode("ascii"))
    return PhoneApp(url=url, secret=kept.read_text("ascii"))


def pay_online(directory: Path, *, number: str, request: str | None, amount_won: int | None, merchant: str) -> Paid:
    """Pay a request online, or so much to a shop from elsewhere; the same number again pays nothing again."""
    app = phone_app(open_town(directory))
    if request is not None:
        return app.pay(number, request=request)
    if amount_won is None:
        raise SandboxError("say --request, or --amount")
    return app.pay(number, merchant=merchant, amount_won=amount_won)
