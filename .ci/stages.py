"""The test stages: one small function each, all in one list, the quickest first.

- A stage installs what it needs and fails where it cannot; it never skips.
- Every stage runs, whatever the others did; the exit status is the first failure's.
- Each has a limit in minutes, after which it is stopped with everything it started.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import environments
import fresh_clone
import package
import readme
import roots
from bench import Bench, StageError, end_children
from ground import CACHE, ROOT, GroundError, install_packages
from wheels import MACHINES

PACKAGES_TO_TEST = ("git", "strace", "tmux", "systemd", "udev")
PACKAGES = CACHE / "packages"
"""Where the stages keep the packages that they try."""
TRIED_WITH_313 = ("bottom", "core", "journal", "link", "till", "voucher")
FUZZ_RUNS_SLICE = 500_000
FUZZ_RUNS_SOAK = 50_000_000
CUTS_SLICE = 30
CUTS_SOAK = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    name: str
    says: str
    body: Callable[[Bench], None]
    minutes_max: float
    is_everyday: bool = False
    is_soak: bool = False
    is_too_long_for_all: bool = False
    """Only for a night; a slice of it runs in another stage."""
    closes_with_pytest: bool = False


# The stages


def lint(bench: Bench) -> None:
    bench.tool("ruff", "check", ".", "run")


def layout(bench: Bench) -> None:
    bench.tool("ruff", "format", "--check", ".", "run")


def types(bench: Bench) -> None:
    bench.tool("mypy", "--explicit-package-bases", "pos", "drivers", "tests/support", "tests/workshop", "tests/outside")
    workshop = sorted((ROOT / ".ci").glob("*.py"))
    bench.tool("mypy", "--scripts-are-modules", "run", *workshop)


def layers(bench: Bench) -> None:
    bench.tool("lint-imports")


def tests(bench: Bench) -> None:
    install_packages(PACKAGES_TO_TEST)
    bench.pytest("-n", "3", "-m", "not slow")


def slow(bench: Bench) -> None:
    install_packages((*PACKAGES_TO_TEST, "postgresql"))
    others = "not kill_matrix and not outsiders and not cddl"
    bench.pytest("-n", "3", "-m", "slow", "-k", others, "--ignore", "tests/browser")


def browser(bench: Bench) -> None:
    install_packages(("chromium", "chromium-driver"))
    bench.pytest("tests/browser", "-m", "slow")


def kill_matrix(bench: Bench) -> None:
    install_packages(PACKAGES_TO_TEST)
    bench.pytest("-n", "2", "-m", "slow", "-k", "kill_matrix")


def fuzz(bench: Bench, runs: int = FUZZ_RUNS_SLICE) -> None:
    # What makes a decoder fail is kept beside the fuzzer's environment.
    options = (f"-atheris_runs={runs}", f"-artifact_prefix={CACHE}/", "-print_final_stats=1", "-verbosity=0")
    bench.run(environments.fuzzer(), "tests/fuzz/fuzz_decoders.py", *options)


def fuzz_long(bench: Bench) -> None:
    fuzz(bench, FUZZ_RUNS_SOAK)


def ledger_kills(bench: Bench) -> None:
    install_packages(PACKAGES_TO_TEST)
    bench.pytest("tests/ledger/test_crash.py", "-s", "-m", "slow", env={"CHAK_EVERY": "1"})


def ext4(bench: Bench, cuts: int = CUTS_SLICE) -> None:
    """The served core on the file system that the handbook recommends, its power cut at moments nobody planned."""
    install_packages(("e2fsprogs", "mount", "util-linux"))
    bench.pytest_as_root("tests/outside/ext4", env={"CHAK_EXT4_CUTS": str(cuts)})


def ext4_long(bench: Bench) -> None:
    ext4(bench, CUTS_SOAK)


def many_tills(bench: Bench) -> None:
    bench.pytest("tests/sync/test_many_tills.py", "-s", "-m", "slow", env={"CHAK_SALES": "10000"})


def pycose(bench: Bench) -> None:
    python = {"CHAK_PYCOSE_PYTHON": str(environments.pycose())}
    bench.pytest("-m", "slow", "-k", "outsiders or cddl", env=python)


def emupos(bench: Bench) -> None:
    bench.pytest("tests/outside/emupos", env={"CHAK_EMUPOS": str(environments.emupos())})


def card(bench: Bench) -> None:
    library = str(environments.smartcard())
    bench.pytest("tests/outside/card", env={"CHAK_SMARTCARD": library})


def sixel(bench: Bench) -> None:
    install_packages(["libsixel-bin"])
    bench.pytest("tests/outside/sixel", env={"CHAK_SIXEL2PNG": "/usr/bin/sixel2png"})


def receiptio(bench: Bench) -> None:
    bench.pytest("tests/outside/receiptio", env={"CHAK_RECEIPTIO": str(environments.receiptio())})


def packages(bench: Bench) -> None:
    """Both packages, one of them twice; then what this machine's own does to a Debian 13."""
    install_packages(("systemd", "util-linux"))
    again = CACHE / "packages-again"
    for machine in MACHINES:
        package.build(machine, PACKAGES)
    package.build("amd64", again)
    folders = {"CHAK_PACKAGES": str(PACKAGES), "CHAK_PACKAGES_AGAIN": str(again), **_stick("amd64")}
    names = {"CHAK_TILL_AMD64": str(roots.till("amd64"))}
    bench.pytest_as_root("tests/outside/package", "-k", "not on_arm64", env={**names, **folders})


