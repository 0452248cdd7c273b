"""Every way to read the QR codes in one grey picture, cheapest first.

zxing-cpp on the picture; then on grey variants of it; then the rescue of what zxing-cpp located and could not correct;
zbar last, for finder patterns that zxing-cpp does not take for ones. Rules: only QR codes (other formats cost ten times
as much); what zbar reads is believed only where it is ASCII, because it guesses character sets. Leaves to others:
sequences of frames (`stream`), limits on what may leave (`worker`), meaning (the till).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
import zxingcpp

from drivers.camera.frame import Grey
from pos.scanner import zbar
from pos.scanner.locate import locate
from pos.scanner.rescue import Symbol, rescue
from pos.scanner.sampling import Points, is_plausible
from pos.scanner.symbol import VERSION_MAX, Level
from pos.scanner.variants import OWN_LOOKS, SINGLE_PICTURE, Variant

cv2.setNumThreads(1)

SIDE_ENLARGED_MAX_PX = 2200
SIDE_USUAL_PX = 1280
_SIDE_REDUCED_FROM_PX = 1600
_QR_ONLY = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Code:
    """One code that was read: its text, where it is (corners in pixels) and which way read it."""

    text: str
    corners: Points
    way: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much may be tried. With `every_code` the search goes on after the first code that is read."""

    variants: tuple[Variant, ...] = SINGLE_PICTURE
    own_looks: tuple[tuple[Variant, int], ...] = OWN_LOOKS
    rescues_max: int = 3
    has_zbar: bool = True
    every_code: bool = False


FIRST_CODE = Effort()
EVERY_CODE = Effort(rescues_max=24, every_code=True)


@dataclass(slots=True, kw_only=True, eq=False)
class Findings:
    """What was read so far, and what was located but not read."""

    codes: list[Code] = field(default_factory=list)
    located: list[Symbol] = field(default_factory=list)

    def add(self, code: Code) -> None:
        if not self.covers(code.corners):
            self.codes.append(code)

    def locate(self, symbol: Symbol) -> None:
        if not any(_is_same(symbol, other) for other in self.located):
            self.located.append(symbol)

    def take(self, other: "Findings", scale: float) -> None:
        """Adds what was found in a copy of this picture that is `scale` times as large."""
        for code in other.codes:
            self.add(replace(code, corners=code.corners / scale))
        for symbol in other.located:
            self.locate(symbol.scaled(1 / scale))

    def covers(self, corners: Points) -> bool:
        """Whether a code that was read already lies there."""
        centre = corners.mean(axis=0)
        return any(
            np.linalg.norm(centre - code.corners.mean(axis=0))
            < 0.35 * np.linalg.norm(code.corners[0] - code.corners[2])
            for code in self.codes
        )


def decode_picture(grey: Grey, effort: Effort = FIRST_CODE) -> Findings:
    """What is on a picture, tried as hard as `effort` allows."""
    findings = Findings()
    for picture, scale in _sizes(grey):
        search = _Search(picture, effort)
        search.run()
        findings.take(search.findings, scale)
        if findings.codes and not effort.every_code:
            break
    return findings


def look(grey: Grey, findings: Findings, *, scale: float, way: str) -> None:
    """One run of zxing-cpp; `scale` is how much larger this picture is than the one that is searched."""
    for barcode in zxingcpp.read_barcodes(
        grey, formats=_QR_ONLY, return_errors=True, text_mode=zxingcpp.TextMode.Plain
    ):
        corners = _corners(barcode.position) / scale
        if barcode.valid and barcode.text:
            findings.add(Code(text=barcode.text, corners=corners, way=way))
        elif symbol := _located(barcode, corners):
            findings.locate(symbol)


def _sizes(grey: Grey) -> Iterator[tuple[Grey, float]]:
    """A picture as it is, and a large one also at a usual size, in which coarse symbols are read better."""
    yield grey, 1.0
    if max(grey.shape) > _SIDE_REDUCED_FROM_PX:
        scale = SIDE_USUAL_PX / max(grey.shape)
        yield (
            np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8),
            scale,
        )


class _Search:
    """The attempts on one picture at one size."""

    def __init__(self, grey: Grey, effort: Effort) -> None:
        self.findings = Findings()
        self._grey = np.ascontiguousarray(grey)
        self._effort = effort
        self._rescued = 0

    def run(self) -> None:
        for _ in self._attempts():
            if self.findings.codes and not self._effort.every_code:
                return

    def _attempts(self) -> Iterator[None]:
        """Makes one attempt after another; a rescue waits for the cheapest variant, which often makes it needless."""
        look(self._grey, self.findings, scale=1.0, way="plain")
        yield
        for number, variant in enumerate(self._effort.variants):
            if variant.scale > 1 and max(self._grey.shape) > SIDE_ENLARGED_MAX_PX:
                continue
            picture = np.ascontiguousarray(variant.make(self._grey))
            look(picture, self.findings, scale=variant.scale, way=variant.name)
            yield
            if number >= 1 or not self._effort.every_code:
                yield from self._rescues()
        yield from self._rescues()
        for variant, window_px in self._effort.own_looks:
            self._locate(variant, window_px)
            yield from self._rescues()
        if self._effort.has_zbar:
            self._ask_zbar()
            yield

    def _rescues(self) -> Iterator[None]:
        while self._rescued < min(len(self.findings.located), self._effort.rescues_max):
            symbol = self.findings.located[self._rescued]
            self._rescued += 1
            if self.findings.covers(symbol.corners):
                continue
            if text := rescue(self._grey, symbol):
                self.findings.add(Code(text=text, corners=symbol.corners, way="rescue"))
            yield

    def _locate(self, variant: Variant, window_px: int) -> None:
        """Looks for finder patterns where no code was read yet."""
        if variant.scale > 1 and max(self._grey.shape) > SIDE_ENLARGED_MAX_PX:
            return
        unread = self._grey.copy()
        for code in self.findings.codes:
            cv2.fillConvexPoly(unread, np.round(code.corners).astype(np.int32), 128.0)
        for symbol in locate(np.ascontiguousarray(variant.make(unread)), window_px=window_px):
            self.findings.locate(symbol.scaled(1 / variant.scale))

    def _ask_zbar(self) -> None:
        for found in zbar.read(self._grey):
            self.findings.add(Code(text=found.text, corners=found.corners, way="zbar"))


def _corners(position: zxingcpp.Position) -> Points:
    points = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    return np.array([(point.x, point.y) for point in points], dtype=np.float64)


def _located(barcode: zxingcpp.Barcode, corners: Points) -> Symbol | None:
    """What zxing-cpp says of a symbol that it could not correct; None where it is too little or cannot be true."""
    facts = barcode.extra if isinstance(barcode.extra, dict) else {}
    version, level, mask = str(facts.get("Version", "")), barcode.ec_level, facts.get("DataMask")
    if not version.isdigit() or level not in Level.__members__ or not isinstance(mask, int):
        return None
    if not 1 <= int(version) <= VERSION_MAX or not 0 <= mask < 8 or not is_plausible(corners, int(version)):
        return None
    return Symbol(corners=corners, version=int(version), level=Level[level], mask=mask)


def _is_same(symbol: Symbol, other: Symbol) -> bool:
    same_format = (symbol.version, symbol.level, symbol.mask) == (other.version, other.level, other.mask)
    return same_format and float(np.abs(symbol.corners - other.corners).max()) < 1.5
