"""PC/SC, by way of pyscard, which is Debian's python3-pyscard and talks to pcscd.

pyscard is imported when a card is looked for: this module is part of the optional extra, and a terminal without it says
so instead of failing. pyscard's exceptions become DeviceErrors here and nowhere else.
"""

import importlib
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol, cast

from drivers.card.apdu import Channel
from drivers.errors import DeviceIoError, DeviceMissingError, DeviceSetupError


class _Connection(Protocol):
    def connect(self) -> None: ...

    def transmit(self, command: list[int], /) -> tuple[list[int], int, int]: ...

    def disconnect(self) -> None: ...


class _Reader(Protocol):
    name: str

    def createConnection(self) -> _Connection: ...  # noqa: N802 - the vendor's name


class _System(Protocol):
    def readers(self) -> Sequence[_Reader]: ...


class PcscReader:
    """The first reader whose name has `name` in it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def card(self) -> "OpenCard | None":
        reader = self._reader()
        connection = reader.createConnection()
        try:
            connection.connect()
        except _faults("NoCardException"):
            return None
        except _faults() as fault:
            raise DeviceIoError(f"card reader {reader.name}: {fault}") from fault
        return OpenCard(connection, str(reader.name))

    def _reader(self) -> _Reader:
        try:
            system = cast(_System, importlib.import_module("smartcard.System"))
        except ImportError as absent:
            problem = "card reader: pyscard is not installed (apt install python3-pyscard pcscd)"
            raise DeviceSetupError(problem) from absent
        try:
            found = system.readers()
        except _faults() as fault:
            raise DeviceMissingError(f"card reader: pcscd does not answer: {fault}") from fault
        for reader in found:
            if self._name in str(reader.name):
                return reader
        names = ", ".join(str(reader.name) for reader in found) or "none"
        raise DeviceMissingError(f"card reader {self._name!r} is not there; readers found: {names}")


class OpenCard:
    """A card's connection, let go of at the end."""

    def __init__(self, connection: _Connection, reader: str) -> None:
        self._connection = connection
        self._reader = reader

    def __enter__(self) -> Channel:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(*_faults()):
            self._connection.disconnect()

    def transmit(self, command: bytes) -> bytes:
        try:
            data, high, low = self._connection.transmit(list(command))
        except _faults() as fault:
            raise DeviceIoError(f"card reader {self._reader}: the card was taken away: {fault}") from fault
        return bytes((*data, high, low))


def _faults(*names: str) -> tuple[type[Exception], ...]:
    """pyscard's exceptions of these names, or the two that all others come from."""
    own = importlib.import_module("smartcard.Exceptions")
    service = importlib.import_module("smartcard.pcsc.PCSCExceptions")
    found = [getattr(own, name) for name in names] or [own.SmartcardException, service.BaseSCardException]
    return tuple(cast("type[Exception]", one) for one in found)
