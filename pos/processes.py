"""The four processes' main functions, and running all of them from one tty.

Each ends in order on SIGTERM or SIGINT. Core tells systemd when it is ready and feeds its watchdog only from the loop
that answers calls; where there is no systemd nobody listens, and nothing else changes.
"""

import asyncio
import contextlib
import logging
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from pos.config import TerminalConfig
from pos.exits import Exit
from pos.supervisor import Service, Supervisor, end_with_supervisor, pos_command

LOG_FORMAT = "%(asctime)s %(name)s %(levelname)s %(message)s"


def run_process(name: str, config: TerminalConfig) -> int:
    """Run one process until it is told to stop."""
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT, stream=sys.stderr)
    end_with_supervisor()
    match name:
        case "core":
            from pos.core.process import serve_core
            from pos.terminal import build_core, first_boot, stand_in

            return asyncio.run(serve_core(config, build_core, stand_in, first_boot))
        case "devices":
            from pos.devices.process import serve_devices

            with _stop_on_signals() as stopping:
                return serve_devices(config, stopping)
        case "sync":
            from pos.syncer import run_sync

            with _stop_on_signals() as stopping:
                run_sync(config, stopping)
            return Exit.DONE
        case _:
            from pos.tui.process import serve_screen

            return serve_screen(config)


def run_supervised(config: TerminalConfig) -> int:
    """Core, devices and sync under a supervisor; the screen here, which a person may leave; then all end."""
    from pos.tui.process import serve_screen

    with Supervisor(terminal_services(config), log_dir(config)):
        return serve_screen(config, may_quit=True)


def terminal_services(config: TerminalConfig) -> tuple[Service, ...]:
    """Everything but the screen, in starting order."""
    return tuple(
        Service(name=name, command=pos_command("process", name, "--config", str(config.file)))
        for name in ("core", "devices", "sync")
    )


def log_dir(config: TerminalConfig) -> Path:
    return config.terminal.state_dir / "log"


@contextlib.contextmanager
def _stop_on_signals() -> Iterator[threading.Event]:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    yield stopping
