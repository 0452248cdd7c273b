"""What an examination found, and what to do about it."""

from collections.abc import Mapping
from typing import Final

from pos.link.equipment import Condition, DeviceKind
from pos.words.findings import DEVICE_CODES, FindingCode, FindingWords

DEVICES: Final[Mapping[DeviceKind, str]] = {
    DeviceKind.PRINTER: "Receipt printer",
    DeviceKind.SCANNER: "Camera",
    DeviceKind.DISPLAY: "Customer display",
    DeviceKind.LAMP: "Lamp and sound",
    DeviceKind.VOICE: "Voice",
}
_CONDITIONS: Final[Mapping[Condition, tuple[str, str]]] = {
    Condition.OFF: ("Set not to be used", ""),
    Condition.READY: ("Works", ""),
    Condition.PAPER_LOW: ("There is little paper left", "Have a new roll at hand"),
    Condition.PAPER_OUT: ("There is no paper", "Load paper; the receipts that wait come out afterwards"),
    Condition.COVER_OPEN: ("The cover is open", "Close the cover"),
    Condition.MISSING: ("Not connected", "Check power and cable; plugging it in is enough"),
    Condition.SILENT: ("Connected, but does not answer", "Switch it off and on, and check the line's speed"),
    Condition.BUSY: ("Another program uses it", "End that program or restart the terminal"),
    Condition.DENIED: ("Connected, but this terminal may not use it", "Tell your technician this number"),
    Condition.FAULT: ("Reports that it is broken", "Switch it off and on; if that does not help, have it repaired"),
    Condition.SETUP: ("Cannot be used as it is set up", "Tell your technician this number"),
    Condition.UNHEARD: ("Nothing is known of it yet", "Look again in a moment; if nothing changes, restart"),
}

