"""The codec: one value, one encoding; cbor2 as the outside opinion."""

import cbor2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pos import cbor
from pos.errors import MalformedError

KEYS = st.integers(cbor.NINT_MIN, cbor.UINT_MAX) | st.text(max_size=12)
SCALARS = (
    st.integers(cbor.NINT_MIN, cbor.UINT_MAX)
    | st.binary(max_size=300)
    | st.text(max_size=300)
    | st.booleans()
    | st.none()
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=6) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=12
)


@given(VALUES)
@settings(deadline=None)
def test_what_is_written_is_read_back_and_cbor2_reads_the_same(value: cbor.Value):
    raw = cbor.encode(value)

    assert cbor.decode(raw, depth_max=40) == value
    assert cbor2.loads(raw) == value


@given(VALUES)
@settings(deadline=None)
def test_cbor2s_canonical_form_is_ours_where_both_order_keys_alike(value: cbor.Value):
    theirs = cbor2.dumps(value, canonical=True)

    # RFC 7049's canonical order puts shorter keys first; RFC 8949's is bytewise. Apart from that order they agree.
    assert sorted(theirs) == sorted(cbor.encode(value))
    assert cbor2.loads(theirs) == cbor.decode(cbor.encode(value), depth_max=40)


@given(st.binary(max_size=300))
@example(b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff")
@settings(deadline=None)
def test_whatever_is_read_is_written_back_to_the_byte(raw: bytes):
    try:
        value = cbor.decode(raw, depth_max=16)
    except MalformedError:
        return
    assert cbor.encode(value) == raw


@given(VALUES, st.data())
@settings(deadline=None)
def test_a_flipped_bit_is_refused_or_is_another_value(value: cbor.Value, data: st.DataObject):
    raw = bytearray(cbor.encode(value))
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    try:
        read = cbor.decode(bytes(raw), depth_max=40)
    except MalformedError:
        return
    assert cbor.encode(read) == bytes(raw)


@pytest.mark.parametrize("length", [0, 23, 24, 255, 256, 257, 65_535, 65_536])
def test_lengths_of_every_head_are_read_and_written(length: int):
    for value in (b"x" * length, "x" * length, [0] * length, dict.fromkeys(range(length), 0)):
        raw = cbor.encode(value)

        assert cbor.decode(raw) == value
        assert cbor2.loads(raw) == value


@pytest.mark.parametrize("depth_max", [1, 6, 16])
def test_nesting_is_allowed_to_the_limit_and_no_further(depth_max: int):
    for opening in (b"\x81", b"\xa1\x00", b"\xd2"):
        assert cbor.decode(opening * depth_max + b"\x00", depth_max=depth_max) is not None
        with pytest.raises(MalformedError, match="deep"):
            cbor.decode(opening * (depth_max + 1) + b"\x00", depth_max=depth_max)


def test_a_list_announced_longer_than_the_data_is_refused_before_it_is_made():
    for head in (b"\x9b", b"\xbb", b"\x5b", b"\x7b"):
        with pytest.raises(MalformedError):
            cbor.decode(head + b"\x7f" + b"\xff" * 7 + b"\x00")


def test_true_is_not_one():
    assert cbor.decode(cbor.encode([True, 1, False, 0])) == [True, 1, False, 0]
    assert [type(item) for item in cbor.decode(b"\x82\xf5\x01")] == [bool, int]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "value", [1.5, 2**64, -(2**64) - 1, {b"key": 1}, {True: 1}, {None: 1}, (1, 2), {1, 2}, cbor.Tagged(2, b"\1")]
)
def test_writing_what_has_no_encoding_is_our_own_mistake(value: object):
    with pytest.raises(AssertionError):
        cbor.encode(value)  # type: ignore[arg-type]
