"""Two tills of one shop: what one approves the other never approves again, and nobody else has a word in it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos.core.alarms import AlarmCause
from pos.core.live_trust import LiveTrust
from pos.core.siblings import LINKED_S, MEETINGS_MAX
from pos.journal.chain import Head, sign_next
from pos.link.calls import OwnersPage, ReadOwnersPage, ReadSiblings, Refused, SiblingHeard, SiblingSays
from pos.link.state import Outcome, SellingStop
from pos.sandbox.cheats import Hand
from pos.sandbox.town import Town, deliver_trust
from pos.till.reasons import Reason, Refusal
from pos.trust.emergency_file import EmergencyFile
from pos.voucher.bodies import PaymentApproved
from pos.voucher.keys import SigningKey
from pos.voucher.siblings import Greeting, Hello, Meeting, MeetingKey, News, sign_greeting, sign_news
from pos.voucher.signed import decode_payment, decode_voucher
from pos.voucher.verified import VoucherIdentity
from tests.support.core_builders import DAY_S, Shop, move_in
from tests.support.ledger_post import Post
from tests.support.message_builders import RETIRE
from tests.support.siblings import SECOND, End, Wire, open_till, raw_of, second_till

NO = Refused(cause=Refusal.NOT_ACCEPTABLE)
FIRST = "t-bakery-1"
PURSE_WON = 10_000


@dataclass(slots=True)
class Pair:
    """The two tills of the bakery; `wire` is their meeting."""

    town: Town
    one: Shop
    two: Shop
    wire: Wire

    def fall_silent(self) -> None:
        self.one.clock.pass_s(int(LINKED_S) + 1)

    def meet_again(self) -> None:
        """A new connection, after the old one was noticed to be dead."""
        self.fall_silent()
        self.wire = Wire.between(self.one, self.two)

    def pay(self, till: Shop, hand: Hand, amount_won: int = 1_000, **claims: int) -> Outcome:
        return till.pay(self.one.code(amount_won, hand, **claims), amount_won).outcome


@pytest.fixture(scope="module")
def made(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town with two tills in the bakery; copy it, do not touch it."""
    folder = tmp_path_factory.mktemp("pair")
    second_till(move_in(template, folder / "town"), folder / "two")
    return folder


def opened(made: Path, home: Path) -> Iterator[Pair]:
    shutil.copytree(made / "two", home / "two")
    town = move_in(made / "town", home / "town")
    one = open_till(town, town.terminal_toml)
    two = open_till(town, home / "two" / "terminal.toml", one.clock)
    pair = Pair(town=town, one=one, two=two, wire=Wire.between(one, two))
    yield pair
    # A test may have put another till in the place of one.
    pair.one.close()
    pair.two.close()


@pytest.fixture
def pair(made: Path, tmp_path: Path) -> Iterator[Pair]:
    yield from opened(made, tmp_path)


