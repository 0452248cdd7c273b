"""Taking trust data in while the till runs: what sync or a stick brought, looked at again and adopted.

Rules:

- what is judged by time is judged by a time that has certainly passed: a clock that only claims to be ahead expires
  nothing;
- nothing is adopted while a sale is open, so that one sale is judged by one set;
- an emergency that came along is taken for itself, whatever becomes of the rest;
- whatever goes wrong, the set that holds stays; a terminal that was never enrolled takes nothing.

python-tuf is loaded when there is something to verify, and not before. What holds is `pos.core.live_trust`'s matter.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from pos.clock import Clock
from pos.core.emergency_desk import EmergencyDesk
from pos.core.live_trust import LiveTrust
from pos.core.timekeeper import certain_s
from pos.core.trust_store import FolderTrustStore
from pos.core.views import Views
from pos.errors import TrustError
from pos.journal.journal import Journal
from pos.link.trust_calls import AskTrust, TakeTrust, TrustOrigin, TrustStep, TrustTaken, TrustWants
from pos.trust.faults import RejectedError, TrustFault
from pos.trust.folder import EMERGENCY_FOLDER, CurrentSet, StoredSet, TrustFolder
from pos.trust.names import Wanted
from pos.trust.sources import DownloadFolder, RepositoryFolder, TrustSource
from pos.voucher.bodies import TrustUpdated

DOWNLOAD_FOLDER: Final = "trust"
STICK_FOLDER: Final = "import"
EMERGENCY_DOWNLOAD: Final = "emergency"
_TIMESTAMP_BYTES_MAX: Final = 16_384

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class TrustDesk:
    """Answers for the trust folder of one terminal; also where nothing can be sold yet for want of it."""

    folder: TrustFolder
    wanted: Wanted
    ledger: str
    staging: Path
    clock: Clock
    emergencies: EmergencyDesk | None = None
    live: LiveTrust | None = None
    """None while nothing can be sold: then the stored files count for nothing, and are brought again."""
    views: Views | None = None
    journal: Journal | None = None

    def selling(self, live: LiveTrust, views: Views, journal: Journal, emergencies: EmergencyDesk) -> Self:
        """The desk of a till that sells: what it takes holds at once, and is written down."""
        self.live, self.views, self.journal, self.emergencies = live, views, journal, emergencies
        return self

    def answer(self, call: AskTrust | TakeTrust) -> TrustWants | TrustTaken:
        """Raises TrustError where the stored set cannot be read, OSError where nothing can be written."""
        match call:
            case AskTrust():
                return self._wants()
            case TakeTrust(origin=origin):
                return self._take(origin)

    def _wants(self) -> TrustWants:
        stored = self.folder.stored()
        root = None if stored is None else stored.metadata("root")
        emergency_root, emergency_version = (b"", 0) if self.emergencies is None else self.emergencies.wants()
        return TrustWants(
            emergency_root=emergency_root,
            emergency_version=emergency_version,
            terminal=self.wanted.terminal,
            merchant=self.wanted.merchant,
            root=root or b"",
            timestamp_version=0 if stored is None or self.live is None else stored.current.timestamp_version,
            trust_version=0 if stored is None or self.live is None else stored.current.snapshot_version,
        )

    def _take(self, origin: TrustOrigin) -> TrustTaken:
        """Take the emergency first: it can only take trust away, so no open sale is a reason to wait."""
        try:
            is_withdrawn = self._take_emergency(origin)
        except RejectedError as error:
            log.warning("an emergency from a %s is refused: %s: %s", origin.value, error.fault.value, error)
            taken = self._take_ordinary(origin)
            return self._taken(TrustStep.REFUSED, fault=error.fault) if taken.step is TrustStep.SAME else taken
        if is_withdrawn and not _is_there(self._source(origin)):
            return self._taken(TrustStep.TAKEN)  # a stick with nothing but the emergency on it
        taken = self._take_ordinary(origin)
        return self._taken(TrustStep.TAKEN) if is_withdrawn and taken.step is TrustStep.SAME else taken

    def _take_emergency(self, origin: TrustOrigin) -> bool:
        source = self._emergency_source(origin)
        if self.emergencies is None or not _is_there(source):
            return False
        may_record = self.views is None or self.views.selling_stop is None
        return self.emergencies.bring(source, origin, may_record=may_record)

    def _take_ordinary(self, origin: TrustOrigin) -> TrustTaken:
        if self.views is not None and (self.views.counter.sale is not None or self.views.selling_stop is not None):
            return self._taken(TrustStep.LATER)
        # Verifying needs a library that selling does not.
        from pos.trust.adoption import adopt

        opened: list[FolderTrustStore] = []

        def check(targets: Path, version: int) -> None:
            opened.append(self.open_targets(targets, version))

        try:
            adopted = adopt(
                self.folder,
                self._source(origin),
                wanted=self.wanted,
                now_s=certain_s(self.clock),
                check=check,
                repairs=self.live is None,
            )
        except RejectedError as error:
            log.warning("trust data from a %s is refused: %s: %s", origin.value, error.fault.value, error)
            return self._taken(TrustStep.REFUSED, fault=error.fault)
        if not adopted.is_new:
            return self._taken(TrustStep.SAME)
        if self.live is not None:
            self.live.install(opened[-1])
        self._record(adopted.stored.current, origin)
        log.info("trust data %d holds from now on", adopted.stored.current.snapshot_version)
        return self._taken(TrustStep.TAKEN)

    def _source(self, origin: TrustOrigin) -> DownloadFolder | RepositoryFolder:
        if origin is TrustOrigin.DOWNLOAD:
            return DownloadFolder(self.staging / DOWNLOAD_FOLDER)
        return RepositoryFolder(self.staging / STICK_FOLDER)

    def _emergency_source(self, origin: TrustOrigin) -> DownloadFolder | RepositoryFolder:
        if origin is TrustOrigin.DOWNLOAD:
            return DownloadFolder(self.staging / EMERGENCY_DOWNLOAD)
        return RepositoryFolder(self.staging / STICK_FOLDER / EMERGENCY_FOLDER)

    def open_targets(self, targets: Path, version: int) -> FolderTrustStore:
        """Read a folder of targets as this terminal uses it. Raises TrustError."""
        return FolderTrustStore(
            targets,
            version=version,
            terminal=self.wanted.terminal,
            merchant=self.wanted.merchant,
            ledger=self.ledger,
        )

    def _record(self, current: CurrentSet, origin: TrustOrigin) -> None:
        """Write down which trust data holds from now on."""
        if self.journal is not None:
            body = TrustUpdated(
                trust_version=current.snapshot_version,
                root_version=current.root_version,
                timestamp_version=current.timestamp_version,
                origin=origin.value,
            )
            self.journal.record([body], reading=self.clock.read())

    def _taken(self, step: TrustStep, *, fault: TrustFault | None = None) -> TrustTaken:
        stored = self.folder.stored()
        version = 0 if stored is None else stored.current.snapshot_version
        return TrustTaken(step=step, fault="" if fault is None else fault.value, trust_version=version)


def _is_there(source: TrustSource) -> bool:
    """Whether somebody brought a repository at all."""
    return source.metadata("timestamp", None, bytes_max=_TIMESTAMP_BYTES_MAX) is not None


def stored_set(folder: TrustFolder) -> StoredSet:
    """The set that holds. Raises TrustError where there is none to sell with."""
    stored = folder.stored()
    if stored is None or not stored.current.snapshot_version:
        raise TrustError("no trust data yet; it comes with the first contact")
    return stored
