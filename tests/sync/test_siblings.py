"""The port for the shop's other tills, and what a hostile network makes of it: real sockets, and a real core."""

from __future__ import annotations

import asyncio
import re
import secrets
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from pos.config import SiblingsSection
from pos.link.calls import ReadSiblings, Role, SyncWork
from pos.link.client import AsyncLink
from pos.link.server import LinkServer
from pos.link.state import Outcome
from pos.sandbox.town import Town, init
from pos.sync.siblings.addresses import private_addresses
from pos.sync.siblings.counter import MEETINGS_MAX, STRANGERS_OF_ONE_MAX, Counter
from pos.sync.siblings.frames import LENGTH_BYTES
from pos.voucher.siblings import Hello, MeetingKey
from tests.support.core_builders import Shop, short_folder
from tests.support.process_tools import free_tcp_port
from tests.support.siblings import SECOND, End, open_till, raw_of, second_till

HOST = "127.0.0.1"
SOON_S = 20.0
"""For what is a matter of milliseconds on a quiet machine."""


@dataclass(frozen=True, slots=True)
class Tills:
    town: Town
    one: Shop
    two: Shop


@pytest.fixture
def tills(tmp_path: Path) -> Iterator[Tills]:
    """Keys of their own: other towns may be announced on the same machine."""
    town = init(tmp_path / "town", seed=secrets.token_hex(8))
    config = second_till(town, tmp_path / "two")
    one = open_till(town, town.terminal_toml)
    two = open_till(town, config, one.clock)
    yield Tills(town, one, two)
    one.close()
    two.close()


@dataclass(slots=True)
class Served:
    """A core behind its sockets and a counter in front of its network, all in one loop."""

    shop: Shop
    server: LinkServer
    port: int

    def pay(self, text: str, amount_won: int) -> Outcome:
        outcome = self.shop.pay(text, amount_won).outcome
        head = self.shop.core.journal.head.sequence
        self.server.push(Role.SYNC, SyncWork(waiting=1, head=head))
        return outcome

    @property
    def linked(self) -> int:
        return self.shop.core.views.owner.siblings.standing().linked


@asynccontextmanager
async def served(shop: Shop, *, peers: str = "") -> AsyncIterator[Served]:
    port, stopping = free_tcp_port(), threading.Event()
    section = SiblingsSection(port=port, address=HOST, peers=peers)
    with short_folder() as folder:
        server = LinkServer(folder, shop.core.handle)
        await server.start()
        link = await AsyncLink.connect(folder, Role.SYNC)
        known = await link.call(ReadSiblings())
        counter = Counter(replace(shop.config, siblings=section), link, known)
        serving = asyncio.create_task(counter.serve(stopping))
        try:
            await _until(lambda: _accepts(port))
            yield Served(shop=shop, server=server, port=port)
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
            await link.close()
            await server.stop()


async def _until(condition: Callable[[], Coroutine[None, None, bool]]) -> None:
    async with asyncio.timeout(SOON_S):
        while not await condition():
            await asyncio.sleep(0.01)


