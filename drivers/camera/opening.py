"""A camera from its address.

    v4l2:/dev/video0[?width=1280&height=720&fps=30&focus=N&exposure=N]    USB camera; better by /dev/v4l/by-id/...
    picamera2:0[?width=1280&height=720&lens=8.3]                          Raspberry Pi camera
    files:PATH                                                            a picture, a folder of pictures, a video
    sim:FOLDER                                                            the newest picture in a folder is in view
    none                                                                  no camera

An address with a mistake is refused when it is opened, with the forms that exist; a device that is absent is not a
mistake but a state. Leaves relative paths to the caller: they are taken from the working folder.
"""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qsl

from drivers.camera.camera import Camera, CameraUrlError, FrameSource, NoCamera, PluggableCamera
from drivers.camera.pictures import PictureSource
from drivers.camera.raspberry import PiSettings, PiSource
from drivers.camera.simulated import SimulatedSource
from drivers.camera.v4l2 import V4l2Settings, V4l2Source

FORMS = "v4l2:DEVICE, picamera2:NUMBER, files:PATH, sim:FOLDER or none"

_Number = TypeVar("_Number", int, float)


def open_camera(url: str, *, clock: Callable[[], float] = time.monotonic) -> Camera:
    """The camera at an address, present or not. Raises CameraUrlError where the address itself is wrong."""
    if url == "none":
        return NoCamera()
    return PluggableCamera(_opener(url, clock), clock=clock)


def _opener(url: str, clock: Callable[[], float]) -> Callable[[], FrameSource]:
    scheme, colon, rest = url.partition(":")
    target, _, query = rest.partition("?")
    if not colon or not target:
        raise CameraUrlError(f"camera address {url!r} is not one of {FORMS}")
    match scheme:
        case "v4l2":
            v4l2 = _v4l2_settings(url, _options(url, query, {"width", "height", "fps", "focus", "exposure"}))
            return lambda: V4l2Source(target, v4l2, clock=clock)
        case "picamera2":
            pi = _pi_settings(url, _options(url, query, {"width", "height", "lens"}))
            number = _value(url, "camera number", target, int)
            return lambda: PiSource(number, pi, clock=clock)
        case "files":
            return lambda: PictureSource(Path(rest), clock=clock)
        case "sim":
            return lambda: SimulatedSource(Path(rest), clock=clock)
        case _:
            raise CameraUrlError(f"camera address {url!r} is not one of {FORMS}")


def _options(url: str, query: str, known: set[str]) -> Mapping[str, str]:
    options = dict(parse_qsl(query, keep_blank_values=True))
    for name in options:
        if name not in known:
            raise CameraUrlError(f"camera address {url!r}: {name!r} is not one of {', '.join(sorted(known))}")
    return options


def _v4l2_settings(url: str, options: Mapping[str, str]) -> V4l2Settings:
    plain = V4l2Settings()
    return V4l2Settings(
        width=_option(url, options, "width", int) or plain.width,
        height=_option(url, options, "height", int) or plain.height,
        fps=_option(url, options, "fps", int) or plain.fps,
        focus=_option(url, options, "focus", int),
        exposure=_option(url, options, "exposure", int),
    )


def _pi_settings(url: str, options: Mapping[str, str]) -> PiSettings:
    plain = PiSettings()
    return PiSettings(
        width=_option(url, options, "width", int) or plain.width,
        height=_option(url, options, "height", int) or plain.height,
        lens=_option(url, options, "lens", float),
    )


def _option(url: str, options: Mapping[str, str], name: str, kind: Callable[[str], _Number]) -> _Number | None:
    return _value(url, name, options[name], kind) if name in options else None


def _value(url: str, name: str, text: str, kind: Callable[[str], _Number]) -> _Number:
    try:
        value = kind(text)
    except ValueError:
        value = kind("-1")
    if not 0 <= value <= 100_000:
        raise CameraUrlError(f"camera address {url!r}: {name} {text!r} is not a number from 0 to 100000")
    return value
