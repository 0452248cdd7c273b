"""A process is alive while each of its loops is: one that hangs starves the watchdog, whatever the others do."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from pos.notify import Notifier
from pos.pulse import Pulse


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_a_loop_lives_while_it_asks_whether_to_stop() -> None:
    clock, stopping = Clock(), threading.Event()
    pulse = Pulse(stopping, monotonic_s=clock)
    busy, idle = pulse.loop(10.0), pulse.loop(10.0)
    clock.now_s += 9

    assert not busy.is_set()
    clock.now_s += 9

    assert not pulse.is_beating(), "the idle loop has been silent for 18 s"
    idle.wait(0)
    assert pulse.is_beating()


def test_each_loop_has_its_own_patience() -> None:
    clock = Clock()
    pulse = Pulse(threading.Event(), monotonic_s=clock)
    pulse.loop(300.0)
    quick = pulse.loop(10.0)
    clock.now_s += 60

    assert not pulse.is_beating()
    quick.is_set()
    assert pulse.is_beating()


def test_a_loop_hears_of_the_end_through_its_own_event() -> None:
    stopping = threading.Event()
    loop = Pulse(stopping).loop(10.0)

    stopping.set()

    assert loop.is_set()
    assert loop.wait(60.0)


def test_systemd_hears_ready_once_and_alive_only_while_every_loop_turns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    pulse = Pulse(threading.Event(), monotonic_s=clock)
    loop = pulse.loop(10.0)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        with pulse.fed(Notifier()):
            assert systemd.recv(100) == b"READY=1"
            assert systemd.recv(100) == b"WATCHDOG=1"
            clock.now_s += 11
            assert not pulse.is_beating()
            assert loop.silent_s() == 11
