"""What becomes of payments: settled once, never above the value, and nobody is blamed for what was refused."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos.clock import Quality
from pos.errors import TrustError
from pos.ledger.answers import evidence_of
from pos.ledger.judge import Claim, ClaimKind, SpendLine, Standing, contradict
from pos.voucher.claims import Payment
from pos.voucher.entry import Body
from pos.voucher.evidence import EvidenceFile, ProvenConflict, verify_evidence
from pos.voucher.outcomes import EvidenceSide, OutcomeStatus
from pos.voucher.spend_line import LinePoint, proves_double_signing
from tests.support.ledger_builders import (
    NOW_S,
    YEAR_S,
    Desk,
    Purse,
    a_confirmation,
    a_note,
    an_issuer_key,
    an_unknown_object,
    seeded_key,
    statuses,
)


def test_honest_payments_settle(desk: Desk) -> None:
    till, purse = desk.town.till("t-1"), Purse("p", value_won=30_000)
    for amount_won in (12_000, 8_000, 10_000):
        till.approve(purse.pay(amount_won), amount_won)

    acknowledged = desk.deliver(till)

    assert statuses(acknowledged.outcomes) == ["settled"] * 3
    assert (acknowledged.sequence, acknowledged.hash) == (3, till.journal[-1].hash)


def test_payments_settle_in_whatever_order_tills_come(desk: Desk) -> None:
    purse = Purse("p")
    tills = [desk.town.till(f"t-{number}") for number in range(4)]
    for till in tills:
        till.approve(purse.pay(5_000), 5_000)

    outcomes = [statuses(desk.deliver(till).outcomes) for till in (tills[2], tills[0], tills[3], tills[1])]

    assert outcomes == [["settled"]] * 4


def test_of_two_payments_from_one_line_the_first_to_arrive_settles_and_the_second_is_a_conflict(desk: Desk) -> None:
    purse = Purse("p", value_won=10_000)
    first, second = desk.town.till("t-1"), desk.town.till("t-2", merchant="m-butcher")
    first.approve(purse.copied().pay(9_000), 9_000)
    second.approve(purse.copied().pay(8_000), 8_000)

    assert statuses(desk.deliver(second).outcomes) == ["settled"]
    (conflict,) = desk.deliver(first).outcomes

    assert conflict.status is OutcomeStatus.CONFLICT
    assert conflict.detail == EvidenceSide(entry=second.journal[0].raw, certificate=second.certificate)


def test_the_evidence_of_a_conflict_is_checked_with_public_keys_alone(desk: Desk) -> None:
    purse = Purse("p")
    first, second = desk.town.till("t-1"), desk.town.till("t-2")
    first.approve(purse.copied().pay(9_000), 9_000)
    second.approve(purse.copied().pay(8_000), 8_000)
    desk.deliver(first)
    desk.deliver(second)

    evidence = desk.database.read(lambda connection: evidence_of(connection, "t-2", 1))
    assert evidence is not None
    proven = verify_evidence(EvidenceFile.from_bytes(evidence.to_bytes()), desk.town.public_keys())

    assert isinstance(proven, ProvenConflict)
    assert proven.first.certificate.certificate.terminal == "t-1"
    assert desk.database.read(lambda connection: evidence_of(connection, "t-1", 1)) is None


def test_the_same_payment_at_two_tills_is_a_duplicate_and_no_crime(desk: Desk) -> None:
    payment = Purse("p").pay(9_000)
    first, second = desk.town.till("t-1"), desk.town.till("t-2")
    first.approve(payment, 9_000)
    second.approve(payment, 9_000)

    assert statuses(desk.deliver(first).outcomes) == ["settled"]
    assert statuses(desk.deliver(second).outcomes) == ["duplicate"]


def test_conflict_and_duplicate_are_seen_within_one_delivery_too(desk: Desk) -> None:
    till, purse = desk.town.till("t-1"), Purse("p")
    payment = purse.copied().pay(9_000)
    till.approve(payment, 9_000)
    till.approve(payment, 9_000)
    till.approve(purse.copied().pay(7_000), 7_000)
    till.approve(purse.copied().pay(7_000), 7_000)

    assert statuses(desk.deliver(till).outcomes) == ["settled", "duplicate", "conflict", "duplicate"]


def test_a_note_is_redeemed_once_and_whole(desk: Desk) -> None:
    till = desk.town.till("t-1")
    till.approve(a_note("A-0001"), 8_000)
    till.approve(a_note("A-0001"), 8_000)
    till.approve(a_note("A-0002"), 10_001)

    assert statuses(desk.deliver(till).outcomes) == ["settled", "duplicate", "refused amount"]


def test_a_confirmed_online_payment_settles_once(desk: Desk) -> None:
    till = desk.town.till("t-1")
    till.approve(a_confirmation("c", amount_won=7_000), 7_000)
    till.approve(a_confirmation("c", amount_won=7_000), 7_000)
    till.approve(a_confirmation("d", amount_won=7_000, merchant="m-other"), 7_000)

    assert statuses(desk.deliver(till).outcomes) == ["settled", "duplicate", "refused audience"]


def test_each_reason_refuses_alone(desk: Desk) -> None:
    till, stranger = desk.town.till("t-1"), seeded_key("stranger")
    early = NOW_S + 86_400
    presented = [
        (Purse("a").pay(1_000, merchant="m-other"), 1_000),
        (Purse("b").pay(1_000), 1_001),
        (Purse("c", value_won=999).pay(1_000), 1_000),
        (Purse("d", issuer_key=stranger).pay(1_000), 1_000),
        (Purse("e").sign(1, 0, 1_000, key=stranger), 1_000),
        (Purse("f", issued_s=NOW_S - 2 * YEAR_S).pay(1_000), 1_000),
        (Purse("g", expires_s=NOW_S - 3_600).pay(1_000), 1_000),
        (Purse("h", not_before_s=early).pay(1_000), 1_000),
        (an_unknown_object({1: 2}), 1_000),
        (b"poison", 1_000),
    ]
    for payment, amount_won in presented:
        till.approve(payment, amount_won)

    assert statuses(desk.deliver(till).outcomes) == [
        "refused audience",
        "refused amount",
        "refused over_value",
        "pending",
        "refused holder_signature",
        "refused key_window",
        "refused expired",
        "refused not_yet_valid",
        "refused unreadable",
        "refused unreadable",
    ]


def test_a_poison_payment_holds_back_nothing(desk: Desk) -> None:
    till, purse = desk.town.till("t-1"), Purse("p")
    till.approve(purse.pay(1_000), 1_000)
    till.approve(b"\xff" * 512, 1_000)
    till.write("payment.approved", {"no": "such body", 1: 7})
    till.write("something.new", {1: [1, {2: None}]})
    till.approve(purse.pay(1_000), 1_000)

    acknowledged = desk.deliver(till)

    assert acknowledged.sequence == 5
    assert statuses(acknowledged.outcomes) == ["settled", "refused unreadable", "refused unreadable", "settled"]


def test_a_clock_that_knows_nothing_refuses_nobody(desk: Desk) -> None:
    till = desk.town.till("t-1")
    till.approve(Purse("p", expires_s=NOW_S - 3_600).pay(1_000), 1_000, quality=Quality.FLOOR)

    assert statuses(desk.deliver(till).outcomes) == ["settled"]


def test_a_wallet_that_signs_again_after_a_refusal_is_no_thief(desk: Desk) -> None:
    """Refused payments never enter the line: what follows is judged as if they had not been."""
    till, purse = desk.town.till("t-1"), Purse("p", value_won=10_000)
    till.approve(purse.copied().pay(4_000, merchant="m-other"), 4_000)
    till.approve(purse.copied().pay(5_000), 5_000)

    assert statuses(desk.deliver(till).outcomes) == ["refused audience", "settled"]


def test_two_vouchers_of_one_id_are_the_issuers_fault_and_the_second_pays_nothing(desk: Desk) -> None:
    till = desk.town.till("t-1")
    till.approve(Purse("p", value_won=10_000).pay(1_000), 1_000)
    twin = Purse("p", value_won=90_000)
    till.approve(twin.sign(2, 1_000, 50_000), 50_000)

    assert statuses(desk.deliver(till).outcomes) == ["settled", "refused voucher_differs"]


def test_what_a_revoked_till_wrote_afterwards_is_kept_but_not_paid(desk: Desk) -> None:
    till, purse = desk.town.till("t-1", revoked_after=1), Purse("p")
    till.approve(purse.pay(1_000), 1_000)
    till.approve(purse.pay(1_000), 1_000)

    acknowledged = desk.deliver(till)

    assert acknowledged.sequence == 2
    assert statuses(acknowledged.outcomes) == ["settled", "refused terminal_revoked"]


def test_a_revoked_key_settles_what_was_approved_before_the_till_could_know(desk: Desk) -> None:
    till, purse = desk.town.till("t-1"), Purse("p")
    desk.town.issuer_keys["41390"] = [an_issuer_key(seeded_key("issuer"), is_revoked=True)]
    desk.town.publish()
    till.approve(purse.pay(1_000), 1_000, time_s=NOW_S + 604_800)
    till.approve(purse.pay(1_000), 1_000, time_s=NOW_S + 604_801)

    assert statuses(desk.deliver(till).outcomes) == ["settled", "refused key_revoked"]


def test_a_payment_waits_for_an_issuer_that_is_not_known_yet_and_the_till_is_told_later(desk: Desk) -> None:
    till, other = desk.town.till("t-1"), seeded_key("suwon")
    till.approve(Purse("p", issuer="41110", issuer_key=other).pay(1_000), 1_000)
    assert statuses(desk.deliver(till).outcomes) == ["pending"]
    assert desk.service.look_again(now_s=NOW_S) == 0

    desk.town.issuer_keys["41110"] = [an_issuer_key(other)]
    desk.town.publish()

    assert desk.service.look_again(now_s=NOW_S) == 1
    till.write("shift.opened", {})
    told = desk.deliver(till, till.journal[1])
    assert (statuses(told.outcomes), told.message_number) == (["settled"], 1)
    assert desk.service.look_again(now_s=NOW_S) == 0


def test_a_broken_file_of_one_till_keeps_its_payment_waiting_and_stops_nobody(desk: Desk) -> None:
    till, other = desk.town.till("t-1"), seeded_key("suwon")
    till.approve(Purse("p", issuer="41110", issuer_key=other).pay(1_000), 1_000)
    desk.deliver(till)
    (desk.town.folder.trust_dir / "terminals" / "t-1.json").write_text("{}", "utf-8")
    desk.town.issuer_keys["41110"] = [an_issuer_key(other)]
    desk.town.publish()

    started_anew = Desk(desk.town, desk.database)
    healthy = desk.town.till("t-2")
    healthy.approve(Purse("q").pay(1_000), 1_000)

    assert statuses(started_anew.deliver(healthy).outcomes) == ["settled"]


def test_a_change_is_told_until_its_message_is_acknowledged(desk: Desk) -> None:
    till, other = desk.town.till("t-1"), seeded_key("suwon")
    till.approve(Purse("p", issuer="41110", issuer_key=other).pay(1_000), 1_000)
    desk.deliver(till)
    desk.town.issuer_keys["41110"] = [an_issuer_key(other)]
    desk.town.publish()
    desk.service.look_again(now_s=NOW_S)

    lost = desk.deliver(till, till.write("shift.opened", {}))
    again = desk.deliver(till, till.write("inbox.acknowledged", {19: 1}))
    quiet = desk.deliver(till, till.write("shift.closed", {}))

    assert statuses(lost.outcomes) == ["settled"]
    assert (statuses(again.outcomes), statuses(quiet.outcomes)) == ([], [])


def test_a_final_outcome_never_changes(desk: Desk) -> None:
    till, purse = desk.town.till("t-1"), Purse("p")
    till.approve(purse.copied().pay(9_000), 9_000)
    till.approve(purse.copied().pay(8_000), 8_000)
    first = desk.deliver(till)

    desk.town.issuer_keys["41390"] = []
    desk.town.publish()
    desk.service.look_again(now_s=NOW_S)

    assert desk.deliver(till).outcomes == first.outcomes


def test_a_flood_of_conflicts_never_makes_an_answer_that_cannot_be_read(desk: Desk) -> None:
    """The other till's entries may be 16 KiB each; the outcomes that do not fit follow as messages."""
    count = 80
    purses = [Purse(f"p{number}") for number in range(count)]
    thief, honest = desk.town.till("t-1"), desk.town.till("t-2")
    for purse in purses:
        padded = {**thief_body(purse), 999: bytes(15_000)}
        thief.write("payment.approved", padded)
        honest.approve(purse.copied().pay(8_000), 8_000)
    for start in range(0, count, 40):
        desk.deliver(thief, *thief.journal[start : start + 40])

    acknowledged = desk.deliver(honest)
    again = desk.deliver(honest)

    told = statuses(acknowledged.outcomes)
    assert set(told) == {"conflict", "pending"}
    assert acknowledged.message_number == told.count("pending") > 0
    assert again.outcomes == acknowledged.outcomes
    assert again.message_number == acknowledged.message_number


