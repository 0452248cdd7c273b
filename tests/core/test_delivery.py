"""Core's half of the conversation with the ledger: whom to believe, and what follows."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from pos.clock import Quality
from pos.core.alarms import AlarmCause
from pos.core.delivery import TRIES_MAX
from pos.link.calls import (
    Acknowledged,
    AdoptEntries,
    DeliveryStep,
    Done,
    EnterAmount,
    NextBatch,
    OpenDrawer,
    Pay,
    Refused,
    SignCall,
    SummariseSync,
    SyncNow,
    TakeAcknowledgement,
    TakeSignedTime,
    Token,
)
from pos.link.state import SellingStop
from pos.till.reasons import Refusal
from pos.voucher.entry import FIRST_PREVIOUS, Entry
from pos.voucher.keys import SigningKey
from pos.voucher.messages import (
    Acknowledgement,
    Outcome,
    OutcomeStatus,
    SignedTime,
    build_acknowledgement,
    build_signed_time,
    parse_acknowledgement,
    parse_authorization,
    verify_call_token,
)
from tests.support.core_builders import DAY_S, Shop

HASH = b"h" * 32


@dataclass
class LedgerHand:
    """The ledger's signing hand; what it says is up to the test."""

    shop: Shop
    checkpoint: bytes = b"checkpoint"
    other: SigningKey = field(default_factory=SigningKey.generate)

    def key(self, role: str) -> SigningKey:
        return SigningKey.from_seed((self.shop.town.ledger_dir / "keys" / f"{role}.key").read_bytes())

    def token(self) -> Token:
        return self.shop.sync(SignCall(request_hash=HASH))

    def acknowledge(
        self,
        held: Entry | None,
        *,
        nonce: bytes,
        outcomes: tuple[Outcome, ...] = (),
        time_s: int | None = None,
        key: SigningKey | None = None,
        sequence: int | None = None,
        digest: bytes | None = None,
    ) -> bytes:
        ack = Acknowledgement(
            sequence=sequence if sequence is not None else (held.sequence if held else 0),
            hash=digest or (held.hash if held else FIRST_PREVIOUS),
            outcomes=outcomes,
            checkpoint=self.checkpoint,
            time_s=self.shop.clock.wall if time_s is None else time_s,
            nonce=nonce,
            message_number=0,
        )
        return build_acknowledgement(ack, key=key or self.key("ack"))

    def say(self, held: Entry | None, **changed: object) -> Acknowledged:
        """A whole try: token, answer, core's next step."""
        nonce = self.token().nonce
        raw = self.acknowledge(held, **{"nonce": nonce, **changed})  # type: ignore[arg-type]
        return self.shop.sync(TakeAcknowledgement(raw=raw, nonce=nonce))


@pytest.fixture
def ledger(shop: Shop) -> LedgerHand:
    return LedgerHand(shop)


@pytest.fixture
def sold(shop: Shop) -> Shop:
    for _ in range(3):
        shop.pay(shop.code(4_000), 4_000)
    return shop


def reading_quality(shop: Shop) -> Quality:
    return shop.core.views.clock.read().quality


# Sending


def test_everything_that_is_not_acknowledged_is_sent_oldest_first(sold: Shop, ledger: LedgerHand) -> None:
    entries = sold.entries
    assert sold.sync(NextBatch()).entries == tuple(entry.raw for entry in entries)
    assert sold.sync(NextBatch(entries_max=2)).entries == tuple(entry.raw for entry in entries[:2])

    ledger.say(entries[1])
    batch = sold.sync(NextBatch())

    assert batch.entries == tuple(entry.raw for entry in entries[2:])
    assert (batch.after, batch.waiting, batch.terminal) == (2, 2, "t-bakery-1")


def test_each_try_has_its_own_token_signed_by_the_terminal_for_that_request(sold: Shop, ledger: LedgerHand) -> None:
    tokens = [ledger.token() for _ in range(2)]

    key = SigningKey.from_seed((sold.state_dir / "terminal.key").read_bytes())
    claims = [verify_call_token(parse_authorization(token.authorization), key.public_key) for token in tokens]
    assert [claim.nonce for claim in claims] == [token.nonce for token in tokens]
    assert tokens[0].nonce != tokens[1].nonce
    assert (claims[0].terminal, claims[0].ledger, claims[0].request_hash) == ("t-bakery-1", "sandbox", HASH)


def test_the_cashiers_key_is_passed_on(shop: Shop) -> None:
    before = shop.core.sync_work()
    shop.screen(SyncNow())

    assert shop.core.sync_work().force_serial == before.force_serial + 1


# Believing


