"""What the ledger tells by message: believed only when it is ours and in order, and what it does at this till."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pos.core.alarms import AlarmCause
from pos.errors import ConfigError
from pos.journal.inbox import MessageState
from pos.link.calls import (
    CloseAttention,
    Done,
    ListAttention,
    MessagesTaken,
    OpenRequest,
    ReadPosition,
    SummariseSync,
)
from pos.link.state import SellingStop
from pos.sandbox.wallet.requests import check_request
from pos.terminal import build_core
from pos.till.reasons import Reason
from pos.voucher.claims import TerminalCertificate
from pos.voucher.keys import SigningKey
from pos.voucher.message_bodies import (
    CertificateTold,
    OrderTold,
    PaymentOutcomeTold,
    RetireTold,
    SettlementState,
    SettlementTold,
    SiblingSpend,
    VoucherSpentTold,
)
from pos.voucher.outcomes import Outcome, OutcomeStatus
from pos.voucher.qr import decode_text
from pos.voucher.signed import decode_certificate, decode_payment, sign_certificate
from pos.voucher.spend_line import LinePoint
from pos.voucher.verified import VoucherIdentity
from tests.support import message_builders
from tests.support.core_builders import DAY_S, Shop
from tests.support.ledger_post import Post
from tests.support.message_builders import FRAUD, ORDER, RETIRE, SETTLEMENT


@pytest.fixture
def post(shop: Shop) -> Post:
    return Post(shop)


# Believing


def test_messages_are_stored_once_and_acknowledged_by_an_entry(shop: Shop, post: Post) -> None:
    assert post.tell(ORDER, SETTLEMENT) == MessagesTaken(after=2, taken=2)
    assert post.bring(*post.written) == MessagesTaken(after=2, taken=0), "asked for again after a lost answer"

    assert shop.kinds == ["inbox.acknowledged"]
    assert shop.core.journal.inbox.acknowledged() == 2
    shop.restart()
    assert shop.sync(ReadPosition()).after == 2
    assert [message.kind for message in shop.core.journal.inbox.newest()] == ["settlement", "order"]


@pytest.mark.parametrize(
    "spoiled",
    [{"role": "ack"}, {"terminal": "t-butcher-1"}, {"number": 3}],
    ids=["another role's key", "another terminal's", "a gap"],
)
def test_what_is_not_ours_or_leaves_a_gap_is_refused_and_so_is_what_follows(
    shop: Shop, post: Post, spoiled: dict[str, str]
) -> None:
    good = post.write(ORDER)
    bad = post.write(SETTLEMENT, **spoiled)  # type: ignore[arg-type]
    behind = post.write(FRAUD, number=3)

    assert post.bring(good, bad, behind) == MessagesTaken(after=1, taken=1, is_refused=True)
    assert shop.sync(ReadPosition()).after == 1


def test_another_text_under_a_known_number_is_an_alarm_and_the_first_stands(shop: Shop, post: Post) -> None:
    post.tell(SETTLEMENT)
    post.bring(post.write(replace(SETTLEMENT, amount_won=1), number=1))
    post.acknowledge()

    assert shop.core.journal.inbox.settlement(SETTLEMENT.number) == SETTLEMENT
    assert [alarm.cause for alarm in shop.core.journal.alarms.open()] == [AlarmCause.LEDGER_CONTRADICTS]


def test_a_kind_of_a_later_version_is_kept_and_acknowledged_and_does_nothing(shop: Shop, post: Post) -> None:
    post.bring(post.write(), post.write(kind="retire", raw_body={1: 7}), post.write(ORDER))

    unknown = shop.core.journal.inbox.unknown()
    assert [(message.kind, message.state) for message in unknown] == [
        ("retire", MessageState.UNREADABLE),
        ("weather", MessageState.UNKNOWN),
    ]
    assert shop.till.stop is None, "a retirement that cannot be read retires nobody"
    assert shop.core.journal.inbox.order(ORDER.order_id) == ORDER, "nothing is held back behind them"
    assert shop.core.journal.inbox.acknowledged() == 3


def test_the_power_cut_between_storing_and_acknowledging_is_made_good_at_the_next_contact(
    shop: Shop, post: Post
) -> None:
    post.tell(ORDER)
    with shop.core.journal._database.transaction() as transaction:
        transaction.connection.execute("DELETE FROM acknowledged_messages")

    shop.sync(ReadPosition())

    assert shop.kinds == ["inbox.acknowledged", "inbox.acknowledged"]


# What messages do


def test_the_newest_word_about_a_settlement_counts_and_the_first_of_an_order(shop: Shop, post: Post) -> None:
    paid = replace(SETTLEMENT, state=SettlementState.PAID)
    post.tell(SETTLEMENT, ORDER, paid, replace(ORDER, total_won=1))

    inbox = shop.core.journal.inbox
    assert [body for _, body in inbox.told(SettlementTold)] == [paid]
    assert [body for _, body in inbox.told(OrderTold)] == [ORDER]
    assert [message.number for message, _ in inbox.told(SettlementTold)] == [3]


def test_every_kind_can_be_asked_for_after_it_came(shop: Shop, post: Post) -> None:
    post.tell(*message_builders.ALL)

    inbox = shop.core.journal.inbox
    for body in message_builders.ALL:
        if not isinstance(body, VoucherSpentTold):
            assert [told for _, told in inbox.told(type(body))] == [body]
    assert inbox.cash_receipt(message_builders.CASH_RECEIPT.cash_receipt_id) == message_builders.CASH_RECEIPT
    assert inbox.remote_payment(message_builders.REMOTE_PAYMENT.payment_id) == message_builders.REMOTE_PAYMENT
    assert shop.core.journal.verify().problems == ()


def test_a_later_outcome_changes_the_sale(shop: Shop, post: Post) -> None:
    sold = shop.pay(shop.code(4_000), 4_000).entry_sequence
    post.acknowledge(Outcome(sequence=sold, status=OutcomeStatus.PENDING))

    post.tell(PaymentOutcomeTold(outcome=Outcome(sequence=sold, status=OutcomeStatus.SETTLED)))

    assert shop.sync(SummariseSync()).settled == 1
    assert shop.sync(SummariseSync()).pending == 0
    post.tell(PaymentOutcomeTold(outcome=Outcome(sequence=sold, status=OutcomeStatus.DUPLICATE)))
    post.acknowledge()
    assert shop.sync(SummariseSync()).settled == 1, "a final outcome never changes"
    assert [alarm.cause for alarm in shop.core.journal.alarms.open()] == [AlarmCause.LEDGER_CONTRADICTS]


def test_an_outcome_that_overtakes_its_acknowledgement_waits_for_it(shop: Shop, post: Post) -> None:
    sold = shop.pay(shop.code(4_000), 4_000).entry_sequence
    post.tell(PaymentOutcomeTold(outcome=Outcome(sequence=sold, status=OutcomeStatus.SETTLED)))
    assert shop.sync(SummariseSync()).settled == 0

    post.acknowledge(Outcome(sequence=sold, status=OutcomeStatus.PENDING))

    assert shop.sync(SummariseSync()).settled == 1
    assert shop.core.journal.alarms.open() == ()


def test_what_a_sibling_till_approved_is_on_this_tills_spend_line(shop: Shop, post: Post) -> None:
    hand = shop.hand(value_won=50_000)
    first = shop.code(30_000, hand)
    second = shop.code(10_000, hand, sequence=2, spent_before_won=30_000)
    voucher = decode_payment(decode_text(first).data).voucher.claims
    spent = SiblingSpend(
        voucher=VoucherIdentity(issuer=voucher.issuer, voucher_id=voucher.voucher_id),
        point=LinePoint(sequence=1, spent_before_won=0, amount_won=30_000),
        terminal="t-bakery-2",
    )

    post.tell(VoucherSpentTold(spends=(spent,)))

    refused = shop.pay(first, 30_000)
    assert refused.reason == Reason.ALREADY_USED, "a copy of what was paid next door"
    assert shop.pay(second, 10_000).reason is None


def test_a_renewed_certificate_is_shown_to_phones_from_then_on(shop: Shop, post: Post) -> None:
    claims = decode_certificate(shop.core.sync.inbox.certificate()).claims
    later = replace(claims, expires_s=claims.expires_s + DAY_S)
    for spoiled in (
        replace(later, terminal_key=SigningKey.generate().public_key),
        replace(later, merchant="m-butcher"),
        replace(claims, expires_s=claims.expires_s - DAY_S),
    ):
        post.tell(CertificateTold(certificate=sign_certificate(spoiled, key=post.key("certificate")).raw))
        assert shown(shop) == claims
    post.tell(CertificateTold(certificate=sign_certificate(later, key=post.key("ack")).raw))
    assert shown(shop) == claims

    post.tell(CertificateTold(certificate=sign_certificate(later, key=post.key("certificate")).raw))

    assert shown(shop) == later
    shop.restart()
    assert shown(shop) == later


def shown(shop: Shop) -> TerminalCertificate:
    """The certificate that a phone sees in a new request."""
    if shop.till.sale is None:
        shop.type_amount(5_000)
    asked = shop.screen(OpenRequest())
    check_request(asked.text, pinned=shop.town.pinned, now_s=shop.clock.wall)  # type: ignore[union-attr]
    return decode_certificate(shop.core.sync.inbox.certificate()).claims


def test_a_retired_terminal_sells_no_more_and_still_delivers(shop: Shop, post: Post) -> None:
    shop.pay(shop.code(4_000), 4_000)
    post.tell(RetireTold(reason="replaced", replaced_by="t-bakery-2"))

    assert shop.till.stop is SellingStop.TERMINAL_RETIRED
    shop.restart()
    assert shop.till.stop is SellingStop.TERMINAL_RETIRED
    assert shop.sync(SummariseSync()).waiting == 3
    post.acknowledge()
    assert shop.sync(SummariseSync()).waiting == 0
    assert shop.core.sync.inbox.retirement == RetireTold(reason="replaced", replaced_by="t-bakery-2")
    assert post.tell(RETIRE).taken == 1


def test_what_the_owner_has_to_know_is_on_the_list_until_it_is_read(shop: Shop, post: Post) -> None:
    post.bring(post.write(FRAUD), post.write())
    shop.core.sync.delivery.alarms.raise_(AlarmCause.LEDGER_BEHIND, "a test's")
    shop.core.tick()

    lines = shop.screen(ListAttention()).lines
    assert [line.cause for line in lines] == ["ledger_behind", "double_spend", "unknown"]
    assert shop.till.notice_count == 3
    for line in lines:
        assert shop.screen(CloseAttention(entry=line.entry, answer="read")) == Done()
    shop.restart()
    assert shop.screen(ListAttention()).lines == ()
    assert shop.till.notice_count == 0


def test_a_stolen_terminal_destroys_its_key_once_everything_is_delivered(shop: Shop, post: Post) -> None:
    shop.pay(shop.code(4_000), 4_000)
    post.tell(RetireTold(reason="stolen", must_wipe=True))
    shop.core.tick()
    assert (shop.state_dir / "terminal.key").exists(), "what was sold is still to be delivered"

    post.acknowledge()
    shop.core.tick()

    assert shop.kinds[-1] == "terminal.wiping"
    shop.core.tick()
    assert (shop.state_dir / "terminal.key").exists(), "that it begins is still to be delivered"
    post.acknowledge()
    shop.core.tick()
    assert not (shop.state_dir / "terminal.key").exists()
    assert not (shop.state_dir / "pin.pepper").exists()
    assert shop.till.stop is SellingStop.TERMINAL_RETIRED
    shop.core.tick()
    shop.core.close()
    with pytest.raises(ConfigError, match="enrol"):
        build_core(shop.config, shop.clock)


def test_a_terminal_that_was_only_replaced_keeps_its_key(shop: Shop, post: Post) -> None:
    post.tell(RetireTold(reason="replaced", replaced_by="t-bakery-2"))
    post.acknowledge()
    shop.core.tick()

    assert (shop.state_dir / "terminal.key").exists()
