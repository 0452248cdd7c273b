"""The second medium is made with one command, on a mounted stick and nowhere else; a sealed key stays sealed."""

from __future__ import annotations

from pathlib import Path

from pos.exits import Exit
from tests.system.conftest import Till


def with_mirror(till: Till, folder: Path) -> None:
    till.config.write_text(f'{till.config.read_text()}\n[mirror]\npath = "{folder}"\n')


def test_a_bare_mount_point_is_never_marked(till: Till, tmp_path: Path) -> None:
    bare = tmp_path / "srv"
    bare.mkdir()
    with_mirror(till, bare)

    said = till.pos("mirror", "prepare")

    assert (said.exit, list(bare.iterdir())) == (Exit.USAGE, [])
    assert "nothing is mounted" in said.err


def test_without_a_configured_folder_there_is_nothing_to_prepare(till: Till) -> None:
    assert "no second medium is configured" in till.pos("mirror", "prepare").err


def test_a_mounted_medium_gets_the_terminals_marker(till: Till) -> None:
    # /dev/shm is mounted on every Debian, and is not the disk above it.
    stick = Path("/dev/shm")
    with_mirror(till, stick)
    marker = stick / "chak-journal-mirror"
    try:
        said = till.pos("mirror", "prepare")

        assert said.exit == Exit.DONE, said.err
        assert marker.read_text().startswith("terminal t-bakery-1\nkey ")
        assert till.pos("mirror", "prepare").exit == Exit.DONE, "preparing the own stick again changes nothing"
    finally:
        marker.unlink(missing_ok=True)


def test_a_command_beside_a_till_that_is_down_says_why_it_cannot_have_the_key(till: Till) -> None:
    state = till.town.directory / "state"
    sealed = state.parent / "credentials" / "terminal.key"
    sealed.parent.mkdir()
    (state / "terminal.key").rename(sealed)

    said = till.pos("journal", "verify")

    assert said.exit == Exit.USAGE
    assert "sealed for the till itself" in said.err
    assert "systemctl restart pos-core" in said.err