def test_what_the_ledger_signed_is_believed_and_durable(sold: Shop, ledger: LedgerHand) -> None:
    settled = tuple(Outcome(sequence=number, status=OutcomeStatus.SETTLED) for number in (2, 3))
    taken = ledger.say(sold.entries[-1], outcomes=settled)

    assert taken == Acknowledged(step=DeliveryStep.CONTINUE, acknowledged=4, settled=2)
    sold.restart()
    summary = sold.sync(SummariseSync())
    assert (summary.acknowledged, summary.waiting, summary.settled) == (4, 0, 2)
    assert sold.till.waiting.count == 0


def test_nobody_else_is_believed(sold: Shop, ledger: LedgerHand) -> None:
    nonce = ledger.token().nonce
    good = ledger.acknowledge(sold.entries[-1], nonce=nonce)
    impostors = {
        "another key": ledger.acknowledge(sold.entries[-1], nonce=nonce, key=ledger.other),
        "another role": ledger.acknowledge(sold.entries[-1], nonce=nonce, key=ledger.key("time")),
        "another nonce": ledger.acknowledge(sold.entries[-1], nonce=b"n" * 16),
        "a web page": b"<html>welcome to the captive portal</html>",
        "nothing": b"",
        "half of it": good[: len(good) // 2],
        "more than it": good + b"\0",
        "a flipped bit": bytes([*good[:-1], good[-1] ^ 1]),
    }
    for who, raw in impostors.items():
        token = ledger.token() if who == "another nonce" else None
        answer = sold.sync(TakeAcknowledgement(raw=raw, nonce=token.nonce if token else nonce))
        assert answer.step is DeliveryStep.IGNORE, who
        # A nonce is good for one answer; the next impostor needs a try of its own.
        nonce = ledger.token().nonce

    assert sold.sync(SummariseSync()).acknowledged == 0


def test_an_answer_counts_once(sold: Shop, ledger: LedgerHand) -> None:
    nonce = ledger.token().nonce
    raw = ledger.acknowledge(sold.entries[-1], nonce=nonce)

    first, second = (sold.sync(TakeAcknowledgement(raw=raw, nonce=nonce)) for _ in range(2))

    assert (first.step, second.step) == (DeliveryStep.CONTINUE, DeliveryStep.IGNORE)


def test_an_answer_to_nobodys_question_is_no_answer(sold: Shop, ledger: LedgerHand) -> None:
    nonce = b"x" * 16

    answer = sold.sync(TakeAcknowledgement(raw=ledger.acknowledge(sold.entries[-1], nonce=nonce), nonce=nonce))

    assert answer.step is DeliveryStep.IGNORE


def test_tries_are_not_remembered_for_ever(sold: Shop, ledger: LedgerHand) -> None:
    first, *_, newest = (ledger.token().nonce for _ in range(TRIES_MAX + 1))

    forgotten = sold.sync(TakeAcknowledgement(raw=ledger.acknowledge(sold.entries[-1], nonce=first), nonce=first))
    known = sold.sync(TakeAcknowledgement(raw=ledger.acknowledge(sold.entries[-1], nonce=newest), nonce=newest))

    assert (forgotten.step, known.step) == (DeliveryStep.IGNORE, DeliveryStep.CONTINUE)


# Where to go on


def alarms(shop: Shop) -> list[str]:
    return [alarm.cause for alarm in shop.core.journal.alarms.open()]


def test_a_lower_head_of_our_own_is_where_sending_goes_on(sold: Shop, ledger: LedgerHand) -> None:
    ledger.say(sold.entries[-1])

    taken = ledger.say(sold.entries[1])

    assert (taken.step, taken.acknowledged) == (DeliveryStep.RESEND, 2)
    assert sold.sync(NextBatch()).entries == tuple(entry.raw for entry in sold.entries[2:])
    assert alarms(sold) == [AlarmCause.LEDGER_BEHIND]
    ledger.say(sold.entries[-1])
    sold.restart()
    assert alarms(sold) == [AlarmCause.LEDGER_BEHIND], "an alarm does not go away by itself"


def test_a_ledger_that_lost_everything_gets_everything(sold: Shop, ledger: LedgerHand) -> None:
    ledger.say(sold.entries[-1])
    assert ledger.say(None).step is DeliveryStep.RESEND
    assert sold.sync(NextBatch()).entries == tuple(entry.raw for entry in sold.entries)
    assert sold.kinds[-1] == "alarm.raised"


def forget(shop: Shop, sales: int, *, before_it_is_lost: Callable[[], None] = lambda: None) -> list[Entry]:
    """Put the journal back to where it was before the last sales; gives the entries that are forgotten."""
    saved = shop.state_dir / "journal.db"
    shop.core.close()
    copy = saved.read_bytes()
    shop.restart()
    before = len(shop.entries)
    for _ in range(sales):
        shop.pay(shop.code(4_000), 4_000)
    lost = shop.entries[before:]
    before_it_is_lost()
    shop.core.close()
    saved.write_bytes(copy)
    saved.with_name("journal.db-wal").unlink(missing_ok=True)
    shop.restart()
    assert len(shop.entries) == before
    return lost


def test_entries_that_only_the_ledger_has_come_back_before_anything_is_recorded(sold: Shop, ledger: LedgerHand) -> None:
    lost = forget(sold, 2)

    taken = ledger.say(lost[-1])

    assert (taken.step, taken.fetch_after) == (DeliveryStep.FETCH, 4)
    assert sold.till.stop is SellingStop.JOURNAL_BEHIND
    assert not sold.core.devices_state().armed
    for call in (Pay(text=sold.code(1_000), amount_won=1_000), Pay(text="garbage", amount_won=1)):
        assert sold.control(call) == Refused(cause=Refusal.SELLING_STOPPED)
    assert sold.screen(EnterAmount(amount_won=1_000)) == Refused(cause=Refusal.SELLING_STOPPED)
    assert sold.screen(OpenDrawer(cause="change")) == Refused(cause=Refusal.SELLING_STOPPED)
    sold.see("garbage")
    assert len(sold.entries) == 4, "a second entry would be signed for a sequence"

    assert sold.sync(AdoptEntries(entries=tuple(entry.raw for entry in lost))) == Done()

    assert [entry.hash for entry in sold.entries[4:]] == [entry.hash for entry in lost]
    assert sold.till.stop is None
    assert sold.till.attention_count >= 1, "somebody should look at what came back"
    assert sold.pay(sold.code(1_000), 1_000).receipt_number == "000006"


def test_a_receipt_that_the_journal_has_forgotten_gives_a_put_back_database_away_without_a_network(
    sold: Shop, ledger: LedgerHand
) -> None:
    printed: list[str] = []

    def remember() -> None:
        page = sold.core.receipts.page(sold.core.journal.sales.last_sale().receipt_number)  # type: ignore[union-attr,arg-type]
        assert page is not None
        printed.extend(row.text for row in page.rows if row.kind == "qr")

    lost = forget(sold, 2, before_it_is_lost=remember)
    assert sold.till.stop is None, "nobody knows yet"

    sold.see(printed[-1])

    assert sold.till.stop is SellingStop.JOURNAL_BEHIND
    sold.restart()
    assert sold.till.stop is SellingStop.JOURNAL_BEHIND
    ledger.say(lost[-1])
    sold.sync(AdoptEntries(entries=tuple(entry.raw for entry in lost)))
    ledger.say(lost[-1])
    assert sold.till.stop is None
    assert alarms(sold) == [AlarmCause.JOURNAL_PUT_BACK]


def test_half_of_what_is_missing_is_not_enough_to_sell_again(sold: Shop, ledger: LedgerHand) -> None:
    lost = forget(sold, 2)
    ledger.say(lost[-1])

    sold.sync(AdoptEntries(entries=(lost[0].raw,)))

    assert sold.till.stop is SellingStop.JOURNAL_BEHIND
    assert ledger.say(lost[-1]).fetch_after == 5


def test_somebody_elses_entries_are_not_adopted(sold: Shop, ledger: LedgerHand) -> None:
    lost = forget(sold, 2)
    ledger.say(lost[-1])
    spoiled = bytes([*lost[0].raw[:-1], lost[0].raw[-1] ^ 1])

    for entries in ((spoiled,), (lost[1].raw,), (b"",), (b"\xd2",)):
        assert sold.sync(AdoptEntries(entries=entries)) == Refused(cause=Refusal.NOT_ACCEPTABLE)
    assert len(sold.entries) == 4
    assert sold.till.stop is SellingStop.JOURNAL_BEHIND


def test_another_entry_of_our_key_at_a_known_sequence_stops_selling_for_good(sold: Shop, ledger: LedgerHand) -> None:
    taken = ledger.say(None, sequence=3, digest=b"f" * 32)

    assert taken.step is DeliveryStep.STOP
    assert sold.till.stop is SellingStop.JOURNAL_FORKED
    assert sold.control(Pay(text=sold.code(1_000), amount_won=1_000)) == Refused(cause=Refusal.SELLING_STOPPED)
    sold.see(sold.code(1_000))
    assert len(sold.entries) == 4
    sold.restart()
    evidence = sold.core.journal.outbox.fork_evidence()
    assert evidence is not None
    assert parse_acknowledgement(evidence).claims.hash == b"f" * 32, "what the ledger signed about the other head"
    assert sold.till.stop is SellingStop.JOURNAL_FORKED


def test_a_fork_found_while_fetching_stops_selling(sold: Shop, ledger: LedgerHand) -> None:
    lost = forget(sold, 2)
    sold.pay(sold.code(1_000), 1_000)
    ledger.say(lost[-1])

    assert sold.sync(AdoptEntries(entries=(lost[-1].raw,))) == Refused(cause=Refusal.NOT_ACCEPTABLE)

    assert sold.till.stop is SellingStop.JOURNAL_FORKED


def test_a_question_on_the_screen_sells_nothing_once_selling_stopped(shop: Shop, ledger: LedgerHand) -> None:
    shop.type_amount(5_000)
    shop.see(shop.code(4_000))
    ledger.say(None, sequence=1, digest=b"f" * 32)

    assert shop.choose(1) == Refused(cause=Refusal.SELLING_STOPPED)
    assert "payment.approved" not in shop.kinds


def test_a_ledger_that_contradicts_itself_is_noted_and_the_first_word_stands(sold: Shop, ledger: LedgerHand) -> None:
    head = sold.entries[-1]
    ledger.say(head, outcomes=(Outcome(sequence=2, status=OutcomeStatus.SETTLED),))
    ledger.say(head, outcomes=(Outcome(sequence=2, status=OutcomeStatus.DUPLICATE),))

    assert sold.sync(SummariseSync()).settled == 1
    assert alarms(sold) == [AlarmCause.LEDGER_CONTRADICTS]


# The clock


def test_a_fresh_answer_moves_the_clock_and_the_contact(sold: Shop, ledger: LedgerHand) -> None:
    sold.clock.pass_s(3 * DAY_S)
    sold.clock.is_disciplined = False
    assert reading_quality(sold) is Quality.FLOOR

    ledger.say(sold.entries[-1])

    assert reading_quality(sold) is Quality.SIGNED
    sold.restart()
    assert reading_quality(sold) is Quality.SIGNED


@pytest.mark.parametrize(("seconds", "is_fresh"), [(9, True), (10, True), (11, False)])
def test_an_answer_moves_the_clock_only_within_ten_seconds_of_its_question(
    sold: Shop, ledger: LedgerHand, seconds: int, is_fresh: bool
) -> None:
    nonce = ledger.token().nonce
    sold.clock.pass_s(seconds)
    raw = ledger.acknowledge(sold.entries[-1], nonce=nonce)

    taken = sold.sync(TakeAcknowledgement(raw=raw, nonce=nonce))

    assert taken.acknowledged == 4, "what it holds is true however old the answer is"
    assert (reading_quality(sold) is Quality.SIGNED) == is_fresh


def test_a_clock_that_is_off_is_told_so_and_the_next_token_carries_the_ledgers_time(
    sold: Shop, ledger: LedgerHand
) -> None:
    true_s = sold.clock.wall + 5_000
    nonce = ledger.token().nonce
    raw = build_signed_time(SignedTime(time_s=true_s, nonce=nonce), key=ledger.key("time"))

    assert sold.sync(TakeSignedTime(raw=raw, nonce=nonce)) == Done()

    key = SigningKey.from_seed((sold.state_dir / "terminal.key").read_bytes())
    token = verify_call_token(parse_authorization(ledger.token().authorization), key.public_key)
    assert abs(token.issued_s - true_s) <= 2
    assert abs(sold.till.time_s - true_s) <= 2


def test_a_late_signed_time_dates_tokens_but_not_the_clock(sold: Shop, ledger: LedgerHand) -> None:
    nonce = ledger.token().nonce
    sold.clock.pass_s(60)
    before = sold.till.time_s
    raw = build_signed_time(SignedTime(time_s=before + 5_000, nonce=nonce), key=ledger.key("time"))
    sold.sync(TakeSignedTime(raw=raw, nonce=nonce))

    key = SigningKey.from_seed((sold.state_dir / "terminal.key").read_bytes())
    token = verify_call_token(parse_authorization(ledger.token().authorization), key.public_key)
    assert token.issued_s == before + 5_000
    assert sold.till.time_s == before


@pytest.mark.parametrize("spoil", ["key", "role", "nonce", "bytes", "unasked"])
def test_a_time_that_the_ledger_did_not_sign_for_this_question_is_refused(
    sold: Shop, ledger: LedgerHand, spoil: str
) -> None:
    nonce = ledger.token().nonce
    time = SignedTime(time_s=sold.clock.wall + 5_000, nonce=b"o" * 16 if spoil == "nonce" else nonce)
    key = {"key": ledger.other, "role": ledger.key("ack")}.get(spoil, ledger.key("time"))
    raw = b"<html>" if spoil == "bytes" else build_signed_time(time, key=key)
    before = sold.till.time_s

    answer = sold.sync(TakeSignedTime(raw=raw, nonce=b"u" * 16 if spoil == "unasked" else nonce))

    assert answer == Refused(cause=Refusal.NOT_ACCEPTABLE)
    assert sold.till.time_s == before
