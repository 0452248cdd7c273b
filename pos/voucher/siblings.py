"""What two tills of one shop say to each other over the shop's own network (PROTOCOL.md, section 11).

Rules:

- a meeting begins with two hellos, one from each side, which prove nothing: a terminal id and a key made for this
  meeting alone. Both keys stand in everything that is said afterwards, so nothing can be said again at another meeting;
- a greeting is signed by the terminal key and shows the terminal's certificate; news is signed too, numbered from 1
  without gaps, and boxed for the two keys of the meeting: who listens in the shop's network reads nothing of it;
- news carries entries of the teller's own journal as they were signed. An approved payment in such an entry counts for
  itself, whoever brought it.

Whose certificate counts, and what an entry is worth, is for core.
"""

from dataclasses import dataclass
from typing import Final, Self, TypeVar

import nacl.bindings
import nacl.exceptions
import nacl.utils

from pos import cbor
from pos.errors import MalformedError
from pos.voucher.aad import Aad
from pos.voucher.calls import Unverified, parse_signed
from pos.voucher.cose import SignatureError, sign1, verify_sign1
from pos.voucher.entry import ENTRY_BYTES_MAX
from pos.voucher.fields import Fields
from pos.voucher.keys import SigningKey
from pos.voucher.labels import OBJECT_BYTES_MAX
from pos.voucher.message_bodies import TOTAL_MAX_WON

MEETING_KEY_BYTES: Final = 32
HELLO_BYTES_MAX: Final = 128
GREETING_BYTES_MAX: Final = 1_024
NEWS_BYTES_MAX: Final = 64 * 1024
ENTRIES_MAX: Final = 16
"""Of one piece of news."""
SEQUENCE_MAX: Final = 2**53
_BOX_NONCE_BYTES: Final = 24

_GREETING, _NEWS = 1, 2
_KIND, _FROM, _TO, _MERCHANT, _KEY, _PEER_KEY = 1, 2, 3, 4, 5, 6
_CERTIFICATE, _HEARD = 7, 8
_NUMBER, _TOLD, _ENTRIES, _SHOPS_RISK, _ISSUERS_RISK, _IS_ALL = 9, 10, 11, 12, 13, 14

C = TypeVar("C")


class MeetingKey:
    """A key made for one meeting. It prints nothing of itself."""

    __slots__ = ("_private", "public")

    def __init__(self) -> None:
        public, self._private = nacl.bindings.crypto_box_keypair()
        self.public: Final[bytes] = public

    def box(self, plain: bytes, *, peer_key: bytes) -> bytes:
        """Box bytes for the two of the meeting. Raises MalformedError for a key that is none."""
        nonce = nacl.utils.random(_BOX_NONCE_BYTES)
        try:
            return nonce + nacl.bindings.crypto_box(plain, nonce, peer_key, self._private)
        except (nacl.exceptions.CryptoError, nacl.exceptions.TypeError, nacl.exceptions.ValueError) as error:
            raise MalformedError("meeting: not a key") from error

    def open(self, boxed: bytes, *, peer_key: bytes) -> bytes:
        """Open what the other one boxed. Raises MalformedError."""
        nonce, secret = boxed[:_BOX_NONCE_BYTES], boxed[_BOX_NONCE_BYTES:]
        try:
            return nacl.bindings.crypto_box_open(secret, nonce, peer_key, self._private)
        except (nacl.exceptions.CryptoError, nacl.exceptions.TypeError, nacl.exceptions.ValueError) as error:
            raise MalformedError("meeting: not boxed for this meeting, or changed") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """The first thing said, by anybody."""

    terminal: str
    key: bytes

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Raises MalformedError."""
        if len(raw) > HELLO_BYTES_MAX:
            raise MalformedError(f"hello: more than {HELLO_BYTES_MAX} bytes")
        fields = Fields("hello", cbor.decode(raw))
        hello = cls(terminal=fields.id_(_FROM, "terminal"), key=fields.bytes_(_KEY, "key", size=MEETING_KEY_BYTES))
        fields.close()
        return hello

    def to_bytes(self) -> bytes:
        return cbor.encode({_FROM: self.terminal, _KEY: self.key})


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """Who speaks to whom, where: stands in all that is signed."""

    teller: str
    listener: str
    merchant: str
    key: bytes
    peer_key: bytes
    """Keys of the meeting, the teller's and the listener's."""

    def fields(self, kind: int) -> dict[int | str, cbor.Value]:
        return {
            _KIND: kind,
            _FROM: self.teller,
            _TO: self.listener,
            _MERCHANT: self.merchant,
            _KEY: self.key,
            _PEER_KEY: self.peer_key,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """Who I am, and how far I have heard of you."""

    meeting: Meeting
    certificate: bytes
    heard: int
    """Sequence of the listener's entry up to which its approvals are known to the teller; 0 for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What I have approved."""

    meeting: Meeting
    number: int
    """1, 2, 3 … in this direction of this meeting."""
    told: int
    """Sequence of the teller's entry up to which all of its approvals are told, with this news."""
    entries: tuple[bytes, ...]
    shops_risk_won: int
    """What the teller has approved, the ledger has not decided, and the shop would bear."""
    issuers_risk_won: int
    """The same, where issuers would bear it."""
    is_all: bool
    """Nothing more waits to be told."""


