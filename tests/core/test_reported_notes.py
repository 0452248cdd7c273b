"""Notes that were taken in good faith and reported afterwards: told once, quietly, and kept from the bank trip."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import pytest

from pos.commands.wares import _write_csv
from pos.link.calls import (
    CancelSale,
    CloseAttention,
    Done,
    ListAttention,
    ListDrawer,
    NumberNotes,
    Practise,
    PrintDocument,
    ReadExchange,
    Refused,
    SubmitNotes,
    TakeNotes,
    TakeTrust,
    TrustOrigin,
    TrustStep,
)
from pos.sandbox.issuing import VoucherOrder, issue_voucher
from pos.sandbox.town import report_serials
from pos.till.reasons import Reason, Refusal
from pos.tui.screens.attention import AttentionScreen
from pos.voucher.bodies import AttentionClosed, DocumentAsked, NoteReported, NotesSubmitted
from pos.voucher.serial_list import SerialCause, SerialRange
from tests.support.core_builders import Shop
from tests.support.real_counter import open_real_counter


def take_notes(shop: Shop, denomination_won: int, *serials: str, count: int | None = None) -> None:
    """One whole sale paid with notes."""
    number = count or len(serials)
    shop.type_amount(denomination_won * number)
    call = TakeNotes(
        issuer="41390",
        program="paper",
        denomination_won=denomination_won,
        count=number,
        serials=serials,
        agreed=("check", "sequence"),
    )
    assert shop.screen(call) == Done()
    assert shop.till.sale is None


def bring_list(shop: Shop, *ranges: SerialRange) -> TrustStep:
    """The issuer reports these numbers; a stick brings the list."""
    stick = shop.config.terminal.staging / "import"
    shutil.rmtree(stick, ignore_errors=True)
    report_serials(shop.town, "41390", ranges, now_s=shop.clock.wall)
    shop.town.publication.publish(now_s=shop.clock.wall)
    shutil.copytree(shop.town.ledger_dir / "repository", stick)
    return shop.control(TakeTrust(origin=TrustOrigin.STICK)).step


def stolen(first: str, last: str | None = None) -> SerialRange:
    return SerialRange(first=first, last=last or first, cause=SerialCause.STOLEN)


def told(shop: Shop) -> list[NoteReported]:
    return [body for body in shop.bodies if isinstance(body, NoteReported)]


def test_a_newer_list_names_a_note_in_the_drawer_and_the_owner_has_one_line(shop: Shop) -> None:
    take_notes(shop, 10_000, "300001", "300003", "300005")
    shop.core.tick()
    assert (shop.till.notice_count, told(shop)) == (0, [])
    shop.clock.pass_s(3_600)

    assert bring_list(shop, stolen("300003"), stolen("999999")) is TrustStep.TAKEN
    shop.core.tick()
    shop.core.tick()

    (body,) = told(shop)
    assert (body.serials, body.reason) == (("300003",), "stolen")
    assert shop.till.notice_count == 1
    (line,) = shop.screen(ListAttention()).lines
    assert line.note is not None
    assert (line.amount_won, line.receipt_number, line.note.serial) == (10_000, "000001", "300003")
    assert (line.time_s, line.note.issuer) == (shop.clock.wall - 3_600, "시흥시")


def test_it_is_told_once_whatever_comes_after(shop: Shop) -> None:
    take_notes(shop, 10_000, "300001", "300003")
    bring_list(shop, stolen("300003"))
    shop.core.tick()
    before = len(shop.entries)

    shop.restart()
    shop.core.tick()
    assert bring_list(shop, stolen("300002", "300004")) is TrustStep.TAKEN
    shop.core.tick()

    assert [entry.kind for entry in shop.entries[before:]] == ["trust.updated"]
    assert len(told(shop)) == 1
    (line,) = shop.screen(ListAttention()).lines
    assert shop.screen(CloseAttention(entry=line.entry, answer="read")) == Done()
    assert shop.till.notice_count == 0
    shop.core.journal.rebuild()
    shop.core.tick()
    assert (len(told(shop)), shop.till.notice_count) == (1, 0)


def test_a_list_that_was_taken_just_before_the_power_went_is_looked_at_after_it(shop: Shop) -> None:
    take_notes(shop, 10_000, "300003")
    bring_list(shop, stolen("300003"))
    shop.restart()

    shop.core.tick()

    assert len(told(shop)) == 1


def test_a_list_that_comes_while_somebody_practises_is_the_one_that_is_asked(shop: Shop) -> None:
    assert shop.screen(Practise(is_begun=True)) == Done()
    assert bring_list(shop, stolen("300003")) is TrustStep.TAKEN

    shop.type_amount(10_000)
    answer = shop.screen(
        TakeNotes(
            issuer="41390", program="paper", denomination_won=10_000, count=1, serials=("300003",), agreed=("check",)
        )
    )
    assert answer == Refused(cause=Refusal.NOTE_DECLINED)
    assert shop.verdict.reason == Reason.NOTE_STOLEN


def test_nothing_is_said_while_a_customer_waits(shop: Shop) -> None:
    take_notes(shop, 10_000, "300003")
    bring_list(shop, stolen("300003"))
    shop.type_amount(5_000)
    shop.core.tick()
    assert (shop.till.notice_count, told(shop)) == (0, [])

    shop.screen(CancelSale())
    shop.core.tick()

    assert shop.till.notice_count == 1


def test_a_scanned_note_is_found_and_one_without_a_number_is_not(shop: Shop, tmp_path: Path) -> None:
    order = VoucherOrder(value_won=10_000, issuer="41390", program="paper", serial="300007")
    note = issue_voucher(shop.town.directory, order, out=tmp_path / "note.cbor").note_text
    assert note is not None
    shop.clock.pass_s(1)
    shop.type_amount(10_000)
    shop.see(note)
    question = shop.till.question
    if question is not None:
        shop.choose(1)
    take_notes(shop, 5_000, count=1)
    bring_list(shop, stolen("300007"))
    shop.core.tick()

    assert [body.serials for body in told(shop)] == [("300007",)]
    (line,) = shop.screen(ListAttention()).lines
    assert line.receipt_number == "000001"


def test_a_reported_note_stays_when_the_others_go_to_the_bank(shop: Shop) -> None:
    take_notes(shop, 10_000, "300001", "300003", "300005")
    take_notes(shop, 5_000, "500001")
    bring_list(shop, stolen("300003"))
    shop.core.tick()
    drawer = shop.screen(ListDrawer())
    assert [(line.denomination_won, line.count, line.reported) for line in drawer.lines] == [
        (5_000, 1, 0),
        (10_000, 3, 1),
    ]

    assert shop.screen(SubmitNotes(issuer="41390", program="paper")) == Done()

    (gone,) = (body for body in shop.bodies if isinstance(body, NotesSubmitted))
    assert (gone.count, gone.amount_won) == (3, 25_000)
    left = shop.screen(ListDrawer())
    assert [(line.count, line.reported) for line in left.lines] == [(1, 1)]
    assert shop.screen(SubmitNotes(issuer="41390", program="paper")) == Refused(cause=Refusal.DRAWER_EMPTY)
    shop.core.journal.rebuild()
    assert shop.screen(ListDrawer()) == left, "the tables say the same when they are computed anew"

    sheet = io.StringIO()
    _write_csv(sheet, shop.control(ReadExchange(issuer="")).lines)
    rows = list(csv.DictReader(io.StringIO(sheet.getvalue())))
    assert [(row["state"], row["serials"], row["reported"]) for row in rows] == [
        ("drawer", "300003", "300003"),
        ("submitted", "500001", ""),
        ("submitted", "300001 300005", ""),
    ]
    bank_sheet = shop.core.receipts.rows("N1")
    assert bank_sheet is not None
    assert not any("300003" in row.text for row in bank_sheet)


def test_what_was_carried_to_the_bank_already_is_the_banks_matter(shop: Shop) -> None:
    take_notes(shop, 10_000, "300003")
    assert shop.screen(SubmitNotes(issuer="41390", program="paper")) == Done()

    bring_list(shop, stolen("300003"))
    shop.core.tick()

    assert told(shop) == []


@pytest.mark.parametrize(
    ("cause", "said"), [(SerialCause.STOLEN, "도난"), (SerialCause.FORGED, "위조"), (SerialCause.OTHER, "사용 중지")]
)
def test_the_paper_for_it_says_what_to_do_and_names_nobody(shop: Shop, cause: SerialCause, said: str) -> None:
    take_notes(shop, 10_000, "300003")
    bring_list(shop, SerialRange(first="300003", last="300003", cause=cause))
    shop.core.tick()
    (line,) = shop.screen(ListAttention()).lines
    assert line.note is not None

    assert shop.screen(PrintDocument(name=line.note.document)) == Done()

    assert [body.receipt_number for body in shop.bodies if isinstance(body, DocumentAsked)] == [line.note.document]
    rows = shop.core.receipts.rows(line.note.document)
    assert rows is not None
    paper = "\n".join(f"{row.text} {row.right}".strip() for row in rows)
    for words in ("10,000", "300003", "000001", said, "은행에 내지 마세요", "시흥시 상품권 담당에 전화"):
        assert words in paper
    assert shop.screen(PrintDocument(name="R1")) == Refused(cause=Refusal.NOT_FOUND)


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_it_is_read_printed_and_closed_on_the_screen(shop: Shop, language: str) -> None:
    take_notes(shop, 10_000, "300003")
    bring_list(shop, stolen("300003"))
    shop.core.tick()
    async with open_real_counter(shop, language=language) as (counter, _):
        await counter.press("* 4")
        assert isinstance(counter.app.screen, AttentionScreen)
        assert any("300003" in line for line in counter.text())
        await counter.press("1")
        said = "\n".join(counter.text())
        assert ("시흥시 상품권 담당에 전화하세요" if language == "ko" else "call 시흥시") in said
        await counter.press("1 1 2")

    assert [body.receipt_number[:1] for body in shop.bodies if isinstance(body, DocumentAsked)] == ["R"]
    assert len([body for body in shop.bodies if isinstance(body, AttentionClosed)]) == 1
    assert shop.till.notice_count == 0


def test_a_number_written_down_later_is_held_against_the_list_that_holds(shop: Shop) -> None:
    take_notes(shop, 10_000, count=1)
    shop.core.tick()
    (waiting,) = shop.screen(ListDrawer()).unnumbered
    assert shop.screen(NumberNotes(entry=waiting.entry, serials=("2026990001",))) == Done()

    shop.core.tick()

    assert [(body.serials, body.reason) for body in told(shop)] == [(("2026990001",), "stolen")]
