"""What the customer sees and hears: a voucher and its amount, and never whose allowance it is or why it was refused."""

from __future__ import annotations

import os
import select
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar, cast

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory

from drivers.display.display import CustomerDisplay, DisplayModel, open_display
from drivers.display.simulated import SimulatedDisplay
from drivers.errors import DeviceMissingError, DeviceSetupError
from drivers.lamp.lamp import Sign, open_lamp
from drivers.voice.voice import open_voice
from pos.devices.signs import DisplaySigns, LampSigns, Signs, VoiceSigns
from pos.link.calls import AnyPush, Call, DevicesState, Done, ReportDevice
from pos.link.equipment import Condition, DeviceKind, DeviceView
from pos.link.state import Outcome
from pos.words.announcements import announced_aloud, announced_in_ascii, announced_in_korean

R = TypeVar("R")


class CoreLink:
    """Core's end of the link: what it is told of devices."""

    def __init__(self) -> None:
        self.told: list[DeviceView] = []

    def call(self, call: Call[R]) -> R:
        assert isinstance(call, ReportDevice)
        self.told.append(call.device)
        return cast("R", Done())

    def next_push(self, timeout_s: float) -> AnyPush | None:
        return None


def orders(serial: int, outcome: str = "", amount_won: int = 0, *, located: bool = False) -> DevicesState:
    return DevicesState(
        armed=True,
        jobs_waiting=0,
        verdict_serial=serial,
        verdict=outcome,
        amount_won=amount_won,
        code_located=located,
    )


class PaperLine:
    """A serial line whose far end is a simulated display."""

    def __init__(self, simulated: SimulatedDisplay) -> None:
        self._simulated = simulated

    def write(self, data: bytes, *, timeout_s: float) -> int:
        self._simulated.receive(data)
        return len(data)

    def close(self) -> None:
        pass


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    before = Device.pin_factory
    Device.pin_factory = MockFactory()
    yield Device.pin_factory
    Device.pin_factory.reset()
    Device.pin_factory = before


def display_signs(model: DisplayModel) -> tuple[Signs, SimulatedDisplay]:
    simulated = SimulatedDisplay(model)
    display = CustomerDisplay(lambda: PaperLine(simulated), model=model, monotonic_s=lambda: 0.0)
    signs = Signs(CoreLink(), kind=DeviceKind.DISPLAY, url="serial:x", opener=lambda: DisplaySigns(display))
    signs.follow(orders(0))
    return signs, simulated


@pytest.mark.parametrize(
    ("model", "lines"),
    [(DisplayModel.CD5220, ("VOUCHER", "12,000 WON")), (DisplayModel.ESCPOS_HANGUL, ("상품권", "12,000원"))],
)
def test_a_display_shows_what_was_paid_and_forgets_it(model: DisplayModel, lines: tuple[str, str]) -> None:
    signs, simulated = display_signs(model)

    signs.follow(orders(1, Outcome.APPROVED, 12_000))
    assert tuple(line.rstrip() for line in simulated.lines) == lines

    signs.follow(orders(0))
    assert simulated.lines == (" " * 20, " " * 20)


@pytest.mark.parametrize("outcome", [Outcome.DECLINED, Outcome.REFERRED])
def test_a_refusal_is_shown_to_nobody_behind_the_customer(outcome: Outcome) -> None:
    signs, simulated = display_signs(DisplayModel.ESCPOS_HANGUL)

    signs.follow(orders(1, outcome, 12_000))

    assert simulated.lines == (" " * 20, " " * 20)


def test_nothing_that_reaches_these_devices_could_name_an_allowance_or_a_reason() -> None:
    told = {
        "armed",
        "jobs_waiting",
        "verdict",
        "verdict_serial",
        "amount_won",
        "drawer_serial",
        "code_located",
        "remotes_waiting",
        "is_busy",
    }
    settings = {"printer", "search_serial", "trial_serial", "scan_again_serial", "request_text", "wants_goods"}

    assert set(DevicesState.__struct_fields__) - settings == told
    assert announced_aloud(12_000, language="ko") == "상품권 12000원."
    assert announced_in_korean(12_000) == ("상품권", "12,000원")
    assert announced_in_ascii(12_000) == ("VOUCHER", "12,000 WON")


def test_each_verdict_has_its_lamp_and_its_strokes(pins: MockFactory) -> None:
    with closing(open_lamp("gpio:green=17&amber=27&red=22&buzzer=18&aim=23")) as lamp:
        for sign, lit in ((Sign.APPROVED, 17), (Sign.REFERRED, 27), (Sign.DECLINED, 22)):
            pins.pin(lit).clear_states()
            lamp.show(sign)
            _wait_for_state(pins, lit)


