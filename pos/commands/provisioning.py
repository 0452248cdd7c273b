"""`pos provision`: a new terminal takes its place with one code.

What is made and kept is `pos.core.enrolling`'s; here it is asked over the network. A configuration file that named a
terminal names none afterwards: who this is stands in the state folder. Folders of former terminals stay: their journals
are evidence.
"""

import os
import sys
import time
import tomllib
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from pos.commands.output import print_json, print_line
from pos.config import DEFAULT_PATH, TerminalConfig, load_config
from pos.control import RemoteControl
from pos.core.enrolling import EnrolledAs, Enrolling
from pos.durable import replace_file
from pos.errors import (
    ConfigError,
    LedgerRefusedError,
    LedgerUnreachableError,
    LinkError,
    MalformedError,
    TrustError,
)
from pos.exits import Exit
from pos.sync.enrolling import fetch_authority, post_enrolment
from pos.voucher.enrolment import EnrolmentCode
from pos.voucher.qr import AlphabetError, NewerVersionError, QrKind, TooLongError, UnknownPrefixError, decode_text

_WHO: Final = ("id", "merchant", "ledger", "trust_dir")
"""What the state folder says instead."""
APPLIANCE_STATE: Final = Path("/var/lib/pos/state")
APPLIANCE_SOCKETS: Final = Path("/run/pos")
FIRST_TRUST_S: Final = 30.0
"""A ledger publishes a new terminal some seconds after it enrolled."""
_PAUSE_S: Final = 1.0


class ProvisionJson(msgspec.Struct, frozen=True, kw_only=True):
    """The stable form of the result."""

    terminal: str
    merchant: str
    ledger: str
    config: str
    check_code: str
    """Six digits of the new key, to be compared with what the ledger's operator sees."""
    replaced: str
    """The terminal whose place it took; empty where it took nobody's."""
    former_entries: int
    """How many entries of that one are here, off its second medium."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where a terminal's files go."""

    config: Path
    state: Path
    sockets: Path

    @classmethod
    def of(cls, config: Path | None) -> "Places":
        """On an appliance its own folders; beside any other configuration file, folders beside it."""
        if config is None or config == DEFAULT_PATH:
            return cls(DEFAULT_PATH, APPLIANCE_STATE, APPLIANCE_SOCKETS)
        folder = config.absolute().parent
        return cls(config.absolute(), folder / "state", folder / "run")


def provision(config: Path | None, text: str, *, mirror: Path | None = None, as_json: bool) -> int:
    """Enrol with the code in `text`; `mirror` is where the second medium is mounted.

    Raises ConfigError for what is no code, and for a second medium that is not there.
    """
    if mirror is not None and not mirror.is_dir():
        raise ConfigError((f"{mirror}: there is no second medium",))
    code = read_code(text)
    places = Places.of(config)
    kept = _configured(places.config)
    terminal = kept.get("terminal", {})
    is_prepared = bool(terminal) and "id" not in terminal
    state = places.config.parent / str(terminal["state_dir"]) if is_prepared else places.state
    enrolled = _enrolled(Enrolling.begin(state, code))
    if mirror is not None:
        kept["mirror"] = {"path": str(mirror.absolute())}
    if not is_prepared or mirror is not None:
        _write_config(places, kept, state=state)
    _hand_over(state)
    _bring_trust(places.config)
    former_entries = 0 if mirror is None else _take_over(load_config(places.config))
    _hand_over(state)
    result = ProvisionJson(
        terminal=enrolled.terminal,
        merchant=enrolled.merchant,
        ledger=enrolled.ledger,
        config=str(places.config),
        check_code=enrolled.check_code,
        replaced=enrolled.replaced,
        former_entries=former_entries,
    )
    if as_json:
        print_json(result)
    else:
        print_line(f"{result.terminal} of {enrolled.merchant_name} at {code.url}; check code {result.check_code}")
        if result.replaced:
            print_line(f"in the place of {result.replaced}; {former_entries} entries of it are here")
    return Exit.DONE