def _stick(machine: str) -> dict[str, str]:
    """A stick for one machine, and a Debian 13 that it is tried on."""
    (deb,) = PACKAGES.glob(f"*_{machine}.deb")
    return {"CHAK_STICK": str(package.write_stick([deb], PACKAGES)), "CHAK_CLEAN": str(roots.clean(machine))}


def arm64(bench: Bench) -> None:
    """The board's own package, installed and sold with under emulation; making its Debian 13 takes longest."""
    install_packages(("systemd", "util-linux"))
    package.build("arm64", PACKAGES)
    names = {"CHAK_PACKAGES": str(PACKAGES), "CHAK_TILL_ARM64": str(roots.till("arm64")), **_stick("arm64")}
    bench.pytest_as_root("tests/outside/package", "-k", "on_arm64 or stick", env=names)


def boot(bench: Bench) -> None:
    """The package in a Debian 13 that boots: a till with nothing simulated but the outside world."""
    install_packages(("systemd-container", "util-linux"))
    package.build("amd64", PACKAGES)
    names = {"CHAK_PACKAGES": str(PACKAGES), "CHAK_TILL_AMD64": str(roots.till("amd64"))}
    bench.pytest_as_root("tests/outside/boot", env=names)


def week(bench: Bench) -> None:
    """Seven closings of a shop that pulls the plug each time; three of them are part of the boot stage."""
    install_packages(("systemd-container", "util-linux"))
    package.build("amd64", PACKAGES)
    names = {"CHAK_PACKAGES": str(PACKAGES), "CHAK_TILL_AMD64": str(roots.till("amd64")), "CHAK_DAYS": "7"}
    bench.pytest_as_root("tests/outside/boot/test_week.py", env=names)


def kiosk(bench: Bench) -> None:
    """The cashier's screen on a panel of memory; the picture goes to .cache/kiosk.png."""
    install_packages(("systemd-container", "util-linux"))
    package.build("amd64", PACKAGES)
    names = {"CHAK_PACKAGES": str(PACKAGES), "CHAK_TILL_AMD64": str(roots.till("amd64"))}
    bench.pytest_as_root("tests/outside/kiosk", env={**names, "CHAK_KIOSK_PICTURE": str(CACHE / "kiosk.png")})


