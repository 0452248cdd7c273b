"""`pos demo`: the till's screen on this tty, with a town behind it and a visitor's function keys beneath it.

The screen is the product's own; this only adds one line below it and keys that a till does not have.
"""

import asyncio
import logging
import random
import shutil
import sys
from pathlib import Path
from typing import ClassVar, Final

from textual.binding import Binding, BindingType

from pos.config import TerminalConfig
from pos.demo.town import RunningTown, demo_folder, running_town
from pos.demo.visitor import Visitor
from pos.exits import Exit
from pos.link.calls import Role
from pos.link.client import AsyncLink
from pos.sandbox.people import Crowd
from pos.tui import app
from pos.tui.app import TillApp
from pos.tui.link import TillLink
from pos.tui.process import run
from pos.words import words_for

KEYS: Final = "F1 손님  F2 이상한 코드  F3 통신선  F4 용지  F5 전원  F10 끝"
ENGLISH_KEYS: Final = "F1 customer  F2 odd code  F3 cable  F4 paper  F5 power  F10 end"
ROWS_WITH_BAR: Final = 25
TICK_S: Final = 0.25
STYLES: Final = str(Path(app.__file__).with_name("terminal.tcss"))
"""The screen's own; Textual would look for it beside this file."""


class VisitApp(TillApp):
    """The till's screen with a visitor in front of it."""

    CSS_PATH = STYLES
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "customer", priority=True),
        Binding("f2", "cheat", priority=True),
        Binding("f3", "network", priority=True),
        Binding("f4", "paper", priority=True),
        Binding("f5", "power", priority=True),
        Binding("f10", "leave", priority=True),
    ]

    def __init__(self, running: RunningTown, visitor: Visitor) -> None:
        config = running.config

        async def connect() -> TillLink:
            return await AsyncLink.connect(config.terminal.socket_dir, Role.SCREEN)

        super().__init__(connect, words=words_for(config.terminal.language), may_quit=True)
        self._visitor = visitor

    def on_mount(self) -> None:
        super().on_mount()
        self._say("")
        self.set_interval(TICK_S, self._visitor.tick)

    def action_customer(self) -> None:
        self._say(self._visitor.next_customer(self.desk.till))

    def action_cheat(self) -> None:
        self._say(self._visitor.next_cheat(self.desk.till))

    def action_network(self) -> None:
        self._say(self._visitor.toggle_network())

    def action_paper(self) -> None:
        self._say(self._visitor.toggle_paper())

    def action_power(self) -> None:
        self._say(self._visitor.cut_power())

    def action_leave(self) -> None:
        self.exit()

    def _say(self, what: str) -> None:
        """One line in the screen's lower border, where the till itself draws nothing."""
        keys = ENGLISH_KEYS if self.words.language == "en" else KEYS
        if self.size.height >= ROWS_WITH_BAR:
            self.screen.styles.border_bottom = ("hkey", "#aab4bf")
            self.screen.styles.border_subtitle_align = "left"
            self.screen.border_subtitle = f"{keys}  {what}"


def run_visit(*, seed: int, out: Path | None) -> int:
    """Open the town to a visitor; ends with F10."""
    if not sys.stdout.isatty():
        sys.stderr.write("pos: the demo needs a terminal; without one use: pos demo --headless --sales 50\n")
        return Exit.USAGE
    with demo_folder(out) as folder:
        _say(f"town: {folder}")
        _say(f"{KEYS}\n{ENGLISH_KEYS}")
        if shutil.get_terminal_size().lines < ROWS_WITH_BAR:
            _say(f"the keys stay in view in a terminal of {ROWS_WITH_BAR} rows or more")
        with running_town(folder, seed=seed) as running:
            visitor = Visitor(running, Crowd(running.town, seed=str(seed)), random.Random(seed))
            logging.basicConfig(handlers=[logging.NullHandler()], force=True)
            asyncio.run(run(VisitApp(running, visitor)))
        _farewell(folder, running.config)
    return Exit.DONE


def _farewell(folder: Path, config: TerminalConfig) -> None:
    receipts = len(list((folder / "paper").glob("receipt-*.png")))
    _say(f"{receipts} receipts: {folder / 'paper'}/receipt-*.png")
    _say(f"journal: ./run pos journal show --config {config.file}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
