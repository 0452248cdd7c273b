"""What became of a memory stick that was plugged in, as processes tell it to each other and the screen shows it."""

from enum import StrEnum


class StickState(StrEnum):
    """How far it is, or how it ended."""

    READING = "reading"
    TRUST_TAKEN = "trust_taken"
    PROGRAM_TAKEN = "program_taken"
    """A newer version of the program lies ready; it is changed to after closing."""
    INSTALL_TAKEN = "install_taken"
    """A file for the installation was brought; what it says is judged where the machine is installed."""
    CATALOGUE_BROUGHT = "catalogue_brought"
    """A catalogue lies ready; it is looked at and taken, or left, on the screen."""
    SAME = "same"
    """All of it was here already."""
    LATER = "later"
    """It is taken when the open sale is over."""
    EMPTY = "empty"
    """It has our folder, and nothing in it."""
    OLDER = "older"
    FORGED = "forged"
    """Not signed by whom it should be, or changed since."""
    EXPIRED = "expired"
    INCOMPLETE = "incomplete"
    TOO_LARGE = "too_large"
    NO_ROOM = "no_room"
    UNREADABLE = "unreadable"
