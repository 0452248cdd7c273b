"""A receipt printer made of software: it speaks ESC/POS on its wire and behaves as hardware does.

    printer = SimulatedPrinter(monotonic_s=clock.now_s, typeface=Typeface.load())
    printer.receive(b"...")            bytes taken, like a write to the device
    printer.take_replies()             bytes that the host reads
    printer.faults.paper = Paper.OUT   what happens to it
    printer.paper.receipts             what was printed

Rules:
- real-time commands are obeyed on arrival, wherever they stand, inside images too;
- while paper is out or the cover is open, data stays in the receive buffer, the buffer fills, writes stall, and
  printing goes on by itself afterwards;
- an image that was cut off waits for the rest of its dots and eats whatever comes next;
- what it does not understand is recorded in `observed.refused`.

The connection (in this process, TCP, pseudo terminal, a folder) is the matter of `simulated_wire` and
`simulated_folder`.
"""

import threading
from collections.abc import Callable
from typing import Final

from drivers.errors import DeviceIoError
from drivers.printer.profile import PinLevel
from drivers.printer.raster import Typeface
from drivers.printer.simulated_commands import Command, Letter, next_token
from drivers.printer.simulated_commands import Refused as RefusedToken
from drivers.printer.simulated_faults import Faults, Hardware, Observed, Refusal, RomLanguage
from drivers.printer.simulated_interpreter import Interpreter
from drivers.printer.simulated_paper import Paper as PaperRoll
from drivers.printer.simulated_status import automatic_status, identity, is_offline, paper_sensor, real_time_status
from drivers.printer.status import Paper

_REAL_TIME_MAX: Final = 5
"""Bytes of the longest real-time command that is obeyed: DLE DC4 1 m t."""
_PULSE: Final = b"\x10\x14\x01"


