"""Processes kept alive where there is no systemd."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pos.supervisor import Service, Supervisor
from tests.support.process_tools import DEADLINE_S

SLEEPER = (sys.executable, "-I", "-S", "-c", "import signal; signal.pause()")


def wait_for(condition: Callable[[], bool]) -> None:
    end_s = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < end_s, "it never came to that"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_process_that_dies_is_started_again(tmp_path: Path) -> None:
    with Supervisor([Service(name="sleeper", command=SLEEPER)], tmp_path / "log") as supervisor:
        wait_for(lambda: "sleeper" in supervisor.pids())
        first = supervisor.pids()["sleeper"]
        supervisor.kill("sleeper")
        wait_for(lambda: supervisor.pids().get("sleeper", first) != first)
        second = supervisor.pids()["sleeper"]

    assert not is_alive(second), "whoever starts it ends it"


def test_a_process_that_ends_by_itself_is_started_again(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    count = f"open({str(starts)!r}, 'a').write('x')"
    with Supervisor([Service(name="short", command=(sys.executable, "-I", "-c", count))], tmp_path / "log"):
        wait_for(lambda: starts.exists() and len(starts.read_text()) >= 2)


def test_a_process_that_cannot_be_started_leaves_the_others_alone(tmp_path: Path) -> None:
    services = [Service(name="missing", command=("/no/such/program",)), Service(name="sleeper", command=SLEEPER)]
    with Supervisor(services, tmp_path / "log") as supervisor:
        wait_for(lambda: "sleeper" in supervisor.pids())
        first = supervisor.pids()["sleeper"]
        supervisor.kill("sleeper")
        wait_for(lambda: supervisor.pids().get("sleeper", first) != first)
        assert "missing" not in supervisor.pids()


def test_a_process_stays_away_as_long_as_it_is_wanted_away(tmp_path: Path) -> None:
    services = [Service(name=name, command=SLEEPER) for name in ("core", "other")]
    with Supervisor(services, tmp_path / "log") as supervisor:
        wait_for(lambda: supervisor.pids().keys() == {"core", "other"})
        first = supervisor.pids()
        with supervisor.without("core"):
            assert not is_alive(first["core"])
            supervisor.kill("other")
            wait_for(lambda: supervisor.pids().get("other", first["other"]) != first["other"])
            assert "core" not in supervisor.pids(), "the others are tended meanwhile"
        wait_for(lambda: "core" in supervisor.pids())
