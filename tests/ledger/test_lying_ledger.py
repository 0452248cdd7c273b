"""A ledger that lies: drops, forks, reorders, rewrites, dates back. The till's own judgement finds each of them.

The liar has the log's key and whatever witnesses it could win over; it shows the best proofs that its history allows.
"""

import hashlib
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from pos.ledger import log as ledger_log
from pos.ledger.problem import ProblemError
from pos.voucher.checkpoint import Checkpoint, cosign, format_growth, format_proof, origin_of, sign_checkpoint
from pos.voucher.merkle import EMPTY_ROOT, Subtree, consistency_ranges, grown, inclusion_ranges, leaf_hash, range_hash
from pos.voucher.transparency import (
    Log,
    LogFault,
    Shown,
    contradicts,
    judge_growth,
    judge_head,
    judge_proof,
)
from tests.support.ledger_builders import LEDGER, NOW_S, Desk, Purse, Town, a_database, ledger_keys, seeded_key

ORIGIN = origin_of(LEDGER)
LOG_KEY = ledger_keys().log
WITNESSES = [seeded_key(f"witness w{number}.example") for number in range(3)]
LOG = Log(
    origin=ORIGIN,
    key=LOG_KEY.public_key,
    witnesses=tuple(key.public_key for key in WITNESSES),
    quorum=2,
)


def leaf(number: int) -> bytes:
    return hashlib.sha256(b"sale %d" % number).digest()


@dataclass
class History:
    """A log as somebody tells it, with everything that can be shown of it."""

    leaves: list[bytes]
    signers: int = 2
    """Witnesses that sign whatever they are shown."""

    def note(self, size: int) -> str:
        root = range_hash((0, size), self._nodes())
        note = sign_checkpoint(Checkpoint(origin=ORIGIN, size=size, root=root), LOG_KEY)
        lines = [
            cosign(note, name=f"w{number}.example", key=key, now_s=NOW_S)
            for number, key in enumerate(WITNESSES[: self.signers])
        ]
        return note + "".join(lines)

    def growth(self, old_size: int) -> str:
        size, nodes = len(self.leaves), self._nodes()
        ranges = consistency_ranges(old_size, size) if 0 < old_size < size else ()
        path = [range_hash(part, nodes) for part in ranges]
        return format_growth(old_size=old_size, path=path, checkpoint=self.note(size))

    def proof(self, index: int) -> str:
        size, nodes = len(self.leaves), self._nodes()
        path = [range_hash(part, nodes) for part in inclusion_ranges(index, size)]
        return format_proof(index=index, path=path, checkpoint=self.note(size))

    def _nodes(self) -> dict[Subtree, bytes]:
        return grown(0, {}, [leaf_hash(each) for each in self.leaves])


@dataclass
class Shop:
    """What a till remembers of the log: the head it followed it to."""

    known: Checkpoint = field(default_factory=lambda: Checkpoint(origin=ORIGIN, size=0, root=EMPTY_ROOT))

    def follow(self, told: str) -> LogFault | None:
        judged = judge_growth(self.known, told, LOG)
        if isinstance(judged, LogFault):
            return judged
        self.known = judged.head
        return None


def honest(size: int) -> list[bytes]:
    return [leaf(number) for number in range(size)]


@given(st.integers(1, 40), st.integers(0, 40))
def test_an_honest_ledger_is_believed(known: int, more: int) -> None:
    shop = Shop()

    assert shop.follow(History(honest(known)).growth(0)) is None
    assert shop.follow(History(honest(known + more)).growth(known)) is None
    assert shop.known.size == known + more


@st.composite
def lies(draw: st.DrawFn) -> tuple[int, list[bytes]]:
    """A size that the shop has seen, and another history that differs somewhere in it."""
    size = draw(st.integers(1, 30))
    leaves = honest(size + draw(st.integers(0, 10)))
    at, other = draw(st.integers(0, size - 1)), draw(st.integers(0, size - 1))
    match draw(st.sampled_from(["rewrite", "reorder", "drop", "insert"])):
        case "rewrite":
            leaves[at] = leaf(1_000)
        case "reorder":
            leaves[at], leaves[other] = leaves[other], leaves[at]
        case "drop":
            del leaves[at]
        case "insert":
            leaves.insert(at, leaf(1_000))
    return size, leaves


@given(lies(), st.sampled_from([2, 3]))
def test_whoever_rewrites_reorders_drops_or_inserts_is_found_even_with_all_witnesses_won_over(
    lie: tuple[int, list[bytes]], signers: int
) -> None:
    size, leaves = lie
    shop, liar = Shop(), History(leaves, signers=signers)
    shop.follow(History(honest(size)).growth(0))

    found = shop.follow(liar.growth(size) if len(leaves) >= size else liar.growth(len(leaves)))

    # Two equal sales swapped, or one dropped behind what is known, is no lie.
    is_lie = leaves[:size] != honest(size)
    assert (found is not None) == is_lie
    if is_lie:
        assert found in (LogFault.NOT_GROWN, LogFault.REWRITTEN)


