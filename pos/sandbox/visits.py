"""What each kind of visitor shows: one function per kind, from the moment at the till to a text.

Honest visitors pay from their wallets; everybody else uses `cheats` and `foreign_codes`. Which outcome that must have
is in `kinds`; who comes when is in `scenarios`.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from pos.sandbox import cheats, foreign_codes
from pos.sandbox.cheats import Hand, payment_text
from pos.sandbox.kinds import Kind
from pos.sandbox.people import Crowd, Customer, Promise
from pos.sandbox.town import DAY_S, HOME_ISSUER, HOME_MERCHANT, KeyState
from pos.sandbox.wallet.requests import check_request

AWAY_ISSUER: Final = "41130"
NO_ISSUER: Final = "99999"
OTHER_MERCHANT: Final = "m-bookshop"
OFF_S: Final = 1_800
"""Far beyond any policy's age and skew of a code."""


@dataclass(slots=True, kw_only=True)
class Cheat:
    """Somebody who is approved once and comes back to sign again."""

    hand: Hand | None = None
    first_won: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """The moment: who is there, what their code is to be over, what the till shows."""

    crowd: Crowd
    customer: Customer
    chance: random.Random
    code_won: int
    now_s: int
    request: str | None = None
    earlier: str | None = None
    """A text shown and approved before."""
    cheat: Cheat | None = None

    def hand(self, promise: Promise | None = None) -> Hand:
        """A new voucher in a hand that signs anything."""
        return self.crowd.mint.hand(promise or Promise(), now_s=self.now_s)

    def sign(
        self,
        hand: Hand | None = None,
        *,
        issued_s: int | None = None,
        merchant: str | None = None,
        nonce: bytes | None = None,
    ) -> bytes:
        """A hand's first payment: of a new valid voucher, over the right amount, made now, but for what is given."""
        return (hand or self.hand()).sign(
            amount_won=self.code_won,
            issued_s=self.now_s if issued_s is None else issued_s,
            merchant=merchant,
            nonce=nonce,
        )

    def out_of(self, promise: Promise) -> str:
        """An otherwise honest payment out of this voucher."""
        return payment_text(self.sign(self.hand(promise)))


Act: TypeAlias = Callable[[Visit], str]


def show(kind: Kind, visit: Visit) -> str:
    """The text that a visitor of this kind shows."""
    return _ACTS[kind](visit)


def _plain(visit: Visit) -> str:
    if visit.cheat is None:
        return visit.customer.pay(visit.code_won, now_s=visit.now_s)
    visit.cheat.hand, visit.cheat.first_won = visit.hand(), visit.code_won
    return payment_text(visit.sign(visit.cheat.hand))


def _bound(visit: Visit) -> str:
    assert visit.request is not None, "the till has to ask first"
    return visit.customer.answer(visit.request, now_s=visit.now_s)


def _screenshot(visit: Visit) -> str:
    assert visit.earlier is not None, "nothing was approved before"
    return visit.earlier


def _double_spend(visit: Visit) -> str:
    # A second payment of sequence 1: another time makes it another payment.
    return payment_text(visit.sign(_caught(visit).hand, issued_s=visit.now_s - 1))


def _out_of_order(visit: Visit) -> str:
    cheat = _caught(visit)
    assert cheat.hand is not None
    payment = cheat.hand.sign(amount_won=visit.code_won, issued_s=visit.now_s, sequence=2, spent_before_won=1)
    return payment_text(payment)


def _overspent(visit: Visit) -> str:
    hand = visit.hand(Promise(value_won=visit.code_won))
    payment = hand.sign(amount_won=visit.code_won, issued_s=visit.now_s, sequence=2, spent_before_won=1)
    return payment_text(payment)


def _unasked_nonce(visit: Visit) -> str:
    nonce = visit.chance.randbytes(16)
    return payment_text(visit.sign(merchant=HOME_MERCHANT, nonce=nonce))


def _request_amount(visit: Visit) -> str:
    assert visit.request is not None, "the till has to ask first"
    request = check_request(visit.request, pinned=visit.crowd.town.pinned, now_s=visit.now_s)
    return payment_text(visit.sign(merchant=request.merchant, nonce=request.nonce))


def _forged_voucher(visit: Visit) -> str:
    hand, forger = visit.hand(), visit.crowd.mint.secret("forger")
    return payment_text(visit.sign(Hand(seed=hand.seed, voucher=cheats.forged(hand.voucher, seed=forger))))


