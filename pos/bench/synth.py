"""Pictures as a counter's camera takes them, drawn: a code on a phone or on paper, somewhere before a background.

A scene says everything about one picture; the same scene gives the same picture. Rules: the encoder is segno, which the
scanner shares no code with; the camera is a pinhole that sees 60 degrees. Leaves to others: what happens to the light
between the code and the picture's bytes (`optics`), which scenes make a test (`scenes`).
"""

import math
import random
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt
import segno

from drivers.camera.frame import Grey

Plane: TypeAlias = npt.NDArray[np.float32]
Corners: TypeAlias = npt.NDArray[np.float64]

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_TEXTURE_PX = 16  # texture pixels per module
_FIELD_OF_VIEW_DEG = 60


class Surface(StrEnum):
    """What the code is on."""

    PHONE = "phone"
    PAPER = "paper"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One picture. Lengths of light effects are in pixels of the picture, of drawing effects in modules of the code."""

    seed: int
    moment: int = 0  # another moment is the same code in another light
    chars: int = 420
    level: str = "M"
    surface: Surface = Surface.PHONE
    is_inverted: bool = False
    ink_spread_modules: float = 0.0  # negative: dark modules shrink
    crack_lines: int = 0
    cover_share: float = 0.0  # of the code's area, by a finger
    grid_modules: float = 0.0  # pitch of a screen's own pixels; 0 for none
    grid_depth: float = 1.0
    curl_rad: float = 0.0  # half the angle of a cylinder that the paper lies on
    width: int = 1280
    height: int = 720
    module_px: float = 4.0
    tilt_deg: float = 0.0
    roll_deg: float = 0.0
    off_centre: tuple[float, float] = (0.0, 0.0)  # of the free room, -1..1
    dark_level: float = 18.0
    light_level: float = 220.0
    shadow: float = 0.0
    glare_share: float = 0.0  # of the code's side
    glare_spots: int = 1
    veil: float = 0.0
    band: float = 0.0
    blur_px: float = 0.5
    motion_px: float = 0.0
    gain: float = 1.0
    gain_after_noise: float = 1.0
    noise: float = 2.0
    jpeg_quality: int = 85


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Projected:
    """A code before its background, in grey levels, and the corners of its symbol in the picture."""

    text: str
    light: Plane
    corners: Corners


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Texture:
    picture: Plane
    corners: Corners


def payload(rng: random.Random, chars: int) -> str:
    """A text as long and of the same characters as a payment's."""
    return "CKP1:" + "".join(rng.choices(ALPHABET, k=chars - 5))


def modules_of(text: str, level: str = "M") -> npt.NDArray[np.uint8]:
    """A symbol's modules, 1 for dark, without a quiet zone."""
    code = segno.make_qr(text, error=level, boost_error=False)
    return np.array([list(row) for row in code.matrix], dtype=np.uint8)


def draw_symbol(text: str, *, module_px: int = 4, level: str = "M", quiet_modules: int = 4) -> Grey:
    """A plain drawing of a symbol with its quiet zone."""
    modules = np.pad(modules_of(text, level), quiet_modules)
    return np.kron(np.where(modules > 0, 0, 255), np.ones((module_px, module_px))).astype(np.uint8)


def project(scene: Scene) -> Projected:
    """The code of a scene as light that reaches the camera, before a background and without the camera's own faults."""
    rng = random.Random(scene.seed)
    text = payload(rng, scene.chars)
    modules = modules_of(text, scene.level)
    texture = _curled(_surface(scene, modules, rng), scene)
    to_picture = _projection(texture.corners, len(modules), scene, rng)
    corners = cv2.perspectiveTransform(texture.corners.reshape(1, -1, 2), to_picture)[0].astype(np.float64)
    shown = _levels(_warped(texture.picture, to_picture, scene), scene)
    inside = _warped(np.ones_like(texture.picture), to_picture, scene)
    behind = _background(scene, rng)
    return Projected(text=text, light=shown * inside + behind * (1 - inside), corners=corners)


def _levels(shown: Plane, scene: Scene) -> Plane:
    return np.asarray(scene.dark_level + shown / 255 * (scene.light_level - scene.dark_level), dtype=np.float32)


