"""Core's half of the talk between the tills of one shop: whom to believe, what to keep, what to tell.

Rules:

- only a terminal that trust data names for this merchant is listened to, with a certificate of this ledger that has
  not run out and a journal that is not revoked; whoever was replaced or revoked is named there no more;
- a payment counts because its issuer and its holder signed it, inside an entry that the sibling signed as approved:
  a sibling that lies can neither invent a payment nor deny later that it said so;
- what is heard goes on the spend lines before it is answered, the same way as `voucher.spent` from the ledger;
- where a payment of ours and one of a sibling's cannot both be, the owner is told at once;
- telling never waits: core answers with what there is. Silence makes nothing stop; it makes the exposure count both;
- meetings are few, begin anew after a restart, and one sibling has one of them at a time.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias, assert_never

from pos.clock import Clock
from pos.core.alarms import AlarmCause, Alarms
from pos.core.at_risk import NOTHING_AT_RISK, AtRisk, at_risk
from pos.core.inbox import Inbox
from pos.core.timekeeper import certain_s
from pos.core.trust_store import TrustStore
from pos.errors import MalformedError
from pos.journal.journal import Journal
from pos.link.calls import (
    BeginMeeting,
    Done,
    EndMeeting,
    GreetSibling,
    MeetingBegun,
    NextForSibling,
    ReadSiblings,
    Refused,
    SiblingCall,
    SiblingHeard,
    SiblingSays,
    SiblingsKnown,
    TakeFromSibling,
)
from pos.till.reasons import Refusal
from pos.voucher.bodies import PaymentApproved, parse_body
from pos.voucher.entry import verify_entry
from pos.voucher.keys import SigningKey
from pos.voucher.message_bodies import SiblingSpend
from pos.voucher.siblings import (
    ENTRIES_MAX,
    Greeting,
    Hello,
    Meeting,
    MeetingKey,
    News,
    accept_greeting,
    parse_greeting,
    sign_greeting,
    sign_news,
    verify_news,
)
from pos.voucher.signed import decode_certificate, decode_paper_voucher, decode_payment
from pos.voucher.spend_line import LinePoint, point_of
from pos.voucher.verified import (
    VerifiedCertificate,
    VerifiedPayment,
    VerifiedVoucher,
    verify_certificate,
    verify_payment,
    verify_voucher,
)

MEETINGS_MAX: Final = 8
LINKED_S: Final = 6.0
"""A sibling that said nothing for so long may have taken anything; it says something every two seconds."""
RISK_S: Final = 10.0
"""How old the number of won at risk may be when a sibling is told it: it costs a look at the whole journal."""
NEWS_ENTRIES_BYTES_MAX: Final = 48 * 1024

SiblingAnswer: TypeAlias = SiblingsKnown | MeetingBegun | SiblingSays | SiblingHeard | Done | Refused

_REFUSED: Final = Refused(cause=Refusal.NOT_ACCEPTABLE)

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class _Met:
    """A meeting as far as it has come."""

    key: MeetingKey
    peer: str = ""
    """As its hello says, which proves nothing yet."""
    peer_key: bytes = b""
    public_key: bytes = b""
    """Of the sibling's certificate, once its greeting was believed."""
    heard_number: int = 0
    heard_s: float = 0.0
    is_caught_up: bool = False
    risk: AtRisk = NOTHING_AT_RISK
    told: int = 0
    told_number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SiblingStanding:
    """How the other tills stand, as far as this one knows now."""

    linked: int
    """Heard from just now, with everything that they approved."""
    silent: int
    linked_risk: AtRisk
    """What the linked ones have at risk together."""


