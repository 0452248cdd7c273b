"""One receipt printer: its connection, its profile and what is remembered of it between jobs.

Rules:
- one thread prints; the drawer may be asked for from another thread and never waits for paper;
- a connection is kept between jobs where closing costs something (USB, serial) and closed where keeping does (network);
- after a job of unknown outcome the connection is dropped and the next job begins with recovery.

Leaves the queue of jobs, their journal and every word for people to others.
"""

import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeVar

from drivers.errors import DeviceBusyError, DeviceError, DeviceTimeoutError
from drivers.printer import commands
from drivers.printer.abilities import Abilities, measure
from drivers.printer.conversation import STEP_S, Conversation
from drivers.printer.document import Row
from drivers.printer.encoder import Encoder
from drivers.printer.outcome import (
    NotStarted,
    Patience,
    Printed,
    PrintOutcome,
    PrintWatcher,
    Unknown,
    Unverified,
    reason_of,
)
from drivers.printer.printing import print_job
from drivers.printer.profile import DrawerKick, Fence, PinLevel, Profile
from drivers.printer.status import Identity, PrinterState
from drivers.printer.transport import Transport

DRAWER_WATCH_S: Final = 1.0
"""How long the drawer's switch is looked at after the pulse."""
DRAWER_WAIT_S: Final = 2.0
"""How long a running job has to reach the gap in which the pulse is sent."""
ANSWER_S: Final = 1.5

_NO_ABILITIES: Final = Abilities(status=False, asb=False, fence=Fence.NONE)
_T = TypeVar("_T")


class DrawerState(StrEnum):
    """What the drawer's switch says after the pulse."""

    OPEN = "open"
    CLOSED = "closed"
    """Jammed, locked with its key, or not connected."""
    UNKNOWN = "unknown"
    """The pulse was sent; nobody could be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identification:
    """What a printer says that it is. Clones copy other makers' names: a hint, not a proof."""

    maker: str
    model: str
    language: str
    """The two-byte font built in, such as "KOREA C-5601C"; "" for none or no answer."""

    @property
    def has_hangul(self) -> bool:
        """Whether it claims a Hangul ROM."""
        return self.language.upper().startswith("KOREA")


