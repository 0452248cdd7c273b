"""A catalogue from a memory stick: what it would change is said before it does, and nothing is changed by halves."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pos.link.calls import (
    AddItem,
    AddPerson,
    BroughtCatalogue,
    CancelSale,
    CatalogueAnswer,
    ImportCatalogue,
    ListQuickKeys,
    LogIn,
    LogOut,
    LookAtCatalogue,
    QuickKeyPage,
    Refused,
    TakeCatalogue,
)
from pos.till.catalogue import CATALOGUE_BYTES_MAX, CATALOGUE_FILE
from pos.till.reasons import Refusal
from pos.voucher.bodies import SettingChosen
from tests.support.core_builders import Shop

OLD = "바코드,이름,가격,세금,단축키\n8801234567893,소금빵,3000,과세,1\n,생계란 10구,5000,면세,3\n"
NEW = "바코드,이름,가격,세금,단축키\n8801234567893,소금빵,3500,과세,1\n,우유 식빵,4500,과세,2\n"


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """The bakery with two articles."""
    assert shop.control(ImportCatalogue(content=OLD.encode())) == CatalogueAnswer(articles=2)
    return shop


def brought(shop: Shop) -> Path:
    """Where whoever reads sticks puts it."""
    staging = shop.config.terminal.staging
    staging.mkdir(parents=True, exist_ok=True)
    return staging / CATALOGUE_FILE


def bring(shop: Shop, text: str, encoding: str = "utf-8-sig") -> BroughtCatalogue:
    brought(shop).write_bytes(text.encode(encoding))
    return look(shop)


def look(shop: Shop) -> BroughtCatalogue:
    answer = shop.screen(LookAtCatalogue())
    assert isinstance(answer, BroughtCatalogue), answer
    return answer


def prices(shop: Shop) -> list[tuple[str, int]]:
    page = shop.screen(ListQuickKeys())
    assert isinstance(page, QuickKeyPage)
    return [(key.name, key.price_won) for key in page.keys]


def choices(shop: Shop) -> list[SettingChosen]:
    return [body for body in shop.bodies if isinstance(body, SettingChosen)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp949"])
def test_what_would_change_is_said_and_only_then_taken(encoding: str, stocked: Shop) -> None:
    before = prices(stocked)
    found = bring(stocked, NEW, encoding)
    assert (found.articles, found.new, found.changed, found.gone, found.problems) == (2, 1, 1, 1, ())
    assert (prices(stocked), len(choices(stocked))) == (before, 1)

    assert stocked.screen(TakeCatalogue(digest=found.digest)) == CatalogueAnswer(articles=2)

    assert prices(stocked) == [("소금빵", 3_500), ("우유 식빵", 4_500)]
    assert [body.value for body in choices(stocked)][1:] == [found.digest]
    again = look(stocked)
    assert (again.new, again.changed, again.gone) == (0, 0, 0)
    stocked.restart()
    assert prices(stocked) == [("소금빵", 3_500), ("우유 식빵", 4_500)]


def test_a_cut_after_the_entry_and_before_the_file_is_in_place_is_made_good(stocked: Shop) -> None:
    found = bring(stocked, NEW)
    stocked.screen(TakeCatalogue(digest=found.digest))
    in_use = stocked.state_dir / CATALOGUE_FILE
    in_use.rename(in_use.with_name(f"{CATALOGUE_FILE}.next"))
    in_use.write_bytes(OLD.encode())

    stocked.restart()

    assert prices(stocked) == [("소금빵", 3_500), ("우유 식빵", 4_500)]
    assert in_use.read_bytes() == NEW.encode("utf-8-sig")
    assert len(choices(stocked)) == 2
    assert [path.name for path in stocked.state_dir.glob("catalogue*")] == [CATALOGUE_FILE]


def test_a_file_that_a_cut_kept_from_the_journal_is_never_used(stocked: Shop) -> None:
    before = prices(stocked)
    (stocked.state_dir / f"{CATALOGUE_FILE}.next").write_bytes(NEW.encode())

    stocked.restart()

    assert (prices(stocked), len(choices(stocked))) == (before, 1)
    assert [path.name for path in stocked.state_dir.glob("catalogue*")] == [CATALOGUE_FILE]


def test_one_wrong_line_leaves_everything_as_it_was(stocked: Shop) -> None:
    before = prices(stocked)
    found = bring(stocked, NEW + ",한우,만원,면세,4\n,돼지,9000,면제,5\n")

    assert [(problem.line, problem.kind, problem.text) for problem in found.problems] == [
        (4, "price", "만원"),
        (5, "tax", "면제"),
    ]
    answer = stocked.screen(TakeCatalogue(digest=found.digest))

    assert isinstance(answer, CatalogueAnswer)
    assert [problem.line for problem in answer.problems] == [4, 5]
    assert (prices(stocked), len(choices(stocked))) == (before, 1)
    assert (stocked.state_dir / CATALOGUE_FILE).read_bytes() == OLD.encode()


def test_the_command_and_the_stick_leave_the_same_record(stocked: Shop) -> None:
    found = bring(stocked, NEW)
    stocked.screen(TakeCatalogue(digest=found.digest))
    by_stick = choices(stocked)[-1]

    stocked.control(ImportCatalogue(content=OLD.encode()))
    stocked.control(ImportCatalogue(content=NEW.encode("utf-8-sig")))

    assert (choices(stocked)[-1], len(choices(stocked))) == (by_stick, 4)


def test_nothing_brought_is_said_and_what_was_exchanged_meanwhile_is_not_taken(stocked: Shop) -> None:
    assert look(stocked) == BroughtCatalogue()
    assert stocked.screen(TakeCatalogue(digest="")) == Refused(cause=Refusal.QUESTION_GONE)

    found = bring(stocked, NEW)
    bring(stocked, NEW.replace("3500", "35000"))

    assert stocked.screen(TakeCatalogue(digest=found.digest)) == Refused(cause=Refusal.QUESTION_GONE)
    assert len(choices(stocked)) == 1


def test_prices_never_change_under_an_open_sale(stocked: Shop) -> None:
    found = bring(stocked, NEW)
    stocked.screen(AddItem(key=1))

    open_sale = Refused(cause=Refusal.SALE_OPEN)
    assert stocked.screen(LookAtCatalogue()) == open_sale
    assert stocked.screen(TakeCatalogue(digest=found.digest)) == open_sale
    assert stocked.control(ImportCatalogue(content=NEW.encode())) == open_sale

    stocked.screen(CancelSale())
    assert stocked.screen(TakeCatalogue(digest=found.digest)) == CatalogueAnswer(articles=2)


def test_what_is_no_plain_file_is_not_read(stocked: Shop, tmp_path: Path) -> None:
    place = brought(stocked)
    os.mkfifo(place)
    assert look(stocked) == BroughtCatalogue()
    place.unlink()

    (tmp_path / "elsewhere.csv").write_text(NEW)
    place.symlink_to(tmp_path / "elsewhere.csv")
    assert look(stocked) == BroughtCatalogue()
    place.unlink()

    place.mkdir()
    assert look(stocked) == BroughtCatalogue()
    place.rmdir()

    place.write_bytes(NEW.encode() + b"\n" * CATALOGUE_BYTES_MAX)
    assert [problem.kind for problem in look(stocked).problems] == ["too_large"]


def test_a_manager_takes_it_and_a_clerk_does_not(stocked: Shop) -> None:
    for name, role, pin in (
        ("박주인", "owner", "271828"),
        ("이책임", "manager", "314159"),
        ("김점원", "clerk", "141421"),
    ):
        stocked.control(AddPerson(name=name, role=role, pin=pin))
    stocked.screen(LogIn(person=3, pin="141421"))
    brought(stocked).write_bytes(NEW.encode())
    assert stocked.screen(LookAtCatalogue()) == Refused(cause=Refusal.NOT_ALLOWED)
    assert stocked.screen(TakeCatalogue(digest="00")) == Refused(cause=Refusal.NOT_ALLOWED)

    stocked.screen(LogOut())
    stocked.screen(LogIn(person=2, pin="314159"))
    found = look(stocked)
    assert stocked.screen(TakeCatalogue(digest=found.digest)) == CatalogueAnswer(articles=2)
    assert choices(stocked)[-1].clerk == "2"