@pytest.fixture(scope="module")
def long_pair(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two tills for many stories, each with vouchers of its own."""
    yield from opened(made, tmp_path_factory.mktemp("long"))


# What it is for


def test_the_trust_data_names_the_other_till_and_nobody_else(pair: Pair) -> None:
    assert pair.one.sync(ReadSiblings()).siblings == (SECOND,)
    assert pair.two.sync(ReadSiblings()).siblings == (FIRST,)


def test_what_one_till_approved_the_other_declines(pair: Pair) -> None:
    hand = pair.one.hand()
    code = pair.one.code(1_000, hand)
    assert pair.one.pay(code, 1_000).outcome is Outcome.APPROVED
    assert pair.wire.carry() == 1

    again, other = pair.two.pay(code, 1_000), pair.two.pay(pair.one.code(2_000, hand), 2_000)

    assert (again.outcome, again.reason) == (Outcome.DECLINED, Reason.ALREADY_USED)
    assert (other.outcome, other.reason) == (Outcome.DECLINED, Reason.OUT_OF_ORDER)
    assert pair.pay(pair.two, hand, sequence=2, spent_before_won=1_000) is Outcome.APPROVED, "an honest phone goes on"


def test_without_a_word_between_them_both_tills_are_paid_and_the_owner_hears_of_it_when_they_meet(pair: Pair) -> None:
    hand = pair.one.hand()
    assert pair.pay(pair.one, hand) is Outcome.APPROVED
    assert pair.pay(pair.two, hand, 2_000) is Outcome.APPROVED

    pair.wire.carry()

    for till in (pair.one, pair.two):
        (alarm,) = till.core.journal.alarms.open()
        assert alarm.cause == AlarmCause.SPENT_AT_SIBLING


def test_a_till_that_was_away_is_told_everything_when_it_is_back_even_after_both_were_switched_off(pair: Pair) -> None:
    hands = [pair.one.hand() for _ in range(40)]
    for hand in hands[:20]:
        assert pair.pay(pair.one, hand) is Outcome.APPROVED
    pair.wire.carry()
    for hand in hands[20:]:
        assert pair.pay(pair.one, hand) is Outcome.APPROVED
    pair.one.restart()
    pair.two.restart()

    pair.meet_again()

    assert pair.wire.carry() == 20, "the rest, in pieces, and nothing of it twice"
    assert {pair.pay(pair.two, hand, 500) for hand in hands} == {Outcome.DECLINED}


def test_what_was_heard_is_beside_the_chain_and_survives_its_tables_being_computed_anew(pair: Pair) -> None:
    hand = pair.one.hand()
    pair.pay(pair.one, hand)
    entries = len(pair.two.entries)
    pair.wire.carry()

    pair.two.core.journal.rebuild()

    assert len(pair.two.entries) == entries, "another terminal's doing is no entry of ours"
    assert pair.two.core.journal.verify().differences == ()
    assert pair.pay(pair.two, hand, 500) is Outcome.DECLINED


def test_a_till_put_back_from_an_old_card_is_told_all_of_it_again(pair: Pair, tmp_path: Path) -> None:
    hand = pair.two.hand()
    saved = tmp_path / "saved"
    pair.one.core.close()
    shutil.copytree(pair.one.state_dir, saved)
    pair.one = open_till(pair.town, pair.one.config.file, pair.one.clock)
    pair.meet_again()
    pair.pay(pair.two, hand)
    assert pair.wire.carry() == 1

    pair.one.core.close()
    shutil.rmtree(pair.one.state_dir)
    shutil.copytree(saved, pair.one.state_dir)
    pair.one = open_till(pair.town, pair.one.config.file, pair.one.clock)
    pair.meet_again()

    assert pair.wire.carry() == 1
    assert pair.pay(pair.one, hand, 500) is Outcome.DECLINED


def test_a_sibling_that_has_heard_of_more_than_there_is_hears_all_of_it(pair: Pair) -> None:
    journal = pair.one.core.journal
    pair.pay(pair.one, pair.one.hand())

    assert journal.siblings.begin_after(journal.head.sequence + 5, head=journal.head.sequence) == 0
    assert journal.siblings.begin_after(journal.head.sequence, head=journal.head.sequence) == journal.head.sequence


# What the owner sees


def page_of(shop: Shop) -> OwnersPage:
    page = shop.screen(ReadOwnersPage())
    assert isinstance(page, OwnersPage), page
    return page


def test_a_till_that_is_not_heard_from_counts_with_all_that_its_limits_allow(pair: Pair) -> None:
    limit_won = pair.one.core.views.checkout.trust.policy.limits.value_max_won
    pair.pay(pair.one, pair.one.hand(), 12_000)
    pair.pay(pair.two, pair.two.hand(voucher_id=b"another voucher."), 5_000)
    before = page_of(pair.one)
    pair.wire.carry()
    linked = page_of(pair.one)
    pair.fall_silent()
    silent = page_of(pair.one)

    assert (before.siblings, before.silent_siblings, before.siblings_won) == (1, 1, limit_won)
    assert (linked.silent_siblings, linked.siblings_won) == (0, 5_000), "linked tills count as one that took both"
    assert linked.lost_by_shop_won + linked.lost_by_issuers_won == 17_000
    assert (silent.silent_siblings, silent.siblings_won) == (1, limit_won)
    assert silent.lost_by_shop_won == before.lost_by_shop_won == limit_won + (linked.lost_by_shop_won and 12_000)


def test_the_page_of_a_shop_with_one_till_is_as_it_was(shop: Shop) -> None:
    page = page_of(shop)

    assert (page.siblings, page.silent_siblings, page.siblings_won, page.lost_by_shop_won) == (0, 0, 0, 0)


# Who is not believed


def test_a_till_of_another_shop_is_not_greeted(pair: Pair) -> None:
    end = End.of(pair.one)

    assert end.greet(Hello(terminal="t-butcher-1", key=MeetingKey().public).to_bytes()) == NO
    assert end.tell() == NO, "the meeting is over"


def test_whoever_only_calls_himself_a_sibling_gets_a_greeting_and_no_word_more(pair: Pair) -> None:
    pair.fall_silent()
    stranger, key = SigningKey.from_seed(bytes(32)), MeetingKey()
    end = End.of(pair.one)
    raw_of(end.greet(Hello(terminal=SECOND, key=key.public).to_bytes()))
    assert end.tell(is_beat=True) == NO

    end = End.of(pair.one)
    raw_of(end.greet(Hello(terminal=SECOND, key=key.public).to_bytes()))
    meeting = Meeting(teller=SECOND, listener=FIRST, merchant="m-bakery", key=key.public, peer_key=end.begun.meeting)
    real = pair.two.core.sync.inbox.certificate()
    assert end.hear(sign_greeting(Greeting(meeting=meeting, certificate=real, heard=0), key=stranger)) == NO


def test_a_certificate_of_another_shop_or_of_nobody_is_no_certificate(pair: Pair, tmp_path: Path) -> None:
    config = second_till(pair.town, tmp_path / "butcher", merchant="m-butcher", terminal="t-butcher-9")
    butcher = open_till(pair.town, config, pair.one.clock)
    seed = (butcher.state_dir / "terminal.key").read_bytes()
    certificate = butcher.core.sync.inbox.certificate()
    butcher.close()
    for name in (SECOND, "t-butcher-9"):
        key, end = MeetingKey(), End.of(pair.one)
        greeted = end.greet(Hello(terminal=name, key=key.public).to_bytes())
        if name != SECOND:
            assert greeted == NO
            continue
        meeting = Meeting(teller=name, listener=FIRST, merchant="m-bakery", key=key.public, peer_key=end.begun.meeting)
        greeting = Greeting(meeting=meeting, certificate=certificate, heard=0)
        assert end.hear(sign_greeting(greeting, key=SigningKey.from_seed(seed))) == NO


@pytest.mark.parametrize("how", ["revoked", "replaced"])
def test_a_till_that_is_revoked_or_replaced_is_heard_no_more(pair: Pair, how: str) -> None:
    served = pair.town.served_trust.folder
    if how == "revoked":
        file = served / "terminals" / f"{SECOND}.json"
        file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), "revoked_after": 5}), "utf-8")
    else:
        (served / "terminals" / f"{SECOND}.json").unlink()
    pair.one.core.close()
    deliver_trust(pair.town, pair.town.directory)
    pair.one = open_till(pair.town, pair.one.config.file, pair.one.clock)

    pair.fall_silent()
    end, other = End.of(pair.one), End.of(pair.two)
    hello, answer = end.greet(other.begun.hello), other.greet(end.begun.hello)
    if how == "revoked":
        assert isinstance(hello, SiblingSays)
        assert end.hear(raw_of(answer)) == NO
    else:
        assert hello == NO
    assert page_of(pair.one).silent_siblings == (1 if how == "revoked" else 0)


def test_news_from_a_till_that_an_emergency_took_trust_from_is_not_taken(pair: Pair) -> None:
    trust = pair.one.core.views.checkout.trust
    assert isinstance(trust, LiveTrust)
    trust.distrust(EmergencyFile(terminals=(SECOND,)))
    pair.pay(pair.two, pair.two.hand())

    assert pair.wire.one.hear(raw_of(pair.wire.two.tell())) == NO


def test_a_certificate_that_has_run_out_is_none(pair: Pair) -> None:
    pair.one.clock.pass_s(500 * DAY_S)
    end, other = End.of(pair.one), End.of(pair.two)
    end.greet(other.begun.hello)

    assert end.hear(raw_of(other.greet(end.begun.hello))) == NO


# What is not believed


def test_nothing_said_at_one_meeting_can_be_said_at_another(pair: Pair) -> None:
    pair.pay(pair.one, pair.one.hand())
    pair.wire.carry()
    old = list(pair.wire.one.said)
    pair.wire.one.end()
    pair.wire.two.end()

    for raw in old:
        end = End.of(pair.two)
        end.greet(pair.wire.one.begun.hello)
        assert end.hear(raw) == NO


def test_news_is_taken_once_and_in_order(pair: Pair) -> None:
    first = raw_of(pair.wire.one.tell(is_beat=True))
    second = raw_of(pair.wire.one.tell(is_beat=True))

    assert pair.wire.two.hear(second) == NO, "one was left out"
    pair.meet_again()
    first = raw_of(pair.wire.one.tell(is_beat=True))
    assert isinstance(pair.wire.two.hear(first), SiblingHeard)
    assert pair.wire.two.hear(first) == NO, "said twice"


def test_our_own_words_sent_back_to_us_are_not_the_siblings(pair: Pair) -> None:
    own = raw_of(pair.wire.one.tell(is_beat=True))

    assert pair.wire.one.hear(own) == NO


@dataclass(slots=True)
class Liar:
    """The second till's real key, in hands that say anything."""

    pair: Pair
    key: MeetingKey
    end: End
    number: int = 0

    @classmethod
    def at(cls, pair: Pair) -> Liar:
        key, end = MeetingKey(), End.of(pair.one)
        pair.wire.one.end()
        raw_of(end.greet(Hello(terminal=SECOND, key=key.public).to_bytes()))
        liar = cls(pair=pair, key=key, end=end)
        greeting = Greeting(meeting=liar.meeting, certificate=pair.two.core.sync.inbox.certificate(), heard=0)
        assert end.hear(sign_greeting(greeting, key=liar.signing)) == SiblingHeard(new=0)
        return liar

    @property
    def signing(self) -> SigningKey:
        return SigningKey.from_seed((self.pair.two.state_dir / "terminal.key").read_bytes())

    @property
    def meeting(self) -> Meeting:
        return Meeting(
            teller=SECOND,
            listener=FIRST,
            merchant="m-bakery",
            key=self.key.public,
            peer_key=self.end.begun.meeting,
        )

    def say(self, *entries: bytes) -> SiblingHeard | Refused:
        self.number += 1
        news = News(
            meeting=self.meeting,
            number=self.number,
            told=1,
            entries=entries,
            shops_risk_won=0,
            issuers_risk_won=0,
            is_all=True,
        )
        boxed = self.key.box(sign_news(news, key=self.signing), peer_key=self.end.begun.meeting)
        return self.end.hear(boxed)


def test_a_sibling_cannot_block_a_voucher_with_a_payment_that_nobody_signed(pair: Pair) -> None:
    """Its own journal says so, correctly signed; the holder's signature is missing."""
    hand = pair.one.hand()
    thief = replace(hand, seed=bytes(range(32)))
    liar = Liar.at(pair)
    entry = _approved_entry(pair.two, thief.sign(amount_won=1_000, issued_s=pair.one.clock.wall))

    assert liar.say(entry) == SiblingHeard(new=0), "not counted"
    assert pair.pay(pair.one, hand) is Outcome.APPROVED


def test_an_entry_of_another_journal_or_of_another_kind_ends_the_meeting(pair: Pair, another_shop: Shop) -> None:
    another_shop.pay(another_shop.code(1_000), 1_000)
    foreign = another_shop.entries[-1].raw
    opening = pair.two.entries[0].raw
    own = pair.one.entries[0].raw

    for entry in (foreign, opening, own, b"\x00" * 40):
        assert Liar.at(pair).say(entry) == NO


def test_a_payment_over_another_amount_than_its_entry_says_ends_the_meeting(pair: Pair) -> None:
    payment = pair.one.hand().sign(amount_won=1_000, issued_s=pair.one.clock.wall)

    assert Liar.at(pair).say(_approved_entry(pair.two, payment, amount_won=2_000)) == NO


def test_a_payment_above_its_voucher_or_of_an_unknown_issuer_is_not_counted(pair: Pair) -> None:
    hand, unknown = pair.one.hand(value_won=5_000), pair.one.hand(is_issuer_unknown=True)
    liar = Liar.at(pair)
    over = hand.sign(amount_won=6_000, issued_s=pair.one.clock.wall)
    strange = unknown.sign(amount_won=1_000, issued_s=pair.one.clock.wall)

    assert liar.say(_approved_entry(pair.two, over), _approved_entry(pair.two, strange)) == SiblingHeard(new=0)
    assert pair.pay(pair.one, hand) is Outcome.APPROVED


def _approved_entry(shop: Shop, payment: bytes, *, amount_won: int | None = None) -> bytes:
    """What the shop's own key would sign had it approved that."""
    body = PaymentApproved(
        object_bytes=payment,
        receipt_number="000001",
        sale_id=bytes(16),
        amount_won=amount_won or decode_payment(payment).claims.amount_won,
        business_date="2026-11-22",
        checks=(1,),
    )
    key = SigningKey.from_seed((shop.state_dir / "terminal.key").read_bytes())
    return sign_next(body, after=Head.of(shop.entries[-1]), reading=shop.core.views.clock.read(), key=key).raw


# Meetings


def test_a_second_meeting_waits_for_the_first_and_takes_its_place_when_that_fell_silent(pair: Pair) -> None:
    pair.wire.beat()
    assert End.of(pair.one).greet(End.of(pair.two).begun.hello) == NO, "it is being talked with"

    old = pair.wire
    pair.meet_again()

    assert pair.wire.carry() == 0
    assert old.one.tell() == NO, "the cable that was pulled out is forgotten"


def test_strangers_make_room_for_each_other_and_never_take_a_siblings_place(pair: Pair) -> None:
    strangers = [End.of(pair.one) for _ in range(2 * MEETINGS_MAX)]

    assert strangers[0].tell() == NO
    assert isinstance(pair.wire.one.tell(is_beat=True), SiblingSays)


def test_a_till_that_is_missing_entries_of_its_own_still_hears_and_sells_nothing(pair: Pair) -> None:
    """What is heard is no entry: it can be kept while none may be written."""
    hand = pair.two.hand()
    pair.pay(pair.two, hand)
    pair.one.core.journal.outbox.note_missing(b"m" * 32)
    pair.one.restart()
    pair.meet_again()

    assert pair.wire.carry() == 1
    assert pair.one.till.stop is SellingStop.JOURNAL_BEHIND


def test_a_retired_till_still_tells_what_it_had_approved(pair: Pair) -> None:
    hand = pair.one.hand()
    pair.pay(pair.one, hand)
    Post(pair.one).tell(RETIRE)
    assert pair.one.till.stop is SellingStop.TERMINAL_RETIRED

    pair.wire.carry()

    assert pair.pay(pair.two, hand, 500) is Outcome.DECLINED


# Any order of things

OFFERS = st.lists(
    st.tuples(
        st.booleans(),
        st.integers(1, 4),
        st.integers(0, 8).map(lambda thousands: thousands * 1_000),
        st.integers(1, 6).map(lambda thousands: thousands * 1_000),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25, deadline=None)
@given(offers=OFFERS)
def test_linked_tills_never_take_more_than_the_purse_together(
    long_pair: Pair, offers: list[tuple[bool, int, int, int]]
) -> None:
    hand = long_pair.one.hand(value_won=PURSE_WON)
    taken_won = 0
    for is_second, sequence, before_won, amount_won in offers:
        till = long_pair.two if is_second else long_pair.one
        code = long_pair.one.code(amount_won, hand, sequence=sequence, spent_before_won=before_won)
        if till.pay(code, amount_won).outcome is Outcome.APPROVED:
            taken_won += amount_won
        long_pair.wire.carry()

    assert taken_won <= PURSE_WON


@settings(max_examples=15, deadline=None)
@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("pay"), st.booleans(), st.integers(1, 3)),
            st.tuples(st.sampled_from(["carry", "cut", "restart"]), st.booleans(), st.just(0)),
        ),
        max_size=12,
    )
)
def test_no_line_is_lost_however_often_the_talk_breaks_off(long_pair: Pair, steps: list[tuple[str, bool, int]]) -> None:
    """Half a talk, a cable pulled out, a core that starts anew: in the end both know the same."""
    hand = long_pair.one.hand(value_won=PURSE_WON)
    tills, ends = (long_pair.one, long_pair.two), {False: "one", True: "two"}
    for what, is_second, sequence in steps:
        if what == "pay":
            code = long_pair.one.code(1_000, hand, sequence=sequence, spent_before_won=(sequence - 1) * 1_000)
            tills[is_second].pay(code, 1_000)
        elif what == "carry":
            teller: End = getattr(long_pair.wire, ends[is_second])
            hearer: End = getattr(long_pair.wire, ends[not is_second])
            if raw := raw_of(teller.tell()):
                hearer.hear(raw)
        else:
            if what == "restart":
                tills[is_second].restart()
            long_pair.meet_again()
    long_pair.wire.carry()

    lines = [_points(till, hand) for till in tills]
    assert lines[0] == lines[1]


def _points(till: Shop, hand: Hand) -> object:
    claims = decode_voucher(hand.voucher).claims
    return till.core.journal.payments.highest_point(VoucherIdentity(issuer=claims.issuer, voucher_id=claims.voucher_id))
