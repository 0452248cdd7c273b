"""When what is done about updates, one small step at a time. Pure decisions over what is known.

Rules:

- unpacking happens while the shop sells, the change of versions never: it is one rename after the day was closed, or
  at the start before anything else runs, so that a shop which pulls the plug as it closes is served at its next start;
- between the start and the first sale nothing changes, unless somebody chose it;
- a version that was left once is not offered again; nothing older than what runs is ever tried.
"""

from dataclasses import dataclass
from enum import StrEnum

from pos.update.installation import InstallationState
from pos.update.versions import Offer, Version


class Moment(StrEnum):
    """Where the shop stands."""

    STARTING = "starting"
    """Nothing runs yet."""
    OPEN = "open"
    CLOSED = "closed"
    """The day was closed, and no sale is open."""


class Step(StrEnum):
    """What is to be done now."""

    NOTHING = "nothing"
    DOWNLOAD = "download"
    STAGE = "stage"
    CHANGE = "change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything that decides."""

    moment: Moment
    running: Version
    offer: Offer | None
    state: InstallationState
    is_downloaded: bool = False
    is_staged: bool = False
    is_chosen: bool = False
    """Somebody asked for it now."""


def next_step(situation: Situation) -> Step:
    """One step."""
    offer, state = situation.offer, situation.state
    if offer is None or state.trial is not None:
        return Step.NOTHING
    if offer.version <= situation.running or str(offer.version) in state.refused:
        return Step.NOTHING
    if situation.is_staged:
        may_change = situation.is_chosen or situation.moment is not Moment.OPEN
        return Step.CHANGE if may_change else Step.NOTHING
    if not situation.is_downloaded:
        return Step.DOWNLOAD
    # A start is not the time to unpack: the shop waits for it.
    return Step.NOTHING if situation.moment is Moment.STARTING else Step.STAGE
