"""The terminal's configuration: one TOML file, every key known, all problems reported at once.

Rules: an unknown key is an error that names the nearest known one; relative paths are relative to the file; secrets
are named by path and never stand in the file.

A file that names no terminal is that of a machine whose ledger says who it is: see `pos.enrolled`.
"""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Final, Literal, TypeVar, cast

from pos.enrolled import EnrolledDocument, configured_document, enrolled_document
from pos.errors import ConfigError
from pos.shop_codes import SHOP_CODES_MAX, ShopCodeSection
from pos.sibling_addresses import is_private_address, peers_of

DEFAULT_PATH: Final = Path("/etc/pos/terminal.toml")
COLUMNS: Final = (32, 42, 48)
PORT_MAX: Final = 65_535
Printing = Literal["always", "ask", "never"]
PRINTING: Final = ("always", "ask", "never")
SHOWN_ON: Final = ("customer", "turned", "paper")
DISPLAY_MODELS: Final = ("escpos", "escpos-hangul", "cd5220", "cd5220-hangul")
LANGUAGES: Final = ("ko", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalSection:
    id: str
    merchant: str
    ledger: str
    state_dir: Path
    """Journal, key, time anchor. Must be on a disk that keeps what it acknowledges."""
    socket_dir: Path
    trust_dir: Path
    staging_dir: Path | None = None
    """Where sync leaves what it downloaded, to be verified by core; beside the trust folder where nothing is said."""
    language: str = "ko"

    @property
    def staging(self) -> Path:
        return self.staging_dir or self.trust_dir.parent / "staging"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSection:
    url: str
    ca_file: Path | None = None
    """PEM; an https ledger is verified against this authority and no other."""
    town_dir: Path | None = None
    """A sandbox's town, whose ledger `pos sync --once` may start by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentSection:
    card: str = ""
    """`CKE1:` text of the ledger's card: which ledger this machine is meant for, and the only one it enrols with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorSection:
    path: Path | None = None
    """Folder on a second medium; it must hold the marker file that provisioning wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSection:
    path: Path | None = None
    """Folder for copies of the journal, on the data partition; without it there are none."""

    def of_terminal(self, terminal: str) -> Path | None:
        """A terminal's own copies: after it took another's place, the other's are still evidence."""
        return None if self.path is None else self.path / terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptSection:
    columns: int = 42
    printing: str = "always"
    cash_receipt_footer: str = ""
    """Lines below a cash receipt, which the tax office may change at any time; empty: those this program knows."""
    cash_receipt_code: str = ""
    """What the tax office's code of a buyer looks like: a regular expression whose one group is the number. Its form is
    not public; empty: only bare digits are taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterSection:
    url: str = "none"
    profile: str = "simulated-80mm"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerSection:
    url: str = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleSection:
    idle_lock_s: int = 300
    """A till that nobody touched for so long locks itself, in a shop with PINs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSection:
    shown_on: str = "turned"
    """Where a payment request appears: a screen on the customer's side, this one turned round, or a slip of paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplaySection:
    url: str = "none"
    model: str = "escpos"
    """What it is spoken to in, and whether it has Hangul."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LampSection:
    url: str = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceSection:
    url: str = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSection:
    url: str = "none"
    """`pcsc:` or `pcsc:NAME`: a reader of voucher cards, which needs pcscd and pyscard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiblingsSection:
    """The shop's other tills. Off where nothing is said: a till opens no port, and tells nobody in a network that
    customers may share, unless somebody decided it. A shop with one till has nothing to gain from it."""

    port: int = 0
    """Where this till listens for the others; 0: it neither listens nor tells."""
    address: str = ""
    """IPv4 address of the network that the others are in; empty: every private network of this machine."""
    peers: str = ""
    """Others that cannot be found by themselves, `ADDRESS:PORT` with blanks between them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateSection:
    dir: Path | None = None
    """Folder of the program's versions; without it the program is changed by its package alone."""
    units: str = ""
    """The services that a change of versions starts anew and that must stand after it, core's first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalConfig:
    """Everything a terminal needs to start."""

    file: Path
    terminal: TerminalSection
    ledger: LedgerSection
    mirror: MirrorSection = MirrorSection()
    backup: BackupSection = BackupSection()
    receipt: ReceiptSection = ReceiptSection()
    printer: PrinterSection = PrinterSection()
    scanner: ScannerSection = ScannerSection()
    card: CardSection = CardSection()
    people: PeopleSection = PeopleSection()
    request: RequestSection = RequestSection()
    display: DisplaySection = DisplaySection()
    lamp: LampSection = LampSection()
    voice: VoiceSection = VoiceSection()
    update: UpdateSection = UpdateSection()
    merchant_qr: Mapping[str, ShopCodeSection] = field(default_factory=dict)
    """By programme; off where there is none."""
    siblings: SiblingsSection = SiblingsSection()
    enrolment: EnrolmentSection = EnrolmentSection()
    enrolment_dir: Path | None = None
    """Where it stands which terminal this is; None where the file itself says so."""
    is_tested: bool = True
    replaced: str = ""
    """The terminal whose place this one took; empty where it took nobody's."""

    @property
    def is_enrolled(self) -> bool:
        return bool(self.terminal.id)


_WHO: Final = ("terminal.id", "terminal.merchant", "terminal.ledger")
_SECTIONS: Final[Mapping[str, type]] = {
    "terminal": TerminalSection,
    "ledger": LedgerSection,
    "mirror": MirrorSection,
    "backup": BackupSection,
    "receipt": ReceiptSection,
    "printer": PrinterSection,
    "scanner": ScannerSection,
    "card": CardSection,
    "people": PeopleSection,
    "request": RequestSection,
    "display": DisplaySection,
    "lamp": LampSection,
    "voice": VoiceSection,
    "update": UpdateSection,
    "merchant_qr": ShopCodeSection,
    "siblings": SiblingsSection,
    "enrolment": EnrolmentSection,
}
_REQUIRED: Final = frozenset({"terminal", "ledger"})
_CHOICES: Final[Mapping[str, tuple[str | int, ...]]] = {
    "terminal.language": LANGUAGES,
    "receipt.columns": COLUMNS,
    "receipt.printing": PRINTING,
    "request.shown_on": SHOWN_ON,
    "display.model": DISPLAY_MODELS,
}
_URL_SCHEMES: Final[Mapping[str, tuple[str, ...]]] = {
    "ledger.url": ("http", "https"),
    "printer.url": ("none", "sim", "usb", "libusb", "serial", "tcp"),
    "display.url": ("none", "serial"),
    "lamp.url": ("none", "gpio"),
    "voice.url": ("none", "espeak"),
    "card.url": ("none", "pcsc"),
    "scanner.url": ("none", "sim", "v4l2", "files", "picamera2", "serial"),
}

T = TypeVar("T")


def load_config(path: Path) -> TerminalConfig:
    """Read and check `path`; ConfigError names every problem, each with file, key and what is expected."""
    return _Reader(path.absolute()).config()


class _Reader:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._problems: list[str] = []
        self._enrolment_dir: Path | None = None
        self._enrolled = EnrolledDocument(document={}, is_enrolled=True, is_tested=True)

    def config(self) -> TerminalConfig:
        document = self._document()
        for name in document.keys() - _SECTIONS.keys():
            self._unknown(f"[{name}]", name, tuple(_SECTIONS))
        made = {name: self._section(name, document.get(name)) for name in _SECTIONS}
        self._check_address(made["ledger"])
        self._check_siblings(made["siblings"])
        if self._problems:
            raise ConfigError(tuple(self._problems))
        return TerminalConfig(
            file=self._path,
            terminal=cast("TerminalSection", made["terminal"]),
            ledger=cast("LedgerSection", made["ledger"]),
            mirror=cast("MirrorSection", made["mirror"]),
            backup=cast("BackupSection", made["backup"]),
            receipt=cast("ReceiptSection", made["receipt"]),
            printer=cast("PrinterSection", made["printer"]),
            scanner=cast("ScannerSection", made["scanner"]),
            card=cast("CardSection", made["card"]),
            people=cast("PeopleSection", made["people"]),
            request=cast("RequestSection", made["request"]),
            display=cast("DisplaySection", made["display"]),
            lamp=cast("LampSection", made["lamp"]),
            voice=cast("VoiceSection", made["voice"]),
            update=cast("UpdateSection", made["update"]),
            merchant_qr=cast("Mapping[str, ShopCodeSection]", made["merchant_qr"]),
            siblings=cast("SiblingsSection", made["siblings"]),
            enrolment=cast("EnrolmentSection", made["enrolment"]),
            enrolment_dir=self._enrolment_dir,
            is_tested=self._enrolled.is_tested,
            replaced=self._enrolled.replaced,
        )

    def _document(self) -> dict[str, object]:
        document = configured_document(self._path)
        terminal = document.get("terminal")
        names = ("id", "merchant", "ledger")
        if isinstance(terminal, dict) and not any(name in terminal for name in names):
            state_dir = terminal.get("state_dir")
            if isinstance(state_dir, str) and state_dir:
                self._enrolment_dir = self._path.parent / state_dir
                self._enrolled = enrolled_document(document, terminal, self._enrolment_dir)
                return self._enrolled.document
        return document

    def _section(self, name: str, given: object) -> object | None:
        if name == "merchant_qr":
            return self._shop_codes({} if given is None else given)
        if given is None:
            if name in _REQUIRED:
                self._problem(f"[{name}]", "this section is required")
                return None
            return cast("object", _SECTIONS[name]())
        if not isinstance(given, dict):
            self._problem(f"[{name}]", "expected a section")
            return None
        return self._filled(name, _SECTIONS[name], given)

    def _shop_codes(self, given: object) -> Mapping[str, object | None]:
        programs = given if isinstance(given, dict) else {"": given}
        sections = {name: keys for name, keys in programs.items() if isinstance(keys, dict)}
        if len(programs) > SHOP_CODES_MAX or sections.keys() != programs.keys():
            self._problem("[merchant_qr]", f"expected at most {SHOP_CODES_MAX} sections [merchant_qr.PROGRAMME]")
            return {}
        return {name: self._filled(f"merchant_qr.{name}", ShopCodeSection, keys) for name, keys in sections.items()}

    def _filled(self, section: str, made: Callable[..., object], given: Mapping[str, object]) -> object | None:
        known = {item.name: item for item in fields(cast("type", made))}
        before = len(self._problems)
        for key in given.keys() - known.keys():
            self._unknown(f"{section}.{key}", key, tuple(known))
        values: dict[str, object] = {}
        for name, item in known.items():
            if name in given:
                values[name] = self._value(f"{section}.{name}", str(item.type), given[name])
            elif item.default is MISSING:
                self._problem(f"{section}.{name}", "this key is required")
        return made(**values) if len(self._problems) == before else None

    def _value(self, key: str, kind: str, given: object) -> object:
        if kind.endswith("int'>"):
            return self._checked(key, given, int)
        text = self._checked(key, given, str)
        if "Path" in kind:
            if not text and "None" not in kind:
                self._problem(key, "a path is expected, not an empty text")
            return (self._path.parent / text) if text else None
        self._check_scheme(key, text)
        if key == "receipt.cash_receipt_code":
            self._check_pattern(key, text)
        return self._located(text) if key in _URL_SCHEMES else text

    def _located(self, url: str) -> str:
        """Make the folder of a simulated device relative to the file, as paths are."""
        scheme, _, rest = url.partition(":")
        return f"{scheme}:{self._path.parent / rest}" if scheme in ("sim", "files") else url

    def _checked(self, key: str, given: object, kind: type[T]) -> T:
        if not isinstance(given, kind) or isinstance(given, bool):
            self._problem(key, f"expected {'a whole number' if kind is int else 'a text'}, found {given!r}")
            return kind()
        choices = _CHOICES.get(key)
        if choices is not None and given not in choices:
            self._problem(key, f"expected one of {', '.join(map(str, choices))}; found {given!r}")
        elif given == "" and self._enrolled.is_enrolled and key in _WHO:
            self._problem(key, "must not be empty")
        return cast("T", given)

    def _check_scheme(self, key: str, text: str) -> None:
        schemes = _URL_SCHEMES.get(key)
        if key == "ledger.url" and not self._enrolled.is_enrolled:
            return
        if schemes is not None and text.partition(":")[0] not in schemes:
            self._problem(key, f"expected an address beginning with one of {', '.join(schemes)}; found {text!r}")

    def _check_pattern(self, key: str, text: str) -> None:
        try:
            groups = re.compile(text).groups if text else 1
        except re.error as error:
            self._problem(key, f"is no regular expression: {error}")
            return
        if groups != 1:
            self._problem(key, f"needs exactly one group, for the number; found {groups}")

    def _check_address(self, ledger: object) -> None:
        if not isinstance(ledger, LedgerSection):
            return
        if ledger.url.startswith("https:") and ledger.ca_file is None:
            self._problem("ledger.ca_file", "an https ledger needs the file of its certificate authority (PEM)")
        elif ledger.url.startswith("http:"):
            host = ledger.url.removeprefix("http://").partition("/")[0].rpartition(":")[0]
            if host not in ("127.0.0.1", "localhost", "[::1]"):
                self._problem("ledger.url", "plain http is for this machine only; use https")

    def _check_siblings(self, siblings: object) -> None:
        if not isinstance(siblings, SiblingsSection):
            return
        if not 0 <= siblings.port <= PORT_MAX:
            self._problem("siblings.port", f"expected 0 to {PORT_MAX}, found {siblings.port}")
        try:
            addresses = (siblings.address or "127.0.0.1", *(host for host, _ in peers_of(siblings.peers)))
        except ValueError:
            self._problem("siblings.peers", f"expected ADDRESS:PORT with blanks between, found {siblings.peers!r}")
            return
        for address in addresses:
            if not is_private_address(address):
                self._problem("siblings", f"{address!r} is no IPv4 address of a private network")

    def _unknown(self, shown: str, name: str, known: tuple[str, ...]) -> None:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
        self._problem(shown, f"is not known here; {hint}")

    def _problem(self, key: str, what: str) -> None:
        self._problems.append(f"{self._path}: {key}: {what}")
