"""Asking the witnesses of the log, so that a head is published only once enough of them have seen it grow.

Rules:

- each new head goes to every witness with a consistency proof from the size that this witness last cosigned; one that
  knows another size says so (409) and is asked again from there;
- a line counts only if it verifies under a key that `ledgers.json` names; where a witness is down, slow or says
  nonsense, the others and the next round have to do;
- asking happens outside of transactions and deliveries. Nothing waits for it but the public head.

A witness is named by its URL, or by `dir:FOLDER` where it runs inside this process (towns and tests).
"""

import http.client
import logging
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import Connection

from pos.errors import MalformedError
from pos.ledger import log
from pos.ledger.database import Database
from pos.ledger.witness import Witness, WitnessAnswer
from pos.voucher.checkpoint import cosignatures, format_growth

TIMEOUT_S: Final = 5
ANSWER_BYTES_MAX: Final = 4_096
FOLDER_PREFIX: Final = "dir:"

logger = logging.getLogger(__name__)


class WitnessLine(Protocol):
    """The way to one witness. OSError where it cannot be reached."""

    @property
    def name(self) -> str: ...

    def add_checkpoint(self, body: bytes, *, now_s: int) -> WitnessAnswer: ...


class HttpWitness:
    """A witness at a URL."""

    def __init__(self, url: str) -> None:
        self.name = url.rstrip("/")

    def add_checkpoint(self, body: bytes, *, now_s: int) -> WitnessAnswer:
        """Post the request; the witness stamps its own time."""
        request = urllib.request.Request(f"{self.name}/add-checkpoint", data=body, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                return WitnessAnswer(status=answer.status, text=_text(answer.read(ANSWER_BYTES_MAX)))
        except urllib.error.HTTPError as refused:
            with refused:
                return WitnessAnswer(status=refused.code, text=_text(refused.read(ANSWER_BYTES_MAX)))
        except http.client.HTTPException as error:
            raise OSError(str(error)) from error


class Witnesses:
    """All witnesses of a ledger's log."""

    def __init__(self, names: Sequence[str]) -> None:
        """Raises ConfigError for a folder that is no witness's."""
        self._lines = [_line(name) for name in names]

    def ask(self, database: Database, public_keys: Sequence[bytes], *, quorum: int, now_s: int) -> None:
        """Get what is missing under the newest head, and publish it once there is a quorum."""
        names = [line.name for line in self._lines]
        state = database.read(lambda connection: _state(connection, names, quorum=quorum))
        if state is None:
            return
        found = []
        for line in self._lines:
            try:
                found.append(_asked(line, database, state, public_keys, now_s=now_s))
            except (OSError, MalformedError) as error:
                logger.warning("witness %s: %s", line.name, error)
        database.write(lambda connection: _keep(connection, state.head.size, found, quorum=quorum))


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """A head that is not published yet, and what each witness has to be shown."""

    head: log.Head
    old_sizes: Mapping[str, int]
    """By witness: the newest size that it cosigned."""
    paths: Mapping[int, tuple[bytes, ...]]
    """By old size: the proof that the head grew from it."""


def _state(connection: Connection, names: Sequence[str], *, quorum: int) -> _State | None:
    if log.is_published(connection, quorum=quorum):
        return None
    head = log.newest_head(connection)
    assert head is not None, "the head of the empty log is signed first"
    old_sizes = {name: log.cosigned_size(connection, name) for name in names}
    paths = {old: log.growth_path(connection, old_size=old, size=head.size) for old in set(old_sizes.values())}
    return _State(head=head, old_sizes=old_sizes, paths=paths)


def _keep(connection: Connection, size: int, found: Sequence[log.Cosigned], *, quorum: int) -> None:
    for cosigned in found:
        log.keep_cosignature(connection, size, cosigned)
    log.publish(connection, quorum=quorum)


def _line(name: str) -> WitnessLine:
    if name.startswith(FOLDER_PREFIX):
        return Witness(Path(name.removeprefix(FOLDER_PREFIX)))
    return HttpWitness(name)


def _asked(
    line: WitnessLine, database: Database, state: _State, public_keys: Sequence[bytes], *, now_s: int
) -> log.Cosigned:
    head, old_size = state.head, state.old_sizes[line.name]
    answer = _requested(line, head, old_size, state.paths[old_size], now_s=now_s)
    if answer.status == 409 and answer.text.strip().isdecimal():
        known = int(answer.text)
        if known > head.size:
            raise MalformedError(f"has cosigned {known} leaves of {head.size}: another process is ahead, or lost")
        path = database.read(lambda connection: log.growth_path(connection, old_size=known, size=head.size))
        answer = _requested(line, head, known, path, now_s=now_s)
    if answer.status != 200:
        raise MalformedError(f"answers {answer.status}: {answer.text.strip()}")
    signed = cosignatures(head.note + answer.text, public_keys)
    if not signed:
        raise MalformedError("signs with a key that ledgers.json does not name")
    return log.Cosigned(witness=line.name, public_key=signed[0].public_key, line=answer.text, time_s=signed[0].time_s)


def _requested(
    line: WitnessLine, head: log.Head, old_size: int, path: tuple[bytes, ...], *, now_s: int
) -> WitnessAnswer:
    body = format_growth(old_size=old_size, path=path, checkpoint=head.note)
    return line.add_checkpoint(body.encode("utf-8"), now_s=now_s)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", errors="replace")
