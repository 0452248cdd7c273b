"""A card on a reader: the protocol's vectors, cards that misbehave, and when a card is asked at all."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Event
from typing import TypeVar, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.card.apdu import ANSWER_BYTES_MAX, Answer, Channel, ask, commands
from drivers.card.reader import open_card_reader
from drivers.errors import DeviceIoError, DeviceMissingError, DeviceSetupError
from pos.devices.cards import pay, serve_cards
from pos.link.calls import AnyPush, Call, DevicesState, Done, ScanSeen
from tests.vectors import generate

R = TypeVar("R")
CASES = json.loads((Path(generate.__file__).parent / "card.json").read_text(encoding="utf-8"))["cases"]


class Script:
    """A card that knows one conversation by heart."""

    def __init__(self, exchange: list[list[str]]) -> None:
        self.left = [(bytes.fromhex(command), bytes.fromhex(answer)) for command, answer in exchange]

    def transmit(self, command: bytes) -> bytes:
        expected, answer = self.left.pop(0)
        assert command.hex() == expected.hex()
        return answer


class Echo:
    """A card that gives back what it is sent, in parts of at most so many bytes."""

    def __init__(self, part_bytes: int) -> None:
        self._part_bytes = part_bytes
        self._data = b""

    def transmit(self, command: bytes) -> bytes:
        if command[1] == 0xC0:
            return self._more()
        self._data += command[5 : 5 + command[4]] if len(command) > 5 else b""
        return b"\x90\x00" if command[0] & 0x10 else self._more()

    def _more(self) -> bytes:
        part, self._data = self._data[: self._part_bytes], self._data[self._part_bytes :]
        return part + (bytes((0x61, min(len(self._data), 255))) if self._data else b"\x90\x00")


class Endless:
    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def transmit(self, command: bytes) -> bytes:
        return self._answer


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_conversation_is_the_vectors(case: dict[str, object]) -> None:
    card = Script(cast("list[list[str]]", case["exchange"]))
    assert pay(card, str(case["request"])) == case["payment"]
    assert card.left == []


@given(st.binary(max_size=1_500), st.integers(1, 256))
def test_whatever_is_sent_comes_back_whole_however_it_is_cut(data: bytes, part_bytes: int) -> None:
    assert ask(Echo(part_bytes), 0x80, 0x10, data) == Answer(data=data, status=0x9000)


@given(st.binary(max_size=1_500))
def test_every_command_is_a_short_apdu_and_only_the_last_wants_an_answer(data: bytes) -> None:
    sent = list(commands(0x80, 0x10, data))
    assert [command[0] for command in sent] == [0x90] * (len(sent) - 1) + [0x80]
    assert all(len(command) <= 261 for command in sent)
    assert all(command.endswith(b"\x00") for command in sent[-1:])


@pytest.mark.parametrize("answer", [b"", b"\x90", bytes(255) + b"\x61\xff", b"\x61\x10"])
def test_a_card_that_talks_nonsense_is_a_fault(answer: bytes) -> None:
    with pytest.raises(DeviceIoError):
        ask(Endless(answer), 0x80, 0x10, b"x")
    assert ANSWER_BYTES_MAX > 512


@pytest.mark.parametrize("address", ["pcsc", "usb:1", "", "card"])
def test_an_address_that_is_no_readers_is_refused(address: str) -> None:
    with pytest.raises(DeviceSetupError, match="pcsc:NAME"):
        open_card_reader(address)
    assert open_card_reader("none") is None


class Counter:
    """Core and a reader around one card; a script is played, one step for each look at the link."""

    def __init__(self, *steps: Callable[["Counter"], None]) -> None:
        self.steps = list(steps)
        self.push: AnyPush | None = None
        self.on_reader: Channel | None = None
        self.is_plugged_in = True
        self.looks = 0
        self.scans: list[str] = []
        self.stopping = Event()

    def call(self, call: Call[R]) -> R:
        assert isinstance(call, ScanSeen)
        self.scans.append(call.text)
        return cast("R", Done())

    def next_push(self, timeout_s: float) -> AnyPush | None:
        if self.steps:
            self.steps.pop(0)(self)
        else:
            self.stopping.set()
        push, self.push = self.push, None
        return push

    def card(self) -> AbstractContextManager[Channel] | None:
        self.looks += 1
        if not self.is_plugged_in:
            raise DeviceMissingError("unplugged")
        return None if self.on_reader is None else self._held(self.on_reader)

    @contextmanager
    def _held(self, card: Channel) -> Iterator[Channel]:
        yield card


def asks(request: str) -> Callable[[Counter], None]:
    def step(counter: Counter) -> None:
        counter.push = DevicesState(armed=True, jobs_waiting=0, request_text=request)

    return step


def lay(case: dict[str, object] | None) -> Callable[[Counter], None]:
    def step(counter: Counter) -> None:
        counter.on_reader = None if case is None else Script(cast("list[list[str]]", case["exchange"]))

    return step


def unplug(counter: Counter) -> None:
    counter.is_plugged_in = False


def plug_in(counter: Counter) -> None:
    counter.is_plugged_in = True


GOOD, REFUSED = CASES[0], next(case for case in CASES if "not_enough" in case["name"])
REQUEST = str(GOOD["request"])


def play(*steps: Callable[[Counter], None]) -> Counter:
    counter = Counter(*steps)
    serve_cards(counter, counter, counter.stopping)
    return counter


def test_a_card_is_asked_once_and_only_while_a_request_is_open() -> None:
    counter = play(lay(GOOD), asks(""), asks(REQUEST), lay(GOOD), lay(GOOD))
    assert counter.scans == [GOOD["payment"]]
    assert counter.looks == 1


def test_a_card_may_be_laid_on_later_and_another_after_one_that_refuses() -> None:
    counter = play(asks(REQUEST), lay(None), lay(REFUSED), lay(GOOD), lay(None))
    assert counter.scans == [GOOD["payment"]]


def test_a_reader_that_is_unplugged_is_waited_for() -> None:
    counter = play(unplug, asks(REQUEST), lay(GOOD), plug_in, lay(GOOD))
    assert counter.scans == [GOOD["payment"]]
