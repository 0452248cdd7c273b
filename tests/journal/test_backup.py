"""Copies of a journal that goes on selling: whole and checked under their name, or not there at all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pos.errors import DiskFullError, JournalError
from pos.journal.backup import Ground, Shelf
from pos.journal.faults import DamagedError, HeldError
from pos.journal.journal import Journal
from tests.support.journal_builders import TERMINAL_KEY, Purse, open_journal, sell

MB = 1024 * 1024
ROOM = 400 * MB


@dataclass(slots=True, kw_only=True)
class Medium:
    """A disk of a certain size, with what lies on it counted."""

    folder: Path
    size_bytes: int = 4_000 * MB
    rests: list[float] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None

    def free(self, _: Path) -> int:
        return self.size_bytes - sum(path.stat().st_size for path in self.folder.iterdir())

    def rest(self, seconds: float) -> None:
        self.rests.append(seconds)
        self.meanwhile()

    def shelf(self, *, kept: int = 3) -> Shelf:
        return Shelf(folder=self.folder, free_bytes=self.free, room_bytes=ROOM, kept=kept, rest=self.rest)


@pytest.fixture
def medium(tmp_path: Path) -> Medium:
    (tmp_path / "backup").mkdir()
    return Medium(folder=tmp_path / "backup")


@pytest.fixture
def used(tmp_path: Path) -> Path:
    (tmp_path / "state").mkdir()
    journal, _ = open_journal(tmp_path / "state")
    for sale in range(1, 7):
        sell(journal, Purse(number=sale), 1_000, sale=sale)
    journal.close()
    return tmp_path / "state"


def copied(journal: Journal, medium: Medium, *, kept: int = 3) -> Path:
    """One copy of an open journal."""
    journal.hold_still()
    ground = Ground(public_key=TERMINAL_KEY.public_key, head=journal.head.sequence, hash=journal.head.hash)
    with journal.path.open("rb") as file:
        return medium.shelf(kept=kept).take(file, ground, is_undisturbed=journal.let_go)


def moved_in(copy: Path, folder: Path) -> Path:
    folder.mkdir()
    (folder / "journal.db").write_bytes(copy.read_bytes())
    return folder


def test_what_is_sold_while_the_copy_is_made_is_not_in_it_and_is_not_lost(used: Path, medium: Medium) -> None:
    journal, _ = open_journal(used)
    sales = iter(range(20, 40))

    def sell_one() -> None:
        sale = next(sales)
        sell(journal, Purse(number=sale), 1_000, sale=sale)

    medium.meanwhile = sell_one
    copy = copied(journal, medium)

    sold = len(medium.rests)
    assert sold >= 1
    assert (copy.name, journal.head.sequence) == ("journal-000000000006.db", 6 + sold)
    assert journal.verify().problems == ()
    journal.close()
    found, _ = open_journal(moved_in(copy, medium.folder / "till"))
    assert (found.head.sequence, found.verify().problems) == (6, ())
    found.close()
    assert copy.stat().st_mode & 0o777 == 0o600


def test_a_restored_copy_waits_for_what_came_after_it(used: Path, medium: Medium) -> None:
    journal, _ = open_journal(used)
    copy = copied(journal, medium)
    assert journal.outbox.ledger_head() == 0, "the journal itself sells on"
    journal.close()

    found, _ = open_journal(moved_in(copy, medium.folder / "till"))

    assert found.outbox.ledger_head() > found.head.sequence
    found.close()


def test_the_newest_three_are_kept_and_nothing_else_lies_about(used: Path, medium: Medium) -> None:
    journal, _ = open_journal(used)
    (medium.folder / "journal-000000000002.draft").write_bytes(b"half of one, from before a power cut")
    made = []
    for sale in range(20, 25):
        sell(journal, Purse(number=sale), 1_000, sale=sale)
        made.append(copied(journal, medium))
    journal.close()

    assert sorted(path.name for path in medium.folder.iterdir()) == sorted(path.name for path in made[2:])
    assert medium.shelf().copies() == tuple(reversed(made[2:]))


def test_a_checkpoint_in_between_makes_the_copy_worthless_and_it_is_thrown_away(used: Path, medium: Medium) -> None:
    journal, _ = open_journal(used)
    kept = copied(journal, medium)
    sell(journal, Purse(number=20), 1_000, sale=20)
    medium.meanwhile = journal.checkpoint

    with pytest.raises(HeldError):
        copied(journal, medium)

    assert list(medium.folder.iterdir()) == [kept]
    sell(journal, Purse(number=21), 1_000, sale=21)
    journal.close()


def test_older_copies_make_room_and_the_last_one_never_does(used: Path, medium: Medium) -> None:
    journal, _ = open_journal(used)
    size = journal.path.stat().st_size
    for sale in (20, 21):
        sell(journal, Purse(number=sale), 1_000, sale=sale)
        copied(journal, medium)
    # Room for one copy beside the one that stays, and not for a third.
    medium.size_bytes = ROOM + int(2.5 * size)
    sell(journal, Purse(number=22), 1_000, sale=22)
    newest = copied(journal, medium)
    assert len(medium.shelf().copies()) == 2

    medium.size_bytes = ROOM + int(1.5 * size)
    sell(journal, Purse(number=23), 1_000, sale=23)
    with pytest.raises(DiskFullError):
        copied(journal, medium)

    assert list(medium.folder.iterdir()) == [newest]
    journal.close()


@pytest.mark.parametrize("at", [3, 5_000, -100])
def test_a_copy_that_the_medium_spoils_gets_no_name(at: int, used: Path, medium: Medium) -> None:
    journal, _ = open_journal(used)

    def spoil() -> None:
        (draft,) = medium.folder.glob("*.draft")
        raw = bytearray(draft.read_bytes())
        raw[at] ^= 0xFF
        draft.write_bytes(raw)

    journal.hold_still()
    whole = journal.path.read_bytes()
    rests = -(-len(whole) // (256 * 1024))
    medium.meanwhile = lambda: spoil() if len(medium.rests) == rests else None

    with pytest.raises(JournalError):
        copied(journal, medium)

    assert list(medium.folder.iterdir()) == []
    assert journal.verify().problems == ()
    journal.close()


def test_a_journal_that_ends_elsewhere_is_no_copy_of_this_one(used: Path, medium: Medium) -> None:
    journal, _ = open_journal(used)
    journal.hold_still()
    ground = Ground(public_key=TERMINAL_KEY.public_key, head=6, hash=hashlib.sha256(b"another").digest())

    with journal.path.open("rb") as file, pytest.raises(DamagedError):
        medium.shelf().take(file, ground, is_undisturbed=journal.let_go)

    assert list(medium.folder.iterdir()) == []
    journal.close()


def test_the_second_medium_gets_the_same_bytes_and_one_copy(used: Path, medium: Medium, tmp_path: Path) -> None:
    journal, _ = open_journal(used)
    stick = Medium(folder=tmp_path / "stick")
    stick.folder.mkdir()
    for sale in (20, 21):
        sell(journal, Purse(number=sale), 1_000, sale=sale)
        copy = copied(journal, medium)
        same = stick.shelf(kept=1).take_same(copy)
    journal.close()

    assert [path.name for path in stick.folder.iterdir()] == [same.name]
    assert same.read_bytes() == copy.read_bytes()
