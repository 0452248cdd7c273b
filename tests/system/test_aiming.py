"""A code that the camera sees and cannot read: the real core and devices processes, and what a screen is told."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers.camera.frame import Grey
from pos.bench.synth import draw_symbol
from pos.config import load_config
from pos.link.address import socket_path
from pos.link.calls import AnyPush, DevicesState, EnterAmount, Role, ScanAgain, WatchDevices
from pos.link.client import BlockingLink
from pos.link.state import Outcome, ScanHint, ScannerState, TillState
from pos.sandbox.cheats import payment_text
from tests.support.process_tools import wait_for_unix_socket
from tests.system.conftest import Till
from tests.system.test_processes import wait_until


def show(folder: Path, grey: Grey) -> None:
    """A whole picture at once, as the wallet's screen is."""
    cv2.imwrite(str(folder / ".next.png"), grey)
    (folder / ".next.png").rename(folder / "code.png")


def spoilt(text: str) -> Grey:
    """Dim, and so much of it covered that nobody can read it."""
    code = np.pad(draw_symbol(text), 60, constant_values=255)
    side = len(code)
    code[side * 3 // 8 : side * 7 // 8, side * 3 // 8 : side * 7 // 8] = 128
    return np.asarray(100 + code // 10, dtype=np.uint8)


@pytest.mark.slow
def test_a_code_that_cannot_be_read_is_helped_offered_other_ways_and_read_when_it_can_be(till: Till) -> None:
    text = payment_text(till.hand().sign(amount_won=12_000, issued_s=int(time.time())))
    camera = till.town.directory / "camera"
    camera.mkdir(exist_ok=True)
    sockets = load_config(till.config).terminal.socket_dir
    with till.start("process", "core") as core:
        wait_for_unix_socket(socket_path(sockets, Role.CONTROL), child=core)
        with (
            till.start("process", "devices"),
            closing(BlockingLink(sockets, Role.SCREEN)) as screen,
            closing(BlockingLink(sockets, Role.DEVICES)) as lamp,
        ):
            lamp.call(WatchDevices())
            screen.call(EnterAmount(amount_won=12_000))
            wait_until(screen, lambda state: state.scanner.state is ScannerState.READY)

            show(camera, spoilt(text))
            located = wait_until(screen, lambda state: state.scanner.state is ScannerState.LOCATED)
            assert located.scanner.unread_s == 0
            wait_until(screen, lambda state: state.scanner.hint is ScanHint.BRIGHTER)
            wait_until(screen, lambda state: state.scanner.unread_s == 8)
            assert lamp_is_lit(lamp)

            screen.call(ScanAgain())
            wait_until(screen, lambda state: state.scanner.unread_s == 0)

            camera.rename(camera.with_name("unplugged"))
            wait_until(screen, lambda state: state.scanner.state is ScannerState.MISSING)
            camera.with_name("unplugged").rename(camera)
            show(camera, np.pad(draw_symbol(text), 60, constant_values=255))
            approved = wait_until(screen, is_answered)
            assert approved.verdict is not None
            assert approved.verdict.outcome is Outcome.APPROVED
            assert approved.scanner.state is ScannerState.READY


def is_answered(state: TillState) -> bool:
    return state.verdict is not None


def lamp_is_lit(lamp: BlockingLink) -> bool:
    """Whether core ever asked for the aiming lamp until now."""
    pushes: list[AnyPush] = []
    while (push := lamp.next_push(0.05)) is not None:
        pushes.append(push)
    return any(isinstance(push, DevicesState) and push.code_located for push in pushes)
