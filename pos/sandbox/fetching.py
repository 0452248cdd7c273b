"""Fetching money that came back, with the town's own wallet: refunds, refused payments, what an old voucher left.

The call is the reference ledger's own (`pos/ledger/README.md`, "Money that goes back"), outside the protocol. For each
thing asked for the wallet makes a fresh key first, durably, so that the new voucher cannot arrive without one.
"""

import http.client
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pos.sandbox.errors import SandboxError
from pos.sandbox.paying import add_voucher
from pos.sandbox.town import LEDGER, Town, open_town
from pos.sandbox.wallet.errors import WalletError
from pos.sandbox.wallet.files import write_durably
from pos.sandbox.wallet.wallet import VoucherId, Wallet
from pos.sandbox.wallet.wire import decode

TIMEOUT_S: Final = 10
ANSWER_BYTES_MAX: Final = 4_096
_NOT_DUE: Final = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A voucher made of money that came back."""

    path: Path
    value_won: int


def fetch(directory: Path, voucher: Path, *, out: Path) -> tuple[Fetched, ...]:
    """Ask the town's running ledger for everything that came back of a voucher; write each as a file in `out`.

    Raises SandboxError.
    """
    town = open_town(directory)
    url = running_ledger(town)
    out.mkdir(parents=True, exist_ok=True)
    try:
        return tuple(_fetched(town.wallet, add_voucher(town.wallet, voucher), url, out))
    except WalletError as error:
        raise SandboxError(f"the wallet does not ask: {error}") from error


def running_ledger(town: Town) -> str:
    """Where the town's ledger answers. Raises SandboxError where it does not run."""
    from pos.ledger.serve import running_url  # the service's libraries are for whoever asks

    url = running_url(town.ledger_dir)
    if url is None:
        raise SandboxError(f"the town's ledger does not run; start it with `pos ledger serve --data {town.ledger_dir}`")
    return url


def _fetched(wallet: Wallet, identity: VoucherId, url: str, out: Path) -> Iterator[Fetched]:
    purse = wallet.purse(identity)
    for object_bytes in (*(shown.raw for shown in purse.shown), purse.voucher.raw):
        request = wallet.ask_back(identity, object_bytes, ledger=LEDGER)
        answer = post_return(url, request)
        if answer is not None:
            yield taken(wallet, answer, out)


def taken(wallet: Wallet, answer: bytes, out: Path) -> Fetched:
    """Put a voucher that came into the wallet, and beside it as a file. Raises SandboxError, WalletError."""
    match decode(answer):
        case {1: bytes(raw), 2: int(value_won)}:
            found = wallet.add(raw)
            path = out / f"{found.voucher_id.hex()}.voucher"
            write_durably(path, raw, mode=0o644)
            return Fetched(path=path, value_won=value_won)
        case _:
            raise SandboxError("the ledger's answer is no voucher")


def post_return(url: str, body: bytes) -> bytes | None:
    """Ask for money that came back; None where nothing is due. Raises SandboxError."""
    request = urllib.request.Request(f"{url}/v1/returns", data=body)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            content: bytes = answer.read(ANSWER_BYTES_MAX)
            return content
    except urllib.error.HTTPError as refused:
        with refused:
            if refused.code == _NOT_DUE:
                return None
            raise SandboxError(f"the ledger refuses: {refused.code}") from refused
    except (OSError, http.client.HTTPException) as error:
        raise SandboxError(f"the ledger cannot be reached: {error}") from error
