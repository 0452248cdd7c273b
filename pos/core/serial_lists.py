"""Numbers of paper notes that their issuer has reported: stolen, forged, void, paid for before.

The file is `pos.voucher.serial_list`'s. A list never grows too old to refuse by: it can only say no. Every list is
looked at once, when the folder is opened, because an unordered one could hide a number.
"""

import re
from pathlib import Path
from typing import Final

from pos.core.mapped_records import MappedRecords
from pos.errors import MalformedError, TrustError
from pos.voucher.serial_list import HEAD, MAGIC, RECORD, SerialCause, cause_of, serial_key

_NAME: Final = re.compile(r"(?P<issuer>[0-9]{5})\.bin")


class SerialLists:
    """All lists of a folder."""

    def __init__(self, folder: Path) -> None:
        """Map every list; TrustError names the first that is damaged. Without the folder nothing is reported."""
        files = sorted(folder.iterdir()) if folder.is_dir() else []
        self._lists = {
            found["issuer"]: _mapped(path) for path in files if (found := _NAME.fullmatch(path.name)) is not None
        }

    def cause(self, issuer: str, serial: str) -> SerialCause | None:
        """Why the note of this number must not be taken; None where its issuer says nothing of it."""
        records = self._lists.get(issuer)
        if records is None:
            return None
        try:
            key = serial_key(serial)
        except MalformedError:
            return None
        below = records.count_below(key + b"\xff")
        found = records.record(below - 1) if below else b""
        records.let_go()
        if not found:
            return None
        first, last, code = RECORD.unpack(found)
        return cause_of(code) if first <= key <= last else None

    def close(self) -> None:
        for one in self._lists.values():
            one.close()


def _mapped(path: Path) -> MappedRecords:
    records = MappedRecords(path, magic=MAGIC, head=HEAD, record_bytes=RECORD.size, what="a list of note numbers")
    before = b""
    with records.whole() as whole:
        for first, last, _ in RECORD.iter_unpack(whole):
            if first[0] != last[0] or last < first or first <= before:
                raise TrustError(f"{path.name}: ranges overlap or are not in ascending order")
            before = last
    return records
