"""Paper notes at the counter: from the customer's hand into the drawer, to the bank, and into the account."""

from pathlib import Path

import pytest

from pos.cli import main
from pos.link.calls import (
    CancelSale,
    CreditNotes,
    Done,
    ListDrawer,
    ListNotePrograms,
    NoteAsked,
    NumberNotes,
    ReadExchange,
    Refused,
    ShowReceipt,
    SubmitNotes,
    TakeNotes,
)
from pos.link.state import SaleView
from pos.sandbox.issuing import VoucherOrder, issue_voucher
from pos.till.reasons import Refusal
from pos.voucher.bodies import ChangeRuling, NoteMark, NoteTaken, PaymentApproved
from tests.support.core_builders import Shop

CHECK, CHANGE = "check", "change"


def notes(
    denomination_won: int, count: int = 1, *serials: str, agreed: tuple[str, ...] = (CHECK,), **more: object
) -> TakeNotes:
    return TakeNotes(
        issuer="41390", program="paper", denomination_won=denomination_won, count=count, serials=serials,
        agreed=agreed,
    )  # fmt: skip


def sale_of(shop: Shop) -> SaleView:
    sale = shop.till.sale
    assert sale is not None, "no sale is open"
    return sale


def a_note(shop: Shop, tmp_path: Path, value_won: int, serial: str, *, issuer: str = "41390") -> str:
    order = VoucherOrder(value_won=value_won, issuer=issuer, program="paper", serial=serial)
    issued = issue_voucher(shop.town.directory, order, out=tmp_path / f"{serial}.cbor")
    assert issued.note_text is not None
    shop.clock.pass_s(1)
    return issued.note_text


def test_three_notes_pay_and_lie_in_the_drawer(shop: Shop) -> None:
    shop.type_amount(30_000)

    assert shop.screen(notes(10_000, 3)) == Done()

    assert (shop.till.sale, shop.kinds) == (None, ["note.taken"])
    (line,) = shop.screen(ListDrawer()).lines
    assert (line.denomination_won, line.count, line.unnumbered, line.name) == (10_000, 3, 3, "시루 지류")
    assert shop.core.devices_state().drawer_serial == 1
    paper = "\n".join(shop.screen(ShowReceipt(receipt_number="000001")).lines)  # type: ignore[union-attr]
    assert "시루 지류 (지류 상품권)" in paper
    assert "10,000 x 3" in paper


def test_the_first_note_of_a_day_is_looked_at_and_the_next_is_not(shop: Shop) -> None:
    shop.type_amount(2_000)

    asked = shop.screen(notes(1_000, agreed=()))
    assert isinstance(asked, NoteAsked)
    assert (asked.ask, len(asked.features)) == ("check", 3)
    assert shop.screen(notes(1_000)) == Done()
    assert shop.screen(notes(1_000, agreed=())) == Done()

    first, second = (body for body in shop.bodies if isinstance(body, NoteTaken))
    assert (first.marks, second.marks) == ((NoteMark.CHECKED,), None)


def test_change_that_is_owed_is_given_and_change_that_is_not_is_asked_about_and_recorded(shop: Shop) -> None:
    shop.type_amount(42_000)
    assert shop.screen(notes(50_000)) == Done()
    settled = shop.till.settled
    assert settled is not None
    assert (settled.given_won, settled.change_won) == (50_000, 8_000)

    shop.type_amount(20_000)
    asked = shop.screen(notes(50_000))
    assert isinstance(asked, NoteAsked)
    assert (asked.ask, asked.change_won, asked.used_won, asked.ratio_percent) == ("change", 30_000, 20_000, 60)
    assert sale_of(shop).paid_won == 0
    assert shop.screen(notes(50_000, agreed=(CHECK, CHANGE))) == Done()

    owed, given = (body for body in shop.bodies if isinstance(body, NoteTaken))
    assert (owed.change_won, owed.ruling) == (8_000, ChangeRuling.DUTY)
    assert (given.change_won, given.ruling) == (30_000, ChangeRuling.BELOW_RATIO)
    assert shop.core.journal.sales.search()[0].change_won == 30_000
    paper = "\n".join(shop.screen(ShowReceipt(receipt_number="000002")).lines)  # type: ignore[union-attr]
    assert "거스름돈" in paper
    assert "30,000" in paper


def test_a_scanned_note_fills_itself_in_and_is_never_taken_twice(shop: Shop, tmp_path: Path) -> None:
    text = a_note(shop, tmp_path, 10_000, "2026000017")
    shop.type_amount(25_000)

    shop.see(text)

    assert sale_of(shop).paid_won == 10_000
    (approved,) = [body for body in shop.bodies if isinstance(body, PaymentApproved)]
    assert (approved.amount_won, approved.total_won) == (10_000, 25_000)
    shop.see(text)
    assert shop.till.said == Refusal.SERIAL_TAKEN
    assert shop.screen(notes(10_000, 1, "2026000017")) == Refused(cause=Refusal.SERIAL_TAKEN)
    assert sale_of(shop).paid_won == 10_000
    shop.restart()
    assert shop.till.attention_count == 0


