"""What a ledger publishes of the trust data by itself, with the keys that were delegated to it.

    KEYS/trust/online.key               timestamp, snapshot, merchants and terminals (hash bins)
    KEYS/trust/revocations-CODE.key     the list of an issuer that has the ledger publish it

Rules:

- the files of the trust folder are the source; what changed there is signed and published, and so is what is about to
  expire: terminals at a running ledger never meet expired metadata;
- a voucher that two terminals were paid with is revoked here, at once and until it expires;
- issuers, programmes, policy and ledgers are signed by keys that are not here, and never touched;
- a merchant's file names the terminals that sell for it, less those whose place another one took;
- a ledger without `online.key` publishes nothing: another machine does.
"""

import logging
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import Connection, select
from tuf.api.metadata import Delegations, SuccinctRoles

from pos.durable import replace_file
from pos.errors import MalformedError
from pos.ledger import conflicts, enrolment, schema
from pos.ledger.database import Database
from pos.ledger.folder import LedgerFolder
from pos.ledger.repository import RepositoryWriter, at, tuf_key
from pos.ledger.revocation_lists import read_lists, write_lists
from pos.voucher.keys import SEED_BYTES, SigningKey
from pos.voucher.signed import decode_certificate

REGISTRY: Final = "registry"
BIN_BITS: Final = 4
"""Sixteen bins in a sandbox. A terminal reads one of them; a city takes as many bits as make a bin small."""
DAY_S: Final = 86_400
TIMESTAMP_S: Final = 2 * DAY_S
SNAPSHOT_S: Final = 14 * DAY_S
ROLE_S: Final = 365 * DAY_S
REVOCATIONS_S: Final = 90 * DAY_S
COVER_S: Final = 90 * DAY_S
"""For how long a list says "not revoked" of what it does not name."""
REFRESH_S: Final = 6 * 3_600
"""How old a timestamp gets before the next one."""
EXTEND_S: Final = DAY_S
"""How often the time that a list covers is moved on."""

_UNSEEN: Final[tuple[int, ...]] = (-1,)

log = logging.getLogger(__name__)


class _TerminalShape(msgspec.Struct, frozen=True, kw_only=True):
    """`terminals/{terminal}.json`."""

    version: int = 1
    terminal: str
    certificate: str


