"""The shop's own payment codes, from the key to the closing: off unless configured, and confirmed by nobody."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from pyzbar import pyzbar

from pos.devices.picture import draw_receipt
from pos.errors import ConfigError
from pos.link.calls import (
    ChooseShownOn,
    CloseDay,
    DayClosing,
    MerchantQrAnswer,
    NextPrintJob,
    PayOther,
    PrintJob,
    ReadReport,
    ReceiptPage,
    Refused,
    ShowMerchantQr,
    ShowReceipt,
)
from pos.sandbox.town import Town
from pos.till.reasons import Refusal
from pos.tui.screens.merchant_qr import MerchantQrScreen
from pos.voucher.bodies import PaymentApproved, TenderMethod, TenderRecorded
from tests.support.core_builders import Shop, make_town, open_shop
from tests.support.paper_golden import PROFILES
from tests.support.real_counter import open_real_counter
from tests.support.screens import picture

SECTION = """
[merchant_qr.general]
guid = "kr.example.pay"
account = "M0012345"
category = "5462"
name = "HAETSAL BAKERY"
city = "SIHEUNG"
"""


ON_THE_WALL = "00020101021126190004siru0107S-001125204546253034105802KR5914HAETSAL BAKERY6007SIHEUNG63043193"
"""What a programme's service gave out: static, without an amount."""
SECOND = f"""
[merchant_qr.youth]
text = "{ON_THE_WALL}"
"""


@pytest.fixture
def paid_elsewhere(tmp_path: Path) -> Iterator[Shop]:
    """The bakery with a payment code of its own."""
    shop = open_shop(town_with(tmp_path, SECTION))
    yield shop
    shop.close()


@pytest.fixture
def paid_by_two(tmp_path: Path) -> Iterator[Shop]:
    """The bakery with a code for each of two programmes: one that is made for each sale, one from its service."""
    shop = open_shop(town_with(tmp_path, SECTION + SECOND))
    yield shop
    shop.close()


def town_with(folder: Path, sections: str) -> Town:
    town = make_town(folder / "town")
    with town.terminal_toml.open("a", encoding="utf-8") as file:
        file.write(sections)
    return town


def by_two_decoders(picture: Image.Image) -> str:
    """What independent decoders read; they must agree."""
    grey = picture.convert("L")
    (read,) = zxingcpp.read_barcodes(np.asarray(grey))
    (also,) = pyzbar.decode(grey)
    assert read.text == also.data.decode("utf-8")
    return str(read.text)


def test_it_is_off_unless_somebody_switched_it_on(shop: Shop) -> None:
    shop.type_amount(12_000)

    assert shop.till.shop_codes == ()
    assert shop.screen(ShowMerchantQr(program="general")) == Refused(cause=Refusal.NOT_ACCEPTABLE)
    pay = PayOther(kind="other", amount_won=12_000, method=TenderMethod.MERCHANT_QR, program="general")
    assert shop.screen(pay) == Refused(cause=Refusal.NOT_ACCEPTABLE)


