"""Downloading trust data from a ledger that is healthy, behind a portal, cut off, out of a backup or not ours."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TypeVar, cast

import pytest

from pos.clock import LinuxMachine
from pos.config import load_config
from pos.core.timekeeper import Timekeeper
from pos.core.trust_desk import TrustDesk
from pos.errors import LedgerUnreachableError
from pos.ledger.database import Database, open_database
from pos.ledger.folder import open_folder
from pos.ledger.publishing import Publisher
from pos.ledger.schema import revocations
from pos.ledger.serve import LedgerThread
from pos.link.calls import AskTrust, Call, TakeTrust, TrustStep, TrustTaken
from pos.sandbox.entropy import Entropy
from pos.sandbox.rotation import rotate_issuer_key
from pos.sandbox.town import DAY_S, HOME_ISSUER, KeyState, Town, enrol_terminal, init, open_town, revoke_vouchers
from pos.sync.trust import TrustUpdate
from pos.terminal import open_trust, trust_desk
from pos.till.policy import RevocationState
from pos.voucher.keys import key_id

R = TypeVar("R")
ID = bytes(range(16))
PAGE = b"<!DOCTYPE html><html><body>Please log in to this network</body></html>"


@dataclass(slots=True)
class Web:
    """A web server over a folder, and what it does to those who ask."""

    folder: Path
    answer: Callable[[bytes | None], tuple[int, bytes, int]] = field(default=lambda raw: _plain(raw))
    """From what the folder has to status, body and the length that is claimed."""
    asked: list[str] = field(default_factory=list)


def _plain(raw: bytes | None) -> tuple[int, bytes, int]:
    return (404, b"", 0) if raw is None else (200, raw, len(raw))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return init(tmp_path_factory.mktemp("template") / "town", seed="sync").directory


@pytest.fixture
def town(template: Path, tmp_path: Path) -> Town:
    shutil.copytree(template, tmp_path / "town")
    return open_town(tmp_path / "town")


@pytest.fixture
def web(town: Town) -> Iterator[tuple[Web, str]]:
    served = Web(town.ledger_dir / "repository")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append(self.path)
            path = served.folder / self.path.removeprefix("/trust/")
            status, body, length = served.answer(path.read_bytes() if path.is_file() else None)
            self.send_response(status)
            self.send_header("Content-Length", str(length))
            if status == 302:
                self.send_header("Location", f"http://127.0.0.1:{self.server.server_address[1]}/trust/timestamp.json")
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the library's signature
            """Nothing is logged."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield served, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@dataclass(frozen=True, slots=True)
class DeskLink:
    desk: TrustDesk

    def call(self, call: Call[R]) -> R:
        assert isinstance(call, AskTrust | TakeTrust)
        return cast("R", self.desk.answer(call))


def desk_of(town: Town) -> TrustDesk:
    """A desk as a selling till has it, but for the journal."""
    config = load_config(town.terminal_toml)
    desk = trust_desk(config, Timekeeper(LinuxMachine(), config.terminal.state_dir))
    desk.live = open_trust(config)
    return desk


def refresh(town: Town, url: str) -> TrustTaken | None:
    update = TrustUpdate(DeskLink(desk_of(town)), url, ca_file=None, staging=town.directory / "staging")
    with closing(update):
        return update.refresh()


def news(town: Town) -> None:
    revoke_vouchers(town, HOME_ISSUER, (ID,), now_s=town.made_s)
    town.publication.publish(now_s=town.made_s)


def is_revoked(town: Town) -> bool:
    trust = open_trust(load_config(town.terminal_toml))
    return trust.revocation(HOME_ISSUER, ID, now_s=town.made_s) is RevocationState.REVOKED


