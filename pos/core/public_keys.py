"""Issuers' and ledgers' public keys out of a folder of trust files, and nothing else: what a reviewer needs.

Rules: only `issuers.json` and `ledgers.json` are read, so that two files and the evidence are enough on any machine;
all ledgers that are named count, not one's own alone. Whether the files themselves are to be trusted is the reader's
question: he has them from whom he believes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeVar

import msgspec

from pos.core.trust_files import IssuersFile, LedgersFile, TrustFile, issuer_of, ledger_of
from pos.errors import TrustError
from pos.voucher.trust import Issuer, Ledger

F = TypeVar("F", bound=TrustFile)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKeys:
    """Keys by their owner."""

    issuers: Mapping[str, Issuer]
    ledgers: Mapping[str, Ledger]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the two files. Raises TrustError, naming the one that cannot be used."""
        issuers = _read(folder / "issuers.json", IssuersFile).issuers
        ledgers = _read(folder / "ledgers.json", LedgersFile).ledgers
        try:
            return cls(
                issuers={name: issuer_of(name, part) for name, part in issuers.items()},
                ledgers={name: ledger_of(name, part) for name, part in ledgers.items()},
            )
        except ValueError as error:
            raise TrustError(f"{folder}: {error}") from error

    def issuer(self, issuer: str) -> Issuer | None:
        return self.issuers.get(issuer)

    def ledger(self, ledger: str) -> Ledger | None:
        return self.ledgers.get(ledger)


def _read(path: Path, kind: type[F]) -> F:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise TrustError(f"{path}: cannot be read: {error.strerror}") from error
    except msgspec.DecodeError as error:
        raise TrustError(f"{path}: {error}") from error
