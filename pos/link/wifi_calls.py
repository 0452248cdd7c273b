"""The wireless network: asked for at the screen, shown to the camera, joined by somebody else.

The code comes as any other (`ScanSeen`), and core puts it where root reads it: nothing here holds the password.
"""

from pos.link.base_calls import Answer, Call, Done, Refused
from pos.link.wifi import WifiState


class WifiPage(Answer, frozen=True, kw_only=True):
    """How it stands."""

    state: WifiState
    network: str = ""
    """Its name, safe text; empty where none was shown."""


class TryWifi(Call[Done | Refused], frozen=True, kw_only=True):
    """Every code until `is_on` is False is a network's, and never paid with. Refused while a sale is open (screen)."""

    is_on: bool


class ReadWifi(Call[WifiPage], frozen=True, kw_only=True):
    """How does it stand (screen)?"""


class TellWifi(Call[Done], frozen=True, kw_only=True):
    """What became of it (control)."""

    state: WifiState
