"""The folder for a memory stick that installs the till where there is no network.

`./run package --stick` writes chak-pos-VERSION-stick: our packages, Debian's that they need, install.sh, the handbook.

- Debian's packages are the whole closure, down to the C library: whatever a clean system has or lacks, its own apt
  takes what it needs. They come through apt of Debian's own archives, whose signatures it checks.
- They lie as in those archives, with Debian's own signed indexes, so that the till's apt checks the same signatures
  again, with the keys it was born with. Nobody has to trust the stick, and no key of ours is needed for it.
- SHA256SUMS names every file: a stick that was copied badly says so before anything is installed.
- The same bytes each time for one commit and one state of Debian's archives.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import environments
from ground import CACHE, ROOT, GroundError, as_root, output, say

SCRIPT = ROOT / ".ci" / "stick" / "install.sh"
HANDBOOK = ROOT / "firmware_config" / "README.md"
SUITE = "trixie"
INSIDE = "/mnt"
"""Where a machine's working folder is seen by the apt that works for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """One line of apt's sources: where an archive is, and which of its distributions."""

    uri: str
    distribution: str

    @property
    def folder(self) -> str:
        return self.uri.rstrip("/").rsplit("/", 1)[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Apt:
    """Debian 13's own apt, working for a machine that has nothing yet."""

    machine: str
    folder: Path

    def get(self, *words: str) -> str:
        return self.run("/usr/bin/apt-get", *words)

    def fetch(self, uri: str, target: str, sha256: str) -> None:
        """Into the working folder, through whatever apt is configured with."""
        self.run("/usr/lib/apt/apt-helper", "download-file", uri, f"{INSIDE}/{target}", f"SHA256:{sha256}")

    def run(self, *command: str) -> str:
        options = {
            "APT::Architecture": self.machine,
            "APT::Architectures": self.machine,
            "APT::Sandbox::User": "root",
            "APT::Install-Recommends": "false",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
            "Dir::State::Lists": f"{INSIDE}/lists",
            "Dir::State::status": f"{INSIDE}/status",
            "Dir::Cache::pkgcache": "",
            "Dir::Cache::srcpkgcache": "",
        }
        program, *words = command
        said = [f"--option={name}={value}" for name, value in options.items()]
        enter = (
            'for shared in dev proc; do mount --rbind /$shared "$1/$shared"; done; mount --bind "$2" "$1/mnt"; '
            'root=$1; shift 2; exec chroot "$root" "$@"'
        )
        inside = ["env", "-i", environments.PATH_INSIDE, "LC_ALL=C.UTF-8", program, *said, *words]
        root = str(environments.debian_13())
        return output(as_root("unshare", "--mount", "--", "sh", "-ec", enter, "sh", root, str(self.folder), *inside))


def write(packages: Sequence[Path], names: Sequence[str], out: Path, *, version: str) -> Path:
    """Write the stick of some machines' packages ("…_MACHINE.deb") into a folder; gives it."""
    stick = out / f"chak-pos-{version}-stick"
    out.mkdir(parents=True, exist_ok=True)
    # Where it will lie: hundreds of megabytes are renamed, not copied again.
    with tempfile.TemporaryDirectory(prefix=".stick-", dir=out) as scratch:
        tree = Path(scratch) / stick.name
        (tree / "chak-pos").mkdir(parents=True)
        for package in packages:
            shutil.copyfile(package, tree / "chak-pos" / package.name)
            _bring_debian(tree, package.stem.rsplit("_", 1)[1], names)
        shutil.copyfile(SCRIPT, tree / SCRIPT.name)
        shutil.copyfile(HANDBOOK, tree / "handbook.md")
        sums = (f"{_sha256(path)}  {path.relative_to(tree)}\n" for path in _files(tree))
        (tree / "SHA256SUMS").write_text("".join(list(sums)))
        shutil.rmtree(stick, ignore_errors=True)
        tree.rename(stick)
    size_bytes = sum(path.stat().st_size for path in _files(stick))
    say(f"{stick.relative_to(ROOT) if stick.is_relative_to(ROOT) else stick}: {size_bytes / 1e6:.0f} MB")
    return stick


