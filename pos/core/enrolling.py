"""A terminal in the making: its key, the authority and trust root that its code pins, and what the ledger answers.

    STATE/enrolling-CODE/     the new key, while nobody knows yet whether the ledger has it
    STATE/TERMINAL/           key, authority, trust data and journal of the terminal that the ledger made of it
    STATE/enrolment.toml      written last: with it the terminal is enrolled

Rules:

- the key is made here and leaves only as a signature; it is durable before it is shown, so that an answer that was lost
  can be asked for again with the same key, whenever the power went away;
- authority, trust root and certificate are checked against the code before anything is kept;
- a terminal that was something else before keeps its old folder: its journal is evidence.

Nothing here speaks with the network: whoever does brings the authority and the answer.
"""

import hashlib
import os
import platform
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import msgspec

from pos.durable import replace_file, sync_folder
from pos.enrolled import ENROLMENT_FILE
from pos.errors import MalformedError, TrustError
from pos.voucher.enrolment import (
    NO_PIN,
    EnrolmentAnswer,
    EnrolmentCode,
    build_enrolment,
    check_code,
    read_answer,
)
from pos.voucher.keys import SEED_BYTES, SigningKey
from pos.voucher.selftest import selftest_holder

KEY_FILE: Final = "terminal.key"
AUTHORITY_FILE: Final = "authority.pem"
CODE_FILE: Final = "enrolled-with"
"""In a terminal's folder: which code made it."""
VOUCHER_FILE: Final = "selftest.voucher"
HOLDER_FILE: Final = "selftest.key"
_TREE: Final = Path("/sys/firmware/devicetree/base")
_UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledAs:
    """What the ledger made of this machine."""

    terminal: str
    merchant: str
    merchant_name: str
    ledger: str
    url: str
    home: Path
    replaced: str
    """The terminal whose place it takes; empty where it takes nobody's."""
    check_code: str
    """Six digits of the new key, to be compared with what the ledger's operator sees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolling:
    """One code and the key that was made for it."""

    state: Path
    code: EnrolmentCode
    folder: Path
    key: SigningKey

    @classmethod
    def begin(cls, state: Path, code: EnrolmentCode) -> Self:
        """The key of this code, made and durable if there is none yet. Raises OSError."""
        name = hashlib.sha256(code.secret).hexdigest()[:16]
        folder = _folder_of(state, name)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / KEY_FILE
        if not path.exists():
            replace_file(path, os.urandom(SEED_BYTES), mode=0o600)
        if not (folder / CODE_FILE).exists():
            replace_file(folder / CODE_FILE, name.encode("ascii"), mode=0o600)
        return cls(state=state, code=code, folder=folder, key=SigningKey.from_seed(path.read_bytes()))

    @property
    def authority(self) -> Path | None:
        """Where the authority's certificate is or will be; None where the code names none."""
        return None if self.code.ca_pin == NO_PIN else self.folder / AUTHORITY_FILE

    @property
    def needs_authority(self) -> bool:
        return self.authority is not None and not self.authority.exists()

    def keep_authority(self, pem: bytes) -> None:
        """Keep the authority's certificate. Raises TrustError for anybody else's."""
        assert self.authority is not None, "the code names an authority"
        try:
            der = ssl.PEM_cert_to_DER_cert(pem.decode("ascii"))
        except ValueError as error:
            raise TrustError("the ledger's authority is no certificate") from error
        if hashlib.sha256(der).digest() != self.code.ca_pin:
            raise TrustError("whoever answers there does not have the authority that the code names")
        replace_file(self.authority, pem)

    def request(self) -> bytes:
        """What is sent to the ledger; the same bytes each time."""
        return build_enrolment(self.code.secret, machine_facts(), key=self.key)

    def finish(self, raw: bytes, *, is_tested: bool) -> EnrolledAs:
        """Take the ledger's answer; the terminal is enrolled when this returns. Raises TrustError, OSError."""
        # Verifying needs a library that selling does not.
        from pos.trust.adoption import found_trust
        from pos.trust.folder import TrustFolder

        try:
            answer = read_answer(raw, self.code, public_key=self.key.public_key)
        except MalformedError as error:
            raise TrustError(f"the ledger's answer is not what the code promised: {error.what}") from error
        home = self.state / answer.certificate.claims.terminal
        if self.folder != home:
            found_trust(TrustFolder(self.folder / "trust"), answer.root, sha256=self.code.root_sha256)
            self._keep_test(answer)
            self.folder.rename(home)
            sync_folder(self.state)
        enrolled = self._enrolled(answer, home)
        write_enrolment(self.state, enrolled, is_tested=is_tested)
        return enrolled

    def _keep_test(self, answer: EnrolmentAnswer) -> None:
        if answer.test_voucher:
            replace_file(self.folder / VOUCHER_FILE, answer.test_voucher)
            replace_file(self.folder / HOLDER_FILE, selftest_holder(self.code.secret).seed, mode=0o600)

    def _enrolled(self, answer: EnrolmentAnswer, home: Path) -> EnrolledAs:
        claims = answer.certificate.claims
        return EnrolledAs(
            terminal=claims.terminal,
            merchant=answer.merchant,
            merchant_name=claims.merchant_name,
            ledger=self.code.ledger,
            url=self.code.url,
            home=home,
            replaced=answer.replaced,
            check_code=check_code(self.key.public_key, ledger=self.code.ledger),
        )


def write_enrolment(state: Path, enrolled: EnrolledAs, *, is_tested: bool) -> None:
    """Write durably which terminal this is, and whether its installation is over."""
    authority = enrolled.home / AUTHORITY_FILE
    rows = [
        "# Written by the terminal itself when it was enrolled.",
        "[terminal]",
        f"id = {_quoted(enrolled.terminal)}",
        f"merchant = {_quoted(enrolled.merchant)}",
        f"ledger = {_quoted(enrolled.ledger)}",
        "[ledger]",
        f"url = {_quoted(enrolled.url)}",
        *([f"ca_file = {_quoted(str(authority))}"] if authority.exists() else []),
        "[installation]",
        f"tested = {str(is_tested).lower()}",
        f"replaced = {_quoted(enrolled.replaced)}",
    ]
    replace_file(state / ENROLMENT_FILE, ("\n".join(rows) + "\n").encode())


def mark_tested(state: Path) -> None:
    """Write durably that the installation is over. Raises OSError."""
    path = state / ENROLMENT_FILE
    replace_file(path, path.read_bytes().replace(b"tested = false", b"tested = true"))


def machine_facts() -> Iterable[tuple[str, str]]:
    """What the ledger's operator may want to know of the machine."""
    model = _told(_TREE / "model") or platform.machine() or _UNKNOWN
    serial = machine_serial()
    return (
        ("model", model[:100]),
        ("python", platform.python_version()),
        *((("serial", serial),) if serial else ()),
    )


def machine_serial() -> str:
    """The board's own serial number; empty where it has none."""
    return _told(_TREE / "serial-number")[:32]


def _told(path: Path) -> str:
    try:
        return path.read_text("ascii", "replace").strip("\0 \n")
    except OSError:
        return ""


def _folder_of(state: Path, name: str) -> Path:
    """The folder that this code has already made, whatever it is called by now."""
    made = (path.parent for path in state.glob(f"*/{CODE_FILE}") if path.read_bytes() == name.encode("ascii"))
    return next(made, state / f"enrolling-{name}")


def _quoted(text: str) -> str:
    return msgspec.json.encode(text).decode()
