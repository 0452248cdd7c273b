"""Who may see which page: one secret a merchant, and the operator's, kept as hashes in `DATA/office.json`.

Rules: secrets are 128 random bits, so that a plain hash is enough; they are shown once, when they are made; making one
again replaces it. They travel by HTTP's basic authentication over the service's own TLS.
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Final

import msgspec

from pos.errors import ConfigError, MalformedError
from pos.voucher.fields import is_id

OPERATOR: Final = "operator"
FILE: Final = "office.json"
PARTNERS_FILE: Final = "partners.json"
"""The same for partners, who are no merchants."""
_SECRET_BYTES: Final = 16


def make_secret(data: Path, user: str, *, file: str = FILE) -> str:
    """Make somebody's secret and return it. Raises ConfigError, MalformedError."""
    if not is_id(user):
        raise MalformedError(f"{user!r} is not an id")
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    content = msgspec.json.encode(_read(data, file) | {user: _hash(secret)})
    fresh = data / f"{file}.new"
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as written:
        written.write(content)
        written.flush()
        os.fsync(written.fileno())
    fresh.replace(data / file)
    return secret


def user_of(data: Path, authorization: str | None, *, file: str = FILE) -> str | None:
    """Return who an Authorization header shows; None for nobody. Raises ConfigError."""
    kind, _, encoded = (authorization or "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        user, colon, secret = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return None
    known = _read(data, file).get(user, "")
    return user if colon and known and hmac.compare_digest(known, _hash(secret)) else None


def _read(data: Path, file: str) -> dict[str, str]:
    try:
        return msgspec.json.decode((data / file).read_bytes(), type=dict[str, str])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError) as error:
        raise ConfigError((f"{data / file}: {error}",)) from error


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8")).hexdigest()
