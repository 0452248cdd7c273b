"""The town's provider of cash receipts as a process of its own, which the town's ledger is told to ask.

    DIR/ledger/ledger.toml              [cash_receipts] names it, from the first start on
    DIR/ledger/cash-receipts.key        the ledger's key to its interface, made at the first start
    DIR/cash-receipts/books.jsonl       what it issued and cancelled, one line each

Rules: it listens on loopback only; a line is on the disk before the answer goes out, so that it issues nothing twice
after a restart either; buyers' numbers are kept and printed as a receipt shows them. While it does not run, the town's
cash receipts wait.
"""

import contextlib
import json
import os
import re
import secrets
import signal
import socket
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from pos.durable import replace_file
from pos.ledger.folder import HTTP, SETTINGS_FILE, open_folder
from pos.sandbox.cash_receipt_provider import Issued, SimulatedProvider, provider_server
from pos.sandbox.errors import SandboxError
from pos.sandbox.town import Town
from pos.till.receipt.masking import mask_identifier
from pos.voucher.bodies import IdentifierKind

KEY_FILE: Final = "cash-receipts.key"
BOOKS_FILE: Final = Path("cash-receipts", "books.jsonl")
_KEY_BYTES: Final = 24
_SECTION: Final = re.compile(r"^\[cash_receipts\]\n(?:[^\[\n][^\n]*\n|\n)*", re.MULTILINE)


def serve_provider(town: Town, *, port: int) -> None:
    """Run the provider until a signal ends it; port 0 lets the system choose. Raises SandboxError, OSError.

    One line of JSON on standard output says where it answers, and one more each thing that it issued or cancelled.
    """
    listener = _listener(port)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    path = town.directory / BOOKS_FILE
    lines = read_books(path)
    with path.open("ab", buffering=0) as books:
        path.chmod(0o600)

        def keep(line: Issued) -> None:
            written = msgspec.json.encode(masked(line)) + b"\n"
            books.write(written)
            os.fsync(books.fileno())
            _say(written.decode("utf-8"))

        key = appoint(town.ledger_dir, url=url)
        provider = SimulatedProvider(clock=lambda: int(time.time()), api_key=key, books=lines, keep=keep)
        # The server stops on a signal and then raises it again: as an exception it lets this process put things away.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with contextlib.closing(listener), contextlib.suppress(KeyboardInterrupt):
            _say(json.dumps({"ready": True, "url": url}) + "\n")
            provider_server(provider).run(sockets=[listener])


def appoint(ledger_dir: Path, *, url: str) -> str:
    """Let the ledger ask the provider at `url`; returns its key to the interface. Raises ConfigError."""
    key_path, settings = ledger_dir / KEY_FILE, ledger_dir / SETTINGS_FILE
    if not key_path.exists():
        replace_file(key_path, f"{secrets.token_urlsafe(_KEY_BYTES)}\n".encode("ascii"), mode=0o600)
    before = settings.read_text("utf-8")
    section = f'[cash_receipts]\nprovider = "{HTTP}"\nurl = "{url}"\nkey_file = "{KEY_FILE}"\n\n'
    after = _SECTION.sub("", before).rstrip("\n") + f"\n\n{section}"
    if after != before:
        replace_file(settings, after.encode("utf-8"))
    open_folder(ledger_dir)
    return key_path.read_text("ascii").strip()


def _listener(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        raise SandboxError(f"cannot listen on 127.0.0.1 port {port}: {error}") from error


def read_books(path: Path) -> tuple[Issued, ...]:
    """What was issued before; makes the folder. Raises SandboxError."""
    path.parent.mkdir(exist_ok=True)
    content = path.read_bytes() if path.exists() else b""
    whole, newline, torn = content.rpartition(b"\n")
    if torn:
        # The plug was pulled within a line: nobody got that answer.
        replace_file(path, whole + newline)
    try:
        return tuple(msgspec.json.decode(line, type=Issued) for line in whole.splitlines())
    except msgspec.MsgspecError as error:
        raise SandboxError(f"{path}: {error}") from error


def masked(line: Issued) -> Issued:
    """The line without the buyer's number."""
    kind = line.order.identity_kind
    return replace(line, identity="" if kind is None else mask_identifier(IdentifierKind(kind), line.identity))


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
