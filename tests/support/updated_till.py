"""A booted till whose program lies in versions, the town that publishes newer ones, and its days.

The ledger serves the town's repository inside the container's network, sync brings the archive in its pieces, and the
unit of the timer does the rest. Archives are the package's own program under other numbers.
"""

from __future__ import annotations

import io
import os
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pos.sandbox.town import open_town
from tests.support.booted_till import ROOT, SERVICES, BootedTill, Town
from tests.support.process_tools import Child

AT_THE_TILL = ("/usr/lib/pos/bin/python3", "-I", "-c")
LINK = """
import sys
from pathlib import Path
from pos.link.client import BlockingLink
from pos.link.calls import CloseDay, OpenDay, Role, SyncNow
link = BlockingLink(Path("/run/pos"), Role.SCREEN)
"""
BRING = """
import time
from pathlib import Path
staging, size = Path("/var/lib/pos-staging/update"), int(sys.argv[1])
def brought():
    return sum(file.stat().st_size for file in staging.glob("*.part"))
end_s = time.monotonic() + 150
while brought() < size and time.monotonic() < end_s:
    before = brought()
    link.call(SyncNow())
    until_s = time.monotonic() + 5
    while brought() == before and time.monotonic() < until_s:
        time.sleep(0.02)
print(brought())
"""


def version_of(package: Path, number: str, *, program: bytes | None = None) -> bytes:
    """The package's archive under another number; with another start where one is given."""
    out = io.BytesIO()
    with tarfile.open(package) as old, tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as new:
        for member in old:
            content = old.extractfile(member)
            raw = b"" if content is None else content.read()
            member.name = member.name.replace("chak_pos-0.1.0.dist-info", f"chak_pos-{number}.dist-info")
            if member.name == "bin/pos":
                raw = program or raw.replace(b"/0.1.0/", f"/{number}/".encode())
            if member.name.endswith(f"chak_pos-{number}.dist-info/METADATA"):
                raw = raw.replace(b"0.1.0", number.encode())
            member.size = len(raw)
            new.addfile(member, io.BytesIO(raw) if member.isfile() else None)
    return out.getvalue()


@dataclass(slots=True, kw_only=True)
class Shop:
    """A booted till, the town that publishes for it, and its days."""

    till: BootedTill
    town: Town
    package: Path

    def publish(self, number: str, *, program: bytes | None = None) -> int:
        """Offer a version; how many bytes it has."""
        town = open_town(self.town.folder)
        folder = town.served_trust.folder / "app" / "amd64"
        folder.mkdir(parents=True, exist_ok=True)
        archive = version_of(self.package, number, program=program)
        (folder / f"chak-pos-{number}.tar").write_bytes(archive)
        town.publication.publish(now_s=int(time.time()))
        return len(archive)

    def bring(self, size: int) -> None:
        """Let sync download it, round after round, from a ledger in the till's own network."""
        with self.ledger():
            brought = self.till.must(*AT_THE_TILL, LINK + BRING, str(size), deadline_s=200)
        assert int(brought) >= size

    @contextmanager
    def ledger(self) -> Iterator[None]:
        inside = ("nsenter", "--target", str(self.till.leader), "--net", "--")
        command = [*inside, sys.executable, "-m", "pos", "ledger", "serve", "--data", str(self.town.folder / "ledger")]
        command += ["--port", "8400"]
        with Child(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}) as ledger:
            ledger.wait_for_line("http://")
            yield

    def tend(self) -> float:
        """What the timer does once a minute; seconds that it took."""
        began_s = time.monotonic()
        self.till.must("systemctl", "start", "pos-update.service", deadline_s=200)
        return time.monotonic() - began_s

    def open_day(self) -> None:
        self.till.must(*AT_THE_TILL, LINK + "assert not hasattr(link.call(OpenDay(float_won=0)), 'cause')")

    def close_day(self) -> None:
        self.till.must(*AT_THE_TILL, LINK + "assert not hasattr(link.call(CloseDay(counted_won=None)), 'cause')")

    def said(self) -> str:
        """What the step said, for whoever reads of a failure."""
        units = ("--unit=pos-update.service", "--unit=pos-core.service")
        return self.till.inside("journalctl", *units, "--boot", "--no-pager", "--lines=60").stdout

    def has_staged(self, number: str) -> bool:
        return (self.versions / number / "bin" / "pos").is_file()

    @property
    def versions(self) -> Path:
        return self.till.root_of_running / "opt/pos/versions"

    @property
    def current(self) -> str:
        return (self.till.root_of_running / "opt/pos/current").readlink().name

    def runs(self, number: str) -> bool:
        """Whether every process of the till is of this version, and stands."""
        return all(self.till.is_up(unit) for unit in SERVICES) and all(
            number in self.till.must("cat", f"/proc/{self.till.pid(unit)}/cmdline") for unit in SERVICES[:3]
        )

    def on_trial(self) -> bool:
        return '"trial":{' in (self.till.root_of_running / "opt/pos/state.json").read_text().replace(" ", "")
