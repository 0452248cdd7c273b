"""What became of payments at the ledger, as an acknowledgement lists it: `[sequence, status, detail]`.

The detail follows from the status: the other payment's entry and terminal certificate for a conflict, a reason code for
a refusal, null otherwise. A final outcome never changes; watching over that is for whoever stores outcomes.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from pos import cbor
from pos.errors import MalformedError
from pos.voucher.entry import ENTRY_BYTES_MAX
from pos.voucher.fields import Fields
from pos.voucher.labels import OBJECT_BYTES_MAX

OUTCOMES_MAX: Final = 10_000
"""In one acknowledgement: 256 entries come in one call, the rest are changes since the last."""
REASON_BYTES_MAX: Final = 64


class OutcomeStatus(StrEnum):
    """A closed list."""

    SETTLED = "settled"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    REFUSED = "refused"
    PENDING = "pending"

    @property
    def is_final(self) -> bool:
        """Whether nothing may follow it."""
        return self is not OutcomeStatus.PENDING


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceSide:
    """One half of the proof of a conflict."""

    entry: bytes
    certificate: bytes
    """Of the terminal that signed the entry."""

    def to_value(self) -> cbor.Value:
        """As it is written."""
        return [self.entry, self.certificate]

    @classmethod
    def from_value(cls, value: cbor.Value) -> "EvidenceSide":
        """Read `[entry, certificate]`. Raises MalformedError."""
        if not isinstance(value, list) or len(value) != 2:
            raise MalformedError("evidence: not an entry and a certificate")
        entry, certificate = value
        if not isinstance(entry, bytes) or not 1 <= len(entry) <= ENTRY_BYTES_MAX:
            raise MalformedError("evidence: the entry is not a byte string that can hold one")
        if not isinstance(certificate, bytes) or not 1 <= len(certificate) <= OBJECT_BYTES_MAX:
            raise MalformedError("evidence: the certificate is not a byte string that can hold one")
        return cls(entry=entry, certificate=certificate)


OutcomeDetail: TypeAlias = EvidenceSide | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of the payment in the entry of this sequence."""

    sequence: int
    status: OutcomeStatus
    detail: OutcomeDetail = None

    def to_value(self) -> cbor.Value:
        """As it is written."""
        detail = self.detail.to_value() if isinstance(self.detail, EvidenceSide) else self.detail
        return [self.sequence, str(self.status), detail]

    @classmethod
    def from_value(cls, value: cbor.Value) -> "Outcome":
        """Read `[sequence, status, detail]`. Raises MalformedError."""
        if not isinstance(value, list) or len(value) != 3:
            raise MalformedError("outcome: not an array of three")
        fields = Fields("outcome", dict(enumerate(value)))
        sequence = fields.uint(0, "sequence", low=1)
        try:
            status = OutcomeStatus(fields.text(1, "status", bytes_max=REASON_BYTES_MAX))
        except ValueError:
            raise MalformedError("outcome: a status that is not known") from None
        return cls(sequence=sequence, status=status, detail=_detail(fields, status))


def read_outcomes(fields: Fields, key: int) -> tuple[Outcome, ...]:
    """Read the outcomes of an acknowledgement; no sequence appears twice."""
    outcomes = tuple(map(Outcome.from_value, fields.array(key, "outcomes", length_max=OUTCOMES_MAX)))
    if len({outcome.sequence for outcome in outcomes}) != len(outcomes):
        raise MalformedError("acknowledgement: two outcomes for one sequence")
    return outcomes


def _detail(fields: Fields, status: OutcomeStatus) -> OutcomeDetail:
    if status is OutcomeStatus.CONFLICT:
        return EvidenceSide.from_value(fields.value(2, "detail"))
    if status is OutcomeStatus.REFUSED:
        return fields.text(2, "detail", bytes_max=REASON_BYTES_MAX)
    if fields.value(2, "detail") is not None:
        raise MalformedError(f"outcome: {status} has no detail")
    return None
