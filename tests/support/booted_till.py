"""A whole till, booted with systemd in a container from the Debian package: its units, sandboxes and sockets are real.

- systemd-nspawn boots a writable layer over the cached Debian 13; the container has no network but its own loopback.
- The data partition is a folder of this machine's disk, bound in, so that it is a file system of its own as on a card
  and outlives the container: what a power cut leaves is there at the next boot.
- The terminal is one of a sandbox town, made outside; its key is sealed by the container's own systemd.
- The screen draws without a display (wlroots' headless backend); printer and camera are absent unless asked for.

Needs root. Nothing sleeps: a wait looks again until what it waits for is there, or fails with the log.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from tests.support.debian_roots import DebianRoot, with_proc
from tests.support.process_tools import Child, run

ROOT = Path(__file__).parents[2]
SERVICES = ("pos-core", "pos-devices", "pos-sync", "pos-screen")
BOOT_S_MAX = 60.0
LOOK_AGAIN_S = 0.05
UNIFIED = {"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"}

HEADLESS = """# A container has no display: the same unit, its window drawn into memory.
[Unit]
ConditionPathExists=
[Service]
TTYPath=
TTYReset=no
TTYVHangup=no
TTYVTDisallocate=no
StandardInput=null
UtmpIdentifier=
Environment=XDG_SEAT= XDG_VTNR=0
Environment=WLR_BACKENDS=headless WLR_RENDERER=pixman
"""

CONFIG = """[terminal]
id = "t-bakery-1"
merchant = "m-bakery"
ledger = "sandbox"
state_dir = "/var/lib/pos/state"
socket_dir = "/run/pos"
trust_dir = "/var/lib/pos/trust"
staging_dir = "/var/lib/pos-staging"
language = "ko"
[ledger]
url = "http://127.0.0.1:8400"
[update]
dir = "/opt/pos"
units = "pos-core pos-devices pos-sync pos-screen"
[mirror]
path = "/srv/mirror"
[backup]
path = "/var/lib/pos/backup"
[printer]
url = "none"
[scanner]
url = "none"
"""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A sandbox town outside the container: it issues and pays, and knows nothing of the till's journal."""

    folder: Path

    @classmethod
    def found(cls, folder: Path) -> Town:
        town = cls(folder=folder)
        town._pos("sandbox", "init", str(folder))
        return town

    def voucher(self, value_won: int) -> Path:
        out = self.folder / f"voucher-{len(list(self.folder.glob('voucher-*')))}.cbor"
        self._pos("sandbox", "voucher", str(self.folder), "--value", str(value_won), "--out", str(out))
        return out

    def payment(self, voucher: Path, amount_won: int) -> str:
        """A payment's text, fresh: it can be shown for three minutes."""
        qr = self.folder / "payment.png"
        words = ("--voucher", str(voucher), "--amount", str(amount_won), "--qr", str(qr))
        return self._pos("sandbox", "pay", str(self.folder), *words).strip()

    def _pos(self, *words: str) -> str:
        done = run([sys.executable, "-m", "pos", *words], cwd=ROOT, deadline_s=60)
        assert done.exit_status == 0, done.report()
        return done.stdout


