"""The cable between the till and the ledger, with somebody's hand on it.

A TCP forwarder on loopback: plugged in it passes bytes both ways, pulled it breaks what is open and refuses what is
new, exactly as a dead network looks from the till.
"""

import contextlib
import socket
import threading
from typing import Final
from urllib.parse import urlsplit

_CHUNK_BYTES: Final = 65_536
_CONNECT_S: Final = 5.0


class Cable:
    """Forwards from a port of its own to `target`; a context manager."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        assert parts.port is not None, "a ledger's address names its port"
        self._target = (parts.hostname or "127.0.0.1", parts.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._plugged = True
        self._thread = threading.Thread(target=self._accept, name="cable", daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def is_plugged(self) -> bool:
        return self._plugged

    def __enter__(self) -> "Cable":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.pull()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def plug(self) -> None:
        self._plugged = True

    def pull(self) -> None:
        """Break every connection; new ones end at once."""
        self._plugged = False
        with self._lock:
            for end in self._open:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if not self._plugged:
                near.close()
                continue
            try:
                far = socket.create_connection(self._target, timeout=_CONNECT_S)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            with self._lock:
                self._open |= {near, far}
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(_CHUNK_BYTES):
                sink.sendall(chunk)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        with self._lock:
            self._open.discard(source)
        source.close()
