"""Where one scan ends, and which text it is, however the scanner was set up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.scanner.framing import IDLE_S, KEPT_BYTES_MAX, Framing, ScannedText, decoded

BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
CODE = "CKP1:" + BASE45 * 4


def scans(parts: list[bytes], *, pause_s: float = 0.001) -> list[str]:
    """The texts of bytes that come in these parts, and what silence ends behind them."""
    framing, now_s, found = Framing(), 0.0, []
    for part in parts:
        now_s += pause_s
        found += framing.feed(part, now_s=now_s)
    found += framing.feed(b"", now_s=now_s + IDLE_S)
    return [scan.text for scan in found]


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\r\n\r\n", b""])
def test_every_end_of_line_ends_one_scan(end: bytes) -> None:
    assert scans([CODE.encode() + end]) == [CODE]


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_two_scans_behind_each_other_are_two(end: bytes) -> None:
    assert scans([b"FIRST" + end + b"SECOND" + end]) == ["FIRST", "SECOND"]


@given(st.lists(st.text(BASE45, min_size=1, max_size=40), min_size=1, max_size=4), st.integers(1, 7), st.data())
def test_however_the_bytes_are_dealt_out_the_scans_are_the_same(
    texts: list[str], size: int, data: st.DataObject
) -> None:
    end = data.draw(st.sampled_from([b"\r", b"\n", b"\r\n"]))
    whole = b"".join(text.encode() + end for text in texts)
    assert scans([whole[at : at + size] for at in range(0, len(whole), size)]) == texts


def test_without_an_end_of_line_silence_ends_a_scan_and_a_short_pause_does_not() -> None:
    framing = Framing()
    assert framing.feed(b"CKP1:AB", now_s=1.0) == ()
    assert framing.feed(b"", now_s=1.0 + IDLE_S * 0.9) == ()
    assert framing.feed(b"CD", now_s=1.0 + IDLE_S * 0.9) == ()
    assert framing.feed(b"", now_s=1.0 + IDLE_S * 1.8) == ()
    assert framing.feed(b"", now_s=1.0 + IDLE_S * 2) == (ScannedText(text="CKP1:ABCD", length=9),)
    assert framing.feed(b"", now_s=9.0) == ()


def test_korean_comes_as_utf_8_or_as_cp949() -> None:
    assert decoded("상품권 12,000원".encode()) == "상품권 12,000원"
    assert decoded("상품권 12,000원 뷁".encode("cp949")) == "상품권 12,000원 뷁"
    assert decoded(b"CK\xff\xffP1") == "CK\ufffd\ufffdP1"


def test_a_scanner_that_never_ends_a_line_fills_no_memory() -> None:
    framing = Framing()
    for _ in range(1000):
        framing.feed(b"x" * 1000, now_s=1.0)
    assert framing.feed(b"\r", now_s=1.0) == (ScannedText(text="", length=1_000_000),)
    assert framing.feed(b"NEXT\r", now_s=1.0) == (ScannedText(text="NEXT", length=4),)
    assert framing.feed(b"x" * KEPT_BYTES_MAX + b"\r", now_s=1.0)[0].length == KEPT_BYTES_MAX
