"""Announcing this till in the shop's network and finding the others: DNS-SD over multicast (RFC 6762, 6763).

What an announcement gives away to everybody in the same network: that there is a till, its address and port, its
terminal id (which stands on every receipt), and SHA-256 over a salt and the merchant id, cut to 8 bytes. The salt keeps
announcements of one shop from looking alike on two days, and hides nothing from who knows the merchant id, which the
shop's payment requests show too. Nothing of this is a proof: whoever is found is greeted like any stranger.

Rules: only terminals that trust data names for this merchant, at private addresses, are remembered, and not many.
"""

import asyncio
import hashlib
import secrets
import socket
from collections.abc import Sequence
from typing import Final

from zeroconf import IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from pos.link.calls import SiblingsKnown
from pos.sibling_addresses import is_private_address

SERVICE: Final = "_chak-pos._tcp.local."
ANSWER_MS: Final = 3_000
_VERSION: Final = b"1"
_HASH_BYTES: Final = 8
_SALT_BYTES: Final = 8
_NAMES_MAX: Final = 64
"""Announcements that are looked at; a network full of made-up ones costs no more."""


class Lan:
    """What is announced and found on some of this machine's networks."""

    def __init__(self, known: SiblingsKnown, *, port: int, addresses: Sequence[str]) -> None:
        self._known = known
        self._port = port
        self._addresses = list(addresses)
        self._tasks: set[asyncio.Task[None]] = set()
        self._announced: dict[str, tuple[str, tuple[str, int]]] = {}
        """Terminal and place by the name of the announcement, the newest last."""
        self._zeroconf: AsyncZeroconf | None = None
        self._browser: AsyncServiceBrowser | None = None

    def found(self) -> tuple[tuple[str, tuple[str, int]], ...]:
        """Terminal ids with the address and port that was announced for them; a made-up one hides no true one."""
        return tuple(self._announced.values())

    async def start(self) -> None:
        """Announce and begin to look. Raises OSError where a network does not allow it."""
        self._zeroconf = AsyncZeroconf(interfaces=self._addresses, ip_version=IPVersion.V4Only)
        name = secrets.token_hex(8)
        salt = secrets.token_bytes(_SALT_BYTES)
        info = AsyncServiceInfo(
            SERVICE,
            f"{name}.{SERVICE}",
            addresses=[socket.inet_aton(address) for address in self._addresses],
            port=self._port,
            properties={
                "v": _VERSION,
                "t": self._known.terminal.encode("ascii"),
                "s": salt.hex().encode("ascii"),
                "m": _hash(salt, self._known.merchant).hex().encode("ascii"),
            },
            server=f"chak-{name}.local.",
        )
        await self._zeroconf.async_register_service(info, cooperating_responders=True)
        self._browser = AsyncServiceBrowser(self._zeroconf.zeroconf, SERVICE, handlers=[self._changed])

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._browser is not None:
            await self._browser.async_cancel()
        if self._zeroconf is not None:
            await self._zeroconf.async_close()

    def _changed(self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        if state_change is ServiceStateChange.Removed:
            self._announced.pop(name, None)
        elif len(self._tasks) + len(self._announced) < _NAMES_MAX:
            task = asyncio.get_running_loop().create_task(self._look(zeroconf, service_type, name))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _look(self, zeroconf: Zeroconf, service_type: str, name: str) -> None:
        info = AsyncServiceInfo(service_type, name)
        if not await info.async_request(zeroconf, ANSWER_MS):
            return
        terminal = self._sibling_in(info)
        addresses = [address for address in info.parsed_addresses(IPVersion.V4Only) if is_private_address(address)]
        if terminal is not None and addresses and info.port:
            self._announced[name] = (terminal, (addresses[0], info.port))

    def _sibling_in(self, info: AsyncServiceInfo) -> str | None:
        """The sibling that an announcement names, if it is one of this shop."""
        said = {key: value for key, value in info.properties.items() if value is not None}
        try:
            terminal, salt = said[b"t"].decode("ascii"), bytes.fromhex(said[b"s"].decode("ascii"))
            merchant = bytes.fromhex(said[b"m"].decode("ascii"))
        except (KeyError, ValueError):
            return None
        is_ours = said.get(b"v") == _VERSION and merchant == _hash(salt, self._known.merchant)
        return terminal if is_ours and terminal in self._known.siblings else None


def _hash(salt: bytes, merchant: str) -> bytes:
    return hashlib.sha256(salt + merchant.encode("utf-8")).digest()[:_HASH_BYTES]
