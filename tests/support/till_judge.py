"""What must be true of a till after its power went, however it went: one judge for every way to die.

A core is opened again on what was left, and held against what the world had seen of the one that died:

- an answer that somebody was given is in the journal, and no code was approved twice;
- the chain holds, receipt numbers have no gap, and a second medium that is there is whole again;
- paper that a printer had proven is proven in the journal; of the rest one receipt at most was under way;
- whoever was approved and not told is on the list to settle, unless a receipt came out, and nobody else is;
- a code is refused if and only if it was recorded as approved, and the till sells on.
"""

from __future__ import annotations

from dataclasses import dataclass

from pos.core.core import Core
from pos.journal.mirror import MirrorState
from pos.journal.records import AttentionCause
from pos.link.calls import Pay, PayAnswer, Role
from pos.link.state import Outcome
from pos.till.reasons import Reason
from pos.voucher.bodies import PaymentApproved, parse_body
from pos.voucher.entry import Entry
from pos.voucher.qr import decode_text

Approvals = dict[bytes, tuple[Entry, PaymentApproved]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What somebody was told about a code."""

    outcome: Outcome
    sequence: int
    """Where the journal has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessed:
    """What the world saw of a till before its power went."""

    told: tuple[Answer, ...]
    amount_of: dict[str, int]
    """Codes that were shown, or would have been next, and can be shown again; with the amount of each."""
    sold_before: int = 0
    """Vouchers approved before this life of the till, all of them told."""
    shown: frozenset[int] = frozenset()
    """Entries of which core took that their verdict stood on the screen."""
    printed: frozenset[str] | None = None
    """Receipts of which core took the printer's proof; None where a printer of core's own proved them."""


def present(core: Core, text: str, amount_won: int) -> PayAnswer:
    answer = core.handle(Role.CONTROL, Pay(text=text, amount_won=amount_won))
    assert isinstance(answer, PayAnswer), answer
    return answer


def judge(core: Core, seen: Witnessed) -> int:
    """Hold an opened core against what was seen, and sell on with it; how many vouchers it has approved then."""
    approvals = approved(core)
    assert core.journal.verify().problems == ()
    assert core.journal.mirror_state in (MirrorState.OFF, MirrorState.CURRENT), core.journal.mirror_state
    _check_told(core, seen)
    _check_receipts(approvals)
    _check_paper(core, approvals, seen)
    _check_untold(core, approvals, seen)
    _check_again(core, approvals, seen)
    now = approved(core)
    assert len(now) == len(approvals.keys() | {decode_text(text).data for text in seen.amount_of})
    _check_receipts(now)
    assert core.journal.verify().problems == ()
    return len(now)


def approved(core: Core) -> Approvals:
    """What the journal approved, by the bytes of its payment; each once."""
    found: Approvals = {}
    for sequence in range(1, core.journal.head.sequence + 1):
        entry = core.journal.entry(sequence)
        assert entry is not None
        body = parse_body(entry.kind, entry.body)
        if isinstance(body, PaymentApproved):
            assert body.object_bytes not in found, "approved twice"
            found[body.object_bytes] = (entry, body)
    return found


def _check_told(core: Core, seen: Witnessed) -> None:
    for answer in seen.told:
        entry = core.journal.entry(answer.sequence)
        assert entry is not None, f"an answer was given and is not recorded: {answer}"
        assert entry.kind == f"payment.{answer.outcome}"


def _check_receipts(approvals: Approvals) -> None:
    numbers = [body.receipt_number for _, body in approvals.values()]
    assert numbers == [f"{number:06d}" for number in range(1, len(numbers) + 1)]


def _check_paper(core: Core, approvals: Approvals, seen: Witnessed) -> None:
    if seen.printed is None:
        return
    told = {answer.sequence for answer in seen.told}
    under_way = 0
    for _, body in list(approvals.values())[seen.sold_before :]:
        number = body.receipt_number
        job, state = _paper_of(core, number)
        if number in seen.printed:
            assert state == "printed", f"receipt {number} was proven, and is {state}"
        elif state == "held":
            # The sale's last entry was found again on the second medium: nobody stands there for its paper any more.
            assert job not in told, f"receipt {number} was told, and only the second medium knew"
        else:
            assert state in ("", "queued", "unknown", "printed"), f"receipt {number} is {state}"
            under_way += state in ("unknown", "printed")
    assert under_way <= 1, "one receipt can be under way, and the others never went to the printer"


def _paper_of(core: Core, receipt_number: str) -> tuple[int, str]:
    """The entry that ended the sale, and where its original stands; 0 and nothing where it has not ended."""
    jobs = core.journal.paper.jobs_of(receipt_number)
    if not jobs:
        assert [sale.receipt_number for sale in core.journal.sales.open_sales()] == [receipt_number]
    return (jobs[0].job, jobs[0].state) if jobs else (0, "")


def _check_untold(core: Core, approvals: Approvals, seen: Witnessed) -> None:
    told = {answer.sequence for answer in seen.told}
    items = core.journal.attention.items()
    to_settle = {item.entry_hash for item in items}
    for entry, body in list(approvals.values())[seen.sold_before :]:
        is_told = entry.sequence in told or _paper_of(core, body.receipt_number)[1] == "printed"
        assert is_told or entry.hash in to_settle, f"receipt {body.receipt_number} was approved and nobody was told"
    alarms = {item.entry for item in items if item.cause is AttentionCause.NOT_SHOWN}
    assert not alarms & seen.shown, "what stood on the screen is to be settled all the same"


def _check_again(core: Core, approvals: Approvals, seen: Witnessed) -> None:
    for text, amount_won in seen.amount_of.items():
        answer = present(core, text, amount_won)
        if decode_text(text).data in approvals:
            assert (answer.outcome, answer.reason) == (Outcome.DECLINED, Reason.ALREADY_USED)
        else:
            assert answer.outcome is Outcome.APPROVED, f"never recorded, and refused: {answer.reason}"
