"""The scenes of the counter test: what goes wrong with a code at a counter, mild to severe, and hand-held sequences.

Every kind runs over its range evenly, half in 1280x720 and half in 640x480. Rules: a seed gives the same scenes on any
machine; the seed of the published numbers is not one that the scanner was built with.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from pos.bench.synth import Scene, Surface

SIZES = ((1280, 720), (640, 480))
MODULE_SIZES_PX = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 5.0)
FRAMES_PER_SEQUENCE = 12


class Kind(StrEnum):
    """What is wrong with a picture."""

    CLEAN = "clean"
    TILT = "tilt"
    ROTATION = "rotation"
    BLUR = "blur"
    MOTION = "motion"
    LOW_LIGHT = "low light"
    GLARE = "glare"
    MOIRE = "moire"
    DIM_PHONE = "dim phone"
    JPEG = "jpeg"
    COVERED = "covered"
    CRACKED = "cracked glass"
    INVERTED = "inverted"
    PAPER = "curled paper"
    MIXED = "mixed"
    SMALL = "small modules"


class Story(StrEnum):
    """What a hand does during a sequence."""

    APPROACH = "approach"
    GLARE = "moving glare"
    SHAKE = "shake"
    LOW_LIGHT = "low light"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A scene and what it belongs to."""

    kind: Kind
    scene: Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """The frames of one code in a moving hand."""

    story: Story
    frames: tuple[Scene, ...]


Range = Callable[[random.Random, float, Scene], Scene]


def pictures(seed: int, per_kind: int) -> Iterator[Picture]:
    """Every kind, `per_kind` times; small modules that often for each size."""
    for kind, change in _KINDS.items():
        for number in range(per_kind):
            yield Picture(kind=kind, scene=_scene(kind, number, per_kind, seed, change))
    for module_px in MODULE_SIZES_PX:
        for number in range(per_kind):
            rng = random.Random(f"{seed} small {module_px} {number}")
            plain = replace(_plain(rng, number), module_px=module_px, tilt_deg=rng.uniform(0, 8))
            yield Picture(kind=Kind.SMALL, scene=_fitted(plain))


def sequences(seed: int, per_story: int) -> Iterator[Sequence]:
    """Every story, `per_story` times."""
    for story, step in _STORIES.items():
        for number in range(per_story):
            rng = random.Random(f"{seed} {story} {number}")
            first = replace(_plain(rng, number), module_px=rng.uniform(2.4, 3.4), tilt_deg=rng.uniform(3, 20))
            frames = [_fitted(step(rng, frame, _held(rng, first, frame))) for frame in range(FRAMES_PER_SEQUENCE)]
            yield Sequence(story=story, frames=tuple(frames))


def idle_scenes(seed: int, number: int) -> Iterator[Scene]:
    """Scenes whose backgrounds are wanted and whose code lies outside the frame."""
    for n in range(number):
        rng = random.Random(f"{seed} idle {n}")
        yield replace(_plain(rng, 0), off_centre=(40.0, 40.0))


def _scene(kind: Kind, number: int, per_kind: int, seed: int, change: Range) -> Scene:
    rng = random.Random(f"{seed} {kind} {number}")
    return _fitted(change(rng, (number + 0.5) / per_kind, _plain(rng, number)))


def _plain(rng: random.Random, number: int) -> Scene:
    """A code held well, of a payment's usual length."""
    width, height = SIZES[number % 2]
    return Scene(
        seed=rng.randrange(1 << 30),
        chars=rng.randint(350, 640),
        level=rng.choice("LM"),
        surface=rng.choice((Surface.PHONE, Surface.PHONE, Surface.PAPER)),
        width=width,
        height=height,
        module_px=rng.uniform(2.6, 6.0) if width > 1000 else rng.uniform(2.4, 5.0),
        tilt_deg=rng.uniform(0, 12),
        roll_deg=rng.uniform(-20, 20),
        off_centre=(rng.uniform(-0.8, 0.8), rng.uniform(-0.8, 0.8)),
        dark_level=rng.uniform(8, 30),
        light_level=rng.uniform(190, 250),
        blur_px=rng.uniform(0.35, 0.6),
        noise=rng.uniform(1, 3),
        jpeg_quality=rng.randint(75, 92),
    )


def _fitted(scene: Scene) -> Scene:
    """The same scene with the code small enough to be wholly in the frame."""
    modules = 17 + 4 * 17  # the largest version that the lengths here need
    turned = abs(scene.roll_deg) % 90
    across = 1 + 0.41 * min(turned, 90 - turned) / 45
    return replace(scene, module_px=min(scene.module_px, 0.93 * scene.height / (modules * across)))


def _blur(rng: random.Random, at: float, scene: Scene) -> Scene:
    module_px = rng.uniform(2.6, 5)
    return replace(scene, module_px=module_px, blur_px=module_px * (0.25 + 0.45 * at))


def _motion(rng: random.Random, at: float, scene: Scene) -> Scene:
    module_px = rng.uniform(2.6, 5)
    return replace(scene, module_px=module_px, motion_px=module_px * (0.4 + 1.5 * at))


def _low_light(rng: random.Random, at: float, scene: Scene) -> Scene:
    return replace(scene, gain=0.3 - 0.18 * at, noise=rng.uniform(3, 8), gain_after_noise=rng.choice((1, 1, 2)))


