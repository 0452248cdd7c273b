"""From bytes that somebody brought to the trust data that holds.

Rules:

- everything is verified here again, whoever verified it before (`metadata`), and each target is hashed while it is
  copied: nothing that could still be changed by its bringer is used;
- all or nothing: what a terminal needs must be there, be as promised and be readable (`check`), or the old set stays;
- a newer root is kept even where the rest is refused, because it may have taken trust from whoever signed the rest;
- the same bytes once more change nothing and write nothing.
"""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from pos.errors import TrustError
from pos.trust.faults import RejectedError, TrustFault
from pos.trust.folder import CurrentSet, NewSet, StoredSet, TrustFolder
from pos.trust.metadata import (
    Floor,
    Target,
    VerifiedRepository,
    newest_root,
    trusted_root,
    verify_repository,
)
from pos.trust.names import EMERGENCY_ROOT, ISSUERS, Wanted, of_issuers, revocation_lists, serial_list
from pos.trust.sources import TrustSource

TARGET_BYTES_MAX: Final = 64 * 1024 * 1024
"""More than the revocation list of four million vouchers."""
_PIECE_BYTES: Final = 256 * 1024
_ROOT: Final = "root"


class _IssuerIds(msgspec.Struct, frozen=True, kw_only=True):
    issuers: dict[str, msgspec.Raw]


class _Terminals(msgspec.Struct, frozen=True, kw_only=True):
    terminals: list[str] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """What became of it."""

    stored: StoredSet
    is_new: bool
    """False where the same was here already."""


def found_trust(folder: TrustFolder, root: bytes, *, sha256: bytes) -> StoredSet:
    """Begin with the root that an enrolment code named by its hash; whatever was trusted before is forgotten.

    Raises RejectedError where it is another root or none, OSError where it cannot be stored.
    """
    if hashlib.sha256(root).digest() != sha256:
        raise RejectedError(TrustFault.CONTENT, "root.json: not the one that the enrolment code names")
    version = trusted_root(root).version
    made = folder.begin()
    made.write_metadata(_ROOT, root)
    return folder.commit(made, CurrentSet(number=made.number, root_version=version))


def adopt(
    folder: TrustFolder,
    source: TrustSource,
    *,
    wanted: Wanted,
    now_s: int,
    check: Callable[[Path, int], None],
    repairs: bool = False,
) -> Adopted:
    """Verify what `source` has and let it hold; `check` reads a finished targets folder and raises TrustError.

    `now_s` is a time that has certainly passed. With `repairs` the stored files count for nothing, and the same
    version is taken once more. Raises RejectedError (the old set holds), TrustError where there is no
    root to begin with, OSError where nothing can be stored.
    """
    stored = folder.stored()
    if stored is None or (root := stored.metadata(_ROOT)) is None:
        raise TrustError("no root is trusted yet; enrol the terminal")
    floor = Floor(root=root, timestamp=stored.metadata("timestamp"), snapshot=stored.metadata("snapshot"))
    try:
        repository = verify_repository(source, floor, now_s=now_s)
        if not repairs and repository.timestamp_raw == floor.timestamp and repository.root_raw == floor.root:
            return Adopted(stored=stored, is_new=False)
        made = folder.begin(from_nothing=repairs)
        return Adopted(stored=_store(folder, made, repository, source, wanted, check), is_new=True)
    except RejectedError:
        _keep_root(folder, source, root)
        raise


def _store(
    folder: TrustFolder,
    made: NewSet,
    repository: VerifiedRepository,
    source: TrustSource,
    wanted: Wanted,
    check: Callable[[Path, int], None],
) -> StoredSet:
    try:
        hashes = _copy_targets(made, repository, source, wanted)
        try:
            check(made.targets, repository.snapshot.version)
        except TrustError as error:
            raise RejectedError(TrustFault.UNUSABLE, str(error)) from error
        for role, raw in repository.raw_roles().items():
            made.write_metadata(role, raw)
        return folder.commit(
            made,
            CurrentSet(
                number=made.number,
                root_version=repository.root.version,
                timestamp_version=repository.timestamp.version,
                snapshot_version=repository.snapshot.version,
                hashes=hashes,
            ),
        )
    except BaseException:
        made.drop()
        raise


