"""A ledger's data folder: settings, keys, trust files, database.

    DATA/ledger.toml                 settings; every key known, all problems reported at once
    DATA/keys/<role>.key             32-byte Ed25519 seeds, readable by their owner only
    DATA/trust/                      trust files, as whoever is responsible for them wrote them
    DATA/repository/                 the same, signed: the TUF repository that is served under /trust/
    DATA/ledger.db                   the database, where no other is named
    DATA/ledger.url, ledger.lock     address of the service that runs on this folder, and the lock it holds meanwhile

Rules: a key file that others may read stops the service; relative paths are relative to `ledger.toml`; plain HTTP is
for loopback addresses only. What the trust files mean is left to `pos.ledger.authority`.
"""

import difflib
import ipaddress
import os
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from pos.errors import ConfigError
from pos.ledger.dialect import sqlite_url
from pos.voucher.keys import SEED_BYTES, SigningKey

SETTINGS_FILE: Final = "ledger.toml"
AUTHORITY_FILE: Final = "authority.pem"
"""Certificate of the authority that the service's TLS certificate is from, for those who enrol."""
_KNOWN: Final[dict[str, dict[str, type[str] | type[int]]]] = {
    "ledger": {"id": str, "trust_dir": str, "repository_dir": str, "keys_dir": str, "issuing_keys": str},
    "http": {"host": str, "port": int, "tls_certificate": str, "tls_key": str},
    "database": {"url": str},
    "log": {"witnesses": str},
    "cash_receipts": {"provider": str, "url": str, "key_file": str},
}
REHEARSAL: Final = "rehearsal"
HTTP: Final = "http"
_PROVIDERS: Final = ("", REHEARSAL, HTTP)
API_KEY_PATTERN: Final = re.compile(r"[!-~]{8,512}")
"""What a provider's key to its interface may be: one line of ASCII without blanks."""
_PORT_MAX: Final = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerKeys:
    """The service's keys by role; `log` signs checkpoints, `identifier` opens sealed boxes and signs nothing."""

    certificate: SigningKey
    ack: SigningKey
    message: SigningKey
    time: SigningKey
    confirmation: SigningKey
    identifier: SigningKey
    log: SigningKey


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAt:
    """Where a provider of cash receipts answers."""

    url: str
    key_file: Path
    """Its key to the interface; read at each call, so that a new one needs no restart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFolder:
    """Everything a service needs to start."""

    data: Path
    ledger: str
    keys: LedgerKeys
    keys_dir: Path
    trust_dir: Path
    repository_dir: Path
    database_url: str
    host: str
    port: int
    """0 lets the system choose."""
    tls_certificate: Path | None
    tls_key: Path | None
    provider: str
    """Who passes cash receipts on; empty where they wait."""
    provider_at: ProviderAt | None
    """Where that is somebody over a network."""
    issuing_keys: str
    """Path of the key that an issuer lends for returned vouchers, with `{issuer}` in it; empty where none does."""
    witnesses: tuple[str, ...]
    """Where the log's witnesses are: URLs, or `dir:` and a folder."""


