"""The till watches the ledger's public log: an honest one gives every sale its proof, a lying one is always found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from pos.core.alarms import AlarmCause
from pos.core.log_watch import LATE_S, PATIENCE
from pos.link.calls import AskLog, LogTaken, PayAnswer, SignCall, TakeAcknowledgement, TakeGrowth, TakeProof
from pos.sandbox.town import HOME_TERMINAL
from pos.voucher.checkpoint import Checkpoint, cosign, format_growth, format_proof, origin_of, sign_checkpoint
from pos.voucher.keys import SigningKey
from pos.voucher.merkle import (
    Range,
    Subtree,
    consistency_ranges,
    grown,
    inclusion_ranges,
    leaf_hash,
    range_hash,
)
from pos.voucher.messages import Acknowledgement, build_acknowledgement
from pos.voucher.outcomes import Outcome, OutcomeStatus
from tests.support.core_builders import Shop


@dataclass
class Book:
    """A log in the test's hand: any leaves in any order, signed with the town's real keys."""

    shop: Shop
    leaves: list[bytes] = field(default_factory=list)
    witnesses: int = 3

    def add(self, *entries: bytes) -> None:
        self.leaves += entries

    def note(self, size: int | None = None) -> str:
        end = len(self.leaves) if size is None else size
        head = Checkpoint(origin=origin_of("sandbox"), size=end, root=self._hash((0, end)))
        folder = self.shop.town.ledger_dir
        note = sign_checkpoint(head, _key(folder / "keys" / "log.key"))
        for path in sorted((folder / "witnesses").glob("*/witness.key"))[: self.witnesses]:
            note += cosign(note, name=f"sandbox/{path.parent.name}", key=_key(path), now_s=self.shop.clock.wall)
        return note

    def growth(self, old: int) -> str:
        size = len(self.leaves)
        path = [self._hash(part) for part in consistency_ranges(old, size)] if 0 < old < size else []
        return format_growth(old_size=old, path=path, checkpoint=self.note())

    def proof(self, entry: bytes) -> str:
        index, size = self.leaves.index(entry), len(self.leaves)
        path = [self._hash(part) for part in inclusion_ranges(index, size)]
        return format_proof(index=index, path=path, checkpoint=self.note())

    def _hash(self, leaves: Range) -> bytes:
        nodes: dict[Subtree, bytes] = {}
        nodes |= grown(0, {}, [leaf_hash(leaf) for leaf in self.leaves])
        return range_hash(leaves, nodes) if leaves != (0, 0) else range_hash((0, 0), {})

    # The till's side

    def follow(self) -> LogTaken:
        old = self.shop.sync(AskLog()).old_size
        assert old is not None
        return self.shop.sync(TakeGrowth(text=self.growth(old)))


def _key(path: object) -> SigningKey:
    from pathlib import Path

    return SigningKey.from_seed(Path(str(path)).read_bytes())


@pytest.fixture
def book(shop: Shop) -> Book:
    return Book(shop)


def settle(shop: Shop, book: Book, *sold: PayAnswer) -> None:
    """The ledger says that these sales are settled."""
    nonce = shop.sync(SignCall(request_hash=bytes(32))).nonce
    head = shop.entries[-1]
    outcomes = tuple(Outcome(sequence=sale.entry_sequence, status=OutcomeStatus.SETTLED) for sale in sold)
    said = Acknowledgement(
        sequence=head.sequence,
        hash=head.hash,
        outcomes=outcomes,
        checkpoint=book.note().encode(),
        time_s=shop.clock.wall,
        nonce=nonce,
        message_number=0,
    )
    raw = build_acknowledgement(said, key=_key(shop.town.ledger_dir / "keys" / "ack.key"))
    shop.sync(TakeAcknowledgement(raw=raw, nonce=nonce))


def sell(shop: Shop, count: int) -> list[PayAnswer]:
    return [shop.pay(shop.code(4_000), 4_000) for _ in range(count)]


def alarms(shop: Shop) -> list[str]:
    return [alarm.cause for alarm in shop.core.journal.alarms.open()]


def test_every_settled_sale_gets_its_proof(shop: Shop, book: Book) -> None:
    sold = sell(shop, 3)
    settle(shop, book, *sold)
    wanted = shop.sync(AskLog())
    assert wanted.terminal == HOME_TERMINAL
    assert wanted.entries == tuple(bytes.fromhex(sale.entry or "") for sale in sold)

    book.add(b"o" * 32, *wanted.entries, b"p" * 32)
    assert book.follow().is_good
    for entry in wanted.entries:
        assert shop.sync(TakeProof(entry=entry, text=book.proof(entry))).is_good

    assert shop.sync(AskLog()).entries == ()
    shop.restart()
    assert shop.core.journal.log.count_proofs() == 3
    assert shop.sync(AskLog()).old_size == 5
    assert alarms(shop) == []


def test_a_log_may_grow_at_any_size(shop: Shop, book: Book) -> None:
    for number in range(20):
        book.add(bytes([number]) * 32)
        assert book.follow().is_good, number
    assert alarms(shop) == []


def rewrites(book: Book) -> None:
    book.leaves[1] = b"x" * 32
    book.add(b"y" * 32)


def reorders(book: Book) -> None:
    book.leaves[0], book.leaves[1] = book.leaves[1], book.leaves[0]
    book.add(b"y" * 32)


def drops(book: Book) -> None:
    del book.leaves[2]
    book.add(b"y" * 32, b"z" * 32)


@pytest.mark.parametrize("lie", [rewrites, reorders, drops])
def test_a_history_that_was_changed_is_found_however_the_ledger_proves_it(
    shop: Shop, book: Book, lie: Callable[[Book], None]
) -> None:
    book.add(*(bytes([number]) * 32 for number in range(4)))
    book.follow()
    lie(book)

    for _ in range(PATIENCE):
        assert not book.follow().is_good

    assert alarms(shop) == [AlarmCause.LOG_REWRITTEN]
    assert shop.sync(AskLog()).old_size == 4, "the head that was proven stays"


def test_a_history_that_was_taken_back_is_found_in_the_next_acknowledgement(shop: Shop, book: Book) -> None:
    book.add(*(bytes([number]) * 32 for number in range(4)))
    book.follow()
    del book.leaves[3]

    settle(shop, book)

    assert alarms(shop) == [AlarmCause.LOG_REWRITTEN]


def test_two_heads_of_one_size_are_found_at_once(shop: Shop, book: Book) -> None:
    book.add(b"1" * 32, b"2" * 32)
    book.follow()
    book.leaves[1] = b"3" * 32

    assert not book.follow().is_good

    assert alarms(shop) == [AlarmCause.LOG_REWRITTEN]


def test_a_sale_that_is_called_settled_and_never_shown_is_found(shop: Shop, book: Book) -> None:
    settle(shop, book, *sell(shop, 1))
    (entry,) = shop.sync(AskLog()).entries
    shop.sync(TakeProof(entry=entry, text=""))
    assert alarms(shop) == [], "a log takes some seconds"

    shop.clock.pass_s(LATE_S + 1)
    shop.sync(TakeProof(entry=entry, text=""))

    assert alarms(shop) == [AlarmCause.LOG_MISSING_SALE]


def test_a_proof_of_another_sale_is_none(shop: Shop, book: Book) -> None:
    settle(shop, book, *sell(shop, 2))
    first, second = shop.sync(AskLog()).entries
    book.add(first, second)
    book.follow()

    assert not shop.sync(TakeProof(entry=first, text=book.proof(second))).is_good
    assert shop.core.journal.log.count_proofs() == 0


def test_a_head_that_too_few_witnesses_saw_is_not_followed(shop: Shop, book: Book) -> None:
    book.add(b"1" * 32)
    book.witnesses = 1

    for _ in range(PATIENCE):
        assert not book.follow().is_good

    assert alarms(shop) == [AlarmCause.LOG_UNWITNESSED]
    book.witnesses = 3
    assert book.follow().is_good


def test_what_a_network_makes_of_it_blames_nobody(shop: Shop, book: Book) -> None:
    book.add(b"1" * 32, b"2" * 32)
    book.follow()
    book.add(b"3" * 32)
    good = book.growth(2)

    for text in (
        "<html>",
        good[: len(good) // 2],
        good.replace("sandbox", "sandbux", 1),
        good.replace("old 2", "old x"),
    ):
        assert not shop.sync(TakeGrowth(text=text)).is_good
    assert alarms(shop) == []
    assert book.follow().is_good
