"""`pos sync`: deliver now, or keep delivering."""

import sys
import threading
from contextlib import ExitStack
from typing import Final

import msgspec

from pos.commands.output import print_json, print_line
from pos.commands.trust import fetch_first_trust, refresh
from pos.config import TerminalConfig
from pos.control import RoleLink
from pos.errors import LedgerRefusedError
from pos.exits import Exit
from pos.link.calls import DeliveryStep, Role, SummariseSync
from pos.link.install import FormerMedium
from pos.sync.client import LedgerClient
from pos.sync.delivery import Delivery
from pos.sync.inbox import Inbox
from pos.sync.log import LogProofs
from pos.sync.recovery import Recovery
from pos.terminal import open_control, town_ledger

_NOT_TAKEN: Final = {
    FormerMedium.OTHER: "it is of a terminal whose place was not taken",
    FormerMedium.UNPROVEN: "nothing on it proves whose it is",
}


class SyncJson(msgspec.Struct, frozen=True, kw_only=True):
    """The stable form of a delivery's result."""

    sent: int
    acknowledged: int
    settled: int
    conflicts: int
    refused: int
    pending: int
    trust_version: int


def sync(config: TerminalConfig, *, is_once: bool, as_json: bool) -> int:
    """Deliver everything that waits. Without `--once`, stay and go on as the sync process does."""
    if not is_once:
        from pos.syncer import run_sync

        run_sync(config, threading.Event())
        return Exit.DONE
    result = sync_once(config)
    if as_json:
        print_json(result)
    else:
        print_line(
            f"sent {result.sent} entries; acknowledged up to {result.acknowledged}; settled {result.settled}, "
            f"conflicts {result.conflicts}, refused {result.refused}, pending {result.pending}"
        )
    return Exit.DONE


def sync_once(config: TerminalConfig) -> SyncJson:
    """One contact with the ledger, and everything that belongs to it. Raises as the ledger's client does."""
    with ExitStack() as stack:
        url = stack.enter_context(town_ledger(config))
        fetch_first_trust(config, url)
        control = stack.enter_context(open_control(config))
        client = LedgerClient(url, ca_file=config.ledger.ca_file)
        stack.callback(client.close)
        link = RoleLink(control, Role.SYNC)
        delivered = Delivery(link, client).deliver_all(_progress)
        if delivered.step is not DeliveryStep.STOP:
            LogProofs(link, client).bring()
            _recover(Recovery(link, client))
        refresh(link, config, url)
        if delivered.step is not DeliveryStep.STOP and Inbox(link, client).bring_all():
            # What was stored is acknowledged by an entry, and that is delivered too.
            delivered += Delivery(link, client).deliver_all(_progress)
        summary = control.call(SummariseSync())
    if delivered.step is DeliveryStep.STOP:
        raise LedgerRefusedError("it holds another journal under this terminal's name; enrol again", status=409)
    return SyncJson(
        sent=delivered.sent,
        acknowledged=summary.acknowledged,
        settled=summary.settled,
        conflicts=summary.conflicts,
        refused=summary.refused,
        pending=summary.pending,
        trust_version=summary.trust_version,
    )


def _recover(recovery: Recovery) -> None:
    """What a replaced terminal left on its second medium, where that is plugged in."""
    try:
        brought = recovery.bring_all()
    except LedgerRefusedError as error:
        sys.stderr.write(f"the second medium of another terminal is not taken: {error}\n")
        return
    if brought.medium in _NOT_TAKEN:
        sys.stderr.write(f"the second medium is not taken: {_NOT_TAKEN[brought.medium]}\n")
    if brought.sent:
        sys.stderr.write(f"{brought.sent} entries of the replaced terminal were brought\n")


def _progress(waiting: int) -> None:
    if waiting and sys.stderr.isatty():
        sys.stderr.write(f"\r{waiting} entries to go  ")
