"""The shop's own payment code, from the key to the closing: off unless it is configured, and confirmed by nobody."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from pyzbar import pyzbar

from pos.errors import ConfigError
from pos.link.calls import CloseDay, DayClosing, PayOther, ReadReport, Refused, ShowMerchantQr, ShowReceipt
from pos.till.reasons import Refusal
from pos.tui.screens.merchant_qr import MerchantQrScreen
from pos.voucher.bodies import PaymentApproved, TenderMethod, TenderRecorded
from tests.support.core_builders import Shop, make_town, open_shop
from tests.support.real_counter import open_real_counter
from tests.support.screens import picture

SECTION = """
[merchant_qr]
guid = "kr.example.pay"
account = "M0012345"
category = "5462"
name = "HAETSAL BAKERY"
city = "SIHEUNG"
"""


@pytest.fixture
def paid_elsewhere(tmp_path: Path) -> Iterator[Shop]:
    """The bakery with a payment code of its own."""
    town = make_town(tmp_path / "town")
    with town.terminal_toml.open("a", encoding="utf-8") as file:
        file.write(SECTION)
    shop = open_shop(town)
    yield shop
    shop.close()


def test_it_is_off_unless_somebody_switched_it_on(shop: Shop) -> None:
    shop.type_amount(12_000)

    assert not shop.till.has_merchant_qr
    assert shop.screen(ShowMerchantQr()) == Refused(cause=Refusal.NOT_ACCEPTABLE)
    pay = PayOther(kind="other", amount_won=12_000, method=TenderMethod.MERCHANT_QR)
    assert shop.screen(pay) == Refused(cause=Refusal.NOT_ACCEPTABLE)


def test_a_configuration_that_no_code_can_hold_says_so(tmp_path: Path) -> None:
    town = make_town(tmp_path / "town")
    with town.terminal_toml.open("a", encoding="utf-8") as file:
        file.write(SECTION.replace("HAETSAL BAKERY", "햇살 빵집"))

    with pytest.raises(ConfigError, match="merchant_qr: expected 1 to 25 ASCII characters"):
        open_shop(town)


async def test_the_code_is_photographed_and_the_sale_stays_unconfirmed(paid_elsewhere: Shop) -> None:
    shop = paid_elsewhere
    async with open_real_counter(shop) as (counter, _):
        await counter.press("12 . 0 + 4 1")
        assert isinstance(counter.app.screen, MerchantQrScreen)
        assert all(words in "\n".join(counter.text()) for words in ("완료 화면 봤음", "확인 안 됨으로 적힙니다"))
        seen = picture(counter.app).resize((2_880, 1_728), resample=Image.Resampling.NEAREST).convert("L")
        (read,) = zxingcpp.read_barcodes(np.asarray(seen))
        (also,) = pyzbar.decode(seen)
        assert read.text == also.data.decode("ascii")
        await counter.press("1")

    (tender,) = (body for body in shop.bodies if isinstance(body, TenderRecorded))
    assert tender.method is TenderMethod.MERCHANT_QR
    assert tender.reference is not None
    assert f"5405{12_000}" in read.text
    assert f"{len(tender.reference):02}{tender.reference}" in read.text
    assert not any(isinstance(body, PaymentApproved) for body in shop.bodies)
    assert shop.till.verdict is None
    paper = "\n".join(shop.screen(ShowReceipt(receipt_number="000001")).lines)  # type: ignore[union-attr]
    assert "가게 QR(확인 안 됨)" in paper
    assert "승인" not in paper.replace("승인번호", "")


def test_the_reports_have_it_on_a_line_of_its_own_and_the_closing_lists_each(paid_elsewhere: Shop) -> None:
    shop = paid_elsewhere
    for amount_won, method in ((12_000, TenderMethod.MERCHANT_QR), (5_000, TenderMethod.CARD)):
        shop.type_amount(amount_won)
        shop.screen(PayOther(kind="other", amount_won=amount_won, method=method))
    references = [body.reference for body in shop.bodies if isinstance(body, TenderRecorded)]
    assert references[1] is None

    interim = "\n".join(shop.screen(ReadReport(name="x")).lines)  # type: ignore[union-attr]
    assert isinstance(shop.screen(CloseDay(counted_won=0)), DayClosing)
    closing = "\n".join(shop.screen(ReadReport(name="z")).lines)  # type: ignore[union-attr]

    for report in (interim, closing):
        assert "가게 QR(확인 안 됨) 1건" in report
        assert "카드(다른 단말기) 1건" in report
        assert "[확인 안 됨]" in report
        assert f"000001 {references[0]}" in report
