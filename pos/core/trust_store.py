"""Trust data as the rest of core uses it: typed, checked once, answered from memory.

`TrustStore` is the seam. `FolderTrustStore` reads the target files from a folder; whether those bytes deserve trust
is settled before they get there. Unknown fields are ignored and duplicate names refused (protocol), everything that is
used is checked, and a damaged file is a `TrustError` that names the file: half a trust folder is none.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, TypeVar

import msgspec

from pos.core.revocations import Revocations
from pos.core.serial_lists import SerialLists
from pos.core.trust_files import (
    IssuersFile,
    LedgersFile,
    MerchantFile,
    PolicyFile,
    ProgramsFile,
    TerminalFile,
    TrustFile,
    issuer_of,
    ledger_of,
    merchant_of,
    policy_of,
    program_of,
)
from pos.errors import TrustError
from pos.till.policy import Merchant, Policy, Program, RevocationState
from pos.voucher.fields import is_id
from pos.voucher.serial_list import SerialCause
from pos.voucher.trust import Issuer, Ledger


class TrustStore(Protocol):
    """What core asks of trust data."""

    @property
    def version(self) -> int: ...

    @property
    def policy(self) -> Policy: ...

    @property
    def merchant(self) -> Merchant: ...

    @property
    def ledger(self) -> Ledger: ...

    @property
    def certificate(self) -> bytes: ...

    @property
    def revoked_after(self) -> int | None: ...

    @property
    def siblings(self) -> tuple[str, ...]:
        """The other terminals of the same merchant."""

    def is_revoked(self, terminal: str) -> bool:
        """Whether nothing more is believed of a terminal; also where nothing is known of it."""

    def certificate_of(self, terminal: str) -> bytes | None:
        """The certificate of a terminal; None where this one has never heard of it."""

    def issuer(self, issuer: str) -> Issuer | None: ...

    def program(self, issuer: str, program: str) -> Program | None: ...

    def programs(self) -> tuple[Program, ...]: ...

    def revocation(self, issuer: str, voucher_id: bytes, *, now_s: int) -> RevocationState: ...

    def reported(self, issuer: str, serial: str) -> SerialCause | None:
        """Why the paper note of this number must not be taken, where its issuer has reported it."""


F = TypeVar("F", bound=TrustFile)


class FolderTrustStore:
    """Target files in a folder, read when made."""

    def __init__(self, folder: Path, *, version: int, terminal: str, merchant: str, ledger: str) -> None:
        """Read everything this terminal needs; TrustError names the first file that cannot be used."""
        self._folder = folder
        self._version = version
        self._terminal = terminal
        issuers = self._read("issuers.json", IssuersFile)
        policy = self._read("policy.json", PolicyFile)
        ledgers = self._read("ledgers.json", LedgersFile)
        if ledger not in ledgers.ledgers:
            raise TrustError(f"ledgers.json: does not name the ledger {ledger!r}")
        shop = self._read(f"merchants/{merchant}.json", MerchantFile)
        own = self._read(f"terminals/{terminal}.json", TerminalFile)
        with _naming("issuers.json"):
            self._issuers = {name: issuer_of(name, given) for name, given in issuers.issuers.items()}
        with _naming("ledgers.json"):
            self._ledger = ledger_of(ledger, ledgers.ledgers[ledger])
        with _naming(f"terminals/{terminal}.json"):
            self._certificate = _own_certificate(own, terminal)
        with _naming("policy.json"):
            self._policy = policy_of(policy)
        if shop.merchant != merchant:
            raise TrustError(f"merchants/{merchant}.json: is about the merchant {shop.merchant!r}")
        self._merchant = merchant_of(shop)
        self._siblings = tuple(sorted({name for name in shop.terminals if is_id(name)} - {terminal}))
        programs = [program for issuer in self._issuers.values() for program in self._programs(issuer)]
        self._all_programs: Mapping[tuple[str, str], Program] = MappingProxyType(
            {(program.issuer, program.program): program for program in programs}
        )
        self._revoked_after = own.revoked_after
        self._revocations = Revocations(folder / "revocations")
        self._serials = SerialLists(folder / "serials")

    def close(self) -> None:
        """Let the mapped lists go."""
        self._revocations.close()
        self._serials.close()

    @property
    def version(self) -> int:
        """Of the snapshot that these files belong to."""
        return self._version

    @property
    def policy(self) -> Policy:
        return self._policy

    @property
    def merchant(self) -> Merchant:
        return self._merchant

    @property
    def ledger(self) -> Ledger:
        return self._ledger

    @property
    def certificate(self) -> bytes:
        """This terminal's certificate, to be put into payment requests."""
        return self._certificate

    @property
    def revoked_after(self) -> int | None:
        """Last entry of this terminal that is trusted; None while it is trusted."""
        return self._revoked_after

    @property
    def siblings(self) -> tuple[str, ...]:
        return self._siblings

    def is_revoked(self, terminal: str) -> bool:
        if terminal == self._terminal:
            return self._revoked_after is not None
        other = self._terminal_file(terminal)
        return other is None or other.revoked_after is not None

    def certificate_of(self, terminal: str) -> bytes | None:
        if terminal == self._terminal:
            return self._certificate
        other = self._terminal_file(terminal)
        try:
            return None if other is None else bytes.fromhex(other.certificate)
        except ValueError:
            return None

    def _terminal_file(self, terminal: str) -> TerminalFile | None:
        """What is known of another terminal."""
        try:
            other = self._read(f"terminals/{terminal}.json", TerminalFile)
        except TrustError:
            return None
        return other if other.terminal == terminal else None

    def issuer(self, issuer: str) -> Issuer | None:
        return self._issuers.get(issuer)

    def program(self, issuer: str, program: str) -> Program | None:
        return self._all_programs.get((issuer, program))

    def programs(self) -> tuple[Program, ...]:
        """Every programme of every issuer."""
        return tuple(self._all_programs.values())

    def revocation(self, issuer: str, voucher_id: bytes, *, now_s: int) -> RevocationState:
        return self._revocations.state(issuer, voucher_id, now_s=now_s)

    def reported(self, issuer: str, serial: str) -> SerialCause | None:
        return self._serials.cause(issuer, serial)

    def _programs(self, issuer: Issuer) -> tuple[Program, ...]:
        given = self._read(f"programs/{issuer.issuer}.json", ProgramsFile)
        return tuple(program_of(issuer, name, item, self._policy.limits) for name, item in given.programs.items())

    def _read(self, name: str, kind: type[F]) -> F:
        try:
            raw = (self._folder / name).read_bytes()
        except OSError as error:
            raise TrustError(f"{name}: cannot be read: {error.strerror}") from error
        with _naming(name):
            json.loads(raw, object_pairs_hook=_refuse_duplicates)
            return msgspec.json.decode(raw, type=kind)


@contextmanager
def _naming(name: str) -> Iterator[None]:
    """Say which file it is that cannot be used."""
    try:
        yield
    except (msgspec.DecodeError, TrustError, ValueError, RecursionError) as error:
        raise TrustError(f"{name}: {error}") from error


def _refuse_duplicates(pairs: Sequence[tuple[str, object]]) -> None:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise ValueError(f"the name {name!r} stands twice in one object")
        seen.add(name)


def _own_certificate(given: TerminalFile, terminal: str) -> bytes:
    if given.terminal != terminal:
        raise ValueError(f"is about the terminal {given.terminal!r}")
    return bytes.fromhex(given.certificate)
