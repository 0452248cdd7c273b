"""A sheet of emergency codes before the camera of a till without a network: real core and devices processes."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from pos.config import load_config
from pos.link.address import socket_path
from pos.link.calls import Role, Watch
from pos.link.client import BlockingLink
from pos.link.state import EmergencyState, TillState
from pos.sandbox.emergency import write_emergency
from pos.sandbox.town import HOME_ISSUER, KeyState
from pos.voucher.keys import key_id
from tests.support.process_tools import wait_for_unix_socket
from tests.system.conftest import Till
from tests.system.test_processes import wait_until

TARGET_S = 60
"""The codes of a key's revocation are to be read in less than this."""


@pytest.mark.slow
def test_a_key_is_revoked_by_the_camera_in_less_than_a_minute(
    till: Till, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kid = key_id(till.town.issuer_key(HOME_ISSUER, KeyState.CURRENT).public_key).hex()
    pictures = write_emergency(till.town.directory, tmp_path, keys=[f"{HOME_ISSUER}:{kid}"], vouchers=(), terminals=())
    camera = till.town.directory / "camera"
    camera.mkdir(exist_ok=True)
    sockets = load_config(till.config).terminal.socket_dir
    with till.start("process", "core") as core:
        wait_for_unix_socket(socket_path(sockets, Role.CONTROL), child=core)
        with till.start("process", "devices"), closing(BlockingLink(sockets, Role.SCREEN)) as screen:
            screen.call(Watch())
            began_s = time.monotonic()
            for number, picture in enumerate(pictures, start=1):
                shown = camera / ".next.png"
                shown.write_bytes(picture.read_bytes())
                shown.rename(camera / "code.png")
                seen = wait_until(screen, lambda state, number=number: collected(state) >= number)
            took_s = time.monotonic() - began_s
            assert seen.emergency is not None
            assert seen.emergency.state is EmergencyState.APPLIED
    with capsys.disabled():
        sys.stdout.write(f"\nemergency: {len(pictures)} codes read and applied in {took_s:.1f} s\n")
    assert took_s < TARGET_S


def collected(state: TillState) -> int:
    return 0 if state.emergency is None else state.emergency.collected
