"""The stored log: what settled is proven under a signed head, and heads never contradict each other."""

import hashlib

import pytest
from sqlalchemy import text

from pos.errors import MalformedError
from pos.ledger import log
from pos.ledger.database import Database
from pos.voucher.checkpoint import Checkpoint, LogProof, origin_of, parse_proof, sign_checkpoint, verify_checkpoint
from pos.voucher.merkle import verify_consistency, verify_inclusion
from tests.support.ledger_builders import LEDGER, seeded_key

KEY = seeded_key("log")
ORIGIN = origin_of(LEDGER)


def entry(number: int) -> bytes:
    return hashlib.sha256(b"entry %d" % number).digest()


def settle(database: Database, *numbers: int) -> None:
    database.write(lambda connection: log.enqueue(connection, [entry(number) for number in numbers]))


def integrate(database: Database) -> int:
    return database.write(lambda connection: log.integrate(connection, ledger=LEDGER, key=KEY, now_s=1))


def head(database: Database) -> Checkpoint:
    note = database.read(log.newest_checkpoint)
    assert note is not None
    return verify_checkpoint(note, origin=ORIGIN, public_key=KEY.public_key)


def proof(database: Database, number: int) -> LogProof:
    found = database.read(lambda connection: log.proof_of(connection, entry(number)))
    assert found is not None
    return parse_proof(found)


def test_the_empty_log_has_a_signed_head_and_keeps_it(database: Database) -> None:
    assert database.read(log.newest_checkpoint) is None

    integrate(database)
    integrate(database)

    assert head(database) == Checkpoint(origin=ORIGIN, size=0, root=hashlib.sha256(b"").digest())


def test_every_settled_entry_is_proven_under_the_newest_head(database: Database) -> None:
    for start in (0, 1, 3, 10, 11):
        settle(database, *range(start * 100, start * 100 + start + 1))
        integrate(database)

    newest = head(database)
    assert newest.size == 30
    for number in (0, 100, 101, 300, 303, 1000, 1010, 1111):
        shown = proof(database, number)
        under = verify_checkpoint(shown.checkpoint, origin=ORIGIN, public_key=KEY.public_key)
        assert under == newest
        assert verify_inclusion(entry(number), shown.index, newest.size, shown.path, newest.root)


def test_an_entry_that_waits_has_no_proof_yet(database: Database) -> None:
    integrate(database)
    settle(database, 1)

    assert database.read(lambda connection: log.proof_of(connection, entry(1))) is None


def test_heads_grow_from_each_other(database: Database) -> None:
    settle(database, *range(5))
    integrate(database)
    old = head(database)
    settle(database, *range(5, 13))
    integrate(database)
    new = head(database)

    path = database.read(lambda connection: log.growth_path(connection, old_size=old.size, size=new.size))

    assert verify_consistency(old.size, old.root, new.size, new.root, path)


def test_a_leaf_is_taken_once(database: Database) -> None:
    settle(database, 1, 2)

    assert integrate(database) == 2
    assert integrate(database) == 0
    assert (
        database.read(lambda connection: connection.execute(text("SELECT count(*) FROM log_queue")).scalar_one()) == 0
    )


def test_a_head_of_another_key_or_text_is_refused() -> None:
    note = sign_checkpoint(Checkpoint(origin=ORIGIN, size=7, root=bytes(32)), KEY)

    assert verify_checkpoint(note, origin=ORIGIN, public_key=KEY.public_key).size == 7
    for spoiled in (note.replace("\n7\n", "\n8\n"), note.replace("\n7\n", "\n07\n"), note[:-30] + "\n", "", "\n\n"):
        with pytest.raises(MalformedError):
            verify_checkpoint(spoiled, origin=ORIGIN, public_key=KEY.public_key)
    with pytest.raises(MalformedError):
        verify_checkpoint(note, origin=ORIGIN, public_key=seeded_key("other").public_key)
    with pytest.raises(MalformedError):
        verify_checkpoint(note, origin=origin_of("other"), public_key=KEY.public_key)


def test_signatures_of_witnesses_are_carried_along() -> None:
    note = sign_checkpoint(Checkpoint(origin=ORIGIN, size=1, root=entry(1)), KEY)
    witnessed = note + "\u2014 witness.example AAAAAGJlc2lkZXM=\n"

    assert verify_checkpoint(witnessed, origin=ORIGIN, public_key=KEY.public_key).root == entry(1)
