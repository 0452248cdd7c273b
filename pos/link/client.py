"""The other processes' side of a link: a blocking client and an asyncio client.

Both raise LinkError when core cannot be reached or goes away, and CoreFaultError, which is one, when it answers with a
fault; the caller decides whether to connect again. Calls on one client are answered in order; pushes are kept until
asked for, newest last.
"""

import asyncio
import contextlib
import select
import socket
import struct
from collections import deque
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final, TypeVar, cast

from pos.errors import LinkError
from pos.link.address import socket_address, socket_path
from pos.link.calls import AnyPush, Call, Role
from pos.link.frames import (
    AnswerFrame,
    Fault,
    PushFrame,
    ServerFrame,
    decode_server_frame,
    encode_call,
    read_frame,
    receive_frame,
)

R = TypeVar("R")


class CoreFaultError(LinkError):
    """Core answered, with a fault; `kind` is the fault's class name there."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(f"{kind}: {text}")
        self.kind = kind


CALL_TIMEOUT_S: Final = 30.0
"""Longer than any single call takes; checking a journal of years is the longest."""
_PUSHES_MAX: Final = 256


class BlockingLink:
    """One connection to core for a process that works with threads or loops of its own. Not thread-safe."""

    def __init__(self, directory: Path, role: Role, *, timeout_s: float = CALL_TIMEOUT_S) -> None:
        self._serial = 0
        self._pushes: deque[AnyPush] = deque(maxlen=_PUSHES_MAX)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout_s)
        try:
            with socket_address(socket_path(directory, role)) as address:
                self._socket.connect(address)
        except OSError as error:
            self._socket.close()
            raise LinkError(f"core does not answer in {directory}: {error}") from error

    def call(self, call: Call[R]) -> R:
        """Ask and wait for the answer."""
        self._serial += 1
        try:
            self._socket.sendall(encode_call(self._serial, call))
        except OSError as error:
            raise LinkError(f"the link broke: {error}") from error
        while True:
            frame = decode_server_frame(receive_frame(self._socket))
            if isinstance(frame, PushFrame):
                self._pushes.append(frame.body)
            elif frame.serial == self._serial:
                return cast("R", _unwrapped(frame))

    def next_push(self, timeout_s: float) -> AnyPush | None:
        """The oldest push not yet taken; None when none arrives in time."""
        if self._pushes:
            return self._pushes.popleft()
        readable, _, _ = select.select([self._socket], [], [], timeout_s)
        if not readable:
            return None
        frame = decode_server_frame(receive_frame(self._socket))
        if not isinstance(frame, PushFrame):
            raise LinkError("core answered a call that nobody made")
        return frame.body

    def drop_pushes(self) -> None:
        """Forget the pushes that came before the last answer, which knows better."""
        self._pushes.clear()

    @property
    def core_pid(self) -> int:
        """The process at the other end: a core that was started again is another one."""
        pid, _, _ = struct.unpack("3i", self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        return int(pid)

    def close(self) -> None:
        self._socket.close()


class AsyncLink:
    """One connection to core for a process with an event loop; calls may overlap."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._serial = 0
        self._waiting: dict[int, asyncio.Future[object]] = {}
        self._pushes: asyncio.Queue[AnyPush | None] = asyncio.Queue()
        self._task = asyncio.create_task(self._receive())

    @classmethod
    async def connect(cls, directory: Path, role: Role) -> "AsyncLink":
        try:
            with socket_address(socket_path(directory, role)) as address:
                reader, writer = await asyncio.open_unix_connection(address)
        except OSError as error:
            raise LinkError(f"core does not answer in {directory}: {error}") from error
        return cls(reader, writer)

    async def call(self, call: Call[R]) -> R:
        """Ask and wait for the answer."""
        if self._task.done():
            raise LinkError("the link is closed")
        self._serial += 1
        future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._waiting[self._serial] = future
        self._writer.write(encode_call(self._serial, call))
        return cast("R", await future)

    async def pushes(self) -> AsyncIterator[AnyPush]:
        """Every push from now on; ends when the link does."""
        while (push := await self._pushes.get()) is not None:
            yield push

    async def close(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._writer.close()

    async def _receive(self) -> None:
        try:
            while True:
                self._take(decode_server_frame(await read_frame(self._reader)))
        except LinkError as error:
            self._end(error)
        finally:
            self._end(LinkError("the link was closed"))

    def _take(self, frame: ServerFrame) -> None:
        if isinstance(frame, PushFrame):
            self._pushes.put_nowait(frame.body)
            return
        future = self._waiting.pop(frame.serial, None)
        if future is None or future.done():
            return
        try:
            future.set_result(_unwrapped(frame))
        except LinkError as error:
            future.set_exception(error)

    def _end(self, error: LinkError) -> None:
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(error)
        self._waiting.clear()
        self._pushes.put_nowait(None)


def _unwrapped(frame: AnswerFrame) -> object:
    if isinstance(frame.body, Fault):
        raise CoreFaultError(frame.body.kind, frame.body.text)
    return frame.body
