"""Two tills of one bakery: their cores in this process, and the words between them carried by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pos.config import load_config
from pos.link.calls import (
    BeginMeeting,
    EndMeeting,
    GreetSibling,
    MeetingBegun,
    NextForSibling,
    Refused,
    SiblingHeard,
    SiblingSays,
    TakeFromSibling,
)
from pos.sandbox.entropy import Entropy
from pos.sandbox.people import Mint
from pos.sandbox.town import Town, deliver_trust, enrol_terminal
from pos.terminal import build_core
from tests.support.core_builders import HOUR_S, HandClock, Shop

SECOND = "t-bakery-2"


def second_till(town: Town, home: Path, *, merchant: str = "m-bakery", terminal: str = SECOND) -> Path:
    """Enrol another terminal in `home`, and let both know each other; returns its configuration."""
    home.mkdir()
    enrol_terminal(town, home=home, merchant=merchant, terminal=terminal, entropy=Entropy.of_seed(terminal))
    deliver_trust(town, town.directory)
    deliver_trust(town, home)
    return home / "terminal.toml"


def open_till(town: Town, config: Path, clock: HandClock | None = None) -> Shop:
    """Open the till of a configuration; customers come to both tills of a town."""
    loaded = load_config(config)
    clock = clock or HandClock(wall=town.made_s + HOUR_S)
    mint = Mint(town, Entropy.of_seed("customers"))
    return Shop(town=town, config=loaded, clock=clock, core=build_core(loaded, clock), mint=mint)


@dataclass(slots=True)
class End:
    """One till's end of a meeting."""

    shop: Shop
    begun: MeetingBegun
    said: list[bytes] = field(default_factory=list)
    """Everything that this end has sent, as it went over the wire."""

    @classmethod
    def of(cls, shop: Shop) -> End:
        begun = shop.sync(BeginMeeting())
        assert isinstance(begun, MeetingBegun), begun
        return cls(shop=shop, begun=begun)

    def greet(self, hello: bytes) -> SiblingSays | Refused:
        return self._sent(self.shop.sync(GreetSibling(meeting=self.begun.meeting, hello=hello)))

    def hear(self, raw: bytes) -> SiblingHeard | Refused:
        return self.shop.sync(TakeFromSibling(meeting=self.begun.meeting, raw=raw))

    def tell(self, *, is_beat: bool = False) -> SiblingSays | Refused:
        return self._sent(self.shop.sync(NextForSibling(meeting=self.begun.meeting, is_beat=is_beat)))

    def end(self) -> None:
        self.shop.sync(EndMeeting(meeting=self.begun.meeting))

    def _sent(self, says: SiblingSays | Refused) -> SiblingSays | Refused:
        if isinstance(says, SiblingSays) and says.raw:
            self.said.append(says.raw)
        return says


@dataclass(slots=True)
class Wire:
    """A meeting of two tills."""

    one: End
    two: End

    @classmethod
    def between(cls, one: Shop, two: Shop) -> Wire:
        """Two ends that have greeted each other."""
        wire = cls(one=End.of(one), two=End.of(two))
        hello, answer = wire.one.greet(wire.two.begun.hello), wire.two.greet(wire.one.begun.hello)
        assert wire.two.hear(raw_of(hello)) == SiblingHeard(new=0)
        assert wire.one.hear(raw_of(answer)) == SiblingHeard(new=0)
        return wire

    def carry(self) -> int:
        """Bring everything that one tells to the other, both ways; returns how many payments were new there."""
        return self._carry(self.one, self.two) + self._carry(self.two, self.one)

    def beat(self) -> None:
        """A sign of life, both ways."""
        for teller, hearer in ((self.one, self.two), (self.two, self.one)):
            assert isinstance(hearer.hear(raw_of(teller.tell(is_beat=True))), SiblingHeard)

    @staticmethod
    def _carry(teller: End, hearer: End) -> int:
        new = 0
        while raw := raw_of(teller.tell()):
            heard = hearer.hear(raw)
            assert isinstance(heard, SiblingHeard), heard
            new += heard.new
        return new


def raw_of(says: SiblingSays | Refused) -> bytes:
    assert isinstance(says, SiblingSays), says
    return says.raw
