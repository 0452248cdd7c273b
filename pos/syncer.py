"""The sync process: delivers when there is something to deliver, and now and then when there is not; brings trust data.

Owns the conversation with the ledger and nothing else: no key, no database, no devices. It runs for ever: core gone
means wait and connect again, network gone means back off (with jitter, so that a thousand tills do not return in the
same second) and try again. Messages are brought beside it by a thread with a link of its own, in calls that wait at the
ledger; when one of them breaks off, delivery looks at once whether the network is still there. A third thread talks
with the shop's other tills, where that is wanted (`pos.sync.siblings`).
"""

import logging
import random
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from threading import Event
from typing import Final

from pos.config import LedgerSection, TerminalConfig
from pos.errors import LedgerRefusedError, LedgerUnreachableError, LinkError
from pos.link.calls import ReportNetwork, Role, SyncWork, WatchSync
from pos.link.client import BlockingLink
from pos.link.outage import CoreOutage
from pos.pulse import Pulse
from pos.sync.away import away_of
from pos.sync.client import LedgerClient
from pos.sync.conversation import LedgerBusyError
from pos.sync.delivery import Delivery
from pos.sync.errands import Link, run_errands
from pos.sync.inbox import WAIT_S, Inbox
from pos.sync.log import LogProofs
from pos.sync.recovery import Recovery
from pos.sync.trust import TrustUpdate
from pos.sync.update import UpdateDownload
from pos.update.installation import Installation, machine

BACKOFF_FIRST_S: Final = 1.0
BACKOFF_MAX_S: Final = 60.0
HEARTBEAT_S: Final = 300.0
"""With nothing to deliver the ledger still hears of the till this often: contact keeps the limits high."""
TRUST_S: Final = 300.0
"""How often newer trust data is looked for; the cashier's key looks at once."""
CORE_PAUSE_S: Final = 1.0
COMPARED_LOOK_S: Final = 0.2
AT_ONCE_S: Final = 1.0
"""A long call that brings nothing and ends sooner than this did not wait: a ledger that stops, or somebody else."""
SILENT_S_MAX: Final = 300.0
"""Longer than the slowest honest delivery takes: a day of entries over a line that hardly answers."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Backoff:
    """Doubling pauses with full jitter; reset by success."""

    random: random.Random
    pause_s: float = 0.0

    def next_s(self) -> float:
        self.pause_s = min(max(self.pause_s * 2, BACKOFF_FIRST_S), BACKOFF_MAX_S)
        return self.random.uniform(self.pause_s / 2, self.pause_s)

    def reset(self) -> None:
        self.pause_s = 0.0


class Compared:
    """Which core's journal was compared with what the ledger holds.

    Messages make entries. In a journal that somebody put back, an entry before that comparison would be a fork, and the
    end of this terminal; so none is brought to a core that has not been through a delivery.
    """

    def __init__(self) -> None:
        self._core_pid = 0

    def note(self, link: BlockingLink) -> None:
        self._core_pid = link.core_pid

    def is_noted(self, link: BlockingLink) -> bool:
        return self._core_pid == link.core_pid


def run_sync(config: TerminalConfig, stopping: Event) -> None:
    """Serve one terminal until told to stop; systemd's watchdog is fed while both conversations turn."""
    nudged, pulse, outage, compared = Event(), Pulse(stopping), CoreOutage(log), Compared()
    delivering = pulse.loop(SILENT_S_MAX)
    with pulse.fed():
        if not (config.is_enrolled and config.is_tested):
            ledger = _ledger_told(config, delivering, outage)
            if ledger is None:
                return
            config = replace(config, ledger=ledger)
        bringing = pulse.loop(SILENT_S_MAX)
        threading.Thread(
            target=_run_inbox, args=(config, bringing, nudged, outage, compared), name="inbox", daemon=True
        ).start()
        if config.siblings.port:
            # A till without others pays nothing for them.
            from pos.sync.siblings.counter import run_siblings

            threading.Thread(target=run_siblings, args=(config, stopping), name="siblings", daemon=True).start()
        _run_delivery(config, delivering, nudged, outage, compared)


