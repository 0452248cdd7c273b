"""The decoders that the scanner is measured beside: the same picture in, texts and places out.

A peer that is not installed is left out of the table and named under it. Each is used as its documentation says, on QR
codes only where it lets itself be told so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, cast

import cv2
import numpy as np
import numpy.typing as npt
import zxingcpp
from cv2.utils import logging

from drivers.camera.frame import Grey
from pos.scanner import zbar
from pos.scanner.decode import EVERY_CODE, FIRST_CODE, Effort, decode_picture

OWN = "chak-pos"
BASELINE = "zxing-cpp"

Place: TypeAlias = tuple[float, float]
Reader: TypeAlias = Callable[[Grey], "list[Read]"]
# some pictures make OpenCV fail an assertion of its own, or return bytes that are no text
_PEER_FAULTS = (cv2.error, UnicodeDecodeError)
_QR_ONLY = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A text and the middle of where it was, in pixels."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A decoder: `first` may stop at the first code, `every` must not."""

    name: str
    first: Reader
    every: Reader


class _MultiDetector(Protocol):
    def detectAndDecodeMulti(  # noqa: N802 - the vendor's name
        self, picture: Grey, /
    ) -> tuple[bool, Sequence[str], npt.NDArray[np.generic] | None, object]: ...


class _WeChat(Protocol):
    def detectAndDecode(self, picture: Grey, /) -> tuple[Sequence[str], Sequence[npt.NDArray[np.generic]]]: ...  # noqa: N802


def peers() -> tuple[tuple[Peer, ...], tuple[str, ...]]:
    """Everything that can be measured here, and the names of what cannot."""
    logging.setLogLevel(logging.LOG_LEVEL_ERROR)  # it remarks on codes that it cannot read
    found = [
        Peer(name=OWN, first=_own(FIRST_CODE), every=_own(EVERY_CODE)),
        Peer(name=BASELINE, first=_zxing, every=_zxing),
        _multi("OpenCV QRCodeDetector", cast(_MultiDetector, cv2.QRCodeDetector())),
        _multi("OpenCV QRCodeDetectorAruco", cast(_MultiDetector, cv2.QRCodeDetectorAruco())),
    ]
    missing = []
    if zbar.is_installed():
        found.insert(2, Peer(name="pyzbar", first=_zbar, every=_zbar))
    else:
        missing.append("pyzbar")
    wechat = getattr(cv2, "wechat_qrcode_WeChatQRCode", None)
    if wechat is None:
        missing.append("OpenCV WeChat (in the contrib build only)")
    else:
        found.append(_wechat(cast(_WeChat, wechat())))
    return tuple(found), tuple(missing)


def _own(effort: Effort) -> Reader:
    def read(grey: Grey) -> list[Read]:
        return [Read(text=code.text, place=_middle(code.corners)) for code in decode_picture(grey, effort).codes]

    return read


def _zxing(grey: Grey) -> list[Read]:
    reads = []
    for code in zxingcpp.read_barcodes(grey, formats=_QR_ONLY, text_mode=zxingcpp.TextMode.Plain):
        at = code.position
        corners = [(p.x, p.y) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)]
        reads.append(Read(text=code.text, place=_middle(np.array(corners, dtype=np.float64))))
    return reads


def _zbar(grey: Grey) -> list[Read]:
    return [Read(text=code.text, place=_middle(code.corners)) for code in zbar.read(grey)]


def _multi(name: str, detector: _MultiDetector) -> Peer:
    def read(grey: Grey) -> list[Read]:
        try:
            _, texts, corners, _ = detector.detectAndDecodeMulti(grey)
        except _PEER_FAULTS:
            return []
        if corners is None:
            return []
        found = zip(texts, np.asarray(corners, dtype=np.float64), strict=False)
        return [Read(text=text, place=_middle(quad)) for text, quad in found if text]

    return Peer(name=name, first=read, every=read)


def _wechat(detector: _WeChat) -> Peer:
    def read(grey: Grey) -> list[Read]:
        try:
            texts, corners = detector.detectAndDecode(grey)
        except _PEER_FAULTS:
            return []
        quads = [np.asarray(quad, dtype=np.float64) for quad in corners]
        return [Read(text=text, place=_middle(quad)) for text, quad in zip(texts, quads, strict=False) if text]

    return Peer(name="OpenCV WeChat (no models)", first=read, every=read)


def _middle(corners: npt.NDArray[np.float64]) -> Place:
    x, y = corners.reshape(-1, 2).mean(axis=0)
    return float(x), float(y)
