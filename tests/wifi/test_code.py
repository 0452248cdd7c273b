"""Codes of wireless networks: what telephones write is read, everything else is refused, nothing raises."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pos.wifi.code import SSID_BYTES_MAX, CodeFault, Protection, WifiCode, is_wifi_code, parse_wifi_code
from tests.support.wifi_codes import wifi_text

CLEAN = st.characters(exclude_categories=("Cc", "Cs"))


def fitting(bytes_min: int, bytes_max: int) -> st.SearchStrategy[str]:
    short = st.text(CLEAN, min_size=1, max_size=bytes_max)
    return short.filter(lambda text: bytes_min <= len(text.encode()) <= bytes_max)


PIECES = 'WIFI:STPHRK;\\",aAwpe10 \t\0한'
NAMES = fitting(1, SSID_BYTES_MAX)
PASSWORDS = fitting(8, 63)


def read(text: str) -> WifiCode:
    code = parse_wifi_code(text)
    assert isinstance(code, WifiCode), code
    return code


@given(name=NAMES, password=PASSWORDS, hidden=st.booleans())
@example(name='a;b:c,d\\e"f', password='\\;,:"\\;,:"', hidden=False)
@example(name='"quoted"', password='"12345678"', hidden=True)
@example(name=" ", password="        ", hidden=False)
def test_whatever_a_telephone_writes_comes_back(name: str, password: str, hidden: bool) -> None:
    code = read(wifi_text(name=name, password=password, hidden=hidden))

    assert (code.ssid.decode(), code.password, code.is_hidden) == (name, password, hidden)
    assert code.protection is Protection.WPA


@given(
    text=st.text(st.sampled_from('WIFI:STPHRK;\\",aAwpe10 \t\0한'), max_size=60), prefix=st.sampled_from(["", "WIFI:"])
)
def test_nothing_that_is_shown_raises_and_what_is_read_could_be_joined(text: str, prefix: str) -> None:
    code = parse_wifi_code(prefix + text)

    if isinstance(code, WifiCode):
        assert 0 < len(code.ssid) <= SSID_BYTES_MAX
        assert bool(code.password) == (code.protection is not Protection.OPEN)
        assert not [character for character in code.password if character < " "]
    else:
        assert (code is CodeFault.NOT_WIFI) == (not is_wifi_code(prefix + text))


@pytest.mark.parametrize(
    ("text", "ssid", "protection", "password"),
    [
        ("WIFI:T:WPA;S:shop;P:12345678;;", b"shop", Protection.WPA, "12345678"),
        ("WIFI:S:shop;P:12345678;T:WPA2;H:false;;", b"shop", Protection.WPA, "12345678"),
        ("wifi:S:shop;P:12345678;;", b"shop", Protection.WPA, "12345678"),
        ("WIFI:T:SAE;S:shop;P:a;R:1;K:abc;I:x;;", b"shop", Protection.SAE, "a"),
        ("WIFI:T:WPA;R:1;S:shop;P:12345678;;", b"shop", Protection.WPA, "12345678"),
        ("WIFI:T:nopass;S:shop;P:ignored;;", b"shop", Protection.OPEN, ""),
        ("WIFI:S:shop;;", b"shop", Protection.OPEN, ""),
        ("WIFI:S:shop", b"shop", Protection.OPEN, ""),
        ("WIFI:T:WPA;S:가게;P:비밀번호1;;", "가게".encode(), Protection.WPA, "비밀번호1"),
        ("WIFI:T:WPA;S:a%3Bb;P:12%345678;;", b"a%3Bb", Protection.WPA, "12%345678"),
        ('WIFI:T:WPA;S:"c0ffee";P:"12345678";;', b"c0ffee", Protection.WPA, "12345678"),
    ],
)
def test_the_forms_that_are_in_use_are_read(text: str, ssid: bytes, protection: Protection, password: str) -> None:
    code = read(text)

    assert (code.ssid, code.protection, code.password) == (ssid, protection, password)


def test_a_name_of_hexadecimal_digits_means_itself_or_what_it_spells() -> None:
    assert read("WIFI:S:c0ffee;;").ssid_spelled == b"\xc0\xff\xee"
    assert read('WIFI:S:"c0ffee";;').ssid_spelled is None
    assert read("WIFI:S:c0ffe;;").ssid_spelled is None
    # Too long to be a name itself, so it can only be spelled.
    assert read(f"WIFI:S:{'eab080' * 8};;").ssid == bytes.fromhex("eab080" * 8)


def test_a_key_of_sixty_four_digits_is_one_and_longer_text_is_none() -> None:
    assert read(f"WIFI:T:WPA;S:shop;P:{'0a' * 32};;").password == "0a" * 32
    assert parse_wifi_code(f"WIFI:T:WPA;S:shop;P:{'x' * 64};;") is CodeFault.BROKEN


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", CodeFault.NOT_WIFI),
        ("https://example.invalid/", CodeFault.NOT_WIFI),
        ("WIFI:", CodeFault.BROKEN),
        ("WIFI:T:WPA;P:12345678;;", CodeFault.BROKEN),
        ("WIFI:T:WPA;S:shop;;", CodeFault.BROKEN),
        ("WIFI:T:WPA;S:shop;P:1234567;;", CodeFault.BROKEN),
        ("WIFI:T:SAE;S:shop;;", CodeFault.BROKEN),
        ("WIFI:T:WPA;S:shop;S:other;P:12345678;;", CodeFault.BROKEN),
        ("WIFI:T:WPA;S:shop;P:1234\n5678;;", CodeFault.BROKEN),
        ("WIFI:T:owe;S:shop;;", CodeFault.BROKEN),
        (f"WIFI:S:{'x' * 33};;", CodeFault.BROKEN),
        (f"WIFI:S:shop;X:{'x' * 800};;", CodeFault.BROKEN),
        ("WIFI:T:WEP;S:shop;P:12345;;", CodeFault.WEP),
        ("WIFI:T:wep;S:shop;P:12345;;", CodeFault.WEP),
        ("WIFI:T:WPA2-EAP;S:shop;E:PEAP;P:12345678;;", CodeFault.PERSONAL),
    ],
)
def test_what_cannot_be_joined_is_refused_with_its_reason(text: str, fault: CodeFault) -> None:
    assert parse_wifi_code(text) is fault


def test_the_password_is_not_in_what_is_logged_of_a_code() -> None:
    assert "swordfish" not in repr(read("WIFI:T:WPA;S:shop;P:swordfish;;"))
