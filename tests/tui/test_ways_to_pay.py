"""Every way to pay, by the number pad, from the key to the journal; and how many keys each takes."""

from pathlib import Path

from pos.link.calls import ChooseShownOn, ImportCatalogue, ScanSeen
from pos.link.state import Outcome
from pos.sandbox.issuing import VoucherOrder, issue_voucher
from pos.tui.screens.bank import BankScreen
from pos.tui.screens.holds import HoldsScreen
from pos.tui.screens.items import ItemsScreen
from pos.tui.screens.notes import NotesScreen
from pos.tui.screens.sale import SaleScreen
from pos.voucher.bodies import (
    ChangeRuling,
    NoteMark,
    NoteNumbered,
    NotesCredited,
    NotesSubmitted,
    NoteTaken,
    PaymentApproved,
    TenderMethod,
    TenderRecorded,
)
from tests.support.core_builders import Shop
from tests.support.real_counter import RealCounter, open_real_counter

CATALOGUE = "이름,가격,세금,단축키\n소금빵,3000,과세,1\n생계란 10구,5000,면세,3\n한우 (무게),,면세,4\n"


def keys_in(keys: str) -> int:
    """How many keys a line of keys is."""
    return sum(len(word) if word.isdigit() else 1 for word in keys.split())


def shows(counter: RealCounter, *texts: str) -> bool:
    screen = "\n".join(counter.text())
    return all(text in screen for text in texts)


def stock(shop: Shop) -> None:
    assert not shop.control(ImportCatalogue(content=CATALOGUE.encode())).problems


# Codes


async def test_an_exact_mobile_sale_is_one_key_after_the_amount(shop: Shop) -> None:
    async with open_real_counter(shop) as (counter, links):
        await counter.press("12 . 0")
        await counter.press(after := "enter")
        shop.see(shop.code(12_000))
        links[-1].push()
        await counter.settle()

        assert keys_in(after) <= 1
        assert shop.verdict.outcome is Outcome.APPROVED
        assert shows(counter, "12,000원 받았습니다")


async def test_a_code_shown_first_is_one_key(shop: Shop) -> None:
    async with open_real_counter(shop) as (counter, links):
        shop.see(shop.code(12_000))
        links[-1].push()
        await counter.settle()
        await counter.press(keys := "enter")

        assert keys_in(keys) == 1
        assert shop.verdict.outcome is Outcome.APPROVED


async def test_a_voucher_and_cash_are_at_most_five_keys_after_the_amounts(shop: Shop) -> None:
    async with open_real_counter(shop) as (counter, links):
        await counter.press("12 . 0 enter")
        shop.see(shop.code(8_000))
        links[-1].push()
        await counter.settle()
        await counter.press("1 + 1")

        assert keys_in("enter 1 + 1") <= 5
        assert [sale.total_won for sale in shop.core.journal.sales.search()] == [12_000]
    assert shop.kinds[-1] == "tender.recorded"


# Cash


async def test_cash_over_what_is_due_shows_the_change_large(shop: Shop) -> None:
    async with open_real_counter(shop) as (counter, _):
        await counter.press("12 . 0 enter 20 . 0 + 1")
        assert shows(counter, "거스름돈", "받은 돈 20,000원   거스름돈 8,000원")

        await counter.press("-")
        assert not shows(counter, "받은 돈 20,000원")
    assert shop.core.devices_state().drawer_serial == 1


async def test_what_was_paid_on_another_terminal_is_one_number(shop: Shop) -> None:
    async with open_real_counter(shop) as (counter, _):
        await counter.press("7 . 0 +")
        assert shows(counter, "카드(다른 단말기)", "계좌이체", "보류")
        await counter.press("2")

    (tender,) = [body for body in shop.bodies if isinstance(body, TenderRecorded)]
    assert (tender.amount_won, tender.method) == (7_000, TenderMethod.CARD)


# Items and sales that wait


