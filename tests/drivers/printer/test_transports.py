"""Connections: what opens, what is refused, what breaks."""

import errno
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from drivers.errors import (
    DeviceBusyError,
    DeviceDeniedError,
    DeviceError,
    DeviceIoError,
    DeviceMissingError,
    DeviceSetupError,
    DeviceTimeoutError,
)
from drivers.printer.descriptor import translated
from drivers.printer.libusb import LibusbTransport
from drivers.printer.opening import open_transport
from drivers.printer.usb import open_usb, usb_printers


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def url_of(listener: socket.socket) -> str:
    return f"tcp://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("paper", "starts with none of"),
        ("lpt://1", "starts with none of"),
        ("usb:lp0", "usb:/dev/usb/lp0"),
        ("libusb:lp0", "vendor:product"),
        ("serial:COM1", "serial:///dev"),
        ("serial:///dev/ttyX?baud=fast", "baud is a number"),
        ("serial:///dev/ttyX?flow=dsrdtr", "rtscts, xonxoff, none"),
        ("serial:///dev/ttyX?speed=9600", "unknown option 'speed'"),
        ("tcp://", "tcp://host"),
        ("tcp://printer:port", "tcp://printer:port"),
        ("tcp://printer/queue", "tcp://host"),
        ("tcp://[::1", "tcp://[::1"),
        ("sim:paper?dots=wide", "dots"),
    ],
)
def test_a_url_that_can_not_be_says_what_it_wants(url: str, said: str) -> None:
    with pytest.raises(DeviceSetupError) as refused:
        open_transport(url)

    assert said in str(refused.value)


def test_a_serial_line_that_is_not_there_is_missing() -> None:
    with pytest.raises(DeviceMissingError):
        open_transport("serial:///dev/no-such-line")


