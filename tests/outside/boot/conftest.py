"""What was measured is said while it runs: a stage's log is where the handbook's numbers come from."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    def out(words: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n  {words}")
            sys.stdout.flush()

    return out