def write_folder(
    data: Path,
    *,
    ledger: str,
    keys: LedgerKeys,
    host: str = "127.0.0.1",
    port: int = 8400,
    witnesses: Sequence[str] = (),
    issuing_keys: str = "",
    provider: str = "",
) -> LedgerFolder:
    """Make a data folder with settings and keys; the trust files are the caller's. FileExistsError if there is one."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys_dir = data / "keys"
    keys_dir.mkdir(mode=0o700)
    (data / "trust").mkdir()
    (data / "repository").mkdir()
    for role in fields(LedgerKeys):
        key: SigningKey = getattr(keys, role.name)
        _write_private(keys_dir / f"{role.name}.key", key.seed)
    settings = (
        f'[ledger]\nid = "{ledger}"\ntrust_dir = "trust"\nrepository_dir = "repository"\nkeys_dir = "keys"\n'
        f'issuing_keys = "{issuing_keys}"\n\n'
        f'[http]\nhost = "{host}"\nport = {port}\ntls_certificate = ""\ntls_key = ""\n\n'
        '[database]\nurl = ""\n\n'
        f'[cash_receipts]\nprovider = "{provider}"\n\n'
        f'[log]\nwitnesses = "{" ".join(witnesses)}"\n'
    )
    (data / SETTINGS_FILE).write_text(settings, "utf-8")
    return open_folder(data)


def open_folder(data: Path) -> LedgerFolder:
    """Read and check a data folder. Raises ConfigError with every problem."""
    return _Reader(data.absolute()).folder()


def check_reachable(*, host: str, is_tls: bool) -> None:
    """Refuse plain HTTP on an address that other machines can reach. Raises ConfigError."""
    if not is_tls and not _is_loopback(host):
        raise ConfigError((f"http.host: plain http on {host} can be read by others; name tls_certificate and tls_key",))


class _Reader:
    def __init__(self, data: Path) -> None:
        self._data = data
        self._file = data / SETTINGS_FILE
        self._problems: list[str] = []
        self._values: dict[str, str | int] = {}

    def folder(self) -> LedgerFolder:
        self._collect()
        keys_dir = self._path("ledger.keys_dir", "keys")
        keys = self._keys(keys_dir)
        certificate, tls_key = self._file_named("http.tls_certificate"), self._file_named("http.tls_key")
        if (certificate is None) != (tls_key is None):
            self._problem("http.tls_certificate", "tls_certificate and tls_key are used together or not at all")
        provider, provider_at = self._provider()
        if self._problems or keys is None:
            raise ConfigError(tuple(self._problems))
        return LedgerFolder(
            data=self._data,
            ledger=self._text("ledger.id", ""),
            keys=keys,
            keys_dir=keys_dir,
            trust_dir=self._path("ledger.trust_dir", "trust"),
            repository_dir=self._path("ledger.repository_dir", "repository"),
            database_url=self._text("database.url", "") or sqlite_url(self._data / "ledger.db"),
            host=self._text("http.host", "127.0.0.1"),
            port=int(self._values.get("http.port", 8400)),
            tls_certificate=certificate,
            tls_key=tls_key,
            provider=provider,
            provider_at=provider_at,
            issuing_keys=self._beside(self._text("ledger.issuing_keys", "")),
            witnesses=tuple(self._witness(name) for name in self._text("log.witnesses", "").split()),
        )

    def _provider(self) -> tuple[str, ProviderAt | None]:
        provider = self._text("cash_receipts.provider", "")
        url, key_file = self._text("cash_receipts.url", ""), self._text("cash_receipts.key_file", "")
        if provider not in _PROVIDERS:
            known = f"known are {REHEARSAL}, which tells nobody, and {HTTP}; or leave it empty"
            self._problem("cash_receipts.provider", known)
        if provider != HTTP:
            for name, value in (("url", url), ("key_file", key_file)):
                if value:
                    self._problem(f"cash_receipts.{name}", f"is for the provider {HTTP} only")
            return provider, None
        problem = _url_problem(url)
        if problem is not None:
            self._problem("cash_receipts.url", problem)
        if not key_file:
            self._problem("cash_receipts.key_file", f"the provider {HTTP} needs one")
            return provider, None
        path = self._path("cash_receipts.key_file", "")
        self._check_api_key(path)
        return provider, ProviderAt(url=url.rstrip("/"), key_file=path)

    def _check_api_key(self, path: Path) -> None:
        try:
            content, mode = path.read_text("ascii"), path.stat().st_mode
        except OSError as error:
            self._problem("cash_receipts.key_file", f"{path} cannot be read: {error.strerror}")
            return
        except UnicodeDecodeError:
            content, mode = "", path.stat().st_mode
        if mode & 0o077:
            self._problem("cash_receipts.key_file", f"others may read {path}; get a new key and chmod 600")
        if API_KEY_PATTERN.fullmatch(content.strip()) is None:
            self._problem(
                "cash_receipts.key_file", f"{path}: expected one line of 8 to 512 ASCII characters, no blanks"
            )

    def _beside(self, path: str) -> str:
        return str(self._data / path) if path else ""

    def _witness(self, name: str) -> str:
        kind, colon, folder = name.partition(":")
        return f"{kind}:{self._data / folder}" if colon and kind == "dir" else name

    def _collect(self) -> None:
        for section, content in self._document().items():
            known = _KNOWN.get(section)
            if known is None or not isinstance(content, dict):
                self._unknown(f"[{section}]", section, tuple(_KNOWN))
                continue
            for key, value in content.items():
                self._collect_value(section, key, value, known)
        if not self._text("ledger.id", ""):
            self._problem("ledger.id", "this key is required")
        if not 0 <= int(self._values.get("http.port", 0)) <= _PORT_MAX:
            self._problem("http.port", f"expected 0 to {_PORT_MAX}")

    def _document(self) -> dict[str, object]:
        try:
            return tomllib.loads(self._file.read_text("utf-8"))
        except FileNotFoundError:
            raise ConfigError((f"{self._file}: no such file; `pos sandbox init` makes a ledger to try",)) from None
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ConfigError((f"{self._file}: cannot be read: {error}",)) from error

    def _collect_value(self, section: str, key: str, value: object, known: dict[str, type[str] | type[int]]) -> None:
        if key not in known:
            self._unknown(f"{section}.{key}", key, tuple(known))
        elif isinstance(value, str | int) and type(value) is known[key]:
            self._values[f"{section}.{key}"] = value
        else:
            expected = "a whole number" if known[key] is int else "a text"
            self._problem(f"{section}.{key}", f"expected {expected}, found {value!r}")

    def _keys(self, keys_dir: Path) -> LedgerKeys | None:
        found = {role.name: self._key(keys_dir / f"{role.name}.key") for role in fields(LedgerKeys)}
        whole = {name: key for name, key in found.items() if key is not None}
        return LedgerKeys(**whole) if len(whole) == len(found) else None

    def _key(self, path: Path) -> SigningKey | None:
        try:
            seed, mode = path.read_bytes(), path.stat().st_mode
        except OSError as error:
            self._problems.append(f"{path}: cannot be read: {error.strerror}")
            return None
        if mode & 0o077:
            self._problems.append(f"{path}: others may read this key; make it a new one and chmod 600")
        if len(seed) != SEED_BYTES:
            self._problems.append(f"{path}: expected {SEED_BYTES} bytes, found {len(seed)}")
            return None
        return SigningKey.from_seed(seed)

    def _text(self, key: str, default: str) -> str:
        return str(self._values.get(key, default))

    def _path(self, key: str, default: str) -> Path:
        return self._data / self._text(key, default)

    def _file_named(self, key: str) -> Path | None:
        if not self._text(key, ""):
            return None
        path = self._path(key, "")
        if not path.is_file():
            self._problem(key, f"{path} is not a file")
        return path

    def _unknown(self, shown: str, name: str, known: tuple[str, ...]) -> None:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
        self._problem(shown, f"is not known here; {hint}")

    def _problem(self, key: str, what: str) -> None:
        self._problems.append(f"{self._file}: {key}: {what}")


def _write_private(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _url_problem(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not a URL"
    is_plain = url.isascii() and not (parts.username or parts.query or parts.fragment)
    if parts.scheme not in ("http", "https") or not host or not is_plain:
        return "expected https://host[:port][/path]"
    if parts.scheme == "http" and not _is_loopback(host):
        return f"plain http to {host} can be read by others; use https"
    return None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
