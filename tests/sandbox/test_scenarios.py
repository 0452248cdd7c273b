"""The town's customers against the terminal's own judgement: both sides were written apart and must agree."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from pos.link.state import Outcome
from pos.sandbox.kinds import EXPECTED, NEEDS_EARLIER, REFUSALS, Kind
from pos.sandbox.scenarios import EVERY_REFUSAL_AT, Scenario, scenarios
from pos.sandbox.town import Town, init
from tests.support.sandbox_builders import Till


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return init(tmp_path / "town", seed="7")


@pytest.fixture
def played(town: Town) -> Callable[..., list[Scenario]]:
    """Play a run at a counter that must answer as the town expects."""

    def play(count: int, seed: str, at: Town = town) -> list[Scenario]:
        counter, done = Till(at), []
        for scenario in scenarios(at, count, seed):
            outcome, reason = counter.serve(scenario)
            assert scenario.expected.is_met_by(outcome, reason), (scenario.kind, outcome, reason)
            done.append(scenario)
        return done

    return play


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_fifty_visits_have_a_refusal_of_every_kind_and_end_as_the_town_expects(
    played: Callable[..., list[Scenario]], seed: str
) -> None:
    done = played(50, seed)
    kinds = Counter(scenario.kind for scenario in done)

    assert [scenario.number for scenario in done] == list(range(1, 51))
    assert set(REFUSALS) <= kinds.keys()
    assert kinds[Kind.PLAIN] >= 5
    assert kinds[Kind.BOUND] >= 1
    assert len({scenario.customer for scenario in done}) > 5


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 13, 30, EVERY_REFUSAL_AT - 1, EVERY_REFUSAL_AT, 120])
def test_runs_of_any_length_can_be_played(played: Callable[..., list[Scenario]], count: int) -> None:
    assert len(played(count, f"length {count}")) == count


def test_a_strict_town_expects_the_same_of_its_own_limits(
    played: Callable[..., list[Scenario]], tmp_path: Path
) -> None:
    strict = init(tmp_path / "strict", seed="7", policy="strict")

    done = played(60, "1", strict)

    plain = [scenario.code_won for scenario in done if scenario.kind is Kind.PLAIN]
    assert max(plain) <= 20_000 < min(scenario.code_won for scenario in done if scenario.kind is Kind.ABOVE_FLOOR)


def test_the_same_seed_in_the_same_town_brings_the_same_visits(tmp_path: Path) -> None:
    def texts(name: str, town_seed: str, seed: str) -> list[str]:
        town = init(tmp_path / name, seed=town_seed)
        shown = [item.text(1_790_000_000) for item in scenarios(town, 24, seed) if not item.needs_request]
        return [text for text in shown if text.startswith("CKP1:")]

    first = texts("a", "7", "1")
    assert texts("b", "7", "1") == first
    assert not set(texts("c", "7", "2")) & set(first)
    assert texts("d", "8", "1") != first


def test_a_second_run_in_one_town_brings_new_vouchers(played: Callable[..., list[Scenario]], town: Town) -> None:
    texts = [{scenario.text(0) for scenario in played(20, "1") if scenario.kind is Kind.PLAIN} for _ in range(2)]

    assert not texts[0] & texts[1]
    assert sorted(path.name for path in town.people_dir.iterdir()) == ["run-1", "run-2"]


def test_asking_again_shows_the_same_code(town: Town) -> None:
    for scenario in scenarios(town, 5, "1"):
        if not scenario.needs_request:
            assert scenario.text(1_790_000_000) == scenario.text(1_790_000_100)


def test_a_visitor_may_type_another_amount(town: Town) -> None:
    till = Till(town)
    first = next(scenario for scenario in scenarios(town, 20, "1") if scenario.kind is Kind.PLAIN)

    assert till.present(first.text(till.now_s, due_won=7_700), 7_700) == (Outcome.APPROVED, None)


def test_every_kind_has_an_expectation_and_cheats_come_twice(played: Callable[..., list[Scenario]]) -> None:
    assert EXPECTED.keys() == set(Kind)

    done = played(50, "1")
    for caught in (scenario for scenario in done if scenario.kind in NEEDS_EARLIER):
        first = next(scenario for scenario in done if scenario.visit.cheat is caught.visit.cheat)
        assert (first.kind, first.customer) == (Kind.PLAIN, caught.customer)
        assert first.number < caught.number


def test_a_reason_that_was_not_expected_is_noticed() -> None:
    assert EXPECTED[Kind.PLAIN].is_met_by("approved", None)
    assert not EXPECTED[Kind.PLAIN].is_met_by("declined", "expired")
    assert EXPECTED[Kind.EXPIRED].is_met_by("declined", "expired")
    assert not EXPECTED[Kind.EXPIRED].is_met_by("declined", "revoked")
    assert not EXPECTED[Kind.EXPIRED].is_met_by("declined", None)
    assert not EXPECTED[Kind.EXPIRED].is_met_by("approved", None)
