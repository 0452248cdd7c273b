"""Where the shop's other tills may be: private IPv4 addresses and nothing else. Pure."""

import ipaddress


def peers_of(peers: str) -> tuple[tuple[str, int], ...]:
    """Addresses and ports of `ADDRESS:PORT ADDRESS:PORT`. Raises ValueError where a port is none."""
    parts = (peer.rpartition(":") for peer in peers.split())
    return tuple((host, int(port)) for host, _, port in parts)


def is_private_address(text: str) -> bool:
    """Whether this is an IPv4 address of a network that nobody outside can reach."""
    try:
        address = ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return address.is_private and not address.is_unspecified
