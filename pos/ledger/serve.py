"""Running the ledger: one process, started and stopped in order.

Start: folder → address → lock → database → service → HTTP → ready line; stop in reverse. Rules:

- one line of JSON on standard output says that calls are answered and where; everything else goes to standard error;
- while a service runs, its folder holds `ledger.url` and a lock that ends with the process, however it ends;
- SIGTERM and SIGINT answer waiting long polls and end within STOP_S.
"""

import contextlib
import fcntl
import json
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import uvicorn

from pos.errors import ConfigError
from pos.ledger.app import LedgerApp
from pos.ledger.database import Database, open_database
from pos.ledger.folder import LedgerFolder, check_reachable, open_folder
from pos.ledger.rubbish import collect_rarely
from pos.ledger.service import LedgerService

STOP_S: Final = 2
LOCK_FILE: Final = "ledger.lock"
URL_FILE: Final = "ledger.url"
_BACKLOG: Final = 1_024
_LOCK_TRIES: Final = 10
_LOCK_PAUSE_S: Final = 0.05


def serve(
    data: Path,
    *,
    database: str | None = None,
    host: str | None = None,
    port: int | None = None,
    tls_certificate: Path | None = None,
    tls_key: Path | None = None,
) -> None:
    """Run the ledger of a data folder until a signal ends it; what is named overrides the folder's settings.

    Raises ConfigError, TrustError, LedgerStoreError, DatabaseVersionError before the first call is answered.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    folder = open_folder(data)
    folder = replace(
        folder,
        database_url=folder.database_url if database is None else database,
        host=folder.host if host is None else host,
        port=folder.port if port is None else port,
        tls_certificate=folder.tls_certificate if tls_certificate is None else tls_certificate,
        tls_key=folder.tls_key if tls_key is None else tls_key,
    )
    # Uvicorn stops on a signal and then raises it again: as an exception it still lets this process put things away.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt), _running(folder, on_ready=_say_ready(folder)) as server:
        collect_rarely()
        server.run(sockets=[server.listener])


def running_url(data: Path) -> str | None:
    """Return the address of the service that runs on a folder, in whatever process, or None."""
    try:
        with (data / LOCK_FILE).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read_url(data)
    except FileNotFoundError:
        return None
    return None


class LedgerThread:
    """A ledger on a loopback port of this process: `with LedgerThread(data) as ledger: ledger.url`."""

    def __init__(self, data: Path, *, database: str | None = None) -> None:
        folder = open_folder(data)
        self._folder = replace(folder, port=0, database_url=database or folder.database_url)
        self._ready = threading.Event()
        self._stack = contextlib.ExitStack()
        self.url = ""

    def __enter__(self) -> Self:
        self._server = self._stack.enter_context(_running(self._folder, on_ready=self._is_ready))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._server.listener]})
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop as a signal would, and wait for the end."""
        self._server.should_exit = True
        self._thread.join()
        self._stack.close()

    def _is_ready(self, url: str) -> None:
        self.url = url
        self._ready.set()


class _Server(uvicorn.Server):
    """Uvicorn, telling when it answers and letting long polls go before it waits for them."""

    def __init__(self, folder: LedgerFolder, service: LedgerService, listener: socket.socket) -> None:
        self.listener = listener
        self.on_ready: Callable[[], None] = lambda: None
        self._app = LedgerApp(service, repository_dir=folder.repository_dir, data=folder.data)
        super().__init__(
            uvicorn.Config(
                self._app.asgi,
                log_config=None,
                access_log=False,
                server_header=False,
                http="h11",
                ws="none",
                timeout_graceful_shutdown=STOP_S,
                ssl_certfile=folder.tls_certificate,
                ssl_keyfile=folder.tls_key,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.stop_waiting()
        await super().shutdown(sockets)


@contextlib.contextmanager
def _running(folder: LedgerFolder, *, on_ready: Callable[[str], None]) -> Iterator[_Server]:
    check_reachable(host=folder.host, is_tls=folder.tls_certificate is not None)
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(_listen(folder))
        stack.enter_context(_locked(folder))
        database = stack.enter_context(contextlib.closing(_open(folder)))
        service = LedgerService(folder, database, now_s=int(time.time()))
        server = _Server(folder, service, listener)
        url = _url_of(folder, listener)
        (folder.data / URL_FILE).write_text(f"{url}\n", "ascii")
        stack.callback((folder.data / URL_FILE).unlink, missing_ok=True)
        server.on_ready = lambda: on_ready(url)
        yield server


def _listen(folder: LedgerFolder) -> socket.socket:
    family = socket.AF_INET6 if ":" in folder.host else socket.AF_INET
    try:
        return socket.create_server((folder.host, folder.port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise ConfigError((f"http: cannot listen on {folder.host} port {folder.port}: {error.strerror}",)) from error


@contextlib.contextmanager
def _locked(folder: LedgerFolder) -> Iterator[None]:
    descriptor = os.open(folder.data / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _take_lock(descriptor, folder.data)
        (folder.data / URL_FILE).unlink(missing_ok=True)
        yield
    finally:
        os.close(descriptor)


def _take_lock(descriptor: int, data: Path) -> None:
    """Take the folder's lock, which somebody who only asks whether a service runs holds for an instant."""
    for _ in range(_LOCK_TRIES):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(_LOCK_PAUSE_S)
    raise ConfigError((f"{data}: a ledger runs on this folder already, at {_read_url(data)}",))


def _open(folder: LedgerFolder) -> Database:
    return open_database(folder.database_url, ledger=folder.ledger)


def _url_of(folder: LedgerFolder, listener: socket.socket) -> str:
    scheme = "http" if folder.tls_certificate is None else "https"
    host = f"[{folder.host}]" if ":" in folder.host else folder.host
    return f"{scheme}://{host}:{listener.getsockname()[1]}"


def _read_url(data: Path) -> str | None:
    try:
        return (data / URL_FILE).read_text("ascii").strip() or None
    except FileNotFoundError:
        return None


def _say_ready(folder: LedgerFolder) -> Callable[[str], None]:
    def say(url: str) -> None:
        sys.stdout.write(json.dumps({"ready": True, "ledger": folder.ledger, "url": url}) + "\n")
        sys.stdout.flush()

    return say