def _copy_targets(made: NewSet, repository: VerifiedRepository, source: TrustSource, wanted: Wanted) -> dict[str, str]:
    hashes: dict[str, str] = {}

    def bring(path: str, *, is_needed: bool) -> bool:
        target = repository.target(path)
        if target is None:
            if is_needed:
                raise RejectedError(TrustFault.MISSING, f"{path}: the repository does not have it")
            return False
        if not made.keep(path, target.hashes["sha256"]):
            _copy(source, target, made.place(path))
        hashes[path] = target.hashes["sha256"]
        return True

    for path in wanted.needed:
        bring(path, is_needed=True)
    for path in wanted.of_siblings(terminals_in((made.targets / wanted.merchant_file).read_bytes())):
        bring(path, is_needed=False)
    issuers = issuer_ids((made.targets / ISSUERS).read_bytes())
    for path in of_issuers(issuers):
        bring(path, is_needed=True)
    for issuer in issuers:
        whole, parts = revocation_lists(issuer)
        if not bring(whole, is_needed=False):
            for part in parts:
                bring(part, is_needed=False)
        bring(serial_list(issuer), is_needed=False)
    bring(EMERGENCY_ROOT, is_needed=False)
    return hashes


def terminals_in(raw: bytes) -> tuple[str, ...]:
    """The terminals that a merchant's file names. Raises RejectedError."""
    try:
        return tuple(msgspec.json.decode(raw, type=_Terminals).terminals)
    except msgspec.DecodeError as error:
        raise RejectedError(TrustFault.UNUSABLE, f"a merchant's file: {error}") from error


def issuer_ids(raw: bytes) -> tuple[str, ...]:
    """The ids in an `issuers.json`. Raises RejectedError."""
    try:
        issuers = msgspec.json.decode(raw, type=_IssuerIds).issuers
    except msgspec.DecodeError as error:
        raise RejectedError(TrustFault.UNUSABLE, f"{ISSUERS}: {error}") from error
    if not all(issuer.isascii() and issuer.isdigit() for issuer in issuers):
        raise RejectedError(TrustFault.UNUSABLE, f"{ISSUERS}: an issuer whose id is no code of digits")
    return tuple(issuers)


def _copy(source: TrustSource, target: Target, place: Path) -> None:
    """Copy one target piece by piece, hashing on the way. Raises RejectedError where it is not as promised."""
    file = source.open_target(target.path, target.hashes["sha256"])
    if file is None:
        raise RejectedError(TrustFault.MISSING, f"{target.path}: not there")
    if target.length > TARGET_BYTES_MAX:
        raise RejectedError(TrustFault.CONTENT, f"{target.path}: {target.length} bytes are too many")
    digests, left = _digests(target), target.length
    with file, place.open("xb") as copy:
        os.fchmod(copy.fileno(), 0o644)
        while piece := file.read(min(_PIECE_BYTES, left + 1)):
            left -= len(piece)
            if left < 0:
                break
            copy.write(piece)
            for digest in digests.values():
                digest.update(piece)
    if left or any(digest.hexdigest() != target.hashes[name] for name, digest in digests.items()):
        raise RejectedError(TrustFault.CONTENT, f"{target.path}: not what the metadata promises")


def _digests(target: Target) -> "dict[str, hashlib._Hash]":
    """One for each algorithm that the metadata uses; one that is not known here is nothing that could be checked."""
    try:
        return {name: hashlib.new(name) for name in target.hashes}
    except ValueError as error:
        raise RejectedError(TrustFault.CONTENT, f"{target.path}: {error}") from error


def _keep_root(folder: TrustFolder, source: TrustSource, trusted: bytes) -> None:
    """Keep a newer root, whatever is wrong with the rest."""
    try:
        root, raw = newest_root(source, trusted)
    except RejectedError:
        return
    stored = folder.stored()
    if raw == trusted or stored is None:
        return
    made = folder.begin()
    made.keep_all()
    root_file = made.folder / "metadata" / f"{_ROOT}.json"
    # A link to the old set's file: written in place it would change both.
    root_file.unlink()
    made.write_metadata(_ROOT, raw)
    folder.commit(made, msgspec.structs.replace(stored.current, number=made.number, root_version=root.version))
