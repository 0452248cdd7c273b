"""The memory stick: it makes a till of a Debian that has nothing, nowhere to ask, and no reason to trust a stick."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.debian_roots import DebianRoot, layer_over, mount, unmount, with_proc
from tests.support.process_tools import Child

PLACE = "/media/TILL 1"
"""Where a desktop mounts a stick with a blank in its label."""
INSTALL_S_MAX = 1200
IMPORTS = "import cv2, numpy; print(cv2.__file__)"


@contextmanager
def plugged_in(root: DebianRoot, stick: Path) -> Iterator[None]:
    folder = root.folder / PLACE[1:]
    folder.mkdir(parents=True)
    mount("--bind", "-o", "ro", str(stick), str(folder))
    try:
        yield
    finally:
        unmount(folder)


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[DebianRoot]:
    """A Debian that was never told where Debian's archives are."""
    with layer_over(Path(os.environ["CHAK_CLEAN"]), tmp_path, is_synced=False) as root, with_proc(root):
        (root.folder / "etc/apt/sources.list").unlink()
        shutil.rmtree(root.folder / "var/lib/apt/lists")
        yield root


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A stick of one's own to spoil; what is not spoiled takes no room."""
    stick = tmp_path / "stick"
    shutil.copytree(os.environ["CHAK_STICK"], stick, copy_function=os.link)
    return stick


def replace(file: Path, content: bytes) -> None:
    """Write into a copy that shares its bytes with the original."""
    file.unlink()
    file.write_bytes(content)


def install(root: DebianRoot) -> Child:
    return root.inside("sh", f"{PLACE}/install.sh", deadline_s=INSTALL_S_MAX)


def test_a_bare_debian_without_a_network_becomes_a_till_by_the_stick(
    bare: DebianRoot, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bare.inside("python3", "-c", "").exit_status != 0
    before = set((bare.folder / "tmp").iterdir())

    with plugged_in(bare, Path(os.environ["CHAK_STICK"])):
        began_s = time.monotonic()
        done = install(bare)
        took_s = time.monotonic() - began_s

    assert done.exit_status == 0, done.report()
    with capsys.disabled():
        sys.stdout.write(f"\n  installed from the stick in {took_s:.0f} s\n")
    assert bare.must("dpkg", "--verify", "chak-pos") == ""
    assert bare.must("dpkg", "--audit") == ""
    assert bare.must("pos", "--version").startswith("chak-pos ")
    assert bare.must("python3", "-c", IMPORTS).startswith("/usr/lib/python3/dist-packages/")
    assert bare.must("which", "cage", "foot") == "/usr/bin/cage\n/usr/bin/foot\n"
    assert "D2Coding" in bare.must("fc-list", ":lang=ko", "family")
    # Neither does it stay known as a source, nor does anything of the work remain.
    assert list((bare.folder / "etc/apt").rglob("*.list")) == []
    assert set((bare.folder / "tmp").iterdir()) == before


def test_a_stick_that_was_copied_badly_installs_nothing(bare: DebianRoot, copied: Path) -> None:
    victim = next(copied.glob("debian/pool/main/z/zbar/libzbar0t64_*.deb"))
    replace(victim, victim.read_bytes()[:-1])

    with plugged_in(bare, copied):
        done = install(bare)

    assert (done.exit_status, victim.name in done.stdout, "damaged" in done.stderr) == (1, True, True), done.report()
    assert bare.inside("dpkg", "--status", "chak-pos").exit_status == 1


def test_a_debian_package_that_is_not_debians_is_refused_though_its_sum_is_listed(
    bare: DebianRoot, copied: Path
) -> None:
    """Sums on a stick protect from bad copies; only Debian's signature protects from a false one."""
    victim = next(copied.glob("debian/pool/main/z/zbar/libzbar0t64_*.deb"))
    false = (copied / "chak-pos" / next((copied / "chak-pos").iterdir()).name).read_bytes()
    replace(victim, false)
    sums = (copied / "SHA256SUMS").read_text().splitlines()
    kept = [line for line in sums if not line.endswith(victim.name)]
    assert len(kept) == len(sums) - 1
    replace(copied / "SHA256SUMS", ("\n".join(kept) + "\n").encode())

    with plugged_in(bare, copied):
        done = install(bare)

    assert done.exit_status != 0
    assert bare.inside("dpkg", "--status", "libzbar0t64").exit_status == 1, done.report()


def test_another_release_is_told_that_the_stick_is_not_for_it(bare: DebianRoot) -> None:
    about = bare.folder / "usr/lib/os-release"
    about.write_text(about.read_text().replace("=trixie", "=forky"))

    with plugged_in(bare, Path(os.environ["CHAK_STICK"])):
        done = install(bare)

    assert (done.exit_status, "'forky'" in done.stderr) == (1, True), done.report()
