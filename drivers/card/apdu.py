"""Commands to a card and its answers, cut and joined as short APDUs want it (ISO 7816-4).

Rules: data of more than 255 bytes goes in chained commands (class bit 5), an answer of more than 256 bytes is fetched
with GET RESPONSE while the card says 61xx; an answer is never longer than `ANSWER_BYTES_MAX`, so that a card that goes
on for ever is refused. Pure but for the channel. Leaves to others: which commands, and what the bytes mean.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Protocol

from drivers.errors import DeviceIoError

ANSWER_BYTES_MAX: Final = 4_096
DONE: Final = 0x9000
CHAINING: Final = 0x10
_DATA_MAX: Final = 255
_GET_RESPONSE: Final = bytes((0x00, 0xC0, 0x00, 0x00))
_STATUS_BYTES: Final = 2


class Channel(Protocol):
    """A card that is in the reader."""

    def transmit(self, command: bytes) -> bytes:
        """The answer to one APDU, its two status bytes last. Raises DeviceError."""
        ...


class Instruction(IntEnum):
    """Of ISO 7816-4."""

    SELECT = 0xA4


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a card answered: data, and the status word that says how it went."""

    data: bytes
    status: int

    @property
    def is_done(self) -> bool:
        return self.status == DONE


def select(channel: Channel, application: bytes) -> Answer:
    """Choose an application by its identifier."""
    return ask(channel, 0x00, Instruction.SELECT, application, p1=0x04)


def ask(channel: Channel, cla: int, instruction: int, data: bytes, *, p1: int = 0, p2: int = 0) -> Answer:
    """One command with data and the whole answer. Raises DeviceError."""
    answer = Answer(data=b"", status=DONE)
    for command in commands(cla, instruction, data, p1=p1, p2=p2):
        answer = _whole(channel, _answer(channel.transmit(command)))
        if not answer.is_done:
            break
    return answer


def commands(cla: int, instruction: int, data: bytes, *, p1: int = 0, p2: int = 0) -> Iterator[bytes]:
    """The short APDUs that carry `data`; only the last one asks for an answer."""
    parts = [data[at : at + _DATA_MAX] for at in range(0, len(data), _DATA_MAX)] or [b""]
    for number, part in enumerate(parts, start=1):
        is_last = number == len(parts)
        head = bytes((cla if is_last else cla | CHAINING, instruction, p1, p2))
        yield head + (bytes((len(part),)) + part if part else b"") + (b"\x00" if is_last else b"")


def _whole(channel: Channel, answer: Answer) -> Answer:
    data = answer.data
    while answer.status >> 8 == 0x61:
        answer = _answer(channel.transmit(_GET_RESPONSE + bytes((answer.status & 0xFF,))))
        if not answer.data and answer.status >> 8 == 0x61:
            raise DeviceIoError("the card promises more and sends nothing")
        data += answer.data
        if len(data) > ANSWER_BYTES_MAX:
            raise DeviceIoError(f"the card's answer is longer than {ANSWER_BYTES_MAX} bytes")
    return Answer(data=data, status=answer.status)


def _answer(received: bytes) -> Answer:
    if len(received) < _STATUS_BYTES:
        raise DeviceIoError("the card's answer has no status")
    return Answer(data=received[:-_STATUS_BYTES], status=int.from_bytes(received[-_STATUS_BYTES:], "big"))
