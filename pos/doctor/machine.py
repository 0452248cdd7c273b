"""What the machine says of the till's services: versions, states, logs. Read with the system's own tools.

Rules: a tool that is not there, may not answer or takes too long leaves a line that says so, and no hole that nobody
notices; everything is somebody else's text and goes through `redacted`.
"""

import platform
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from pos.doctor.redaction import redacted
from pos.support_number import own_release

TOOL_S_MAX: Final = 20.0
LINES: Final = 3000
UNITS: Final = (
    "pos-core",
    "pos-devices",
    "pos-sync",
    "pos-screen",
    "pos-data-check",
    "pos-update",
    "pos-backup",
    "pos-wifi",
)
_SHOWN: Final = "Id,ActiveState,SubState,Result,NRestarts,ExecMainStatus,MemoryCurrent,ActiveEnterTimestamp"
DIAG: Final = Path("var/lib/pos/diag")
"""Where failed services leave their last words (`systemd/failure-capture`)."""


def versions() -> str:
    """Of the program and of what it runs on."""
    system = _text(Path("/etc/debian_version")) or "not Debian"
    model = _text(Path("/sys/firmware/devicetree/base/model")).rstrip("\0") or platform.machine()
    return "\n".join(
        (
            f"chak-pos {'.'.join(map(str, own_release()))}",
            f"python {sys.version.split()[0]}",
            f"sqlite {sqlite3.sqlite_version}",
            f"kernel {platform.release()} {platform.machine()}",
            f"debian {system}",
            f"board {redacted(model)}",
            "",
        )
    )


def unit_states() -> str:
    return redacted(_said_by("systemctl", "show", "--no-pager", f"--property={_SHOWN}", *map(_service, UNITS)))


def unit_log() -> str:
    """The last lines of every service of ours, and of the kernel's warnings."""
    ours = [word for unit in UNITS for word in ("--unit", _service(unit))]
    common = ("--no-pager", "--output=short-iso", f"--lines={LINES}")
    said = _said_by("journalctl", *common, *ours, "--identifier=pos-screen")
    kernel = _said_by("journalctl", *common, "--dmesg", "--priority=warning")
    return f"{redacted(said)}\n--- kernel, warnings ---\n{redacted(kernel)}\n"


def last_words(root: Path = Path("/")) -> Iterator[tuple[str, str]]:
    """What failed services said before they failed: file names and redacted text."""
    try:
        kept = sorted((root / DIAG).glob("*.log"))
    except OSError:
        return
    for file in kept:
        yield redacted_name(file.name), redacted(_text(file))


def redacted_name(name: str) -> str:
    """The moment in a file's name stays: nothing in it is anybody's."""
    return "".join(character for character in name if character.isalnum() or character in "-_.")


def _service(unit: str) -> str:
    return f"{unit}.service"


def _said_by(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, timeout=TOOL_S_MAX, check=False)
    except (OSError, subprocess.SubprocessError) as error:
        return f"{command[0]}: {type(error).__name__}\n"
    return (done.stdout + _tail(done.stderr.splitlines())).decode("utf-8", "replace")


def _tail(lines: Sequence[bytes]) -> bytes:
    return b"\n".join(lines[-5:])


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace").strip()
    except OSError:
        return ""
