"""A network between the till and its ledger that does everything networks do, one call at a time.

A TCP proxy on loopback that knows just enough HTTP to see where a request and an answer end. Each connection is
treated as the script says next; when the script is at its end everything passes.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final, Self
from urllib.parse import urlsplit

SOON_S: Final = 0.02
LONGEST_S: Final = 90.0
"""A call that waits for messages takes its time."""
HTML: Final = b"<html><body>Welcome to the free network. Please accept our terms.</body></html>"


class Trouble(StrEnum):
    """What may become of one call."""

    NONE = "none"
    HANG_UP = "hang_up"
    """The connection ends before anything is read."""
    EAT_REQUEST = "eat_request"
    CUT_REQUEST = "cut_request"
    """Half of the request arrives."""
    EAT_ANSWER = "eat_answer"
    """The ledger has stored everything and the till never hears of it."""
    CUT_ANSWER = "cut_answer"
    CUT_HEAD = "cut_head"
    SPOIL_ANSWER = "spoil_answer"
    """One bit of the answer's body is another."""
    TWICE = "twice"
    """The request arrives two times, and the answer is the second one's: a token is good for one call."""
    OLD_ANSWER = "old_answer"
    """The answer to an earlier call."""
    PORTAL = "portal"
    """200 and a web page, from somebody who is not the ledger."""
    PORTAL_BEHIND = "portal_behind"
    """The same, after the ledger got the request."""
    REDIRECT = "redirect"
    SERVER_ERROR = "server_error"
    BUSY = "busy"
    CONFLICT = "conflict"
    """409 without a signature: a transport error (protocol)."""
    UNAUTHORISED = "unauthorised"
    """401 without a signed time."""
    NOT_HTTP = "not_http"
    HUGE = "huge"
    """An answer without an end in sight."""
    DRIBBLE = "dribble"
    """Everything arrives, a few bytes at a time."""
    DELAY = "delay"
    EMPTY = "empty"
    """200 and nothing."""


HARMLESS: Final = frozenset({Trouble.NONE, Trouble.DRIBBLE, Trouble.DELAY})
"""After these one try is enough."""
_CANNED: Final = {
    Trouble.PORTAL: (200, HTML, ""),
    Trouble.PORTAL_BEHIND: (200, HTML, ""),
    Trouble.REDIRECT: (302, b"", "Location: http://127.0.0.1:1/elsewhere\r\n"),
    Trouble.SERVER_ERROR: (500, HTML, ""),
    Trouble.BUSY: (503, b"", "Retry-After: 7\r\n"),
    Trouble.CONFLICT: (409, b"\xa0", ""),
    Trouble.UNAUTHORISED: (401, b"\xa0", ""),
    Trouble.EMPTY: (200, b"", ""),
}


class HostileNetwork:
    """The proxy; a context manager. `target` may be changed while it runs."""

    def __init__(self, target: str, script: Iterable[Trouble] = ()) -> None:
        self.target = target
        self._script: Iterator[Trouble] = iter(tuple(script))
        self._old_answer = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, name="hostile network", daemon=True)
        self.seen: list[Trouble] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def follow(self, script: Iterable[Trouble]) -> None:
        self._script = iter(tuple(script))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            trouble = next(self._script, Trouble.NONE)
            self.seen.append(trouble)
            near.settimeout(10)
            # Each on its own: a call that waits at the ledger holds up no other.
            threading.Thread(target=self._carry, args=(near, trouble), daemon=True).start()

    def _carry(self, near: socket.socket, trouble: Trouble) -> None:
        with near, contextlib.suppress(OSError):
            self._treat(near, trouble)

    def _treat(self, near: socket.socket, trouble: Trouble) -> None:
        if trouble is Trouble.HANG_UP:
            return
        request = _message(near)
        if trouble is Trouble.EAT_REQUEST:
            return
        if trouble is Trouble.CUT_REQUEST:
            self._pass_on(request[: len(request) * 2 // 3], is_cut=True)
            return
        if trouble in _CANNED:
            if trouble is Trouble.PORTAL_BEHIND:
                self._pass_on(request)
            near.sendall(_canned(*_CANNED[trouble]))
            return
        if trouble is Trouble.NOT_HTTP:
            near.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")
            return
        if trouble is Trouble.HUGE:
            near.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n")
            for _ in range(64):
                near.sendall(bytes(65_536))
            return
        self._answer(near, request, trouble)

    def _answer(self, near: socket.socket, request: bytes, trouble: Trouble) -> None:
        if trouble is Trouble.DELAY:
            time.sleep(SOON_S)
        if trouble is Trouble.TWICE:
            self._pass_on(request)
        answer = self._pass_on(request)
        head = answer.find(b"\r\n\r\n") + 4
        match trouble:
            case Trouble.EAT_ANSWER:
                return
            case Trouble.CUT_HEAD:
                near.sendall(answer[: head // 2])
            case Trouble.CUT_ANSWER:
                near.sendall(answer[: head + (len(answer) - head) // 2])
            case Trouble.SPOIL_ANSWER:
                near.sendall(answer[:-1] + bytes([answer[-1] ^ 1]))
            case Trouble.OLD_ANSWER:
                near.sendall(self._old_answer or answer)
            case Trouble.DRIBBLE:
                for start in range(0, len(answer), 97):
                    near.sendall(answer[start : start + 97])
            case _:
                near.sendall(answer)
        self._old_answer = answer

    def _pass_on(self, request: bytes, *, is_cut: bool = False) -> bytes:
        """What the ledger answers to these bytes; empty where it does not, or where the line is cut behind them."""
        parts = urlsplit(self.target)
        assert parts.hostname is not None
        assert parts.port is not None
        try:
            with socket.create_connection((parts.hostname, parts.port), timeout=LONGEST_S) as far:
                far.sendall(request)
                return b"" if is_cut else _message(far)
        except OSError:
            return b""


def _canned(status: int, body: bytes, head: str) -> bytes:
    return (
        f"HTTP/1.1 {status} Something\r\nContent-Length: {len(body)}\r\n{head}Connection: close\r\n\r\n".encode() + body
    )


def _message(stream: socket.socket) -> bytes:
    """One HTTP message with a length, as far as it comes."""
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = stream.recv(65_536)
        if not chunk:
            return received
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        chunk = stream.recv(65_536)
        if not chunk:
            break
        body += chunk
    return head + b"\r\n\r\n" + body
