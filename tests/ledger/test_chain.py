"""Repeats are skipped, gaps and forks are told apart, and what came before them counts."""

from hypothesis import given
from hypothesis import strategies as st

from pos.clock import Quality
from pos.ledger.chain import START, Break, Head, walk
from pos.voucher.entry import FIRST_PREVIOUS, Entry, build_entry
from tests.support.ledger_builders import seeded_key

KEY = seeded_key("terminal")


def a_chain(length: int, *, after: Entry | None = None, branch: str = "main") -> list[Entry]:
    chain: list[Entry] = [] if after is None else [after]
    for _ in range(length):
        previous = chain[-1] if chain else None
        chain.append(
            build_entry(
                sequence=1 if previous is None else previous.sequence + 1,
                previous=FIRST_PREVIOUS if previous is None else previous.hash,
                time_s=1_790_000_000,
                quality=Quality.NETWORK,
                kind="drawer.opened",
                body={7: branch},
                key=KEY,
            )
        )
    return chain if after is None else chain[1:]


CHAIN = a_chain(9)


def head_of(entry: Entry) -> Head:
    return Head(sequence=entry.sequence, hash=entry.hash)


def stored(length: int) -> dict[int, bytes]:
    return {entry.sequence: entry.hash for entry in CHAIN[:length]}


def test_a_first_delivery_is_taken_whole() -> None:
    taken = walk(START, {}, CHAIN)

    assert taken.fresh == tuple(CHAIN)
    assert taken.head == head_of(CHAIN[-1])
    assert taken.broken is None


def test_an_empty_delivery_changes_nothing() -> None:
    assert walk(head_of(CHAIN[3]), stored(4), []).head == head_of(CHAIN[3])


def test_what_is_stored_is_skipped() -> None:
    taken = walk(head_of(CHAIN[4]), stored(5), CHAIN[2:7])

    assert taken.fresh == tuple(CHAIN[5:7])
    assert taken.broken is None


def test_a_gap_is_named_and_nothing_beyond_it_taken() -> None:
    taken = walk(head_of(CHAIN[1]), stored(2), CHAIN[3:])

    assert (taken.broken, taken.fresh, taken.head) == (Break.GAP, (), head_of(CHAIN[1]))


def test_entries_before_a_gap_count() -> None:
    taken = walk(START, {}, [*CHAIN[:2], *CHAIN[4:]])

    assert (taken.broken, taken.fresh) == (Break.GAP, tuple(CHAIN[:2]))


def test_a_different_entry_at_a_stored_place_is_a_fork_and_its_branch_is_kept() -> None:
    branch = a_chain(3, after=CHAIN[1], branch="clone")

    taken = walk(head_of(CHAIN[4]), stored(5), [*CHAIN[:2], *branch])

    assert (taken.broken, taken.fresh, taken.head) == (Break.FORK, (), head_of(CHAIN[4]))
    assert taken.forked == tuple(branch)


def test_an_entry_that_hangs_on_another_history_is_a_fork() -> None:
    branch = a_chain(2, after=CHAIN[1], branch="clone")

    taken = walk(head_of(CHAIN[2]), stored(3), branch[1:])

    assert (taken.broken, taken.forked) == (Break.FORK, (branch[1],))


def test_only_what_hangs_together_is_kept_of_a_branch() -> None:
    branch = a_chain(1, after=CHAIN[1], branch="clone")

    taken = walk(head_of(CHAIN[4]), stored(5), [*branch, CHAIN[6]])

    assert taken.forked == tuple(branch)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12))
def test_any_pieces_in_any_order_never_lose_or_double_an_entry(pieces: list[tuple[int, int]]) -> None:
    head, journal = START, list[Entry]()
    for start, end in [*pieces, (0, 9)]:
        held = {entry.sequence: entry.hash for entry in journal}
        taken = walk(head, held, CHAIN[start:end])
        journal += taken.fresh
        head = taken.head

    assert journal == CHAIN
