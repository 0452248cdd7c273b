"""Who comes to the till in a scripted run, for how much, and what the town expects of the terminal.

    for scenario in scenarios(town, 50, seed="1"):
        request = open_request(scenario.amount_due_won) if scenario.needs_request else None
        answer = pay(scenario.text(now_s, request), scenario.amount_due_won)
        assert scenario.expected.is_met_by(answer.outcome, answer.reason)

Rules:

- a run is a deck of kinds shuffled by its seed: honest customers, and from `EVERY_REFUSAL_AT` visits on every refusal
  that a customer can cause at least once;
- the same seed in a new town of the same seed brings the same people, amounts and vouchers;
- texts are made when asked for, at the terminal's time, each in the order of the run; asking again shows the same;
- a cheat who needs an approved payment first comes twice, the first time as an ordinary customer; a screenshot is
  never of the sale just before it, which a terminal takes for the same phone still held up;
- expectations hold while the clock is of network quality or better and the offline limits are not used up.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from pos.sandbox.kinds import EXPECTED, HONEST, NEEDS_EARLIER, NEEDS_REQUEST, REFUSALS, ExpectedOutcome, Kind
from pos.sandbox.people import Crowd, Customer
from pos.sandbox.places import Limits
from pos.sandbox.town import Town
from pos.sandbox.visits import Cheat, Visit, show

EVERY_REFUSAL_AT: Final = len(REFUSALS) + 2 * len(HONEST)
"""From this many visits on a run has every refusal."""
SHORT_WON: Final = 1_000
"""By how much a part payment falls short, and a code that is for too much is over."""
STEP_WON: Final = 100
LEAST_WON: Final = 2_500
MOST_WON: Final = 38_000
"""What a bakery sells at once."""


@dataclass(slots=True)
class Story:
    """What has happened in a run so far."""

    texts: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One visit to the till."""

    number: int
    kind: Kind
    customer: str
    amount_due_won: int
    code_won: int
    """What the code is over; less or more than what is due where that is the point."""
    expected: ExpectedOutcome
    visit: Visit
    """The moment, but for its time."""
    story: Story
    replays: int | None = None
    """Number of the scenario whose text is shown again."""

    @property
    def needs_request(self) -> bool:
        """Whether the terminal has to open a payment request over `amount_due_won` first."""
        return self.kind in NEEDS_REQUEST

    def text(self, now_s: int, request: str | None = None, *, due_won: int | None = None) -> str:
        """What the phone shows at the terminal's time `now_s`, in answer to `request` where one is needed.

        `due_won` is for a visitor who typed another amount than the scenario's; what is expected may then differ.
        """
        texts = self.story.texts
        if self.number not in texts:
            visit = replace(
                self.visit,
                now_s=now_s,
                request=request,
                earlier=None if self.replays is None else texts[self.replays],
                code_won=self.code_won if due_won is None else max(due_won + self.code_won - self.amount_due_won, 1),
            )
            texts[self.number] = show(self.kind, visit)
        return texts[self.number]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    kind: Kind
    is_cheats_first: bool = False


def scenarios(town: Town, count: int, seed: str) -> Iterator[Scenario]:
    """The visits of a run, one after the other. Wallets are made in the town's `people/` folder."""
    chance = random.Random(seed)
    return _Run(Crowd(town, seed=seed), chance).scenarios(_deck(count, chance))


def _deck(count: int, chance: random.Random) -> list[_Turn]:
    if count >= EVERY_REFUSAL_AT:
        refusals = [*REFUSALS, *chance.choices(REFUSALS, k=(count - EVERY_REFUSAL_AT) // 8)]
    else:
        refusals = chance.sample(REFUSALS, k=count * 2 // 5)
    firsts = [_Turn(kind=Kind.PLAIN, is_cheats_first=True) for kind in refusals if kind in NEEDS_EARLIER]
    honest = [_Turn(kind=HONEST[place % len(HONEST)]) for place in range(count - len(refusals) - len(firsts))]
    turns = [*honest, *firsts, *(_Turn(kind=kind) for kind in refusals)]
    chance.shuffle(turns)
    return _playable(turns)


def _playable(turns: list[_Turn]) -> list[_Turn]:
    """The same turns, each that needs something earlier put behind it."""
    waiting = list(turns)
    played: list[_Turn] = []
    while waiting:
        turn = next((turn for turn in waiting if _can_follow(turn, played)), None)
        assert turn is not None, "every deck holds the honest turns that its cheats need"
        waiting.remove(turn)
        played.append(turn)
    return played


def _can_follow(turn: _Turn, played: list[_Turn]) -> bool:
    if turn.kind is Kind.SCREENSHOT:
        return sum(before.kind is Kind.PLAIN for before in played) >= 2
    if turn.kind in NEEDS_EARLIER:
        return sum(before.is_cheats_first for before in played) > sum(before.kind in NEEDS_EARLIER for before in played)
    return True


class _Run:
    def __init__(self, crowd: Crowd, chance: random.Random) -> None:
        self._crowd = crowd
        self._chance = chance
        self._limits: Limits = crowd.town.places.policies[crowd.town.policy].limits
        self._story = Story()
        self._plain: list[Scenario] = []
        self._cheats: list[tuple[Cheat, Customer]] = []

    def scenarios(self, turns: list[_Turn]) -> Iterator[Scenario]:
        for number, turn in enumerate(turns, start=1):
            scenario = self._scenario(number, turn)
            yield scenario
            if turn.kind is Kind.PLAIN:
                self._plain.append(scenario)

    def _scenario(self, number: int, turn: _Turn) -> Scenario:
        due_won, code_won = self._amounts(turn.kind)
        replayed = self._chance.choice(self._plain[:-1]) if turn.kind is Kind.SCREENSHOT else None
        if replayed is not None:
            due_won = code_won = replayed.code_won
        cheat, customer = self._who(turn)
        visit = Visit(
            crowd=self._crowd,
            customer=customer,
            chance=random.Random(self._chance.getrandbits(64)),
            code_won=code_won,
            now_s=0,
            cheat=cheat,
        )
        return Scenario(
            number=number,
            kind=turn.kind,
            customer=customer.name,
            amount_due_won=due_won,
            code_won=code_won,
            expected=EXPECTED[turn.kind],
            visit=visit,
            story=self._story,
            replays=None if replayed is None else replayed.number,
        )

    def _who(self, turn: _Turn) -> tuple[Cheat | None, Customer]:
        if turn.kind in NEEDS_EARLIER:
            return self._cheats.pop(0)
        customer = self._chance.choice(self._crowd.customers)
        if not turn.is_cheats_first:
            return None, customer
        self._cheats.append((Cheat(), customer))
        return self._cheats[-1]

    def _amounts(self, kind: Kind) -> tuple[int, int]:
        """What is due, and what the code is over."""
        floor_won = self._limits.unbound_max_won
        due_won = self._some(LEAST_WON, min(MOST_WON, floor_won - SHORT_WON))
        match kind:
            case Kind.PART_PAYMENT:
                return due_won, due_won - SHORT_WON
            case Kind.OVER_AMOUNT | Kind.REQUEST_AMOUNT:
                return due_won, due_won + SHORT_WON
            case Kind.ABOVE_FLOOR:
                due_won = floor_won + self._some(SHORT_WON, 2 * SHORT_WON)
            case Kind.BOUND:
                due_won = self._some(floor_won + SHORT_WON, floor_won * 2)
            case _:
                pass
        return due_won, due_won

    def _some(self, least_won: int, most_won: int) -> int:
        return self._chance.randrange(least_won, most_won + 1, STEP_WON)
