"""Printers on the shop's own network: whatever takes a connection on port 9100, best effort.

Only addresses next to this machine's own are tried (at most `HOSTS_MAX` for each of its networks), all at once, and
nothing is sent. A printer that answers late or takes one connection only, which another till holds, is not found; its
address can still be written into the configuration.
"""

import fcntl
import selectors
import socket
import struct
import time
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Interface
from typing import Final

from drivers.printer.opening import TCP_PORT

HOSTS_MAX: Final = 254
CONNECT_S: Final = 1.0
_SIOCGIFADDR: Final = 0x8915
_SIOCGIFNETMASK: Final = 0x891B
_ADDRESS: Final = slice(20, 24)


def neighbours() -> Iterator[str]:
    """Addresses beside this machine's own on networks that are small enough."""
    for _, name in socket.if_nameindex():
        own = _own_interface(name)
        if own is None or own.is_loopback or own.network.num_addresses > HOSTS_MAX + 2:
            continue
        yield from (str(host) for host in own.network.hosts() if host != own.ip)


def search_network(hosts: Iterable[str], *, port: int = TCP_PORT, within_s: float = CONNECT_S) -> tuple[str, ...]:
    """The hosts of these that take a connection, sorted by address."""
    found: list[str] = []
    with selectors.DefaultSelector() as waiting:
        for host in hosts:
            _begin(waiting, host, port)
        end_s = time.monotonic() + within_s
        while waiting.get_map() and (left_s := end_s - time.monotonic()) > 0:
            for key, _ in waiting.select(left_s):
                connection = key.fileobj
                assert isinstance(connection, socket.socket)
                if connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                    found.append(key.data)
                waiting.unregister(connection)
                connection.close()
        for key in tuple(waiting.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)
            key.fileobj.close()
    return tuple(sorted(found, key=IPv4Address))


def _begin(waiting: selectors.BaseSelector, host: str, port: int) -> None:
    connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    connection.setblocking(False)
    try:
        connection.connect((host, port))
    except BlockingIOError:
        pass
    except OSError:
        connection.close()
        return
    waiting.register(connection, selectors.EVENT_WRITE, host)


def _own_interface(name: str) -> IPv4Interface | None:
    asked = struct.pack("256s", name.encode()[:15])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        try:
            address, mask = (
                socket.inet_ntoa(fcntl.ioctl(any_socket.fileno(), number, asked)[_ADDRESS])
                for number in (_SIOCGIFADDR, _SIOCGIFNETMASK)
            )
        except OSError:
            return None
    return IPv4Interface(f"{address}/{mask}")