class Publisher:
    """The publishing job of one data folder. One of them at a time writes; a ledger's lock sees to that."""

    def __init__(self, folder: LedgerFolder, database: Database | None = None) -> None:
        """Without a database nothing is known of conflicts, and what the folder says is published."""
        self._trust = folder.trust_dir
        self._keys = folder.keys_dir / "trust"
        self._database = database
        self._writer = RepositoryWriter(folder.repository_dir)
        self._online = _key(self._keys / "online.key")
        self._mark = _UNSEEN
        self._named: tuple[tuple[int, ...], frozenset[str]] = (_UNSEEN, frozenset())

    def publish(self, *, now_s: int) -> bool:
        """Publish what is new or about to expire; True if there was anything. Raises OSError, TrustError."""
        if self._online is None or self._writer.root() is None:
            return False
        self._revoke_conflicts(now_s)
        self._describe_enrolled()
        self._name_terminals()
        timestamp = self._writer.timestamp()
        is_fresh = timestamp is not None and timestamp.expires > at(now_s + TIMESTAMP_S - REFRESH_S)
        mark = self._marks()
        if is_fresh and mark == self._mark:
            return False
        has_news = any([*self._put_revocations(now_s), *self._put_registry(self._online, now_s)])
        if has_news or not is_fresh:
            self.seal(now_s=now_s)
        self._mark = mark
        return has_news or not is_fresh

    def seal(self, *, now_s: int) -> None:
        """Publish what was put by whatever key, under a new snapshot and timestamp."""
        assert self._online is not None, "only who has the online key seals"
        expiry = {"snapshot_expires_s": now_s + SNAPSHOT_S, "timestamp_expires_s": now_s + TIMESTAMP_S}
        self._writer.seal([self._online], **expiry)

    @property
    def writer(self) -> RepositoryWriter:
        return self._writer

    def _marks(self) -> tuple[int, ...]:
        """Changes when a file is added, removed or replaced; files of this folder are never written in place."""
        folders = (self._trust / kind for kind in ("merchants", "terminals", "revocations", "serials"))
        return tuple(folder.stat().st_mtime_ns for folder in folders if folder.is_dir())

    def _describe_enrolled(self) -> None:
        """Write the file of each terminal that enrolled with this ledger and has none yet."""
        if self._database is None:
            return
        folder = self._trust / "terminals"
        folder.mkdir(exist_ok=True)
        for terminal, certificate in self._database.read(_certificates):
            path = folder / f"{terminal}.json"
            if not path.exists():
                replace_file(
                    path, msgspec.json.encode(_TerminalShape(terminal=terminal, certificate=certificate.hex()))
                )

    def _name_terminals(self) -> None:
        """Let each merchant's file name the terminals that sell for it, so that the tills of a shop know each other."""
        mark = self._marks()
        replaced = frozenset[str]() if self._database is None else self._database.read(enrolment.replaced_ids)
        if (mark, replaced) == self._named:
            return
        terminals: dict[str, list[str]] = {}
        for file in sorted((self._trust / "terminals").glob("*.json")):
            merchant = None if file.stem in replaced else _merchant_of(file)
            if merchant is not None:
                terminals.setdefault(merchant, []).append(file.stem)
        for merchant, names in terminals.items():
            _name_in(self._trust / "merchants" / f"{merchant}.json", names)
        self._named = (self._marks(), replaced)

    def _put_registry(self, online: SigningKey, now_s: int) -> Iterable[bool]:
        """Merchants and terminals, each in the bin that the hash of its path falls into."""
        key = tuf_key(online.public_key)
        bins = SuccinctRoles([key.keyid], 1, BIN_BITS, REGISTRY)
        by_bin: dict[str, dict[str, Path]] = {name: {} for name in bins.get_roles()}
        for kind in ("merchants", "terminals"):
            for file in sorted((self._trust / kind).glob("*.json")):
                path = f"{kind}/{file.name}"
                by_bin[bins.get_role_for_target(path)][path] = file
        delegations = Delegations(keys={key.keyid: key}, succinct_roles=bins)
        by_role = {REGISTRY: dict[str, Path](), **by_bin}
        for role, files in by_role.items():
            yield self._writer.put(
                role,
                files,
                signers=[online],
                expires_s=now_s + ROLE_S,
                renew_s=ROLE_S // 2,
                delegations=delegations if role == REGISTRY else None,
            )

    def _put_revocations(self, now_s: int) -> Iterable[bool]:
        for issuer, key in self._revocation_keys():
            files = sorted(
                [
                    *(self._trust / "revocations").glob(f"{issuer}*.bin"),
                    *(self._trust / "serials").glob(f"{issuer}.bin"),
                ]
            )
            yield self._writer.put(
                revocations_role(issuer),
                {f"{file.parent.name}/{file.name}": file for file in files},
                signers=[key],
                expires_s=now_s + REVOCATIONS_S,
                renew_s=REVOCATIONS_S // 2,
            )

    def _revoke_conflicts(self, now_s: int) -> None:
        """Bring the lists up to date: what the ledger found to be spent twice, and how long they cover."""
        folder = self._trust / "revocations"
        for issuer, _ in self._revocation_keys():
            listed = read_lists(folder, issuer)
            new = self._found(issuer, now_s) - listed.ids
            if new or now_s - listed.as_of_s >= EXTEND_S:
                write_lists(folder, issuer, listed.ids | new, as_of_s=now_s, covers_until_s=now_s + COVER_S)
            if new:
                log.info("issuer %s: %d vouchers more are revoked", issuer, len(new))

    def _found(self, issuer: str, now_s: int) -> frozenset[bytes]:
        if self._database is None:
            return frozenset()
        return frozenset(self._database.read(partial(conflicts.revocations, issuer=issuer, now_s=now_s)))

    def _revocation_keys(self) -> Iterable[tuple[str, SigningKey]]:
        for path in sorted(self._keys.glob("revocations-*.key")):
            key = _key(path)
            if key is not None:
                yield path.stem.removeprefix("revocations-"), key


def _merchant_of(file: Path) -> str | None:
    """Whose terminal it is, as its certificate says; None where that cannot be read."""
    try:
        shape = msgspec.json.decode(file.read_bytes(), type=_TerminalShape)
        return decode_certificate(bytes.fromhex(shape.certificate)).claims.merchant
    except (msgspec.DecodeError, MalformedError, ValueError) as error:
        log.warning("%s: %s", file.name, error)
        return None


def _name_in(path: Path, terminals: Sequence[str]) -> None:
    """Write the names into a merchant's file, all else left as it is."""
    if not path.is_file():
        return
    shape = msgspec.json.decode(path.read_bytes(), type=dict[str, msgspec.Raw])
    named = msgspec.Raw(msgspec.json.encode(terminals))
    if shape.get("terminals") is None or bytes(shape["terminals"]) != bytes(named):
        replace_file(path, msgspec.json.encode({**shape, "terminals": named}))


def revocations_role(issuer: str) -> str:
    """The role that speaks of an issuer's revoked vouchers."""
    return f"revocations-{issuer}"


def _certificates(connection: Connection) -> tuple[tuple[str, bytes], ...]:
    codes = schema.enrolments
    used = select(codes.c.terminal, codes.c.certificate).where(codes.c.certificate.is_not(None))
    return tuple((row.terminal, row.certificate) for row in connection.execute(used))


def _key(path: Path) -> SigningKey | None:
    try:
        seed = path.read_bytes()
    except FileNotFoundError:
        return None
    return SigningKey.from_seed(seed) if len(seed) == SEED_BYTES else None
