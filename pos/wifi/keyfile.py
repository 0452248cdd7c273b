"""A wireless network as NetworkManager keeps it: a file of sections (nm-settings-keyfile(5)). Pure.

Rules:

- one profile for the machine, always of the same id: the next network takes the place of the one before;
- the name of the network is written as the numbers of its bytes, which is the one form without an escape;
- a password is text of GKeyFile: its backslashes are doubled and its spaces are written as `\\s`, so that none at its
  beginning or end is lost;
- no agent is asked for a password and none is shown: it stands in the file, which is root's and nobody else's to read.
"""

from collections.abc import Iterator
from typing import Final

from pos.wifi.code import Protection, WifiCode

PROFILE_ID: Final = "chak-till"
PROFILE_UUID: Final = "5b0f0c43-6b0c-4d43-8a3c-0a6f5d2b8c11"
FILE_NAME: Final = f"{PROFILE_ID}.nmconnection"
FILE_MODE: Final = 0o600
"""NetworkManager reads no file that others may read."""
_KEY_MANAGEMENT: Final = {Protection.WPA: "wpa-psk", Protection.SAE: "sae"}


def keyfile(code: WifiCode) -> str:
    """The file's content."""
    return "\n".join((*_lines(code), ""))


def _lines(code: WifiCode) -> Iterator[str]:
    yield "# The network that the till was shown; the next one takes its place (pos wifi)."
    yield "[connection]"
    yield f"id={PROFILE_ID}"
    yield f"uuid={PROFILE_UUID}"
    yield "type=wifi"
    # A router that was off over night: try for ever, and not four times only.
    yield "autoconnect-retries=0"
    yield ""
    yield "[wifi]"
    yield "mode=infrastructure"
    yield f"ssid={''.join(f'{byte};' for byte in code.ssid)}"
    if code.is_hidden:
        yield "hidden=true"
    # Without power saving: a payment is not to wait until the radio has woken up.
    yield "powersave=2"
    if code.protection is not Protection.OPEN:
        yield ""
        yield "[wifi-security]"
        yield f"key-mgmt={_KEY_MANAGEMENT[code.protection]}"
        yield f"psk={escaped(code.password)}"
    for section in ("ipv4", "ipv6"):
        yield ""
        yield f"[{section}]"
        yield "method=auto"


def escaped(text: str) -> str:
    """Text as a value of GKeyFile."""
    return text.replace("\\", "\\\\").replace(" ", "\\s")
