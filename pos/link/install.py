"""The first boot as it stands in the till's snapshot: its steps, what was looked at, what went wrong."""

from enum import StrEnum

import msgspec

from pos.link.wifi import WifiState


class InstallStep(StrEnum):
    """Where the first boot stands, in this order."""

    LOOK = "look"
    """What is there and works."""
    CODE = "code"
    """The install code is waited for."""
    ENROLLING = "enrolling"
    TRUST = "trust"
    """Enrolled; the first trust data is on its way."""
    COMPARE = "compare"
    """The check code stands on screen and paper."""
    READ_BACK = "read_back"
    """The paper is waited for before the camera."""
    PAYMENT = "payment"
    """The test payment is being decided."""
    DONE = "done"


class InstallFault(StrEnum):
    """Why a step did not go on."""

    NOT_A_CODE = "not_a_code"
    NEEDS_UPDATE = "needs_update"
    OTHER_LEDGER = "other_ledger"
    """The code is of another ledger than the one this machine is meant for."""
    NO_CARD = "no_card"
    """Digits say nothing about which ledger they are for."""
    WRONG_NUMBER = "wrong_number"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    """Too old, unknown, or used by another machine."""
    NOT_PROMISED = "not_promised"
    """Whoever answered is not what the code promised."""
    DISK = "disk"
    OTHER_PAPER = "other_paper"
    PAYMENT = "payment"
    FILE_UNSIGNED = "file_unsigned"
    FILE_ALTERED = "file_altered"
    """Not signed by the ledger that it names, or changed since."""
    FILE_EXPIRED = "file_expired"
    OTHER_MACHINE = "other_machine"
    """The file is for another board."""


class FormerMedium(StrEnum):
    """How it stands with the second medium of the terminal whose place was taken."""

    NONE = "none"
    """Not plugged in, or nobody's place was taken."""
    READING = "reading"
    READ = "read"
    OTHER = "other"
    """It is of a terminal whose place was not taken."""
    UNPROVEN = "unproven"
    """Nothing on it shows that the ledger ever certified its terminal."""


class LookedAt(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the self-test."""

    code: int
    """`pos.words.findings.FindingCode`, or a device's number."""
    is_well: bool | None
    """None where nobody can tell yet."""


class InstallView(msgspec.Struct, frozen=True, kw_only=True):
    """The first boot as the screen shows it."""

    step: InstallStep
    lines: tuple[LookedAt, ...] = ()
    fault: InstallFault | None = None
    reason: str = ""
    """Why the test payment was not approved: a value of `pos.till.reasons.Reason`."""
    check_code: str = ""
    shop_name: str = ""
    terminal: str = ""
    machine: str = ""
    version: str = ""
    support: str = ""
    """The support number, eight digits."""
    skipped: tuple[str, ...] = ()
    is_paper_waiting: bool = False
    wifi: WifiState = WifiState.NONE
    network: str = ""
    """The wireless network that was shown."""
    former: str = ""
    """The terminal whose place was taken; empty where it was nobody's."""
    former_medium: FormerMedium = FormerMedium.NONE
    former_entries: int = 0
