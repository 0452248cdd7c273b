"""Core's half of the inbox: which messages to believe, and what they do at this till.

Rules (protocol, "Message"):

- a message counts only if the ledger signed it, for this terminal, under the next number; it is stored before it is
  acknowledged, and acknowledged by a journal entry;
- nothing is recorded while entries of ours are missing here; what was stored and not acknowledged is acknowledged
  with the next message, or at the next contact;
- a certificate is used only if it is this ledger's, for this terminal, merchant and key, and lasts longer than the one
  in use; a retired terminal sells nothing any more, whatever comes later;
- an unknown kind does nothing. It is there to be shown.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pos.clock import Clock
from pos.core.alarms import AlarmCause, Alarms
from pos.core.delivery import Delivery
from pos.core.trust_store import TrustStore
from pos.errors import MalformedError
from pos.journal.inbox import Received
from pos.journal.journal import Journal
from pos.link.calls import InboxPosition, MessagesTaken
from pos.voucher.bodies import InboxAcknowledged
from pos.voucher.message_bodies import RemotePaymentTold, RetireTold
from pos.voucher.messages import verify_message
from pos.voucher.signed import SignedCertificate, decode_certificate
from pos.voucher.verified import VerifiedCertificate, verify_certificate

MESSAGES_MAX: Final = 256
"""Of one call."""

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Inbox:
    """Messages to one terminal."""

    journal: Journal
    trust: TrustStore
    clock: Clock
    delivery: Delivery
    alarms: Alarms
    terminal: str
    public_key: bytes

    def position(self) -> InboxPosition:
        """Where to go on; what was stored without being acknowledged is acknowledged now."""
        self._acknowledge()
        return InboxPosition(terminal=self.terminal, after=self.journal.inbox.highest())

    def take(self, raws: Sequence[bytes]) -> MessagesTaken:
        """Believe, store, let it work, acknowledge."""
        received, is_refused = self._believed(raws[:MESSAGES_MAX])
        result = self.journal.inbox.take(received, reading=self.clock.read())
        if result.contradictions or result.outcome_contradictions:
            what = f"messages {result.contradictions}, outcomes of entries {result.outcome_contradictions}"
            self.alarms.raise_(AlarmCause.LEDGER_CONTRADICTS, what)
        self._acknowledge()
        return MessagesTaken(after=result.highest, taken=len(result.new), is_refused=is_refused or result.is_gap)

    def paid_online(self, *, after: int) -> tuple[bytes, ...]:
        """The paid confirmations that came behind message `after`."""
        told = (told for _, told in self.journal.inbox.told(RemotePaymentTold, after=after))
        return tuple(each.confirmation for each in told if each.confirmation is not None)

    @property
    def retirement(self) -> RetireTold | None:
        """Why this terminal sells no more, if so."""
        return self.journal.inbox.retirement()

    def certificate(self) -> bytes:
        """The certificate to show: the one from the trust data, or a longer-lasting one that came by message."""
        in_use = self.trust.certificate
        told = self.journal.inbox.certificate()
        renewed = None if told is None else self._own_certificate(told)
        if renewed is None or renewed.claims.expires_s <= decode_certificate(in_use).claims.expires_s:
            return in_use
        return renewed.raw

    def _believed(self, raws: Sequence[bytes]) -> tuple[list[Received], bool]:
        """Messages up to the first that is not to be believed, and whether there was one."""
        received: list[Received] = []
        for raw in raws:
            try:
                message = verify_message(raw, self.trust.ledger, terminal=self.terminal)
            except MalformedError as error:
                log.warning("a message that is not to be believed: %s", error.what)
                return received, True
            received.append(Received(message=message, raw=raw))
        return received, False

    def _acknowledge(self) -> None:
        highest = self.journal.inbox.highest()
        if highest > self.journal.inbox.acknowledged() and not self.delivery.is_missing_entries:
            self.journal.record([InboxAcknowledged(number=highest)], reading=self.clock.read())

    def _own_certificate(self, raw: bytes) -> SignedCertificate | None:
        try:
            signed = decode_certificate(raw)
        except MalformedError as error:
            log.warning("a certificate that cannot be read: %s", error.what)
            return None
        claims, merchant = signed.claims, self.trust.merchant.merchant
        is_ours = (claims.terminal, claims.merchant, claims.terminal_key) == (self.terminal, merchant, self.public_key)
        if is_ours and isinstance(verify_certificate(signed, self.trust.ledger), VerifiedCertificate):
            return signed
        log.warning("a certificate that is not for this terminal")
        return None
