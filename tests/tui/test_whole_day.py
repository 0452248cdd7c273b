"""The day of the story, every scene that a cashier does by keys of the pad, on the real screen and the real till.

Processes, ledger, cable, printer and camera are those of `pos demo`; the screen runs here, under the toolkit's pilot.
"""

import asyncio
from contextlib import closing

import pytest

from pos.demo.story.day import DAY, tell
from pos.demo.story.stage import Stage
from pos.demo.story.telling import disagreements, prepare
from pos.demo.town import RunningTown, running_town
from pos.link.calls import Role
from pos.link.client import AsyncLink
from pos.tui.link import TillLink
from tests.support.core_builders import short_folder
from tests.support.key_hands import CountedLink, KeyHands, Traffic
from tests.support.screens import Counter, ManualSeconds, Timers, a_screen

SEED = 20_261_122


async def live(running: RunningTown) -> tuple[Stage, list[str], list[str]]:
    """The whole day; what was seen, and where the closing says something else."""
    traffic, clock = Traffic(), ManualSeconds()

    async def connect() -> TillLink:
        link = await AsyncLink.connect(running.config.terminal.socket_dir, Role.SCREEN)
        return CountedLink(link, traffic)

    timers = Timers(clock)
    app = a_screen(connect, clock, timers=timers)
    async with app.run_test(size=(80, 24)) as pilot:
        counter = Counter(core=None, app=app, clock=clock, timers=timers, pilot=pilot)  # type: ignore[arg-type]
        hands = KeyHands(counter=counter, traffic=traffic, loop=asyncio.get_running_loop())

        def play() -> tuple[Stage, list[str], list[str]]:
            hands.core_is_back()
            stage = Stage(running, hands, seed=SEED)
            with closing(stage):
                seen = list(tell(stage))
                return stage, seen, list(stage.takings.differences(stage.report("z").figures))

        return await asyncio.to_thread(play)


@pytest.mark.slow
def test_the_day_by_keys_ends_with_till_ledger_and_reports_agreeing() -> None:
    with short_folder() as folder:
        town = folder / "town"
        with running_town(town, seed=SEED, prepare=lambda made: prepare(made, seed=SEED)) as running:
            stage, seen, differences = asyncio.run(live(running))

        assert len(seen) == len(DAY)
        assert differences == []
        assert disagreements(town, stage.takings) == ()
        assert (town / "paper" / "receipt-0030.png").stat().st_size > 0
