"""The shop's catalogue: which one is in use, and another one in its place.

Rules:

- it is one file in the state folder, replaced whole and only by one without a wrong line;
- the command line hands a file over; a memory stick's lies in the staging folder, where whoever reads sticks has put
  it, and is taken only as it was looked at: either way it is used by the same steps;
- prices never change under an open sale;
- which file is in use from when on, and who wanted it, is in the journal before it holds. Before that the file lies
  beside the one in use: whatever ends the till in between, the next start goes on with what the journal names.
"""

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pos.core.counterparts import Counterparts
from pos.durable import replace_file, sync_folder
from pos.journal.settings import CATALOGUE
from pos.link.calls import (
    BroughtCatalogue,
    CatalogueAnswer,
    CatalogueCall,
    CatalogueProblem,
    ImportCatalogue,
    LookAtCatalogue,
    Refused,
    TakeCatalogue,
)
from pos.text import safe_text
from pos.till.catalogue import (
    CATALOGUE_BYTES_MAX,
    CATALOGUE_FILE,
    Catalogue,
    CatalogueWords,
    Problem,
    difference,
    read_file,
)
from pos.till.reasons import Refusal
from pos.trust.sources import open_plain
from pos.voucher.bodies import SettingChosen

_NEXT_FILE: Final = f"{CATALOGUE_FILE}.next"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Brought:
    """What lies in the staging folder."""

    content: bytes
    brought_s: int

    @property
    def digest(self) -> str:
        return _digest(self.content)


class CatalogueDesk:
    """The catalogue of one shop."""

    def __init__(self, at: Counterparts, *, state_dir: Path, staging: Path, words: CatalogueWords) -> None:
        self._at = at
        self._path = state_dir / CATALOGUE_FILE
        self._next_path = state_dir / _NEXT_FILE
        self._brought_path = staging / CATALOGUE_FILE
        self._words = words
        self._end_what_was_begun()
        self.in_use = self._stored()

    def import_file(self, call: ImportCatalogue) -> CatalogueAnswer | Refused:
        """A file from the command line; a trial only looks at it."""
        return self._take(call.content, clerk=None, is_trial=call.is_trial)

    def answer(self, call: CatalogueCall) -> BroughtCatalogue | CatalogueAnswer | Refused:
        """What the screen asks about a file from a memory stick."""
        if self._at.counter.sale is not None:
            return Refused(cause=Refusal.SALE_OPEN)
        brought = self._brought()
        match call:
            case LookAtCatalogue():
                return BroughtCatalogue() if brought is None else self._looked_at(brought)
            case TakeCatalogue(digest=digest):
                if brought is None or brought.digest != digest:
                    return Refused(cause=Refusal.QUESTION_GONE)
                return self._take(brought.content, clerk=self._at.clerk() or None, is_trial=False)

    def _looked_at(self, brought: _Brought) -> BroughtCatalogue:
        read = read_file(brought.content, self._words)
        if not isinstance(read, Catalogue):
            problems = tuple(map(_problem, read))
            return BroughtCatalogue(digest=brought.digest, brought_s=brought.brought_s, problems=problems)
        differs = difference(self.in_use, read)
        return BroughtCatalogue(
            digest=brought.digest,
            brought_s=brought.brought_s,
            articles=len(read.articles),
            new=differs.new,
            changed=differs.changed,
            gone=differs.gone,
        )

    def _take(self, content: bytes, *, clerk: str | None, is_trial: bool) -> CatalogueAnswer | Refused:
        read = read_file(content, self._words)
        if not isinstance(read, Catalogue):
            return CatalogueAnswer(articles=0, problems=tuple(map(_problem, read)))
        if not is_trial:
            if self._at.counter.sale is not None:
                return Refused(cause=Refusal.SALE_OPEN)
            self._use(content, read, clerk=clerk)
        return CatalogueAnswer(articles=len(read.articles))

    def _use(self, content: bytes, catalogue: Catalogue, *, clerk: str | None) -> None:
        digest = _digest(content)
        replace_file(self._next_path, content)
        if digest != self._at.journal.settings.value(CATALOGUE):
            body = SettingChosen(setting=CATALOGUE, value=digest, clerk=clerk)
            self._at.journal.record([body], reading=self._at.clock.read())
        self._put_next_in_place()
        self.in_use = catalogue

    def _end_what_was_begun(self) -> None:
        """After a cut while a file was taken: written down, it is used; else it never was."""
        try:
            begun = _digest(self._next_path.read_bytes())
        except OSError:
            return
        if begun == self._at.journal.settings.value(CATALOGUE):
            self._put_next_in_place()
        else:
            self._next_path.unlink()

    def _put_next_in_place(self) -> None:
        self._next_path.replace(self._path)
        sync_folder(self._path.parent)

    def _brought(self) -> _Brought | None:
        """Another user writes there: nothing but a plain file is read, and no more than fits."""
        with suppress(OSError):
            file = open_plain(self._brought_path)
            if file is None:
                return None
            with file:
                content = file.read(CATALOGUE_BYTES_MAX + 1)
                return _Brought(content=content, brought_s=int(os.fstat(file.fileno()).st_mtime)) if content else None
        return None

    def _stored(self) -> Catalogue:
        try:
            read = read_file(self._path.read_bytes(), self._words)
        except OSError:
            return Catalogue()
        return read if isinstance(read, Catalogue) else Catalogue()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _problem(problem: Problem) -> CatalogueProblem:
    return CatalogueProblem(line=problem.line, kind=problem.kind.value, text=safe_text(problem.text))
