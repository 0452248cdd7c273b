"""A week of a shop that pulls the plug within ten seconds of closing, every day, at every moment there is.

A real repository offers a new version every day or two, some of which do not start; archives come in pieces from a real
server; every change to the disk is a moment at which the plug may be pulled. What must hold: whatever the link points
to is whole, the shop always starts, a version that does not prove itself is left, and at the end the newest good one
runs.
"""

from __future__ import annotations

import hashlib
import io
import os
import random
import shutil
import signal
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pos.config import load_config
from pos.update import installation as installing
from pos.update import pieces
from pos.update.installation import BOOTS_MAX, STARTS_MAX, Installation, UpdateError
from pos.update.pieces import PIECE_BYTES, PartialFile
from pos.update.tending import Moment, Situation, Step, next_step
from pos.update.versions import Offer, Version

FILES = 12
GOOD, BAD = b"good", b"does not start"


def archive(version: str, *, program: bytes = GOOD, spare: int = 300_000) -> bytes:
    """A version as it is published; the spare bytes make it come in several pieces."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:") as tar:
        for name, content in {
            "bin/pos": program,
            "VERSION": version.encode(),
            **{f"lib/module_{number}.py": f"{version} {number}".encode() for number in range(FILES)},
            "lib/large": random.Random(version).randbytes(spare),
        }.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o755 if name == "bin/pos" else 0o644
            tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def offer_of(version: str, raw: bytes) -> Offer:
    path = f"app/amd64/chak-pos-{version}.tar"
    return Offer(version=Version.parse(version), path=path, length=len(raw), sha256=hashlib.sha256(raw).hexdigest())


def founded(folder: Path) -> Installation:
    """A machine on which 1.0.0 was installed and has proved itself."""
    raw = archive("1.0.0", spare=10)
    (folder / "versions").mkdir(parents=True)
    (folder / "first.tar").write_bytes(raw)
    made = Installation(folder)
    made.stage(folder / "first.tar", offer_of("1.0.0", raw))
    (folder / "current").symlink_to(Path("versions") / "1.0.0")
    return made


def is_whole(folder: Path) -> bool:
    """Whether everything of the version that the link points to is there, and of that version."""
    current = folder / "current"
    version = current.readlink().name
    names = {path.name for path in (current / "lib").iterdir()}
    return (
        (current / "VERSION").read_text() == version
        and names == {"large", *(f"module_{number}.py" for number in range(FILES))}
        and all((current / "lib" / f"module_{n}.py").read_text() == f"{version} {n}" for n in range(FILES))
    )


class Shop:
    """A machine, what is offered to it, and its days."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.machine = folder / "opt"
        self.staging = folder / "staging"
        self.offered: dict[str, bytes] = {}
        self.boot = 0

    @property
    def installation(self) -> Installation:
        return Installation(self.machine)

    def publish(self, version: str, *, program: bytes = GOOD) -> None:
        self.offered = {version: archive(version, program=program)}

    def situation(self, moment: Moment) -> tuple[Situation, PartialFile | None]:
        offer = next((offer_of(version, raw) for version, raw in self.offered.items()), None)
        partial = None if offer is None else PartialFile(self.staging, offer)
        situation = Situation(
            moment=moment,
            running=Version.parse(self.installation.current),
            offer=offer,
            state=self.installation.state,
            is_downloaded=partial is not None and partial.is_complete,
            is_staged=offer is not None and str(offer.version) in self.installation.staged(),
        )
        return situation, partial

    def tend(self, moment: Moment) -> Step:
        """One step, as the units take it."""
        situation, partial = self.situation(moment)
        step, offer = next_step(situation), situation.offer
        if step is Step.NOTHING or offer is None or partial is None:
            return Step.NOTHING
        match step:
            case Step.DOWNLOAD:
                first, last = partial.wanted()
                partial.append(self.offered[str(offer.version)][first : last + 1])
            case Step.STAGE:
                self.installation.stage(partial.path, offer)
            case Step.CHANGE:
                self.installation.begin_trial(str(offer.version))
        return step

    def start(self) -> None:
        """The machine is switched on: the link is seen to, and what it points to is started until it proves itself."""
        self.boot += 1
        while True:
            self.installation.start(f"boot {self.boot}")
            if self.tend(Moment.STARTING) is Step.CHANGE:
                self.installation.start(f"boot {self.boot}")
            if (self.machine / "current" / "bin" / "pos").read_bytes() == GOOD:
                self.installation.confirm()
                return
            # A program that does not start is started again by its supervisor.

    def sell_all_day(self) -> None:
        while self.tend(Moment.OPEN) in (Step.DOWNLOAD, Step.STAGE):
            pass

    def close(self) -> None:
        self.tend(Moment.CLOSED)

    def day(self) -> None:
        self.start()
        self.sell_all_day()
        self.close()


