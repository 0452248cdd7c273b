"""Symbols that zxing-cpp does not locate, and grids that no homography fits."""

import math
import random
from dataclasses import replace

import cv2
import numpy as np
import pytest

from drivers.camera.frame import Grey
from pos.bench.optics import render
from pos.bench.scenes import idle_scenes
from pos.bench.synth import Scene, Surface, draw_symbol, payload
from pos.scanner.decode import Effort, decode_picture
from pos.scanner.finders import finders_in
from pos.scanner.locate import locate
from pos.scanner.rescue import rescue
from pos.scanner.stillness import STILL_FRAMES, Stillness

ZXING_ONLY = Effort(variants=(), own_looks=(), rescues_max=0, has_zbar=False)


def tilted(text: str, degrees: float) -> Grey:
    """A drawing of a code, seen so far from the side that one edge is much shorter."""
    flat = np.pad(draw_symbol(text, module_px=12), 40, constant_values=255)
    height, width = flat.shape
    short = 1 - math.sin(math.radians(degrees)) * 0.55
    narrow = math.cos(math.radians(degrees))
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=np.float32)
    edge = height * (1 - short) / 2
    seen = np.array([(0, 0), (width * narrow, edge), (width * narrow, height - edge), (0, height)], dtype=np.float32)
    return np.asarray(
        cv2.warpPerspective(flat, cv2.getPerspectiveTransform(corners, seen), (width, height), borderValue=(128.0,)),
        dtype=np.uint8,
    )


def test_three_finder_patterns_are_found_where_they_are() -> None:
    grey = np.pad(draw_symbol("FINDERS", module_px=6, quiet_modules=4), 30, constant_values=255)
    side = grey.shape[0] - 2 * 30 - 2 * 4 * 6
    near, far = 30 + 4 * 6 + 3.5 * 6, 30 + 4 * 6 + side - 3.5 * 6
    found = sorted((round(f.centre[0]), round(f.centre[1])) for f in finders_in(grey, window_px=31))
    assert np.allclose(found, sorted([(near, near), (far, near), (near, far)]), atol=1)
    assert all(5.5 < finder.module_px < 6.5 for finder in finders_in(grey, window_px=31))


def test_a_counter_without_a_code_proposes_nothing() -> None:
    for scene in idle_scenes(seed=6, number=4):
        picture = render(scene)[0]
        assert not [symbol for symbol in locate(picture, window_px=31) if rescue(picture, symbol)]


def test_a_code_seen_far_from_the_side_is_read() -> None:
    for degrees in (55, 62):
        assert [code.text for code in decode_picture(tilted("TILTED 12345", degrees)).codes] == ["TILTED 12345"]


@pytest.mark.parametrize("missing", range(3))
def test_two_finder_patterns_are_enough(missing: int) -> None:
    """One corner is under glare; the correction makes up for what is lost of the data there."""
    text = payload(random.Random(missing), 60)
    symbol = draw_symbol(text, module_px=6, level="Q", quiet_modules=4)
    size = symbol.shape[0]
    x, y = ((24, 24), (size - 24 - 42, 24), (24, size - 24 - 42))[missing]
    symbol[y : y + 42, x : x + 42] = 255
    grey = np.pad(symbol, 60, constant_values=200)
    assert decode_picture(grey, ZXING_ONLY).codes == []
    assert [code.text for code in decode_picture(grey).codes] == [text]


@pytest.mark.parametrize("seed", range(3))
def test_paper_round_a_cup_is_read(seed: int) -> None:
    scene = Scene(seed=seed, surface=Surface.PAPER, curl_rad=0.8, module_px=4.0, roll_deg=10.0 * seed)
    picture, shown = render(scene)
    assert [code.text for code in decode_picture(picture).codes] == [shown.text]
    flat, shown_flat = render(replace(scene, curl_rad=0.0))
    assert [code.text for code in decode_picture(flat, ZXING_ONLY).codes] == [shown_flat.text]


def test_creased_paper_is_read() -> None:
    text = payload(random.Random(4), 300)
    flat = np.pad(draw_symbol(text, module_px=8), 40, constant_values=255)
    y, x = np.mgrid[0 : flat.shape[0], 0 : flat.shape[1]].astype(np.float32)
    crumpled = cv2.remap(flat, x + 9 * np.sin(y / 70), y + 9 * np.sin(x / 90), cv2.INTER_LINEAR, borderValue=(255.0,))
    assert [code.text for code in decode_picture(np.asarray(crumpled, dtype=np.uint8)).codes] == [text]


def test_the_empty_counter_is_known_after_a_while_and_a_phone_ends_that() -> None:
    numbers = np.random.default_rng(1)
    counter = render(next(idle_scenes(seed=8, number=1)))[0].astype(np.float64)
    stillness = Stillness()

    def frame() -> Grey:
        return np.clip(counter + numbers.normal(0, 3, counter.shape), 0, 255).astype(np.uint8)

    known = [stillness.is_known(frame()) for _ in range(STILL_FRAMES + 5)]
    assert known[0] is False
    assert known[-1] is True
    shown = frame()
    shown[300:400, 500:560] = 240
    assert not stillness.is_known(shown)
    assert stillness.is_known(frame())
    stillness.disturb()
    assert not stillness.is_known(frame())
