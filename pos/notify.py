"""Telling systemd that a service is ready and alive (sd_notify(3)), where systemd listens.

A datagram to the socket named in NOTIFY_SOCKET; nothing happens where there is none.
"""

import os
import socket


class Notifier:
    """Speaks for this process."""

    def __init__(self) -> None:
        address = os.environ.get("NOTIFY_SOCKET", "")
        # A leading @ stands for the abstract namespace.
        self._address = "\0" + address[1:] if address.startswith("@") else address

    def ready(self) -> None:
        self._send(b"READY=1")

    def alive(self) -> None:
        """Feed the watchdog; call only from the loop whose liveness it proves."""
        self._send(b"WATCHDOG=1")

    def _send(self, message: bytes) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            channel.sendto(message, self._address)
