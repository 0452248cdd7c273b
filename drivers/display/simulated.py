"""A 2 × 20 display made of software: it takes bytes as the real ones do and tells what it shows."""

from typing import Final

from drivers.display.display import COLUMNS, DisplayModel

_ROWS: Final = 2
_KS_X_1001_FIRST: Final = 0xA1


class SimulatedDisplay:
    """Shows what it is sent; bytes that its model does not know are kept in `refused`."""

    def __init__(self, model: DisplayModel) -> None:
        self.model = model
        self.refused: list[bytes] = []
        self._cells = [bytearray(b" " * COLUMNS) for _ in range(_ROWS)]
        self._column, self._row = 0, 0
        self._pending = b""

    @property
    def lines(self) -> tuple[str, str]:
        """What stands on it."""
        upper, lower = (bytes(row).decode("cp949" if self.model.has_hangul else "latin-1") for row in self._cells)
        return upper, lower

    def receive(self, data: bytes) -> None:
        self._pending += data
        while self._pending:
            used = self._step(self._pending)
            if not used:
                return
            self._pending = self._pending[used:]

    def _step(self, data: bytes) -> int:
        is_cd5220 = self.model in (DisplayModel.CD5220, DisplayModel.CD5220_HANGUL)
        if data[0] in (0x1B, 0x1F):
            return self._cd5220(data) if is_cd5220 else self._escpos(data)
        if data[0] == 0x0C:
            self._clear()
        elif data[0] >= _KS_X_1001_FIRST and not self.model.has_hangul:
            # A common display has other letters there.
            self._put(b"?")
        else:
            self._put(data[:1])
        return 1

    def _escpos(self, data: bytes) -> int:
        if data[:2] == b"\x1b@":
            self._clear()
            return 2
        if data[:2] == b"\x1f\x01":
            return 2
        for name, size in ((b"\x1fC", 3), (b"\x1fX", 3), (b"\x1f$", 4)):
            if data[:2] == name:
                if len(data) < size:
                    return 0
                if name == b"\x1f$":
                    self._column, self._row = data[2] - 1, data[3] - 1
                return size
        return self._refuse(data)

    def _cd5220(self, data: bytes) -> int:
        for name, size in ((b"\x1b_", 3), (b"\x1b*", 3), (b"\x1bl", 4)):
            if data[:2] == name:
                return size if len(data) >= size else 0
        if data[:2] == b"\x1bQ":
            end = data.find(b"\x0d")
            if end < 0:
                return 0
            row = {b"A": 0, b"B": 1}.get(data[2:3])
            if row is None:
                return self._refuse(data)
            self._cells[row][:] = data[3:end].ljust(COLUMNS)[:COLUMNS]
            return end + 1
        return self._refuse(data)

    def _refuse(self, data: bytes) -> int:
        if len(data) < 2:
            return 0
        self.refused.append(bytes(data[:2]))
        return 2

    def _put(self, byte: bytes) -> None:
        if self._row < _ROWS and self._column < COLUMNS:
            self._cells[self._row][self._column : self._column + 1] = byte
        self._column += 1

    def _clear(self) -> None:
        for row in self._cells:
            row[:] = b" " * COLUMNS
        self._column, self._row = 0, 0