def python_313(bench: Bench) -> None:
    """What decides about money, under the Python that the appliance has."""
    folders = [f"tests/{name}" for name in TRIED_WITH_313]
    python = environments.python_313()
    bench.run(python, "-m", "pytest", "-p", "no:cacheprovider", "-n", "2", "-m", "not slow", "-q", *folders)


def clone(bench: Bench) -> None:
    install_packages(["git"])
    fresh_clone.demonstrate(bench)


def readme_commands(bench: Bench) -> None:
    readme.run_commands(bench)


STAGES = (
    Stage(name="lint", says="ruff's rules", body=lint, minutes_max=1, is_everyday=True),
    Stage(name="layout", says="ruff's formatting", body=layout, minutes_max=1, is_everyday=True),
    Stage(name="types", says="mypy, strict", body=types, minutes_max=5, is_everyday=True),
    Stage(name="layers", says="who may import whom", body=layers, minutes_max=1, is_everyday=True),
    Stage(
        name="tests",
        says="the everyday tests",
        body=tests,
        minutes_max=20,
        is_everyday=True,
        closes_with_pytest=True,
    ),
    Stage(name="slow", says="the slow tests", body=slow, minutes_max=25, closes_with_pytest=True),
    Stage(
        name="kill-matrix",
        says="killed at every mutating system call",
        body=kill_matrix,
        minutes_max=30,
        is_soak=True,
        closes_with_pytest=True,
    ),
    Stage(name="fuzz", says="a slice of the fuzzing", body=fuzz, minutes_max=5),
    Stage(
        name="ledger-kills",
        says="the ledger killed at every mutating system call",
        body=ledger_kills,
        minutes_max=60,
        is_soak=True,
        is_too_long_for_all=True,
        closes_with_pytest=True,
    ),
    Stage(
        name="fuzz-long",
        says="fifty million inputs",
        body=fuzz_long,
        minutes_max=600,
        is_soak=True,
        is_too_long_for_all=True,
    ),
    Stage(name="ext4", says="power cuts on a real ext4", body=ext4, minutes_max=4, closes_with_pytest=True),
    Stage(
        name="ext4-long",
        says="a thousand power cuts on a real ext4",
        body=ext4_long,
        minutes_max=120,
        is_soak=True,
        is_too_long_for_all=True,
        closes_with_pytest=True,
    ),
    Stage(
        name="many-tills",
        says="ten thousand sales of twenty tills through a bad network",
        body=many_tills,
        minutes_max=60,
        is_soak=True,
        is_too_long_for_all=True,
        closes_with_pytest=True,
    ),
    Stage(
        name="pycose", says="independent readers of COSE and CDDL", body=pycose, minutes_max=3, closes_with_pytest=True
    ),
    Stage(
        name="browser",
        says="pages in a real Chromium",
        body=browser,
        minutes_max=3,
        closes_with_pytest=True,
    ),
    Stage(name="emupos", says="an independent printer emulator", body=emupos, minutes_max=6, closes_with_pytest=True),
    Stage(name="card", says="a virtual card in the real pcscd", body=card, minutes_max=4, closes_with_pytest=True),
    Stage(
        name="sixel", says="the request's code, drawn by libsixel", body=sixel, minutes_max=2, closes_with_pytest=True
    ),
    Stage(name="receiptio", says="another printing client", body=receiptio, minutes_max=4, closes_with_pytest=True),
    Stage(
        name="arm64",
        says="the board's package, under emulation",
        body=arm64,
        minutes_max=90,
        is_soak=True,
        is_too_long_for_all=True,
        closes_with_pytest=True,
    ),
    Stage(
        name="package",
        says="the Debian packages, built twice and installed",
        body=packages,
        minutes_max=8,
        closes_with_pytest=True,
    ),
    Stage(
        name="boot",
        says="the package, booted with systemd in a container",
        body=boot,
        minutes_max=8,
        closes_with_pytest=True,
    ),
    Stage(
        name="week",
        says="a week of plugs pulled after closing, on the booted till",
        body=week,
        minutes_max=20,
        is_soak=True,
        is_too_long_for_all=True,
        closes_with_pytest=True,
    ),
    Stage(
        name="kiosk", says="the screen, photographed and measured", body=kiosk, minutes_max=6, closes_with_pytest=True
    ),
    Stage(
        name="python313",
        says="the tests on Debian 13's Python",
        body=python_313,
        minutes_max=6,
        closes_with_pytest=True,
    ),
    Stage(name="clone", says="the demo, from a fresh clone in an empty environment", body=clone, minutes_max=10),
    Stage(name="readme", says="every command in the README", body=readme_commands, minutes_max=8),
)


