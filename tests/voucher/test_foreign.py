"""Codes of others: named from their data alone."""

import base64
import binascii

import pytest

from pos.voucher.foreign import EXCERPT_CHARACTERS_MAX, ForeignKind, recognise
from pos.voucher.qr import NewerVersionError, UnknownPrefixError, decode_text


def _with_checksum(body: str) -> str:
    covered = body + "6304"
    return covered + f"{binascii.crc_hqx(covered.encode(), 0xFFFF):04X}"


# EMVCo's own example of a merchant-presented code, with its checksum.
EMV_EXAMPLE = (
    "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST TRANSPORT"
    "6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A60086670902ME91320016A0112233449988770708123456786304A13A"
)
MERCHANT_CODE = _with_checksum("000201010212" + "5204549953034105802KR5906BAKERY6006SEOUL")
CONSUMER_CODE = base64.b64encode(b"\x85\x05CPV01\x61\x0e\x4f\x07\xa0\0\0\0\x55\x55\x55\x57\x03\x12\x34\x5f").decode()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (EMV_EXAMPLE, ForeignKind.EMV_MERCHANT),
        (MERCHANT_CODE, ForeignKind.EMV_MERCHANT),
        (MERCHANT_CODE[:-1] + ("0" if MERCHANT_CODE[-1] != "0" else "1"), ForeignKind.UNKNOWN),
        (MERCHANT_CODE.replace("SEOUL", "BUSAN"), ForeignKind.UNKNOWN),
        ("000201", ForeignKind.UNKNOWN),
        (_with_checksum("000202" + MERCHANT_CODE[6:-8]), ForeignKind.UNKNOWN),
        (_with_checksum("000201" + "9" * 498), ForeignKind.EMV_MERCHANT),
        (_with_checksum("000201" + "9" * 499), ForeignKind.UNKNOWN),
        (CONSUMER_CODE, ForeignKind.EMV_CONSUMER),
        (CONSUMER_CODE[:-1] + "!", ForeignKind.UNKNOWN),
        (base64.b64encode(b"\x85\x05CPV02").decode(), ForeignKind.UNKNOWN),
        ("https://example.com/pay?x=1", ForeignKind.WEB_ADDRESS),
        ("HTTP://EXAMPLE.COM", ForeignKind.WEB_ADDRESS),
        ("https://", ForeignKind.UNKNOWN),
        ("javascript:alert(1)", ForeignKind.UNKNOWN),
        ("154420201234567890", ForeignKind.CASH_RECEIPT_CARD),
        ("15442020123456789", ForeignKind.UNKNOWN),
        ("15442020123456789٠", ForeignKind.UNKNOWN),
        ("HC1:6BFOXN*TS0BI$ZD", ForeignKind.HEALTH_CERTIFICATE),
        ("CKP2:ABC", ForeignKind.NEWER_VERSION),
        ("CKZ1:ABC", ForeignKind.NEWER_VERSION),
        ("ckp1:abc", ForeignKind.OWN_MISWRITTEN),
        (" CKP1:ABC", ForeignKind.OWN_MISWRITTEN),
        ("CKP1 :ABC", ForeignKind.OWN_MISWRITTEN),
        ("8801234567890", ForeignKind.UNKNOWN),
        ("", ForeignKind.UNKNOWN),
    ],
)
def test_a_code_is_named_from_its_data(text: str, kind: ForeignKind):
    assert recognise(text).kind is kind


def test_the_excerpt_is_short_and_safe_to_show():
    code = recognise("\x1bp\x00[@click=app.quit]\u202e" + "x" * 5000)

    assert len(code.excerpt) <= EXCERPT_CHARACTERS_MAX
    assert code.excerpt.isprintable()
    assert code.length_characters == 5021


def test_a_card_serial_is_personal_and_is_not_shown():
    assert recognise("154420201234567890").excerpt == ""


def test_a_code_of_others_carries_what_it_is():
    with pytest.raises(UnknownPrefixError) as caught:
        decode_text("https://example.com")

    assert caught.value.foreign.kind is ForeignKind.WEB_ADDRESS


def test_a_later_version_asks_for_an_update_and_is_not_called_forged():
    for text in ("CKP2:BB8", "CKP9:", "CKA1:BB8"):
        with pytest.raises(NewerVersionError):
            decode_text(text)
