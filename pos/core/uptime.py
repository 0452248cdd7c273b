"""How long the machine has run since the ledger was last heard, counted over its boots.

File `uptime.cbor` in the state folder: {1: time of the contact, 2: boot id, 3: boot time in ms, 4: ms counted until
then}; replaced every `SAVE_MS`, so that a power cut loses at most that much of the count. A record of another contact,
or a damaged one, counts for nothing: then the count begins with this boot, and is too small rather than too large.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pos import cbor
from pos.clock import Anchor, Machine
from pos.durable import replace_file
from pos.errors import MalformedError

UPTIME_FILE: Final = "uptime.cbor"
SAVE_MS: Final = 600_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """What was counted until a moment of a boot."""

    contact_s: int
    boot_id: bytes
    boot_ms: int
    total_ms: int


class Uptime:
    """The count of one terminal."""

    def __init__(self, machine: Machine, path: Path) -> None:
        self._machine = machine
        self._path = path
        self._counted = _load(path)

    def since_ms(self, anchor: Anchor) -> int:
        """Milliseconds that the machine has run since the contact that `anchor` is of."""
        return self._now(anchor).total_ms

    def save(self, anchor: Anchor) -> None:
        """Keep the count, if it has grown enough; a disk that takes no writes has its own alarm."""
        now, kept = self._now(anchor), self._counted
        is_same_boot = kept is not None and (kept.contact_s, kept.boot_id) == (now.contact_s, now.boot_id)
        if kept is not None and is_same_boot and now.boot_ms - kept.boot_ms < SAVE_MS:
            return
        try:
            body = cbor.encode({1: now.contact_s, 2: now.boot_id, 3: now.boot_ms, 4: now.total_ms})
            replace_file(self._path, body, mode=0o600)
        except OSError as error:
            log.warning("the time since the last contact cannot be kept: %s", error)
        self._counted = now

    def _now(self, anchor: Anchor) -> _Counted:
        boot_id, boot_ms, kept = self._machine.boot_id(), self._machine.boot_ms(), self._counted
        if anchor.boot_id == boot_id and boot_ms >= anchor.boot_ms:
            total_ms = boot_ms - anchor.boot_ms
        elif kept is None or kept.contact_s != anchor.time_s:
            total_ms = boot_ms
        elif kept.boot_id == boot_id:
            total_ms = kept.total_ms + max(boot_ms - kept.boot_ms, 0)
        else:
            total_ms = kept.total_ms + boot_ms
        return _Counted(contact_s=anchor.time_s, boot_id=boot_id, boot_ms=boot_ms, total_ms=total_ms)


def _load(path: Path) -> _Counted | None:
    try:
        given = cbor.decode(path.read_bytes())
    except (OSError, MalformedError):
        return None
    match given:
        case {1: int(contact_s), 2: bytes(boot_id), 3: int(boot_ms), 4: int(total_ms)}:
            return _Counted(contact_s=contact_s, boot_id=boot_id, boot_ms=boot_ms, total_ms=total_ms)
        case _:
            return None
