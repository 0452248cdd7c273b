"""What the sync process asks of core on behalf of the shop's other tills: it carries bytes, core signs and believes.

A meeting is known by the key that core made for it (`MeetingBegun.meeting`). Where an answer is `Refused`, the meeting
is over and its connection is to be closed.
"""

from pos.link.base_calls import Answer, Call, Done, Refused


class SiblingsKnown(Answer, frozen=True, kw_only=True):
    """Who this is, and which other terminals trust data names for the same merchant."""

    terminal: str
    merchant: str
    siblings: tuple[str, ...]


class ReadSiblings(Call[SiblingsKnown], frozen=True, kw_only=True):
    pass


class MeetingBegun(Answer, frozen=True, kw_only=True):
    """A meeting with whoever is at the other end, and the first thing to say there."""

    meeting: bytes
    hello: bytes


class BeginMeeting(Call[MeetingBegun | Refused], frozen=True, kw_only=True):
    pass


class SiblingSays(Answer, frozen=True, kw_only=True):
    """What to say next; empty where there is nothing to say."""

    raw: bytes
    peer: str
    is_more: bool = False
    """More waits already."""


class GreetSibling(Call[SiblingSays | Refused], frozen=True, kw_only=True):
    """The other one's hello has come."""

    meeting: bytes
    hello: bytes


class SiblingHeard(Answer, frozen=True, kw_only=True):
    """Believed and kept; how many payments of it were new here."""

    new: int


class TakeFromSibling(Call[SiblingHeard | Refused], frozen=True, kw_only=True):
    """The other one's greeting, and after it its news, one by one."""

    meeting: bytes
    raw: bytes


class NextForSibling(Call[SiblingSays | Refused], frozen=True, kw_only=True):
    """What to tell; with `is_beat` there is always something, so that the other one knows that this till is there."""

    meeting: bytes
    is_beat: bool = False


class EndMeeting(Call[Done], frozen=True, kw_only=True):
    meeting: bytes
