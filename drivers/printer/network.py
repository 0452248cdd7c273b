"""Printers on the network: raw bytes to port 9100, one connection, closed when idle.

Closed after each job because many models take a single connection, and drop an idle one without a word.
"""

import socket
from typing import Final

from drivers.printer.descriptor import DescriptorTransport, device_errors

CONNECT_TIMEOUT_S: Final = 3.0


def open_network(host: str, port: int, *, url: str) -> DescriptorTransport:
    """Connect; DeviceMissingError when nothing listens, DeviceTimeoutError when nothing answers."""
    with device_errors(url, in_use=False):
        connection = socket.create_connection((host, port), timeout=CONNECT_TIMEOUT_S)
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def close() -> None:
        # A socket closed with unread answers resets the connection, and a reset may drop what is still on its way.
        try:
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4096):
                continue
        except OSError:
            pass
        connection.close()

    return DescriptorTransport(connection.fileno(), device=url, close=close, closes_when_idle=True)