def test_a_configuration_that_no_code_can_hold_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"merchant_qr\.general: expected 1 to 25 ASCII characters"):
        open_shop(town_with(tmp_path, SECTION.replace("HAETSAL BAKERY", "햇살 빵집")))


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        ('[merchant_qr]\nguid = "kr.example.pay"\n', "expected at most 5 sections"),
        ("".join(f'[merchant_qr.p{number}]\nguid = "a"\n' for number in range(6)), "expected at most 5 sections"),
        (SECTION.replace("guid", "gid"), "did you mean 'guid'"),
        (SECOND.replace("63043193", "63043194"), "checksum does not fit"),
        (SECOND.replace("010211", "010212"), "over one amount"),
        (SECOND.replace("5914", "5999"), "expected an object with its length"),
        (SECOND.replace("[merchant_qr.youth]", "[merchant_qr.'a b']"), "is no programme's id"),
        (SECOND + 'guid = "kr.example.pay"\n', "found both"),
    ],
)
def test_a_code_that_no_phone_could_pay_stops_the_start_and_says_why(tmp_path: Path, sections: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        open_shop(town_with(tmp_path, sections))


async def test_with_two_programmes_the_cashier_says_whose_code_and_the_report_too(paid_by_two: Shop) -> None:
    shop = paid_by_two
    assert [code.name for code in shop.till.shop_codes] == ["시루", "청년기본소득"]
    async with open_real_counter(shop) as (counter, _):
        await counter.press("12 . 0 + 4 1")
        assert all(name in "\n".join(counter.text()) for name in ("시루", "청년기본소득"))
        await counter.press("2")
        assert isinstance(counter.app.screen, MerchantQrScreen)
        assert all(words in "\n".join(counter.text()) for words in ("청년기본소득", "12,000원", "금액은 손님이 입력"))
        seen = picture(counter.app).resize((2_880, 1_728), resample=Image.Resampling.NEAREST)
        assert by_two_decoders(seen) == ON_THE_WALL
        await counter.press("1 7 . 0 + 4 1 1 1")

    first, second = (body for body in shop.bodies if isinstance(body, TenderRecorded))
    assert (first.program, first.reference) == ("youth", None), "a finished code carries no label of ours"
    assert second.program == "general"
    assert second.reference is not None
    assert isinstance(shop.screen(CloseDay(counted_won=0)), DayClosing)
    closing = "\n".join(shop.screen(ReadReport(name="z")).lines)  # type: ignore[union-attr]
    assert "가게 QR(확인 안 됨) 2건" in closing
    assert "000001 청년기본소득" in closing
    assert "000002 시루" in closing
    assert second.reference in closing
    assert not any(isinstance(body, PaymentApproved) for body in shop.bodies)


def test_a_programme_without_a_code_is_not_taken_by_one(paid_by_two: Shop) -> None:
    paid_by_two.type_amount(12_000)

    for program in ("points", ""):
        assert paid_by_two.screen(ShowMerchantQr(program=program)) == Refused(cause=Refusal.NOT_ACCEPTABLE)
        pay = PayOther(kind="other", amount_won=12_000, method=TenderMethod.MERCHANT_QR, program=program)
        assert paid_by_two.screen(pay) == Refused(cause=Refusal.NOT_ACCEPTABLE)


@pytest.mark.parametrize("columns", [32, 42, 48])
@pytest.mark.parametrize("program", ["general", "youth"])
def test_the_slip_can_be_paid_from_paper_of_any_width(
    paid_by_two: Shop, tmp_path: Path, program: str, columns: int
) -> None:
    shop = paid_by_two
    shop.screen(ChooseShownOn(shown_on="paper"))
    shop.type_amount(12_000)
    shown = shop.screen(ShowMerchantQr(program=program))
    assert isinstance(shown, MerchantQrAnswer)
    slip = shop.devices(NextPrintJob())
    assert isinstance(slip, PrintJob)

    page = ReceiptPage(receipt_number="slip", columns=columns, rows=slip.rows)
    draw_receipt(page, profile_name=PROFILES[columns], path=tmp_path / "slip.png")

    with Image.open(tmp_path / "slip.png") as paper:
        assert by_two_decoders(paper) == shown.text
    said = [row.text for row in slip.rows if row.kind == "text"]
    assert said[:3] == [{"general": "시루", "youth": "청년기본소득"}[program], "가게 QR(확인 안 됨)", "12,000원"]
    assert ("금액을 직접 입력해 주세요" in said) == (program == "youth"), "only a code without an amount needs it"
    assert not any("승인" in line for line in said)
    assert shop.devices(NextPrintJob()) == PrintJob(job=0), "it is printed once and kept nowhere"


async def test_the_code_is_photographed_and_the_sale_stays_unconfirmed(paid_elsewhere: Shop) -> None:
    shop = paid_elsewhere
    async with open_real_counter(shop) as (counter, _):
        await counter.press("12 . 0 + 4 1")
        assert isinstance(counter.app.screen, MerchantQrScreen)
        assert all(words in "\n".join(counter.text()) for words in ("완료 화면 봤음", "확인 안 됨으로 적힙니다"))
        read = by_two_decoders(picture(counter.app).resize((2_880, 1_728), resample=Image.Resampling.NEAREST))
        await counter.press("1")

    (tender,) = (body for body in shop.bodies if isinstance(body, TenderRecorded))
    assert tender.method is TenderMethod.MERCHANT_QR
    assert tender.reference is not None
    assert f"5405{12_000}" in read
    assert f"{len(tender.reference):02}{tender.reference}" in read
    assert not any(isinstance(body, PaymentApproved) for body in shop.bodies)
    assert shop.till.verdict is None
    paper = "\n".join(shop.screen(ShowReceipt(receipt_number="000001")).lines)  # type: ignore[union-attr]
    assert "가게 QR(확인 안 됨)" in paper
    assert "승인" not in paper.replace("승인번호", "")


def test_the_reports_have_it_on_a_line_of_its_own_and_the_closing_lists_each(paid_elsewhere: Shop) -> None:
    shop = paid_elsewhere
    for amount_won, method in ((12_000, TenderMethod.MERCHANT_QR), (5_000, TenderMethod.CARD)):
        shop.type_amount(amount_won)
        shop.screen(PayOther(kind="other", amount_won=amount_won, method=method, program="general"))
    references = [body.reference for body in shop.bodies if isinstance(body, TenderRecorded)]
    assert references[1] is None

    interim = "\n".join(shop.screen(ReadReport(name="x")).lines)  # type: ignore[union-attr]
    assert isinstance(shop.screen(CloseDay(counted_won=0)), DayClosing)
    closing = "\n".join(shop.screen(ReadReport(name="z")).lines)  # type: ignore[union-attr]

    for report in (interim, closing):
        assert "가게 QR(확인 안 됨) 1건" in report
        assert "카드(다른 단말기) 1건" in report
        assert "[확인 안 됨]" in report
        assert "000001 시루" in report
        assert str(references[0]) in report
