"""What the camera's side tells core: aiming, hints, other ways, and a camera that comes and goes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event
from typing import TypeVar, cast

import numpy as np

from drivers.camera.camera import CameraState
from drivers.camera.frame import Frame
from drivers.presence import Presence
from pos.devices.eyes import Eyes
from pos.link.calls import AnyPush, Call, DevicesState, Done, ReportScanner, ScanSeen
from pos.link.state import ScanHint, ScannerState
from pos.scanner.advice import Hint
from pos.scanner.scanner import Scanner
from pos.scanner.watch import Sighting
from pos.scanner.worker import WorkerHealth

R = TypeVar("R")
Step = Callable[["Counter"], None]
BLANK = np.zeros((4, 4), dtype=np.uint8)


@dataclass
class Counter:
    """Camera, decoder and core around one pair of eyes; a script is played, one step for each look."""

    steps: list[Step]
    presence: Presence = Presence.READY
    shown: Sighting = field(default_factory=lambda: Sighting(captured_s=0.0))
    pushes: list[AnyPush] = field(default_factory=lambda: [DevicesState(armed=True, jobs_waiting=0)])
    calls: list[ReportScanner | ScanSeen] = field(default_factory=list)
    stopping: Event = field(default_factory=Event)
    now_s: float = 0.0

    # the link
    def call(self, call: Call[R]) -> R:
        if isinstance(call, ReportScanner | ScanSeen):
            self.calls.append(call)
        return cast("R", Done())

    def next_push(self, timeout_s: float) -> AnyPush | None:
        if self.pushes:
            return self.pushes.pop(0)
        if self.steps:
            self.steps.pop(0)(self)
        else:
            self.stopping.set()
        return self.pushes.pop(0) if self.pushes else None

    # the camera
    def read(self) -> Frame | None:
        return Frame(grey=BLANK, captured_s=self.now_s, source="t") if self.presence is Presence.READY else None

    def state(self) -> CameraState:
        return CameraState(presence=self.presence)

    # the decoder
    def start(self) -> None:
        pass

    def look(self, frame: Frame, *, wants_goods: bool = False) -> Sighting | None:
        return Sighting(
            captured_s=frame.captured_s,
            texts=self.shown.texts,
            overlong_chars=self.shown.overlong_chars,
            is_located=self.shown.is_located,
            hint=self.shown.hint,
        )

    def health(self) -> WorkerHealth:
        raise AssertionError("nobody asks here")

    def close(self) -> None:
        pass


def play(*steps: Step) -> Counter:
    counter = Counter(steps=list(steps))
    Eyes(counter, Scanner(counter, counter)).serve(counter.stopping)
    return counter


def sees(after_s: float, *texts: str, is_located: bool = False, hint: Hint | None = None) -> Step:
    def step(counter: Counter) -> None:
        counter.now_s += after_s
        counter.shown = Sighting(captured_s=0.0, texts=texts, is_located=is_located or bool(texts), hint=hint)

    return step


def camera(presence: Presence) -> Step:
    def step(counter: Counter) -> None:
        counter.presence = presence

    return step


def again(serial: int) -> Step:
    return lambda counter: counter.pushes.append(DevicesState(armed=True, jobs_waiting=0, scan_again_serial=serial))


def said(counter: Counter) -> list[tuple[ScannerState, ScanHint | None, int]]:
    return [(call.state, call.hint, call.unread_s) for call in counter.calls if isinstance(call, ReportScanner)]


MISSING, READY, LOCATED = ScannerState.MISSING, ScannerState.READY, ScannerState.LOCATED


def test_a_code_that_comes_into_sight_is_told_then_hinted_at_and_after_eight_seconds_given_up() -> None:
    dim = {"is_located": True, "hint": Hint.RAISE_BRIGHTNESS}
    counter = play(sees(0.1, **dim), sees(0.5, **dim), sees(0.6, **dim), sees(7.0, **dim), sees(1.0), sees(1.0))  # type: ignore[arg-type]
    assert said(counter) == [
        (MISSING, None, 0),
        (READY, None, 0),
        (LOCATED, None, 0),
        (LOCATED, ScanHint.BRIGHTER, 0),
        (LOCATED, ScanHint.BRIGHTER, 8),
        (READY, None, 0),
    ]


def test_another_try_begins_from_the_beginning() -> None:
    held = sees(0.1, is_located=True)
    counter = play(again(4), held, sees(8.5, is_located=True), again(5), sees(0.1, is_located=True))
    assert said(counter)[2:] == [(LOCATED, None, 0), (LOCATED, None, 8), (LOCATED, None, 0)]


def test_a_code_in_sight_is_one_scan_and_one_more_when_the_cashier_wants_it() -> None:
    shown = sees(0.1, "CHAK")
    counter = play(again(1), shown, shown, shown, again(2), shown, shown)
    scans = [call for call in counter.calls if isinstance(call, ScanSeen)]
    assert scans == [ScanSeen(text="CHAK", length=4)] * 2


def test_a_camera_that_is_unplugged_or_breaks_is_told_and_plugging_it_in_is_enough() -> None:
    counter = play(
        sees(0.1, is_located=True),
        camera(Presence.MISSING),
        camera(Presence.MISSING),
        camera(Presence.FAULTY),
        camera(Presence.READY),
        sees(2.0, "CHAK"),
    )
    states = [state for state, _, _ in said(counter)]
    assert states == [MISSING, READY, LOCATED, MISSING, ScannerState.FAULT, READY]
    assert counter.calls[-1] == ScanSeen(text="CHAK", length=4)


def test_a_terminal_without_a_camera_does_not_miss_one() -> None:
    assert [state for state, _, _ in said(play(camera(Presence.OFF), sees(1.0)))][-1] is ScannerState.OFF


def test_nothing_is_looked_at_while_no_code_may_be_shown() -> None:
    counter = Counter(steps=[sees(0.1, "CHAK"), sees(0.1, "CHAK")])
    counter.pushes = [DevicesState(armed=False, jobs_waiting=0)]
    Eyes(counter, Scanner(counter, counter)).serve(counter.stopping)
    assert said(counter) == [(MISSING, None, 0)]
    assert len(counter.calls) == 1
