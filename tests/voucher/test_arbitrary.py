"""Strangers' bytes and text: nothing but our own errors comes out of any decoder."""

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pos import cbor
from pos.errors import MalformedError
from pos.voucher import base45
from pos.voucher.aad import Aad
from pos.voucher.qr import decode_text
from tests.fuzz.decoders import DECODERS
from tests.support.voucher_builders import a_key, envelope
from tests.vectors import generate

KEY = a_key("arbitrary")
VECTORS = {
    name: [
        bytes.fromhex(case["bytes"])
        for case in json.loads((Path(generate.__file__).parent / f"{name}.json").read_text(encoding="utf-8"))["cases"]
    ]
    for name in generate.OBJECTS
}
VALUES = st.recursive(
    st.integers(cbor.NINT_MIN, cbor.UINT_MAX) | st.binary(max_size=40) | st.text(max_size=40) | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(-70_000, 110), inner, max_size=4),
    max_leaves=8,
)


def _read(name: str, data: bytes) -> None:
    with contextlib.suppress(MalformedError):
        DECODERS[name](data)


@pytest.mark.parametrize("name", DECODERS)
@given(data=st.binary(max_size=1000))
@example(data=b"")
@example(data=b"\x81" * 600)
@example(data=b"\xd2\x84" + b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff" * 3)
@settings(max_examples=60, deadline=None)
def test_arbitrary_bytes(name: str, data: bytes):
    _read(name, data)


@pytest.mark.parametrize("name", DECODERS)
@given(payload=VALUES)
@settings(max_examples=40, deadline=None)
def test_arbitrary_payloads_in_a_good_envelope(name: str, payload: cbor.Value):
    _read(name, envelope(cbor.encode(payload), key=KEY, aad=Aad.PAYMENT))


@pytest.mark.parametrize("name", sorted(VECTORS))
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_changed_vectors(name: str, data: st.DataObject):
    raw = bytearray(data.draw(st.sampled_from(VECTORS[name])) or b"\0")
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))

    _read(name, bytes(raw))


@given(text=st.text(max_size=900))
@example(text="CKP1:\ud800")
@example(text="CKP1:" + "A" * 100_000)
@example(text="CK")
@example(text="")
@settings(deadline=None)
def test_arbitrary_text(text: str):
    with contextlib.suppress(MalformedError):
        decode_text(text)


@given(text=st.text(alphabet=base45.ALPHABET, max_size=830))
@settings(deadline=None)
def test_arbitrary_text_of_our_alphabet(text: str):
    with contextlib.suppress(MalformedError):
        decode_text("CKP1:" + text)


@given(data=st.binary(max_size=600))
@settings(deadline=None)
def test_base45_of_any_bytes_is_read_back(data: bytes):
    text = base45.encode(data)

    assert base45.decode(text) == data
    assert len(text) == len(data) // 2 * 3 + len(data) % 2 * 2


@given(text=st.text(alphabet=base45.ALPHABET, max_size=30))
@settings(deadline=None)
def test_base45_has_one_text_for_any_bytes(text: str):
    with contextlib.suppress(MalformedError):
        assert base45.encode(base45.decode(text)) == text