@dataclass(slots=True, kw_only=True)
class BootedTill:
    """One container and its data partition; boots once at a time."""

    root: DebianRoot
    data: Path
    booted_s: float = 0.0
    """When it was switched on, on this machine's monotonic clock."""
    _container: subprocess.Popen[bytes] | None = field(default=None)
    _leader: int = 0

    def switch_on(self) -> None:
        """Boot it; returns when systemd can be spoken to."""
        command = ["systemd-nspawn", "--quiet", "--keep-unit", "--register=no", "--boot", "--private-network"]
        command += [f"--directory={self.root.folder}", f"--bind={self.data}:/var/lib/pos", "--console=pipe"]
        self.booted_s = time.monotonic()
        quiet = subprocess.DEVNULL
        environment = {**os.environ, **UNIFIED}
        self._container = subprocess.Popen(command, env=environment, stdin=quiet, stdout=quiet, stderr=quiet)
        self._leader = self.until(self._found_leader, "the container has a first process")
        self.until(lambda: self.inside("systemctl", "show", "--property=Version").exit_status == 0, "systemd answers")

    def cut_power(self) -> None:
        """End everything at once, without a word to anybody."""
        assert self._container is not None
        with suppress(ProcessLookupError):
            os.kill(self._leader, signal.SIGKILL)
        self._container.kill()
        self._container.wait()
        self._container = None

    def _found_leader(self) -> int:
        assert self._container is not None
        assert self._container.poll() is None, "systemd-nspawn ended"
        pids = Path(f"/proc/{self._container.pid}/task/{self._container.pid}/children").read_text().split()
        for pid in map(int, pids):
            with suppress(OSError):
                if Path(f"/proc/{pid}/comm").read_text().strip() == "systemd":
                    return pid
        return 0

    # What one does in it

    def inside(self, *command: str, deadline_s: float = 60) -> Child:
        """Run a command as its root."""
        return run(["nsenter", "--target", str(self._leader), "--all", "--", *command], deadline_s=deadline_s)

    @property
    def leader(self) -> int:
        """Its first process, as this machine numbers it."""
        return self._leader

    def must(self, *command: str, deadline_s: float = 60) -> str:
        done = self.inside(*command, deadline_s=deadline_s)
        assert done.exit_status == 0, done.report() + self.log()
        return done.stdout

    def pay(self, code: str, amount_won: int) -> dict[str, object]:
        """One sale through core's control socket."""
        done = self.inside("pos", "pay", "--amount", str(amount_won), "--text", code, "--json")
        assert done.stdout, done.report() + self.log()
        answer: dict[str, object] = json.loads(done.stdout)
        return answer

    def pid(self, unit: str) -> int:
        """Its main process, as the container numbers it; 0 when there is none."""
        return int(self.must("systemctl", "show", f"{unit}.service", "--property=MainPID", "--value"))

    def is_up(self, unit: str) -> bool:
        return self.inside("systemctl", "is-active", "--quiet", f"{unit}.service").exit_status == 0

    def signal(self, unit: str, name: str) -> None:
        """Send a signal to the unit's main process and to nobody else."""
        self.must("systemctl", "kill", "--kill-whom=main", f"--signal={name}", f"{unit}.service")

    def probe(self, unit: str, code: str) -> str:
        """What Python code prints inside a running unit's own sandbox: its user, namespaces, filters and limits."""
        drop = "/run/systemd/system/probe.service"
        text = self.must("systemctl", "cat", f"{unit}.service")
        lines = [line for line in text.splitlines() if not line.startswith(_ONLY_THE_TILLS)]
        start = ["Type=oneshot", "StandardOutput=file:/run/probe.out", "ExecStart=/usr/bin/python3 -I /run/probe.py"]
        service = lines.index("[Service]") + 1
        (self.root_of_running / "run/probe.py").write_text(code)
        (self.root_of_running / "run/probe.out").write_text("")
        (self.root_of_running / drop[1:]).write_text("\n".join([*lines[:service], *start, *lines[service:]]))
        self.must("systemctl", "daemon-reload")
        self.inside("systemctl", "start", "probe.service")
        return (self.root_of_running / "run/probe.out").read_text() + ""

    @property
    def root_of_running(self) -> Path:
        """The running container's own view of its files, /run included."""
        return Path(f"/proc/{self._leader}/root")

    def log(self) -> str:
        return self.inside("journalctl", "--boot", "--no-pager", "--lines=60", "--output=short-monotonic").stdout

    def until(self, what: Callable[[], T], words: str, *, deadline_s: float = BOOT_S_MAX) -> T:
        """Look until it is true; the value it was true with."""
        end_s = time.monotonic() + deadline_s
        pause = threading.Event()
        while not (value := what()):
            if time.monotonic() > end_s:
                log = self.log() if self._leader else ""
                raise AssertionError(f"not within {deadline_s:.0f} s: {words}\n{log}")
            pause.wait(LOOK_AGAIN_S)
        return value

    def until_up(self, units: Sequence[str] = SERVICES) -> float:
        """Wait until the units are ready; seconds since it was switched on."""
        for unit in units:
            self.until(lambda name=unit: self.is_up(name), f"{unit} is up")  # type: ignore[misc]
        return time.monotonic() - self.booted_s


_ONLY_THE_TILLS = (
    *(
        "Type=",
        "NotifyAccess=",
        "ExecStart",
        "ExecStopPost=",
        "Restart",
        "WatchdogSec=",
        "StandardOutput=",
        "OnFailure=",
        "Wants=",
    ),
    *(
        "After=",
        "Requires=",
        "StateDirectory",
        "WantedBy=",
        "PAMName=",
        "UtmpMode",
        "CacheDirectory",
        "RuntimeDirectory",
    ),
)


@contextmanager
def prepared_till(root: DebianRoot, deb: Path, town: Town, data: Path) -> Iterator[BootedTill]:
    """Install the package and provision the town's terminal in it, as a technician would; switched off."""
    with with_proc(root):
        root.install(deb)
        root.must("systemd-machine-id-setup")
        root.inside("systemd-creds", "setup")
        for name in ("state", "credentials", "trust", "log-journal"):
            (data / name).mkdir(parents=True, mode=0o700 if name == "credentials" else 0o755)
        (data / "chak-data").touch()
        shutil.copytree(town.folder / "trust", data / "trust", dirs_exist_ok=True)
        (root.folder / "etc/pos/terminal.toml").write_text(CONFIG)
        drop_in = root.folder / "etc/systemd/system/pos-screen.service.d/headless.conf"
        drop_in.parent.mkdir(parents=True)
        drop_in.write_text(HEADLESS)
        _seal_key(root, town, data)
        # What enrolling leaves beside the key: when the ledger was last heard of, without which limits are low.
        shutil.copy(town.folder / "state" / "anchor.cbor", data / "state")
        owner = int(root.must("id", "--user", "pos-core"))
        for path in (data / "state", data / "state" / "anchor.cbor"):
            os.chown(path, owner, owner)
        (data / "state").chmod(0o700)
    till = BootedTill(root=root, data=data)
    try:
        yield till
    finally:
        if till._container is not None:
            till.cut_power()


def _seal_key(root: DebianRoot, town: Town, data: Path) -> None:
    plain = root.folder / "tmp/terminal.key"
    plain.write_bytes((town.folder / "state" / "terminal.key").read_bytes())
    root.must(
        "systemd-creds", "encrypt", "--with-key=host", "--name=terminal.key", "/tmp/terminal.key", "/tmp/sealed.key"
    )
    shutil.move(root.folder / "tmp/sealed.key", data / "credentials" / "terminal.key")
    plain.unlink()