def sign_greeting(greeting: Greeting, *, key: SigningKey) -> bytes:
    """Sign with the terminal's key."""
    fields = greeting.meeting.fields(_GREETING)
    fields.update({_CERTIFICATE: greeting.certificate, _HEARD: greeting.heard})
    return sign1(cbor.encode(fields), key=key, aad=Aad.SIBLING)


def parse_greeting(raw: bytes) -> Unverified[Greeting]:
    """Read a greeting; whose key must have signed it follows from its certificate. Raises MalformedError."""
    return parse_signed(raw, _read_greeting, what="greeting", bytes_max=GREETING_BYTES_MAX)


def accept_greeting(greeting: Unverified[Greeting], *, public_key: bytes, meeting: Meeting) -> Greeting:
    """Verify a greeting already read: of this meeting, by this key. Raises MalformedError, or SignatureError."""
    return _accept(greeting, greeting.claims.meeting, public_key=public_key, meeting=meeting)


def sign_news(news: News, *, key: SigningKey) -> bytes:
    """Sign with the terminal's key."""
    fields = news.meeting.fields(_NEWS)
    fields.update(
        {
            _NUMBER: news.number,
            _TOLD: news.told,
            _ENTRIES: list(news.entries),
            _SHOPS_RISK: news.shops_risk_won,
            _ISSUERS_RISK: news.issuers_risk_won,
            _IS_ALL: news.is_all,
        }
    )
    return sign1(cbor.encode(fields), key=key, aad=Aad.SIBLING)


def verify_news(raw: bytes, *, public_key: bytes, meeting: Meeting, number: int) -> News:
    """Read and verify: of this meeting, by this key, the one that comes next. Raises MalformedError."""
    parsed = parse_signed(raw, _read_news, what="news", bytes_max=NEWS_BYTES_MAX)
    news = _accept(parsed, parsed.claims.meeting, public_key=public_key, meeting=meeting)
    if news.number != number:
        raise MalformedError(f"news: number {news.number} where {number} comes next")
    return news


def _accept(parsed: Unverified[C], given: Meeting, *, public_key: bytes, meeting: Meeting) -> C:
    if given != meeting:
        raise MalformedError("sibling: said at another meeting, or by somebody else")
    if not verify_sign1(parsed.sign1, public_key=public_key, aad=Aad.SIBLING):
        raise SignatureError("sibling: not signed by this terminal")
    return parsed.claims


def _read_meeting(fields: Fields, kind: int) -> Meeting:
    fields.uint(_KIND, "kind", low=kind, high=kind)
    return Meeting(
        teller=fields.id_(_FROM, "teller"),
        listener=fields.id_(_TO, "listener"),
        merchant=fields.id_(_MERCHANT, "merchant"),
        key=fields.bytes_(_KEY, "key", size=MEETING_KEY_BYTES),
        peer_key=fields.bytes_(_PEER_KEY, "peer key", size=MEETING_KEY_BYTES),
    )


def _read_greeting(fields: Fields) -> Greeting:
    greeting = Greeting(
        meeting=_read_meeting(fields, _GREETING),
        certificate=fields.object_(_CERTIFICATE, "certificate", bytes_max=OBJECT_BYTES_MAX),
        heard=fields.uint(_HEARD, "heard", high=SEQUENCE_MAX),
    )
    fields.close()
    return greeting


def _read_news(fields: Fields) -> News:
    news = News(
        meeting=_read_meeting(fields, _NEWS),
        number=fields.uint(_NUMBER, "number", low=1, high=SEQUENCE_MAX),
        told=fields.uint(_TOLD, "told", high=SEQUENCE_MAX),
        entries=_read_entries(fields),
        shops_risk_won=fields.uint(_SHOPS_RISK, "shop's risk", high=TOTAL_MAX_WON),
        issuers_risk_won=fields.uint(_ISSUERS_RISK, "issuers' risk", high=TOTAL_MAX_WON),
        is_all=_read_flag(fields),
    )
    fields.close()
    return news


def _read_entries(fields: Fields) -> tuple[bytes, ...]:
    given = Fields("entries", dict(enumerate(fields.array(_ENTRIES, "entries", length_max=ENTRIES_MAX))))
    return tuple(given.object_(place, "entry", bytes_max=ENTRY_BYTES_MAX) for place in range(given.count))


def _read_flag(fields: Fields) -> bool:
    value = fields.value(_IS_ALL, "is all")
    if not isinstance(value, bool):
        raise MalformedError("news: is all is neither true nor false")
    return value
