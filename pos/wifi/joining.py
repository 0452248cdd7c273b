"""Joins the network that was shown to the till: root's part, by way of NetworkManager.

Rules:

- who asks is core, which may be taken over: the text is read as strictly here as there, and the profile is written
  here, so that nothing but a network's name and password can get into NetworkManager;
- the profile is tried from `/run` and kept on the data partition once it has worked, so that a read-only root, a
  changed slot and a network that was mistyped leave the till with the one that worked last;
- the request is overwritten and removed whatever happens; nmcli is given files, and no password on its command line.
"""

import os
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pos.durable import replace_file
from pos.link.wifi import WifiState
from pos.wifi.code import CodeFault, WifiCode, parse_wifi_code
from pos.wifi.keyfile import FILE_MODE, FILE_NAME, PROFILE_UUID, keyfile

REQUEST_BYTES_MAX: Final = 4096
LOOKS: Final = 2
"""A radio that was switched on just now may hear nothing the first time."""
LOOK_S: Final = 20
UP_S: Final = 75
"""Association, password and address; NetworkManager itself gives an address 45 s."""
_SPARE_S: Final = 10
_MEANINGS: Final[Mapping[str, WifiState]] = {
    "Secrets were required": WifiState.WRONG_PASSWORD,
    "supplicant": WifiState.WRONG_PASSWORD,
    "network could not be found": WifiState.NOT_FOUND,
    "No suitable device": WifiState.NOT_FOUND,
    "IP configuration": WifiState.NO_ADDRESS,
}
"""What nmcli says in English when a connection does not come up."""


@dataclass(frozen=True, slots=True)
class Said:
    """How nmcli ended and what it said."""

    status: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Nmcli:
    """NetworkManager, by its command line tool."""

    program: str = "/usr/bin/nmcli"
    profiles: Path = Path("/run/NetworkManager/system-connections")
    """What is here is forgotten with the next start."""

    def switch_on(self) -> None:
        """A new board keeps its radio off until somebody wants it."""
        self._say("radio", "wifi", "on", wait_s=LOOK_S)

    def has_radio(self) -> bool | None:
        """Whether this machine has a radio; None where NetworkManager does not answer."""
        said = self._say("--terse", "--fields", "TYPE", "device", wait_s=LOOK_S)
        return "wifi" in said.text.split() if said.status == 0 else None

    def names_in_the_air(self) -> frozenset[bytes]:
        """The names of all networks that are heard now."""
        words = ("--terse", "--fields", "SSID-HEX", "device", "wifi", "list", "--rescan", "yes")
        lines = self._say(*words, wait_s=LOOK_S).text.split()
        return frozenset(bytes.fromhex(line) for line in lines if _is_hex(line))

    def take(self, content: str) -> bool:
        """Make this the machine's one wireless profile; False where NetworkManager does not take it. Raises OSError."""
        self.profiles.mkdir(mode=0o755, parents=True, exist_ok=True)
        file = self.profiles / FILE_NAME
        replace_file(file, content.encode(), mode=FILE_MODE)
        return self._say("connection", "load", str(file), wait_s=LOOK_S).status == 0

    def drop(self) -> None:
        """Forget the profile that was taken."""
        self._say("connection", "delete", "uuid", PROFILE_UUID, wait_s=LOOK_S)
        (self.profiles / FILE_NAME).unlink(missing_ok=True)

    def bring_up(self, *, wait_s: int = UP_S) -> WifiState:
        """Join the network of the profile; with no seconds to wait it is only begun."""
        said = self._say("--wait", str(wait_s), "connection", "up", "uuid", PROFILE_UUID, wait_s=wait_s)
        if said.status == 0:
            return WifiState.JOINED
        return next((state for words, state in _MEANINGS.items() if words in said.text), WifiState.FAILED)

    def _say(self, *words: str, wait_s: int) -> Said:
        command = (self.program, "--colors", "no", *words)
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
        try:
            done = subprocess.run(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=wait_s + _SPARE_S,
                check=False,
            )
        except (OSError, subprocess.SubprocessError) as error:
            return Said(1, type(error).__name__)
        return Said(done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace"))


def join_wanted(request: Path, *, kept: Path, nmcli: Nmcli) -> WifiState:
    """Join what was asked for, and remove the request; `kept` is the folder of the profile that worked last."""
    try:
        code = _read(request)
    finally:
        wipe(request)
    if code is None:
        return WifiState.BROKEN
    try:
        state = _join(code, kept / FILE_NAME, nmcli)
        if state is not WifiState.JOINED:
            _go_back(kept / FILE_NAME, nmcli)
    except OSError:
        # No room, or no folder: what was joined lasts until the next start at best, so it is not called joined.
        return WifiState.FAILED
    return state


def restore(*, kept: Path, nmcli: Nmcli) -> bool:
    """After a start: give NetworkManager the profile that worked last; False where there is none. Raises OSError."""
    try:
        content = (kept / FILE_NAME).read_text("utf-8")
    except FileNotFoundError:
        return False
    nmcli.switch_on()
    return nmcli.take(content)


def wipe(request: Path) -> None:
    """Overwrite and remove a request; it lies in memory, where overwriting is what it says."""
    try:
        descriptor = os.open(request, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        # A link, or nothing: its name goes all the same.
        request.unlink(missing_ok=True)
        return
    with os.fdopen(descriptor, "wb") as file:
        file.write(bytes(min(os.fstat(descriptor).st_size, REQUEST_BYTES_MAX)))
    request.unlink(missing_ok=True)


def _read(request: Path) -> WifiCode | None:
    try:
        descriptor = os.open(request, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        raw = file.read(REQUEST_BYTES_MAX) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
    code = parse_wifi_code(raw.decode("utf-8", "replace"))
    return None if isinstance(code, CodeFault) else code


def _join(code: WifiCode, kept: Path, nmcli: Nmcli) -> WifiState:
    nmcli.switch_on()
    has_radio = nmcli.has_radio()
    if not has_radio:
        return WifiState.FAILED if has_radio is None else WifiState.NO_RADIO
    found = _found(code, nmcli)
    if found is None:
        return WifiState.NOT_FOUND
    content = keyfile(found)
    if not nmcli.take(content):
        return WifiState.FAILED
    state = nmcli.bring_up()
    if state is WifiState.JOINED:
        kept.parent.mkdir(mode=0o700, exist_ok=True)
        replace_file(kept, content.encode(), mode=FILE_MODE)
    return state


def _found(code: WifiCode, nmcli: Nmcli) -> WifiCode | None:
    """The code with the name that is in the air; a hidden network is believed to be there."""
    for _ in range(LOOKS):
        names = nmcli.names_in_the_air()
        if code.ssid in names:
            return code
        if code.ssid_spelled is not None and code.ssid_spelled in names:
            return replace(code, ssid=code.ssid_spelled)
    return code if code.is_hidden else None


def _go_back(kept: Path, nmcli: Nmcli) -> None:
    """To the network that worked last, without waiting for it."""
    if not restore(kept=kept.parent, nmcli=nmcli):
        nmcli.drop()
    else:
        nmcli.bring_up(wait_s=0)


def _is_hex(text: str) -> bool:
    try:
        return bool(bytes.fromhex(text))
    except ValueError:
        return False
