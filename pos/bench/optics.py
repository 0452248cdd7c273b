"""What light, lens and sensor do to a scene before it is a picture: shadow, glare, blur, noise, compression."""

import math
import random

import cv2
import numpy as np
import numpy.typing as npt

from drivers.camera.frame import Grey
from pos.bench.synth import Corners, Plane, Projected, Scene, project


def render(scene: Scene) -> tuple[Grey, Projected]:
    """A scene's picture, and what is on it."""
    rng = random.Random(f"{scene.seed} {scene.moment}")
    projected = project(scene)
    light = _lit(projected.light, projected.corners, scene, rng)
    light = _blurred(light, scene, rng)
    return _compressed(_sensed(light, scene), scene), projected


def _coordinates(scene: Scene) -> tuple[Plane, Plane]:
    y, x = np.mgrid[0 : scene.height, 0 : scene.width].astype(np.float32)
    return x, y


def _lit(light: Plane, corners: Corners, scene: Scene, rng: random.Random) -> Plane:
    x, y = _coordinates(scene)
    lit = light.astype(np.float64)
    if scene.shadow:
        angle, soft_px = rng.uniform(0, 2 * math.pi), rng.uniform(4, 40)
        edge = (x - scene.width / 2) * math.cos(angle) + (y - scene.height / 2) * math.sin(angle) - rng.uniform(-60, 60)
        lit = lit * (1 - scene.shadow / (1 + np.exp(np.clip(-edge / soft_px, -50, 50))))
    if scene.glare_share:
        for _ in range(scene.glare_spots):
            lit = lit + _glare(x, y, corners, scene.glare_share, rng)
    if scene.veil:
        lit = lit * (1 - scene.veil) + 255 * scene.veil * rng.uniform(0.5, 0.9)
    if scene.band:
        lit = lit * (1 + scene.band * np.sin(2 * math.pi * (y / rng.uniform(60, 260) + rng.random())))
    return lit.astype(np.float32)


def _glare(x: Plane, y: Plane, corners: Corners, share: float, rng: random.Random) -> Plane:
    """A lamp in the glass: an ellipse of light somewhere on the code."""
    side = float(np.linalg.norm(corners[1] - corners[0]))
    middle = corners.mean(axis=0) + side * np.array((rng.uniform(-0.35, 0.35), rng.uniform(-0.35, 0.35)))
    long_px = side * share * rng.uniform(0.7, 1.4)
    short_px, angle = long_px * rng.uniform(0.3, 1), rng.uniform(0, math.pi)
    u = (x - middle[0]) * math.cos(angle) + (y - middle[1]) * math.sin(angle)
    v = (y - middle[1]) * math.cos(angle) - (x - middle[0]) * math.sin(angle)
    return np.asarray(320 * np.exp(-((u / long_px) ** 2) - (v / short_px) ** 2), dtype=np.float32)


def _blurred(light: Plane, scene: Scene, rng: random.Random) -> Plane:
    light = np.asarray(cv2.GaussianBlur(light, (0, 0), max(0.2, scene.blur_px)), dtype=np.float32)
    if scene.motion_px > 0:
        light = np.asarray(cv2.filter2D(light, -1, _smear(scene.motion_px, rng.uniform(0, math.pi))), dtype=np.float32)
    return light


def _smear(length_px: float, angle: float) -> npt.NDArray[np.float32]:
    """A kernel of equal weight along a line."""
    reach = math.ceil(length_px / 2) + 1
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), dtype=np.float32)
    for along in np.linspace(-length_px / 2, length_px / 2, math.ceil(length_px) * 4 + 1):
        x, y = reach + along * math.cos(angle), reach + along * math.sin(angle)
        column, row = int(x), int(y)
        right, down = x - column, y - row
        kernel[row, column] += (1 - right) * (1 - down)
        kernel[row, column + 1] += right * (1 - down)
        kernel[row + 1, column] += (1 - right) * down
        kernel[row + 1, column + 1] += right * down
    return np.asarray(kernel / kernel.sum(), dtype=np.float32)


def _sensed(light: Plane, scene: Scene) -> Grey:
    """Noise of the sensor, more where there is more light, and the gain behind it."""
    numbers = np.random.default_rng((scene.seed, scene.moment))
    charge = np.clip(light, 0, 255) * scene.gain
    spread = np.sqrt(scene.noise**2 + 0.08 * scene.noise * np.sqrt(charge))
    noisy = (charge + numbers.normal(0, 1, charge.shape) * spread) * scene.gain_after_noise
    return np.asarray(np.clip(noisy, 0, 255), dtype=np.uint8)


def _compressed(grey: Grey, scene: Scene) -> Grey:
    _, jpeg = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, scene.jpeg_quality])
    return np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
