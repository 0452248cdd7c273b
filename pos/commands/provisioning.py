"""`pos provision`: a new terminal takes its place with one code.

    STATE/enrolling-CODE/           the new key, while nobody knows yet whether the ledger has it
    STATE/TERMINAL/                 key, authority, trust data and journal of the terminal that the ledger made of it
    terminal.toml                   written last: with it the terminal is provisioned

Rules:

- the key is made here and leaves only as a signature; it is durable before it is shown, so that an answer that was lost
  can be asked for again with the same key;
- the authority, the trust root and the certificate are checked against the code before anything is kept;
- a terminal that was something else before keeps its old folder: its journal is evidence.
"""

import hashlib
import os
import platform
import sys
import time
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from pos.commands.output import print_json, print_line
from pos.config import DEFAULT_PATH, load_config
from pos.durable import replace_file, sync_folder
from pos.errors import ConfigError, MalformedError, TrustError
from pos.exits import Exit
from pos.sync.enrolling import fetch_authority, post_enrolment
from pos.trust.adoption import found_trust
from pos.trust.folder import TrustFolder
from pos.voucher.enrolment import NO_PIN, EnrolmentAnswer, EnrolmentCode, build_enrolment, read_answer
from pos.voucher.keys import SEED_BYTES, SigningKey
from pos.voucher.qr import AlphabetError, NewerVersionError, QrKind, TooLongError, UnknownPrefixError, decode_text

APPLIANCE_STATE: Final = Path("/var/lib/pos/state")
APPLIANCE_SOCKETS: Final = Path("/run/pos")
KEY_FILE: Final = "terminal.key"
AUTHORITY_FILE: Final = "authority.pem"
FIRST_TRUST_S: Final = 30.0
"""A ledger publishes a new terminal some seconds after it enrolled."""
_PAUSE_S: Final = 1.0
_MODEL: Final = Path("/proc/device-tree/model")


class ProvisionJson(msgspec.Struct, frozen=True, kw_only=True):
    """The stable form of the result."""

    terminal: str
    merchant: str
    ledger: str
    config: str
    check_code: str
    """Six digits of the new key, to be compared with what the ledger's operator sees."""


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


def provision(config: Path | None, text: str, *, as_json: bool) -> int:
    """Enrol with the code in `text`. Raises ConfigError for what is no code."""
    code = read_code(text)
    places = Places.of(config)
    answer, key = _enrolled(code, places)
    claims = answer.certificate.claims
    home = places.state / claims.terminal
    _write_config(places, code, answer, home)
    _bring_trust(places.config)
    result = ProvisionJson(
        terminal=claims.terminal,
        merchant=answer.merchant,
        ledger=code.ledger,
        config=str(places.config),
        check_code=check_code(key.public_key),
    )
    if as_json:
        print_json(result)
    else:
        print_line(f"{result.terminal} of {claims.merchant_name} at {code.url}; check code {result.check_code}")
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


def check_code(public_key: bytes) -> str:
    """Six digits that two people can compare over the telephone."""
    return f"{int.from_bytes(hashlib.sha256(public_key).digest()[:8], 'big') % 1_000_000:06d}"


def _enrolled(code: EnrolmentCode, places: Places) -> tuple[EnrolmentAnswer, SigningKey]:
    """Enrol, or ask for the answer again; the terminal's folder is complete when this returns."""
    pending = places.state / f"enrolling-{hashlib.sha256(code.secret).hexdigest()[:16]}"
    done = _folder_of(pending)
    folder = done or pending
    key = _key_in(folder)
    ca_file = _authority_in(folder, code)
    answer = _ask(code, key, ca_file)
    home = places.state / answer.certificate.claims.terminal
    if done is None:
        found_trust(TrustFolder(folder / "trust"), answer.root, sha256=code.root_sha256)
        folder.rename(home)
        pending.symlink_to(home.name)
        sync_folder(places.state)
    return answer, key


def _ask(code: EnrolmentCode, key: SigningKey, ca_file: Path | None) -> EnrolmentAnswer:
    raw = post_enrolment(code.url, build_enrolment(code.secret, _facts(), key=key), ca_file=ca_file)
    try:
        return read_answer(raw, code, public_key=key.public_key)
    except MalformedError as error:
        raise TrustError(f"the ledger's answer is not what the code promised: {error.what}") from error


def _folder_of(pending: Path) -> Path | None:
    """The folder of the terminal that this code has already made; None before that."""
    return pending.resolve() if pending.is_symlink() else None


def _key_in(folder: Path) -> SigningKey:
    """The key in a folder, made and durable if there is none."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / KEY_FILE
    if not path.exists():
        replace_file(path, os.urandom(SEED_BYTES), mode=0o600)
    return SigningKey.from_seed(path.read_bytes())


def _authority_in(folder: Path, code: EnrolmentCode) -> Path | None:
    if code.ca_pin == NO_PIN:
        return None
    path = folder / AUTHORITY_FILE
    if not path.exists():
        replace_file(path, fetch_authority(code.url, pin=code.ca_pin))
    return path


def _facts() -> Iterable[tuple[str, str]]:
    """What the ledger's operator may want to know of the machine."""
    try:
        model = _MODEL.read_text("ascii", "replace").strip("\0 \n")
    except OSError:
        model = platform.machine()
    return (("model", model[:100] or "unknown"), ("python", platform.python_version()))


def _write_config(places: Places, code: EnrolmentCode, answer: EnrolmentAnswer, home: Path) -> None:
    """Write the terminal's configuration; what a technician set about devices stays."""
    kept: dict[str, dict[str, str | int]] = {}
    if places.config.exists():
        kept = tomllib.loads(places.config.read_text("utf-8"))
    terminal = kept.get("terminal", {})
    sections: dict[str, dict[str, str | int]] = {
        "terminal": {
            "id": answer.certificate.claims.terminal,
            "merchant": answer.merchant,
            "ledger": code.ledger,
            "state_dir": str(home),
            "socket_dir": str(terminal.get("socket_dir", places.sockets)),
            "trust_dir": str(home / "trust"),
            "language": str(terminal.get("language", "ko")),
        },
        "ledger": {"url": code.url},
    }
    if code.ca_pin != NO_PIN:
        sections["ledger"]["ca_file"] = str(home / AUTHORITY_FILE)
    sections |= {name: values for name, values in kept.items() if name not in ("terminal", "ledger")}
    places.config.parent.mkdir(parents=True, exist_ok=True)
    replace_file(places.config, "\n".join(_toml(name, values) for name, values in sections.items()).encode())


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
