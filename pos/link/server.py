"""Core's side of the links: one Unix socket per role, calls answered in the order in which they arrive.

Calls are handled on the event loop, one at a time: there is one owner of the money and it does one thing at a time.
A client that does not read its pushes is dropped rather than waited for (`PUSH_BYTES_MAX`); it reconnects and gets
the newest state. A fault in one call is answered as a `Fault` and ends neither the link nor core.

Each socket lies in a folder of its own, because the folder's group says who may reach it: one group per role. On an
appliance the folders are there before core is and keep their owner, group and mode; where core makes one, it is for
core's own user and group (`_FOLDER_MODE`).
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec

from pos.errors import LinkError, PosError
from pos.link.address import socket_address, socket_path
from pos.link.calls import ROLE_CALLS, AnyAnswer, AnyCall, AnyPush, Role
from pos.link.frames import AnswerFrame, Fault, PushFrame, decode_call_frame, encode_frame, read_frame

PUSH_BYTES_MAX: Final = 1024 * 1024
STOP_S: Final = 2.0
_FOLDER_MODE: Final = 0o750
_SOCKET_MODE: Final = 0o660

log = logging.getLogger(__name__)

Handler = Callable[[Role, AnyCall], AnyAnswer]


class LinkServer:
    """Serves every role's socket in `directory`; `handle` answers, `push` tells all clients of a role."""

    def __init__(self, directory: Path, handle: Handler) -> None:
        self._directory = directory
        self._handle = handle
        self._servers: list[asyncio.Server] = []
        self._paths: list[Path] = []
        self._clients: dict[Role, set[asyncio.StreamWriter]] = {role: set() for role in Role}
        self._conversations: set[asyncio.Task[None]] = set()
        self._decoders: dict[Role, msgspec.msgpack.Decoder[Any]] = {
            role: msgspec.msgpack.Decoder(calls) for role, calls in ROLE_CALLS.items()
        }

    async def start(self) -> None:
        """Open the sockets; a stale one left by a killed process is replaced. Raises OSError."""
        self._directory.mkdir(parents=True, exist_ok=True)
        for role in Role:
            path = socket_path(self._directory, role)
            _make_folder(path.parent)
            path.unlink(missing_ok=True)
            with socket_address(path) as address:
                server = await asyncio.start_unix_server(partial(self._serve, role), address)
            path.chmod(_SOCKET_MODE)
            self._servers.append(server)
            self._paths.append(path)

    async def stop(self) -> None:
        """Close the sockets and wait until every conversation has ended: what was said last is sent."""
        for server in self._servers:
            server.close()
        for writers in self._clients.values():
            for writer in tuple(writers):
                writer.close()
        for path in self._paths:
            path.unlink(missing_ok=True)
        if self._conversations:
            await asyncio.wait(self._conversations, timeout=STOP_S)

    def push(self, role: Role, body: AnyPush) -> None:
        """Tell every client of the role; never waits."""
        clients = self._clients[role]
        if not clients:
            return
        frame = encode_frame(PushFrame(body=body))
        for writer in tuple(clients):
            if writer.transport.get_write_buffer_size() > PUSH_BYTES_MAX:
                log.warning("a %s client does not read; dropped", role.value)
                clients.discard(writer)
                writer.transport.abort()
            else:
                writer.write(frame)

    def has_clients(self, role: Role) -> bool:
        return bool(self._clients[role])

    async def _serve(self, role: Role, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients[role].add(writer)
        conversation = asyncio.current_task()
        assert conversation is not None, "the server runs each conversation as a task"
        self._conversations.add(conversation)
        try:
            while True:
                frame = decode_call_frame(await read_frame(reader))
                writer.write(encode_frame(AnswerFrame(serial=frame.serial, body=self._answer(role, frame.body))))
                with contextlib.suppress(OSError):
                    await writer.drain()
        except LinkError as error:
            log.info("%s link ended: %s", role.value, error)
        finally:
            self._clients[role].discard(writer)
            self._conversations.discard(conversation)
            writer.close()

    def _answer(self, role: Role, body: msgspec.Raw) -> AnyAnswer | Fault:
        try:
            call: AnyCall = self._decoders[role].decode(body)
        except msgspec.DecodeError as error:
            return Fault(kind="LinkError", text=f"not a call of the {role.value} role: {error}")
        try:
            return self._handle(role, call)
        except PosError as error:
            log.warning("%s failed: %s", type(call).__name__, error)
            return Fault(kind=type(error).__name__, text=str(error))


def _make_folder(path: Path) -> None:
    """Leave a folder that is there as it is; the mode of a new one does not depend on the process's umask."""
    try:
        path.mkdir(mode=_FOLDER_MODE)
    except FileExistsError:
        return
    path.chmod(_FOLDER_MODE)
