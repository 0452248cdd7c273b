"""The town's customers against the terminal's own judgement: both sides were written apart and must agree."""

import itertools
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pos.clock import Quality, Reading
from pos.core.trust_store import FolderTrustStore
from pos.errors import MalformedError
from pos.link.state import Outcome
from pos.sandbox.kinds import EXPECTED, NEEDS_EARLIER, REFUSALS, Kind
from pos.sandbox.scenarios import EVERY_REFUSAL_AT, Scenario, scenarios
from pos.sandbox.town import Town, init
from pos.till.decision import (
    Approved,
    Declined,
    EarlierPayment,
    Exposure,
    History,
    OpenRequest,
    Referred,
    Situation,
    Tender,
    decide,
)
from pos.till.reasons import Reason
from pos.voucher.keys import SigningKey
from pos.voucher.qr import NewerVersionError, QrKind, TooLongError, UnknownPrefixError, decode_text, encode_text
from pos.voucher.signed import decode_payment, sign_request
from pos.voucher.spend_line import LinePoint, are_different, point_of
from pos.voucher.terminal_claims import PaymentRequest
from pos.voucher.verified import VerificationFailure, VerifiedPayment, verify_payment

FAILED = {
    "issuer_unknown": Reason.ISSUER_UNKNOWN,
    "issuer_signature": Reason.FORGED_VOUCHER,
    "holder_signature": Reason.FORGED_PAYMENT,
}


@dataclass
class Till:
    """A counter with the terminal's verifier and decisions, and a memory instead of a journal."""

    town: Town
    now_s: int = field(default_factory=lambda: int(time.time()))
    approved: dict[object, VerifiedPayment] = field(default_factory=dict)
    highest: dict[object, LinePoint] = field(default_factory=dict)
    open: OpenRequest | None = None

    def __post_init__(self) -> None:
        self.trust = FolderTrustStore(
            self.town.directory / "trust", terminal="t-bakery-1", merchant="m-bakery", ledger="sandbox"
        )
        self.key = SigningKey.from_seed((self.town.directory / "state" / "terminal.key").read_bytes())
        self.nonces = itertools.count(1)

    def ask(self, amount_won: int) -> str:
        self.open = OpenRequest(nonce=next(self.nonces).to_bytes(16, "big"), amount_won=amount_won)
        request = PaymentRequest(
            terminal="t-bakery-1",
            merchant="m-bakery",
            issued_s=self.now_s,
            nonce=self.open.nonce,
            amount_won=amount_won,
            certificate=self.trust.certificate,
        )
        return encode_text(QrKind.REQUEST, sign_request(request, key=self.key).raw)

    def serve(self, scenario: Scenario) -> tuple[Outcome, str | None]:
        self.now_s += 7
        request = self.ask(scenario.amount_due_won) if scenario.needs_request else None
        return self.present(scenario.text(self.now_s, request), scenario.amount_due_won)

    def present(self, text: str, due_won: int) -> tuple[Outcome, str | None]:
        try:
            found = decode_text(text)
            if found.kind is not QrKind.PAYMENT:
                return Outcome.DECLINED, Reason.NOT_A_PAYMENT
            signed = decode_payment(found.data)
        except TooLongError:
            return Outcome.DECLINED, Reason.TOO_LONG
        except NewerVersionError:
            return Outcome.DECLINED, Reason.NEEDS_UPDATE
        except UnknownPrefixError:
            return Outcome.DECLINED, Reason.NOT_OUR_CODE
        except MalformedError:
            return Outcome.DECLINED, Reason.MALFORMED
        verified = verify_payment(signed, self.trust.issuer(signed.voucher.claims.issuer))
        if isinstance(verified, VerificationFailure):
            return Outcome.DECLINED, FAILED[verified.step]
        return self.decide(verified, due_won)

    def decide(self, verified: VerifiedPayment, due_won: int) -> tuple[Outcome, str | None]:
        match decide(verified, self.situation(verified, due_won)):
            case Approved():
                self.approved[verified.identity] = verified
                self.highest[verified.voucher_identity] = point_of(verified.payment)
                self.open = None if verified.payment.nonce else self.open
                return Outcome.APPROVED, None
            case Declined(finding=finding):
                return Outcome.DECLINED, finding.reason
            case Referred(finding=finding):
                return Outcome.REFERRED, finding.reason

    def situation(self, verified: VerifiedPayment, due_won: int) -> Situation:
        voucher = verified.voucher
        return Situation(
            merchant=self.trust.merchant,
            policy=self.trust.policy,
            program=self.trust.program(voucher.issuer, voucher.program),
            revocation=self.trust.revocation(voucher.issuer, voucher.voucher_id, now_s=self.now_s),
            reading=Reading(
                time_s=self.now_s,
                earliest_s=self.now_s - 2,
                latest_s=self.now_s + 2,
                quality=Quality.SIGNED,
                boot_id=bytes(16),
                boot_ms=0,
            ),
            tender=Tender(due_won=due_won),
            request=self.open,
            history=self.history(verified),
            exposure=Exposure(),
        )

    def history(self, verified: VerifiedPayment) -> History:
        before = self.approved.get(verified.identity)
        earlier = None if before is None else EarlierPayment(receipt_number="1", time_s=0, amount_won=1)
        is_same = before is not None and not are_different(before.payment, verified.payment)
        return History(
            same_payment=earlier if is_same else None,
            same_sequence=None if is_same else earlier,
            highest=self.highest.get(verified.voucher_identity),
        )


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
