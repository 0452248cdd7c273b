"""Calls and pushes over real Unix sockets."""

import asyncio
import os
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.errors import LinkError, TrustError
from pos.link.address import socket_path
from pos.link.calls import (
    AnyAnswer,
    AnyCall,
    DevicesState,
    Done,
    EnterAmount,
    NextBatch,
    NextPrintJob,
    OutboxBatch,
    Pay,
    PrintJob,
    Role,
    ScanSeen,
    SyncNow,
    WatchDevices,
)
from pos.link.client import AsyncLink, BlockingLink
from pos.link.server import LinkServer


class RunningServer:
    """A server in a thread of its own, answering as told."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.calls: list[tuple[Role, AnyCall]] = []
        self.loop = asyncio.new_event_loop()
        self.server = LinkServer(directory, self._answer)
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        asyncio.run_coroutine_threadsafe(self.server.start(), self.loop).result(5)

    def _answer(self, role: Role, call: AnyCall) -> AnyAnswer:
        self.calls.append((role, call))
        match call:
            case NextPrintJob():
                return PrintJob(job=7, receipt_number="000007")
            case NextBatch():
                return OutboxBatch(terminal="t", ledger="l", after=0, entries=(b"x" * 500_000,) * 2, waiting=2)
            case SyncNow():
                raise TrustError("issuers.json: cannot be read")
            case _:
                return Done()

    def push(self, role: Role, push: DevicesState) -> None:
        self.loop.call_soon_threadsafe(self.server.push, role, push)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self.server.stop(), self.loop).result(5)
        pending = asyncio.run_coroutine_threadsafe(_settle(), self.loop)
        pending.result(5)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.loop.close()


async def _settle() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path / "run")
    yield running
    running.stop()


@pytest.fixture
def devices(server: RunningServer) -> Iterator[BlockingLink]:
    link = BlockingLink(server.directory, Role.DEVICES)
    yield link
    link.close()


def test_a_call_gets_its_own_answer(devices: BlockingLink) -> None:
    assert devices.call(NextPrintJob()).job == 7
    assert devices.call(ScanSeen(text="CKP1:", length=5)) == Done()


def test_a_megabyte_passes(server: RunningServer) -> None:
    link = BlockingLink(server.directory, Role.SYNC)
    assert sum(map(len, link.call(NextBatch()).entries)) == 1_000_000
    link.close()


def test_pushes_wait_until_asked_for(server: RunningServer, devices: BlockingLink) -> None:
    devices.call(WatchDevices())
    server.push(Role.DEVICES, DevicesState(armed=True, jobs_waiting=1))
    devices.call(NextPrintJob())

    assert devices.next_push(5) == DevicesState(armed=True, jobs_waiting=1)
    assert devices.next_push(0) is None


def test_a_role_cannot_make_another_roles_calls(server: RunningServer, devices: BlockingLink) -> None:
    with pytest.raises(LinkError, match="not a call of the devices role"):
        devices.call(Pay(text="CKP1:", amount_won=1))
    assert server.calls == []
    assert devices.call(NextPrintJob()).job == 7


def test_a_fault_is_answered_and_the_link_lives_on(server: RunningServer) -> None:
    link = BlockingLink(server.directory, Role.SCREEN)
    with pytest.raises(LinkError, match=r"TrustError: issuers\.json"):
        link.call(SyncNow())
    assert link.call(EnterAmount(amount_won=1)) == Done()
    link.close()


def test_nonsense_ends_only_that_link(server: RunningServer, devices: BlockingLink) -> None:
    rude = socket.socket(socket.AF_UNIX)
    rude.settimeout(5)
    rude.connect(str(socket_path(server.directory, Role.DEVICES)))
    rude.sendall(b"\xff\xff\xff\xff")
    assert rude.recv(1) == b""
    rude.close()
    assert devices.call(NextPrintJob()).job == 7


def test_each_role_has_a_folder_of_its_own(server: RunningServer) -> None:
    for role in Role:
        path = socket_path(server.directory, role)
        assert path.parent == server.directory / role.value
        assert stat.S_ISSOCK(path.stat().st_mode)
        assert stat.S_IMODE(path.stat().st_mode) == 0o660


def test_a_new_folder_is_open_to_its_group_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        server = RunningServer(tmp_path / "run")
    finally:
        os.umask(before)

    assert [stat.S_IMODE((tmp_path / "run" / role.value).stat().st_mode) for role in Role] == [0o750] * len(Role)
    server.stop()


def test_a_folder_that_was_there_keeps_its_mode_and_its_stale_socket_is_replaced(tmp_path: Path) -> None:
    directory = tmp_path / "run"
    stale = socket_path(directory, Role.DEVICES)
    stale.parent.mkdir(parents=True)
    stale.parent.chmod(0o2710)
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(stale))

    server = RunningServer(directory)

    assert stat.S_IMODE(stale.parent.stat().st_mode) == 0o2710
    link = BlockingLink(directory, Role.DEVICES)
    assert link.call(NextPrintJob()).job == 7
    link.close()
    server.stop()


def test_a_server_that_stops_takes_its_sockets_away_and_leaves_the_folders(tmp_path: Path) -> None:
    server = RunningServer(tmp_path / "run")
    server.stop()

    assert sorted(path.name for path in (tmp_path / "run").rglob("*")) == sorted(role.value for role in Role)


def test_a_folder_too_deep_for_an_address_is_reached_all_the_same(tmp_path: Path) -> None:
    server = RunningServer(tmp_path / ("deep" * 20) / ("deeper" * 10) / "run")
    link = BlockingLink(server.directory, Role.DEVICES)

    assert link.call(NextPrintJob()).job == 7

    link.close()
    server.stop()


def test_no_core_is_a_link_error(tmp_path: Path) -> None:
    with pytest.raises(LinkError, match="core does not answer"):
        BlockingLink(tmp_path, Role.SCREEN)


def test_core_going_away_is_a_link_error(tmp_path: Path) -> None:
    server = RunningServer(tmp_path / "run")
    link = BlockingLink(server.directory, Role.DEVICES)
    link.call(NextPrintJob())
    server.stop()
    with pytest.raises(LinkError):
        link.call(NextPrintJob())
    link.close()


async def test_the_asynchronous_client_overlaps_calls(server: RunningServer) -> None:
    link = await AsyncLink.connect(server.directory, Role.SCREEN)
    answers = await asyncio.gather(*(link.call(EnterAmount(amount_won=n)) for n in range(1, 21)))
    assert answers == [Done()] * 20
    with pytest.raises(LinkError, match="TrustError"):
        await link.call(SyncNow())
    await link.close()


async def test_the_asynchronous_client_sees_pushes_and_the_end(tmp_path: Path) -> None:
    server = RunningServer(tmp_path / "run")
    link = await AsyncLink.connect(server.directory, Role.DEVICES)
    await link.call(WatchDevices())
    server.push(Role.DEVICES, DevicesState(armed=False, jobs_waiting=3))
    pushes = link.pushes()
    assert await anext(pushes) == DevicesState(armed=False, jobs_waiting=3)
    await asyncio.to_thread(server.stop)
    assert [push async for push in pushes] == []
    with pytest.raises(LinkError):
        await link.call(WatchDevices())
    await link.close()
