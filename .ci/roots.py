"""Debian 13 roots in which the package is tried: what it depends on is in them, the package itself is not.

- Each is made once and never written to again: a test mounts a writable layer over it.
- arm64's is made and run under qemu's user emulation. The kernel learns of the emulator here, for as long as it runs.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from environments import must
from ground import CACHE, GroundError, as_root, install_packages, say
from package import DEPENDS, NOT_IN_DEBIAN, RECOMMENDS

TO_LOOK_WITH = ("ca-certificates", "systemd-sysv", "grim", "wlr-randr")
BINFMT = Path("/proc/sys/fs/binfmt_misc")
EMULATION = Path("/usr/lib/binfmt.d/qemu-aarch64.conf")


def till(machine: str) -> Path:
    """The root folder of a Debian 13 that lacks nothing but the package ("amd64" or "arm64")."""
    names = sorted({name.split(" ")[0] for name in (*DEPENDS, *RECOMMENDS, *TO_LOOK_WITH)} - {*NOT_IN_DEBIAN})
    return _made(CACHE / f"till-{machine}", machine, "apt", names)


def clean(machine: str) -> Path:
    """The root folder of a Debian 13 that has nothing but what every one has."""
    return _made(CACHE / f"clean-{machine}", machine, "minbase", [])


def _made(root: Path, machine: str, variant: str, names: Sequence[str]) -> Path:
    wanted, mark = " ".join(names), root.with_name(f"{root.name}.made-from")
    if machine == "arm64":
        _emulate()
    if not (root.exists() and mark.exists() and mark.read_text() == wanted):
        install_packages(["mmdebstrap"])
        minutes = "two minutes" if machine == "amd64" else "a quarter of an hour"
        say(f"making a Debian 13 root for {machine} in .cache/{root.name}; this takes up to {minutes}")
        must(as_root("rm", "-rf", "--one-file-system", str(root)), "the old root could not be removed")
        make = ["mmdebstrap", "--quiet", f"--variant={variant}", f"--architectures={machine}"]
        include = [f"--include={','.join(names)}"] if names else []
        lean = ('--aptopt=APT::Install-Recommends "false"', "trixie", str(root))
        must(as_root(*make, *include, *lean), f"the Debian 13 root for {machine} could not be made")
        mark.write_text(wanted)
    return root


def _emulate() -> None:
    install_packages(["qemu-user-static", "arch-test"])
    if not (BINFMT / "register").exists():
        must(as_root("mount", "-t", "binfmt_misc", "binfmt_misc", str(BINFMT)), "the kernel offers no binfmt_misc")
    if not (BINFMT / "qemu-aarch64").exists():
        tell = as_root("sh", "-c", f"cat {EMULATION} > {BINFMT}/register")
        if subprocess.run(tell, check=False).returncode:
            raise GroundError("the kernel does not take qemu-aarch64 as the interpreter of arm64 programs")
