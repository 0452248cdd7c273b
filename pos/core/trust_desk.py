"""Taking trust data in while the till runs: what sync or a stick brought, looked at again and adopted.

Rules:

- what is judged by time is judged by a time that has certainly passed: a clock that only claims to be ahead expires
  nothing;
- nothing is adopted while a sale is open, so that one sale is judged by one set;
- whatever goes wrong, the set that holds stays; a terminal that was never enrolled takes nothing.

python-tuf is loaded when there is something to verify, and not before. What holds is `pos.core.live_trust`'s matter.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from pos.clock import Clock
from pos.core.live_trust import LiveTrust
from pos.core.timekeeper import certain_s
from pos.core.trust_store import FolderTrustStore
from pos.core.views import Views
from pos.errors import TrustError
from pos.journal.journal import Journal
from pos.link.trust_calls import AskTrust, TakeTrust, TrustOrigin, TrustStep, TrustTaken, TrustWants
from pos.trust.faults import RejectedError, TrustFault
from pos.trust.folder import CurrentSet, StoredSet, TrustFolder
from pos.trust.names import Wanted
from pos.trust.sources import DownloadFolder, RepositoryFolder
from pos.voucher.bodies import TrustUpdated

DOWNLOAD_FOLDER: Final = "trust"
STICK_FOLDER: Final = "import"

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class TrustDesk:
    """Answers for the trust folder of one terminal; also where nothing can be sold yet for want of it."""

    folder: TrustFolder
    wanted: Wanted
    ledger: str
    staging: Path
    clock: Clock
    live: LiveTrust | None = None
    """None while nothing can be sold: then the stored files count for nothing, and are brought again."""
    views: Views | None = None
    journal: Journal | None = None

    def selling(self, live: LiveTrust, views: Views, journal: Journal) -> Self:
        """The desk of a till that sells: what it takes holds at once, and is written down."""
        self.live, self.views, self.journal = live, views, journal
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
        return TrustWants(
            terminal=self.wanted.terminal,
            merchant=self.wanted.merchant,
            root=root or b"",
            timestamp_version=0 if stored is None or self.live is None else stored.current.timestamp_version,
            trust_version=0 if stored is None or self.live is None else stored.current.snapshot_version,
        )

    def _take(self, origin: TrustOrigin) -> TrustTaken:
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


def stored_set(folder: TrustFolder) -> StoredSet:
    """The set that holds. Raises TrustError where there is none to sell with."""
    stored = folder.stored()
    if stored is None or not stored.current.snapshot_version:
        raise TrustError("no trust data yet; it comes with the first contact")
    return stored