def test_another_user_may_read_what_was_brought(town: Town, web: tuple[Web, str]) -> None:
    """Where units run them, sync and core are different users."""
    _, url = web
    news(town)
    taken = refresh(town, url)

    assert taken is not None
    brought = [file for file in (town.directory / "staging" / "trust").rglob("*") if file.is_file()]
    assert len(brought) > 10
    assert [file.name for file in brought if file.stat().st_mode & 0o044 != 0o044] == []


def test_news_are_brought_once_and_the_next_look_costs_two_questions(town: Town, web: tuple[Web, str]) -> None:
    served, url = web
    assert refresh(town, url) is None

    news(town)
    taken = refresh(town, url)
    assert taken is not None
    assert (taken.step, taken.trust_version, is_revoked(town)) == (TrustStep.TAKEN, 2, True)
    served.asked.clear()
    assert refresh(town, url) is None
    assert served.asked == ["/trust/2.root.json", "/trust/timestamp.json"]


PORTALS: dict[str, Callable[[bytes | None], tuple[int, bytes, int]]] = {
    "a portal's page": lambda raw: (200, PAGE, len(PAGE)),
    "a portal's page for what is missing": lambda raw: (200, PAGE, len(PAGE)) if raw is None else _plain(raw),
    "a redirect": lambda raw: (302, b"", 0),
    "nothing there": lambda raw: (404, PAGE, len(PAGE)),
    "a fault": lambda raw: (500, b"", 0),
    "cut": lambda raw: (200, (raw or b"")[:-5], len(raw or b"")),
    "cut and honest about it": lambda raw: (200, (raw or b"")[:-5], len((raw or b"")[:-5])),
    "endless": lambda raw: (200, (raw or b"") + b" " * 600_000, len(raw or b"") + 600_000),
    "empty": lambda raw: (200, b"", 0),
}


@pytest.mark.parametrize("name", PORTALS)
def test_whatever_stands_in_between_changes_nothing_and_is_over_when_it_is_gone(
    town: Town, web: tuple[Web, str], name: str
) -> None:
    served, url = web
    news(town)
    served.answer = PORTALS[name]

    with pytest.raises(LedgerUnreachableError, match="trust data: "):
        refresh(town, url)
    assert not is_revoked(town)

    served.answer = _plain
    taken = refresh(town, url)
    assert taken is not None
    assert (taken.step, is_revoked(town)) == (TrustStep.TAKEN, True)


def test_nobody_answers(town: Town) -> None:
    with pytest.raises(LedgerUnreachableError, match="trust data: "):
        refresh(town, "http://127.0.0.1:9")


def test_a_repository_restored_from_a_backup_is_refused(town: Town, web: tuple[Web, str], tmp_path: Path) -> None:
    served, url = web
    shutil.copytree(served.folder, tmp_path / "backup")
    news(town)
    refresh(town, url)
    served.folder = tmp_path / "backup"

    with pytest.raises(LedgerUnreachableError, match="version"):
        refresh(town, url)
    assert is_revoked(town)


def test_core_refuses_what_a_lying_sync_left(town: Town, web: tuple[Web, str]) -> None:
    """The download is spoiled after the client had verified it."""
    _, url = web
    news(town)
    staging = town.directory / "staging"
    desk = desk_of(town)

    class Liar:
        def call(self, call: Call[R]) -> R:
            if isinstance(call, TakeTrust):
                for file in (staging / "trust" / "targets").glob("revocations*"):
                    file.write_bytes(file.read_bytes()[:-16])
            assert isinstance(call, AskTrust | TakeTrust)
            return cast("R", desk.answer(call))

    with closing(TrustUpdate(Liar(), url, ca_file=None, staging=staging)) as update:
        taken = update.refresh()

    assert taken is not None
    assert (taken.step, taken.fault) == (TrustStep.REFUSED, "content")
    assert not is_revoked(town)


