"""Two tills of one bakery as their own processes, the ledger away: they find each other, and one voucher pays once."""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pos.config import TerminalConfig, load_config
from pos.control import RemoteControl
from pos.errors import LinkError
from pos.link.calls import Pay, PayAnswer, ReadState
from pos.link.state import Outcome, TillState
from pos.sandbox.cheats import Hand, payment_text
from pos.sandbox.entropy import Entropy
from pos.sandbox.people import Mint, Promise
from pos.sandbox.town import Town, init
from pos.till.reasons import Reason
from tests.support.core_builders import short_folder
from tests.support.process_tools import Child, free_tcp_port, wait_until
from tests.support.siblings import second_till

pytestmark = pytest.mark.slow

AWAY = "http://127.0.0.1:9"
"""Nobody answers there."""


@dataclass(slots=True)
class Till:
    """One till: core and sync, and the command line's way to core."""

    config: TerminalConfig
    stack: ExitStack
    running: dict[str, Child] = field(default_factory=dict)

    def start(self, name: str) -> None:
        command = [sys.executable, "-m", "pos", "process", name, "--config", str(self.config.file)]
        self.running[name] = self.stack.enter_context(Child(command))

    def kill(self, name: str) -> None:
        self.running[name].kill()

    def pay(self, town: Town, hand: Hand, amount_won: int) -> PayAnswer:
        text = payment_text(hand.sign(amount_won=amount_won, issued_s=int(time.time())))
        return self._asked(Pay(text=text, amount_won=amount_won))

    @property
    def silent(self) -> int | None:
        """Other tills that are not heard from; None while core is away."""
        try:
            return self._state().siblings_silent
        except LinkError:
            return None

    def _state(self) -> TillState:
        control = RemoteControl(self.config.terminal.socket_dir)
        try:
            return control.call(ReadState()).till
        finally:
            control.close()

    def _asked(self, call: Pay) -> PayAnswer:
        control = RemoteControl(self.config.terminal.socket_dir)
        try:
            answer = control.call(call)
        finally:
            control.close()
        assert isinstance(answer, PayAnswer), answer
        return answer


@dataclass(slots=True)
class Bakery:
    town: Town
    one: Till
    two: Till
    mint: Mint

    def hand(self) -> Hand:
        return self.mint.hand(Promise(), now_s=int(time.time()))

    def wait_until_linked(self) -> None:
        wait_until(lambda: (self.one.silent, self.two.silent) == (0, 0), what="both tills heard each other")

    def settle(self, hands: list[Hand], *, at: Till) -> None:
        """Wait until the second till hears of what came behind these, and see that none of them can be spent there."""
        paid = [self.hand()]

        def is_known() -> bool:
            asked = at.pay(self.town, paid[-1], 500)
            if asked.reason == Reason.OUT_OF_ORDER:
                return True
            paid.append(self.hand())
            assert self.one.pay(self.town, paid[-1], 1_000).outcome is Outcome.APPROVED
            return False

        wait_until(is_known, what="news of a later payment")
        assert [at.pay(self.town, hand, 700).reason for hand in hands] == [Reason.OUT_OF_ORDER] * len(hands)


def _configured(config: Path, *, address: str, port: int, peers: str = "") -> TerminalConfig:
    text = config.read_text("utf-8")
    url = next(line for line in text.splitlines() if line.startswith("url = "))
    text = text.replace(url, f'url = "{AWAY}"', 1)
    config.write_text(
        text + f'\n[siblings]\nport = {port}\naddress = "{address}"\npeers = "{peers}"\n', encoding="utf-8"
    )
    return load_config(config)


@pytest.fixture
def bakery(request: pytest.FixtureRequest) -> Iterator[Bakery]:
    """Keys of its own: other towns may be announced on the same machine."""
    with short_folder() as folder, ExitStack() as stack:
        town = init(folder / "t", seed=secrets.token_hex(8))
        two = second_till(town, folder / "2")
        port = free_tcp_port()
        one = Till(config=_configured(town.terminal_toml, address="127.0.0.1", port=port), stack=stack)
        other = Till(config=_configured(two, address="127.0.0.2", port=port), stack=stack)
        for till in (one, other):
            till.start("core")
            till.start("sync")
        yield Bakery(town=town, one=one, two=other, mint=Mint(town, Entropy.fresh()))


def test_one_voucher_pays_at_one_of_two_tills_while_the_ledger_is_away(bakery: Bakery) -> None:
    bakery.wait_until_linked()
    hands = [bakery.hand() for _ in range(5)]

    assert {bakery.one.pay(bakery.town, hand, 1_000).outcome for hand in hands} == {Outcome.APPROVED}

    bakery.settle(hands, at=bakery.two)


def test_whatever_dies_in_the_middle_of_the_talk_is_caught_up_with(bakery: Bakery) -> None:
    """Sync and core of either till, killed while approvals are made at the other one."""
    bakery.wait_until_linked()
    for victim, name in ((bakery.two, "sync"), (bakery.two, "core"), (bakery.one, "sync")):
        hands = [bakery.hand() for _ in range(6)]
        for place, hand in enumerate(hands):
            assert bakery.one.pay(bakery.town, hand, 1_000).outcome is Outcome.APPROVED
            if place == 2:
                victim.kill(name)
        victim.start(name)
        bakery.wait_until_linked()
        bakery.settle(hands, at=bakery.two)
