"""This machine's own addresses in private networks, asked of the kernel with SIOCGIFCONF (netdevice(7)).

The usual way, getifaddrs, opens a netlink socket, and the sync process may open none (its unit's
`RestrictAddressFamilies=`).
"""

import array
import fcntl
import socket
import struct
from collections.abc import Iterator
from typing import Final

from pos.sibling_addresses import is_private_address

_SIOCGIFCONF: Final = 0x8912
_REQUEST: Final = struct.Struct("16s H H 4s 8x" if struct.calcsize("P") == 4 else "16s H H 4s 16x")
"""struct ifreq: name, then sockaddr_in in a union as large as the largest of its members."""
_CONF: Final = struct.Struct("iP")
_ADDRESSES_MAX: Final = 128


def private_addresses() -> tuple[str, ...]:
    """IPv4 addresses that somebody else in a private network can reach, in order. Raises OSError."""
    return tuple(
        sorted(address for address in _addresses() if is_private_address(address) and not address.startswith("127."))
    )


def _addresses() -> Iterator[str]:
    room = array.array("B", bytes(_ADDRESSES_MAX * _REQUEST.size))
    place, size = room.buffer_info()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        filled, _ = _CONF.unpack(fcntl.ioctl(asking, _SIOCGIFCONF, _CONF.pack(size, place)))
    for _, family, _, address in _REQUEST.iter_unpack(room.tobytes()[:filled]):
        if family == socket.AF_INET:
            yield socket.inet_ntoa(address)