def _forged_payment(visit: Visit) -> str:
    stolen = visit.hand().voucher
    return payment_text(visit.sign(Hand(seed=visit.crowd.mint.secret("thief"), voucher=stolen)))


def _flipped_bit(visit: Visit) -> str:
    return payment_text(cheats.with_some_bit_flipped(visit.sign(), visit.chance))


def _revoked_voucher(visit: Visit) -> str:
    revoked = visit.chance.choice(visit.crowd.town.trust.revoked(HOME_ISSUER))
    return visit.out_of(Promise(voucher_id=revoked))


def _caught(visit: Visit) -> Cheat:
    assert visit.cheat is not None, "a cheat needs an approved payment first"
    assert visit.cheat.hand is not None, "the first visit was not made"
    return visit.cheat


_ACTS: Final[dict[Kind, Act]] = {
    Kind.PLAIN: _plain,
    Kind.BOUND: _bound,
    Kind.PART_PAYMENT: lambda visit: visit.customer.pay(visit.code_won, now_s=visit.now_s),
    Kind.OVER_AMOUNT: lambda visit: visit.customer.pay(visit.code_won, now_s=visit.now_s),
    Kind.ABOVE_FLOOR: lambda visit: visit.customer.pay(visit.code_won, now_s=visit.now_s),
    Kind.SCREENSHOT: _screenshot,
    Kind.DOUBLE_SPEND: _double_spend,
    Kind.OUT_OF_ORDER: _out_of_order,
    Kind.OVERSPENT: _overspent,
    Kind.OTHER_SHOP: lambda visit: payment_text(visit.sign(merchant=OTHER_MERCHANT)),
    Kind.UNASKED_NONCE: _unasked_nonce,
    Kind.REQUEST_AMOUNT: _request_amount,
    Kind.FORGED_VOUCHER: _forged_voucher,
    Kind.FORGED_PAYMENT: _forged_payment,
    Kind.UNKNOWN_ISSUER: lambda visit: visit.out_of(Promise(issuer=NO_ISSUER, is_issuer_unknown=True)),
    Kind.FLIPPED_BIT: _flipped_bit,
    Kind.NOT_CANONICAL: lambda visit: payment_text(cheats.with_longer_head(visit.sign())),
    Kind.EXPIRED: lambda visit: visit.out_of(Promise(begins_in_s=-9 * DAY_S, ends_in_s=-DAY_S)),
    Kind.NOT_YET_VALID: lambda visit: visit.out_of(Promise(begins_in_s=DAY_S)),
    Kind.STALE_CODE: lambda visit: payment_text(visit.sign(issued_s=visit.now_s - OFF_S)),
    Kind.FUTURE_CODE: lambda visit: payment_text(visit.sign(issued_s=visit.now_s + OFF_S)),
    Kind.REVOKED_VOUCHER: _revoked_voucher,
    Kind.REVOKED_KEY: lambda visit: visit.out_of(Promise(key=KeyState.REVOKED)),
    Kind.RETIRED_KEY: lambda visit: visit.out_of(Promise(key=KeyState.RETIRED)),
    Kind.WRONG_AREA: lambda visit: visit.out_of(Promise(issuer=AWAY_ISSUER)),
    Kind.WRONG_MERCHANT_CLASS: lambda visit: visit.out_of(Promise(program="market")),
    Kind.WRONG_INDUSTRY: lambda visit: visit.out_of(Promise(program="study")),
    Kind.UNKNOWN_PROGRAM: lambda visit: visit.out_of(Promise(program="lunch")),
    Kind.INNER_VOUCHER: lambda visit: cheats.inner_voucher_as_note(payment_text(visit.sign())),
    Kind.TOO_LONG: lambda visit: foreign_codes.too_long(visit.chance),
    Kind.NOT_BASE45: lambda visit: foreign_codes.not_base45(visit.chance),
    Kind.NEWER_VERSION: lambda visit: foreign_codes.newer_payment(visit.chance),
    Kind.WEB_ADDRESS: lambda visit: foreign_codes.web_address(visit.chance),
    Kind.EMV_MERCHANT: lambda visit: foreign_codes.emv_merchant(visit.chance),
    Kind.HEALTH_CERTIFICATE: lambda visit: foreign_codes.health_certificate(visit.chance),
    Kind.GARBAGE: lambda visit: foreign_codes.garbage(visit.chance),
}
assert _ACTS.keys() == set(Kind), "every kind has its act"
