"""The shop's own payment code: its check value, the standard's own example, and what a reader of the standard reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.till.merchant_qr import MerchantAccount, crc16, merchant_payload

BAKERY = MerchantAccount(
    guid="kr.example.pay", account="M0012345", category="5462", name="HAETSAL BAKERY", city="SIHEUNG"
)
STANDARD = (
    "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST TRANSPORT"
    "6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A60086670902ME"
    "91320016A0112233449988770708123456786304A13A"
)
"""EMV QRCPS merchant-presented mode, the example at its end."""


def objects(text: str) -> dict[str, str]:
    """The data objects of a payload, read by the standard's sections 3.2 and 4."""
    found: dict[str, str] = {}
    while text:
        name, length = text[:2], int(text[2:4])
        assert name not in found
        found[name], text = text[4 : 4 + length], text[4 + length :]
        assert len(found[name]) == length
    return found


def test_the_checksum_has_its_published_check_value() -> None:
    assert crc16(b"123456789") == 0x29B1
    assert crc16(b"") == 0xFFFF


def test_the_standards_own_example_has_the_checksum_that_it_prints() -> None:
    covered, printed = STANDARD[:-4], STANDARD[-4:]

    assert f"{crc16(covered.encode('utf-8')):04X}" == printed
    read = objects(STANDARD)
    assert (read["59"], read["54"], read["53"]) == ("BEST TRANSPORT", "23.72", "156")


def test_a_payload_says_whom_how_much_and_for_which_sale() -> None:
    read = objects(merchant_payload(BAKERY, amount_won=12_000, reference="9F3C51A200"))

    assert next(iter(read)) == "00"
    assert list(read)[-1] == "63"
    assert (read["00"], read["01"]) == ("01", "12")
    assert objects(read["26"]) == {"00": "kr.example.pay", "01": "M0012345"}
    assert (read["52"], read["53"], read["54"], read["58"]) == ("5462", "410", "12000", "KR")
    assert (read["59"], read["60"]) == ("HAETSAL BAKERY", "SIHEUNG")
    assert objects(read["62"]) == {"05": "9F3C51A200"}


@given(amount_won=st.integers(1, 100_000_000), reference=st.text("0123456789ABCDEF", min_size=1, max_size=25))
def test_any_amount_can_be_read_back_and_no_character_changed_unnoticed(amount_won: int, reference: str) -> None:
    text = merchant_payload(BAKERY, amount_won=amount_won, reference=reference)

    assert objects(text)["54"] == str(amount_won)
    assert int(text[-4:], 16) == crc16(text[:-4].encode("ascii"))
    for place in range(0, len(text) - 4, 7):
        changed = text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]
        assert int(text[-4:], 16) != crc16(changed[:-4].encode("ascii"))


@pytest.mark.parametrize(
    "wrong",
    [{"guid": ""}, {"guid": "x" * 33}, {"account": "x" * 54}, {"name": "햇살"}, {"name": "x" * 26}, {"city": ""},
     {"category": "54"}],
)  # fmt: skip
def test_what_no_code_can_hold_is_refused(wrong: dict[str, str]) -> None:
    good = {"guid": "a.b", "account": "1", "category": "5462", "name": "SHOP", "city": "SEOUL"}

    with pytest.raises(ValueError, match="expected"):
        MerchantAccount(**{**good, **wrong})
