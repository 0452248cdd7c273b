"""One picture: what is read, what is not invented."""

import random
from dataclasses import replace

import cv2
import numpy as np
import pytest

from drivers.camera.frame import Grey
from pos.bench.optics import render
from pos.bench.scenes import idle_scenes
from pos.bench.synth import Scene, Surface, draw_symbol, modules_of, payload
from pos.scanner.decode import EVERY_CODE, FIRST_CODE, Effort, decode_picture
from pos.scanner.rescue import Symbol, rescue
from pos.scanner.symbol import UNKNOWN, Level, known_modules

PLAIN_ONLY = Effort(variants=(), rescues_max=0, has_zbar=False)


def texts(grey: Grey, effort: Effort = FIRST_CODE) -> list[str]:
    return [code.text for code in decode_picture(grey, effort).codes]


def on_grey(symbol: Grey, *, width: int = 1280, height: int = 720) -> Grey:
    frame = np.full((height, width), 120, dtype=np.uint8)
    top, left = (height - symbol.shape[0]) // 2, (width - symbol.shape[1]) // 2
    frame[top : top + symbol.shape[0], left : left + symbol.shape[1]] = symbol
    return frame


@pytest.fixture
def text() -> str:
    return payload(random.Random(1), 420)


def test_a_plain_code_is_read_at_the_first_look(text: str) -> None:
    code = decode_picture(on_grey(draw_symbol(text))).codes[0]
    assert (code.text, code.way) == (text, "plain")
    assert np.allclose(code.corners.mean(axis=0), (640, 360), atol=4)


@pytest.mark.parametrize("degrees", [cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE])
def test_a_turned_code_is_read(text: str, degrees: int) -> None:
    turned = np.asarray(cv2.rotate(on_grey(draw_symbol(text)), degrees), dtype=np.uint8)
    assert texts(turned) == [text]


def test_a_code_at_any_angle_is_read() -> None:
    for degrees in range(0, 360, 45):
        picture, shown = render(Scene(seed=degrees, roll_deg=degrees, module_px=3.5))
        assert texts(picture) == [shown.text], degrees


def test_a_light_code_on_dark_is_read() -> None:
    picture, shown = render(Scene(seed=3, is_inverted=True, module_px=3.5))
    assert texts(picture) == [shown.text]


@pytest.mark.parametrize("seed", range(4))
def test_modules_of_one_and_a_half_pixels_are_read(seed: int) -> None:
    picture, shown = render(Scene(seed=seed, module_px=1.5, noise=1.5, roll_deg=5 * seed))
    assert texts(picture) == [shown.text]


def test_a_code_on_each_of_two_phones_is_read(text: str) -> None:
    other = payload(random.Random(2), 300)
    both = np.hstack([on_grey(draw_symbol(text), width=640), on_grey(draw_symbol(other), width=640)])
    assert sorted(texts(both, EVERY_CODE)) == sorted([text, other])


def test_nothing_is_read_where_there_is_no_code() -> None:
    for scene in idle_scenes(seed=9, number=4):
        findings = decode_picture(render(scene)[0], EVERY_CODE)
        assert findings.codes == []


def test_noise_is_not_a_code() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (480, 640), dtype=np.uint8)
    assert texts(noise, EVERY_CODE) == []


@pytest.mark.parametrize("shape", [(1, 1), (1, 700), (3, 3), (24, 24), (2000, 3)])
def test_a_picture_of_any_shape_is_bad_luck_and_no_crash(shape: tuple[int, int]) -> None:
    assert texts(np.full(shape, 90, dtype=np.uint8), EVERY_CODE) == []


@pytest.mark.parametrize(
    "scene",
    [
        Scene(seed=11, module_px=3.5, blur_px=1.9),
        Scene(seed=12, module_px=3.5, glare_share=0.22, glare_spots=2),
        Scene(seed=13, module_px=4.0, surface=Surface.PHONE, crack_lines=5),
        Scene(seed=14, module_px=4.0, surface=Surface.PHONE, grid_modules=0.4, grid_depth=0.5),
    ],
    ids=["blurred", "glare", "cracked", "moire"],
)
def test_more_is_read_than_at_the_first_look(scene: Scene) -> None:
    """Over the same few pictures: whatever the first look reads, and more."""
    first = more = 0
    for seed in range(6):
        picture, shown = render(replace(scene, seed=scene.seed + 100 * seed))
        first += texts(picture, PLAIN_ONLY) == [shown.text]
        more += texts(picture) == [shown.text]
    assert more >= first
    assert more >= 5


def test_a_symbol_is_rescued_from_what_a_locator_said_of_it(text: str) -> None:
    """The corners are a module off, and a third of the code lies under a veil that ends in white."""
    modules = modules_of(text)
    drawn = np.kron(np.where(np.pad(modules, 4) > 0, 20, 230), np.ones((4, 4))).astype(np.float64)
    veil = np.clip(np.linspace(-1.2, 1, drawn.shape[1]), 0, 1)
    blurred = cv2.GaussianBlur(drawn * (1 - veil) + 255 * veil, (0, 0), 1.8)
    grey = np.asarray(blurred + np.random.default_rng(2).normal(0, 2, drawn.shape), dtype=np.float64)
    side = 4.0 * len(modules)
    corners = np.array([(16, 16), (16 + side, 16), (16 + side, 16 + side), (16, 16 + side)]) + 3.0
    version, mask = (len(modules) - 17) // 4, mask_of(modules)
    symbol = Symbol(corners=corners, version=version, level=Level.M, mask=mask)
    assert rescue(np.clip(grey, 0, 255).astype(np.uint8), symbol) == text


def mask_of(modules: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> int:
    """The mask number as it is drawn beside the finder pattern (level M, ISO/IEC 18004, 7.9)."""
    bits = [int(modules[8, column]) for column in (2, 3, 4)]
    return (bits[0] << 2 | bits[1] << 1 | bits[2]) ^ 0b101


def test_a_rescue_without_a_symbol_gives_nothing() -> None:
    noise = np.random.default_rng(3).integers(0, 256, (400, 400), dtype=np.uint8)
    corners = np.array([(50.0, 50), (350, 50), (350, 350), (50, 350)])
    for version in (1, 7, 13, 40):
        for level in Level:
            assert rescue(noise, Symbol(corners=corners, version=version, level=level, mask=2)) is None


def test_a_symbol_whose_data_no_encoder_made_is_not_read() -> None:
    """Everything that is known beforehand is right and the data are chance: correction must not invent a text."""
    numbers = np.random.default_rng(8)
    for _ in range(16):
        version, mask = int(numbers.integers(1, 14)), int(numbers.integers(0, 8))
        known = known_modules(version, Level(int(numbers.integers(0, 4))), mask)
        modules = np.pad(np.where(known == UNKNOWN, numbers.integers(0, 2, known.shape), known), 4)
        symbol = np.kron(np.where(modules > 0, 0, 255), np.ones((4, 4))).astype(np.uint8)
        assert texts(np.pad(symbol, 40, constant_values=128), EVERY_CODE) == []


def test_a_picture_made_of_finder_patterns_is_bad_luck_and_no_hang() -> None:
    finder = np.full((9, 9), 255, dtype=np.uint8)
    finder[1:8, 1:8], finder[2:7, 2:7], finder[3:6, 3:6] = 0, 255, 0
    assert texts(np.tile(np.kron(finder, np.ones((4, 4), dtype=np.uint8)), (10, 16)), EVERY_CODE) == []
