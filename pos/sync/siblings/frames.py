"""Frames between two tills: four bytes of length, most significant first, then so many bytes.

Rules: a length above what may come next ends the connection before a byte of it is read; a frame that does not arrive
whole in its time ends it too.
"""

import asyncio
from typing import Final

from pos.voucher.siblings import GREETING_BYTES_MAX, HELLO_BYTES_MAX, NEWS_BYTES_MAX

LENGTH_BYTES: Final = 4
BOXED_BYTES_MAX: Final = NEWS_BYTES_MAX + 40
"""News with the nonce and the check of its box."""
WRITE_S: Final = 5.0
"""How long the other one may take to make room for a frame."""

__all__ = ["BOXED_BYTES_MAX", "GREETING_BYTES_MAX", "HELLO_BYTES_MAX", "FrameError", "read_frame", "write_frame"]


class FrameError(Exception):
    """The other one does not keep to the frames, or is gone; the connection is to be closed."""


async def read_frame(reader: asyncio.StreamReader, *, bytes_max: int, timeout_s: float) -> bytes:
    """The next frame, whole and in time. Raises FrameError."""
    try:
        async with asyncio.timeout(timeout_s):
            length = int.from_bytes(await reader.readexactly(LENGTH_BYTES), "big")
            if not 1 <= length <= bytes_max:
                raise FrameError(f"a frame of {length} bytes where {bytes_max} may come")
            return await reader.readexactly(length)
    except TimeoutError:
        raise FrameError(f"nothing whole came in {timeout_s:g} s") from None
    except (OSError, asyncio.IncompleteReadError) as error:
        raise FrameError(f"the connection ended: {error}") from error


async def write_frame(writer: asyncio.StreamWriter, frame: bytes) -> None:
    """Send a frame. Raises FrameError where the other one does not take it in time."""
    try:
        async with asyncio.timeout(WRITE_S):
            writer.write(len(frame).to_bytes(LENGTH_BYTES, "big") + frame)
            await writer.drain()
    except TimeoutError:
        raise FrameError("the other one takes nothing") from None
    except OSError as error:
        raise FrameError(f"the connection ended: {error}") from error
