"""Words about the shop's wireless network, in English; what each stands for is in `pos.words.wifi`."""

from typing import Final

from pos.link.wifi import WifiState
from pos.words.wifi import WifiLabels

WIFI_LABELS: Final = WifiLabels(
    title="Wireless network",
    how=(
        "In the telephone's Wi-Fi settings choose the shop's network and Share:",
        "hold the code that appears before the camera",
    ),
    hint="No cable? Hold a telephone's Wi-Fi sharing code before the camera",
    states={
        WifiState.NONE: ("Nothing was shown yet", "Show a telephone's Wi-Fi sharing code"),
        WifiState.WAITING: ("Waiting for the code", "Hold it before the camera"),
        WifiState.NOT_A_CODE: ("This is no Wi-Fi code", "Show the one that the telephone shares"),
        WifiState.BROKEN: ("The name or the password is missing in this code", "Make it anew on the telephone"),
        WifiState.WEP: (
            "This network is protected by WEP, which anybody can read along",
            "Set the router to WPA2, then show the code again",
        ),
        WifiState.PERSONAL: (
            "This network asks each person for a name and a password",
            "Use one with a shared password, or a cable",
        ),
        WifiState.JOINING: ("Joining", "This takes about a minute; leave it switched on"),
        WifiState.JOINED: ("Joined", "It joins by itself from now on"),
        WifiState.WRONG_PASSWORD: ("The password is wrong", "See whether the telephone can join, then show a new code"),
        WifiState.NOT_FOUND: (
            "This network is not in the air here",
            "Switch the router on, then show it again",
        ),
        WifiState.NO_ADDRESS: (
            "Joined, but the router gives no address",
            "Restart the router, then show it again",
        ),
        WifiState.NO_RADIO: ("This machine has no Wi-Fi", "Plug a network cable in"),
        WifiState.FAILED: ("It could not be joined", "Show the code again, or plug a network cable in"),
    },
    network="Network: {network}",
    again="Again",
)