async def test_items_are_chosen_by_number_and_paid_like_any_amount(shop: Shop) -> None:
    stock(shop)
    async with open_real_counter(shop) as (counter, links):
        await counter.press("/ 1 1 3")
        assert isinstance(counter.app.screen, ItemsScreen)
        assert shows(counter, "상품 고르기  3개 11,000원", "생계란 10구  5,000원  (면세)")
        await counter.press("4 27 350 enter")
        assert shows(counter, "4개 38,350원")
        await counter.press("- enter")
        assert shows(counter, "3개 11,000원", "소금빵 x 2")
        shop.see(shop.code(11_000))
        links[-1].push()
        await counter.settle()

        assert shows(counter, "11,000원 받았습니다")
    assert shop.kinds == ["setting.chosen", "sale.itemised", "payment.approved"]


async def test_a_sale_waits_while_another_customer_pays(shop: Shop) -> None:
    async with open_real_counter(shop) as (counter, _):
        await counter.press("12 . 0 + 5")
        assert isinstance(counter.app.screen, SaleScreen)
        await counter.press("5 . 0 + 1 -")
        await counter.press("/")
        assert isinstance(counter.app.screen, HoldsScreen)
        assert shows(counter, "1번", "12,000원")
        await counter.press("1")
        assert shows(counter, "받을 금액 12,000원")


async def test_two_of_a_scanned_article_are_one_key_more(shop: Shop) -> None:
    shop.control(ImportCatalogue(content="바코드,이름,가격,세금\n8801234567893,소금빵,3000,과세\n".encode()))
    async with open_real_counter(shop) as (counter, links):
        shop.devices(ScanSeen(text="8801234567893", length=13, is_barcode=True))
        links[-1].push()
        await counter.settle()
        assert shows(counter, "소금빵 x 1", "하나 더")
        await counter.press(".")

        assert shows(counter, "소금빵 x 2", "6,000원")


# A power cut


async def test_after_a_cut_one_question_and_two_answers(shop: Shop) -> None:
    shop.type_amount(12_000)
    shop.see(shop.code(8_000))
    shop.choose(1)
    shop.restart()
    async with open_real_counter(shop) as (counter, _):
        assert shows(counter, "정전 전 12,000원 중 8,000원 받음", "1  이어서", "2  모두 취소")
        await counter.press("1")
        assert shows(counter, "남은 금액 4,000원")


async def test_a_cut_before_the_record_says_to_show_the_same_code_again(shop: Shop) -> None:
    shop.see(shop.code(3_000))
    shop.restart()
    async with open_real_counter(shop) as (counter, _):
        assert shows(counter, "기록 없음: 같은 코드를 다시 대 주세요", "두 번 결제되지 않습니다")


# Paper notes


async def test_three_notes_of_one_denomination_are_at_most_six_keys(shop: Shop) -> None:
    async with open_real_counter(shop) as (counter, _):
        await counter.press("30 . 0")
        await counter.press(after := "/ 3 3 enter 1")

        assert keys_in(after) <= 6
        assert isinstance(counter.app.screen, SaleScreen)
    (taken,) = [body for body in shop.bodies if isinstance(body, NoteTaken)]
    assert (taken.denomination_won, taken.count, taken.marks) == (10_000, 3, (NoteMark.CHECKED,))


async def test_change_that_nobody_owes_is_given_only_with_the_second_answer(shop: Shop) -> None:
    async with open_real_counter(shop) as (counter, _):
        await counter.press("4 . 0 / 3 1 enter 1")
        assert shows(counter, "거스름돈 지급 의무 아님", "10,000원 가운데 4,000원 사용: 60%에 못 미칩니다")
        await counter.press("1")
        assert shop.kinds == []
        await counter.press("/ 3 1 enter 1 2")
        assert shows(counter, "거스름돈 6,000원")
    (taken,) = [body for body in shop.bodies if isinstance(body, NoteTaken)]
    assert (taken.change_won, taken.ruling) == (6_000, ChangeRuling.BELOW_RATIO)


async def test_a_torn_note_wants_its_number(shop: Shop) -> None:
    async with open_real_counter(shop) as (counter, _):
        await counter.press("5 . 0 / + 1")
        assert isinstance(counter.app.screen, NotesScreen)
        assert shows(counter, "읽을 수 있는 가장 낮은 금액")
        await counter.press("1 00 77 enter 1")
    (taken,) = [body for body in shop.bodies if isinstance(body, NoteTaken)]
    assert (taken.denomination_won, taken.serials) == (1_000, ("0077",))
    assert NoteMark.DAMAGED in (taken.marks or ())


