"""Why the ledger is away, told from real tries at real sockets."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import urllib3

from pos.errors import LedgerError, LedgerRefusedError, LedgerUnreachableError
from pos.link.state import LedgerAway
from pos.sync.away import away_of
from pos.sync.client import LedgerClient
from pos.sync.conversation import byte_strings, fault_of


class Answering(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(b"<html>Please log in</html>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def served() -> Iterator[Callable[[int], str]]:
    servers: list[HTTPServer] = []

    def serve(status: int) -> str:
        server = HTTPServer(("127.0.0.1", 0), type("Status", (Answering,), {"status": status}))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def tried(url: str, *, ca_file: Path | None = None) -> LedgerError:
    """What one call to this place ends with."""
    with closing(LedgerClient(url, ca_file=ca_file)) as client:
        try:
            answer = client.call("GET", "/v1/x", body=b"", authorization="")
            if answer.status != 200:
                raise fault_of(answer)
            byte_strings(answer.body)
        except LedgerError as error:
            return error
    raise AssertionError("that was an answer of a ledger")


def test_a_name_that_is_not_found() -> None:
    assert away_of(tried("http://nowhere.invalid")) is LedgerAway.NAME


def test_nobody_at_the_address() -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        assert away_of(tried(f"http://127.0.0.1:{taken.getsockname()[1]}")) is LedgerAway.NOBODY


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (200, LedgerAway.CONTENT),
        (302, LedgerAway.CONTENT),
        (401, LedgerAway.REFUSED),
        (403, LedgerAway.REFUSED),
        (500, LedgerAway.BROKEN),
        (502, LedgerAway.BROKEN),
    ],
)
def test_somebody_answers_and_it_is_not_what_is_wanted(
    status: int, reason: LedgerAway, served: Callable[[int], str]
) -> None:
    assert away_of(tried(served(status))) is reason


def test_a_login_page_that_speaks_no_tls_and_a_stranger_are_the_same_to_a_shop(served: Callable[[int], str]) -> None:
    assert away_of(tried(served(200).replace("http:", "https:"))) is LedgerAway.STRANGER


def test_no_answer_in_time() -> None:
    pool = urllib3.connectionpool.HTTPConnectionPool("127.0.0.1")
    slow = LedgerUnreachableError("slow")
    slow.__cause__ = urllib3.exceptions.ReadTimeoutError(pool, "/", "Read timed out.")

    assert away_of(slow) is LedgerAway.SLOW


def test_a_certificate_of_another_authority() -> None:
    stranger = LedgerUnreachableError("stranger")
    stranger.__cause__ = urllib3.exceptions.SSLError(ssl.SSLCertVerificationError("unable to get local issuer"))

    assert away_of(stranger) is LedgerAway.STRANGER


def test_what_says_nothing_is_no_reason() -> None:
    assert away_of(LedgerUnreachableError("the ledger and the till do not come to an end")) is None
    assert away_of(LedgerRefusedError("no", status=410)) is LedgerAway.REFUSED
