"""Money spent twice: who bears it, what proves it, and what it does to the voucher."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pos.ledger import books
from pos.ledger.answers import evidence_of
from pos.ledger.audit import audit_database
from pos.ledger.books import Account, AccountKind
from pos.ledger.database import Database
from pos.voucher.bodies import PaymentDeclined
from pos.voucher.entry import build_entry
from pos.voucher.evidence import EvidenceFailure, EvidenceFile, EvidenceStep, ProvenConflict, verify_evidence
from pos.voucher.messages import Acknowledgement
from pos.voucher.outcomes import EvidenceSide, OutcomeStatus
from tests.support.ledger_builders import (
    ISSUER,
    LEDGER,
    NOW_S,
    YEAR_S,
    Desk,
    Purse,
    Till,
    a_note,
    ledger_keys,
    statuses,
)

CONTACT_HARD_S = 604_800


def balance(database: Database, kind: AccountKind, owner: str) -> int:
    return database.read(lambda connection: books.balance(connection, Account(kind=kind, owner=owner)))


def problems(desk: Desk) -> list[str]:
    keys = desk.town.public_keys()
    return audit_database(desk.database, keys, ledger=LEDGER, log_key=ledger_keys().log.public_key).problems


def spend_twice(desk: Desk, purse: Purse) -> tuple[Till, Till, Acknowledgement]:
    """Two tills offline at once take a payment each from one line; the baker's arrives first."""
    baker, butcher = desk.town.till("t-1"), desk.town.till("t-2", merchant="m-butcher")
    baker.approve(purse.copied().pay(9_000), 9_000)
    butcher.approve(purse.copied().pay(8_000), 8_000)
    desk.deliver(baker)
    return baker, butcher, desk.deliver(butcher)


@pytest.mark.parametrize(
    ("bearer", "payable_won", "disputed_won"), [("issuer", -8_000, 0), ("merchant", 0, -8_000), (None, 0, -8_000)]
)
def test_a_conflict_is_borne_by_whom_the_programme_names(
    desk: Desk, bearer: str | None, payable_won: int, disputed_won: int
) -> None:
    if bearer is not None:
        desk.town.name_bearer(bearer)

    spend_twice(desk, Purse("p", value_won=10_000))

    assert balance(desk.database, AccountKind.PAYABLE, "m-bakery") == -9_000
    assert balance(desk.database, AccountKind.PAYABLE, "m-butcher") == payable_won
    assert balance(desk.database, AccountKind.DISPUTED, "m-butcher") == disputed_won
    assert balance(desk.database, AccountKind.SUSPENSE, ISSUER) == 8_000
    assert problems(desk) == []


def test_a_programme_that_changes_its_mind_changes_no_conflict_of_yesterday(desk: Desk) -> None:
    desk.town.name_bearer("issuer")
    spend_twice(desk, Purse("p", value_won=10_000))

    desk.town.name_bearer("merchant")

    assert problems(desk) == []
    assert balance(desk.database, AccountKind.PAYABLE, "m-butcher") == -8_000


def test_the_voucher_is_on_its_issuers_list_until_it_expires(desk: Desk) -> None:
    purses = sorted((Purse(name, value_won=10_000) for name in "pq"), key=lambda purse: purse.voucher_id)
    for purse in purses:
        till = desk.town.till(f"t-{purse.name}")
        till.approve(purse.copied().pay(9_000), 9_000)
        till.approve(purse.copied().pay(8_000), 8_000)
        desk.deliver(till)

    assert desk.service.revocations(ISSUER, now_s=NOW_S) == tuple(purse.voucher_id for purse in purses)
    assert desk.service.revocations("11110", now_s=NOW_S) == ()
    assert desk.service.revocations(ISSUER, now_s=NOW_S + YEAR_S) == ()