FINDINGS: Final[Mapping[int, FindingWords]] = {
    **{
        code: FindingWords(name=DEVICES[kind], meaning=_CONDITIONS[condition][0], to_do=_CONDITIONS[condition][1])
        for code, (kind, condition) in DEVICE_CODES.items()
    },
    FindingCode.DATA_THERE: FindingWords(name="Data partition", meaning="In place", to_do=""),
    FindingCode.DATA_MISSING: FindingWords(
        name="Data partition",
        meaning="Not there; nothing can be sold without it",
        to_do="Have the unit replaced; the second medium holds every approval",
    ),
    FindingCode.DATA_READ_ONLY: FindingWords(
        name="Data partition", meaning="Cannot be written; the card is failing", to_do="Have the unit replaced"
    ),
    FindingCode.BACKUP_FRESH: FindingWords(name="Copy of the sales", meaning="Made regularly", to_do=""),
    FindingCode.BACKUP_OLD: FindingWords(
        name="Copy of the sales",
        meaning="None was made for days",
        to_do="Leave the till on for an hour; if it stays, tell your technician this number",
    ),
    FindingCode.BACKUP_MISSING: FindingWords(
        name="Copy of the sales",
        meaning="There is none yet",
        to_do="Leave the till on for an hour; if it stays, tell your technician this number",
    ),
    FindingCode.BACKUP_UNKNOWN: FindingWords(
        name="Copy of the sales", meaning="May not be looked at from here", to_do="Look again as administrator"
    ),
    FindingCode.SPACE_ENOUGH: FindingWords(name="Free space", meaning="Enough", to_do=""),
    FindingCode.SPACE_SHORT: FindingWords(
        name="Free space", meaning="Nearly none left", to_do="Tell your technician this number"
    ),
    FindingCode.MIRROR_OFF: FindingWords(name="Second medium", meaning="Set not to be used", to_do=""),
    FindingCode.MIRROR_THERE: FindingWords(name="Second medium", meaning="In place", to_do=""),
    FindingCode.MIRROR_MISSING: FindingWords(
        name="Second medium",
        meaning="Not plugged in, or not this terminal's",
        to_do="Plug the terminal's own stick in again",
    ),
    FindingCode.MIRROR_UNKNOWN: FindingWords(
        name="Second medium", meaning="May not be looked at from here", to_do="Look again as administrator"
    ),
    FindingCode.MIRROR_FAILED: FindingWords(
        name="Second medium",
        meaning="Does not take what is written",
        to_do="Have the stick replaced; sales are kept on the card",
    ),
    FindingCode.MIRROR_OTHER: FindingWords(
        name="Second medium",
        meaning="Of another terminal, so it is not taken over",
        to_do="Plug in the stick of the terminal that stood here",
    ),
    FindingCode.MIRROR_UNPROVEN: FindingWords(
        name="Second medium",
        meaning="Nothing proves that it is the former terminal's",
        to_do="Keep the stick, and tell support this number",
    ),
    FindingCode.MIRROR_TAKEN_OVER: FindingWords(
        name="Second medium",
        meaning="The former terminal's entries are on their way",
        to_do="Connect the network and leave the stick in",
    ),
    FindingCode.CARD_FINE: FindingWords(name="Memory card", meaning="No errors counted", to_do=""),
    FindingCode.CARD_ERRORS: FindingWords(
        name="Memory card", meaning="Errors were counted on it", to_do="Have the card replaced soon"
    ),
    FindingCode.CARD_UNKNOWN: FindingWords(name="Memory card", meaning="Its errors are not counted here", to_do=""),
    FindingCode.CLOCK_SURE: FindingWords(name="Clock", meaning="Right", to_do=""),
    FindingCode.CLOCK_UNSURE: FindingWords(
        name="Clock",
        meaning="Nobody has confirmed the time yet; limits are lower",
        to_do="Connect the network for a moment",
    ),
    FindingCode.BATTERY_THERE: FindingWords(name="Clock battery", meaning="The board has a clock of its own", to_do=""),
    FindingCode.BATTERY_MISSING: FindingWords(
        name="Clock battery",
        meaning="The board has no clock of its own",
        to_do="The time is right again once the network is there",
    ),
    FindingCode.TIME_SAVED: FindingWords(name="Saved time", meaning="The time is kept for the next start", to_do=""),
    FindingCode.TIME_NOT_SAVED: FindingWords(
        name="Saved time", meaning="The time is not kept for the next start", to_do="Tell your technician this number"
    ),
    FindingCode.KEY_SEALED: FindingWords(name="Terminal key", meaning="In place and sealed", to_do=""),
    FindingCode.KEY_OPEN: FindingWords(
        name="Terminal key",
        meaning="In place, but not sealed: for trials only",
        to_do="Have it sealed before the terminal is used in a shop",
    ),
    FindingCode.KEY_MISSING: FindingWords(
        name="Terminal key", meaning="There is none: the terminal is not enrolled", to_do="Enrol the terminal"
    ),
    FindingCode.KEY_UNKNOWN: FindingWords(
        name="Terminal key", meaning="May not be looked at from here", to_do="Look again as administrator"
    ),
    FindingCode.LEDGER_REACHED: FindingWords(name="Ledger", meaning="Reached", to_do=""),
    FindingCode.LEDGER_AWAY: FindingWords(
        name="Ledger", meaning="Not reached; sales go on within limits", to_do="Check the router and its cable"
    ),
    FindingCode.LEDGER_NAME: FindingWords(
        name="Ledger",
        meaning="Its name is not found: there is no internet here",
        to_do="Check the router and its cable; restart the router",
    ),
    FindingCode.LEDGER_NOBODY: FindingWords(
        name="Ledger",
        meaning="Nobody answers at its address",
        to_do="Check the router; if other machines are online, call support",
    ),
    FindingCode.LEDGER_SLOW: FindingWords(
        name="Ledger", meaning="No answer in time", to_do="Wait a little; if it stays, restart the router"
    ),
    FindingCode.LEDGER_STRANGER: FindingWords(
        name="Ledger",
        meaning="Somebody else answers in its place",
        to_do="Does the Wi-Fi want a login? Use another one, or a cable",
    ),
    FindingCode.LEDGER_CONTENT: FindingWords(
        name="Ledger",
        meaning="The answer is not the ledger's",
        to_do="Does the Wi-Fi want a login? Use another one, or a cable",
    ),
    FindingCode.LEDGER_REFUSES: FindingWords(
        name="Ledger",
        meaning="It does not accept this terminal",
        to_do="Read the support number to support; the clock may be wrong",
    ),
    FindingCode.LEDGER_BROKEN: FindingWords(
        name="Ledger", meaning="It has trouble of its own", to_do="Nothing to do here: it is tried again by itself"
    ),
    FindingCode.CONTACT_FRESH: FindingWords(name="Last contact", meaning="Recent enough", to_do=""),
    FindingCode.CONTACT_OLD: FindingWords(
        name="Last contact", meaning="Soon too long ago: selling offline will stop", to_do="Connect the network today"
    ),
    FindingCode.WAITING_FINE: FindingWords(name="To be delivered", meaning="Little enough", to_do=""),
    FindingCode.WAITING_LONG: FindingWords(
        name="To be delivered", meaning="Much is waiting; limits are nearly used up", to_do="Connect the network"
    ),
    FindingCode.WAITING_OLD: FindingWords(
        name="To be delivered",
        meaning="Something waits for more than a day",
        to_do="Connect the network, or call support",
    ),
    FindingCode.SIBLINGS_LINKED: FindingWords(name="Other tills", meaning="They hear each other", to_do=""),
    FindingCode.SIBLINGS_SILENT: FindingWords(
        name="Other tills",
        meaning="Not heard from: one voucher may be taken twice",
        to_do="See that they are on, in the same network",
    ),
    FindingCode.CORE_SELLS: FindingWords(name="Till", meaning="Running", to_do=""),
    FindingCode.CORE_STOPPED: FindingWords(
        name="Till", meaning="Running, but cannot sell", to_do="Do what the screen says"
    ),
    FindingCode.NETWORK_THERE: FindingWords(name="Network", meaning="Connected", to_do=""),
    FindingCode.NETWORK_MISSING: FindingWords(
        name="Network", meaning="Not connected", to_do="Plug in the cable, or show a Wi-Fi code"
    ),
    FindingCode.CORE_AWAY: FindingWords(name="Till", meaning="Not running", to_do="Restart the terminal"),
    FindingCode.POWER_FINE: FindingWords(name="Power supply", meaning="Strong enough", to_do=""),
    FindingCode.POWER_LOW: FindingWords(
        name="Power supply", meaning="Was too weak: this breaks cards", to_do="Use the board's own power supply"
    ),
    FindingCode.POWER_UNKNOWN: FindingWords(name="Power supply", meaning="This board does not measure it", to_do=""),
    FindingCode.HEAT_FINE: FindingWords(name="Temperature", meaning="Normal", to_do=""),
    FindingCode.HEAT_HIGH: FindingWords(name="Temperature", meaning="Too hot", to_do="Give the unit air"),
    FindingCode.HEAT_UNKNOWN: FindingWords(name="Temperature", meaning="This board does not measure it", to_do=""),
    FindingCode.PACKAGE_WHOLE: FindingWords(name="Program", meaning="Every file is as it was delivered", to_do=""),
    FindingCode.PACKAGE_DAMAGED: FindingWords(
        name="Program", meaning="Files are not as they were delivered", to_do="Install the program again"
    ),
    FindingCode.PACKAGE_ABSENT: FindingWords(name="Program", meaning="Not installed as a package", to_do=""),
    FindingCode.INSTALLING_SAFE: FindingWords(name="Installing", meaning="Survives a power cut", to_do=""),
    FindingCode.INSTALLING_UNSAFE: FindingWords(
        name="Installing", meaning="Does not survive a power cut", to_do="Tell your technician this number"
    ),
    FindingCode.CERTIFICATE_FINE: FindingWords(name="Certificate", meaning="Valid; days left", to_do=""),
    FindingCode.CERTIFICATE_ENDS: FindingWords(
        name="Certificate", meaning="Ends soon; days left", to_do="Connect the network today"
    ),
    FindingCode.CERTIFICATE_OVER: FindingWords(
        name="Certificate", meaning="Has ended", to_do="Connect the network; if that does not help, enrol again"
    ),
    FindingCode.CERTIFICATE_MISSING: FindingWords(
        name="Certificate", meaning="There is none", to_do="Enrol the terminal"
    ),
    FindingCode.TRUST_FRESH: FindingWords(name="Voucher rules", meaning="Up to date", to_do=""),
    FindingCode.TRUST_STALE: FindingWords(
        name="Voucher rules", meaning="Nothing newer for a while", to_do="Connect the network today"
    ),
    FindingCode.TRUST_OLD: FindingWords(
        name="Voucher rules",
        meaning="Too old to rely on without the network",
        to_do="Connect the network, or bring newer ones on a stick",
    ),
    FindingCode.TRUST_ENDS: FindingWords(
        name="Voucher rules",
        meaning="Part of them ends soon; days left",
        to_do="Read the support number to support",
    ),
    FindingCode.TRUST_MISSING: FindingWords(
        name="Voucher rules", meaning="There are none", to_do="Connect the network, or enrol the terminal"
    ),
    FindingCode.CHECK_FAILED: FindingWords(
        name="Examination", meaning="A check could not be made", to_do="Tell your technician this number"
    ),
}
UNKNOWN: Final = FindingWords(
    name="Unknown", meaning="This program does not know the number", to_do="Tell your technician this number"
)
