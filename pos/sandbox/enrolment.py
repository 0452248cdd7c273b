"""A terminal that has just been enrolled: key, certificate, a time that the ledger signed, configuration.

Everything is what a real enrolment would leave behind; the time is signed for this boot of this machine, so that the
terminal's clock starts at its best quality. The journal is not begun: its first entry is the terminal's own to sign.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pos import cbor
from pos.anchor import ANCHOR_FILE, store_anchor
from pos.clock import Anchor, LinuxMachine, Machine
from pos.sandbox.ledger_side import LEDGER_URL, ROLE_CERTIFICATE
from pos.sandbox.wallet.files import write_durably
from pos.voucher.aad import Aad
from pos.voucher.claims import TerminalCertificate
from pos.voucher.cose import sign1
from pos.voucher.keys import SigningKey

CERTIFICATE_LIFE_S: Final = 365 * 86_400
_TIME, _NONCE = 6, 10
_CONFIGURATION: Final = """\
# A sandbox terminal. Paths are relative to this file.

[terminal]
id = "{terminal}"
merchant = "{merchant}"
ledger = "{ledger}"
state_dir = "state"
socket_dir = "run"
trust_dir = "trust"
language = "ko"

[ledger]
url = "{url}"
town_dir = "{town_dir}"

[receipt]
columns = 42
printing = "always"

[printer]
url = "sim:paper"
profile = "simulated-80mm"

[scanner]
url = "sim:camera"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """Which terminal, whose, with which key."""

    ledger: str
    terminal: str
    merchant: str
    merchant_name: str
    key: SigningKey


def enrol(enrolment: Enrolment, *, home: Path, ledger_dir: Path) -> bytes:
    """Write the terminal's own files into `home` and return its certificate."""
    state = home / "state"
    state.mkdir(mode=0o700, parents=True)
    (home / "run").mkdir(mode=0o700)
    now_s = int(time.time())
    write_durably(state / "terminal.key", enrolment.key.seed)
    set_clock(state, ledger_dir, machine=LinuxMachine(), now_s=now_s)
    configuration = _CONFIGURATION.format(
        terminal=enrolment.terminal,
        merchant=enrolment.merchant,
        ledger=enrolment.ledger,
        url=LEDGER_URL,
        town_dir=os.path.relpath(ledger_dir.parent, home),
    )
    write_durably(home / "terminal.toml", configuration.encode("utf-8"), mode=0o644)
    return _certificate(enrolment, key=_ledger_key(ledger_dir, ROLE_CERTIFICATE), now_s=now_s)


def set_clock(state: Path, ledger_dir: Path, *, machine: Machine, now_s: int) -> None:
    """Give the terminal with this state folder a time that the ledger has just signed for this machine."""
    anchor = Anchor(time_s=now_s, error_s=1, boot_id=machine.boot_id(), boot_ms=machine.boot_ms())
    raw = cbor.encode({_TIME: now_s, _NONCE: os.urandom(16)})
    store_anchor(state / ANCHOR_FILE, anchor, sign1(raw, key=_ledger_key(ledger_dir, "time"), aad=Aad.TIME))


def _certificate(enrolment: Enrolment, *, key: SigningKey, now_s: int) -> bytes:
    claims = TerminalCertificate(
        ledger=enrolment.ledger,
        terminal=enrolment.terminal,
        merchant=enrolment.merchant,
        expires_s=now_s + CERTIFICATE_LIFE_S,
        issued_s=now_s,
        terminal_key=enrolment.key.public_key,
        merchant_name=enrolment.merchant_name,
    )
    return sign1(claims.to_payload(), key=key, aad=Aad.TERMINAL)


def _ledger_key(ledger_dir: Path, role: str) -> SigningKey:
    return SigningKey.from_seed((ledger_dir / "keys" / f"{role}.key").read_bytes())