def test_what_a_till_approved_before_it_could_know_of_the_revocation_settles_and_nothing_after(desk: Desk) -> None:
    purse = Purse("p", value_won=50_000)
    spend_twice(desk, purse)
    purse.sequence, purse.spent_won = 5, 20_000
    late = desk.town.till("t-3")
    late.approve(purse.pay(1_000), 1_000, time_s=NOW_S + CONTACT_HARD_S)
    late.approve(purse.pay(1_000), 1_000, time_s=NOW_S + CONTACT_HARD_S + 1)

    assert statuses(desk.deliver(late, now_s=NOW_S + CONTACT_HARD_S + 2).outcomes) == [
        "settled",
        "refused voucher_revoked",
    ]
    assert problems(desk) == []


def test_a_duplicate_revokes_nothing(desk: Desk) -> None:
    payment = Purse("p").pay(9_000)
    till = desk.town.till("t-1")
    for scanned in (payment, payment, a_note("A-1"), a_note("A-1")):
        till.approve(scanned, 9_000)

    assert statuses(desk.deliver(till).outcomes) == ["settled", "duplicate", "settled", "duplicate"]
    assert desk.service.revocations(ISSUER, now_s=NOW_S) == ()


def declined(till: Till, payment: bytes) -> None:
    till.record(
        PaymentDeclined(
            business_date="2026-09-21",
            checks=(1, 2),
            reason="over_limit",
            scanned_sha256=bytes(32),
            object_bytes=payment,
        )
    )


def test_a_wallet_that_signs_again_after_a_refusal_is_not_blamed_for_what_was_refused(desk: Desk) -> None:
    """It should not reuse a sequence, but a declined payment is no payment: the line holds what was approved."""
    purse = Purse("p")
    refused = purse.copied().pay(30_000)
    till, other = desk.town.till("t-1"), desk.town.till("t-2")
    declined(till, refused)
    other.approve(purse.copied().pay(7_000), 7_000)

    desk.deliver(till)

    assert statuses(desk.deliver(other).outcomes) == ["settled"]
    assert desk.service.revocations(ISSUER, now_s=NOW_S) == ()
    sides = [EvidenceSide(entry=each.journal[0].raw, certificate=each.certificate) for each in (till, other)]
    found = verify_evidence(EvidenceFile(first=sides[0], second=sides[1]), desk.town.public_keys())
    assert isinstance(found, EvidenceFailure)
    assert found.step is EvidenceStep.APPROVAL


def test_a_payment_that_the_ledger_refused_does_not_count_against_the_next_one(desk: Desk) -> None:
    purse = Purse("p", value_won=20_000)
    till = desk.town.till("t-1")
    till.approve(purse.sign(1, 0, 9_000, merchant="m-elsewhere"), 9_000)
    till.approve(purse.sign(1, 0, 9_000, key=purse.key, issued_s=NOW_S + 1), 8_000)
    till.approve(purse.sign(1, 0, 9_000, issued_s=NOW_S + 2), 9_000)

    assert statuses(desk.deliver(till).outcomes) == ["refused audience", "refused amount", "settled"]
    assert problems(desk) == []


def test_approved_twice_by_a_wallet_that_signed_again_after_a_refusal_is_a_conflict_like_any_other(desk: Desk) -> None:
    """Declined here, approved there, and its sequence used again elsewhere: the two approvals contradict each other."""
    purse = Purse("p", value_won=20_000)
    first = purse.copied().pay(9_000)
    tills = [desk.town.till(f"t-{number}") for number in range(3)]
    declined(tills[0], first)
    tills[1].approve(first, 9_000)
    tills[2].approve(purse.copied().pay(8_000), 8_000)

    outcomes = [statuses(desk.deliver(till).outcomes) for till in tills]

    assert outcomes == [[], ["settled"], ["conflict"]]


# The evidence file


def pos(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "pos", *arguments], capture_output=True, text=True, check=False)


