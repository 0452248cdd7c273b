"""The screen process: one app on this tty until it is told to stop.

The toolkit draws on standard error, so nothing else may write there: log records have no place on a cashier's screen
and go nowhere; what must be known is on the screen or in core's journal.
"""

import asyncio
import logging
import os
import signal
import sys
from typing import Final

from pos.config import TerminalConfig
from pos.exits import Exit
from pos.link.calls import Role
from pos.link.client import AsyncLink
from pos.notify import Notifier
from pos.tui.app import TillApp
from pos.tui.graphics import ask_terminal
from pos.tui.link import TillLink
from pos.words import words_for

_ENDING: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""SIGHUP is the window being closed."""
FEED_EVERY_S: Final = 2.0


def serve_screen(config: TerminalConfig, *, may_quit: bool = False) -> int:
    """Show the till of `config` until SIGTERM, SIGINT or SIGHUP; `may_quit` lets a person leave it by key."""

    async def connect() -> TillLink:
        return await AsyncLink.connect(config.terminal.socket_dir, Role.SCREEN)

    logging.basicConfig(handlers=[logging.NullHandler()], force=True)
    graphics = ask_terminal(sys.stdin.fileno())
    app = TillApp(connect, words=words_for(config.terminal.language), may_quit=may_quit, graphics=graphics)
    asyncio.run(run(app))
    _let_go_of_tty()
    return app.return_code or Exit.DONE


async def run(app: TillApp) -> None:
    """Run `app` on this tty; a signal ends it in order, so that the tty is left as it was found."""
    loop = asyncio.get_running_loop()
    for number in _ENDING:
        loop.add_signal_handler(number, app.exit)
    feeder = asyncio.create_task(_feed(app, Notifier()))
    try:
        await app.run_async()
    finally:
        feeder.cancel()


async def _feed(app: TillApp, notifier: Notifier) -> None:
    """Tell systemd that the screen is painted, then that it lives: the app's own queue does, which draws."""
    await app.painted.wait()
    notifier.ready()
    while True:
        app.call_later(notifier.alive)
        await asyncio.sleep(FEED_EVERY_S)


def _let_go_of_tty() -> None:
    """A closed window takes no last bytes; the interpreter must not end on an error for them."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
