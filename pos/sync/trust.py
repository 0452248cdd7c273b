"""Downloading trust data with `tuf.ngclient`, for core to verify again.

Rules:

- nothing here is believed by anybody: what the client has found lies in the staging folder, and core looks at every
  byte of it anew, under its own time and its own floor;
- TLS is verified against the pinned CA, redirects are not followed, and an answer longer than promised is not read;
- a portal's page, a cut download or an older repository ends the try, and changes nothing that holds;
- the emergency repository, with its own root, is looked at first and never holds the rest up;
- what was downloaded completely stays, so that the next try costs only what is new.

`tuf.ngclient` reads the wall clock of the machine: where that is wrong by days, it may find everything expired and
bring nothing until the clock is right. What holds goes on holding.
"""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Protocol, TypeVar

import msgspec
import urllib3
from tuf.api.exceptions import DownloadError, DownloadHTTPError, RepositoryError
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig

from pos.errors import LedgerUnreachableError
from pos.link.calls import AskTrust, Call, TakeTrust, TrustOrigin, TrustTaken, TrustWants
from pos.sync.client import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, tls_context
from pos.trust.adoption import issuer_ids, terminals_in
from pos.trust.emergency_file import EMERGENCY_FILE
from pos.trust.faults import RejectedError
from pos.trust.names import EMERGENCY_ROOT, ISSUERS, Wanted, of_issuers, revocation_lists, serial_list
from pos.trust.sources import METADATA_FOLDER, ROOTS_FOLDER, TARGETS_FOLDER

R = TypeVar("R")
_PIECE_BYTES: Final = 64 * 1024
_OK: Final = 200
READABLE: Final = 0o644
_NOT_FOUND: Final = 404
_FOLDER: Final = "trust"
_EMERGENCY: Final = "emergency"

log = logging.getLogger(__name__)


class Link(Protocol):
    """Core, as far as it is asked about trust data."""

    def call(self, call: Call[R]) -> R: ...


