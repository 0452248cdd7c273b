"""What one printer model can do, as data: `profiles/*.toml`, one file a model, or a file of the shop's own.

Rules:
- every key is known and typed; a wrong file names all its problems at once;
- a profile says what was tried: `emulator` when a printer made of software by somebody else printed it, `untested`
  when only the maker's manual speaks for it. Nothing here has been tried on hardware.

Leaves the feature lists of known models (width in dots, native codes, cutter) to python-escpos's database, named by
`escpos`; what stands in the profile goes first.
"""

import tomllib
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl

import msgspec

from drivers.errors import DeviceSetupError

PROFILES_DIR: Final = Path(__file__).with_name("profiles")


class Verified(StrEnum):
    """How far a profile was tried."""

    EMULATOR = "emulator"
    UNTESTED = "untested"


class Hangul(StrEnum):
    """How Korean text reaches the paper."""

    TEXT = "text"
    RASTER = "raster"


class KanjiSize(StrEnum):
    """Which command sizes two-byte characters: Epson's GS ! does both, clones want FS ! beside ESC !."""

    GS = "gs"
    FS = "fs"


class DotsBy(StrEnum):
    """In which order the dots of a line travel."""

    ROWS = "rows"
    """GS v 0: every printer that prints dots takes it."""
    COLUMNS = "columns"
    """ESC * with ESC $ over the gaps: a third fewer bytes, for the models that python-escpos knows to take it."""


class Fence(StrEnum):
    """What proves that everything before it is on paper."""

    PROCESS_ID = "process_id"
    """GS ( H function 48: answered when printing is complete."""
    PAPER_SENSOR = "paper_sensor"
    """GS r 1: queued behind the data, not executed while paper is out."""
    NONE = "none"
    """The printer answers nothing; what it did is never proven."""


class Cut(StrEnum):
    """How a receipt ends."""

    PARTIAL = "partial"
    NONE = "none"


class QrBy(StrEnum):
    """Who draws QR codes."""

    NATIVE = "native"
    RASTER = "raster"


class DrawerKick(StrEnum):
    """How the drawer is opened."""

    REAL_TIME = "real_time"
    """DLE DC4: works while paper is out."""
    QUEUED = "queued"
    """ESC p: waits behind the data."""
    NONE = "none"


class PinLevel(StrEnum):
    """Level of the drawer's switch (connector pin 3) while it is open."""

    HIGH = "high"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One printer model. Widths are those of font A at normal size."""

    name: str
    title: str
    verified: Verified
    escpos: str
    """Name of the nearest model in python-escpos's database."""
    dots: int
    """Printable width, a multiple of eight."""
    columns: int
    hangul: Hangul
    kanji_size: KanjiSize = KanjiSize.GS
    kanji_spacing_reset: bool = True
    """Send FS S 0 0: some clones put a gap after every two-byte character."""
    status: bool = True
    """Whether DLE EOT is answered; without it there is no preflight."""
    asb: bool = True
    """Whether GS a (automatic status back) is answered."""
    fence: Fence
    cut: Cut = Cut.PARTIAL
    tear_feed_lines: int = 5
    """Lines fed instead of a cut."""
    qr: QrBy
    serial_dots_by: DotsBy = DotsBy.COLUMNS
    """How lines of dots travel where bytes are time; everywhere else it is by rows."""
    drawer: DrawerKick = DrawerKick.REAL_TIME
    drawer_connector: int = 0
    """0 is connector pin 2, 1 is connector pin 5."""
    drawer_pulse_ms: int = 100
    """100 to 800 by the real-time command, in hundreds; 2 to 510 by the queued one."""
    drawer_open_level: PinLevel = PinLevel.HIGH

    def dots_by(self, *, on_serial: bool) -> DotsBy:
        """How lines of dots travel to it."""
        return self.serial_dots_by if on_serial else DotsBy.ROWS

    @property
    def width_bytes(self) -> int:
        """Printable width in bytes of a raster row."""
        return self.dots // 8


def load_profile(name: str) -> Profile:
    """Return a shipped profile by name, or the one in a TOML file of the shop's own by its path.

    Options behind the name replace what stands in the file: `clone-80mm?asb=false&fence=none`. Raises
    DeviceSetupError when there is none, or naming everything that is wrong with it.
    """
    name, _, options = name.partition("?")
    path = Path(name) if name.endswith(".toml") else PROFILES_DIR / f"{name}.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DeviceSetupError(f"no printer profile {name!r}; known: {', '.join(profile_names())}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as unreadable:
        raise DeviceSetupError(f"printer profile {path}: {unreadable}") from unreadable
    return _checked(table, path, dict(parse_qsl(options, keep_blank_values=True)))


def profile_names() -> tuple[str, ...]:
    """Return the names of the shipped profiles, sorted."""
    return tuple(sorted(path.stem for path in PROFILES_DIR.glob("*.toml")))


def _checked(table: dict[str, object], path: Path, options: dict[str, str]) -> Profile:
    unknown = sorted({*table, *options} - {field.name for field in fields(Profile)})
    problems = [f"unknown key {key!r}" for key in unknown]
    try:
        profile = msgspec.convert({"name": path.stem, **table}, Profile)
        if options:
            # What stands behind a name is text, whatever it stands for.
            profile = msgspec.convert({**asdict(profile), **options}, Profile, strict=False)
    except msgspec.ValidationError as wrong:
        raise DeviceSetupError(f"printer profile {path.name}: {'; '.join([*problems, str(wrong)])}") from wrong
    problems += _range_problems(profile)
    if problems:
        raise DeviceSetupError(f"printer profile {path.name}: {'; '.join(problems)}")
    return profile


def _range_problems(profile: Profile) -> list[str]:
    checks = (
        (profile.dots % 8 == 0 and 64 <= profile.dots <= 1024, "dots: a multiple of 8 from 64 to 1024"),
        (16 <= profile.columns <= profile.dots // 12, "columns: 16 to dots / 12"),
        (profile.drawer_connector in (0, 1), "drawer_connector: 0 (pin 2) or 1 (pin 5)"),
        (100 <= profile.drawer_pulse_ms <= 500, "drawer_pulse_ms: 100 to 500"),
        (0 <= profile.tear_feed_lines <= 20, "tear_feed_lines: 0 to 20"),
    )
    return [problem for fits, problem in checks if not fits]
