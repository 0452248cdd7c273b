"""The trust data that holds now, replaced while the till runs, and what an emergency has taken from it.

Everybody in core asks this one object; a new set takes the place of the old between two calls. What an emergency
distrusts stays distrusted under every later set: it can only take trust away.
"""

from dataclasses import dataclass, replace

from pos.core.trust_store import FolderTrustStore
from pos.till.policy import ConflictBearer, Limits, Merchant, Policy, Program, ProgramForm, RevocationState
from pos.trust.emergency_file import EmergencyFile
from pos.voucher.fields import TIME_MAX_S
from pos.voucher.selftest import TEST_ISSUER, TEST_PROGRAM, TEST_WON
from pos.voucher.serial_list import SerialCause
from pos.voucher.trust import Issuer, IssuerKey, Ledger, LedgerRole


@dataclass(slots=True)
class HeldTrust:
    """What holds at this moment, for everybody who asks."""

    store: FolderTrustStore
    distrusted: EmergencyFile


class LiveTrust:
    """A `TrustStore` over the newest set."""

    def __init__(self, held: HeldTrust, *, terminal: str) -> None:
        self._held = held
        self._terminal = terminal

    def for_practice(self) -> "LiveTrust":
        """The same, for a till that only practises."""
        return PracticeTrust(self._held, terminal=self._terminal)

    def for_selftest(self) -> "LiveTrust":
        """The same, for the one payment with which a new terminal tries itself."""
        return SelftestTrust(self._held, terminal=self._terminal)

    def install(self, store: FolderTrustStore) -> None:
        """Let a new set hold, here and for practice."""
        former, self._held.store = self._held.store, store
        former.close()

    def distrust(self, distrusted: EmergencyFile) -> None:
        """Take trust away from these too."""
        self._held.distrusted = self._held.distrusted.joined(distrusted)

    def close(self) -> None:
        """Let the files go; nothing can be asked any more."""
        self._store.close()

    @property
    def _store(self) -> FolderTrustStore:
        return self._held.store

    @property
    def _distrusted(self) -> EmergencyFile:
        return self._held.distrusted

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

    def close(self) -> None:
        """The files are another's."""

    @property
    def siblings(self) -> tuple[str, ...]:
        return ()

    def issuer(self, issuer: str) -> Issuer | None:
        return None


class SelftestTrust(LiveTrust):
    """What holds now, and beside it the issuer of test vouchers: the ledger, with what it signs certificates with.

    Its one programme is for this shop, and its limits of money are one won, whatever the city allows offline.
    """

    @property
    def policy(self) -> Policy:
        held = super().policy
        one = Limits(
            unbound_max_won=TEST_WON,
            bound_max_won=TEST_WON,
            voucher_max_won=TEST_WON,
            count_max=held.limits.count_max + 1_000_000,
            value_max_won=held.limits.value_max_won + TEST_WON,
            uncovered_max_won=TEST_WON,
        )
        return replace(held, limits=one, reduced=one)

    def issuer(self, issuer: str) -> Issuer | None:
        if issuer != TEST_ISSUER:
            return None
        keys = tuple(
            IssuerKey(kid=key.kid, public_key=key.public_key, sign_from_s=0, sign_until_s=TIME_MAX_S, revoked=False)
            for key in self.ledger.keys
            if LedgerRole.CERTIFICATE in key.roles
        )
        return Issuer(issuer=TEST_ISSUER, name=TEST_PROGRAM, area=frozenset({self.merchant.municipality}), keys=keys)

    def program(self, issuer: str, program: str) -> Program | None:
        if (issuer, program) != (TEST_ISSUER, TEST_PROGRAM):
            return None
        return Program(
            issuer=TEST_ISSUER,
            program=TEST_PROGRAM,
            name=TEST_PROGRAM,
            form=ProgramForm.MOBILE,
            issue_class=min(self.merchant.accepted_issue_classes),
            area=frozenset({self.merchant.municipality}),
            merchant_classes=frozenset(),
            industries=frozenset(),
            is_cash_receipt_by_platform=False,
            conflict_bearer=ConflictBearer.ISSUER,
            limits=None,
        )
