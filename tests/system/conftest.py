"""A sandbox town for each test, and the `pos` command on it."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from pos.cli import main
from pos.exits import Exit
from pos.sandbox.cheats import Hand
from pos.sandbox.entropy import Entropy
from pos.sandbox.people import Mint, Promise
from pos.sandbox.town import Town
from tests.support.core_builders import make_town, move_in, short_folder
from tests.support.process_tools import Child, run


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command said and how it ended."""

    exit: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, object]]:
        """Standard output, each line one JSON object."""
        found = [json.loads(line) for line in self.out.splitlines()]
        assert all(isinstance(line, dict) for line in found)
        return found

    @property
    def one(self) -> dict[str, object]:
        (line,) = self.lines
        return line


@dataclass(slots=True)
class Till:
    """The bakery's terminal as a script uses it."""

    town: Town
    capsys: pytest.CaptureFixture[str]
    mint: Mint

    @property
    def config(self) -> Path:
        return self.town.terminal_toml

    def pos(self, *words: str | Path) -> Said:
        """Run a command in this process: a new core each time, exactly as the command line makes it."""
        self.capsys.readouterr()
        try:
            code = main([*map(str, words), "--config", str(self.config)])
        except SystemExit as end:
            # argparse ends the process by itself.
            code = end.code if isinstance(end.code, int) else Exit.FAULT
        captured = self.capsys.readouterr()
        return Said(exit=int(code), out=captured.out, err=captured.err)

    def pos_process(self, *words: str | Path, env: Mapping[str, str] | None = None) -> Said:
        """Run a command in a process of its own."""
        done = run(self.command(*words), env={**os.environ, **(env or {})}, deadline_s=60)
        assert done.exit_status is not None
        return Said(exit=done.exit_status, out=done.stdout, err=done.stderr)

    def command(self, *words: str | Path) -> list[str | Path]:
        return [sys.executable, "-m", "pos", *words, "--config", self.config]

    def start(self, *words: str | Path) -> Child:
        return Child(self.command(*words))

    def pay(self, text: str, amount_won: int) -> Said:
        return self.pos("pay", "--amount", str(amount_won), "--text", text, "--json")

    def hand(self, **promise: object) -> Hand:
        """A new voucher in a hand that signs anything."""
        return self.mint.hand(Promise(**promise), now_s=int(time.time()))  # type: ignore[arg-type]

    def kinds(self) -> list[str]:
        """The kinds of the journal's entries behind the first."""
        said = self.pos("journal", "show", "--json")
        assert said.exit == Exit.DONE, said.err
        return [str(line["kind"]) for line in said.lines][1:]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town that nobody has sold in; copy it, do not touch it."""
    return make_town(tmp_path_factory.mktemp("template") / "town").directory


@pytest.fixture
def town(template: Path) -> Iterator[Town]:
    with short_folder() as folder:
        yield move_in(template, folder / "town")


@pytest.fixture
def till(town: Town, capsys: pytest.CaptureFixture[str]) -> Till:
    return Till(town=town, capsys=capsys, mint=Mint(town, Entropy.of_seed("customers")))
