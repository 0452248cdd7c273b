"""All checks, one after the other; one that fails says so and ends none of the others."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from drivers.errors import DeviceError
from pos.config import TerminalConfig
from pos.doctor.board import BatteryCheck, CardCheck, HeatCheck, PackageCheck, PowerCheck
from pos.doctor.check import Check, Place
from pos.doctor.contact import CoreCheck
from pos.doctor.devices import DevicesCheck
from pos.doctor.papers import CertificateCheck, TrustCheck
from pos.doctor.storage import BackupCheck, DataCheck, KeyCheck, MirrorCheck, SavedTimeCheck
from pos.errors import LinkError, PosError
from pos.link.calls import Role
from pos.link.client import BlockingLink
from pos.link.examination import Colour, Finding
from pos.words.findings import FindingCode

CHECKS: Final[tuple[Check, ...]] = (
    DevicesCheck(),
    CoreCheck(),
    DataCheck(),
    BackupCheck(),
    MirrorCheck(),
    CardCheck(),
    SavedTimeCheck(),
    BatteryCheck(),
    KeyCheck(),
    CertificateCheck(),
    TrustCheck(),
    PowerCheck(),
    HeatCheck(),
    PackageCheck(),
)
"""In the order in which they are told: what stands on the counter first."""


def examine(place: Place, checks: Sequence[Check] = CHECKS) -> Iterator[tuple[Check, Finding]]:
    """Every finding with the check that made it, as it is made."""
    for check in checks:
        for finding in _looked(check, place):
            yield check, finding


@contextmanager
def place_of(config: TerminalConfig) -> Iterator[Place]:
    """The terminal of this configuration: through its core where one is running, otherwise by looking."""
    try:
        link = BlockingLink(config.terminal.socket_dir, Role.CONTROL)
    except LinkError:
        yield Place(config=config, core=None)
        return
    try:
        yield Place(config=config, core=link)
    finally:
        link.close()


def _looked(check: Check, place: Place) -> Sequence[Finding]:
    try:
        return check.look(place)
    except (PosError, DeviceError, OSError) as error:
        return (Finding(code=FindingCode.CHECK_FAILED, colour=Colour.UNKNOWN, detail=f"{check.name}: {error}"),)