def test_a_rotated_root_and_a_rotated_issuer_key_arrive_together(town: Town, web: tuple[Web, str]) -> None:
    _, url = web
    old = key_id(town.issuer_key(HOME_ISSUER).public_key)
    town.publication.rotate_root(Entropy.fresh(), now_s=town.made_s)
    rotate_issuer_key(town, HOME_ISSUER, Entropy.fresh(), now_s=town.made_s, overlap_s=30 * DAY_S)
    assert refresh(town, url) is not None

    issuer = open_trust(load_config(town.terminal_toml)).issuer(HOME_ISSUER)
    assert issuer is not None
    new_key = issuer.key(key_id(town.issuer_key(HOME_ISSUER, KeyState.CURRENT).public_key))
    old_key = issuer.key(old)
    assert new_key is not None
    assert old_key is not None
    both_s = town.made_s + DAY_S
    assert (old_key.signs_at(both_s), new_key.signs_at(both_s)) == (True, True)
    assert (old_key.signs_at(town.made_s + 31 * DAY_S), new_key.signs_at(town.made_s + 31 * DAY_S)) == (False, True)


def test_a_voucher_that_the_ledger_found_spent_twice_is_revoked_by_the_next_update(town: Town) -> None:
    with LedgerThread(town.ledger_dir) as ledger:
        folder = open_folder(town.ledger_dir)
        with closing(open_database(folder.database_url, ledger=folder.ledger)) as database:
            row = {
                "voucher": HOME_ISSUER.encode() + ID,
                "issuer": HOME_ISSUER,
                "voucher_id": ID,
                "expires_s": town.made_s + 400 * DAY_S,
                "cause": "conflict",
                "revoked_s": town.made_s,
            }
            database.write(lambda connection: connection.execute(revocations.insert(), row))
            Publisher(folder, database).publish(now_s=int(time.time()))
        taken = refresh(town, ledger.url)

    assert taken is not None
    assert (taken.step, is_revoked(town)) == (TrustStep.TAKEN, True)


def test_a_till_learns_of_the_others_of_its_shop_and_of_nobody_elses(town: Town, tmp_path: Path) -> None:
    for terminal, merchant in (("t-bakery-2", "m-bakery"), ("t-butcher-7", "m-butcher")):
        home = tmp_path / terminal
        home.mkdir()
        enrol_terminal(town, home=home, merchant=merchant, terminal=terminal, entropy=Entropy.fresh())
    with LedgerThread(town.ledger_dir) as ledger:
        with closing(_database(town)) as database:
            Publisher(open_folder(town.ledger_dir), database).publish(now_s=int(time.time()))
        taken = refresh(town, ledger.url)

    assert taken is not None
    assert taken.step is TrustStep.TAKEN
    trust = open_trust(load_config(town.terminal_toml))
    assert trust.siblings == ("t-bakery-2",)
    assert (trust.is_revoked("t-bakery-2"), trust.is_revoked("t-butcher-7")) == (False, True)
    assert trust.certificate_of("t-butcher-7") is None


def _database(town: Town) -> Database:
    folder = open_folder(town.ledger_dir)
    return open_database(folder.database_url, ledger=folder.ledger)


def test_a_ledger_without_the_online_key_publishes_nothing(town: Town) -> None:
    (town.ledger_dir / "keys" / "trust" / "online.key").unlink()
    folder = open_folder(town.ledger_dir)
    before = (folder.repository_dir / "timestamp.json").read_bytes()

    assert not Publisher(folder).publish(now_s=town.made_s + 30 * DAY_S)
    assert (folder.repository_dir / "timestamp.json").read_bytes() == before


def test_a_running_ledger_never_lets_its_timestamp_expire(town: Town, web: tuple[Web, str]) -> None:
    _, url = web
    folder = open_folder(town.ledger_dir)
    publisher = Publisher(folder)
    published = [publisher.publish(now_s=town.made_s + hours * 3_600) for hours in range(0, 49, 3)]

    assert not published[0]
    assert 6 <= sum(published) <= 8
    taken = refresh(town, url)
    assert taken is not None
    assert taken.step is TrustStep.TAKEN