CHANGES = (
    (os, "fsync"),
    (os, "mkdir"),
    (os, "rename"),
    (os, "unlink"),
    (os, "symlink"),
    (os, "rmdir"),
    (Path, "rename"),
    (Path, "replace"),
    (Path, "unlink"),
    (Path, "symlink_to"),
    (installing, "sync_filesystem"),
    (installing, "replace_file"),
    (installing, "sync_folder"),
    (pieces, "sync_folder"),
    (tarfile.TarFile, "extract"),
    (shutil, "rmtree"),
)


@contextmanager
def plug_pulled_at(step: int, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """End this process before its `step`-th change to the disk."""
    left = [step]

    def before(change: Callable[..., object]) -> Callable[..., object]:
        def instead(*arguments: object, **names: object) -> object:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return change(*arguments, **names)

        return instead

    with patch.context() as patched:
        for owner, name in CHANGES:
            patched.setattr(owner, name, before(getattr(owner, name)))
        yield


def pulled(work: Callable[[], None], step: int, patch: pytest.MonkeyPatch) -> bool:
    """Do some work in a process of its own and pull the plug at a step of it; False where it was over before."""
    child = os.fork()
    if child == 0:
        with plug_pulled_at(step, patch):
            work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_a_plug_pulled_at_every_step_of_a_day_leaves_a_whole_version_and_the_next_day_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = tmp_path / "template"
    founded(template / "opt")
    ended_on: list[str] = []
    for step in range(1, 500):
        shop = Shop(tmp_path / "shop")
        shutil.copytree(template, shop.folder, symlinks=True)
        shop.publish("1.1.0")
        was_pulled = pulled(shop.day, step, monkeypatch)
        assert is_whole(shop.machine), f"the plug was pulled at step {step}"
        ended_on.append(shop.installation.current)
        shop.boot = 7
        shop.day()
        shop.day()
        assert is_whole(shop.machine)
        assert shop.installation.current == "1.1.0"
        assert (shop.installation.state.trial, shop.installation.state.previous) == (None, "1.0.0")
        shutil.rmtree(shop.folder)
        if not was_pulled:
            break
    else:
        raise AssertionError("a day has more steps than this test pulls the plug at")

    assert len(ended_on) > 30
    assert ended_on == sorted(ended_on), "old until the one moment from which on it is new"


@pytest.mark.parametrize("seed", range(4))
def test_a_week_of_plugs_with_good_and_bad_versions_ends_on_the_newest_good_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    shop = Shop(tmp_path / "shop")
    founded(shop.machine)
    published = [("1.1.0", GOOD), ("1.2.0", BAD), ("1.3.0", GOOD), ("1.4.0", BAD), ("2.0.0", GOOD)]
    good = "1.0.0"
    for day in range(7):
        if day < len(published):
            version, program = published[day]
            shop.publish(version, program=program)
        shop.boot += 1
        pulled(shop.day, chance.randrange(5, 90), monkeypatch)
        assert is_whole(shop.machine)
        shop.boot += 10
        shop.start()
        current = shop.installation.current
        assert (shop.machine / "current" / "bin" / "pos").read_bytes() == GOOD, "the shop sells"
        assert Version.parse(current) >= Version.parse(good), "what proved itself is never left for something older"
        good = current
    for _ in range(2):
        shop.boot += 1
        shop.day()
    shop.start()

    assert shop.installation.current == "2.0.0"
    assert shop.installation.staged() == (shop.installation.state.previous, "2.0.0"), "only the version before is kept"


def test_a_version_that_does_not_start_is_left_by_itself_and_not_tried_again(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop")
    founded(shop.machine)
    shop.publish("1.1.0", program=BAD)
    shop.day()
    assert shop.installation.current == "1.1.0"

    shop.start()

    assert shop.installation.current == "1.0.0"
    assert shop.installation.state.refused == ("1.1.0",)
    shop.day()
    assert shop.installation.current == "1.0.0"


def test_nothing_changes_between_the_start_and_the_first_sale_unless_somebody_chose_it(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop")
    founded(shop.machine)
    shop.start()
    shop.publish("1.1.0")
    shop.sell_all_day()

    situation, _ = shop.situation(Moment.OPEN)
    assert situation.is_staged
    assert next_step(situation) is Step.NOTHING
    chosen = Situation(
        moment=Moment.OPEN,
        running=situation.running,
        offer=situation.offer,
        state=situation.state,
        is_staged=True,
        is_chosen=True,
    )
    assert next_step(chosen) is Step.CHANGE


def test_a_start_unpacks_nothing_because_the_shop_waits(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop")
    founded(shop.machine)
    shop.publish("1.1.0")
    while shop.tend(Moment.STARTING) is Step.DOWNLOAD:
        pass

    situation, partial = shop.situation(Moment.STARTING)
    assert partial is not None
    assert (partial.is_complete, situation.is_staged) == (True, False)
    assert next_step(situation) is Step.NOTHING


def test_a_version_on_trial_has_so_many_starts_and_boots(tmp_path: Path) -> None:
    machine = founded(tmp_path / "a")
    raw = archive("1.1.0", spare=10)
    (tmp_path / "next.tar").write_bytes(raw)
    machine.stage(tmp_path / "next.tar", offer_of("1.1.0", raw))
    machine.begin_trial("1.1.0")
    assert [machine.start("one") for _ in range(STARTS_MAX + 1)] == ["1.1.0"] * STARTS_MAX + ["1.0.0"]

    other = founded(tmp_path / "b")
    other.stage(tmp_path / "next.tar", offer_of("1.1.0", raw))
    other.begin_trial("1.1.0")
    assert [other.start(str(boot)) for boot in range(BOOTS_MAX + 1)] == ["1.1.0"] * BOOTS_MAX + ["1.0.0"]


def test_a_version_that_proved_itself_is_never_counted_again(tmp_path: Path) -> None:
    machine = founded(tmp_path)
    raw = archive("1.1.0", spare=10)
    (tmp_path / "next.tar").write_bytes(raw)
    machine.stage(tmp_path / "next.tar", offer_of("1.1.0", raw))
    machine.begin_trial("1.1.0")
    machine.start("one")
    machine.confirm()

    assert {machine.start(str(boot)) for boot in range(100)} == {"1.1.0"}


# -- archives -------------------------------------------------------------------------------------------------------


def test_pieces_go_on_where_they_stopped_and_a_torn_one_is_asked_for_again(tmp_path: Path) -> None:
    raw = archive("1.1.0", spare=3 * PIECE_BYTES)
    partial = PartialFile(tmp_path, offer_of("1.1.0", raw))
    first, last = partial.wanted()
    partial.append(raw[first : last + 1])
    with partial.path.open("ab") as file:
        file.write(b"torn")

    assert PartialFile(tmp_path, partial.offer).wanted()[0] == PIECE_BYTES
    while not partial.is_complete:
        first, last = partial.wanted()
        partial.append(raw[first : last + 1])
    assert partial.path.read_bytes() == raw


def test_a_download_that_is_something_else_in_the_end_begins_anew(tmp_path: Path) -> None:
    raw = archive("1.1.0", spare=10)
    partial = PartialFile(tmp_path, offer_of("1.1.0", raw))

    with pytest.raises(ValueError, match="begins anew"):
        partial.append(bytes(len(raw)))
    assert partial.done_bytes == 0
    with pytest.raises(ValueError, match="were asked for"):
        partial.append(raw[:-1])


@pytest.mark.parametrize(
    "members",
    [
        [("../outside", tarfile.REGTYPE, "")],
        [("/etc/passwd", tarfile.REGTYPE, "")],
        [("link", tarfile.SYMTYPE, "../../../etc")],
        [("link", tarfile.SYMTYPE, "/etc")],
        [("one", tarfile.SYMTYPE, "two"), ("two", tarfile.SYMTYPE, "one"), ("one/file", tarfile.REGTYPE, "")],
        [("twice", tarfile.REGTYPE, ""), ("twice", tarfile.REGTYPE, "")],
        [("link", tarfile.LNKTYPE, "/etc/hostname")],
        [("pipe", tarfile.FIFOTYPE, "")],
    ],
    ids=lambda members: " ".join(name for name, _, _ in members),
)
def test_an_archive_with_more_than_files_that_stay_inside_is_no_version(
    tmp_path: Path, members: list[tuple[str, bytes, str]]
) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:") as tar:
        for name, kind, leads_to in members:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, leads_to
            tar.addfile(info)
    machine = founded(tmp_path / "opt")
    (tmp_path / "next.tar").write_bytes(packed.getvalue())

    with pytest.raises((UpdateError, OSError)):
        machine.stage(tmp_path / "next.tar", offer_of("1.1.0", packed.getvalue()))
    assert machine.staged() == ("1.0.0",)
    assert not (tmp_path / "outside").exists()


def test_an_archive_that_was_changed_after_its_download_is_not_unpacked(tmp_path: Path) -> None:
    raw = archive("1.1.0", spare=10)
    machine = founded(tmp_path / "opt")
    (tmp_path / "next.tar").write_bytes(raw + b"\0" * 512)

    with pytest.raises(UpdateError, match="not the archive"):
        machine.stage(tmp_path / "next.tar", offer_of("1.1.0", raw))


def test_the_folder_of_versions_is_a_setting(tmp_path: Path) -> None:
    path = tmp_path / "terminal.toml"
    path.write_text(
        '[terminal]\nid = "t"\nmerchant = "m"\nledger = "l"\nstate_dir = "s"\nsocket_dir = "r"\ntrust_dir = "trust"\n'
        '[ledger]\nurl = "http://127.0.0.1:8400"\n[update]\ndir = "opt"\nunits = "core"\n'
    )
    config = load_config(path)

    assert (config.update.dir, config.update.units) == (tmp_path / "opt", "core")
    assert config.terminal.staging == tmp_path / "staging"