def _ledger_told(config: TerminalConfig, stopping: Event, outage: CoreOutage) -> LedgerSection | None:
    """Run core's errands until it knows its ledger; None when told to stop."""
    told: list[LedgerSection] = []

    def bring_trust(link: Link, ledger: LedgerSection) -> None:
        update = TrustUpdate(link, ledger.url, ca_file=ledger.ca_file, staging=config.terminal.staging)
        with closing(update):
            update.refresh()

    def serve(link: BlockingLink) -> None:
        ledger = run_errands(link, config.terminal.staging, stopping, bring_trust)
        if ledger is not None:
            told.append(ledger)

    while not told and not stopping.is_set():
        _once_with_core(config, stopping, serve, outage, "errands")
    return told[0] if told else None


def _run_delivery(
    config: TerminalConfig, stopping: Event, nudged: Event, outage: CoreOutage, compared: Compared
) -> None:
    client = LedgerClient(config.ledger.url, ca_file=config.ledger.ca_file)

    def serve(link: BlockingLink) -> None:
        link.call(WatchSync())
        trust = TrustUpdate(link, config.ledger.url, ca_file=config.ledger.ca_file, staging=config.terminal.staging)
        with ExitStack() as stack:
            stack.enter_context(closing(trust))
            update = _update(config)
            if update is not None:
                stack.enter_context(closing(update))
            ledger = _Ledger(
                Delivery(link, client),
                LogProofs(link, client),
                Recovery(link, client),
                trust,
                update,
                lambda: compared.note(link),
            )
            _serve(link, ledger, stopping, nudged)

    try:
        _with_core(config, stopping, serve, outage, "delivery")
    finally:
        client.close()


def _update(config: TerminalConfig) -> UpdateDownload | None:
    """What brings newer versions, on a machine whose program lies in versions."""
    if config.update.dir is None:
        return None
    return UpdateDownload(
        config.ledger.url,
        ca_file=config.ledger.ca_file,
        staging=config.terminal.staging,
        installation=Installation(config.update.dir),
        machine=machine(),
    )


def _run_inbox(config: TerminalConfig, stopping: Event, nudged: Event, outage: CoreOutage, compared: Compared) -> None:
    """Bring messages until told to stop; `nudged` asks delivery to look at the network when that fails."""
    client = LedgerClient(config.ledger.url, ca_file=config.ledger.ca_file)
    backoff = Backoff(random.Random())

    def serve(link: BlockingLink) -> None:
        inbox = Inbox(link, client)
        while not stopping.is_set():
            if compared.is_noted(link):
                stopping.wait(_bring(inbox, backoff, nudged))
            else:
                stopping.wait(COMPARED_LOOK_S)

    _with_core(config, stopping, serve, outage, "inbox")


def _with_core(
    config: TerminalConfig, stopping: Event, serve: Callable[[BlockingLink], None], outage: CoreOutage, link_name: str
) -> None:
    """Serve on a link to core until told to stop, and on another one whenever it breaks."""
    while not stopping.is_set():
        _once_with_core(config, stopping, serve, outage, link_name)


def _once_with_core(
    config: TerminalConfig, stopping: Event, serve: Callable[[BlockingLink], None], outage: CoreOutage, link_name: str
) -> None:
    try:
        with closing(BlockingLink(config.terminal.socket_dir, Role.SYNC)) as link:
            outage.answered(link_name)
            serve(link)
    except LinkError as error:
        outage.failed(link_name, error)
        stopping.wait(CORE_PAUSE_S)