def test_anybody_checks_the_file_with_two_trust_files_and_nothing_else(desk: Desk, tmp_path: Path) -> None:
    spend_twice(desk, Purse("p", value_won=10_000))
    evidence = desk.database.read(lambda connection: evidence_of(connection, "t-2", 1))
    assert evidence is not None
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    file = elsewhere / "conflict.evidence"
    file.write_bytes(evidence.to_bytes())
    for name in ("issuers.json", "ledgers.json"):
        shutil.copy(desk.town.folder.trust_dir / name, elsewhere)

    done = pos("evidence", "verify", file, "--trust", elsewhere, "--json")

    assert (done.returncode, done.stderr) == (0, "")
    shown = json.loads(done.stdout)
    assert (shown["is_proven"], shown["issuer"], shown["voucher"]) == (True, ISSUER, Purse("p").voucher_id.hex())
    assert [(side["terminal"], side["merchant"], side["amount_won"]) for side in shown["sides"]] == [
        ("t-1", "m-bakery", 9_000),
        ("t-2", "m-butcher", 8_000),
    ]

    spoiled = bytearray(evidence.to_bytes())
    spoiled[len(spoiled) // 3] ^= 1
    file.write_bytes(spoiled)
    done = pos("evidence", "verify", file, "--trust", elsewhere, "--json")
    assert (done.returncode, json.loads(done.stdout)["is_proven"]) == (3, False)


def test_an_operator_gets_all_evidence_files_and_each_proves_its_conflict(
    desk: Desk, database_url: str, tmp_path: Path
) -> None:
    spend_twice(desk, Purse("p", value_won=10_000))
    out = tmp_path / "out"

    done = pos("ledger", "conflicts", "--data", desk.town.data, "--database", database_url, "--out", out, "--json")

    assert done.returncode == 0, done.stderr
    assert [(shown["terminal"], shown["bearer"]) for shown in map(json.loads, done.stdout.splitlines())] == [
        ("t-2", "merchant")
    ]
    (file,) = out.iterdir()
    found = verify_evidence(EvidenceFile.from_bytes(file.read_bytes()), desk.town.public_keys())
    assert isinstance(found, ProvenConflict)


def test_evidence_does_not_depend_on_which_side_is_named_first(desk: Desk) -> None:
    spend_twice(desk, Purse("p", value_won=10_000))
    evidence = desk.database.read(lambda connection: evidence_of(connection, "t-2", 1))
    assert evidence is not None

    turned = EvidenceFile(first=evidence.second, second=evidence.first)

    assert isinstance(verify_evidence(turned, desk.town.public_keys()), ProvenConflict)


def test_one_payment_in_two_journals_proves_nothing(desk: Desk) -> None:
    payment = Purse("p").pay(9_000)
    tills = [desk.town.till(f"t-{number}") for number in (1, 2)]
    for till in tills:
        till.approve(payment, 9_000)
    sides = [EvidenceSide(entry=till.journal[0].raw, certificate=till.certificate) for till in tills]

    found = verify_evidence(EvidenceFile(first=sides[0], second=sides[1]), desk.town.public_keys())

    assert isinstance(found, EvidenceFailure)
    assert found.step is EvidenceStep.CONTRADICTION


def test_an_entry_that_another_key_signed_proves_nothing(desk: Desk) -> None:
    baker, butcher, answer = spend_twice(desk, Purse("p", value_won=10_000))
    assert answer.outcomes[0].status is OutcomeStatus.CONFLICT
    entry = butcher.journal[0]
    forged = build_entry(
        sequence=entry.sequence,
        previous=entry.previous,
        time_s=entry.time_s,
        quality=entry.quality,
        kind=entry.kind,
        body=entry.body,
        key=baker.key,
    )
    sides = [
        EvidenceSide(entry=baker.journal[0].raw, certificate=baker.certificate),
        EvidenceSide(entry=forged.raw, certificate=butcher.certificate),
    ]

    found = verify_evidence(EvidenceFile(first=sides[0], second=sides[1]), desk.town.public_keys())

    assert isinstance(found, EvidenceFailure)
    assert (found.step, found.side) == (EvidenceStep.ENTRY_SIGNATURE, 2)


def test_the_audit_sees_who_rewrote_the_bearer_or_spared_the_voucher(desk: Desk) -> None:
    spend_twice(desk, Purse("p", value_won=10_000))
    for statement in ("UPDATE conflicts SET bearer = 'issuer'", "DELETE FROM revocations", "DELETE FROM conflicts"):
        desk.database.write(lambda connection, text=statement: connection.exec_driver_sql(text))

        assert problems(desk) != [], statement