class EscposPrinter:
    """Prints rows on one printer and says what became of them."""

    def __init__(
        self,
        *,
        connect: Callable[[], Transport],
        profile: Profile,
        encoder: Encoder,
        monotonic_s: Callable[[], float],
        patience: Patience | None = None,
        needs_recovery: bool = False,
    ) -> None:
        self._connect = connect
        self._profile = profile
        self._encoder = encoder
        self._monotonic_s = monotonic_s
        self._patience = patience or Patience()
        self._needs_recovery = needs_recovery
        self._conversation: Conversation | None = None
        self._owner = threading.Lock()
        self._pulse_wanted = threading.Event()
        # Numbers that start anywhere: a printer may still answer a job of the process before this one.
        self._number = secrets.randbelow(10**commands.PROCESS_ID_DIGITS)

    def print_rows(self, rows: Iterable[Row], *, watcher: PrintWatcher, after_unknown: bool = False) -> PrintOutcome:
        """Print one job; blocks until there is an outcome.

        `after_unknown` says that the job before this one ended unknown in another process: the printer may hold half
        an image. Within this process that is remembered.
        """
        self._needs_recovery = self._needs_recovery or after_unknown
        return self.print_segments(self._encoder.encode(rows), watcher=watcher)

    def print_segments(self, segments: Iterable[bytes], *, watcher: PrintWatcher) -> PrintOutcome:
        """Print what is encoded already, such as a test page for printers of every kind."""
        with self._owner:
            self._number += 1
            try:
                conversation = self._open()
            except DeviceError as fault:
                return NotStarted(reason=reason_of(fault))
            outcome = print_job(
                conversation,
                self._profile,
                segments,
                number=self._number,
                watcher=_WithDrawer(watcher, self._take_pulse),
                patience=self._patience,
                needs_recovery=self._needs_recovery,
            )
            self._settle(outcome)
            return outcome

    def print_trial(self, segments: Iterable[bytes], *, watcher: PrintWatcher) -> tuple[PrintOutcome, Abilities]:
        """Print a page without believing the profile, and find out what the printer answers."""
        blind = replace(self._profile, status=False, asb=False, fence=Fence.NONE)
        with self._owner:
            self._number += 1
            try:
                conversation = self._open()
                outcome: PrintOutcome = print_job(
                    conversation,
                    blind,
                    segments,
                    number=self._number,
                    watcher=_WithDrawer(watcher, self._take_pulse),
                    patience=self._patience,
                    needs_recovery=self._needs_recovery,
                )
                if not isinstance(outcome, Unverified):
                    self._settle(outcome)
                    return outcome, _NO_ABILITIES
                found = measure(conversation, number=self._number)
            except DeviceError as fault:
                self._drop()
                return NotStarted(reason=reason_of(fault)), _NO_ABILITIES
            self._settle(outcome)
            return (outcome if found.fence is Fence.NONE else Printed()), found

    def ask_state(self) -> PrinterState:
        """Return what the printer says now. Raises DeviceError; DeviceBusyError while a job is printing."""
        with self._owned(wait_s=0):
            if not self._profile.status:
                # It answers nothing: being there is all that can be known.
                return self._talk(lambda conversation: conversation.state)
            state = self._talk(lambda conversation: conversation.ask_state(within_s=self._patience.preflight_s))
            if state is None:
                self._drop()
                raise DeviceTimeoutError("the printer answers no status question")
            return state

    def identify(self) -> Identification:
        """Ask for maker, model and language; empty where nothing is answered. Raises DeviceError."""
        if not self._profile.status:
            return Identification(maker="", model="", language="")
        with self._owned(wait_s=0):
            return self._talk(identify)

    def open_drawer(self) -> DrawerState:
        """Open the cash drawer, from any thread, paper or not. Raises DeviceError when the pulse could not be sent."""
        if self._profile.drawer is DrawerKick.NONE:
            return DrawerState.CLOSED
        self._pulse_wanted.set()
        waited_until_s = self._monotonic_s() + DRAWER_WAIT_S
        while self._monotonic_s() < waited_until_s:
            if self._owner.acquire(timeout=STEP_S / 5):
                try:
                    return self._talk(self._pulse) if self._pulse_wanted.is_set() else DrawerState.UNKNOWN
                finally:
                    self._pulse_wanted.clear()
                    self._owner.release()
            if not self._pulse_wanted.is_set():
                return DrawerState.UNKNOWN
        self._pulse_wanted.clear()
        raise DeviceBusyError("the printer is stuck inside an image; open the drawer with its key")

    def close(self) -> None:
        """Let go of the connection."""
        with self._owner:
            self._drop()

    @contextmanager
    def _owned(self, *, wait_s: float) -> Iterator[None]:
        if not self._owner.acquire(timeout=wait_s):
            raise DeviceBusyError("the printer is busy with a job")
        try:
            yield
        finally:
            self._owner.release()

    def _settle(self, outcome: PrintOutcome) -> None:
        self._needs_recovery = isinstance(outcome, Unknown) or (
            self._needs_recovery and isinstance(outcome, NotStarted)
        )
        conversation = self._conversation
        if isinstance(outcome, Unknown | NotStarted) or (conversation and conversation.closes_when_idle):
            self._drop()

    def _take_pulse(self) -> bytes:
        if not self._pulse_wanted.is_set():
            return b""
        self._pulse_wanted.clear()
        return commands.drawer_pulse(self._profile)

    def _pulse(self, conversation: Conversation) -> DrawerState:
        until_s = conversation.now_s() + DRAWER_WATCH_S
        if not conversation.write_all(commands.drawer_pulse(self._profile), until_s=until_s):
            raise DeviceTimeoutError("the printer took no drawer pulse")
        if not self._profile.status:
            return DrawerState.UNKNOWN
        open_bit = 0x04 if self._profile.drawer_open_level is PinLevel.HIGH else 0x00
        answered = False
        while conversation.now_s() < until_s:
            status = conversation.ask(1, until_s=until_s)
            if status is not None and status & 0x04 == open_bit:
                return DrawerState.OPEN
            answered = answered or status is not None
            conversation.listen(timeout_s=STEP_S / 5)
        return DrawerState.CLOSED if answered else DrawerState.UNKNOWN

    def _talk(self, say: Callable[[Conversation], _T]) -> _T:
        conversation = self._open()
        try:
            answer = say(conversation)
        except DeviceError:
            self._drop()
            raise
        if conversation.closes_when_idle:
            self._drop()
        return answer

    def _open(self) -> Conversation:
        if self._conversation is None:
            self._conversation = Conversation(self._connect(), monotonic_s=self._monotonic_s)
        return self._conversation

    def _drop(self) -> None:
        if self._conversation is not None:
            with suppress(DeviceError):
                self._conversation.close()
        self._conversation = None


class _WithDrawer:
    """A watcher that also hands out the drawer's pulse."""

    def __init__(self, watcher: PrintWatcher, take_pulse: Callable[[], bytes]) -> None:
        self._watcher = watcher
        self._take_pulse = take_pulse

    def state_changed(self, state: PrinterState) -> None:
        self._watcher.state_changed(state)

    def real_time_commands(self) -> bytes:
        return self._take_pulse() + self._watcher.real_time_commands()

    def wants_stop(self) -> bool:
        return self._watcher.wants_stop()


def identify(conversation: Conversation) -> Identification:
    """Ask for maker, model and language; empty where nothing is answered. Raises DeviceError."""
    maker, model, language = (
        _identity_text(conversation, question) for question in (commands.MAKER, commands.MODEL, commands.LANGUAGE)
    )
    return Identification(maker=maker, model=model, language=language)


def _identity_text(conversation: Conversation, question: bytes) -> str:
    conversation.drain()
    until_s = conversation.now_s() + ANSWER_S
    if not conversation.write_all(question, until_s=until_s):
        return ""
    while (left_s := until_s - conversation.now_s()) > 0:
        reply = conversation.listen(timeout_s=min(STEP_S, left_s))
        if isinstance(reply, Identity):
            return reply.text
    return ""
