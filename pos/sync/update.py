"""Bringing a newer version of the program in pieces, a few at a time, during the day.

Rules: what is offered is read from what the trust download left, which nobody believes yet; whoever unpacks the archive
verifies it again. A server that does not answer with exactly the piece that was asked for is left for later: a portal's
page is no piece. What arrived stays, over restarts and over power cuts.
"""

from pathlib import Path
from typing import Final

import urllib3

from pos.errors import LedgerUnreachableError, MalformedError
from pos.sync.client import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, tls_context
from pos.trust.sources import METADATA_FOLDER, TARGETS_FOLDER
from pos.update.installation import Installation
from pos.update.pieces import PIECE_BYTES, PartialFile
from pos.update.versions import Offer, newest_offer

UPDATE_FOLDER: Final = "update"
PIECES_A_ROUND: Final = 8
"""Two megabytes every few minutes: a version is here within the hour, and a slow line still serves the sales first."""
_PARTIAL: Final = 206


class UpdateDownload:
    """Downloads for one terminal."""

    def __init__(
        self, url: str, *, ca_file: Path | None, staging: Path, installation: Installation, machine: str
    ) -> None:
        self._url = f"{url.rstrip('/')}/trust/{TARGETS_FOLDER}/"
        self._staging = staging
        self._installation = installation
        self._machine = machine
        self._pool = urllib3.PoolManager(
            num_pools=1,
            retries=False,
            timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=READ_TIMEOUT_S),
            ssl_context=tls_context(ca_file) if url.startswith("https:") else None,
        )

    def close(self) -> None:
        self._pool.clear()

    def bring(self, pieces_max: int = PIECES_A_ROUND) -> int:
        """Bring some pieces of what is newer; how many bytes came. Raises LedgerUnreachableError."""
        offer = self._offer()
        if offer is None:
            return 0
        partial = PartialFile(self._staging / UPDATE_FOLDER, offer)
        partial.drop_others()
        brought = 0
        try:
            for _ in range(pieces_max):
                if partial.is_complete:
                    break
                piece = self._piece(partial)
                partial.append(piece)
                brought += len(piece)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise LedgerUnreachableError(f"update: {type(error).__name__}: {error}") from error
        return brought

    def _offer(self) -> Offer | None:
        """What is offered and not here yet."""
        try:
            raw = (self._staging / "trust" / METADATA_FOLDER / "targets.json").read_bytes()
            offer = newest_offer(raw, machine=self._machine)
            return offer if offer is not None and self._installation.lacks(offer) else None
        except (OSError, MalformedError):
            return None

    def _piece(self, partial: PartialFile) -> bytes:
        first, last = partial.wanted()
        response = self._pool.request(
            "GET",
            self._url + partial.offer.published_path,
            headers={"Range": f"bytes={first}-{last}"},
            preload_content=False,
            redirect=False,
            decode_content=False,
        )
        try:
            expected = f"bytes {first}-{last}/{partial.offer.length}"
            if response.status != _PARTIAL or response.headers.get("Content-Range") != expected:
                raise ValueError(f"the answer {response.status} is not the piece that was asked for")
            return response.read(PIECE_BYTES + 1)
        finally:
            response.release_conn()
