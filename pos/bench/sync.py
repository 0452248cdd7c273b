"""`pos bench sync`: a long backlog to a ledger on loopback, with real processes on both sides.

A till that was without a network for weeks: its journal holds so many waiting payments, many from each voucher. Then
the command `pos sync --once` delivers them to `pos ledger serve`, over HTTP, in batches of 256. Measured are the rate
by the wall clock, the processor time of each side, and the highest memory that each side ever had.

The limit, in the same run: three Ed25519 verifications an entry. `ratio` is the limit over the processor time that the
ledger used: 1 would be nothing but signatures. Payments that share a voucher in one batch cost it less than three.
"""

import json
import os
import secrets
import subprocess
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pos.bench.accept import Purses, fill_journal
from pos.bench.table import timed
from pos.config import load_config
from pos.sandbox.town import HOME_ISSUER, Town, init
from pos.supervisor import pos_command
from pos.terminal import build_core
from pos.voucher.keys import SigningKey, verify_signature

VERIFICATIONS: Final = 3
_LOOK_S: Final = 0.05
_STOP_S: Final = 10.0
_VERIFY_RUNS: Final = 200
_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What one backlog cost."""

    entries: int
    seconds: float
    entries_per_s: float
    """By the wall clock, the command's start and end included."""
    ledger_cpu_us: float
    """Processor time of the ledger, an entry."""
    till_cpu_us: float
    """Processor time of the delivering command, journal and all, an entry."""
    limit_us: float
    """Three verifications, in the same run."""
    ratio: float
    ledger_peak_mib: float
    till_peak_mib: float


@dataclass(frozen=True, slots=True)
class _Spent:
    """What a process used so far."""

    cpu_s: float
    peak_mib: float


def measure_sync(*, entries: int) -> SyncReport:
    """Fill a journal and deliver it."""
    with tempfile.TemporaryDirectory(prefix="pos-bench-", dir=Path.cwd()) as folder:
        town = init(Path(folder) / "town")
        _fill(town, entries)
        ledger = subprocess.Popen(
            pos_command("ledger", "serve", "--data", str(town.ledger_dir), "--port", "0"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            assert ledger.stdout is not None, "it was opened as a pipe"
            ledger.stdout.readline()  # it says when it answers
            before = _spent(ledger.pid)
            began_s = time.perf_counter()
            till = _deliver(town, entries)
            seconds = time.perf_counter() - began_s
            after = _spent(ledger.pid)
        finally:
            ledger.terminate()
            ledger.wait(_STOP_S)
    limit_us = VERIFICATIONS * _verification_us()
    ledger_cpu_us = (after.cpu_s - before.cpu_s) * 1e6 / entries
    return SyncReport(
        entries=entries,
        seconds=round(seconds, 1),
        entries_per_s=round(entries / seconds, 1),
        ledger_cpu_us=round(ledger_cpu_us, 1),
        till_cpu_us=round(till.cpu_s * 1e6 / entries, 1),
        limit_us=round(limit_us, 1),
        ratio=round(limit_us / ledger_cpu_us, 2),
        ledger_peak_mib=after.peak_mib,
        till_peak_mib=till.peak_mib,
    )


def _fill(town: Town, entries: int) -> None:
    with closing(build_core(load_config(town.terminal_toml))) as core:
        purses = Purses(town.issuer_key(HOME_ISSUER), HOME_ISSUER, core.views.clock.read().time_s)
        fill_journal(core, purses, entries)


def _deliver(town: Town, entries: int) -> _Spent:
    """Run the command to its end, watching what it uses."""
    till = subprocess.Popen(
        pos_command("sync", "--once", "--json", "--config", str(town.terminal_toml)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    spent = _Spent(0.0, 0.0)
    while till.poll() is None:
        now = _spent(till.pid)
        spent = now if now.peak_mib else spent
        time.sleep(_LOOK_S)
    assert till.stdout is not None, "it was opened as a pipe"
    said = json.loads(till.stdout.read())
    till.stdout.close()
    assert said["settled"] == entries, f"the ledger settled {said['settled']} of {entries}"
    return spent


def _spent(pid: int) -> _Spent:
    """Nothing where the process has just ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return _Spent(0.0, 0.0)
    peak = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    cpu_s = (int(fields[11]) + int(fields[12])) / _TICKS
    return _Spent(cpu_s, round(int(peak[0]) / 1024, 1) if peak else 0.0)


def _verification_us() -> float:
    key, message = SigningKey.generate(), secrets.token_bytes(500)
    signature = key.sign(message)
    timing = timed("verify", lambda _: verify_signature(key.public_key, message, signature), runs=_VERIFY_RUNS)
    return timing.median_us
