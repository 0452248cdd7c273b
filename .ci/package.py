"""Builds the Debian packages: everything a till needs but Debian's own libraries, the same bytes each time.

`./run package [--machine amd64|arm64] [--out FOLDER] [--stick]` writes chak-pos_VERSION_MACHINE.deb for Debian 13
(trixie), both machines unless one is named. Nothing is compiled for a machine here, so an ordinary amd64 computer
builds both. With --stick also the folder that installs them where there is no network: see stick.py.

- /usr/lib/pos is a virtual environment without an installer: the program, the wheels of .ci/locks/package.sha256, and
  Debian's Python, NumPy and OpenCV seen through it. Nothing is downloaded or built when the package is installed.
- Byte code is compiled by the Python that will run it and never looks at the sources' dates (unchecked hashes).
- Units, rules and settings go to /usr/lib, where an administrator's own in /etc come before them.
- Beside each package lies chak-pos-VERSION-MACHINE.tar: the same program as an archive that tills fetch by themselves
  and unpack to /opt/pos/versions/VERSION (`pos.update`). Units and settings come with packages only.
- Every date is the last commit's, names are sorted, owners are root, the compressor runs in one thread: two builds
  of one commit are equal byte by byte.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

import environments
import stick
from ground import ROOT, as_root, install_packages, output, say
from wheels import MACHINES, wheels

NAME = "chak-pos"
DEB = ROOT / ".ci" / "deb"
HOME = "usr/lib/pos"
VERSIONS = "opt/pos/versions"
SITE = f"{HOME}/lib/python3.13/site-packages"
DEPENDS = (
    *("python3 (>= 3.13)", "python3 (<< 3.14)", "python3-numpy", "python3-opencv", "libzbar0t64", "tzdata"),
    *("systemd (>= 257)", "udev", "dbus", "libpam-systemd", "kmod"),
    *("cage", "foot", "fonts-naver-d2coding", "fonts-noto-cjk"),
)
RECOMMENDS = ("python3-lgpio", "systemd-timesyncd", "network-manager")
NOT_IN_DEBIAN = ("python3-lgpio",)
"""Raspberry Pi OS brings it, with the pins that it is for."""
LEFT_OUT = (
    *("*/tests/*", "*/test/*", "*.pyi", "*.pxd", "*.pyx", "*.c", "*.h", "*.data/*"),
    # 2.4 MB of test vectors, a picture format that no camera and no printer speaks, and the colouring of 500 languages
    # (text and Python, whose names begin with s and p, are used).
    *("securesystemslib/_vendor/ed25519/test_data/*", "PIL/_avif*", "pillow.libs/libavif*", "PIL/_imagingtk*"),
    "pygments/lexers/[a-oqrt-z]*",
    # What an installer notes for itself; dpkg has its own list. Version, licence and entry points stay.
    *("*.dist-info/RECORD", "*.dist-info/WHEEL", "*.dist-info/top_level.txt"),
)
PLACES = (
    ("systemd/*.service", "usr/lib/systemd/system", 0o644),
    ("systemd/*.timer", "usr/lib/systemd/system", 0o644),
    ("systemd/*.path", "usr/lib/systemd/system", 0o644),
    ("systemd/sysusers.d/pos.conf", "usr/lib/sysusers.d", 0o644),
    ("systemd/tmpfiles.d/pos.conf", "usr/lib/tmpfiles.d", 0o644),
    ("firmware_config/udev/*.rules", "usr/lib/udev/rules.d", 0o644),
    ("firmware_config/modules-load.d/pos.conf", "usr/lib/modules-load.d", 0o644),
    ("firmware_config/usb/pos.conf", "usr/lib/modprobe.d", 0o644),
    ("firmware_config/sysctl.d/pos.conf", "usr/lib/sysctl.d", 0o644),
    ("firmware_config/kiosk/logind.conf", "usr/lib/systemd/logind.conf.d", 0o644),
    ("firmware_config/kiosk/mask.preset", "usr/lib/systemd/system-preset", 0o644),
    ("firmware_config/journald/pos.conf", "usr/lib/systemd/journald.conf.d", 0o644),
    ("firmware_config/network/pos.conf", "usr/lib/NetworkManager/conf.d", 0o644),
    ("firmware_config/timesyncd/pos.conf", "usr/lib/systemd/timesyncd.conf.d", 0o644),
    ("firmware_config/system/watchdog.conf", "usr/lib/systemd/system.conf.d", 0o644),
    ("firmware_config/kiosk/foot.ini", "etc/pos", 0o644),
    ("firmware_config/kiosk/pos-screen.pam", "etc/pam.d", 0o644),
    ("firmware_config/*.toml", "usr/share/pos", 0o644),
    ("firmware_config/*.conf", "usr/share/pos", 0o644),
    ("firmware_config/boot/*", "usr/share/pos/boot", 0o644),
    ("firmware_config/mounts/*", "usr/share/pos/mounts", 0o644),
    ("firmware_config/README.md", "usr/share/doc/chak-pos", 0o644),
)
"""What goes where: files of the repository, the folder, the mode."""
RENAMED = {
    "usr/lib/sysctl.d/pos.conf": "usr/lib/sysctl.d/70-pos.conf",
    "usr/lib/systemd/logind.conf.d/logind.conf": "usr/lib/systemd/logind.conf.d/pos.conf",
    "usr/lib/systemd/system-preset/mask.preset": "usr/lib/systemd/system-preset/50-pos.preset",
    "usr/lib/systemd/system.conf.d/watchdog.conf": "usr/lib/systemd/system.conf.d/pos.conf",
    "etc/pam.d/pos-screen.pam": "etc/pam.d/pos-screen",
}


def build(machine: str, out: Path) -> Path:
    """Build one machine's package into a folder, and the archive beside it; gives the package."""
    install_packages(["dpkg"])
    deb = out / f"{NAME}_{version()}_{machine}.deb"
    with tempfile.TemporaryDirectory(prefix="chak-package-") as scratch:
        tree = Path(scratch) / "tree"
        _lay_out(tree, wheels(machine))
        _compile(tree / SITE, f"/{SITE}")
        _write_control(tree, machine)
        _date(tree, _source_date_s())
        packed = Path(scratch) / deb.name
        pack = ["dpkg-deb", "--root-owner-group", "--threads-max=1", "-Zxz", "-z9", "--build", str(tree), str(packed)]
        output(["env", f"SOURCE_DATE_EPOCH={_source_date_s()}", *pack])
        out.mkdir(parents=True, exist_ok=True)
        shutil.move(packed, deb)
        _write_archive(tree / HOME, out / f"{NAME}-{version()}-{machine}.tar")
    say(f"{deb.relative_to(ROOT) if deb.is_relative_to(ROOT) else deb}: {deb.stat().st_size / 1e6:.1f} MB")
    return deb


