"""A town's ledger as a process of its own: found if it runs, started if not.

The service says where it listens in one line of JSON on its standard output; that line is waited for, not a time.
"""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pos.errors import LedgerUnreachableError
from pos.supervisor import pos_command

STOP_S: Final = 10.0


@contextmanager
def running_ledger(town: Path) -> Iterator[str]:
    """The address of the town's ledger; one that was started here is stopped again afterwards."""
    from pos.ledger.serve import running_url

    data = town / "ledger"
    url = running_url(data)
    if url is not None:
        yield url
        return
    process = subprocess.Popen(
        pos_command("ledger", "serve", "--data", str(data), "--port", "0"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield _announced_url(process)
    finally:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout is not None, "it was opened as a pipe"
        process.stdout.close()


def _announced_url(process: subprocess.Popen[bytes]) -> str:
    assert process.stdout is not None, "it was opened as a pipe"
    line = process.stdout.readline()
    if not line:
        raise LedgerUnreachableError("the town's ledger did not start; run `pos ledger serve` to see why")
    return str(json.loads(line)["url"])
