"""The layout against an independent encoder, and correction against an independent decoder."""

import random

import numpy as np
import pytest
import reedsolo  # type: ignore[import-untyped]
import segno

from pos.scanner.reed_solomon import correct
from pos.scanner.segments import read_segments
from pos.scanner.symbol import UNKNOWN, VERSION_MAX, Level, blocks, known_modules, layout, mask_pattern

Encoded = segno.QRCode


def data_of(code: Encoded, version: int, level: Level, mask: int) -> bytes:
    """A drawn symbol's data codewords; fails where any block needs correction."""
    modules = np.array([list(row) for row in code.matrix], dtype=bool)
    places = layout(version)
    bits = (modules ^ mask_pattern(version, mask))[places.data_rows, places.data_columns]
    codewords = np.packbits(bits[: len(bits) // 8 * 8])
    data = bytearray()
    for block in blocks(version, level):
        corrected = correct(codewords[list(block.places)], block.correction)
        assert corrected is not None
        assert corrected.errors == 0
        data += corrected.data
    return bytes(data)


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("version", [1, 2, 6, 7, 13, 22, 32, 36, VERSION_MAX])
def test_what_is_known_beforehand_is_what_an_encoder_draws(version: int, level: Level) -> None:
    for mask in range(8):
        code = segno.make_qr("A1", version=version, error=level.name, mask=mask, boost_error=False)
        drawn = np.array([list(row) for row in code.matrix], dtype=np.int8)
        known = known_modules(version, level, mask)
        assert np.array_equal(np.where(known == UNKNOWN, drawn, known), drawn)


@pytest.mark.parametrize("version", range(1, VERSION_MAX + 1))
def test_every_version_and_level_is_read_back(version: int) -> None:
    for level in Level:
        code = segno.make_qr("CKP1:0%A", version=version, error=level.name, mask=version % 8, boost_error=False)
        content = read_segments(data_of(code, version, level, version % 8), version)
        assert content is not None
        assert content.text == "CKP1:0%A"
        assert content.is_padded


@pytest.mark.parametrize("text", ["0123456789012", "7", "42", "CKP1:$%*+-./ A", "https://example.kr/결제", "点茗", "é"])
def test_every_kind_of_segment_is_read_back(text: str) -> None:
    for version in (6, 12, 30):
        code = segno.make_qr(text, version=version, error="L", mask=3, boost_error=False)
        content = read_segments(data_of(code, version, Level.L, 3), version)
        assert content is not None
        assert content.text == text


def test_a_declared_character_set_is_used() -> None:
    code = segno.make_qr(
        "日本", version=5, error="L", mask=3, boost_error=False, encoding="shift_jis", eci=True, mode="byte"
    )
    content = read_segments(data_of(code, 5, Level.L, 3), 5)
    assert content is not None
    assert content.text == "日本"


@pytest.mark.parametrize(
    "data", [b"\x20\xff\xff\xff", b"\xb0\x00", b"\x40\xff\x41", b"\x10\x0f\xff\xff", b"\x00\xec", b""]
)
def test_bits_that_no_encoder_writes_give_no_text(data: bytes) -> None:
    assert read_segments(data, 1) is None


def test_a_wrong_rest_is_noticed() -> None:
    code = segno.make_qr("CKP1:0", version=3, error="L", mask=0, boost_error=False)
    data = bytearray(data_of(code, 3, Level.L, 0))
    data[-1] ^= 0x40
    content = read_segments(bytes(data), 3)
    assert content is not None
    assert not content.is_padded


@pytest.mark.parametrize("correction", [7, 10, 18, 26, 30])
def test_correction_agrees_with_another_decoder_up_to_its_limit(correction: int) -> None:
    rng = random.Random(correction)
    encoder = reedsolo.RSCodec(correction, fcr=0, prim=0x11D, generator=2)
    for _ in range(60):
        data = bytes(rng.randrange(256) for _ in range(rng.randint(5, 120)))
        codewords = bytearray(encoder.encode(data))
        erasures = rng.randint(0, correction)
        errors = (correction - erasures) // 2
        wrong = rng.sample(range(len(codewords)), min(len(codewords), erasures + errors))
        for place in wrong:
            codewords[place] ^= rng.randrange(1, 256)
        corrected = correct(np.frombuffer(bytes(codewords), dtype=np.uint8), correction, wrong[:erasures])
        assert corrected is not None
        assert corrected.data == data
        assert 2 * corrected.errors + corrected.erasures <= correction


def test_a_block_with_too_many_errors_is_refused_and_not_invented() -> None:
    rng = random.Random(5)
    invented = 0
    for _ in range(200):
        noise = np.array([rng.randrange(256) for _ in range(80)], dtype=np.uint8)
        invented += correct(noise, 26) is not None
    assert invented == 0


def test_more_erasures_than_check_codewords_are_refused() -> None:
    assert correct(np.zeros(20, dtype=np.uint8), 4, [0, 1, 2, 3, 4]) is None
