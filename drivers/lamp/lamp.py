"""Three lamps and a buzzer on GPIO pins, through gpiozero.

    gpio:green=17&amber=27&red=22&buzzer=18[&aim=23]

Rules: a sign is shown and given up again by itself, so that a process that dies leaves no lamp burning for the next
customer longer than its sign lasts; the aiming lamp shines while a code is in sight and not read; colours and numbers
of strokes together, because not everybody tells red from green.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol
from urllib.parse import parse_qsl

from drivers.errors import DeviceDeniedError, DeviceMissingError, DeviceSetupError

SIGN_S: Final = 2.0
STROKE_S: Final = 0.08
LONG_STROKE_S: Final = 0.5
_OUTPUTS: Final = frozenset({"green", "amber", "red", "buzzer", "aim"})
_PIN_MAX: Final = 27


class Sign(StrEnum):
    """What a customer sees and hears."""

    APPROVED = "approved"
    REFERRED = "referred"
    DECLINED = "declined"
    CALL = "call"
    """Somebody far away waits for an answer: heard, and shown nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strokes:
    """How a sign sounds."""

    count: int
    on_s: float
    off_s: float


_LAMPS: Final[Mapping[Sign, str]] = {Sign.APPROVED: "green", Sign.REFERRED: "amber", Sign.DECLINED: "red"}
STROKES: Final[Mapping[Sign, Strokes]] = {
    Sign.APPROVED: Strokes(count=1, on_s=STROKE_S, off_s=STROKE_S),
    Sign.REFERRED: Strokes(count=2, on_s=STROKE_S, off_s=STROKE_S),
    Sign.DECLINED: Strokes(count=3, on_s=STROKE_S, off_s=STROKE_S),
    Sign.CALL: Strokes(count=2, on_s=LONG_STROKE_S, off_s=LONG_STROKE_S / 2),
}
"""No two alike, by number or by length."""


class Output(Protocol):
    """One pin, as gpiozero gives it."""

    def on(self) -> None: ...

    def off(self) -> None: ...

    def blink(
        self, on_time: float = ..., off_time: float = ..., n: int | None = ..., background: bool = ...
    ) -> None: ...

    def close(self) -> None: ...


class Lamp:
    """Lamps and a buzzer; a pin that is not there shows nothing."""

    def __init__(self, outputs: Mapping[str, Output]) -> None:
        self._outputs = outputs

    def show(self, sign: Sign) -> None:
        """Light the sign's lamp for a moment, and sound its strokes."""
        if sign in _LAMPS:
            self._light(_LAMPS[sign])
        buzzer, strokes = self._outputs.get("buzzer"), STROKES[sign]
        if buzzer is not None:
            buzzer.blink(on_time=strokes.on_s, off_time=strokes.off_s, n=strokes.count, background=True)

    def _light(self, name: str) -> None:
        for lamp in _LAMPS.values():
            if lamp in self._outputs:
                self._outputs[lamp].off()
        lit = self._outputs.get(name)
        if lit is not None:
            lit.blink(on_time=SIGN_S, off_time=0, n=1, background=True)

    def aim(self, *, is_on: bool) -> None:
        """A code is in sight and not read yet: hold still."""
        aim = self._outputs.get("aim")
        if aim is not None:
            (aim.on if is_on else aim.off)()

    def close(self) -> None:
        for output in self._outputs.values():
            output.close()


def open_lamp(url: str) -> Lamp:
    """The lamp of an address. DeviceSetupError for a wrong one, DeviceMissingError where this machine has no pins."""
    pins = _pins(url)
    try:
        from gpiozero import DigitalOutputDevice  # type: ignore[import-untyped]
        from gpiozero.exc import GPIOZeroError  # type: ignore[import-untyped]
    except ImportError as absent:
        raise DeviceMissingError(f"{url}: gpiozero is not installed") from absent
    outputs: dict[str, Output] = {}
    try:
        for name, pin in pins.items():
            outputs[name] = DigitalOutputDevice(pin)
    except (GPIOZeroError, OSError) as fault:
        for output in outputs.values():
            output.close()
        if isinstance(fault, PermissionError):
            raise DeviceDeniedError(f"{url}: {fault}") from fault
        raise DeviceMissingError(f"{url}: {fault}") from fault
    return Lamp(outputs)


def _pins(url: str) -> Mapping[str, int]:
    scheme, _, rest = url.partition(":")
    given = dict(parse_qsl(rest, keep_blank_values=True))
    if scheme != "gpio" or not given or not _OUTPUTS.issuperset(given):
        raise DeviceSetupError(f"lamp URL {url!r}: wants gpio:NAME=PIN&…, names {', '.join(sorted(_OUTPUTS))}")
    for name, pin in given.items():
        if not pin.isdecimal() or int(pin) > _PIN_MAX:
            raise DeviceSetupError(f"lamp URL {url!r}: {name}={pin!r} is not a GPIO number from 0 to {_PIN_MAX}")
    if len(set(given.values())) != len(given):
        raise DeviceSetupError(f"lamp URL {url!r}: one pin is named twice")
    return {name: int(pin) for name, pin in given.items()}
