"""What a simulated printer is made of and what can be wrong with it.

`Hardware` is the model: it does not change. `Faults` is its day: a test or a demonstration changes it at any time, and
in a simulator's folder it is the file `faults.json` with these field names, for example {"paper": "out"}.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from drivers.printer.profile import PinLevel
from drivers.printer.status import Paper


class RomLanguage(StrEnum):
    """The two-byte characters in the printer's ROM."""

    KOREA = "korea"
    CHINA = "china"
    JAPAN = "japan"
    NONE = "none"


ROM_NAMES: dict[RomLanguage, str] = {
    RomLanguage.KOREA: "KOREA C-5601C",
    RomLanguage.CHINA: "CHINA GB18030",
    RomLanguage.JAPAN: "KANJI JAPANESE",
    RomLanguage.NONE: "",
}
"""Answers to GS I 69, as in Epson's reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """One model of printer."""

    dots: int = 576
    maker: str = "CHAK"
    model: str = "SIMULATED"
    language: RomLanguage = RomLanguage.KOREA
    buffer_bytes: int = 4096
    has_process_id: bool = True
    has_automatic_status: bool = True
    has_cutter: bool = True
    has_column_images: bool = True
    drawer_open_level: PinLevel = PinLevel.HIGH


@dataclass(slots=True, kw_only=True)
class Faults:
    """What is wrong just now, and what will go wrong."""

    paper: Paper = Paper.OK
    cover_open: bool = False
    cutter_jam: bool = False
    overheated: bool = False
    broken: bool = False
    mute: bool = False
    """Prints, and answers nothing."""
    unplugged: bool = False
    drawer_stuck: bool = False
    language: RomLanguage | None = None
    """Another ROM than the model says."""
    bytes_per_s: int | None = None
    """Prints only so fast."""
    write_bytes_max: int | None = None
    """Takes only so much in one write."""
    unplug_after_bytes: int | None = None
    """The cable comes out when so many more bytes have arrived."""
    paper_out_after_lines: int | None = None
    """The roll ends when so many more lines are printed."""


@dataclass(slots=True, kw_only=True)
class Refusal:
    """Bytes that a real printer would not have understood, and what it prints instead."""

    data: bytes
    why: str


@dataclass(slots=True, kw_only=True)
class Observed:
    """What a test or a person can see of the printer besides its paper."""

    drawer_openings: int = 0
    drawer_is_open: bool = False
    refused: list[Refusal] = field(default_factory=list)
