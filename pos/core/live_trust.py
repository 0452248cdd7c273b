"""The trust data that holds now, replaced while the till runs, and what an emergency has taken from it.

Everybody in core asks this one object; a new set takes the place of the old between two calls. What an emergency
distrusts stays distrusted under every later set: it can only take trust away.
"""

from dataclasses import replace

from pos.core.trust_store import FolderTrustStore
from pos.till.policy import Merchant, Policy, Program, RevocationState
from pos.trust.emergency_file import EmergencyFile
from pos.voucher.serial_list import SerialCause
from pos.voucher.trust import Issuer, Ledger


class LiveTrust:
    """A `TrustStore` over the newest set."""

    def __init__(self, store: FolderTrustStore, distrusted: EmergencyFile, *, terminal: str) -> None:
        self._store = store
        self._distrusted = distrusted
        self._terminal = terminal

    def for_practice(self) -> "LiveTrust":
        """What holds now, for a till that only practises."""
        return PracticeTrust(self._store, self._distrusted, terminal=self._terminal)

    def install(self, store: FolderTrustStore) -> None:
        """Let a new set hold."""
        former, self._store = self._store, store
        former.close()

    def distrust(self, distrusted: EmergencyFile) -> None:
        """Take trust away from these too."""
        self._distrusted = self._distrusted.joined(distrusted)

    @property
    def version(self) -> int:
        return self._store.version

    @property
    def policy(self) -> Policy:
        return self._store.policy

    @property
    def merchant(self) -> Merchant:
        return self._store.merchant

    @property
    def ledger(self) -> Ledger:
        return self._store.ledger

    @property
    def certificate(self) -> bytes:
        return self._store.certificate

    def certificate_of(self, terminal: str) -> bytes | None:
        return self._store.certificate_of(terminal)

    @property
    def revoked_after(self) -> int | None:
        """Last entry of this terminal that is trusted; None while it is trusted."""
        return 0 if self._terminal in self._distrusted.terminals else self._store.revoked_after

    @property
    def siblings(self) -> tuple[str, ...]:
        return self._store.siblings

    def is_revoked(self, terminal: str) -> bool:
        return terminal in self._distrusted.terminals or self._store.is_revoked(terminal)

    def issuer(self, issuer: str) -> Issuer | None:
        found, distrusted = self._store.issuer(issuer), self._distrusted.issuer_keys.get(issuer, ())
        if found is None or not distrusted:
            return found
        keys = (replace(key, revoked=True) if key.kid.hex() in distrusted else key for key in found.keys)
        return replace(found, keys=tuple(keys))

    def programs(self) -> tuple[Program, ...]:
        return self._store.programs()

    def program(self, issuer: str, program: str) -> Program | None:
        return self._store.program(issuer, program)

    def revocation(self, issuer: str, voucher_id: bytes, *, now_s: int) -> RevocationState:
        if voucher_id.hex() in self._distrusted.vouchers.get(issuer, ()):
            return RevocationState.REVOKED
        return self._store.revocation(issuer, voucher_id, now_s=now_s)

    def reported(self, issuer: str, serial: str) -> SerialCause | None:
        return self._store.reported(issuer, serial)


class PracticeTrust(LiveTrust):
    """The shop's own names and rules, and no issuer at all: nothing real can be taken under it."""

    @property
    def siblings(self) -> tuple[str, ...]:
        return ()

    def issuer(self, issuer: str) -> Issuer | None:
        return None