def _surface(scene: Scene, modules: npt.NDArray[np.uint8], rng: random.Random) -> _Texture:
    """The flat phone screen or sheet of paper with the code on it, 0..255."""
    symbol = _symbol(scene, modules)
    side = symbol.shape[0]
    quiet = (rng.choice((2, 3, 4)) if scene.surface is Surface.PHONE else 4) * _TEXTURE_PX
    width = side + 2 * quiet + int(rng.uniform(0.5, 4) * _TEXTURE_PX)
    height = int(width * rng.uniform(1.3, 1.9))
    around = rng.choice((0.0, 18.0, 30.0)) if scene.is_inverted else rng.choice((255.0, 255.0, rng.uniform(170, 250)))
    sheet = np.full((height, width), around, dtype=np.float32)
    left, top = (width - side) // 2, int((height - side) * rng.uniform(0.35, 0.65))
    sheet[top - quiet : top + side + quiet, left - quiet : left + side + quiet] = around if scene.is_inverted else 255
    sheet[top : top + side, left : left + side] = np.maximum(symbol, around) if scene.is_inverted else symbol
    _write(sheet, (0, top - quiet), rng, scene)
    _write(sheet, (top + side + quiet, height), rng, scene)
    if scene.grid_modules:
        sheet = _screen_grid(sheet, scene)
    bezel = int(width * 0.04) if scene.surface is Surface.PHONE else 0
    sheet = np.pad(sheet, bezel, constant_values=12.0)
    left, top = left + bezel, top + bezel
    corners = np.array(
        [(left, top), (left + side, top), (left + side, top + side), (left, top + side)], dtype=np.float64
    )
    _spoil(sheet, corners, scene, rng)
    return _Texture(picture=sheet, corners=corners)


def _symbol(scene: Scene, modules: npt.NDArray[np.uint8]) -> Plane:
    dark = np.kron(modules, np.ones((_TEXTURE_PX, _TEXTURE_PX), dtype=np.uint8))
    if scene.ink_spread_modules:
        reach = int(abs(scene.ink_spread_modules) * _TEXTURE_PX)
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
        spread = cv2.dilate if scene.ink_spread_modules > 0 else cv2.erode
        dark = np.asarray(spread(dark, kernel), dtype=np.uint8)
    return np.where((dark > 0) != scene.is_inverted, 0.0, 255.0).astype(np.float32)


