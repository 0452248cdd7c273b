"""The simulated till behind real sockets, for a screen on a real terminal.

    python -m tests.support.screen_core FOLDER

Lines on standard input play the counter: `present WON [REASON]`, `paper` (a question), `online`, `offline`. What a
scanner typed at the screen is written as `scanned TEXT`.
"""

import asyncio
import sys
from pathlib import Path
from typing import cast

import msgspec

from pos.link.calls import AnyAnswer, AnyCall, Role, ScanSeen, StateChanged
from pos.link.server import LinkServer
from pos.link.state import QuestionKind, TillState
from pos.till.reasons import Reason
from tests.support.till_simulator import Code, TillSimulator


class Sockets:
    """Tells every screen at the sockets what the simulated till is like."""

    def __init__(self, folder: Path, core: TillSimulator) -> None:
        self._core = core
        self.server = LinkServer(folder, self._answer)
        core.tell(self)

    def push(self, till: TillState) -> None:
        self.server.push(Role.SCREEN, StateChanged(till=till))

    def end(self) -> None:
        pass

    def _answer(self, role: Role, call: AnyCall) -> AnyAnswer:
        assert role is Role.SCREEN, "only a screen is served here"
        if isinstance(call, ScanSeen):
            sys.stdout.write(f"scanned {call.text}\n")
            sys.stdout.flush()
        return cast("AnyAnswer", self._core.answer_now(call))


def play(core: TillSimulator, words: list[str], count: int) -> None:
    """One line of the script; every presented code is another one."""
    match words:
        case ["present", won]:
            core.present(Code(amount_won=int(won), name=f"code {count}"))
        case ["present", won, reason]:
            core.present(Code(amount_won=int(won), reason=Reason(reason)))
        case ["paper"]:
            core.ask(QuestionKind.PAPER_LOADED, count=3)
        case ["online" | "offline" as state]:
            core.change(network=msgspec.structs.replace(core.till.network, online=state == "online"))
        case _:
            raise SystemExit(f"unknown: {words}")


async def serve(folder: Path) -> None:
    core = TillSimulator()
    await Sockets(folder, core).server.start()
    sys.stdout.write("serving\n")
    sys.stdout.flush()
    loop = asyncio.get_running_loop()
    for count in range(1_000_000):
        line = await loop.run_in_executor(None, sys.stdin.readline)
        if not line:
            return
        play(core, line.split(), count)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
