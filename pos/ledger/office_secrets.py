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
_SECRET_BYTES: Final = 16


def make_secret(data: Path, user: str) -> str:
    """Make a merchant's or the operator's secret and return it. Raises ConfigError, MalformedError."""
    if not is_id(user):
        raise MalformedError(f"{user!r} is not a merchant id")
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    content = msgspec.json.encode(_read(data) | {user: _hash(secret)})
    fresh = data / f"{FILE}.new"
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(data / FILE)
    return secret


def user_of(data: Path, authorization: str | None) -> str | None:
    """Return who an Authorization header shows; None for nobody. Raises ConfigError."""
    kind, _, encoded = (authorization or "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        user, colon, secret = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return None
    known = _read(data).get(user, "")
    return user if colon and known and hmac.compare_digest(known, _hash(secret)) else None


def _read(data: Path) -> dict[str, str]:
    try:
        return msgspec.json.decode((data / FILE).read_bytes(), type=dict[str, str])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError) as error:
        raise ConfigError((f"{data / FILE}: {error}",)) from error


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8")).hexdigest()
