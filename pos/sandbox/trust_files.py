"""A town's trust files in the JSON and binary shapes that terminals read (protocol, "Trust data").

Rules: every file is written whole or not at all; key ids are computed from the keys beside them; revoked ids are in
strictly ascending order. Signing the files (TUF) is not done here.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from pos.ledger.revocation_lists import read_lists, write_lists
from pos.sandbox.places import IssuerPlace, MerchantPlace, PolicyPlace, Program
from pos.sandbox.wallet.files import write_durably
from pos.voucher.keys import key_id
from pos.voucher.serial_list import SerialRange, serial_list

VERSION: Final = 1
READABLE_MODE: Final = 0o644


class IssuerKeyFile(msgspec.Struct, frozen=True, kw_only=True):
    kid: str
    public_key: str
    sign_from: int
    sign_until: int
    revoked: bool


class IssuerFile(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    area: tuple[str, ...]
    keys: tuple[IssuerKeyFile, ...]


class IssuersFile(msgspec.Struct, frozen=True, kw_only=True):
    version: int = VERSION
    issuers: dict[str, IssuerFile]


class ProgramsFile(msgspec.Struct, frozen=True, kw_only=True):
    version: int = VERSION
    programs: dict[str, Program]


class LedgerKeyFile(msgspec.Struct, frozen=True, kw_only=True):
    kid: str
    public_key: str
    roles: tuple[str, ...]


class LedgerFile(msgspec.Struct, frozen=True, kw_only=True):
    keys: tuple[LedgerKeyFile, ...]
    log_key: str
    urls: tuple[str, ...]
    tls_ca: str | None = None
    witnesses: tuple[str, ...] = ()
    quorum: int = 0


class LedgersFile(msgspec.Struct, frozen=True, kw_only=True):
    version: int = VERSION
    ledgers: dict[str, LedgerFile]


class TerminalFile(msgspec.Struct, frozen=True, kw_only=True):
    version: int = VERSION
    terminal: str
    certificate: str
    revoked_after: int | None = None


def issuer_key(public_key: bytes, *, sign_from_s: int, sign_until_s: int, is_revoked: bool = False) -> IssuerKeyFile:
    """One key of an issuer with its signing window."""
    return IssuerKeyFile(
        kid=key_id(public_key).hex(),
        public_key=public_key.hex(),
        sign_from=sign_from_s,
        sign_until=sign_until_s,
        revoked=is_revoked,
    )


def ledger_key(public_key: bytes, *roles: str) -> LedgerKeyFile:
    """One key of a ledger with what it may sign."""
    return LedgerKeyFile(kid=key_id(public_key).hex(), public_key=public_key.hex(), roles=roles)


class TrustWriter:
    """Writes the files of one trust folder."""

    def __init__(self, folder: Path) -> None:
        self.folder: Final = folder

    def issuers(self, keys: dict[str, tuple[IssuerKeyFile, ...]], places: dict[str, IssuerPlace]) -> None:
        """`issuers.json` and each issuer's `programs/{issuer}.json`."""
        files = {code: IssuerFile(name=place.name, area=place.area, keys=keys[code]) for code, place in places.items()}
        self._json("issuers.json", IssuersFile(issuers=files))
        for code, place in places.items():
            self._json(f"programs/{code}.json", ProgramsFile(programs=place.programs))

    def replace_issuers(self, issuers: IssuersFile) -> None:
        """`issuers.json`, as it is given."""
        self._json("issuers.json", issuers)

    def policy(self, policy: PolicyPlace) -> None:
        self._json("policy.json", {"version": VERSION, **msgspec.structs.asdict(policy)})

    def ledgers(self, ledgers: dict[str, LedgerFile]) -> None:
        self._json("ledgers.json", LedgersFile(ledgers=ledgers))

    def merchant(self, merchant: str, place: MerchantPlace) -> None:
        fields: dict[str, object] = msgspec.to_builtins(place)
        self._json(f"merchants/{merchant}.json", {"version": VERSION, "merchant": merchant, **fields})

    def terminal(self, terminal: str, certificate: bytes) -> None:
        self._json(f"terminals/{terminal}.json", TerminalFile(terminal=terminal, certificate=certificate.hex()))

    def revocations(self, issuer: str, voucher_ids: Sequence[bytes], *, as_of_s: int, covers_until_s: int) -> None:
        """`revocations/{issuer}.bin`: every revoked voucher id that has not expired."""
        folder = self.folder / "revocations"
        write_lists(folder, issuer, voucher_ids, as_of_s=as_of_s, covers_until_s=covers_until_s)

    def serials(self, issuer: str, ranges: Sequence[SerialRange], *, as_of_s: int) -> None:
        """`serials/{issuer}.bin`: the numbers of notes that the issuer has reported."""
        self._write(f"serials/{issuer}.bin", serial_list(ranges, as_of_s=as_of_s))

    def revoked(self, issuer: str) -> tuple[bytes, ...]:
        """The voucher ids that an issuer's list names now."""
        return tuple(sorted(read_lists(self.folder / "revocations", issuer).ids))

    def _json(self, name: str, content: object) -> None:
        self._write(name, msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")

    def _write(self, name: str, data: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, data, mode=READABLE_MODE)
