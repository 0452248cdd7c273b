"""Paper notes at the counter: from the customer's hand into the drawer, to the bank, and into the account."""

from pathlib import Path

import msgspec
import pytest

from pos.cli import main
from pos.link.calls import (
    AddPerson,
    AnswerQuestion,
    CancelSale,
    CheckNextNotes,
    ClearVerdict,
    CreditNotes,
    Done,
    ListDrawer,
    ListNotePrograms,
    LogIn,
    NoteAsked,
    NumberNotes,
    ReadExchange,
    Refused,
    ShowReceipt,
    SubmitNotes,
    TakeNotes,
)
from pos.link.state import Outcome, SaleView
from pos.sandbox.issuing import VoucherOrder, issue_voucher
from pos.sandbox.town import deliver_trust, report_serials
from pos.till.reasons import Reason, Refusal
from pos.voucher.bodies import ChangeRuling, NoteMark, NoteTaken, PaymentApproved, PaymentDeclined
from pos.voucher.qr import QrKind, decode_text, encode_text
from pos.voucher.serial_list import SerialCause, SerialRange
from pos.words import words_for
from tests.support.core_builders import Shop, make_town, open_shop

FEATURES = ("비추면 숨은 그림", "은색 띠의 무늬", "기울이면 색이 바뀌는 금액")
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


def spoilt(text: str) -> bytes:
    """The note's bytes with another last byte of its signature."""
    data = decode_text(text).data
    return data[:-1] + bytes([data[-1] ^ 1])


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
    question = shop.till.question
    assert question is not None
    assert (question.kind, question.note_number, len(question.features)) == ("note_check", "2026000017", 3)
    assert shop.choose(1) == Done()

    assert sale_of(shop).paid_won == 10_000
    (approved,) = [body for body in shop.bodies if isinstance(body, PaymentApproved)]
    assert (approved.amount_won, approved.total_won) == (10_000, 25_000)
    shop.see(text)
    assert shop.till.said == Refusal.SERIAL_TAKEN
    assert shop.screen(notes(10_000, 1, "2026000017")) == Refused(cause=Refusal.SERIAL_TAKEN)
    assert sale_of(shop).paid_won == 10_000
    shop.restart()
    assert shop.till.attention_count == 0


def test_a_forged_or_foreign_note_is_declined_with_a_reason(shop: Shop, tmp_path: Path) -> None:
    away = a_note(shop, tmp_path, 10_000, "2026000018", issuer="52130")
    forged = encode_text(QrKind.VOUCHER, spoilt(a_note(shop, tmp_path, 10_000, "2026000019")))
    shop.type_amount(25_000)

    for text, reason in ((away, Reason.WRONG_AREA), (forged, Reason.FORGED_VOUCHER)):
        shop.see(text)
        assert (shop.verdict.outcome, shop.verdict.reason) == (Outcome.DECLINED, reason)
        shop.screen(ClearVerdict())

    assert shop.kinds == ["payment.declined", "payment.declined"]
    declined = shop.bodies[1]
    assert isinstance(declined, PaymentDeclined)
    assert (declined.issuer, declined.program, declined.serials) == ("52130", "paper", ("2026000018",))
    assert shop.core.devices_state().armed


def test_large_scanned_notes_are_looked_at_and_what_was_looked_at_is_recorded(shop: Shop, tmp_path: Path) -> None:
    shop.type_amount(2_000)
    shop.screen(notes(1_000, 2))
    small, large = (a_note(shop, tmp_path, won, f"20260001{won}") for won in (10_000, 50_000))
    shop.type_amount(60_000)

    shop.see(small)
    assert (shop.till.question, sale_of(shop).paid_won) == (None, 10_000)
    shop.see(large)
    assert shop.till.question is not None
    assert not shop.core.devices_state().armed
    assert shop.choose(1) == Done()

    quiet, looked_at = (body for body in shop.bodies if isinstance(body, PaymentApproved))
    assert (quiet.marks, quiet.features_checked) == (None, None)
    assert (looked_at.marks, looked_at.features_checked) == ((NoteMark.CHECKED,), FEATURES)
    (counted,) = (body for body in shop.bodies if isinstance(body, NoteTaken))
    assert counted.features_checked == FEATURES


