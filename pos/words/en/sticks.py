"""What is said of a memory stick, in English; at most a short line each."""

from collections.abc import Mapping
from typing import Final

from pos.link.stick import StickState

STICKS: Final[Mapping[StickState, str]] = {
    StickState.READING: "Reading the stick; leave it in",
    StickState.TRUST_TAKEN: "New data taken from the stick",
    StickState.PROGRAM_TAKEN: "New program: after closing",
    StickState.INSTALL_TAKEN: "Install file taken",
    StickState.CATALOGUE_BROUGHT: "Stick has a price list: * 8 5 2",
    StickState.SAME: "The stick brings nothing new",
    StickState.LATER: "Stick is taken after this sale",
    StickState.EMPTY: "Nothing to take on the stick",
    StickState.OLDER: "Not taken: the stick is older",
    StickState.FORGED: "Not taken: cannot be trusted",
    StickState.EXPIRED: "Not taken: its time is over",
    StickState.INCOMPLETE: "Not taken: something is missing",
    StickState.TOO_LARGE: "Not taken: too much on the stick",
    StickState.NO_ROOM: "Not taken: no room in the till",
    StickState.UNREADABLE: "The stick cannot be read",
}
