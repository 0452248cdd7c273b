"""The ledger's hand that writes to a shop's terminal: signed messages and acknowledgements, as a test wants them."""

from __future__ import annotations

from dataclasses import dataclass, field

from pos.link.calls import MessagesTaken, SignCall, TakeAcknowledgement, TakeMessages
from pos.voucher.body_fields import MessageBody
from pos.voucher.entry import Body
from pos.voucher.keys import SigningKey
from pos.voucher.messages import Acknowledgement, Message, build_acknowledgement, build_message
from pos.voucher.outcomes import Outcome
from tests.support.core_builders import Shop


@dataclass
class Post:
    """What it writes is up to the test."""

    shop: Shop
    written: list[bytes] = field(default_factory=list)

    def key(self, role: str = "message") -> SigningKey:
        return SigningKey.from_seed((self.shop.town.ledger_dir / "keys" / f"{role}.key").read_bytes())

    def write(
        self,
        body: MessageBody | None = None,
        *,
        number: int | None = None,
        terminal: str = "t-bakery-1",
        kind: str = "",
        raw_body: Body | None = None,
        role: str = "message",
    ) -> bytes:
        message = Message(
            number=number or len(self.written) + 1,
            terminal=terminal,
            time_s=self.shop.clock.wall,
            kind=kind or (body.KIND if body else "weather"),
            body=raw_body or (body.to_body() if body else {"sky": "blue"}),
        )
        raw = build_message(message, key=self.key(role))
        self.written.append(raw)
        return raw

    def bring(self, *raws: bytes) -> MessagesTaken:
        return self.shop.sync(TakeMessages(messages=raws))

    def tell(self, *bodies: MessageBody) -> MessagesTaken:
        """Write messages and bring them, all in order."""
        return self.bring(*(self.write(body) for body in bodies))

    def acknowledge(self, *outcomes: Outcome) -> None:
        """The ledger holds everything and says so, with these outcomes."""
        nonce = self.shop.sync(SignCall(request_hash=bytes(32))).nonce
        held = self.shop.entries[-1]
        said = Acknowledgement(
            sequence=held.sequence,
            hash=held.hash,
            outcomes=outcomes,
            checkpoint=b"checkpoint",
            time_s=self.shop.clock.wall,
            nonce=nonce,
            message_number=0,
        )
        self.shop.sync(TakeAcknowledgement(raw=build_acknowledgement(said, key=self.key("ack")), nonce=nonce))
