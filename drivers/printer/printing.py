"""One print job: what was asked of the paper, and what is known to have become of it.

    preflight   DLE EOT 1 to 4            a fault or silence: not started, nothing was sent
    arm         ESC @, GS a 15            answered: the printer reads commands, not the rest of a broken image
    send        ≤ 1 KiB writes, counted   paper runs out: wait, say so, go on by itself
    fence       GS ( H or GS r 1          answered: printed

Rules:
- a job is never sent twice. Paper out or an open cover in the middle is waited for: the printer keeps its data and goes
  on by itself, and sending again would print two receipts;
- `not_started` is said only when not one byte of the body was taken; everything else without proof is `unknown`;
- an answer to an older job's fence cannot be taken for this one's: commands are executed in order, so an old answer
  comes before the answer to arming, and what came before is dropped;
- real-time commands (the drawer) go out between two segments or behind the last one, never inside an image.

Blocks its thread; deadlines are read from the conversation's clock. Leaves journalling, retrying a job that was not
started, and asking the cashier about an unknown one to others.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from drivers.errors import DeviceError
from drivers.printer import commands
from drivers.printer.conversation import STEP_S, Conversation
from drivers.printer.outcome import (
    NotStarted,
    Patience,
    Printed,
    PrintOutcome,
    PrintReason,
    PrintWatcher,
    Unknown,
    Unverified,
    reason_of,
)
from drivers.printer.profile import Cut, Fence, Profile
from drivers.printer.status import AutomaticStatus, Fault, Paper, PaperSensor, PrinterState, ProcessId, Reply

__all__ = [
    "NotStarted",
    "Patience",
    "PrintOutcome",
    "PrintReason",
    "PrintWatcher",
    "Printed",
    "Unknown",
    "Unverified",
    "print_job",
    "reason_of",
    "recovery_bytes",
]

CHUNK_BYTES: Final = 1024
RECOVERY_BYTES_MIN: Final = 8192


def print_job(
    conversation: Conversation,
    profile: Profile,
    segments: Iterable[bytes],
    *,
    number: int,
    watcher: PrintWatcher,
    patience: Patience,
    needs_recovery: bool,
) -> PrintOutcome:
    """Print encoded `segments`; `needs_recovery` after a job of unknown outcome.

    `number` marks this job's fence and differs from those of the jobs before it.
    """
    job = _Job(conversation, profile, number=number, watcher=watcher, patience=patience)
    try:
        return job.run(tuple(segments), needs_recovery=needs_recovery)
    except _GivenUpError as given_up:
        return job.outcome_without_proof(given_up.reason)
    except DeviceError as fault:
        return job.outcome_without_proof(reason_of(fault))


class _GivenUpError(Exception):
    def __init__(self, reason: PrintReason) -> None:
        super().__init__(reason)
        self.reason = reason


class _Job:
    def __init__(
        self,
        conversation: Conversation,
        profile: Profile,
        *,
        number: int,
        watcher: PrintWatcher,
        patience: Patience,
    ) -> None:
        self._conversation = conversation
        self._profile = profile
        self._number = number
        self._watcher = watcher
        self._patience = patience
        self._sent_bytes = 0
        self._shown = PrinterState()
        self._job_end_s = conversation.now_s() + patience.job_max_s
        self._quiet_end_s = self._job_end_s
        self._poll_at_s = 0.0

    def run(self, segments: tuple[bytes, ...], *, needs_recovery: bool) -> PrintOutcome:
        """Take the four steps; raises _GivenUpError or DeviceError where no further step is possible."""
        self._preflight()
        self._arm(needs_recovery=needs_recovery)
        for segment in segments:
            self._gap()
            self._send(segment)
        if self._profile.fence is Fence.NONE:
            return Unverified(sent_bytes=self._sent_bytes)
        self._gap()
        self._send(self._fence())
        self._await_fence()
        self._show(_as_just_printed(self._conversation.state))
        return Printed()

    def outcome_without_proof(self, reason: PrintReason) -> NotStarted | Unknown:
        """Return what is true when the job ended for `reason`."""
        if self._sent_bytes == 0:
            return NotStarted(reason=reason)
        return Unknown(reason=reason, sent_bytes=self._sent_bytes)

    def _preflight(self) -> None:
        if not self._profile.status:
            return
        state = self._conversation.ask_state(within_s=self._patience.preflight_s)
        if state is None:
            raise _GivenUpError(PrintReason.NO_ANSWER)
        self._show(state)
        self._refuse_fault(state)

    def _arm(self, *, needs_recovery: bool) -> None:
        # 1. What arrived so far belongs to older jobs.
        self._conversation.drain()
        # 2. A printer in the middle of a broken image eats the first attempt as dots and says nothing.
        attempts = (True,) if needs_recovery else (False, True)
        for recovers in attempts:
            if self._armed(recovers=recovers):
                self._show(self._conversation.state)
                self._refuse_fault(self._conversation.state)
                return
        raise _GivenUpError(PrintReason.NO_ANSWER)

    def _armed(self, *, recovers: bool) -> bool:
        question, answer = self._arming()
        recovery = recovery_bytes(self._profile) if recovers else b""
        until_s = self._conversation.now_s() + self._patience.silence_s
        if not self._conversation.write_all(recovery + commands.INITIALISE + question, until_s=until_s):
            return False
        if answer is None:
            return True
        within_s = self._patience.recovery_s if recovers else self._patience.arm_s
        until_s = self._conversation.now_s() + within_s
        while (left_s := until_s - self._conversation.now_s()) > 0:
            reply = self._conversation.listen(timeout_s=min(STEP_S, left_s))
            if isinstance(reply, answer):
                self._swallow_late_answers(recovers=recovers)
                return True
            # Behind everything that was sent: the drawer does not wait for a slow recovery.
            self._gap()
        return False

    def _arming(self) -> tuple[bytes, type[AutomaticStatus] | type[PaperSensor] | None]:
        if self._profile.asb:
            return commands.STATUS_BACK_ON, AutomaticStatus
        if self._profile.fence is not Fence.NONE:
            return commands.PAPER_SENSOR, PaperSensor
        return b"", None

    def _swallow_late_answers(self, *, recovers: bool) -> None:
        # After an unknown job on a printer without automatic status, the answer may have been the old job's; ours is
        # right behind it.
        if recovers and not self._profile.asb:
            self._conversation.listen(timeout_s=2 * STEP_S)
            self._conversation.drain()

    def _fence(self) -> bytes:
        if self._profile.fence is Fence.PROCESS_ID:
            return commands.process_id(self._number)
        return commands.PAPER_SENSOR

    def _send(self, data: bytes) -> None:
        stall_end_s = self._conversation.now_s() + self._patience.stall_s
        taken = 1
        while data:
            # Listening comes before writing: what arrives after the fence has gone out may be its answer.
            self._notice(self._conversation.listen(timeout_s=0 if taken else STEP_S))
            taken = self._conversation.write(data[:CHUNK_BYTES], timeout_s=STEP_S)
            self._sent_bytes += taken
            data = data[taken:]
            if taken or self._conversation.state.fault is not None:
                stall_end_s = self._conversation.now_s() + self._patience.stall_s
            self._check(end_s=stall_end_s)

    def _await_fence(self) -> None:
        self._quiet_end_s = self._conversation.now_s() + self._patience.silence_s
        self._poll_at_s = self._conversation.now_s() + self._patience.poll_s
        while True:
            reply = self._conversation.listen(timeout_s=STEP_S)
            if self._is_fence(reply):
                return
            self._notice(reply)
            self._gap()
            self._poll()
            self._check(end_s=self._quiet_end_s)

    def _is_fence(self, reply: Reply | None) -> bool:
        if self._profile.fence is Fence.PROCESS_ID:
            return isinstance(reply, ProcessId) and reply.digits == commands.process_digits(self._number)
        return isinstance(reply, PaperSensor)

    def _poll(self) -> None:
        # Everything is sent, so a question cannot fall into an image. A fault is waited for as long as it is confirmed,
        # or as long as the printer lets us send nothing; silence is not.
        if not self._profile.status or self._conversation.now_s() < self._poll_at_s:
            return
        state = self._conversation.ask_state(within_s=self._patience.preflight_s)
        if state is not None:
            self._show(state)
        now_s, has_fault = self._conversation.now_s(), self._conversation.state.fault is not None
        self._poll_at_s = now_s + (self._patience.fault_poll_s if has_fault else self._patience.poll_s)
        if has_fault and (state is not None or self._conversation.takes_no_data):
            self._quiet_end_s = now_s + self._patience.silence_s

    def _gap(self) -> None:
        pulse = self._watcher.real_time_commands()
        if pulse:
            self._conversation.write_all(pulse, until_s=self._conversation.now_s() + STEP_S)

    def _notice(self, reply: Reply | None) -> None:
        if isinstance(reply, AutomaticStatus):
            self._show(reply.state)

    def _show(self, state: PrinterState) -> None:
        if (state.fault, state.paper) != (self._shown.fault, self._shown.paper):
            self._watcher.state_changed(state)
        self._shown = state

    def _check(self, *, end_s: float) -> None:
        if self._watcher.wants_stop():
            raise _GivenUpError(PrintReason.STOPPED)
        fault = self._conversation.state.fault
        if fault is Fault.BROKEN:
            raise _GivenUpError(PrintReason.BROKEN)
        if self._conversation.now_s() >= min(end_s, self._job_end_s):
            raise _GivenUpError(PrintReason(fault) if fault else PrintReason.TIMED_OUT)

    def _refuse_fault(self, state: PrinterState) -> None:
        if state.fault is not None:
            raise _GivenUpError(PrintReason(state.fault))


def recovery_bytes(profile: Profile) -> bytes:
    """Return what brings a printer back that stopped in the middle of an image, and parts the spoilt paper.

    Zeros fill up the largest image there can be with white and are nothing at all outside of one.
    """
    band_bytes = profile.width_bytes * commands.BAND_DOTS_MAX
    parting = commands.TEAR_OFF if profile.cut is Cut.PARTIAL else commands.feed_lines(profile.tear_feed_lines)
    return bytes(max(RECOVERY_BYTES_MIN, band_bytes)) + commands.INITIALISE + parting


def _as_just_printed(state: PrinterState) -> PrinterState:
    # It has just printed, whatever the last status said, which without automatic status may be old.
    paper = Paper.OK if state.paper is Paper.OUT else state.paper
    return replace(state, fault=None, paper=paper)
