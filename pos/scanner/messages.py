"""What the terminal and its decoding worker say to each other, over two pipes and a shared memory.

A message is its length (four bytes, big-endian) and MessagePack of one of the structures here; pictures lie in the
shared memory, which the worker can only read. Rules: the worker is not trusted, so every length and number in what
comes from it is checked by type; anything else ends it.
"""

from typing import Annotated, TypeAlias

import msgspec

from pos.scanner.advice import Hint

SHARED_BYTES = 32 * 1024 * 1024
MESSAGE_BYTES_MAX = 1024 * 1024
LENGTH_BYTES = 4
BARCODE_CHARS_MAX = 20  # as many as an article's number may have
BARCODES_MAX = 16
QR_CHARS_MAX = 7089  # the most that any QR symbol holds (digits, version 40-L)

_Text = Annotated[str, msgspec.Meta(max_length=QR_CHARS_MAX)]
_Texts = Annotated[tuple[_Text, ...], msgspec.Meta(max_length=256)]
_Chars = Annotated[int, msgspec.Meta(ge=1, le=QR_CHARS_MAX)]
_Overlong = Annotated[tuple[_Chars, ...], msgspec.Meta(max_length=256)]
_Barcode = Annotated[str, msgspec.Meta(max_length=BARCODE_CHARS_MAX)]
_Barcodes = Annotated[tuple[_Barcode, ...], msgspec.Meta(max_length=BARCODES_MAX)]
_Microseconds = Annotated[int, msgspec.Meta(ge=0, le=10**12)]


class LookAtFrame(msgspec.Struct, frozen=True, kw_only=True, tag="frame"):
    """The shared memory holds the next frame of a stream, row by row.

    Rescues run beside the camera's frames; a recording is not waited for by anybody, so its frames wait for their
    rescue. Its frame 0 begins another recording.
    """

    width: int
    height: int
    recorded_frame: int | None = None
    wants_goods: bool = False
    """Barcodes of goods are looked for as well."""


class DecodePicture(msgspec.Struct, frozen=True, kw_only=True, tag="picture"):
    """The shared memory holds a picture file's bytes."""

    size_bytes: int
    every_code: bool


Request: TypeAlias = LookAtFrame | DecodePicture


class Ready(msgspec.Struct, frozen=True, kw_only=True, tag="ready"):
    """The worker gave up its rights and waits; which layers of the jail are in force."""

    no_new_privileges: bool
    filtered: bool
    opens_nothing: bool
    connects_nowhere: bool
    has_zbar: bool


class Looked(msgspec.Struct, frozen=True, kw_only=True, tag="looked"):
    """What a frame showed; `overlong_chars` are lengths of texts that are too long to leave."""

    texts: _Texts = ()
    overlong_chars: _Overlong = ()
    is_located: bool = False
    hint: Hint | None = None
    barcodes: _Barcodes = ()
    cpu_us: _Microseconds


class Decoded(msgspec.Struct, frozen=True, kw_only=True, tag="decoded"):
    """What a picture showed; `is_picture` is False where the bytes are no picture."""

    is_picture: bool
    texts: _Texts = ()
    overlong_chars: _Overlong = ()
    cpu_us: _Microseconds


Answer: TypeAlias = Ready | Looked | Decoded

_encoder = msgspec.msgpack.Encoder()
_requests = msgspec.msgpack.Decoder(Request)
_answers = msgspec.msgpack.Decoder(Answer)


def framed(message: Request | Answer) -> bytes:
    """A message as it goes through a pipe."""
    body = _encoder.encode(message)
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


def request_from(body: bytes) -> Request:
    """Raises msgspec.DecodeError."""
    request: Request = _requests.decode(body)
    return request


def answer_from(body: bytes) -> Answer:
    """Raises msgspec.DecodeError."""
    answer: Answer = _answers.decode(body)
    return answer