@dataclass(slots=True, kw_only=True)
class Siblings:
    """The other tills of one terminal's shop."""

    journal: Journal
    trust: TrustStore
    clock: Clock
    key: SigningKey
    terminal: str
    inbox: Inbox
    alarms: Alarms
    _meetings: dict[bytes, _Met] = field(default_factory=dict)
    _risk: AtRisk = NOTHING_AT_RISK
    _risk_s: float | None = None

    def answer(self, call: SiblingCall) -> SiblingAnswer:
        match call:
            case ReadSiblings():
                return SiblingsKnown(
                    terminal=self.terminal, merchant=self.trust.merchant.merchant, siblings=self.trust.siblings
                )
            case BeginMeeting():
                return self._begin()
            case EndMeeting(meeting=meeting):
                self._meetings.pop(meeting, None)
                return Done()
            case GreetSibling() | TakeFromSibling() | NextForSibling():
                return self._go_on(call)
            case _:
                assert_never(call)

    def standing(self) -> SiblingStanding:
        """For the owner: who is heard from, and what those have at risk."""
        linked = [met for met in self._meetings.values() if self._is_linked(met) and met.is_caught_up]
        return SiblingStanding(
            linked=len(linked),
            silent=len(self.trust.siblings) - len(linked),
            linked_risk=AtRisk(
                shops_won=sum(met.risk.shops_won for met in linked),
                issuers_won=sum(met.risk.issuers_won for met in linked),
            ),
        )

    def _begin(self) -> MeetingBegun:
        while len(self._meetings) >= MEETINGS_MAX:
            # Whoever has not been believed makes room first, the oldest among them.
            strangers = [key for key, met in self._meetings.items() if not met.public_key]
            del self._meetings[next(iter(strangers or self._meetings))]
        key = MeetingKey()
        self._meetings[key.public] = _Met(key=key)
        return MeetingBegun(meeting=key.public, hello=Hello(terminal=self.terminal, key=key.public).to_bytes())

    def _go_on(self, call: GreetSibling | TakeFromSibling | NextForSibling) -> SiblingSays | SiblingHeard | Refused:
        met = self._meetings.get(call.meeting)
        if met is None:
            return _REFUSED
        try:
            match call:
                case GreetSibling(hello=hello):
                    return self._greet(met, hello)
                case TakeFromSibling(raw=raw):
                    return self._take_news(met, raw) if met.public_key else self._take_greeting(met, raw)
                case NextForSibling(is_beat=is_beat):
                    return self._tell(met, is_beat=is_beat)
        except MalformedError as error:
            log.warning("another till is not believed: %s", error.what)
            del self._meetings[call.meeting]
            return _REFUSED

    def _greet(self, met: _Met, raw: bytes) -> SiblingSays:
        hello = Hello.from_bytes(raw)
        if met.peer or hello.terminal not in self.trust.siblings:
            raise MalformedError(f"{hello.terminal} is no other till of this shop")
        if any(other.peer == hello.terminal and self._is_linked(other) for other in self._meetings.values()):
            raise MalformedError(f"{hello.terminal} is being talked with already")
        met.peer, met.peer_key = hello.terminal, hello.key
        greeting = Greeting(
            meeting=self._ours(met), certificate=self.inbox.certificate(), heard=self.journal.siblings.heard(met.peer)
        )
        return SiblingSays(raw=sign_greeting(greeting, key=self.key), peer=met.peer)

    def _take_greeting(self, met: _Met, raw: bytes) -> SiblingHeard:
        if not met.peer:
            raise MalformedError("a greeting before a hello")
        parsed = parse_greeting(raw)
        public_key = self._certified_key(met.peer, parsed.claims.certificate)
        greeting = accept_greeting(parsed, public_key=public_key, meeting=self._theirs(met))
        # An older meeting with the same till ended without a word: its cable was pulled, or it was switched off.
        for meeting, other in tuple(self._meetings.items()):
            if other is not met and other.peer == met.peer and other.public_key:
                del self._meetings[meeting]
        met.public_key = public_key
        met.heard_s = self.clock.monotonic_s()
        met.told = self.journal.siblings.begin_after(greeting.heard, head=self.journal.head.sequence)
        log.info("the other till %s is there; it has heard up to entry %d", met.peer, greeting.heard)
        return SiblingHeard(new=0)

    def _take_news(self, met: _Met, raw: bytes) -> SiblingHeard:
        if met.peer not in self.trust.siblings or self.trust.is_revoked(met.peer):
            raise MalformedError(f"{met.peer} is no other till of this shop any more")
        plain = met.key.open(raw, peer_key=met.peer_key)
        news = verify_news(plain, public_key=met.public_key, meeting=self._theirs(met), number=met.heard_number + 1)
        spends = [spend for entry in news.entries if (spend := self._spend_in(met, entry)) is not None]
        new = self.journal.siblings.take(met.peer, spends, heard=news.told, reading=self.clock.read())
        met.heard_number, met.heard_s, met.is_caught_up = news.number, self.clock.monotonic_s(), news.is_all
        met.risk = AtRisk(shops_won=news.shops_risk_won, issuers_won=news.issuers_risk_won)
        self._tell_owner(spends)
        return SiblingHeard(new=new)

    def _tell(self, met: _Met, *, is_beat: bool) -> SiblingSays:
        if not met.public_key:
            raise MalformedError("nobody has said who he is yet")
        head = self.journal.head.sequence
        approvals = self.journal.siblings.approvals_after(
            met.told, head=head, entries_max=ENTRIES_MAX, bytes_max=NEWS_ENTRIES_BYTES_MAX
        )
        if not (approvals.entries or is_beat or met.told_number == 0):
            return SiblingSays(raw=b"", peer=met.peer)
        risk = self._own_risk()
        news = News(
            meeting=self._ours(met),
            number=met.told_number + 1,
            told=approvals.told,
            entries=approvals.entries,
            shops_risk_won=risk.shops_won,
            issuers_risk_won=risk.issuers_won,
            is_all=approvals.is_all,
        )
        boxed = met.key.box(sign_news(news, key=self.key), peer_key=met.peer_key)
        met.told, met.told_number = approvals.told, news.number
        return SiblingSays(raw=boxed, peer=met.peer, is_more=not approvals.is_all)

    def _certified_key(self, peer: str, raw: bytes) -> bytes:
        signed = decode_certificate(raw)
        verified = verify_certificate(signed, self.trust.ledger)
        claims = signed.claims
        if not isinstance(verified, VerifiedCertificate) or claims.terminal != peer:
            raise MalformedError(f"{peer} has no certificate of this ledger")
        if claims.merchant != self.trust.merchant.merchant:
            raise MalformedError(f"{peer} is a till of another shop")
        if claims.expires_s <= certain_s(self.clock):
            raise MalformedError(f"the certificate of {peer} has run out")
        if self.trust.is_revoked(peer):
            raise MalformedError(f"{peer} is revoked")
        return claims.terminal_key

    def _spend_in(self, met: _Met, raw: bytes) -> SiblingSpend | None:
        """The payment in an entry; None for one that cannot be judged here. Raises MalformedError for an entry that is
        not the sibling's, or one whose payment is not what it says."""
        entry = verify_entry(raw, met.public_key)
        body = parse_body(entry.kind, entry.body)
        if not isinstance(body, PaymentApproved):
            raise MalformedError(f"{met.peer} tells of an entry that approves nothing")
        spend = self._payment_in(met, body.object_bytes) or self._note_in(met, body.object_bytes)
        if spend is None:
            log.warning("a payment that %s approved cannot be verified here", met.peer)
        elif spend.point.amount_won != body.amount_won:
            raise MalformedError(f"{met.peer} approved another amount than was signed")
        return spend

    def _payment_in(self, met: _Met, raw: bytes) -> SiblingSpend | None:
        try:
            signed = decode_payment(raw)
        except MalformedError:
            return None
        verified = verify_payment(signed, self.trust.issuer(signed.voucher.claims.issuer))
        if not isinstance(verified, VerifiedPayment):
            return None
        point = point_of(verified.payment)
        if point.spent_after_won > verified.voucher.value_won:
            return None
        return SiblingSpend(voucher=verified.voucher_identity, point=point, terminal=met.peer)

    def _note_in(self, met: _Met, raw: bytes) -> SiblingSpend | None:
        """A paper note is a line of one payment over its whole value."""
        try:
            signed = decode_paper_voucher(raw)
        except MalformedError:
            return None
        verified = verify_voucher(signed, self.trust.issuer(signed.claims.issuer))
        if not isinstance(verified, VerifiedVoucher):
            return None
        point = LinePoint(sequence=1, spent_before_won=0, amount_won=verified.voucher.value_won)
        return SiblingSpend(voucher=verified.identity, point=point, terminal=met.peer)

    def _tell_owner(self, spends: Sequence[SiblingSpend]) -> None:
        """What was paid with both here and there."""
        for spend in spends:
            if self.journal.payments.contradicts(spend.voucher, spend.point):
                what = f"voucher {spend.voucher.voucher_id.hex()} was spent here and at {spend.terminal}"
                self.alarms.raise_(AlarmCause.SPENT_AT_SIBLING, what)

    def _own_risk(self) -> AtRisk:
        now_s = self.clock.monotonic_s()
        if self._risk_s is None or now_s - self._risk_s >= RISK_S:
            self._risk, self._risk_s = at_risk(self.journal, self.trust), now_s
        return self._risk

    def _is_linked(self, met: _Met) -> bool:
        return bool(met.public_key) and self.clock.monotonic_s() - met.heard_s <= LINKED_S

    def _ours(self, met: _Met) -> Meeting:
        merchant = self.trust.merchant.merchant
        return Meeting(
            teller=self.terminal, listener=met.peer, merchant=merchant, key=met.key.public, peer_key=met.peer_key
        )

    def _theirs(self, met: _Met) -> Meeting:
        merchant = self.trust.merchant.merchant
        return Meeting(
            teller=met.peer, listener=self.terminal, merchant=merchant, key=met.peer_key, peer_key=met.key.public
        )
