"""The operator's signed file for an installation: an enrolment code of this ledger under the ledger's online key.

Rules: only a code that this ledger gave out and nobody has used is signed, and the file ends when the code does; the
online key is the one that the published root names, or the file would be refused everywhere.
"""

import hashlib
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select

from pos.errors import ConfigError, MalformedError
from pos.ledger import schema
from pos.ledger.database import open_database
from pos.ledger.folder import LedgerFolder, open_folder
from pos.trust.faults import RejectedError
from pos.trust.names import metadata_file
from pos.trust.online import online_keys
from pos.voucher.enrolment import EnrolmentCode
from pos.voucher.install_file import ROOTS_MAX, build_install_file
from pos.voucher.keys import SEED_BYTES, SigningKey
from pos.voucher.qr import QrKind, decode_text

_ROOT: Final = "root"


def sign_install_file(data: Path, text: str, *, machine: str | None = None, database: str | None = None) -> bytes:
    """The file for a code's text; `machine` is the serial number of the one board that may use it.

    Raises ConfigError where the code is not one of this ledger's that waits to be used, or the ledger cannot sign.
    """
    folder = open_folder(data)
    try:
        found = decode_text(text.strip())
        code = EnrolmentCode.from_bytes(found.data) if found.kind is QrKind.ENROLMENT else None
    except MalformedError:
        code = None
    if code is None or code.ledger != folder.ledger:
        raise ConfigError(("this is no enrolment code of this ledger",))
    with closing(open_database(database or folder.database_url, ledger=folder.ledger)) as opened:
        expires_s = opened.read(lambda connection: _expires_s(connection, code.secret))
    if expires_s is None:
        raise ConfigError(("this ledger did not give the code out, or it was used already",))
    roots = _roots(folder, code.root_sha256)
    return build_install_file(code, expires_s=expires_s, roots=roots, key=_online(folder, roots, code), machine=machine)


def _expires_s(connection: Connection, secret: bytes) -> int | None:
    codes = schema.enrolments
    mine = codes.c.secret_hash == hashlib.sha256(secret).digest()
    row = connection.execute(select(codes.c.expires_s, codes.c.public_key).where(mine)).one_or_none()
    return None if row is None or row.public_key is not None else int(row.expires_s)


def _roots(folder: LedgerFolder, sha256: bytes) -> tuple[bytes, ...]:
    """The published roots from the one that the code names on."""
    published: list[bytes] = []
    while (path := folder.repository_dir / metadata_file(_ROOT, len(published) + 1)).is_file():
        published.append(path.read_bytes())
    named = [number for number, raw in enumerate(published) if hashlib.sha256(raw).digest() == sha256]
    if not named or len(published) - named[0] > ROOTS_MAX:
        raise ConfigError(("the code names a trust root that this ledger does not publish, or one long ago",))
    return tuple(published[named[0] :])


def _online(folder: LedgerFolder, roots: tuple[bytes, ...], code: EnrolmentCode) -> SigningKey:
    path = folder.keys_dir / "trust" / "online.key"
    try:
        seed = path.read_bytes()
        named = online_keys(roots, sha256=code.root_sha256)
    except (OSError, RejectedError) as error:
        raise ConfigError((f"this ledger cannot sign files for an installation: {error}",)) from error
    key = SigningKey.from_seed(seed) if len(seed) == SEED_BYTES else None
    if key is None or bytes(key.public_key) not in named:
        raise ConfigError((f"{path}: is not the key that the trust root names",))
    return key
