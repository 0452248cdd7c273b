"""A memory stick is plugged in: what is ours and newer is taken, and nothing on it makes the till worse."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import signal
import tarfile
import time
from contextlib import closing
from pathlib import Path

import pytest

from pos.commands.importing import Import
from pos.commands.stick_files import Bounds, StickError, opened_folder
from pos.config import load_config
from pos.core.trust_desk import STICK_FOLDER
from pos.exits import Exit
from pos.link.address import socket_path
from pos.link.calls import CancelSale, Done, EnterAmount, Role, TakeTrust, TellStick, TrustStep, TrustTaken, Watch
from pos.link.client import BlockingLink
from pos.link.stick import StickState
from pos.sandbox.cheats import payment_text
from pos.sandbox.town import HOME_ISSUER, revoke_vouchers
from pos.till.catalogue import CATALOGUE_BYTES_MAX
from pos.update.installation import machine
from tests.support.process_tools import run, wait_for_unix_socket
from tests.system.conftest import Till

BIG = 1 << 40


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    (folder / "chak-pos").mkdir(parents=True)
    return folder


def put_trust(till: Till, stick: Path) -> Path:
    """The repository as it is published now."""
    place = stick / "chak-pos" / "trust"
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(till.town.ledger_dir / "repository", place)
    return place


def news(till: Till) -> None:
    """The ledger's trust data is newer than the till's from here on."""
    revoke_vouchers(till.town, HOME_ISSUER, (os.urandom(16),), now_s=int(time.time()))
    till.town.publication.publish(now_s=int(time.time()))


def imported(till: Till, stick: Path) -> tuple[int, object]:
    said = till.pos("import", stick, "--json")
    assert said.exit in (Exit.DONE, Exit.DECLINED), said.err
    return said.exit, said.lines[-1]["state"]


def can_sell(till: Till) -> bool:
    code = payment_text(till.hand().sign(amount_won=1_000, issued_s=int(time.time())))
    return till.pay(code, 1_000).one["outcome"] == "approved"


def test_newer_trust_data_is_taken_once_and_older_never(till: Till, stick: Path) -> None:
    old = put_trust(till, stick)
    shutil.copytree(old, stick.parent / "old")
    assert imported(till, stick) == (Exit.DONE, "same")
    news(till)
    put_trust(till, stick)

    assert imported(till, stick) == (Exit.DONE, "trust_taken")
    assert imported(till, stick) == (Exit.DONE, "same")

    shutil.rmtree(old)
    shutil.copytree(stick.parent / "old", old)
    assert imported(till, stick) == (Exit.DECLINED, "older")
    assert can_sell(till)
    assert till.kinds()[0] == "trust.updated"


def test_forged_and_cut_trust_data_is_refused(till: Till, stick: Path) -> None:
    news(till)
    place = put_trust(till, stick)
    (timestamp,) = place.glob("timestamp.json")
    timestamp.write_bytes(timestamp.read_bytes().replace(b'"version":', b'"version": 9', 1))
    assert imported(till, stick) == (Exit.DECLINED, "forged")

    place = put_trust(till, stick)
    for file in place.glob("*.snapshot.json"):
        file.unlink()
    assert imported(till, stick)[0] == Exit.DECLINED
    timestamp.unlink()
    assert imported(till, stick) == (Exit.DECLINED, "incomplete")
    assert can_sell(till)


def test_a_strangers_stick_is_nobodys_business(till: Till, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "chak.jpg").write_bytes(b"jpeg")

    assert imported(till, tmp_path / "photos") == (Exit.DONE, None)
    (tmp_path / "photos" / "chak-pos").mkdir()
    assert imported(till, tmp_path / "photos") == (Exit.DONE, "empty")


def test_links_pipes_and_odd_names_are_as_if_they_were_not_there(till: Till, stick: Path) -> None:
    news(till)
    place = put_trust(till, stick)
    secret = till.town.directory / "state" / "terminal.key"
    (place / "link.json").symlink_to(secret)
    (place / "loop").symlink_to(place)
    (place / "outside").symlink_to("/etc")
    os.mkfifo(place / "pipe.json")
    os.mkfifo(stick / "chak-pos" / "install.cose")
    (place / "..leading").write_bytes(b"x")
    (place / "with blank").write_bytes(b"x")
    os.close(os.open(os.fsencode(place) + b"/\xff\xfe", os.O_CREAT | os.O_WRONLY))

    assert imported(till, stick) == (Exit.DONE, "trust_taken")

    staged = load_config(till.config).terminal.staging / STICK_FOLDER
    names = {path.name for path in staged.rglob("*")}
    assert "timestamp.json" in names
    assert not names & {"link.json", "loop", "outside", "pipe.json", "..leading", "with blank"}
    assert all(path.is_file() or path.is_dir() for path in staged.rglob("*") if not path.is_symlink())
    assert not any(path.is_symlink() for path in staged.rglob("*"))
    assert can_sell(till)


@pytest.mark.parametrize("what", ["link", "file", "pipe"])
def test_our_folder_itself_has_to_be_one(what: str, till: Till, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    match what:
        case "link":
            (stick / "chak-pos").symlink_to(till.town.ledger_dir)
        case "file":
            (stick / "chak-pos").write_bytes(b"x")
        case _:
            os.mkfifo(stick / "chak-pos")

    assert imported(till, stick) == (Exit.DONE, None)


def test_a_stick_that_holds_too_much_is_left_altogether(till: Till, stick: Path) -> None:
    news(till)
    place = put_trust(till, stick)
    huge = place / "huge.json"
    with huge.open("wb") as file:
        file.truncate(BIG)
    assert imported(till, stick) == (Exit.DECLINED, "too_large")
    huge.unlink()

    deep = place
    for level in range(12):
        deep = deep / f"level-{level}"
    deep.mkdir(parents=True)
    assert imported(till, stick) == (Exit.DECLINED, "too_large")
    shutil.rmtree(place / "level-0")

    staging = load_config(till.config).terminal.staging
    assert not list(staging.glob("*.new")), "nothing of it is left behind"
    assert imported(till, stick) == (Exit.DONE, "trust_taken")


GOODS = "바코드,이름,가격,세금,단축키\n8801234567893,소금빵,3000,과세,1\n"


def test_a_catalogue_is_copied_as_it_is_and_waits_for_somebody(till: Till, stick: Path) -> None:
    file = stick / "chak-pos" / "catalogue.csv"
    file.write_bytes(GOODS.encode("cp949"))

    assert imported(till, stick) == (Exit.DONE, "catalogue_brought")

    config = load_config(till.config).terminal
    assert (config.staging / "catalogue.csv").read_bytes() == GOODS.encode("cp949")
    assert not (config.state_dir / "catalogue.csv").exists(), "nobody has taken it yet"
    put_trust(till, stick)
    assert imported(till, stick) == (Exit.DONE, "catalogue_brought"), "also beside what is here already"


@pytest.mark.parametrize("what", ["link", "pipe", "folder", "large"])
def test_a_catalogue_that_is_none_is_not_copied(what: str, till: Till, stick: Path, tmp_path: Path) -> None:
    file = stick / "chak-pos" / "catalogue.csv"
    match what:
        case "link":
            (tmp_path / "secret.csv").write_text(GOODS)
            file.symlink_to(tmp_path / "secret.csv")
        case "pipe":
            os.mkfifo(file)
        case "folder":
            file.mkdir()
        case _:
            file.write_bytes(GOODS.encode() + b"\n" * CATALOGUE_BYTES_MAX)

    too_large = (Exit.DECLINED, "too_large")
    assert imported(till, stick) == (too_large if what == "large" else (Exit.DONE, "empty"))
    assert not (load_config(till.config).terminal.staging / "catalogue.csv").exists()


@pytest.mark.parametrize(
    ("on_stick", "call", "fate"),
    [
        (True, "read", "error=EIO:when=2"),
        pytest.param(True, "openat", "error=EIO", marks=pytest.mark.slow),
        pytest.param(False, "write", "signal=SIGKILL", marks=pytest.mark.slow),
    ],
)
def test_a_stick_that_is_pulled_or_a_cut_while_it_is_read_leaves_no_half_catalogue(
    on_stick: bool, call: str, fate: str, till: Till, stick: Path
) -> None:
    file = stick / "chak-pos" / "catalogue.csv"
    file.write_text(GOODS)
    assert imported(till, stick) == (Exit.DONE, "catalogue_brought")
    file.write_text(GOODS + ",빵,900,과세,\n" * 20_000)
    staged = load_config(till.config).terminal.staging / "catalogue.csv"
    # A name below a handle is told to the kernel, and so to strace, as it is; what is open has its whole path.
    path = (file.name if call == "openat" else file) if on_stick else staged.with_name("catalogue.csv.new")

    strace = ("strace", "-f", "-o", stick.parent / "strace", "-P", path, "-e", f"trace={call}")
    done = run([*strace, "-e", f"inject={call}:{fate}", *till.command("import", stick, "--json")], deadline_s=60)

    if on_stick:
        assert (done.exit_status, json.loads(done.stdout)["state"]) == (Exit.DECLINED, "unreadable"), done.stderr
    else:
        assert done.exit_status == -signal.SIGKILL
    assert staged.read_text() == GOODS
    assert imported(till, stick) == (Exit.DONE, "catalogue_brought")
    assert staged.read_bytes() == file.read_bytes()


class Core:
    """A core that answers as it is told to, and remembers what the screen would have said."""

    def __init__(self, *answers: TrustTaken) -> None:
        self.answers = list(answers)
        self.told: list[StickState] = []

    def call(self, call: object) -> object:
        if isinstance(call, TellStick):
            self.told.append(call.state)
            return Done()
        assert isinstance(call, TakeTrust)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def small(**changes: object) -> Bounds:
    values: dict[str, object] = {
        "names_max": 2_000,
        "depth_max": 6,
        "file_bytes_max": 1_000_000,
        "bytes_max": 3_000_000,
        "room_bytes": 100,
        "free_bytes": lambda _: BIG,
    }
    return Bounds(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("bounds", "state"),
    [
        (small(names_max=5), StickState.TOO_LARGE),
        (small(bytes_max=10_000), StickState.TOO_LARGE),
        (small(file_bytes_max=100), StickState.TOO_LARGE),
        (small(free_bytes=lambda _: 150), StickState.NO_ROOM),
    ],
)
def test_every_bound_holds(bounds: Bounds, state: StickState, till: Till, stick: Path) -> None:
    put_trust(till, stick)
    core = Core(TrustTaken(step=TrustStep.SAME))
    staged = load_config(till.config).terminal.staging / STICK_FOLDER

    taking = Import(config=load_config(till.config), core=core, bounds=bounds)  # type: ignore[arg-type]
    with opened_folder(stick / "chak-pos") as ours:
        assert ours is not None
        with pytest.raises(StickError) as refused:
            taking.take(ours)

    assert refused.value.state is state
    assert not staged.exists()


def test_an_open_sale_is_waited_for(till: Till, stick: Path) -> None:
    put_trust(till, stick)
    later, taken = TrustTaken(step=TrustStep.LATER), TrustTaken(step=TrustStep.TAKEN)
    core, rests = Core(later, later, taken), list[float]()

    with opened_folder(stick / "chak-pos") as ours:
        assert ours is not None
        state = Import(config=load_config(till.config), core=core, rest=rests.append).take(ours)  # type: ignore[arg-type]

    assert (state, core.told, len(rests)) == (StickState.TRUST_TAKEN, [StickState.LATER] * 2, 2)


def test_a_sale_that_never_ends_leaves_the_stick_for_another_time(till: Till, stick: Path) -> None:
    put_trust(till, stick)
    core, rests = Core(TrustTaken(step=TrustStep.LATER)), list[float]()

    with opened_folder(stick / "chak-pos") as ours:
        assert ours is not None
        state = Import(config=load_config(till.config), core=core, rest=rests.append).take(ours)  # type: ignore[arg-type]

    assert (state, sum(rests)) == (StickState.LATER, 600.0)


def archive(size: int) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:") as tar:
        member = tarfile.TarInfo("bin/pos")
        member.size, member.mode = size, 0o755
        tar.addfile(member, io.BytesIO(b"#" * size))
    return packed.getvalue()


@pytest.fixture
def in_versions(till: Till, tmp_path: Path) -> Path:
    """The program of this machine lies in versions, and 0.1.0 runs."""
    folder = tmp_path / "opt"
    (folder / "versions" / "0.1.0").mkdir(parents=True)
    (folder / "current").symlink_to("versions/0.1.0")
    till.config.write_text(f'{till.config.read_text()}\n[update]\ndir = "{folder}"\n')
    return folder


def offer(till: Till, version: str, raw: bytes) -> None:
    place = till.town.served_trust.folder / "app" / machine() / f"chak-pos-{version}.tar"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(raw)
    till.town.publication.publish(now_s=int(time.time()))


def test_a_newer_program_is_brought_whole_and_only_with_its_trust_data(
    till: Till, stick: Path, in_versions: Path
) -> None:
    raw = archive(600_000)
    offer(till, "9.9.9", raw)
    place = put_trust(till, stick)
    brought = load_config(till.config).terminal.staging / "update" / f"{hashlib.sha256(raw).hexdigest()}.part"

    assert imported(till, stick) == (Exit.DONE, "program_taken")
    assert brought.read_bytes() == raw
    assert not list((load_config(till.config).terminal.staging / STICK_FOLDER / "targets").glob("app")), "brought once"

    # The same stick with another archive under the promised name.
    brought.unlink()
    (file,) = place.glob("targets/app/*/*.tar")
    file.write_bytes(raw[:-1] + b"!")
    assert imported(till, stick) == (Exit.DECLINED, "forged")
    assert not brought.exists()

    file.unlink()
    assert imported(till, stick) == (Exit.DONE, "same")
    assert (in_versions / "current").readlink() == Path("versions/0.1.0")


def test_a_download_that_had_begun_is_finished_from_the_stick(till: Till, stick: Path, in_versions: Path) -> None:
    raw = archive(600_000)
    offer(till, "9.9.9", raw)
    put_trust(till, stick)
    brought = load_config(till.config).terminal.staging / "update" / f"{hashlib.sha256(raw).hexdigest()}.part"
    brought.parent.mkdir(parents=True)
    brought.write_bytes(raw[:300_000])

    assert imported(till, stick) == (Exit.DONE, "program_taken")
    assert brought.read_bytes() == raw
    assert in_versions.is_dir()


def test_a_program_is_not_brought_by_trust_data_that_is_refused(till: Till, stick: Path, in_versions: Path) -> None:
    offer(till, "9.9.9", archive(1_000))
    place = put_trust(till, stick)
    timestamp = place / "timestamp.json"
    timestamp.write_bytes(timestamp.read_bytes().replace(b'"version":', b'"version": 9', 1))

    assert imported(till, stick) == (Exit.DECLINED, "forged")
    assert not (load_config(till.config).terminal.staging / "update").exists()
    assert in_versions.is_dir()


def test_an_installed_till_takes_no_install_file(till: Till, stick: Path) -> None:
    (stick / "chak-pos" / "install.cose").write_bytes(b"anything")

    assert imported(till, stick) == (Exit.DONE, "empty")
    assert not (load_config(till.config).terminal.staging / "install").exists()


def test_the_screen_says_what_became_of_it_and_an_open_sale_is_waited_for(till: Till, stick: Path) -> None:
    news(till)
    put_trust(till, stick)
    sockets = load_config(till.config).terminal.socket_dir
    with till.start("process", "core") as core:
        wait_for_unix_socket(socket_path(sockets, Role.SCREEN), child=core)
        with closing(BlockingLink(sockets, Role.SCREEN)) as screen:
            assert screen.call(EnterAmount(amount_won=5_000)) == Done()
            with till.start("import", stick) as importing:
                wait_until(screen, StickState.LATER)
                sale = screen.call(Watch()).till.sale
                assert sale is not None, "nothing happens to the sale"
                assert screen.call(CancelSale()) == Done()
                assert importing.wait(deadline_s=60) == Exit.DONE, importing.report()
            wait_until(screen, StickState.TRUST_TAKEN)


def wait_until(screen: BlockingLink, state: StickState) -> None:
    end_s = time.monotonic() + 60
    while screen.call(Watch()).till.stick is not state:
        assert time.monotonic() < end_s, f"the screen never said {state}"
        screen.next_push(0.5)
