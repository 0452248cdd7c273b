"""An install file that somebody brought: what it says, or why it is refused.

Rules:

- whoever reads sticks puts it into the staging folder; the same content is judged once, so that what was refused is not
  refused for ever and what was used is not used again by itself;
- on a machine whose configuration names its ledger, the file's trust root has to be that one: the file then proves
  that this ledger made it. On any other machine it proves that nobody changed it since whoever it names made it, no
  more than a code on paper does;
- a clock that is not sure refuses nothing as too old: the ledger does.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pos.core.enrolling import machine_serial
from pos.errors import MalformedError
from pos.link.install import InstallFault
from pos.trust.sources import open_plain
from pos.voucher.enrolment import EnrolmentCode
from pos.voucher.install_file import INSTALL_BYTES_MAX, InstallFile

_TEXT = b"CKE1:"


@dataclass(slots=True, kw_only=True)
class InstallFiles:
    """The place where such a file appears."""

    path: Path
    _seen: bytes = b""

    def newest(self) -> bytes | None:
        """The file's bytes, once for each content; None where there is nothing new."""
        file = open_plain(self.path)
        if file is None:
            return None
        try:
            with file:
                raw = file.read(INSTALL_BYTES_MAX + 1)
        except OSError:
            return None
        digest = hashlib.sha256(raw).digest()
        is_new, self._seen = digest != self._seen, digest
        return raw if is_new else None


def read_install_file(raw: bytes, *, card: EnrolmentCode | None, now_s: int) -> EnrolmentCode | InstallFault:
    """The code in a file, believed as far as it can be; `now_s` is a time that has certainly passed."""
    # Verifying needs a library that selling does not.
    from pos.trust.faults import RejectedError
    from pos.trust.online import online_keys

    if raw.lstrip()[: len(_TEXT)] == _TEXT:
        return InstallFault.FILE_UNSIGNED
    try:
        file = InstallFile.from_bytes(raw)
        if card is not None and not is_same_ledger(file.code, card):
            return InstallFault.OTHER_LEDGER
        keys = online_keys(file.roots, sha256=file.code.root_sha256)
    except (MalformedError, RejectedError):
        return InstallFault.FILE_ALTERED
    if not any(file.is_signed_by(key) for key in keys):
        return InstallFault.FILE_ALTERED
    if now_s >= file.expires_s:
        return InstallFault.FILE_EXPIRED
    if file.machine is not None and file.machine != machine_serial():
        return InstallFault.OTHER_MACHINE
    return file.code


def is_same_ledger(code: EnrolmentCode, card: EnrolmentCode) -> bool:
    """Whether a code is of the ledger that a card names, and pins what the card pins."""
    return (code.ledger, code.root_sha256, code.ca_pin) == (card.ledger, card.root_sha256, card.ca_pin)
