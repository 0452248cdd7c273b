"""What core stands on: all that the composition root has opened, chosen or loaded for it."""

from collections.abc import Callable
from dataclasses import dataclass

from pos.config import TerminalConfig
from pos.core.live_trust import LiveTrust
from pos.core.people_desk import PeopleDesk
from pos.core.practice import PractisedTill
from pos.core.timekeeper import Timekeeper
from pos.core.trust_desk import TrustDesk
from pos.journal.journal import Journal
from pos.voucher.keys import SigningKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What core stands on: all that was opened, chosen or loaded for it."""

    config: TerminalConfig
    key: SigningKey
    trust: LiveTrust
    journal: Journal
    timekeeper: Timekeeper
    people: PeopleDesk
    trust_desk: TrustDesk
    takes_writes: Callable[[], bool]
    practise: Callable[[], PractisedTill]
    """Sets up a till that only practises."""
    is_training: bool = False

    @property
    def terminal(self) -> str:
        return self.config.terminal.id

    @property
    def clerk(self) -> Callable[[], str]:
        return self.people.people.at_till