class PinnedFetcher(FetcherInterface):
    """Downloads for `tuf.ngclient` over a connection to the pinned authority only."""

    def __init__(self, url: str, *, ca_file: Path | None) -> None:
        self._pool = urllib3.PoolManager(
            num_pools=1,
            retries=False,
            timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=READ_TIMEOUT_S),
            ssl_context=tls_context(ca_file) if url.startswith("https:") else None,
        )

    def _fetch(self, url: str) -> Iterator[bytes]:
        response = self._pool.request("GET", url, preload_content=False, redirect=False, decode_content=False)
        if response.status != _OK:
            response.drain_conn()
            response.release_conn()
            raise DownloadHTTPError(f"{url}: {response.status}", response.status)
        return self._pieces(response)

    @staticmethod
    def _pieces(response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
        try:
            yield from response.stream(_PIECE_BYTES)
        finally:
            response.release_conn()

    def close(self) -> None:
        self._pool.clear()


class TrustUpdate:
    """Keeps one terminal's trust data up to date."""

    def __init__(self, link: Link, url: str, *, ca_file: Path | None, staging: Path) -> None:
        self._link = link
        self._url = url.rstrip("/") + "/trust/"
        self._fetcher = PinnedFetcher(url, ca_file=ca_file)
        self._folder = staging / _FOLDER
        self._emergency = staging / _EMERGENCY

    def close(self) -> None:
        self._fetcher.close()

    def has_trust(self) -> bool:
        """Whether there is anything to sell with; without a root nothing can be done about it here."""
        wants = self._link.call(AskTrust())
        return wants.trust_version > 0 or not wants.root

    def refresh(self) -> TrustTaken | None:
        """Bring what is new and let core look at it; None where nothing is new.

        Raises LedgerUnreachableError where nothing trustworthy could be had.
        """
        wants = self._link.call(AskTrust())
        if not wants.root:
            return None
        is_emergency = self._bring_emergency(wants)
        try:
            if not self._download(wants) and not is_emergency:
                return None
        except (DownloadError, RepositoryError, RejectedError) as error:
            raise LedgerUnreachableError(f"trust data: {error}{_why(error)}") from error
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise LedgerUnreachableError(f"trust data: {type(error).__name__}: {error}") from error
        return self._link.call(TakeTrust(origin=TrustOrigin.DOWNLOAD))

    def _bring_emergency(self, wants: TrustWants) -> bool:
        """Fill the emergency's staging folder; False where there is none, or nothing new, or it cannot be had."""
        if not wants.emergency_root:
            return False
        metadata = self._emergency / METADATA_FOLDER
        try:
            updater = self._updater(self._emergency, f"{self._url}emergency/", wants.emergency_root)
            updater.refresh()
            _drop_other_roots(metadata)
            if _timestamp_version(metadata) == wants.emergency_version:
                return False
            info = updater.get_targetinfo(EMERGENCY_FILE)
            if info is not None and updater.find_cached_target(info) is None:
                updater.download_target(info)
            _let_others_read(metadata)
            return True
        except DownloadHTTPError as error:
            if error.status_code != _NOT_FOUND:
                log.warning("the emergency repository cannot be read: %s", error)
        except (DownloadError, RepositoryError, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            log.warning("the emergency repository cannot be read: %s: %s", type(error).__name__, error)
        return False

    def _updater(self, folder: Path, url: str, root: bytes) -> Updater:
        metadata, targets = folder / METADATA_FOLDER, folder / TARGETS_FOLDER
        for each in (metadata, targets):
            each.mkdir(parents=True, exist_ok=True)
        return Updater(
            str(metadata),
            url,
            str(targets),
            f"{url}{TARGETS_FOLDER}/",
            fetcher=self._fetcher,
            config=UpdaterConfig(),
            bootstrap=root,
        )

    def _download(self, wants: TrustWants) -> bool:
        """Fill the staging folder; False where core has all of it."""
        metadata = self._folder / METADATA_FOLDER
        updater = self._updater(self._folder, self._url, wants.root)
        updater.refresh()
        _drop_other_roots(metadata)
        if _timestamp_version(metadata) == wants.timestamp_version:
            return False
        self._fill(updater, wants)
        _let_others_read(metadata)
        return True

    def _fill(self, updater: Updater, wants: TrustWants) -> None:
        kept: set[str] = set()

        def bring(path: str) -> str | None:
            info = updater.get_targetinfo(path)
            if info is None:
                return None
            file = updater.find_cached_target(info) or updater.download_target(info)
            kept.add(Path(file).name)
            return file

        wanted = Wanted(terminal=wants.terminal, merchant=wants.merchant)
        for path in wanted.needed:
            file = bring(path)
            if path == ISSUERS and file is not None:
                self._bring_issuers(bring, Path(file))
            if path == wanted.merchant_file and file is not None:
                for sibling in wanted.of_siblings(terminals_in(Path(file).read_bytes())):
                    bring(sibling)
        bring(EMERGENCY_ROOT)
        for old in (self._folder / TARGETS_FOLDER).iterdir():
            if old.name not in kept:
                old.unlink()

    def _bring_issuers(self, bring: Callable[[str], str | None], file: Path) -> None:
        issuers = issuer_ids(file.read_bytes())
        for path in of_issuers(issuers):
            bring(path)
        for issuer in issuers:
            whole, parts = revocation_lists(issuer)
            if bring(whole) is None:
                for part in parts:
                    bring(part)
            bring(serial_list(issuer))


class _Version(msgspec.Struct, frozen=True, kw_only=True):
    version: int


class _Signed(msgspec.Struct, frozen=True, kw_only=True):
    signed: _Version


def _why(error: Exception) -> str:
    """What was behind it, where the library says only which file it was about."""
    return "" if error.__cause__ is None else f" ({type(error.__cause__).__name__}: {error.__cause__})"


def _timestamp_version(metadata: Path) -> int:
    return msgspec.json.decode((metadata / "timestamp.json").read_bytes(), type=_Signed).signed.version


def _let_others_read(metadata: Path) -> None:
    """Core is another user: `tuf.ngclient` writes metadata for its own user alone. There is nothing secret in it."""
    for file in metadata.rglob("*.json"):
        if not file.is_symlink():
            file.chmod(READABLE)


def _drop_other_roots(metadata: Path) -> None:
    """Remove what a former enrolment left behind the newest root of this one."""
    newest = int((metadata / "root.json").resolve().name.partition(".")[0])
    for file in (metadata / ROOTS_FOLDER).iterdir():
        if int(file.name.partition(".")[0]) > newest:
            file.unlink()