def _bring(inbox: Inbox, backoff: Backoff, nudged: Event) -> float:
    """One long call; return how long to wait before the next."""
    began_s = time.monotonic()
    try:
        brought = inbox.bring(wait_s=WAIT_S)
    except LedgerBusyError as error:
        return max(error.retry_after_s or 0, backoff.next_s())
    except LedgerUnreachableError as error:
        if backoff.pause_s == 0:
            log.info("messages will be asked for again: %s", error)
            nudged.set()
        return backoff.next_s()
    except LedgerRefusedError as error:
        log.warning("no messages: %s", error)
        return backoff.next_s()
    if brought.is_refused or (brought.messages == 0 and time.monotonic() - began_s < AT_ONCE_S):
        return backoff.next_s()
    backoff.reset()
    return 0.0


@dataclass(frozen=True, slots=True)
class _Ledger:
    """What is to be done at the ledger, in this order."""

    delivery: Delivery
    proofs: LogProofs
    recovery: Recovery
    trust: TrustUpdate
    update: UpdateDownload | None
    on_delivered: Callable[[], None]

    def see_to(self, *, is_trust_due: bool) -> None:
        """Do it all. Without any trust data nothing can be delivered: nobody's answer could be believed."""
        if is_trust_due and not self.trust.has_trust():
            self.trust.refresh()
        self.delivery.deliver_all()
        self.on_delivered()
        self.proofs.bring()
        self._recover()
        if is_trust_due:
            self.trust.refresh()
            if self.update is not None:
                self.update.bring()

    def _recover(self) -> None:
        """What a replaced terminal left; being refused that is no reason to stop delivering what is ours."""
        try:
            self.recovery.bring_all()
        except LedgerRefusedError as error:
            log.warning("the second medium of another terminal is not taken: %s", error)


def _serve(link: BlockingLink, ledger: _Ledger, stopping: Event, nudged: Event) -> None:
    backoff = Backoff(random.Random())
    work = _Work(link, stopping, nudged)
    trust_due_s = 0.0
    while not stopping.is_set():
        nudged.clear()
        now_s = time.monotonic()
        is_trust_due = now_s >= trust_due_s or work.is_forced
        pause_s = _try(link, ledger, backoff, is_trust_due=is_trust_due)
        if is_trust_due and not backoff.pause_s:
            trust_due_s = now_s + TRUST_S
        work.wait(pause_s, is_failing=backoff.pause_s > 0)


def _try(link: BlockingLink, ledger: _Ledger, backoff: Backoff, *, is_trust_due: bool) -> float:
    """See to everything once; return how long to wait before the next try."""
    try:
        ledger.see_to(is_trust_due=is_trust_due)
    except LedgerBusyError as error:
        link.call(ReportNetwork(online=True, cause=str(error)))
        return max(error.retry_after_s or 0, backoff.next_s())
    except (LedgerUnreachableError, LedgerRefusedError) as error:
        # A refusal is a status, and that may come from anybody on the way: no reason to stay away for longer.
        link.call(ReportNetwork(online=False, cause=str(error), reason=away_of(error) or ""))
        return backoff.next_s()
    link.call(ReportNetwork(online=True))
    backoff.reset()
    return HEARTBEAT_S


class _Work:
    """What core pushes about work to do."""

    def __init__(self, link: BlockingLink, stopping: Event, nudged: Event) -> None:
        self._link = link
        self._stopping = stopping
        self._nudged = nudged
        self._forced: int | None = None
        """How often the cashier's key had been pressed when last looked."""
        self.is_forced = False
        """Whether the last pause ended because of that key."""

    def wait(self, pause_s: float, *, is_failing: bool) -> None:
        """Wait out the pause; new work ends it at once, unless the network is down: then only the cashier's key."""
        self.is_forced = False
        waited_s = 0.0
        while waited_s < pause_s and not self._stopping.is_set():
            if self._nudged.is_set() and not is_failing:
                return
            slice_s = min(1.0, pause_s - waited_s)
            push = self._link.next_push(slice_s)
            if push is None:
                waited_s += slice_s
            elif isinstance(push, SyncWork):
                self.is_forced = self._forced is not None and push.force_serial != self._forced
                self._forced = push.force_serial
                if self.is_forced or (push.waiting and not is_failing):
                    return