async def _accepts(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.close()
    return True


@dataclass(slots=True)
class Guest:
    """Somebody at the port."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def at(cls, port: int) -> Guest:
        return cls(*await asyncio.open_connection(HOST, port))

    def send(self, frame: bytes, *, length: int | None = None) -> None:
        self.writer.write((len(frame) if length is None else length).to_bytes(LENGTH_BYTES, "big") + frame)

    async def receive(self) -> bytes:
        async with asyncio.timeout(SOON_S):
            return await self.reader.readexactly(int.from_bytes(await self.reader.readexactly(LENGTH_BYTES), "big"))

    async def is_thrown_out(self) -> bool:
        """Whether the other end closes, whatever it says before."""
        with suppress(ConnectionError):
            async with asyncio.timeout(SOON_S):
                await self.reader.read(-1)
        self.writer.close()
        return True

    async def greet_as(self, end: End) -> None:
        """Be the sibling whose core is at this end."""
        self.send(end.begun.hello)
        says = raw_of(end.greet(await self.receive()))
        self.send(says)
        end.hear(await self.receive())


def test_two_tills_find_each_other_by_themselves_and_news_travels_at_once(tills: Tills) -> None:
    async def story() -> Outcome:
        async with served(tills.one) as one, served(tills.two) as two:
            await _until(_both(one, two))
            hand = tills.one.hand()
            assert one.pay(tills.one.code(1_000, hand), 1_000) is Outcome.APPROVED
            await _until(_has_heard(two, tills.one))
            return two.pay(tills.one.code(2_000, hand), 2_000)

    assert asyncio.run(story()) is Outcome.DECLINED


def test_where_nothing_can_be_found_the_other_is_called_by_its_address(tills: Tills) -> None:
    async def story() -> int:
        async with served(tills.two) as two, served(tills.one, peers=f"{HOST}:{two.port}") as one:
            await _until(_both(one, two))
            return one.linked

    assert asyncio.run(story()) == 1


def _both(one: Served, two: Served) -> Callable[[], Coroutine[None, None, bool]]:
    async def are_linked() -> bool:
        return bool(one.linked and two.linked)

    return are_linked


def _has_heard(served_: Served, teller: Shop) -> Callable[[], Coroutine[None, None, bool]]:
    async def has_heard() -> bool:
        heard = served_.shop.core.journal.siblings.heard(teller.config.terminal.id)
        return heard == teller.core.journal.head.sequence

    return has_heard


@pytest.mark.parametrize(
    "said",
    [b"\x00" * 20, b"GET / HTTP/1.1", Hello(terminal="t-butcher-1", key=bytes(32)).to_bytes()],
    ids=["zeros", "a browser", "a till of another shop"],
)
def test_whoever_does_not_speak_the_language_is_thrown_out(tills: Tills, said: bytes) -> None:
    async def story() -> bool:
        async with served(tills.one) as one:
            guest = await Guest.at(one.port)
            guest.send(said)
            return await guest.is_thrown_out()

    assert asyncio.run(story())


@pytest.mark.parametrize("length", [0, 129, 2**32 - 1])
def test_a_frame_of_another_length_than_may_come_is_not_read(tills: Tills, length: int) -> None:
    async def story() -> bool:
        async with served(tills.one) as one:
            guest = await Guest.at(one.port)
            guest.send(b"", length=length)
            return await guest.is_thrown_out()

    assert asyncio.run(story())


def test_a_giant_among_the_news_of_a_true_sibling_is_not_read(tills: Tills) -> None:
    async def story() -> bool:
        async with served(tills.one) as one:
            guest = await Guest.at(one.port)
            await guest.greet_as(End.of(tills.two))
            guest.send(b"", length=100_000_000)
            return await guest.is_thrown_out() and one.linked == 0

    assert asyncio.run(story())


@pytest.mark.slow
def test_who_says_nothing_or_a_byte_at_a_time_is_thrown_out_and_so_is_a_sibling_that_falls_silent(
    tills: Tills,
) -> None:
    async def dribble(guest: Guest) -> None:
        hello = Hello(terminal=SECOND, key=MeetingKey().public).to_bytes()
        with suppress(ConnectionError):
            for byte in len(hello).to_bytes(LENGTH_BYTES, "big") + hello:
                guest.writer.write(bytes([byte]))
                await guest.writer.drain()
                await asyncio.sleep(0.5)

    async def story() -> list[bool]:
        async with served(tills.one) as one:
            silent, slow = await Guest.at(one.port), await Guest.at(one.port)
            dribbling = asyncio.create_task(dribble(slow))
            out = await asyncio.gather(silent.is_thrown_out(), slow.is_thrown_out())
            await dribbling
            sibling = await Guest.at(one.port)
            await sibling.greet_as(End.of(tills.two))
            return [*out, await sibling.is_thrown_out()]

    assert asyncio.run(story()) == [True, True, True]


@pytest.mark.slow
def test_strangers_get_few_places_and_a_sibling_still_finds_one(tills: Tills) -> None:
    async def story() -> int:
        async with served(tills.one) as one:
            held = [await Guest.at(one.port) for _ in range(3 * MEETINGS_MAX)]
            async with asyncio.timeout(SOON_S):
                await asyncio.gather(*(guest.is_thrown_out() for guest in held[STRANGERS_OF_ONE_MAX:]))
            for guest in held:
                guest.writer.close()

            async def is_linked() -> bool:
                guest, end = await Guest.at(one.port), End.of(tills.two)
                try:
                    await guest.greet_as(end)
                    guest.send(raw_of(end.tell(is_beat=True)))
                    await guest.receive()
                    return one.linked == 1
                except (OSError, asyncio.IncompleteReadError):
                    return False
                finally:
                    guest.writer.close()

            await _until(is_linked)
            return one.linked

    assert asyncio.run(story()) == 1


def test_a_sibling_that_talks_without_end_is_not_listened_to(tills: Tills) -> None:
    async def story() -> bool:
        async with served(tills.one) as one:
            guest, end = await Guest.at(one.port), End.of(tills.two)
            await guest.greet_as(end)
            with suppress(ConnectionError):
                for _ in range(1_000):
                    guest.send(raw_of(end.tell(is_beat=True)))
                    await guest.writer.drain()
            return await guest.is_thrown_out() and tills.one.core.journal.head.sequence == 1

    assert asyncio.run(story())


def test_a_machines_own_private_addresses_are_those_that_the_kernel_names() -> None:
    table = Path("/proc/net/fib_trie").read_text("ascii")
    own = set(re.findall(r"\|-- ([0-9.]+)\n +/32 host LOCAL", table))

    assert private_addresses() == tuple(
        sorted(address for address in own if IPv4Address(address).is_private and not address.startswith("127."))
    )


def test_nothing_is_opened_in_a_shop_with_one_till(tmp_path: Path) -> None:
    town = init(tmp_path / "town", seed=secrets.token_hex(8))
    shop = open_till(town, town.terminal_toml)

    assert shop.sync(ReadSiblings()).siblings == ()
    shop.close()
