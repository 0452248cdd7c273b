"""Emergencies: parts of a set before the camera, in any order, or what sync or a stick brought; trust is taken away.

Rules:

- parts are collected whatever else goes on; a part of another set begins anew, because a sheet is read as a whole;
- a set counts when it is complete and verified, and not before; it can only take trust away, so an open sale is no
  reason to wait;
- where the journal takes no entry the emergency still holds, and the entry is missing.

What a set may say is `pos.trust.emergency`'s matter.
"""

import logging
from dataclasses import dataclass, field
from typing import Final

from pos.clock import Clock
from pos.core.live_trust import LiveTrust
from pos.core.timekeeper import certain_s
from pos.errors import MalformedError
from pos.journal.journal import Journal
from pos.link.state import EmergencyState, EmergencyView
from pos.link.trust_calls import TrustOrigin
from pos.trust.faults import RejectedError, TrustFault
from pos.trust.folder import TrustFolder
from pos.trust.names import EMERGENCY_ROOT
from pos.trust.sources import TrustSource
from pos.voucher.bodies import TrustWithdrawn
from pos.voucher.qr import QrKind, decode_text
from pos.voucher.trust_parts import TrustPart, join_parts, missing_parts

PREFIX: Final = f"{QrKind.TRUST.value}1:"
_ROOT: Final = "root"
SHOWN_S: Final = 120.0
"""How long an outcome, or a set that nobody goes on with, stays on the screen."""

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class EmergencyDesk:
    """Collects the codes of one terminal."""

    ordinary: TrustFolder
    folder: TrustFolder
    live: LiveTrust
    journal: Journal
    clock: Clock
    _parts: dict[int, TrustPart] = field(default_factory=dict)
    _state: EmergencyState | None = None
    _changed_s: float = 0.0

    def take(self, text: str, *, may_record: bool = True) -> bool:
        """Take a code, if it is a part of an emergency."""
        if not text.startswith(PREFIX):
            return False
        self._changed_s = self.clock.monotonic_s()
        try:
            part = TrustPart.from_bytes(decode_text(text).data)
        except MalformedError:
            self._state = EmergencyState.UNREADABLE
            return True
        self._add(part)
        if self._state is EmergencyState.COLLECTING and not missing_parts(self._parts.values()):
            self._state = self._apply(may_record=may_record)
        return True

    def view(self) -> EmergencyView | None:
        """What the screen shows of it; None where there is nothing to show."""
        if self._state is None or self.clock.monotonic_s() - self._changed_s > SHOWN_S:
            return None
        total = next(iter(self._parts.values())).total if self._parts else 0
        return EmergencyView(state=self._state, collected=len(self._parts), total=total)

    def _add(self, part: TrustPart) -> None:
        known = next(iter(self._parts.values()), None)
        if known is not None and (known.set_id, known.total) == (part.set_id, part.total):
            if part.index in self._parts:
                return
        else:
            self._parts.clear()
        self._parts[part.index] = part
        self._state = EmergencyState.COLLECTING

    def wants(self) -> tuple[bytes, int]:
        """From which root on the repository is believed (empty: none yet), and the version that was seen."""
        stored = self.folder.stored()
        if stored is not None:
            return stored.metadata(_ROOT) or b"", stored.current.timestamp_version
        try:
            return self._first_root(), 0
        except RejectedError:
            return b"", 0

    def bring(self, source: TrustSource, origin: TrustOrigin, *, may_record: bool = True) -> bool:
        """Take away what an emergency repository says that somebody brought; False where it was known.

        Raises RejectedError: nothing changes.
        """
        # Verifying needs a library that selling does not.
        from pos.trust.emergency import withdraw

        withdrawn = withdraw(self.folder, source, first_root=self._first_root(), now_s=certain_s(self.clock))
        if not withdrawn.is_new:
            return False
        self.live.distrust(withdrawn.file)
        if may_record:
            body = TrustWithdrawn(trust_version=withdrawn.version, origin=origin.value, emergency=withdrawn.raw)
            self.journal.record([body], reading=self.clock.read())
        return True

    def _apply(self, *, may_record: bool) -> EmergencyState:
        from pos.trust.emergency import SetSource

        try:
            files = {file.path: file.data for file in join_parts(self._parts.values())}
            is_new = self.bring(SetSource(files), TrustOrigin.CODES, may_record=may_record)
        except MalformedError as error:
            log.warning("an emergency cannot be put together: %s", error)
            self._parts.clear()
            return EmergencyState.UNREADABLE
        except RejectedError as error:
            log.warning("an emergency is refused: %s: %s", error.fault.value, error)
            return EmergencyState.OLD if error.fault is TrustFault.ROLLBACK else EmergencyState.REFUSED
        return EmergencyState.APPLIED if is_new else EmergencyState.OLD

    def _first_root(self) -> bytes:
        stored = self.ordinary.stored()
        try:
            return b"" if stored is None else (stored.targets / EMERGENCY_ROOT).read_bytes()
        except OSError as error:
            raise RejectedError(TrustFault.MISSING, f"{EMERGENCY_ROOT}: cannot be read") from error
