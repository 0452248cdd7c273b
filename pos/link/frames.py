"""Frames on a link: 32-bit big-endian length, then one msgpack message.

A frame longer than `FRAME_BYTES_MAX` or a message of another shape ends the connection: whoever sends it is broken,
and nothing it says can be relied on.
"""

import asyncio
import socket
from typing import Final

import msgspec

from pos.errors import LinkError
from pos.link.calls import AnyAnswer, AnyPush

FRAME_BYTES_MAX: Final = 4 * 1024 * 1024
"""A full batch of entries is 1 MiB; the rest is room for names and structure."""
_LENGTH_BYTES: Final = 4


class CallFrame(msgspec.Struct, frozen=True, kw_only=True):
    """`body` is checked against the calls of the socket's role."""

    serial: int
    body: msgspec.Raw


class Fault(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Core could not answer; `kind` is the fault's class name."""

    kind: str
    text: str


class AnswerFrame(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    serial: int
    body: AnyAnswer | Fault


class PushFrame(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    body: AnyPush


ServerFrame = AnswerFrame | PushFrame

_encoder = msgspec.msgpack.Encoder()
_server_frames: msgspec.msgpack.Decoder[ServerFrame] = msgspec.msgpack.Decoder(ServerFrame)
_call_frames: msgspec.msgpack.Decoder[CallFrame] = msgspec.msgpack.Decoder(CallFrame)


def encode_frame(message: msgspec.Struct) -> bytes:
    body = _encoder.encode(message)
    assert len(body) <= FRAME_BYTES_MAX, "a message of our own outgrew the frame"
    return len(body).to_bytes(_LENGTH_BYTES, "big") + body


def encode_call(serial: int, call: msgspec.Struct) -> bytes:
    return encode_frame(CallFrame(serial=serial, body=msgspec.Raw(_encoder.encode(call))))


def decode_server_frame(body: bytes) -> ServerFrame:
    try:
        return _server_frames.decode(body)
    except msgspec.DecodeError as error:
        raise LinkError(f"core sent a message of unknown form: {error}") from error


def decode_call_frame(body: bytes) -> CallFrame:
    try:
        return _call_frames.decode(body)
    except msgspec.DecodeError as error:
        raise LinkError(f"a client sent a message of unknown form: {error}") from error


def _checked_length(head: bytes) -> int:
    length = int.from_bytes(head, "big")
    if length > FRAME_BYTES_MAX:
        raise LinkError(f"a frame of {length} bytes was announced")
    return length


async def read_frame(reader: asyncio.StreamReader) -> bytes:
    """Read one frame; LinkError when the other side is gone or talks nonsense."""
    try:
        head = await reader.readexactly(_LENGTH_BYTES)
        return await reader.readexactly(_checked_length(head))
    except (asyncio.IncompleteReadError, OSError) as error:
        raise LinkError("the other side closed the link") from error


def receive_frame(connection: socket.socket) -> bytes:
    """Blocking form of `read_frame`; LinkError also when the socket's time-out passes."""
    return _receive_exactly(connection, _checked_length(_receive_exactly(connection, _LENGTH_BYTES)))


def _receive_exactly(connection: socket.socket, count: int) -> bytes:
    received = bytearray()
    while len(received) < count:
        try:
            chunk = connection.recv(count - len(received))
        except OSError as error:
            raise LinkError(f"the link broke: {error}") from error
        if not chunk:
            raise LinkError("the other side closed the link")
        received += chunk
    return bytes(received)