def write_stick(packages: Sequence[Path], out: Path) -> Path:
    """The folder that installs packages of this build without a network; gives it."""
    names = [name.split(" ")[0] for name in (*DEPENDS, *RECOMMENDS) if name not in NOT_IN_DEBIAN]
    return stick.write(packages, names, out, version=version())


def version() -> str:
    text: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    return text


# The tree


def _lay_out(tree: Path, folder: Path) -> None:
    site = tree / SITE
    for wheel in sorted(folder.glob("*.whl")):
        _unpack(wheel, site)
    for package in ("pos", "drivers"):
        shutil.copytree(ROOT / package, site / package, ignore=shutil.ignore_patterns("__pycache__"))
    about = site / f"chak_pos-{version()}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {version()}\n")
    _lay_out_program(tree)
    for pattern, place, mode in PLACES:
        for source in sorted(ROOT.glob(pattern)):
            _place(source, tree, f"{place}/{source.name}", mode)
    for script in sorted((ROOT / "systemd").iterdir()):
        if script.is_file() and script.stat().st_mode & 0o100:
            _place(script, tree, f"{HOME}/{script.name}", 0o755)
    _place(DEB / "copyright", tree, f"usr/share/doc/{NAME}/copyright", 0o644)


def _unpack(wheel: Path, site: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            name = entry.filename
            if not entry.is_dir() and not any(fnmatch(f"/{name}", f"*/{left_out}") for left_out in LEFT_OUT):
                archive.extract(entry, site)


def _lay_out_program(tree: Path) -> None:
    home = tree / HOME
    (home / "pyvenv.cfg").write_text("home = /usr/bin\ninclude-system-site-packages = true\nversion = 3.13\n")
    (home / "bin").mkdir()
    (home / "bin" / "python3").symlink_to("/usr/bin/python3")
    program = home / "bin" / "pos"
    program.write_text((DEB / "pos").read_text().format(home=f"/{HOME}"))
    program.chmod(0o755)
    shutil.copyfile(DEB / "launch", home / "bin" / "launch")
    (home / "bin" / "launch").chmod(0o755)
    (tree / "usr" / "bin").mkdir()
    (tree / "usr" / "bin" / "pos").symlink_to("../lib/pos/bin/launch")


def _place(source: Path, tree: Path, path: str, mode: int) -> None:
    target = tree / RENAMED.get(path, path)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(mode)


def _compile(site: Path, path: str) -> None:
    """Compile with Debian 13's Python, whatever this machine's is; the code says it lies at `path`.

    Of the libraries only byte code stays: each file is synced on its own when the package is unpacked onto a card.
    """
    compile_ = f"python3 -m compileall -q --invalidation-mode unchecked-hash -s /mnt -p {path}"
    ours = "/mnt/pos /mnt/drivers"
    steps = (
        f"{compile_} -b -x '^/mnt/(pos|drivers)/' /mnt",
        r"find /mnt -name '*.py' -not -path '/mnt/pos/*' -not -path '/mnt/drivers/*' -delete",
        f"{compile_} {ours}",
    )
    root = environments.debian_13()
    enter = ["unshare", "--mount", "--", "sh", "-c", 'mount --bind "$1" "$2/mnt" && shift && exec chroot "$@"', "sh"]
    inside = ["env", environments.PATH_INSIDE, "sh", "-c", " && ".join(steps)]
    output(as_root(*enter, str(site), str(root), *inside))
    if os.geteuid() != 0:
        output(as_root("chown", "-R", f"{os.getuid()}:{os.getgid()}", str(site)))


# The archive


def _write_archive(home: Path, file: Path) -> None:
    """The program alone: what the package has beside it stays the package's, and the interpreter is the machine's."""
    program = (DEB / "pos").read_text().format(home=f"/{VERSIONS}/{version()}").encode()
    with tarfile.open(file, "w", format=tarfile.GNU_FORMAT) as archive:
        for path in _sorted(home):
            name = str(path.relative_to(home))
            if not name.startswith(("bin", "lib", "pyvenv.cfg")) or name in ("bin/python3", "bin/launch"):
                continue
            member = archive.gettarinfo(path, name)
            member.uid = member.gid = 0
            member.uname = member.gname = "root"
            if name == "bin/pos":
                member.size = len(program)
                archive.addfile(member, io.BytesIO(program))
            elif path.is_dir():
                archive.addfile(member)
            else:
                with path.open("rb") as content:
                    archive.addfile(member, content)


# What dpkg is told


def _write_control(tree: Path, machine: str) -> None:
    control = tree / "DEBIAN"
    control.mkdir()
    for script in ("postinst", "prerm", "postrm"):
        _place(DEB / script, control, script, 0o755)
    files = [path for path in _sorted(tree) if path.is_file() and not path.is_symlink() and control not in path.parents]
    for path in files:
        path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
    sums = (f"{hashlib.md5(path.read_bytes()).hexdigest()}  {path.relative_to(tree)}\n" for path in files)
    (control / "md5sums").write_text("".join(sums))
    kept = [f"/{path.relative_to(tree)}\n" for path in files if path.is_relative_to(tree / "etc")]
    (control / "conffiles").write_text("".join(kept))
    size_kib = sum(-(-path.stat().st_size // 1024) for path in files)
    fields = (
        (DEB / "control")
        .read_text()
        .format(
            version=version(),
            machine=machine,
            size_kib=size_kib,
            depends=", ".join(DEPENDS),
            recommends=", ".join(RECOMMENDS),
        )
    )
    (control / "control").write_text(fields)


def _source_date_s() -> int:
    asked = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    # Outside a checkout there is no commit to take it from; any constant will do.
    return int(done.stdout) if done.returncode == 0 else 1_790_000_000


def _date(tree: Path, time_s: int) -> None:
    for path in [*_sorted(tree), tree]:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
        os.utime(path, (time_s, time_s), follow_symlinks=False)


def _sorted(tree: Path) -> Iterator[Path]:
    yield from sorted(tree.rglob("*"))


def main(arguments: Sequence[str]) -> int:
    """`./run package`."""
    parser = argparse.ArgumentParser(prog="run package", description="Build the Debian packages.")
    parser.add_argument("--machine", choices=tuple(MACHINES), action="append", help="default: both")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", metavar="FOLDER", help="default: dist")
    parser.add_argument("--stick", action="store_true", help="also the folder that installs without a network")
    options = parser.parse_args(arguments)
    out = options.out.resolve()
    built = [build(machine, out) for machine in options.machine or MACHINES]
    for path in [*built, *([write_stick(built, out)] if options.stick else [])]:
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