@settings(deadline=None)
@given(st.integers(2, 30), st.data())
def test_a_sale_that_was_dropped_has_no_proof_under_any_head(size: int, data: st.DataObject) -> None:
    dropped = data.draw(st.integers(0, size - 1))
    leaves = honest(size)
    del leaves[dropped]
    liar = History(leaves)

    judged = {judge_proof(liar.proof(index), leaf(dropped), LOG) for index in range(len(leaves))}

    assert judged == {LogFault.NOT_INCLUDED}


@given(st.integers(1, 30), st.integers(0, 29))
def test_an_older_head_takes_history_back(size: int, older: int) -> None:
    older = min(older, size - 1)
    shop, history = Shop(), History(honest(size))
    shop.follow(history.growth(0))

    shown = judge_head(history.note(older), LOG)

    assert isinstance(shown, Shown)
    assert contradicts(shop.known, shown.head)


@given(st.integers(1, 20), st.integers(1, 20))
def test_two_shops_that_were_shown_two_histories_prove_it_with_their_heads(size: int, forked_at: int) -> None:
    forked = honest(size)
    forked[min(forked_at, size) - 1] = leaf(1_000)
    shops = Shop(), Shop()
    shops[0].follow(History(honest(size)).growth(0))
    shops[1].follow(History(forked).growth(0))

    assert contradicts(shops[0].known, shops[1].known)


@pytest.mark.parametrize("signers", [0, 1])
def test_too_few_witnesses_convince_nobody(signers: int) -> None:
    assert Shop().follow(History(honest(5), signers=signers).growth(0)) is LogFault.UNWITNESSED


# A real ledger with honest witnesses, whose operator reaches into the database


@pytest.fixture
def town(tmp_path: Path) -> Town:
    town = Town(tmp_path / "town")
    town.add_witnesses(3, quorum=2)
    return town


def sell(desk: Desk, terminal: str, count: int) -> list[bytes]:
    till, purse = desk.town.till(terminal), Purse(terminal)
    entries = [till.approve(purse.pay(1_000), 1_000) for _ in range(count)]
    desk.deliver(till)
    return [entry.hash for entry in entries]


def test_an_operator_who_keeps_a_sale_out_of_the_log_cannot_prove_it(town: Town, tmp_path: Path) -> None:
    database = a_database(tmp_path / "ledger.db")
    desk = Desk(town, database)
    hashes = sell(desk, "t-1", 4)
    dropped = text("DELETE FROM log_queue WHERE entry = :entry").bindparams(entry=hashes[1])
    database.write(lambda connection: connection.execute(dropped))
    desk.service.grow_log(now_s=NOW_S)

    proofs = [database.read(lambda connection, each=each: ledger_log.proof_of(connection, each)) for each in hashes]

    assert [proof is None for proof in proofs] == [False, True, False, False]
    good = [judge_proof(proof, each, LOG) for proof, each in zip(proofs, hashes, strict=True) if proof is not None]
    assert all(isinstance(judged, Shown) for judged in good)
    assert isinstance(judge_proof(proofs[0] or "", hashes[1], LOG), LogFault)
    database.close()


def test_an_operator_who_goes_on_from_an_old_copy_gets_no_witness_and_is_found_by_the_till(
    town: Town, tmp_path: Path
) -> None:
    """A restored backup that takes other sales in: its heads are signed by the right key, and nobody cosigns them."""
    first = tmp_path / "ledger.db"
    database = a_database(first)
    desk, shop = Desk(town, database), Shop()
    sell(desk, "t-1", 3)
    desk.service.grow_log(now_s=NOW_S)
    database.close()
    shutil.copy(first, tmp_path / "copy.db")
    database = a_database(first)
    desk = Desk(town, database)
    sell(desk, "t-2", 2)
    desk.service.grow_log(now_s=NOW_S)
    assert shop.follow(desk.service.growth(0)) is None
    assert shop.known.size == 5
    database.close()

    copied = a_database(tmp_path / "copy.db")
    liar = Desk(town, copied)
    sell(liar, "t-3", 4)
    liar.service.grow_log(now_s=NOW_S)

    with pytest.raises(ProblemError, match="404"):
        liar.service.growth(shop.known.size)
    shown = judge_head(liar.service.checkpoint(), LOG)
    assert isinstance(shown, Shown)
    assert shown.head.size == 3
    assert contradicts(shop.known, shown.head)
    newest = copied.read(ledger_log.newest_head)
    assert newest is not None
    assert judge_head(newest.note, LOG) is LogFault.UNWITNESSED
    copied.close()