def _wait_for_state(pins: MockFactory, number: int) -> None:
    from tests.support.process_tools import wait_until

    wait_until(lambda: any(state.state for state in pins.pin(number).states), what=f"lamp {number} is lit")


def test_a_code_in_sight_lights_the_aiming_lamp(pins: MockFactory) -> None:
    link = CoreLink()
    signs = Signs(link, kind=DeviceKind.LAMP, url="gpio:aim=23", opener=lambda: LampSigns(open_lamp("gpio:aim=23")))
    signs.look()

    signs.follow(orders(0, located=True))
    assert pins.pin(23).state
    signs.follow(orders(0))
    assert not pins.pin(23).state
    assert link.told == [DeviceView(kind=DeviceKind.LAMP, condition=Condition.READY, url="gpio:aim=23")]


@pytest.mark.parametrize("url", ["gpio:", "gpio:green=99", "gpio:green=17&red=17", "gpio:blue=4", "usb:green=1"])
def test_an_address_without_pins_is_refused(url: str) -> None:
    with pytest.raises(DeviceSetupError):
        open_lamp(url)


@pytest.fixture
def speaker(tmp_path: Path) -> Path:
    """A program in espeak-ng's place that writes down how it was called and what it read."""
    program = tmp_path / "espeak-ng"
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/said\ncat >> {tmp_path}/said\nexec sleep 60\n')
    program.chmod(0o755)
    return program


def test_a_voice_says_voucher_and_amount_and_the_newest_wins(speaker: Path) -> None:
    from tests.support.process_tools import wait_until

    said = speaker.parent / "said"
    with closing(open_voice("espeak:ko?speed=160", program=str(speaker))) as voice:
        signs = Signs(CoreLink(), kind=DeviceKind.VOICE, url="espeak:ko", opener=lambda: VoiceSigns(voice, "ko"))
        signs.follow(orders(0))
        signs.follow(orders(1, Outcome.APPROVED, 12_000))
        wait_until(lambda: said.exists() and "12000" in said.read_text(), what="the first amount is said")
        signs.follow(orders(2, Outcome.DECLINED, 7_000))
        signs.follow(orders(3, Outcome.APPROVED, 5_000))
        wait_until(lambda: "5000원" in said.read_text(), what="the newest amount is said")

    assert "-v ko -s 160 --stdin" in said.read_text()
    assert "7000" not in said.read_text(), "a refusal is not spoken"


def test_a_voice_that_is_not_installed_is_missing_and_everything_else_goes_on() -> None:
    link = CoreLink()
    voice = open_voice("espeak:ko", program="/nowhere/espeak-ng")
    signs = Signs(link, kind=DeviceKind.VOICE, url="espeak:ko", opener=lambda: VoiceSigns(voice, "ko"))

    signs.follow(orders(0))
    signs.follow(orders(1, Outcome.APPROVED, 12_000))

    assert [view.condition for view in link.told] == [Condition.MISSING]
    with pytest.raises(DeviceMissingError):
        voice.check()


def test_a_device_that_nobody_configured_is_off() -> None:
    link = CoreLink()
    signs = Signs(link, kind=DeviceKind.LAMP, url="none", opener=None)

    signs.follow(orders(1, Outcome.APPROVED, 1))
    signs.look()

    assert link.told == [DeviceView(kind=DeviceKind.LAMP, condition=Condition.OFF)]


def test_a_display_that_is_plugged_in_is_used_from_then_on(tmp_path: Path) -> None:
    node, now = tmp_path / "display", [0.0]
    display = open_display(f"serial://{node}", model="escpos", monotonic_s=lambda: now[0])
    link = CoreLink()
    signs = Signs(link, kind=DeviceKind.DISPLAY, url=f"serial://{node}", opener=lambda: DisplaySigns(display))
    signs.follow(orders(0))
    signs.follow(orders(1, Outcome.APPROVED, 12_000))
    assert link.told[-1].condition is Condition.MISSING

    near, far = os.openpty()
    node.symlink_to(os.ttyname(far))
    now[0] += 10
    assert display.show(DisplaySigns(display)._words(12_000))
    assert select.select([near], [], [], 5)[0]
    assert b"12,000 WON" in os.read(near, 4096)
    display.close()
    os.close(near)
    os.close(far)
