"""The edges of every type of field."""

import pytest

from pos import cbor
from pos.errors import MalformedError
from pos.voucher.fields import Fields, is_clean_text, is_id, is_issuer


def _fields(value: cbor.Value) -> Fields:
    return Fields("thing", {1: value})


@pytest.mark.parametrize("size", [1, 2, 9])
def test_an_object_has_at_least_one_byte_and_at_most_its_limit(size: int):
    assert _fields(bytes(size)).object_(1, "raw", bytes_max=9) == bytes(size)


@pytest.mark.parametrize("value", [b"", bytes(10), "text", None, [b"x"]])
def test_what_is_no_object_is_refused(value: cbor.Value):
    with pytest.raises(MalformedError, match="thing: raw"):
        _fields(value).object_(1, "raw", bytes_max=9)


def test_integers_include_both_bounds():
    assert [_fields(value).uint(1, "n", low=2, high=4) for value in (2, 3, 4)] == [2, 3, 4]
    for value in (1, 5, True, "3", None):
        with pytest.raises(MalformedError, match="thing: n"):
            _fields(value).uint(1, "n", low=2, high=4)


def test_arrays_have_a_longest_length():
    assert _fields([1, 2]).array(1, "list", length_max=2) == [1, 2]
    for value in ([1, 2, 3], {}, None):
        with pytest.raises(MalformedError, match="thing: list"):
            _fields(value).array(1, "list", length_max=2)


def test_a_closed_map_has_no_other_fields():
    fields = Fields("thing", {1: 1, 2: 2})
    fields.uint(1, "n")
    with pytest.raises(MalformedError, match="not known"):
        fields.close()
    fields.uint(2, "m")
    fields.close()


@pytest.mark.parametrize("text", ["", "빵집", "a b", "é", "😀", "日本", "한글과 영어", "x" * 300])
def test_ordinary_text_is_clean(text: str):
    assert is_clean_text(text)


@pytest.mark.parametrize(
    "text", ["\n", "\0", "\x7f", "\x85", "\u200b", "\u202e", "\ufeff", "\u2028", "\u2029", "e\u0301", "\u1100\u1161"]
)
def test_text_that_steers_or_has_a_second_form_is_not_clean(text: str):
    assert not is_clean_text(text)


def test_ids_and_issuers():
    assert all(map(is_id, ("a", "A-b_c.9", "x" * 16, "...")))
    assert not any(map(is_id, ("", ".", "..", "x" * 17, "a b", "ä", "a\n", "a/b")))
    assert is_issuer("00000")
    assert not any(map(is_issuer, ("0000", "000000", "0000a", "٠٠٠٠٠", "00000\n")))