def test_a_scanned_note_that_looks_wrong_is_handed_back_and_recorded(shop: Shop, tmp_path: Path) -> None:
    shop.type_amount(10_000)
    shop.see(a_note(shop, tmp_path, 10_000, "2026000020"))

    assert shop.choose(2) == Done()

    assert (shop.verdict.outcome, shop.verdict.reason) == (Outcome.DECLINED, Reason.NOTE_DOUBTED)
    said = words_for("ko").verdict(shop.verdict)
    assert (said.headline, said.detail) == ("의심스러운 상품권", "위조 방지 표시가 다릅니다")
    (declined,) = (body for body in shop.bodies if isinstance(body, PaymentDeclined))
    assert (declined.reason, declined.denomination_won, declined.serials) == ("note_doubted", 10_000, ("2026000020",))
    assert shop.screen(ListDrawer()).lines == ()


def test_a_counted_note_that_looks_wrong_is_recorded_too(shop: Shop) -> None:
    shop.type_amount(10_000)
    doubted = msgspec.structs.replace(notes(10_000, 1, "100007"), is_doubted=True)

    assert shop.screen(doubted) == Refused(cause=Refusal.NOTE_DECLINED)

    assert shop.verdict.reason == Reason.NOTE_DOUBTED
    assert sale_of(shop).paid_won == 0


def test_any_note_can_be_looked_at_on_demand_once(shop: Shop, tmp_path: Path) -> None:
    shop.type_amount(1_000)
    shop.screen(notes(1_000))
    shop.type_amount(20_000)
    assert shop.screen(CheckNextNotes()) == Done()

    assert isinstance(shop.screen(notes(5_000, agreed=())), NoteAsked)
    assert shop.screen(notes(5_000)) == Done()
    assert shop.screen(notes(5_000, agreed=())) == Done()
    shop.screen(CheckNextNotes())
    shop.see(a_note(shop, tmp_path, 10_000, "2026000021"))
    assert shop.till.question is not None


def test_each_person_at_the_till_looks_at_their_first_note(shop: Shop) -> None:
    shop.screen(AddPerson(name="주인", role="owner", pin="482915"))
    shop.screen(LogIn(person=1, pin="482915"))
    shop.screen(AddPerson(name="점원", role="clerk", pin="739164"))

    for person, pin, is_asked in ((1, "482915", True), (1, "482915", False), (2, "739164", True), (1, "482915", True)):
        shop.screen(LogIn(person=person, pin=pin))
        shop.type_amount(1_000)
        assert isinstance(shop.screen(notes(1_000, agreed=())), NoteAsked) is is_asked
        shop.screen(notes(1_000))


def test_numbers_in_a_row_are_asked_about_however_they_come(shop: Shop, tmp_path: Path) -> None:
    shop.type_amount(60_000)
    shop.screen(notes(10_000, 3, "2026000101", "2026000102", "2026000103"))
    for number in (104, 105):
        shop.see(a_note(shop, tmp_path, 10_000, f"2026000{number}"))

    question = shop.till.question
    assert question is not None
    assert (question.kind, question.note_number) == ("note_consecutive", "2026000105")
    assert shop.choose(1) == Done()
    *_, last = (body for body in shop.bodies if isinstance(body, PaymentApproved))
    assert last.marks == (NoteMark.CONSECUTIVE,)


def test_change_that_is_not_owed_on_a_scanned_note_is_given_only_by_the_second_answer(
    shop: Shop, tmp_path: Path
) -> None:
    text = a_note(shop, tmp_path, 10_000, "2026000022")
    shop.type_amount(4_000)
    for answer in (1, 2):
        shop.see(text)
        assert shop.choose(1) == Done()
        question = shop.till.question
        assert question is not None
        assert (question.kind, question.difference_won, question.ratio_percent) == ("note_change", 6_000, 60)
        assert shop.choose(answer) == Done()

    (approved,) = (body for body in shop.bodies if isinstance(body, PaymentApproved))
    assert (approved.change_won, approved.ruling) == (6_000, ChangeRuling.BELOW_RATIO)
    assert shop.till.sale is None


