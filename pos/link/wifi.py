"""What became of a wireless network that was shown to the till."""

from enum import StrEnum


class WifiState(StrEnum):
    """Where it stands."""

    NONE = "none"
    """Nothing was shown."""
    WAITING = "waiting"
    """The code is waited for."""
    NOT_A_CODE = "not_a_code"
    BROKEN = "broken"
    WEP = "wep"
    PERSONAL = "personal"
    JOINING = "joining"
    JOINED = "joined"
    WRONG_PASSWORD = "wrong_password"
    NOT_FOUND = "not_found"
    """No network of this name is in the air."""
    NO_ADDRESS = "no_address"
    """Joined, and the router gave the till no address."""
    NO_RADIO = "no_radio"
    """This machine has no wireless network that can be used."""
    FAILED = "failed"