class SimulatedPrinter:
    """The printer; `receive` and `take_replies` are its wire. Safe to use from several threads."""

    def __init__(
        self, *, monotonic_s: Callable[[], float], typeface: Typeface, hardware: Hardware | None = None
    ) -> None:
        self.hardware = hardware or Hardware()
        self.faults = Faults()
        self.observed = Observed()
        self.paper = PaperRoll(dots=self.hardware.dots, typeface=typeface)
        self._monotonic_s = monotonic_s
        self._lock = threading.RLock()
        self._power_on()

    def power_cycle(self) -> None:
        """Switch off and on: the receive buffer and all modes are lost, the paper is not."""
        with self._lock:
            self._power_on()

    def receive(self, data: bytes) -> int:
        """Take bytes from the wire; return how many fit. DeviceIoError when the cable is out."""
        with self._lock:
            self._check_plugged()
            taken = data[: self._room()]
            self._real_time(taken)
            self._buffer += taken
            self._count_to_unplug(len(taken))
            self.work()
            return len(taken)

    def take_replies(self) -> bytes:
        """Return what the printer has said since the last call. DeviceIoError when the cable is out."""
        with self._lock:
            self._check_plugged()
            self.work()
            replies = bytes(self._replies)
            self._replies.clear()
            return replies

    def work(self) -> None:
        """Print what can be printed by now and report what has changed."""
        with self._lock:
            self._report_changes()
            self._earn()
            while self._buffer and self._can_print() and self._step():
                continue
            self._report_changes()

    def _power_on(self) -> None:
        self._buffer = bytearray()
        self._replies = bytearray()
        self._tail = b""
        self._automatic = False
        self._reported: bytes | None = None
        self._worked_at_s = self._monotonic_s()
        self._earned_bytes = 0.0
        self._interpreter = Interpreter(
            self.paper,
            language=self._language,
            refuse=self.observed.refused.append,
            has_cutter=self.hardware.has_cutter,
            has_column_images=self.hardware.has_column_images,
        )

    def _language(self) -> RomLanguage:
        return self.faults.language or self.hardware.language

    def _check_plugged(self) -> None:
        if self.faults.unplugged:
            raise DeviceIoError("simulated printer: the cable is out")

    def _room(self) -> int:
        room = self.hardware.buffer_bytes - len(self._buffer)
        limits = (self.faults.write_bytes_max, self.faults.unplug_after_bytes)
        return max(0, min([room, *(limit for limit in limits if limit is not None)]))

    def _count_to_unplug(self, taken: int) -> None:
        if self.faults.unplug_after_bytes is None:
            return
        self.faults.unplug_after_bytes -= taken
        if self.faults.unplug_after_bytes <= 0:
            self.faults.unplug_after_bytes = None
            self.faults.unplugged = True

    def _earn(self) -> None:
        now_s = self._monotonic_s()
        if self.faults.bytes_per_s is not None:
            # No more than a second's work is made up for, or a rest would let the next job through at once.
            earned = self._earned_bytes + (now_s - self._worked_at_s) * self.faults.bytes_per_s
            self._earned_bytes = min(earned, self.faults.bytes_per_s)
        self._worked_at_s = now_s

    def _can_print(self) -> bool:
        faults = self.faults
        if faults.bytes_per_s is not None and self._earned_bytes < 1:
            return False
        return not is_offline(faults)

    def _step(self) -> bool:
        lines_before = self.paper.lines_printed
        if self._interpreter.in_image:
            used = self._interpreter.take_dots(bytes(self._buffer))
        else:
            token = next_token(bytes(self._buffer))
            if token is None:
                return False
            used = token[1]
            self._obey(token[0])
        del self._buffer[:used]
        self._earned_bytes -= used
        self._use_paper(self.paper.lines_printed - lines_before)
        return True

    def _use_paper(self, lines: int) -> None:
        if self.faults.paper_out_after_lines is None:
            return
        self.faults.paper_out_after_lines -= lines
        if self.faults.paper_out_after_lines <= 0:
            self.faults.paper_out_after_lines = None
            self.faults.paper = Paper.OUT

    def _obey(self, token: Command | Letter | RefusedToken) -> None:
        match token:
            case Letter():
                self._interpreter.letter(token.byte)
            case RefusedToken():
                self._refuse(token.data, "no such command")
            case Command() if token.name in ("\x10\x04", "\x10\x05", "\x10\x14"):
                return  # Obeyed on arrival.
            case Command():
                if not (self._obey_status_command(token) or self._interpreter.execute(token)):
                    self._refuse(token.name.encode("latin-1") + token.parameters, "this model has no such command")

    def _obey_status_command(self, command: Command) -> bool:
        given = command.parameters
        match command.name:
            case "\x1b@":
                self._automatic = False
                self._interpreter.reset()
            case "\x1da":
                self._automatic = bool(given[0]) and self.hardware.has_automatic_status
                self._reported = None
            case "\x1dr" if given[0] in (1, 49):
                self._say(paper_sensor(self.faults))
            case "\x1dr":
                self._say(bytes((1 if self._drawer_pin_high() else 0,)))
            case "\x1dI":
                self._say(identity(given[0], self.hardware, self._language()))
            case "\x1bp":
                self._open_drawer()
            case "\x1d(" if given[:1] == b"H" and self.hardware.has_process_id and given[3:5] == b"\x30\x30":
                self._say(b"\x37\x22" + given[5:9] + b"\x00")
            case _:
                return False
        return True

    def _real_time(self, arrived: bytes) -> None:
        seen = self._tail + arrived
        at = 0
        while at < len(seen) - 2:
            used = self._obey_real_time(seen[at:]) if seen[at] == 0x10 else 1
            if used == 0:
                break
            at += used
        self._tail = seen[at:][-(_REAL_TIME_MAX - 1) :]

    def _obey_real_time(self, seen: bytes) -> int:
        """Obey what stands at the beginning; return its length, 1 if it is nothing, 0 if more bytes are needed."""
        if seen[1] == 0x04 and 1 <= seen[2] <= 4:
            self._say(real_time_status(seen[2], self.faults, drawer_pin_high=self._drawer_pin_high()))
            return 3
        if seen[:3] == _PULSE:
            if len(seen) < _REAL_TIME_MAX:
                return 0
            self._open_drawer()
            return _REAL_TIME_MAX
        if seen[1] == 0x05 and seen[2] == 2:
            self._buffer.clear()
            return 3
        return 1

    def _open_drawer(self) -> None:
        if not self.faults.drawer_stuck:
            self.observed.drawer_is_open = True
            self.observed.drawer_openings += 1

    def _drawer_pin_high(self) -> bool:
        return self.observed.drawer_is_open == (self.hardware.drawer_open_level is PinLevel.HIGH)

    def _report_changes(self) -> None:
        status = automatic_status(self.faults, drawer_pin_high=self._drawer_pin_high())
        if self._automatic and status != self._reported:
            self._reported = status
            self._say(status)

    def _say(self, reply: bytes) -> None:
        if not self.faults.mute:
            self._replies += reply

    def _refuse(self, data: bytes, why: str) -> None:
        self.observed.refused.append(Refusal(data=data, why=why))
