"""The wireless network that a telephone shows: taken from the camera, handed to root, told on the screen.

Rules:

- core has no network and starts no program: it leaves the code in a folder in memory beside its sockets, readable by
  itself and root alone, where a unit waits for it (`systemd/pos-wifi.path`), joins, and removes it;
- what cannot be joined is refused here, with its reason, and never written down;
- the text is in no entry and no log line; what is shown is the name of the network alone;
- where nobody answers within `ANSWER_S_MAX`, the code is removed here.
"""

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pos.clock import Clock
from pos.core.bundling import WISH_FOLDER
from pos.link.calls import Done, ReadWifi, TellWifi, WifiPage
from pos.link.wifi import WifiState
from pos.text import safe_text
from pos.wifi.code import CodeFault, WifiCode, parse_wifi_code

WISH_FILE: Final = "wifi"
ANSWER_S_MAX: Final = 150.0
ASKED_S_MAX: Final = 180.0
"""A screen that forgot to end it must not leave a till that passes over its customers."""
_FAULTS: Final = {
    CodeFault.NOT_WIFI: WifiState.NOT_A_CODE,
    CodeFault.BROKEN: WifiState.BROKEN,
    CodeFault.WEP: WifiState.WEP,
    CodeFault.PERSONAL: WifiState.PERSONAL,
}

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Joining:
    """One network at a time."""

    socket_dir: Path
    clock: Clock
    _state: WifiState = WifiState.NONE
    _network: str = ""
    _wanted_s: float = 0.0
    _asked_until_s: float = float("-inf")

    @property
    def is_asked(self) -> bool:
        """Whether the next code is a network's, whatever it is."""
        return self.clock.monotonic_s() < self._asked_until_s

    @property
    def page(self) -> WifiPage:
        if self._state is WifiState.JOINING and self.clock.monotonic_s() - self._wanted_s > ANSWER_S_MAX:
            self._state = WifiState.FAILED
            self._wish.unlink(missing_ok=True)
        return WifiPage(state=self._state, network=self._network)

    def answer(self, call: ReadWifi | TellWifi) -> WifiPage | Done:
        if isinstance(call, ReadWifi):
            return self.page
        self._state = call.state
        return Done()

    def ask(self, *, is_on: bool) -> Done:
        """Take the next code as a network's, or no longer."""
        self._asked_until_s = self.clock.monotonic_s() + ASKED_S_MAX if is_on else float("-inf")
        if is_on and self.page.state is not WifiState.JOINING:
            self._state, self._network = WifiState.WAITING, ""
        return Done()

    def take(self, text: str) -> None:
        """A code was shown while one was waited for, or one that is a network's by its looks."""
        if self.page.state is WifiState.JOINING:
            return
        code = parse_wifi_code(text)
        if isinstance(code, CodeFault):
            self._state, self._network = _FAULTS[code], ""
            return
        self._network = safe_text(code.name)
        self._hand_over(code, text)

    @property
    def _wish(self) -> Path:
        return self.socket_dir / WISH_FOLDER / WISH_FILE

    def _hand_over(self, code: WifiCode, text: str) -> None:
        log.info("a wireless network was shown: %s", code.protection.value)
        new = self._wish.with_suffix(".new")
        try:
            new.parent.mkdir(exist_ok=True)
            new.unlink(missing_ok=True)
            # Not synced: it lies in memory, and must not survive a cut.
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                file.write(text)
            new.replace(self._wish)
        except OSError as error:
            log.warning("nobody can be asked to join a network: %s", error)
            self._state = WifiState.FAILED
            return
        self._state, self._wanted_s = WifiState.JOINING, self.clock.monotonic_s()
