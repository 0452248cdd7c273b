"""`pos bench ledger`: entries a second that the reference ledger takes in, beside the signatures alone.

The limit, measured in the same run between the batches: three Ed25519 verifications an entry (issuer's, holder's,
terminal's). Full batches of payments, four from each voucher, go through the whole of a delivery: reading, verifying,
judging, books, one durable transaction, the acknowledgement; and the log with its head and its three witnesses as often
as the service grows it (`REST_S`, counted in the ledger's own processor time, so that a busy machine does not grow it
after every batch), and once at the end, so that every entry is in it. Only HTTP is left out.

`ratio` is by the processor time that the ledger's own processes used, so that other work on the machine hardly
counts; `entries_per_s` is by the clock on the wall. A voucher is verified once in a delivery, so payments that share
one cost less than three verifications; `pos bench ledger` with one payment a voucher would come out lower.
"""

import multiprocessing
import secrets
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pos.bench.ledger_load import BATCH, deliveries
from pos.bench.postgres import Cluster, missing
from pos.ledger.database import open_database
from pos.ledger.folder import open_folder
from pos.ledger.rubbish import collect_rarely
from pos.ledger.service import REST_S, LedgerService
from pos.sandbox.town import init, open_town
from pos.voucher.keys import SigningKey, verify_signature

BATCHES: Final = 16
PROCESSES: Final = (1, 2)
VERIFICATIONS: Final = 3
_MESSAGE: Final = bytes(500)
_VERIFY_RUNS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReport:
    """What one kind of database did with so many ledger processes on it."""

    database: str
    processes: int
    entries: int
    entries_per_s: float
    """Of all processes together, by the wall clock."""
    entries_per_s_core: float
    """Of each second of processor time in the ledger's processes; the database server's own is not in it."""
    cpu_us: float
    """Processor time an entry."""
    limit_us: float
    """Three verifications, in the same run."""
    ratio: float
    """The limit over the processor time: 1 would be nothing but signatures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Share:
    """What one process did."""

    began_s: float
    ended_s: float
    cpu_s: float
    verify_s: float


def measure_ledger(urls: tuple[str, ...] = ()) -> Iterator[LedgerReport]:
    """Measure on SQLite and, where its server is installed, on a throw-away PostgreSQL; or on the databases named."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chak-bench-")))
        named = list(urls)
        if not named:
            named = ["sqlite"] + ([] if missing() else ["postgresql"])
        cluster = stack.enter_context(Cluster()) if "postgresql" in named else None
        for kind in named:
            for processes in PROCESSES:
                town = init(folder / secrets.token_hex(4))
                url = open_folder(town.ledger_dir).database_url if kind == "sqlite" else kind
                if kind == "postgresql":
                    assert cluster is not None, "it was started above"
                    url = cluster.new_database()
                yield _measured(kind.partition(":")[0], town.directory, url, processes)


def _measured(kind: str, town: Path, url: str, processes: int) -> LedgerReport:
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(processes, mp_context=context) as pool:
        start = manager.Barrier(processes)
        shares = [task.result() for task in [pool.submit(_deliver, town, url, start) for _ in range(processes)]]
    entries = processes * BATCHES * BATCH
    wall_s = max(share.ended_s for share in shares) - min(share.began_s for share in shares)
    cpu_s = sum(share.cpu_s for share in shares)
    limit_s = VERIFICATIONS * sum(share.verify_s for share in shares) / processes
    return LedgerReport(
        database=kind,
        processes=processes,
        entries=entries,
        entries_per_s=round(entries / wall_s, 1),
        entries_per_s_core=round(entries / cpu_s, 1),
        cpu_us=round(cpu_s / entries * 1e6, 1),
        limit_us=round(limit_s * 1e6, 1),
        ratio=round(limit_s * entries / cpu_s, 3),
    )


def _deliver(town_dir: Path, url: str, start: threading.Barrier) -> _Share:
    """One ledger process: its own till's batches, each followed by verifications to compare with."""
    town, now_s = open_town(town_dir), int(time.time())
    folder = open_folder(town.ledger_dir)
    made = list(deliveries(town, folder, terminal=f"b-{secrets.token_hex(4)}", batches=BATCHES + 1, now_s=now_s))
    key = SigningKey.generate()
    signature = key.sign(_MESSAGE)
    with closing(open_database(url, ledger=folder.ledger)) as database:
        service = LedgerService(folder, database, now_s=now_s)
        service.deliver(made[0].caller, made[0].body, now_s=now_s)
        cpu_s = verify_s = 0.0
        collect_rarely()
        start.wait()
        began_s, grown_s = time.monotonic(), 0.0
        for place, delivery in enumerate(made[1:], start=1):
            before_s = time.process_time()
            service.deliver(delivery.caller, delivery.body, now_s=now_s)
            if place == BATCHES or cpu_s - grown_s >= REST_S:
                service.grow_log(now_s=now_s)
                grown_s = cpu_s
            between_s = time.process_time()
            for _ in range(_VERIFY_RUNS):
                verify_signature(key.public_key, _MESSAGE, signature)
            verify_s += time.process_time() - between_s
            cpu_s += between_s - before_s
        ended_s = time.monotonic()
    # The comparison's own time is no part of the rate.
    return _Share(
        began_s=began_s, ended_s=ended_s - verify_s, cpu_s=cpu_s, verify_s=verify_s / (BATCHES * _VERIFY_RUNS)
    )
