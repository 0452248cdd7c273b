"""Five years of records: archived, acknowledged by a person, and only then anything less; the chain stays whole."""

import csv
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pos.cli import main
from pos.commands.archive_file import read_archive
from pos.commands.archiving import ArchiveOptions, archive_with
from pos.errors import ConfigError, PosError
from pos.exits import Exit
from pos.link.calls import CheckJournal, PayOther
from pos.sandbox.town import Town
from pos.till.retention import is_old_enough, kept_from
from pos.voucher.bodies import ArchiveAcknowledged, ArchivedDropped
from pos.voucher.entry import parse_entry
from pos.voucher.message_bodies import PaymentOutcomeTold
from pos.voucher.outcomes import Outcome, OutcomeStatus
from pos.words.moments import KOREA
from tests.support.core_builders import DAY_S, Shop, open_shop
from tests.support.ledger_post import Post


@pytest.fixture
def shop(town: Town) -> Iterator[Shop]:
    """A shop that sold, heard of it, and is more than six years older now."""
    opened = open_shop(town)
    opened.type_amount(12_000)
    opened.see(opened.code(12_000))
    opened.type_amount(9_000)
    opened.screen(PayOther(kind="cash", amount_won=9_000))
    post = Post(opened)
    sold = opened.entries[1].sequence
    for _ in range(3):
        post.tell(PaymentOutcomeTold(outcome=Outcome(sequence=sold, status=OutcomeStatus.SETTLED)))
    opened.clock.pass_s(6 * 366 * DAY_S)
    opened.type_amount(5_000)
    opened.screen(PayOther(kind="cash", amount_won=5_000))
    yield opened
    opened.close()


class Asked:
    """Core as the command line asks it."""

    def __init__(self, shop: Shop) -> None:
        self.call = shop.control


def today_of(shop: Shop) -> date:
    return datetime.fromtimestamp(shop.clock.wall, UTC).astimezone(KOREA).date()


def old_day(shop: Shop) -> str:
    return kept_from(today_of(shop)).isoformat()


def archived(shop: Shop, path: Path) -> Path:
    assert archive_with(Asked(shop), ArchiveOptions(before=old_day(shop), to=path)) == Exit.DONE
    return path


def acknowledge(shop: Shop, path: Path) -> None:
    assert archive_with(Asked(shop), ArchiveOptions(acknowledge=path, by="1")) == Exit.DONE


def fits(value: object, said: dict[str, object]) -> bool:
    """Whether a value is what its part of the schema says, as far as this schema says anything."""
    if "anyOf" in said:
        return any(fits(value, part) for part in said["anyOf"])  # type: ignore[attr-defined]
    types = {"integer": int, "string": str, "null": type(None)}
    if type(value) is not types[str(said["type"])]:
        return False
    if isinstance(value, str) and "pattern" in said:
        return re.search(str(said["pattern"]), value) is not None
    return not isinstance(value, int) or value >= said.get("minimum", value)  # type: ignore[operator]


def messages_in(shop: Shop) -> int:
    return len(shop.core.journal.inbox.newest())


def is_whole(shop: Shop) -> bool:
    shop.core.journal.rebuild()
    report = shop.control(CheckJournal())
    return report.problems == () and report.head == shop.core.journal.head.hash.hex()


def test_an_archive_holds_what_is_old_and_can_be_judged_by_itself(shop: Shop, tmp_path: Path) -> None:
    path = archived(shop, tmp_path / "old.zip")

    found = read_archive(path)
    old = [entry for entry in shop.entries if entry.time_s < shop.clock.wall - DAY_S]
    assert found.manifest.entries == len(old)
    assert found.manifest.head == old[-1].hash.hex()
    assert found.manifest.messages == 2
    with zipfile.ZipFile(path) as inside:
        rows = [json.loads(line) for line in inside.read("inspection.jsonl").splitlines()]
        table = list(csv.DictReader(inside.read("inspection.csv").decode("utf-8-sig").splitlines()))
        schema = json.loads(inside.read("inspection.schema.json"))
    assert [row["amount_won"] for row in rows] == [12_000, 9_000]
    assert [int(row["amount_won"]) for row in table] == [12_000, 9_000]
    described = schema["$defs"]["InspectionRow"]["properties"]
    for row in rows:
        assert set(row) == set(described) == set(table[0])
        assert [name for name, value in row.items() if not fits(value, described[name])] == []
        assert not fits("2026-11-22T14:03:05Z", described["time"])
    assert "archive.acknowledged" not in shop.kinds


def test_the_same_entries_make_the_same_file(shop: Shop, tmp_path: Path) -> None:
    first = archived(shop, tmp_path / "first.zip").read_bytes()
    shop.clock.pass_s(3600)

    assert archived(shop, tmp_path / "second.zip").read_bytes() == first