def _write(sheet: Plane, rows: tuple[int, int], rng: random.Random, scene: Scene) -> None:
    """A few lines of text, as apps and receipts have them around a code."""
    ink = 200.0 if scene.is_inverted else 40.0
    words = ("Pay 12,500", "Voucher", "Balance 30,000", "Show to staff", "TOTAL 8,200", "No. 0042", "OK")
    drawing = sheet.astype(np.uint8)
    for _ in range(rng.randint(1, 4)):
        row = rng.randint(rows[0], max(rows))
        place = (rng.randint(0, sheet.shape[1] // 3), row)
        size, thickness = rng.uniform(1.5, 4), rng.randint(3, 8)
        if rows[0] + 40 < row < rows[1] - 10:
            cv2.putText(drawing, rng.choice(words), place, cv2.FONT_HERSHEY_SIMPLEX, size, ink, thickness, cv2.LINE_AA)
    sheet[rows[0] : rows[1]] = drawing[rows[0] : rows[1]]


def _screen_grid(sheet: Plane, scene: Scene) -> Plane:
    """The dark lines between a screen's pixels, which beat with the camera's."""
    pitch = scene.grid_modules * _TEXTURE_PX
    y, x = np.mgrid[0 : sheet.shape[0], 0 : sheet.shape[1]].astype(np.float32)
    depth = scene.grid_depth
    across = 1 - 0.45 * depth * (1 - np.clip(1.6 * np.cos(2 * math.pi * x / pitch), -1, 1))
    down = 1 - 0.3 * depth * (1 - np.clip(1.8 * np.cos(2 * math.pi * y / pitch), -1, 1))
    return np.asarray(np.clip(sheet * across * down * (1 + 0.25 * depth), 0, 255), dtype=np.float32)


def _spoil(sheet: Plane, corners: Corners, scene: Scene, rng: random.Random) -> None:
    """Cracks in the glass and a finger on it."""
    side = float(corners[1, 0] - corners[0, 0])
    middle = corners.mean(axis=0)
    for _ in range(scene.crack_lines):
        start = np.array((rng.uniform(corners[0, 0], corners[1, 0]), rng.choice((corners[0, 1], corners[2, 1]))))
        angle = math.atan2(middle[1] - start[1], rng.uniform(corners[0, 0], corners[1, 0]) - start[0])
        points = [start]
        for _ in range(rng.randint(5, 12)):
            points.append(points[-1] + side * rng.uniform(0.05, 0.2) * np.array((math.cos(angle), math.sin(angle))))
            angle += rng.uniform(-0.5, 0.5)
        line = np.array(points).round().astype(np.int32)
        thickness = max(1, int(_TEXTURE_PX * rng.uniform(0.15, 0.9)))
        cv2.polylines(sheet, [line], False, rng.choice((230.0, 10.0, 120.0)), thickness, cv2.LINE_AA)
    if scene.cover_share:
        radius = side * math.sqrt(scene.cover_share / math.pi)
        x, y = rng.choice((tuple(corners[2] - 0.3 * radius), (middle[0], corners[2, 1] - 0.3 * radius), tuple(middle)))
        cv2.circle(sheet, (int(x), int(y)), int(radius), rng.uniform(60, 200), -1)


def _curled(texture: _Texture, scene: Scene) -> _Texture:
    """The sheet on a cylinder seen from the front: its edges are narrow and dark."""
    if not scene.curl_rad:
        return texture
    height, width = texture.picture.shape
    across = np.linspace(-1, 1, width)
    source = (np.arcsin(across * math.sin(scene.curl_rad)) / scene.curl_rad + 1) / 2 * (width - 1)
    columns = np.tile(source.astype(np.float32), (height, 1))
    rows = np.tile(np.arange(height, dtype=np.float32)[:, None], (1, width))
    bent = np.asarray(cv2.remap(texture.picture, columns, rows, cv2.INTER_LINEAR), dtype=np.float32)
    shade = np.cos(np.arcsin(across * math.sin(scene.curl_rad))) ** 0.7
    corners = texture.corners.copy()
    corners[:, 0] = np.interp(corners[:, 0], source, np.arange(width))
    return _Texture(picture=(bent * shade).astype(np.float32), corners=corners)


def _projection(corners: Corners, modules: int, scene: Scene, rng: random.Random) -> npt.NDArray[np.float64]:
    """The homography of a pinhole camera: turned in its plane, tilted about some axis, `module_px` at the middle."""
    focal = 0.5 * scene.width / math.tan(math.radians(_FIELD_OF_VIEW_DEG / 2))
    middle = corners.mean(axis=0)
    scale = modules * scene.module_px / float(np.linalg.norm(corners[1] - corners[0]))
    turn, _ = cv2.Rodrigues(np.array((0.0, 0.0, math.radians(scene.roll_deg))))
    axis = rng.uniform(0, 2 * math.pi)
    tilt, _ = cv2.Rodrigues(math.radians(scene.tilt_deg) * np.array((math.cos(axis), math.sin(axis), 0.0)))
    room = np.maximum(0, np.array((scene.width, scene.height)) - 1.3 * modules * scene.module_px) / 2
    centre = np.array((scene.width, scene.height)) / 2 + np.array(scene.off_centre) * room
    from_texture = np.array(((scale, 0, -scale * middle[0]), (0, scale, -scale * middle[1]), (0, 0, 1)))
    lifted = (tilt @ turn)[:, :2]
    world = np.column_stack((lifted, np.array((0.0, 0.0, focal))))
    camera = np.array(((focal, 0, centre[0]), (0, focal, centre[1]), (0, 0, 1)))
    return np.asarray(camera @ world @ from_texture, dtype=np.float64)


def _warped(texture: Plane, to_picture: npt.NDArray[np.float64], scene: Scene) -> Plane:
    """Projects with several samples a pixel; a screen's grid is sampled once, as a sensor's bare pixels do."""
    samples = 1 if scene.grid_modules else 2 if scene.module_px > 4 else 3
    finer = np.diag((samples, samples, 1.0))
    finer[:2, 2] = (samples - 1) / 2
    coarse = _TEXTURE_PX / (scene.module_px * samples)
    if samples > 1 and coarse > 1.3:
        texture = np.asarray(cv2.GaussianBlur(texture, (0, 0), 0.4 * coarse), dtype=np.float32)
    size = (scene.width * samples, scene.height * samples)
    warped = cv2.warpPerspective(texture, finer @ to_picture, size, flags=cv2.INTER_LINEAR)
    shrunk = cv2.resize(warped, (scene.width, scene.height), interpolation=cv2.INTER_AREA) if samples > 1 else warped
    return np.asarray(shrunk, dtype=np.float32)


def _background(scene: Scene, rng: random.Random) -> Plane:
    """A counter: shades, boxes, lines and stripes, out of focus."""
    shape = (scene.height, scene.width)
    numbers = np.random.default_rng(rng.randrange(1 << 30))
    coarse = numbers.uniform(20, 200, (rng.randint(2, 5), rng.randint(2, 6))).astype(np.float32)
    picture = np.asarray(cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC), dtype=np.float32)
    for _ in range(rng.randint(8, 30)):
        x, y = rng.randint(0, scene.width), rng.randint(0, scene.height)
        w, h = rng.randint(5, scene.width // 3), rng.randint(3, scene.height // 3)
        ink = rng.uniform(0, 255)
        if rng.random() < 0.5:
            cv2.rectangle(picture, (x, y), (x + w, y + h), ink, rng.choice((-1, 2, 5)))
        else:
            cv2.line(picture, (x, y), (x + w, y - h), ink, rng.randint(1, 8), cv2.LINE_AA)
    x, y = rng.randint(0, scene.width - 100), rng.randint(0, scene.height - 60)
    for bar in range(0, 90, 3):  # a bar code, as most goods have one
        cv2.line(picture, (x + bar, y), (x + bar, y + 50), rng.choice((20.0, 235.0)), rng.randint(1, 3))
    blurred = cv2.GaussianBlur(np.clip(picture, 0, 255), (0, 0), rng.uniform(0.5, 3))
    return np.asarray(blurred * rng.uniform(0.5, 1.0), dtype=np.float32)