def test_a_forged_or_foreign_note_is_not_taken(shop: Shop, tmp_path: Path) -> None:
    away = a_note(shop, tmp_path, 10_000, "2026000018", issuer="52130")
    shop.type_amount(25_000)

    shop.see(away)

    assert shop.till.said == Refusal.NO_NOTES_HERE
    assert shop.kinds == []


def test_numbers_are_written_down_later_and_only_then_the_notes_go_to_the_bank(shop: Shop) -> None:
    shop.type_amount(25_000)
    shop.screen(notes(10_000, 2))
    shop.screen(notes(5_000, 1, "500001"))
    assert shop.screen(SubmitNotes(issuer="41390", program="paper")) == Refused(cause=Refusal.NUMBERS_MISSING)

    (waiting,) = shop.screen(ListDrawer()).unnumbered
    assert waiting.count == 2
    assert shop.screen(NumberNotes(entry=waiting.entry, serials=("100007", "500001"))) == Refused(
        cause=Refusal.SERIAL_TAKEN
    )
    assert shop.screen(NumberNotes(entry=waiting.entry, serials=("100007",))) == Done()
    assert shop.screen(NumberNotes(entry=waiting.entry, serials=("100009",))) == Done()
    assert shop.screen(SubmitNotes(issuer="41390", program="paper")) == Done()

    page = shop.screen(ListDrawer())
    assert page.lines == ()
    (gone,) = page.submissions
    assert (gone.count, gone.amount_won, gone.credited_date) == (3, 25_000, "")
    assert shop.screen(CreditNotes(number=1, amount_won=25_000)) == Done()
    assert shop.screen(CreditNotes(number=1, amount_won=25_000)) == Refused(cause=Refusal.NOT_FOUND)
    before = shop.control(ReadExchange())
    shop.core.journal.rebuild()
    shop.restart()
    assert shop.control(ReadExchange()) == before
    assert [(line.denomination_won, line.serials) for line in before.lines] == [
        (5_000, ("500001",)),
        (10_000, ("100007", "100009")),
    ]
    assert {line.credited_date for line in before.lines} == {shop.till.business_date}


def test_notes_of_a_sale_that_is_given_up_leave_the_drawer_and_may_come_again(shop: Shop) -> None:
    shop.type_amount(25_000)
    shop.screen(notes(10_000, 1, "100007"))

    shop.screen(CancelSale())

    assert shop.screen(ListDrawer()).lines == ()
    shop.type_amount(10_000)
    assert shop.screen(notes(10_000, 1, "100007", agreed=(CHECK,))) == Done()


def test_a_shop_is_told_which_notes_it_takes(shop: Shop) -> None:
    (program,) = shop.screen(ListNotePrograms()).programs

    assert (program.issuer, program.denominations_won) == ("41390", (1_000, 5_000, 10_000, 50_000))
    assert program.oldest_year >= 2019
    shop.type_amount(5_000)
    elsewhere = TakeNotes(issuer="52130", program="paper", denomination_won=5_000, count=1)
    assert shop.screen(elsewhere) == Refused(cause=Refusal.NO_NOTES_HERE)


def test_several_notes_and_a_voucher_pay_one_sale(shop: Shop) -> None:
    shop.type_amount(23_000)
    shop.screen(notes(10_000))
    shop.screen(notes(5_000))
    shop.see(shop.code(8_000))

    sale = shop.core.journal.sales.last_sale()
    assert sale is not None
    assert [(tender.form.value, tender.amount_won) for tender in sale.tenders] == [
        ("note", 10_000), ("note", 5_000), ("voucher", 8_000),
    ]  # fmt: skip


def test_the_exchange_sheet_is_a_table_for_the_bank(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.type_amount(15_000)
    shop.screen(notes(10_000, 1, "100007"))
    shop.screen(notes(5_000, 1, "500001"))
    shop.core.close()

    sheet = tmp_path / "sheet.csv"
    config = str(shop.config.file)
    assert main(["report", "exchange", "--csv", str(sheet), "--config", config]) == 0
    assert main(["report", "exchange", "--config", config]) == 0

    written = sheet.read_text("utf-8-sig")
    assert written == capsys.readouterr().out
    assert written.splitlines()[1:] == [
        "41390,paper,시루 지류,5000,1,5000,drawer,,,,0,500001",
        "41390,paper,시루 지류,10000,1,10000,drawer,,,,0,100007",
    ]


def test_a_catalogue_is_imported_by_the_command_line_with_a_word_for_each_wrong_line(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.core.close()
    file, config = tmp_path / "articles.csv", str(shop.config.file)
    file.write_text("name,tax,key,price\nbread,taxable,1,3000\nbeef,free,2,\n", "utf-8")

    assert main(["catalogue", "import", str(file), "--config", config]) == 2
    assert f"{file}:3: the tax is taxable, exempt or service: 'free'" in capsys.readouterr().out

    file.write_text("name,tax,key,price\nbread,taxable,1,3000\nbeef,exempt,2,\n", "utf-8")
    assert main(["catalogue", "import", str(file), "--config", config]) == 0
    assert "2 articles in use" in capsys.readouterr().out
    assert (shop.state_dir / "catalogue.csv").read_bytes() == file.read_bytes()