def test_a_question_about_a_note_ends_with_what_it_was_about(shop: Shop, tmp_path: Path) -> None:
    shop.type_amount(20_000)
    shop.see(a_note(shop, tmp_path, 10_000, "2026000023"))
    question = shop.till.question
    assert question is not None

    shop.type_amount(30_000)

    assert shop.till.question is None
    assert shop.screen(AnswerQuestion(serial=question.serial, choice=1)) == Refused(cause=Refusal.QUESTION_GONE)
    assert shop.kinds == []


# What the issuer has reported


@pytest.mark.parametrize(
    ("serial", "reason", "line", "english"),
    [
        ("2026990001", Reason.NOTE_STOLEN, "발행처에 도난 신고된 번호입니다", "Its number was reported stolen"),
        ("2026880057", Reason.NOTE_LISTED_FORGED, "발행처가 위조로 알린 번호입니다", "Its issuer knows it as forged"),
    ],
)
def test_a_reported_number_is_declined_typed_and_scanned(
    shop: Shop, tmp_path: Path, serial: str, reason: Reason, line: str, english: str
) -> None:
    shop.type_amount(10_000)
    assert shop.screen(notes(10_000, 1, serial)) == Refused(cause=Refusal.NOTE_DECLINED)
    assert shop.verdict.reason == reason
    shop.screen(ClearVerdict())
    shop.see(a_note(shop, tmp_path, 10_000, serial))

    assert (shop.verdict.outcome, shop.verdict.reason) == (Outcome.DECLINED, reason)
    korean = words_for("ko").verdict(shop.verdict)
    assert korean.detail == line
    assert korean.customer == "손님께: 받을 수 없는 번호입니다. 발행처에 물어봐 주세요."
    assert words_for("en").verdict(shop.verdict).detail == english
    assert [body.serials for body in shop.bodies if isinstance(body, PaymentDeclined)] == [(serial,), (serial,)]
    assert shop.screen(notes(10_000, 1, f"{int(serial) + 100}")) == Done()


def test_a_number_that_turns_out_to_be_reported_when_it_is_written_down_is_told_the_owner(shop: Shop) -> None:
    shop.type_amount(10_000)
    shop.screen(notes(10_000))
    (waiting,) = shop.screen(ListDrawer()).unnumbered

    assert shop.screen(NumberNotes(entry=waiting.entry, serials=("2026990001",))) == Done()

    shop.core.tick()
    assert shop.kinds[-2:] == ["note.numbered", "note.reported"]
    assert shop.till.notice_count == 1


def test_a_list_that_comes_during_the_day_holds_at_once_and_unknown_causes_too(tmp_path: Path) -> None:
    town = make_town(tmp_path / "town")
    stopped = SerialRange(first="AB0000100", last="AB0000200", cause=SerialCause.OTHER)
    report_serials(town, "41390", [stopped], now_s=town.made_s + 10)
    deliver_trust(town, town.directory, now_s=town.made_s + 10)
    shop = open_shop(town)
    shop.type_amount(10_000)

    assert shop.screen(notes(10_000, 1, "AB0000150")) == Refused(cause=Refusal.NOTE_DECLINED)
    assert shop.verdict.reason == Reason.NOTE_REPORTED
    assert shop.screen(notes(10_000, 1, "2026990001")) == Done()
    shop.close()


def test_what_goes_to_the_bank_has_a_sheet_with_every_number(shop: Shop) -> None:
    shop.type_amount(25_000)
    shop.screen(notes(10_000, 2, "100007", "100009"))
    shop.screen(notes(5_000, 1, "500001"))
    assert shop.screen(SubmitNotes(issuer="41390", program="paper")) == Done()

    assert [job.copy_number for job in shop.core.journal.paper.jobs_of("N1")] == [1]
    receipts = shop.core.screen.handing_out.receipts
    rows = receipts.rows("N1")
    assert rows is not None
    said = [(row.text.strip(), row.right) for row in rows if row.kind in ("text", "pair")]
    assert [text for text, right in said if text.isdecimal() and not right] == ["100007", "100009", "500001"]
    assert ("10,000 2장", "20,000") in said
    assert ("합계 3장", "25,000") in said
    assert receipts.rows("N2") is None


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
        "41390,paper,시루 지류,5000,1,5000,drawer,,,,0,500001,",
        "41390,paper,시루 지류,10000,1,10000,drawer,,,,0,100007,",
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
