"""`./run`: what it says without doing anything, and how it goes on when a stage fails."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from tests.support.process_tools import Child, run

ROOT = Path(__file__).parents[2]

THREE_STAGES = """
import sys
sys.path.insert(0, {workshop!r})
import stages
from bench import StageError

def fine(bench):
    bench.run("true")

def broken(bench):
    bench.run("sh", "-c", "exit 5")

def late(bench):
    bench.run("sh", "-c", "echo my id is $$; tail -f /dev/null")

def stage(body, **more):
    return stages.Stage(name=body.__name__, says="for the test", body=body, is_everyday=True, **more)

stages.STAGES = (
    stage(broken, minutes_max=1),
    stage(late, minutes_max={minutes_max}),
    stage(fine, minutes_max=1, closes_with_pytest={closes_with_pytest}),
)
sys.exit(stages.test({arguments!r}))
"""


def stages_command(*arguments: str, minutes_max: int = 0, closes_with_pytest: bool = False) -> list[str]:
    code = THREE_STAGES.format(
        workshop=str(ROOT / ".ci"),
        minutes_max=minutes_max,
        closes_with_pytest=closes_with_pytest,
        arguments=list(arguments),
    )
    return [sys.executable, "-c", code]


def run_stages(*arguments: str, closes_with_pytest: bool = False) -> Child:
    return run(stages_command(*arguments, closes_with_pytest=closes_with_pytest))


def test_every_stage_runs_and_the_first_failure_is_the_exit_status() -> None:
    done = run_stages()

    rows = [line.split(maxsplit=2) for line in done.stdout.splitlines()]
    results = {row[0]: row[2] for row in rows if len(row) == 3 and row[0] in ("broken", "late", "fine")}
    assert done.exit_status == 5, done.report()
    assert results["broken"].startswith("FAILED: status 5")
    assert results["late"].startswith("FAILED: not done in time")
    assert results["fine"] == "passed"


def test_the_last_line_counts_the_stages_where_no_test_runner_did() -> None:
    assert run_stages().stdout.splitlines()[-1] == "1 passed, 2 failed"
    assert "1 passed, 2 failed" not in run_stages(closes_with_pytest=True).stdout


def test_the_runner_takes_its_stage_with_it_when_it_is_ended() -> None:
    with Child(stages_command("--stage", "late", minutes_max=1)) as runner:
        pid = int(runner.wait_for_line(r"my id is (\d+)")[1])
        runner.signal(signal.SIGTERM)

        assert runner.wait() == 128 + signal.SIGTERM
        assert not Path(f"/proc/{pid}").exists()


def test_one_stage_can_be_run_alone() -> None:
    done = run_stages("--stage", "fine")

    assert done.exit_status == 0
    assert "broken" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["help"], 0, "./run demo"),
        ([], 0, "./run demo"),
        (["tset"], 2, "there is no 'tset'"),
    ],
)
def test_a_person_is_told_what_there_is(arguments: list[str], status: int, says: str) -> None:
    done = run([ROOT / "run", *arguments], env={"PATH": "/usr/bin:/bin"}, cwd=Path("/"))

    assert done.exit_status == status
    assert says in done.stdout + done.stderr


def test_an_unknown_stage_is_answered_with_the_list() -> None:
    done = run_stages("--stage", "lnit")

    assert done.exit_status == 2
    assert "fine" in done.stderr