def test_only_after_somebody_acknowledged_it_anything_goes_and_the_chain_holds(shop: Shop, tmp_path: Path) -> None:
    entries, head = len(shop.entries), shop.core.journal.entry(2)
    path = archived(shop, tmp_path / "old.zip")
    with pytest.raises(PosError, match="Nobody has acknowledged an archive of it"):
        archive_with(Asked(shop), ArchiveOptions(is_drop=True))
    assert messages_in(shop) == 3

    acknowledge(shop, path)
    assert messages_in(shop) == 3
    assert archive_with(Asked(shop), ArchiveOptions(is_drop=True)) == Exit.DONE

    assert messages_in(shop) == 1
    assert len(shop.entries) == entries + 2
    assert shop.core.journal.entry(2) == head
    said = [body for body in shop.bodies if isinstance(body, ArchiveAcknowledged | ArchivedDropped)]
    sha256 = read_archive(path).sha256
    assert [body.sha256 for body in said] == [sha256, sha256]
    assert isinstance(said[0], ArchiveAcknowledged)
    assert (said[0].clerk, said[0].before) == ("1", old_day(shop))
    assert isinstance(said[1], ArchivedDropped)
    assert said[1].count == 2
    assert is_whole(shop)
    shop.restart()
    assert is_whole(shop)
    assert messages_in(shop) == 1


def test_a_message_that_went_is_not_missed_when_the_ledger_tells_it_again(shop: Shop, tmp_path: Path) -> None:
    again = shop.core.journal.archives.old_messages(before_s=shop.clock.wall, after=0)
    acknowledge(shop, archived(shop, tmp_path / "old.zip"))
    archive_with(Asked(shop), ArchiveOptions(is_drop=True))

    Post(shop).bring(*(message.raw for message in again))

    assert messages_in(shop) == 1
    assert "alarm.raised" not in shop.kinds


def test_less_than_five_years_is_refused_whoever_asks(shop: Shop, tmp_path: Path) -> None:
    young = (kept_from(today_of(shop)) + timedelta(days=1)).isoformat()
    with pytest.raises(ConfigError, match="Records less than five years old are kept"):
        archive_with(Asked(shop), ArchiveOptions(before=young, to=tmp_path / "young.zip"))

    assert not (tmp_path / "young.zip").exists()


def test_a_clock_that_was_put_back_keeps_what_it_would_have_dropped(shop: Shop, tmp_path: Path) -> None:
    path = archived(shop, tmp_path / "old.zip")
    acknowledge(shop, path)
    archive = shop.core.journal.archives.acknowledged()
    assert archive is not None
    assert is_old_enough(date.fromisoformat(archive.before), today=today_of(shop))
    assert not is_old_enough(date.fromisoformat(archive.before), today=today_of(shop) - timedelta(days=1))


def test_an_archive_that_was_changed_is_not_acknowledged(shop: Shop, tmp_path: Path) -> None:
    path = archived(shop, tmp_path / "old.zip")
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(path) as inside, zipfile.ZipFile(changed, "w") as outside:
        for name in inside.namelist():
            content = inside.read(name)
            outside.writestr(name, content.replace(b"12000", b"11000") if name.startswith("inspection.") else content)

    with pytest.raises(PosError, match="says something else than the entries"):
        acknowledge(shop, changed)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(PosError, match="is no whole archive"):
        acknowledge(shop, path)
    assert "archive.acknowledged" not in shop.kinds


def test_an_archive_of_another_terminal_is_not_ours(shop: Shop, tmp_path: Path, town: Town) -> None:
    path = archived(shop, tmp_path / "old.zip")
    head = parse_entry(shop.entries[0].raw).hash
    found = read_archive(path)
    assert found.manifest.head != head.hex()
    shop.core.journal.close()
    journal = town.terminal_toml.parent
    for file in sorted(journal.rglob("journal.db*")):
        file.unlink()
    shop.restart()

    with pytest.raises(PosError, match="not of this terminal's journal"):
        acknowledge(shop, path)


@pytest.mark.parametrize(
    "options",
    [
        ArchiveOptions(),
        ArchiveOptions(before="2020-01-01"),
        ArchiveOptions(before="2020-01-01", to=Path("x.zip"), is_drop=True),
        ArchiveOptions(before="2020-13-01", to=Path("x.zip")),
        ArchiveOptions(acknowledge=Path("x.zip")),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(shop: Shop, options: ArchiveOptions) -> None:
    with pytest.raises(ConfigError):
        archive_with(Asked(shop), options)


def test_the_command_says_why_it_does_not_drop(town: Town, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    open_shop(town).close()
    config = ["--config", str(town.terminal_toml)]

    assert main(["journal", "archive", "--drop", *config]) == Exit.FAULT
    assert "Nobody has acknowledged an archive of it" in capsys.readouterr().err
    asked = ["journal", "archive", "--before", "2099-01-01", "--to", str(tmp_path / "a.zip"), *config]
    assert main(asked) == Exit.USAGE
    assert "Records less than five years old are kept" in capsys.readouterr().err
    assert main(["journal", "export", "--form", "schema", *config]) == Exit.DONE
    assert '"InspectionRow"' in capsys.readouterr().out


def test_five_years_end_on_the_same_day_and_on_a_leap_day_one_before() -> None:
    assert kept_from(date(2026, 11, 22)) == date(2021, 11, 22)
    assert kept_from(date(2028, 2, 29)) == date(2023, 2, 28)
    assert not is_old_enough(date(2021, 11, 23), today=date(2026, 11, 22))