def _glare(rng: random.Random, at: float, scene: Scene) -> Scene:
    return replace(scene, glare_share=0.06 + 0.2 * at, glare_spots=rng.choice((1, 1, 2)), veil=rng.uniform(0, 0.25))


def _moire(rng: random.Random, at: float, scene: Scene) -> Scene:
    pitch = 1 / rng.uniform(1.6, 5)
    return replace(
        scene, surface=Surface.PHONE, module_px=rng.uniform(2.8, 5), grid_modules=pitch, grid_depth=0.15 + 0.6 * at
    )


def _dim(rng: random.Random, at: float, scene: Scene) -> Scene:
    dark = rng.uniform(30, 120)
    return replace(
        scene, surface=Surface.PHONE, dark_level=dark, light_level=dark + 67 - 52 * at, noise=rng.uniform(1.5, 4)
    )


def _paper(rng: random.Random, at: float, scene: Scene) -> Scene:
    return replace(
        scene,
        surface=Surface.PAPER,
        curl_rad=0.3 + 0.55 * at,
        ink_spread_modules=rng.choice((0.18, 0.1, -0.1, -0.15)),
        shadow=rng.uniform(0, 0.6),
        dark_level=rng.uniform(20, 70),
        light_level=rng.uniform(130, 240),
    )


def _mixed(rng: random.Random, at: float, scene: Scene) -> Scene:
    module_px = rng.uniform(2.4, 4.5)
    return replace(
        scene,
        module_px=module_px,
        tilt_deg=5 + 30 * at,
        roll_deg=rng.uniform(-180, 180),
        blur_px=module_px * rng.uniform(0.15, 0.35),
        motion_px=module_px * rng.uniform(0, 0.8),
        noise=rng.uniform(2, 7),
        glare_share=rng.choice((0.0, 0.1, 0.15)),
        jpeg_quality=rng.randint(40, 80),
    )


_KINDS: dict[Kind, Range] = {
    Kind.CLEAN: lambda rng, at, scene: scene,
    Kind.TILT: lambda rng, at, scene: replace(scene, tilt_deg=15 + 30 * at, roll_deg=rng.uniform(-180, 180)),
    Kind.ROTATION: lambda rng, at, scene: replace(scene, roll_deg=-180 + 360 * at),
    Kind.BLUR: _blur,
    Kind.MOTION: _motion,
    Kind.LOW_LIGHT: _low_light,
    Kind.GLARE: _glare,
    Kind.MOIRE: _moire,
    Kind.DIM_PHONE: _dim,
    Kind.JPEG: lambda rng, at, scene: replace(scene, jpeg_quality=round(45 - 37 * at)),
    Kind.COVERED: lambda rng, at, scene: replace(scene, cover_share=0.005 + 0.045 * at),
    Kind.CRACKED: lambda rng, at, scene: replace(scene, surface=Surface.PHONE, crack_lines=1 + int(5 * at)),
    Kind.INVERTED: lambda rng, at, scene: replace(scene, surface=Surface.PHONE, is_inverted=True),
    Kind.PAPER: _paper,
    Kind.MIXED: _mixed,
}


def _held(rng: random.Random, first: Scene, frame: int) -> Scene:
    """The next frame of a hand that is not quite still; the picture's own chance changes, the code's does not."""
    return replace(
        first,
        moment=frame,
        module_px=first.module_px * (1 + rng.gauss(0, 0.02)),
        tilt_deg=abs(first.tilt_deg + rng.gauss(0, 2)),
        roll_deg=first.roll_deg + rng.gauss(0, 1.5),
        off_centre=(first.off_centre[0] / 4 + rng.gauss(0, 0.02), first.off_centre[1] / 4 + rng.gauss(0, 0.02)),
        jpeg_quality=rng.randint(70, 88),
    )


def _approach(rng: random.Random, frame: int, scene: Scene) -> Scene:
    blur_px = max(0.5, 1.1 - 0.05 * frame)
    return replace(scene, module_px=1.1 + 0.14 * frame, blur_px=blur_px, motion_px=abs(rng.gauss(0, 1)))


def _moving_glare(rng: random.Random, frame: int, scene: Scene) -> Scene:
    share, veil = rng.uniform(0.14, 0.24), rng.uniform(0.1, 0.35)
    return replace(scene, glare_share=share, glare_spots=2, veil=veil, blur_px=rng.uniform(0.6, 1.1))


def _shake(rng: random.Random, frame: int, scene: Scene) -> Scene:
    return replace(scene, motion_px=scene.module_px * abs(rng.gauss(1.5, 0.7)), blur_px=rng.uniform(0.6, 1.2))


def _dark(rng: random.Random, frame: int, scene: Scene) -> Scene:
    noise = rng.uniform(2.5, 6)
    return replace(
        scene,
        gain=0.16,
        gain_after_noise=1.5,
        noise=noise,
        blur_px=rng.uniform(0.7, 1.2),
        jpeg_quality=rng.randint(55, 75),
    )


_STORIES: dict[Story, Callable[[random.Random, int, Scene], Scene]] = {
    Story.APPROACH: _approach,
    Story.GLARE: _moving_glare,
    Story.SHAKE: _shake,
    Story.LOW_LIGHT: _dark,
}