async def test_the_next_note_is_looked_at_on_demand_even_when_it_is_scanned(shop: Shop, tmp_path: Path) -> None:
    order = VoucherOrder(value_won=10_000, program="paper", serial="2026000031")
    note = issue_voucher(shop.town.directory, order, out=tmp_path / "note.cbor").note_text
    assert note is not None
    shop.clock.pass_s(1)
    async with open_real_counter(shop) as (counter, links):
        await counter.press("11 . 0 / 1 1 enter 1 / + 4")
        assert shows(counter, "다음 상품권은 살펴본 뒤에 받습니다")
        shop.see(note)
        links[-1].push()
        await counter.settle()

        assert isinstance(counter.app.screen, SaleScreen)
        assert shows(counter, "진짜인지 살펴보세요", "비추면 숨은 그림", "번호 2026000031")
        await counter.press("1")
        assert shows(counter, "11,000원 받았습니다")
    (approved,) = (body for body in shop.bodies if isinstance(body, PaymentApproved))
    assert approved.marks == (NoteMark.CHECKED,)


async def test_a_note_that_looks_wrong_is_declined_with_two_keys_and_a_line_for_the_customer(shop: Shop) -> None:
    async with open_real_counter(shop) as (counter, _):
        await counter.press("5 . 0 / 2 1 enter")
        assert shows(counter, "진짜인지 살펴보세요", "은색 띠의 무늬")
        await counter.press("2")

        assert shows(counter, "의심스러운 상품권", "손님께: 확인되지 않는 상품권입니다. 발행처에 물어봐 주세요.")
    assert shop.kinds == ["payment.declined"]


async def test_an_old_note_is_refused_by_its_year(shop: Shop) -> None:
    async with open_real_counter(shop) as (counter, _):
        await counter.press("5 . 0 / + 2 20 19 enter 2 1 enter")
        assert shows(counter, "사용 기간이 지난 상품권입니다")
    assert shop.kinds == []


async def test_notes_go_to_the_bank_once_they_have_their_numbers(shop: Shop) -> None:
    async with open_real_counter(shop) as (counter, _):
        await counter.press("20 . 0 / 3 2 enter 1")
        await counter.press("* 8 0")
        assert isinstance(counter.app.screen, BankScreen)
        assert shows(counter, "번호 나중에: 시루 지류 10,000원 2장", "은행에 내기: 시루 지류 2장 20,000원")
        await counter.press("2")
        assert shows(counter, "번호를 적지 않은 상품권이 있습니다")
        await counter.press("1 100007 enter 100008 enter 1")
        assert shows(counter, "입금 확인: 1번 시루 지류 20,000원")
        await counter.press("1 enter")
        assert shows(counter, "입금됨: 1번 시루 지류 20,000원")
    kinds = NoteNumbered | NotesSubmitted | NotesCredited
    numbered, submitted, credited = (body for body in shop.bodies if isinstance(body, kinds))
    assert isinstance(numbered, NoteNumbered)
    assert isinstance(submitted, NotesSubmitted)
    assert isinstance(credited, NotesCredited)
    assert (numbered.serials, submitted.amount_won, credited.amount_won) == (("100007", "100008"), 20_000, 20_000)


async def test_what_was_scanned_and_changes_nothing_is_said(shop: Shop, tmp_path: Path) -> None:
    stock(shop)
    async with open_real_counter(shop) as (counter, links):
        shop.see("8809999999997")
        links[-1].push()
        await counter.settle()

        assert shows(counter, "상품 목록에 없습니다")


async def test_the_screen_is_turned_to_the_customer_only_where_that_is_how_it_stands(shop: Shop) -> None:
    turn = "화면을 손님 쪽으로 돌려 주세요."
    async with open_real_counter(shop) as (counter, links):
        await counter.press("72 . 0 enter enter")
        assert shows(counter, turn, "전화기에 나온 코드를 카메라에 대면")

        shop.screen(ChooseShownOn(shown_on="customer"))
        links[-1].push()
        await counter.settle()
        assert not shows(counter, turn)
        assert shows(counter, "전화기에 나온 코드를 카메라에 대면")