# Running them


@dataclass(slots=True)
class Tally:
    rows: list[tuple[Stage, float, str]] = field(default_factory=list)
    status: int = 0

    def add(self, stage: Stage, seconds: float, reason: str, status: int) -> None:
        self.rows.append((stage, seconds, reason))
        self.status = self.status or status


def test(arguments: Sequence[str]) -> int:
    """`./run test`: choose the stages, run them all, print a table of seconds; the first failure's exit status."""
    try:
        chosen, pytest_arguments = _choose(list(arguments))
    except LookupError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return _run_all(chosen, pytest_arguments)


def soak(arguments: Sequence[str]) -> int:
    """`./run soak`: the stages that take a night."""
    return _run_all([stage for stage in STAGES if stage.is_soak], arguments)


def _choose(arguments: list[str]) -> tuple[list[Stage], list[str]]:
    if "--stage" in arguments:
        at = arguments.index("--stage")
        name = " ".join(arguments[at + 1 : at + 2])
        del arguments[at : at + 2]
        chosen = [stage for stage in STAGES if stage.name == name]
        if not chosen:
            raise LookupError("\n".join(["The stages are:", *(f"  {stage.name:<13}{stage.says}" for stage in STAGES)]))
        return chosen, arguments
    if "--all" in arguments:
        arguments.remove("--all")
        return [stage for stage in STAGES if not stage.is_too_long_for_all], arguments
    if arguments:
        return [stage for stage in STAGES if stage.name == "tests"], arguments
    return [stage for stage in STAGES if stage.is_everyday], arguments


def _run_all(stages: Sequence[Stage], pytest_arguments: Sequence[str]) -> int:
    # Ended from outside, the runner must still end what the stage at hand has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    tally = Tally()
    try:
        for stage in stages:
            sys.stdout.write(f"\n──── {stage.name}: {stage.says}\n")
            sys.stdout.flush()
            started = time.monotonic()
            bench = Bench(deadline_s=started + stage.minutes_max * 60, pytest_arguments=pytest_arguments)
            reason, status = _attempt(stage, bench)
            tally.add(stage, time.monotonic() - started, reason, status)
    finally:
        end_children()
    _print(tally)
    return tally.status


def _attempt(stage: Stage, bench: Bench) -> tuple[str, int]:
    try:
        stage.body(bench)
    except StageError as error:
        return str(error), error.status
    except (GroundError, OSError, subprocess.SubprocessError) as error:
        return str(error), 1
    return "", 0


def _print(tally: Tally) -> None:
    sys.stdout.write("\nstage          seconds\n")
    for stage, seconds, reason in tally.rows:
        sys.stdout.write(f"{stage.name:<14}{seconds:>8.1f}  {'FAILED: ' + reason if reason else 'passed'}\n")
    total = sum(seconds for _, seconds, _ in tally.rows)
    sys.stdout.write(f"{'together':<14}{total:>8.1f}\n")
    # A reader of test output looks for the last summary; pytest's own is one already.
    if not tally.rows[-1][0].closes_with_pytest:
        failed = sum(bool(reason) for _, _, reason in tally.rows)
        sys.stdout.write(f"{len(tally.rows) - failed} passed, {failed} failed\n")
    sys.stdout.flush()
