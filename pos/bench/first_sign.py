"""`pos bench print`, second half: from the deciding frame to the verdict's first sign, with everything else broken.

A whole terminal in its real processes: core, devices with the jailed decoder, sync, the screen on a pseudo terminal.
The printer is out of paper and a receipt more waits for it with each sale; the ledger takes connections and never
answers. Measured is the time from the picture of the customer's code being there for the camera to the terminal's bell,
which the screen rings when it has the verdict.
"""

import contextlib
import fcntl
import json
import os
import pty
import select
import socket
import struct
import subprocess
import tempfile
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pos.config import TerminalConfig, load_config
from pos.errors import LinkError, PosError
from pos.link.calls import ClearVerdict, EnterAmount, Role, StateChanged, Watch
from pos.link.client import BlockingLink
from pos.link.state import Outcome, PrinterState, TillState
from pos.processes import log_dir, terminal_services
from pos.sandbox.people import Crowd
from pos.sandbox.qr_picture import qr_png
from pos.sandbox.town import Town, init
from pos.supervisor import Supervisor, pos_command

SALES: Final = 40
GOAL_MS: Final = 700
_AMOUNT_WON: Final = 1_000
_BELL: Final = b"\x07"
_START_S: Final = 40.0
_ANSWER_S: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstSignReport:
    """Milliseconds from the picture to the bell."""

    sales: int
    median_ms: float
    p95_ms: float
    most_ms: float
    goal_ms: int
    unprinted: int
    """Receipts that waited for paper at the end: every sale was measured with the paper out."""


def measure_first_sign(*, sales: int = SALES) -> FirstSignReport:
    """Sell `sales` times and listen. PosError where the terminal does not come up or does not approve."""
    with tempfile.TemporaryDirectory(prefix="pos-bench-") as folder, ExitStack() as stack:
        town = init(Path(folder) / "town", seed="bench")
        _take_paper_out(town)
        config = _with_hanging_ledger(town, stack.enter_context(_hanging_ledger()))
        stack.enter_context(Supervisor(terminal_services(config), log_dir(config)))
        screen = stack.enter_context(_screen(config))
        till = stack.enter_context(contextlib.closing(_Till(config)))
        till.wait_for(lambda state: state.printer.state is PrinterState.PAPER_OUT, _START_S)
        screen.wait_until_drawn()
        crowd = Crowd(town, seed="bench")
        taken = sorted(_sale_ms(town, crowd, till, screen, number) for number in range(sales))
        unprinted = till.state.printer.unprinted
    return FirstSignReport(
        sales=sales,
        median_ms=round(taken[sales // 2], 1),
        p95_ms=round(taken[min(int(sales * 0.95), sales - 1)], 1),
        most_ms=round(taken[-1], 1),
        goal_ms=GOAL_MS,
        unprinted=unprinted,
    )


def _sale_ms(town: Town, crowd: Crowd, till: "_Till", screen: "_Screen", number: int) -> float:
    customer = crowd.customers[number % len(crowd.customers)]
    png = qr_png(customer.pay(_AMOUNT_WON, now_s=int(time.time())))
    seen = till.serial
    till.link.call(ClearVerdict())
    till.link.call(EnterAmount(amount_won=_AMOUNT_WON))
    screen.forget()
    picture = town.directory / "camera" / "phone.png"
    fresh = picture.with_name(".phone.part")
    fresh.write_bytes(png)
    began_s = time.monotonic()
    fresh.replace(picture)
    rang_s = screen.wait_for_bell()
    till.wait_for(lambda state: state.verdict is not None and state.verdict.serial > seen, _ANSWER_S)
    verdict = till.state.verdict
    if verdict is None or verdict.outcome is not Outcome.APPROVED:
        raise PosError(f"the sale was not approved: {verdict}")
    picture.unlink()
    return (rang_s - began_s) * 1_000


class _Till:
    """The screen's role a second time: it types amounts and sees states."""

    def __init__(self, config: TerminalConfig) -> None:
        self.link = _patient_link(config.terminal.socket_dir)
        self._serial = 0
        self.state: TillState = self.link.call(Watch()).till

    @property
    def serial(self) -> int:
        """Of the newest verdict so far."""
        verdict = self.link.call(Watch()).till.verdict
        self._serial = self._serial if verdict is None else verdict.serial
        return self._serial

    def wait_for(self, condition: Callable[[TillState], bool], within_s: float) -> None:
        end_s = time.monotonic() + within_s
        while not condition(self.state):
            left_s = end_s - time.monotonic()
            if left_s <= 0:
                raise PosError(f"the terminal never came to that; it is {self.state}")
            push = self.link.next_push(min(left_s, 1.0))
            if isinstance(push, StateChanged):
                self.state = push.till

    def close(self) -> None:
        self.link.close()


class _Screen:
    """The screen process, on a pseudo terminal that is listened to."""

    def __init__(self, near: int) -> None:
        self._near = near

    def wait_until_drawn(self) -> None:
        """Until the screen has drawn something and is at rest."""
        if not select.select([self._near], [], [], _START_S)[0]:
            raise PosError("the screen draws nothing")
        self.forget()

    def forget(self) -> None:
        """Drop what was drawn so far, until nothing more comes for a moment."""
        while select.select([self._near], [], [], 0.15)[0]:
            os.read(self._near, 65_536)

    def wait_for_bell(self) -> float:
        """When it rang, in monotonic seconds."""
        end_s = time.monotonic() + _ANSWER_S
        while (left_s := end_s - time.monotonic()) > 0:
            if select.select([self._near], [], [], left_s)[0] and _BELL in os.read(self._near, 65_536):
                return time.monotonic()
        raise PosError("the screen never rang")


@contextmanager
def _screen(config: TerminalConfig) -> Iterator[_Screen]:
    near, far = pty.openpty()
    fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    command = pos_command("process", "screen", "--config", str(config.file))
    environment = {**os.environ, "TERM": "xterm-256color"}
    process = subprocess.Popen(command, stdin=far, stdout=far, stderr=far, env=environment, start_new_session=True)
    os.close(far)
    try:
        yield _Screen(near)
    finally:
        process.terminate()
        process.wait()
        os.close(near)


@contextmanager
def _hanging_ledger() -> Iterator[str]:
    """An address that takes every connection and says nothing."""
    taken: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def take() -> None:
            with contextlib.suppress(OSError):
                while True:
                    taken.append(listener.accept()[0])

        threading.Thread(target=take, name="hanging ledger", daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            for connection in taken:
                connection.close()


def _take_paper_out(town: Town) -> None:
    paper = town.directory / "paper"
    paper.mkdir(exist_ok=True)
    (paper / "faults.json").write_text(json.dumps({"paper": "out"}), "utf-8")


def _with_hanging_ledger(town: Town, url: str) -> TerminalConfig:
    lines = town.terminal_toml.read_text("utf-8").splitlines()
    section = ""
    for number, line in enumerate(lines):
        section = line.strip() if line.startswith("[") else section
        if section == "[ledger]" and line.startswith("url"):
            lines[number] = f'url = "{url}"'
    town.terminal_toml.write_text("\n".join(lines) + "\n", "utf-8")
    return load_config(town.terminal_toml)


def _patient_link(socket_dir: Path) -> BlockingLink:
    end_s = time.monotonic() + _START_S
    while True:
        try:
            return BlockingLink(socket_dir, Role.SCREEN)
        except LinkError:
            if time.monotonic() >= end_s:
                raise
            time.sleep(0.05)
