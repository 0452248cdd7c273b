"""Frames in order: rotating variants, rescue beside the frames, fusion over them."""

import itertools
import random
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest

from drivers.camera.frame import Grey
from pos.bench.optics import render
from pos.bench.scenes import Story, idle_scenes, sequences
from pos.bench.synth import Scene, draw_symbol, payload
from pos.scanner.advice import Hint
from pos.scanner.fusion import Attempt, RescueJob
from pos.scanner.rescuers import InlineRescuer, ThreadedRescuer
from pos.scanner.stream import FrameReport, StreamDecoder
from pos.scanner.variants import SMOOTH, Variant


class NoRescuer:
    """Keeps the jobs that it is offered."""

    def __init__(self) -> None:
        self.jobs: list[RescueJob] = []

    def offer(self, job: RescueJob) -> None:
        self.jobs.append(job)

    def results(self) -> tuple[Attempt, ...]:
        return ()


def blurred(seed: int) -> tuple[Grey, str]:
    """A code that is located and that zxing-cpp cannot correct in any variant."""
    picture, shown = render(Scene(seed=seed, module_px=4.0, blur_px=2.3, noise=1.0))
    return picture, shown.text


def test_a_plain_code_is_read_on_its_first_frame() -> None:
    text = payload(random.Random(1), 400)
    report = StreamDecoder(InlineRescuer()).feed(np.pad(draw_symbol(text), 60, constant_values=99))
    assert report == FrameReport(texts=(text,), is_located=True)


def test_an_empty_counter_reports_nothing() -> None:
    decoder = StreamDecoder(InlineRescuer())
    for scene in idle_scenes(seed=4, number=6):
        assert decoder.feed(render(scene)[0]) == FrameReport()


def test_a_scene_that_moves_without_a_code_gets_dear_looks_ever_more_seldom_and_a_code_gets_all() -> None:
    rescuer, seen = NoRescuer(), itertools.count()

    def variant() -> Variant:
        return replace(SMOOTH, make=lambda grey: (next(seen), grey)[1])

    decoder = StreamDecoder(rescuer, variants=(variant(),))
    scenes = [render(scene)[0] for scene in idle_scenes(seed=5, number=6)]
    for number in range(60):
        decoder.feed(scenes[number % len(scenes)])
    looks = next(seen)
    assert 60 / 6 <= looks <= 60 / 6 + 6
    assert 3 <= len(rescuer.jobs) <= 6
    for _ in range(6):
        decoder.feed(blurred(1)[0])
    assert next(seen) - looks - 1 == 6


def test_what_is_located_and_not_read_is_offered_for_rescue_with_its_surroundings_only() -> None:
    rescuer = NoRescuer()
    frame, _ = blurred(1)
    decoder = StreamDecoder(rescuer)
    report = decoder.feed(frame)
    assert report.is_located
    assert report.texts == ()
    job = rescuer.jobs[0]
    assert job.grey.size < frame.size
    assert not np.shares_memory(job.grey, frame)
    decoder.feed(frame)
    assert [job.frame for job in rescuer.jobs] == [0, 1]


def test_a_rescue_reads_what_the_looks_do_not() -> None:
    decoder = StreamDecoder(InlineRescuer())
    frame, text = blurred(1)
    reports = [decoder.feed(frame) for _ in range(3)]
    assert text in {read for report in reports for read in report.texts}


def test_the_thread_rescues_the_newest_and_reports_later() -> None:
    rescuer = ThreadedRescuer()
    decoder = StreamDecoder(rescuer)
    frame, text = blurred(1)
    while not (report := decoder.feed(frame)).texts:
        pass
    assert report.texts == (text,)


def test_a_rescue_that_nobody_fetched_in_time_is_dropped() -> None:
    """After the camera stood still for a while, the code of the customer before is not reported."""
    now_s = 0.0
    rescuer = ThreadedRescuer(clock=lambda: now_s)
    decoder = StreamDecoder(rescuer)
    frame, _ = blurred(1)
    decoder.feed(frame)
    rescuer.wait_done()
    now_s = 5.0
    assert rescuer.results() == ()


def test_hand_held_sequences_are_read_and_nothing_else_is() -> None:
    for sequence in sequences(seed=21, per_story=1):
        decoder = StreamDecoder(InlineRescuer())
        for scene in sequence.frames:
            picture, shown = render(scene)
            reads = decoder.feed(picture).texts
            assert set(reads) <= {shown.text}, sequence.story
            if reads:
                break
        else:
            pytest.fail(f"{sequence.story} was not read")


def test_frames_of_a_sequence_show_one_code_in_different_lights() -> None:
    glare = next(sequence for sequence in sequences(seed=3, per_story=1) if sequence.story is Story.GLARE)
    rendered = [render(scene) for scene in glare.frames[:3]]
    assert len({shown.text for _, shown in rendered}) == 1
    assert all(not np.array_equal(a, b) for (a, _), (b, _) in pairwise(rendered))


def test_a_dim_code_asks_for_brightness() -> None:
    frame, _ = blurred(1)
    dim = np.asarray(cv2.convertScaleAbs(frame, alpha=0.17, beta=60), dtype=np.uint8)
    assert StreamDecoder(NoRescuer()).feed(dim).hint is Hint.RAISE_BRIGHTNESS


def test_a_blurred_code_asks_to_hold_still() -> None:
    frame, _ = blurred(1)
    assert StreamDecoder(NoRescuer()).feed(frame).hint is Hint.HOLD_STILL