def _bring_debian(tree: Path, machine: str, names: Sequence[str]) -> None:
    """Debian's packages of one machine and the signed indexes that name them, as its archives have them."""
    apt = Apt(machine=machine, folder=CACHE / f"stick-{SUITE}-{machine}")
    for name in ("lists/partial", "archives/partial", "none/partial"):
        (apt.folder / name).mkdir(parents=True, exist_ok=True)
    (apt.folder / "status").write_text("")
    apt.get("--quiet=2", "update")
    archives = _archives(apt)
    for archive in archives:
        _bring_index(apt, archive, tree)
    for uri, name in _bring_packages(apt, names):
        base = next(archive for archive in archives if uri.startswith(archive.uri))
        target = tree / base.folder / unquote(uri.removeprefix(base.uri)).lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(apt.folder / "archives" / name, target)


def _archives(apt: Apt) -> list[Archive]:
    """What the packages' indexes are fetched from, as apt itself says it."""
    form = "$(SITE) $(REPO_URI) $(RELEASE)"
    told = apt.get("indextargets", f"--format={form}", "Created-By: Packages", f"Architecture: {apt.machine}")
    return [Archive(uri=words[1], distribution=words[2]) for words in map(str.split, told.splitlines())]


def _bring_index(apt: Apt, archive: Archive, tree: Path) -> None:
    uri = urlsplit(archive.uri)
    distribution = f"dists/{archive.distribution}"
    flat = f"{uri.netloc}{uri.path.rstrip('/')}/{distribution}".replace("/", "_")
    signed = apt.folder / "lists" / f"{flat}_InRelease"
    index = f"main/binary-{apt.machine}/Packages.xz"
    digest = _digest_in(signed.read_text("utf-8"), index)
    kept = apt.folder / digest
    if not (kept.exists() and _sha256(kept) == digest):
        by_hash = index.replace("Packages.xz", f"by-hash/SHA256/{digest}")
        apt.fetch(f"{archive.uri.rstrip('/')}/{distribution}/{by_hash}", digest, digest)
    place = tree / archive.folder / distribution
    (place / index).parent.mkdir(parents=True, exist_ok=True)
    if (place / "InRelease").exists() and (place / "InRelease").read_bytes() != signed.read_bytes():
        raise GroundError("Debian's archives have changed between two machines' packages; the same command tries again")
    shutil.copyfile(signed, place / "InRelease")
    shutil.copyfile(kept, place / index)


def _digest_in(release: str, index: str) -> str:
    for line in release.partition("\nSHA256:\n")[2].splitlines():
        match line.split():
            case [digest, _, name] if name == index:
                return digest
    raise GroundError(f"Debian's signed list of files does not name {index}")


def _bring_packages(apt: Apt, names: Sequence[str]) -> list[tuple[str, str]]:
    """Download the closure; the address and the file's name of each package."""
    nowhere = f"--option=Dir::Cache::archives={INSIDE}/none"
    lines = apt.get(nowhere, "--quiet=2", "--print-uris", "install", *names).splitlines()
    wanted = [(words[0].strip("'"), words[1]) for words in map(str.split, lines)]
    known = {name for _, name in wanted}
    for old in (apt.folder / "archives").glob("*.deb"):
        if old.name not in known:
            old.unlink()
    say(f"fetching what the package needs of Debian for {apt.machine}: {len(wanted)} packages")
    here = f"--option=Dir::Cache::archives={INSIDE}/archives"
    apt.get(here, "--option=Debug::NoLocking=true", "--quiet=2", "--download-only", "--yes", "install", *names)
    return wanted


def _files(tree: Path) -> Iterator[Path]:
    yield from sorted(path for path in tree.rglob("*") if path.is_file())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