def thief_body(purse: Purse) -> Body:
    return {1: purse.copied().pay(9_000), 2: "1", 3: bytes(16), 4: 9_000, 5: "2026-09-21", 6: [1]}


points = st.builds(
    LinePoint, sequence=st.integers(1, 6), spent_before_won=st.integers(0, 12), amount_won=st.integers(1, 6)
)


@given(points, points)
def test_a_contradiction_is_what_evidence_calls_one(first: LinePoint, second: LinePoint) -> None:
    def payment(point: LinePoint, issued_s: int) -> Payment:
        return Payment(
            merchant=None,
            issued_s=issued_s,
            nonce=None,
            voucher=b"",
            sequence=point.sequence,
            spent_before_won=point.spent_before_won,
            amount_won=point.amount_won,
        )

    assert contradict(first, second) == proves_double_signing(payment(first, 1), payment(second, 2))


def a_claim(point: LinePoint, number: int) -> Claim:
    return Claim(kind=ClaimKind.PAYMENT, owner="41390", line=b"line", point=point, digest=bytes([number]), voucher=None)


@settings(deadline=None)
@given(st.lists(points.filter(lambda point: point.spent_after_won <= 12), max_size=5))
def test_whatever_is_signed_and_in_whatever_order_no_more_than_the_value_settles(signed: list[LinePoint]) -> None:
    for order in permutations(enumerate(signed)):
        standing: list[Standing] = []
        line = SpendLine()
        for number, point in order:
            verdict = line.place(a_claim(point, number))
            contradicted = [
                other for other in standing if other.status is OutcomeStatus.SETTLED and contradict(other.point, point)
            ]
            assert verdict.other == min(contradicted, key=lambda other: other.point.sequence, default=None)
            standing.append(
                Standing(terminal="t", sequence=number, status=verdict.status, point=point, digest=bytes([number]))
            )
            line.add(standing[-1])
            assert line.place(a_claim(point, number)).status is OutcomeStatus.DUPLICATE
        settled = [item.point for item in standing if item.status is OutcomeStatus.SETTLED]

        assert sum(point.amount_won for point in settled) <= 12
        assert all(not contradict(a, b) for a in settled for b in settled if a is not b)


def test_a_till_whose_key_changed_under_its_id_is_not_served(desk: Desk) -> None:
    till = desk.town.till("t-1")
    till.write("shift.opened", {})
    desk.deliver(till)
    impostor = desk.town.till("t-1", key_name="another key")
    impostor.write("shift.opened", {})

    with pytest.raises(TrustError):
        desk.deliver(impostor)
