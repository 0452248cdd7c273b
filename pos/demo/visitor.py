"""A visitor's hands in the demo's town: the next customer's phone, the cable, the paper, the power of core."""

import json
import random
import time
from dataclasses import dataclass, field
from typing import Final

from pos.demo.town import RunningTown
from pos.link.state import TillState
from pos.sandbox.kinds import REFUSALS, Kind
from pos.sandbox.people import Crowd, Customer
from pos.sandbox.visits import Visit, show

SCAN_FIRST_WON: Final = 4_500
"""What the next customer pays where the cashier has typed no amount."""
HOLD_S: Final = 2.0
"""How long a phone is held before the camera."""
NEEDS_NO_PAST: Final = tuple(
    kind
    for kind in REFUSALS
    if kind not in (Kind.SCREENSHOT, Kind.DOUBLE_SPEND, Kind.OUT_OF_ORDER, Kind.REQUEST_AMOUNT, Kind.ABOVE_FLOOR)
)


@dataclass(slots=True)
class Visitor:
    """Does one thing at a time and says what it did, in words for a person."""

    running: RunningTown
    crowd: Crowd
    chance: random.Random
    _customers: list[Customer] = field(default_factory=list)
    _cheats: list[Kind] = field(default_factory=list)
    _earlier: list[str] = field(default_factory=list)
    _put_away_at_s: float = 0.0
    _is_paper_out: bool = False

    def next_customer(self, till: TillState | None) -> str:
        """An honest customer answers the open request, or shows a code for what is due."""
        if not self._customers:
            self._customers = list(self.crowd.customers)
            self.chance.shuffle(self._customers)
        customer = self._customers.pop()
        sale = till.sale if till is not None else None
        now_s = int(time.time())
        if sale is not None and sale.request is not None:
            text = customer.answer(sale.request.text, now_s=now_s)
            amount_won = sale.request.amount_won
        else:
            amount_won = sale.remaining_won if sale is not None and sale.due_won else SCAN_FIRST_WON
            text = customer.pay(amount_won, now_s=now_s)
        self._hold(text)
        self._earlier.append(text)
        return f"{customer.name}: {amount_won:,} won"

    def next_cheat(self, till: TillState | None) -> str:
        """Somebody whose code must be refused; each kind once before any comes again."""
        if len(self._earlier) > 1 and not self._cheats:
            self._hold(self._earlier[0])
            self._cheats = self._shuffled()
            return Kind.SCREENSHOT.value
        if not self._cheats:
            self._cheats = self._shuffled()
        kind = self._cheats.pop()
        sale = till.sale if till is not None else None
        due_won = sale.remaining_won if sale is not None and sale.due_won else SCAN_FIRST_WON
        visit = Visit(
            crowd=self.crowd,
            customer=self.chance.choice(self.crowd.customers),
            chance=self.chance,
            code_won=max(due_won + {Kind.PART_PAYMENT: -1_000, Kind.OVER_AMOUNT: 1_000}.get(kind, 0), 1),
            now_s=int(time.time()),
        )
        self._hold(show(kind, visit))
        return kind.value

    def toggle_network(self) -> str:
        cable = self.running.cable
        if cable.is_plugged:
            cable.pull()
            return "the network cable is pulled"
        cable.plug()
        return "the network cable is back"

    def toggle_paper(self) -> str:
        self._is_paper_out = not self._is_paper_out
        faults = {"paper": "out" if self._is_paper_out else "ok"}
        (self.running.paper / "faults.json").write_text(json.dumps(faults), "utf-8")
        return "the paper is out" if self._is_paper_out else "paper is loaded"

    def cut_power(self) -> str:
        """End the process that owns the money without warning; it comes back by itself."""
        self.running.supervisor.kill("core")
        return "core was killed; it comes back by itself"

    def tick(self) -> None:
        """Put the phone away when it was held long enough."""
        if self._put_away_at_s and time.monotonic() > self._put_away_at_s:
            self._put_away_at_s = 0.0
            self.running.take_phone_away()

    def _hold(self, text: str) -> None:
        self.running.show_code(text)
        self._put_away_at_s = time.monotonic() + HOLD_S

    def _shuffled(self) -> list[Kind]:
        kinds: list[Kind] = list(NEEDS_NO_PAST)
        self.chance.shuffle(kinds)
        return kinds
