"""Runs what the README tells people to type.

- Every fenced block marked `sh` is run, in order, by one shell that stops at the first failure, in an empty folder
  that has a `run` like the repository's. The Korean page's blocks are run too, in a folder of their own.
- A block marked `console` is only shown: for what needs a person, a screen or a night.
- `./run test` and `./run soak` are left out where they are the whole line: they are what is running.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from bench import Bench, StageError
from ground import ROOT, VENV

PAGES = ("README.md", "README.ko.md")
BLOCK = re.compile(r"^```sh *\n(.*?)^```", re.MULTILINE | re.DOTALL)
RUNNING_ALREADY = re.compile(r"^\./run (test|soak)( --all)? *(#.*)?$", re.MULTILINE)


def run_commands(bench: Bench) -> None:
    """Run the commands of every page; StageError when a page has none."""
    for page in PAGES:
        script = commands(ROOT / page)
        with tempfile.TemporaryDirectory(prefix="chak-readme-") as folder:
            (Path(folder) / "run").symlink_to(ROOT / "run")
            (Path(folder) / ".venv").symlink_to(VENV)
            bench.run("bash", "-euxo", "pipefail", "-c", script, cwd=Path(folder))


def commands(page: Path) -> str:
    """All `sh` blocks of a page as one script."""
    blocks = BLOCK.findall(page.read_text())
    script = RUNNING_ALREADY.sub("", "".join(blocks)).strip()
    if not script:
        raise StageError(f"{page.name} has no block of commands marked sh")
    return script
