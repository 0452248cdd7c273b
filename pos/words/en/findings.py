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
    FindingCode.CHECK_FAILED: FindingWords(
        name="Examination", meaning="A check could not be made", to_do="Tell your technician this number"
    ),
}
UNKNOWN: Final = FindingWords(
    name="Unknown", meaning="This program does not know the number", to_do="Tell your technician this number"
)
