"""Errands for a machine that is no terminal yet: what core wants from the network before anything can be delivered.

Rules: nothing that is brought is believed here; one errand at a time, and core says when the next is due. The
authority's certificate is kept in the staging folder: it is public.
"""

import logging
import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Final, Protocol, TypeVar

from pos.config import LedgerSection
from pos.durable import replace_file
from pos.errors import LedgerRefusedError, LedgerUnreachableError
from pos.link.calls import Call, EndErrand, Errand, ErrandKind, NextErrand
from pos.link.install import InstallFault
from pos.sync.enrolling import fetch_authority, post_enrolment

R = TypeVar("R")
ASK_EVERY_S: Final = 0.5
AUTHORITY_FILE: Final = "ledger-authority.pem"
_ELSEWHERE: Final = ("192.0.2.1", 9)
"""An address that is nobody's (RFC 5737): asking for a way there sends nothing."""

log = logging.getLogger(__name__)


class Link(Protocol):
    """Core, as it is asked for errands."""

    def call(self, call: Call[R]) -> R: ...


BringTrust = Callable[[Link, LedgerSection], None]
"""Brings trust data and lets core look at it. Raises LedgerUnreachableError."""


def run_errands(link: Link, staging: Path, stopping: Event, bring_trust: BringTrust) -> LedgerSection | None:
    """Do what core wants until the terminal is enrolled; where its ledger is, or None when told to stop."""
    while not stopping.is_set():
        errand = link.call(NextErrand(is_online=has_way_out()))
        if errand.kind is ErrandKind.OVER:
            return ledger_of(errand, staging)
        if errand.kind is not ErrandKind.NONE:
            link.call(_done(link, errand, staging, bring_trust))
        stopping.wait(ASK_EVERY_S)
    return None


def ledger_of(errand: Errand, staging: Path) -> LedgerSection:
    """Where the ledger is and who vouches for it."""
    if not errand.authority:
        return LedgerSection(url=errand.url)
    staging.mkdir(parents=True, exist_ok=True)
    path = staging / AUTHORITY_FILE
    replace_file(path, errand.authority)
    return LedgerSection(url=errand.url, ca_file=path)


def has_way_out() -> bool:
    """Whether this machine knows a way to other networks at all."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as asking:
        try:
            asking.connect(_ELSEWHERE)
        except OSError:
            return False
    return True


def _done(link: Link, errand: Errand, staging: Path, bring_trust: BringTrust) -> EndErrand:
    try:
        match errand.kind:
            case ErrandKind.AUTHORITY:
                raw = fetch_authority(errand.url, pin=errand.pin)
            case ErrandKind.ENROL:
                raw = post_enrolment(errand.url, errand.request, ca_file=ledger_of(errand, staging).ca_file)
            case _:
                bring_trust(link, ledger_of(errand, staging))
                raw = b""
    except LedgerUnreachableError as error:
        log.info("%s: %s", errand.kind.value, error)
        return EndErrand(kind=errand.kind, fault=InstallFault.UNREACHABLE)
    except LedgerRefusedError as error:
        log.warning("%s: %s", errand.kind.value, error)
        return EndErrand(kind=errand.kind, fault=InstallFault.REFUSED)
    return EndErrand(kind=errand.kind, raw=raw)