def test_a_file_that_is_no_serial_line_is_a_fault_with_a_name(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()

    with pytest.raises(DeviceError, match="file"):
        open_transport(f"serial://{path}")


def test_a_network_printer_that_does_not_listen_is_missing(listener: socket.socket) -> None:
    url = url_of(listener)
    listener.close()

    with pytest.raises(DeviceMissingError):
        open_transport(url)


def test_a_name_that_nobody_knows_is_missing() -> None:
    with pytest.raises(DeviceMissingError):
        open_transport("tcp://printer.invalid")


def test_a_serial_line_belongs_to_one_program() -> None:
    near, far = os.openpty()
    path = os.ttyname(far)
    with serial.Serial(path, exclusive=True), pytest.raises(DeviceBusyError):
        open_transport(f"serial://{path}?flow=none")
    os.close(near)
    os.close(far)


def test_what_the_far_end_does_not_take_is_not_counted(listener: socket.socket) -> None:
    transport = open_transport(url_of(listener))
    far, _ = listener.accept()
    sent = 0
    while taken := transport.write(bytes(65536), timeout_s=0.05):
        sent += taken

    received = 0
    far.setblocking(False)
    while received < sent:
        received += len(far.recv(65536))

    assert received == sent
    transport.close()
    far.close()


def test_a_far_end_that_hangs_up_is_a_broken_connection(listener: socket.socket) -> None:
    transport = open_transport(url_of(listener))
    far, _ = listener.accept()
    far.close()

    with pytest.raises(DeviceIoError):
        transport.read(timeout_s=1)
    transport.close()
    transport.close()


def test_a_closed_connection_is_not_used_any_more(listener: socket.socket) -> None:
    transport = open_transport(url_of(listener))
    transport.close()

    with pytest.raises(DeviceIoError):
        transport.write(b"x", timeout_s=0)
    with pytest.raises(DeviceIoError):
        transport.read(timeout_s=0)


def test_silence_is_no_bytes_and_no_fault(listener: socket.socket) -> None:
    transport = open_transport(url_of(listener))

    assert transport.read(timeout_s=0.01) == b""
    transport.close()


@pytest.mark.parametrize(
    ("number", "in_use", "becomes"),
    [
        (errno.ENOENT, False, DeviceMissingError),
        (errno.ENODEV, False, DeviceMissingError),
        (errno.ECONNREFUSED, False, DeviceMissingError),
        (errno.EBUSY, False, DeviceBusyError),
        (errno.EAGAIN, False, DeviceBusyError),
        (errno.EACCES, False, DeviceDeniedError),
        (errno.ETIMEDOUT, False, DeviceTimeoutError),
        (errno.ENODEV, True, DeviceIoError),
        (errno.EIO, True, DeviceIoError),
        (errno.ECONNRESET, True, DeviceIoError),
        (errno.ETIMEDOUT, True, DeviceTimeoutError),
        (errno.EINVAL, False, DeviceIoError),
    ],
)
def test_every_system_error_has_a_place(number: int, in_use: bool, becomes: type[DeviceError]) -> None:
    assert type(translated(OSError(number, "x"), "usb:", in_use=in_use)) is becomes


def test_pyserials_own_exceptions_are_system_errors() -> None:
    vendor = [value for value in vars(serial).values() if isinstance(value, type) and issubclass(value, Exception)]

    assert serial.SerialException in vendor
    assert all(issubclass(exception, OSError) for exception in vendor)


class BulkEndpoints:
    """A USB device with libusb's manners: a transfer that times out half way returns what went out."""

    def __init__(self, *, takes: int, fails: int | None = None) -> None:
        self.taken = bytearray()
        self.answers = bytearray()
        self._takes = takes
        self._fails = fails

    def write(self, data: bytes, timeout_ms: int) -> int:
        assert timeout_ms > 0
        if self._fails is not None:
            raise OSError(self._fails, os.strerror(self._fails))
        if self._takes == 0:
            raise OSError(errno.ETIMEDOUT, "Operation timed out")
        self.taken += data[: self._takes]
        return min(self._takes, len(data))

    def read(self, size: int, timeout_ms: int) -> bytes:
        if not self.answers:
            raise OSError(errno.ETIMEDOUT, "Operation timed out")
        return bytes(self.answers[:size])

    def release(self) -> None:
        raise OSError(errno.ENODEV, "No such device")


def test_a_short_usb_transfer_is_believed() -> None:
    endpoints = BulkEndpoints(takes=64)
    transport = LibusbTransport(endpoints, device="libusb:04b8:0e15")
    data = bytes(range(256)) * 4

    while data:
        data = data[transport.write(data, timeout_s=0.1) :]

    assert bytes(endpoints.taken) == bytes(range(256)) * 4


def test_a_usb_printer_that_takes_nothing_is_no_fault_yet() -> None:
    transport = LibusbTransport(BulkEndpoints(takes=0), device="libusb:04b8:0e15")

    assert transport.write(b"x", timeout_s=0) == 0
    assert transport.read(timeout_s=0) == b""


def test_a_usb_cable_that_comes_out_is_a_broken_connection() -> None:
    transport = LibusbTransport(BulkEndpoints(takes=1, fails=errno.ENODEV), device="libusb:04b8:0e15")

    with pytest.raises(DeviceIoError):
        transport.write(b"x", timeout_s=0.1)
    transport.close()
    with pytest.raises(DeviceIoError):
        transport.read(timeout_s=0.1)


@pytest.fixture
def usb_tree(tmp_path: Path) -> tuple[Path, Path]:
    """Two printers as the kernel shows them: nodes, and the devices behind them."""
    dev, sys = tmp_path / "dev", tmp_path / "sys"
    dev.mkdir()
    for node, vendor, product, name in (("lp0", "04b8", "0e15", "TM-T20"), ("lp1", "1504", "0006", "SRP-350")):
        os.mkfifo(dev / node)
        device = tmp_path / "devices" / node
        (device / "interface").mkdir(parents=True)
        for attribute, value in (("idVendor", vendor), ("idProduct", product), ("product", name)):
            (device / attribute).write_text(f"{value}\n")
        (sys / node).mkdir(parents=True)
        (sys / node / "device").symlink_to(device / "interface")
    return dev, sys


def test_usb_printers_are_found_with_their_names(usb_tree: tuple[Path, Path]) -> None:
    dev, sys = usb_tree

    found = usb_printers(dev_dir=dev, sys_dir=sys)

    assert [(printer.vendor, printer.product, printer.model) for printer in found] == [
        ("04b8", "0e15", "TM-T20"),
        ("1504", "0006", "SRP-350"),
    ]


def test_a_usb_printer_is_opened_by_its_numbers(usb_tree: tuple[Path, Path]) -> None:
    dev, sys = usb_tree
    far = os.open(dev / "lp1", os.O_RDWR | os.O_NONBLOCK)

    transport = open_usb("1504:0006", url="usb:1504:0006", dev_dir=dev, sys_dir=sys)

    assert transport.write(b"\x1b@", timeout_s=1) == 2
    assert os.read(far, 16) == b"\x1b@"
    transport.close()
    os.close(far)


def test_without_usb_printers_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(DeviceMissingError):
        open_usb("", url="usb:", dev_dir=tmp_path, sys_dir=tmp_path)
    with pytest.raises(DeviceMissingError, match="pyusb"):
        open_usb("04b8:0e15", url="usb:04b8:0e15", dev_dir=tmp_path, sys_dir=tmp_path)
