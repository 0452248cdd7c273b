"""The devices process: a thread and a link of its own for each device, all of them replaceable at any time.

Core going away ends no thread: each connects again and goes on. A configuration that no device could follow is said
once in the log and leaves that device out; the others work. A thread that hangs takes the process with it: systemd's
watchdog is fed while all of them turn, and no thread can be restarted alone.
"""

import logging
import threading
from collections.abc import Callable
from contextlib import closing
from threading import Event
from typing import Final

from drivers.camera.camera import Camera, CameraUrlError
from drivers.camera.opening import open_camera
from drivers.card.reader import open_card_reader
from drivers.errors import DeviceError, DeviceSetupError
from drivers.scanner.scanner import is_hand_scanner, open_hand_scanner
from pos.config import TerminalConfig
from pos.devices.cards import serve_cards
from pos.devices.chosen import ChosenPrinter
from pos.devices.eyes import Eyes
from pos.devices.hand_scanner import serve_hand_scanner
from pos.devices.paper import serve_paper
from pos.devices.search import search_printers
from pos.devices.signs import configured_signs, serve_signs
from pos.errors import LinkError
from pos.exits import Exit
from pos.link.calls import DevicesState, ReportFound, Role, WatchDevices
from pos.link.client import CALL_TIMEOUT_S, BlockingLink
from pos.link.outage import CoreOutage
from pos.pulse import Pulse
from pos.scanner.scanner import Scanner
from pos.scanner.worker import DecodingWorker

RECONNECT_S: Final = 0.5
HEAR_S: Final = 1.0
SILENT_S_MAX: Final = CALL_TIMEOUT_S + 15.0
"""A device's thread that has been silent for longer hangs: waiting for core alone may take as long as a call."""

log = logging.getLogger(__name__)

Serve = Callable[[BlockingLink, Event], None]


def serve_devices(config: TerminalConfig, stopping: Event) -> int:
    """Serve every configured device until told to stop."""
    outage, pulse = CoreOutage(log), Pulse(stopping)
    threads = [
        threading.Thread(target=_keep_serving, args=(name, config, serve, outage, pulse.loop(SILENT_S_MAX)), name=name)
        for name, serve in _parts(config).items()
    ]
    for thread in threads:
        thread.start()
    with pulse.fed():
        stopping.wait()
    for thread in threads:
        thread.join()
    return Exit.DONE


def _parts(config: TerminalConfig) -> dict[str, Serve]:
    chosen = ChosenPrinter()
    parts: dict[str, Serve] = {
        "paper": lambda link, stopping: serve_paper(link, chosen, stopping),
        "drawer": lambda link, stopping: _serve_drawer(link, chosen, stopping),
        "search": lambda link, stopping: _serve_search(link, chosen, stopping),
    }
    parts["signs"] = lambda link, stopping: serve_signs(link, configured_signs(link, config), stopping)
    try:
        parts["eyes"] = _code_reader(config.scanner.url)
    except (CameraUrlError, DeviceSetupError) as error:
        log.error("no codes: %s", error)
    try:
        cards = open_card_reader(config.card.url)
    except DeviceSetupError as error:
        log.error("no cards: %s", error)
    else:
        if cards is not None:
            parts["cards"] = lambda link, stopping: serve_cards(link, cards, stopping)
    return parts


def _code_reader(url: str) -> Serve:
    """Whatever reads codes at this terminal. Raises CameraUrlError, DeviceSetupError."""
    if is_hand_scanner(url):
        scanner = open_hand_scanner(url)
        return lambda link, stopping: serve_hand_scanner(link, scanner, stopping, url=url)
    camera = open_camera(url)
    return lambda link, stopping: _serve_eyes(link, camera, url, stopping)


def _keep_serving(name: str, config: TerminalConfig, serve: Serve, outage: CoreOutage, stopping: Event) -> None:
    while not stopping.is_set():
        try:
            with closing(BlockingLink(config.terminal.socket_dir, Role.DEVICES)) as link:
                link.call(WatchDevices())
                outage.answered(name)
                serve(link, stopping)
        except LinkError as error:
            outage.failed(name, error)
            stopping.wait(RECONNECT_S)


def _serve_eyes(link: BlockingLink, camera: Camera, url: str, stopping: Event) -> None:
    """A scanner for as long as the link lives: its worker ends with the thread that started it."""
    worker = DecodingWorker()
    try:
        Eyes(link, Scanner(camera, worker), url=url).serve(stopping)
    finally:
        worker.close()


def _serve_drawer(link: BlockingLink, chosen: ChosenPrinter, stopping: Event) -> None:
    """Open the drawer when core counts one opening more; it never waits for paper."""
    opened: int | None = None
    while not stopping.is_set():
        push = link.next_push(HEAR_S)
        if not isinstance(push, DevicesState):
            continue
        if opened is not None and push.drawer_serial > opened:
            _open_drawer(chosen)
        opened = push.drawer_serial


def _serve_search(link: BlockingLink, chosen: ChosenPrinter, stopping: Event) -> None:
    """Look for printers when core counts one search more."""
    searched: int | None = None
    while not stopping.is_set():
        push = link.next_push(HEAR_S)
        if not isinstance(push, DevicesState):
            continue
        if searched is not None and push.search_serial > searched:
            choice = chosen.choice
            link.call(ReportFound(printers=search_printers(in_use="" if choice is None else choice.url)))
        searched = push.search_serial


def _open_drawer(chosen: ChosenPrinter) -> None:
    printer = chosen.printer()
    if printer is None:
        log.warning("the drawer did not open: it hangs on a printer, and none is configured")
        return
    try:
        log.info("drawer: %s", printer.open_drawer().value)
    except DeviceError as error:
        log.warning("the drawer did not open: %s", error)
