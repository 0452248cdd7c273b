"""What the customer sees and hears of a verdict: display, lamp, buzzer, voice.

Rules: only what the link carries can be told, and it carries an outcome and an amount: an allowance's name and the
reason of a refusal never leave the cashier's screen. A refusal is told by lamp and buzzer alone. Each verdict is told
once. An order or a payment from elsewhere is heard once, when no customer is being served, so that nobody takes it for
a verdict. A device that is missing is told to core, and tried again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Final, Protocol

from drivers.display.display import CustomerDisplay, Showing, open_display
from drivers.errors import DeviceError, DeviceSetupError
from drivers.lamp.lamp import SIGN_S, Lamp, Sign, open_lamp
from drivers.voice.voice import Voice, open_voice
from pos.config import TerminalConfig
from pos.devices.chosen import NONE
from pos.devices.eyes import PushLink
from pos.devices.printer_state import condition_of_error
from pos.devices.telling import Teller
from pos.link.calls import DevicesState
from pos.link.equipment import Condition, DeviceKind, DeviceView
from pos.link.state import Outcome
from pos.words.announcements import announced_aloud, announced_in_ascii, announced_in_korean, call_aloud

HEAR_S: Final = 1.0
REOPEN_S: Final = 5.0
_CLEAR: Final = Showing(upper="", lower="")
_SIGNS: Final = {
    Outcome.APPROVED: Sign.APPROVED,
    Outcome.REFERRED: Sign.REFERRED,
    Outcome.DECLINED: Sign.DECLINED,
}


class SignDevice(Protocol):
    """One device that tells of verdicts."""

    def tell(self, orders: DevicesState, outcome: Outcome | None) -> None:
        """Tell of a verdict, or with None that it is over. DeviceError where it cannot."""

    def call(self) -> None:
        """Tell that something came from elsewhere. DeviceError where it cannot."""

    def check(self) -> None:
        """DeviceError where it could not tell now."""


@dataclass(slots=True)
class DisplaySigns:
    """Two lines: what was paid, or nothing."""

    display: CustomerDisplay

    def tell(self, orders: DevicesState, outcome: Outcome | None) -> None:
        self._show(self._words(orders.amount_won) if outcome is Outcome.APPROVED else _CLEAR)

    def call(self) -> None:
        """That concerns nobody in front of the counter."""

    def check(self) -> None:
        if self.display.fault is not None:
            self._show(_CLEAR)

    def _words(self, amount_won: int) -> Showing:
        words = announced_in_korean if self.display.model.has_hangul else announced_in_ascii
        upper, lower = words(amount_won)
        return Showing(upper=upper, lower=lower)

    def _show(self, showing: Showing) -> None:
        self.display.show(showing)
        if self.display.fault is not None:
            raise self.display.fault


@dataclass(slots=True)
class LampSigns:
    """A colour and strokes for each outcome."""

    lamp: Lamp

    def tell(self, orders: DevicesState, outcome: Outcome | None) -> None:
        if outcome is not None:
            self.lamp.show(_SIGNS[outcome])

    def call(self) -> None:
        self.lamp.show(Sign.CALL)

    def check(self) -> None:
        """A pin that could be opened stays open."""


@dataclass(slots=True)
class VoiceSigns:
    """What was paid, aloud."""

    voice: Voice
    language: str

    def tell(self, orders: DevicesState, outcome: Outcome | None) -> None:
        if outcome is Outcome.APPROVED:
            self.voice.say(announced_aloud(orders.amount_won, language=self.language))

    def call(self) -> None:
        self.voice.say(call_aloud(language=self.language))

    def check(self) -> None:
        self.voice.check()


class Signs:
    """One such device, there or not."""

    def __init__(
        self,
        link: PushLink,
        *,
        kind: DeviceKind,
        url: str,
        opener: Callable[[], SignDevice] | None,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kind, self._url, self._opener = kind, url, opener
        self._teller = Teller(link)
        self._device: SignDevice | None = None
        self._told: tuple[int, str] | None = None
        self._remotes_heard = self._remotes_waiting = 0
        self._quiet_until_s = float("-inf")
        self._monotonic_s = monotonic_s
        self._reopen_at_s = float("-inf")

    def follow(self, orders: DevicesState) -> None:
        """Tell of a verdict that is new."""
        verdict = (orders.verdict_serial, orders.verdict)
        if isinstance(self._device, LampSigns):
            self._device.lamp.aim(is_on=orders.code_located)
        is_first, is_new = self._told is None, verdict != self._told
        self._told = verdict
        if is_new and not is_first:
            self._attempt(lambda device: device.tell(orders, _outcome(orders)))
            self._quiet_until_s = self._monotonic_s() + SIGN_S
        if is_first:
            self._remotes_heard = orders.remotes_waiting
        self._remotes_heard = min(self._remotes_heard, orders.remotes_waiting)
        self._remotes_waiting = self._remotes_heard if orders.is_busy else orders.remotes_waiting

    def look(self) -> None:
        """Tell core how the device is; and let what came from elsewhere be heard, once nothing else is."""
        self._attempt(lambda device: device.check())
        if self._remotes_waiting > self._remotes_heard and self._monotonic_s() >= self._quiet_until_s:
            self._remotes_heard = self._remotes_waiting
            self._attempt(lambda device: device.call())

    def _attempt(self, act: Callable[[SignDevice], None]) -> None:
        if self._opener is None:
            self._tell(Condition.OFF)
            return
        try:
            if self._device is None:
                if self._monotonic_s() < self._reopen_at_s:
                    return
                self._device = self._opener()
            act(self._device)
        except DeviceError as fault:
            if not isinstance(self._device, DisplaySigns):
                self._device = None
            self._reopen_at_s = self._monotonic_s() + REOPEN_S
            self._tell(condition_of_error(fault), str(fault))
        else:
            self._tell(Condition.READY)

    def _tell(self, condition: Condition, detail: str = "") -> None:
        url = "" if condition is Condition.OFF else self._url
        self._teller.tell(DeviceView(kind=self._kind, condition=condition, url=url, detail=detail))


def serve_signs(link: PushLink, signs: tuple[Signs, ...], stopping: Event) -> None:
    """Tell verdicts until told to stop; LinkError when core goes away."""
    while not stopping.is_set():
        push = link.next_push(HEAR_S)
        for sign in signs:
            if isinstance(push, DevicesState):
                sign.follow(push)
            sign.look()


def configured_signs(link: PushLink, config: TerminalConfig) -> tuple[Signs, ...]:
    """Display, lamp and voice as the configuration has them."""
    language = config.terminal.language

    def display() -> SignDevice:
        return DisplaySigns(open_display(config.display.url, model=config.display.model))

    def lamp() -> SignDevice:
        return LampSigns(open_lamp(config.lamp.url))

    def voice() -> SignDevice:
        return VoiceSigns(open_voice(config.voice.url), language)

    openers = (
        (DeviceKind.DISPLAY, config.display.url, display),
        (DeviceKind.LAMP, config.lamp.url, lamp),
        (DeviceKind.VOICE, config.voice.url, voice),
    )
    return tuple(
        Signs(link, kind=kind, url=url, opener=None if url == NONE else opener) for kind, url, opener in openers
    )


def look_at_sign(kind: DeviceKind, config: TerminalConfig) -> DeviceView:
    """How one of them is, tried once without showing anything."""
    url = {DeviceKind.DISPLAY: config.display.url, DeviceKind.LAMP: config.lamp.url}.get(kind, config.voice.url)
    if url == NONE:
        return DeviceView(kind=kind, condition=Condition.OFF)
    try:
        _try(kind, config)
    except DeviceError as fault:
        return DeviceView(kind=kind, condition=condition_of_error(fault), url=url, detail=str(fault))
    return DeviceView(kind=kind, condition=Condition.READY, url=url)


def _try(kind: DeviceKind, config: TerminalConfig) -> None:
    match kind:
        case DeviceKind.DISPLAY:
            display = open_display(config.display.url, model=config.display.model)
            display.show(_CLEAR)
            display.close()
            if display.fault is not None:
                raise display.fault
        case DeviceKind.LAMP:
            open_lamp(config.lamp.url).close()
        case DeviceKind.VOICE:
            open_voice(config.voice.url).check()
        case DeviceKind.PRINTER | DeviceKind.SCANNER:
            raise DeviceSetupError(f"{kind.value} tells nobody anything")


def _outcome(orders: DevicesState) -> Outcome | None:
    return Outcome(orders.verdict) if orders.verdict else None