def read_code(text: str) -> EnrolmentCode:
    """Read an enrolment code's text. Raises ConfigError with one sentence."""
    try:
        found = decode_text(text.strip())
        if found.kind is not QrKind.ENROLMENT:
            raise ConfigError(("this is another code than one for enrolling (CKE1:…)",))
        return EnrolmentCode.from_bytes(found.data)
    except NewerVersionError as error:
        raise ConfigError(("this code needs a newer program",)) from error
    except (UnknownPrefixError, TooLongError, AlphabetError, MalformedError) as error:
        raise ConfigError((f"this is no enrolment code, or it was not read to its end: {error}",)) from error


def _enrolled(enrolling: Enrolling) -> EnrolledAs:
    """Enrol, or ask for the answer again."""
    code = enrolling.code
    if enrolling.needs_authority:
        enrolling.keep_authority(fetch_authority(code.url, pin=code.ca_pin))
    raw = post_enrolment(code.url, enrolling.request(), ca_file=enrolling.authority)
    return enrolling.finish(raw, is_tested=True)


def _configured(config: Path) -> dict[str, dict[str, str | int]]:
    """What a technician has set, about devices for instance."""
    return tomllib.loads(config.read_text("utf-8")) if config.exists() else {}


def _take_over(config: TerminalConfig) -> int:
    """Take over what the second medium holds; how many entries of the former terminal are here afterwards.

    A core that runs does it by itself. Without the ledger what is here stays here and is brought at the next contact.
    """
    from pos.commands.mirroring import hand_over
    from pos.commands.syncing import sync_once
    from pos.terminal import build_core

    with suppress(LinkError):
        RemoteControl(config.terminal.socket_dir).close()
        sys.stderr.write("the till is running: it takes the second medium over by itself\n")
        return 0
    try:
        sync_once(config)
    except (LedgerUnreachableError, LedgerRefusedError) as error:
        sys.stderr.write(f"not brought to the ledger yet: {error}\n")
    if config.mirror.path is not None:
        hand_over(config.mirror.path, config.terminal.state_dir)
    with closing(build_core(config)) as core:
        return core.former.entries


def _write_config(places: Places, kept: dict[str, dict[str, str | int]], *, state: Path) -> None:
    """Write the configuration so that it leaves it to the state folder who this is; the rest of it stays."""
    terminal = {name: value for name, value in kept.get("terminal", {}).items() if name not in _WHO}
    sections: dict[str, dict[str, str | int]] = {
        "terminal": {
            **terminal,
            "state_dir": str(state),
            "socket_dir": str(terminal.get("socket_dir", places.sockets)),
            "language": str(terminal.get("language", "ko")),
        }
    }
    sections |= {name: values for name, values in kept.items() if name not in ("terminal", "ledger")}
    places.config.parent.mkdir(parents=True, exist_ok=True)
    replace_file(places.config, "\n".join(_toml(name, values) for name, values in sections.items()).encode())


def _hand_over(state: Path) -> None:
    """What root made in a folder of core's is core's."""
    owner = state.stat()
    if os.geteuid() != owner.st_uid:
        for path in state.rglob("*"):
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _toml(name: str, values: dict[str, str | int]) -> str:
    lines = [
        f"{key} = {value}" if isinstance(value, int) else f"{key} = {msgspec.json.encode(value).decode()}"
        for key, value in values.items()
    ]
    return f"[{name}]\n" + "\n".join(lines) + "\n"


def _bring_trust(path: Path) -> None:
    """Fetch the first trust data; where it does not come in time, the first contact brings it."""
    from pos.commands.trust import fetch_first_trust
    from pos.terminal import open_trust

    config = load_config(path)
    until_s = time.monotonic() + FIRST_TRUST_S
    while True:
        fetch_first_trust(config, config.ledger.url)
        try:
            open_trust(config)
        except TrustError as error:
            if time.monotonic() > until_s:
                sys.stderr.write(f"no trust data yet: {error}\n")
                return
            time.sleep(_PAUSE_S)
        else:
            return
