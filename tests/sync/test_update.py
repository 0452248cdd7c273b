"""A newer version of the program from a real ledger, in pieces, offered by the offline keys and nobody else."""

from __future__ import annotations

import io
import shutil
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from pos.clock import LinuxMachine
from pos.commands.updating import Updates
from pos.config import load_config
from pos.core.timekeeper import Timekeeper
from pos.errors import LedgerUnreachableError
from pos.ledger.serve import LedgerThread
from pos.sandbox.town import Town, init, open_town
from pos.sync.trust import TrustUpdate
from pos.sync.update import UpdateDownload
from pos.terminal import open_trust, trust_desk
from pos.trust.folder import TrustFolder
from pos.update.installation import Installation, machine
from pos.update.pieces import PIECE_BYTES
from pos.update.tending import Step
from tests.sync.test_trust import DeskLink
from tests.update.test_week import archive, founded


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return init(tmp_path_factory.mktemp("template") / "town", seed="update").directory


@pytest.fixture
def town(template: Path, tmp_path: Path) -> Town:
    shutil.copytree(template, tmp_path / "town")
    return open_town(tmp_path / "town")


@pytest.fixture
def installed(town: Town) -> Updates:
    """A machine with 1.0.0, on which nothing runs."""
    config = load_config(town.terminal_toml)
    folder = town.directory / "opt"
    return Updates(config=config, installation=founded(folder), folder=folder)


def publish(town: Town, version: str, *, spare: int = 5 * PIECE_BYTES) -> None:
    folder = town.served_trust.folder / "app" / machine()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"chak-pos-{version}.tar").write_bytes(archive(version, spare=spare))
    town.publication.publish(now_s=town.made_s)


def adopt(town: Town, url: str) -> None:
    config = load_config(town.terminal_toml)
    desk = trust_desk(config, Timekeeper(LinuxMachine(), config.terminal.state_dir))
    desk.live = open_trust(config)
    with closing(TrustUpdate(DeskLink(desk), url, ca_file=None, staging=config.terminal.staging)) as update:
        update.refresh()


def download(town: Town, url: str) -> UpdateDownload:
    config = load_config(town.terminal_toml)
    return UpdateDownload(
        url,
        ca_file=None,
        staging=config.terminal.staging,
        installation=Installation(town.directory / "opt"),
        machine=machine(),
    )


def test_a_version_is_offered_brought_unpacked_and_runs_after_the_next_start(town: Town, installed: Updates) -> None:
    publish(town, "1.1.0")
    with LedgerThread(town.ledger_dir) as ledger:
        adopt(town, ledger.url)
        with closing(download(town, ledger.url)) as first:
            assert first.bring(2) == 2 * PIECE_BYTES
        # Another process, after a restart, goes on.
        with closing(download(town, ledger.url)) as second:
            assert second.bring(100) > 3 * PIECE_BYTES
            assert second.bring() == 0

    assert installed.tend() is Step.STAGE
    assert installed.tend() is Step.NOTHING
    assert installed.installation.current == "1.0.0"
    assert installed.start() == "1.1.0"
    installed.installation.confirm()
    assert (installed.installation.current, installed.installation.state.previous) == ("1.1.0", "1.0.0")


def test_what_only_the_online_key_signs_is_no_offer(town: Town, installed: Updates) -> None:
    """The archive lies on the server, and the targets role does not name it."""
    publish(town, "1.1.0")
    with LedgerThread(town.ledger_dir) as ledger:
        adopt(town, ledger.url)
    stored = TrustFolder(town.directory / "trust").stored()
    assert stored is not None
    assert installed.offer() is not None
    targets = stored.folder / "metadata" / "targets.json"
    targets.write_bytes(targets.read_bytes().replace(b"chak-pos-1.1.0", b"chak-pos-9.9.9"))

    assert installed.offer() is None


def test_a_machine_of_another_kind_is_offered_nothing(town: Town, installed: Updates) -> None:
    folder = town.served_trust.folder / "app" / "otherkind"
    folder.mkdir(parents=True)
    (folder / "chak-pos-1.1.0.tar").write_bytes(archive("1.1.0"))
    town.publication.publish(now_s=town.made_s)
    with LedgerThread(town.ledger_dir) as ledger:
        adopt(town, ledger.url)

    assert installed.offer() is None


def test_a_server_that_answers_something_else_is_left_for_later(town: Town, installed: Updates) -> None:
    publish(town, "1.1.0")
    with LedgerThread(town.ledger_dir) as ledger:
        adopt(town, ledger.url)
        for path in (town.ledger_dir / "repository" / "targets" / "app").rglob("*.tar"):
            path.write_bytes(b"<html>log in</html>")
        with closing(download(town, ledger.url)) as broken, pytest.raises(LedgerUnreachableError, match="update: "):
            broken.bring()
    assert installed.tend() is Step.DOWNLOAD


def test_an_archive_holds_the_version_that_its_name_says(town: Town) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive("1.1.0", spare=1))) as tar:
        member = tar.extractfile("VERSION")
        assert member is not None
        assert member.read() == b"1.1.0"
