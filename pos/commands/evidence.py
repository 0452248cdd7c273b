"""`pos evidence verify`: a double-spend evidence file checked with public keys alone, on any machine."""

from dataclasses import dataclass
from pathlib import Path

from pos.commands.output import print_json, print_line
from pos.config import TerminalConfig
from pos.core.public_keys import PublicKeys
from pos.core.trust_desk import stored_set
from pos.errors import ConfigError, MalformedError
from pos.exits import Exit
from pos.trust.folder import TrustFolder
from pos.voucher.evidence import EvidenceFailure, EvidenceFile, ProvenConflict, ProvenSide, verify_evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSide:
    """One approved payment of a proven conflict."""

    ledger: str
    terminal: str
    merchant: str
    entry: str
    entry_sequence: int
    approved_s: int
    sequence: int
    spent_before_won: int
    amount_won: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEvidence:
    """What a file proves, or at which step it proves nothing."""

    is_proven: bool
    issuer: str | None = None
    voucher: str | None = None
    value_won: int | None = None
    sides: tuple[ShownSide, ...] = ()
    step: str | None = None
    what: str | None = None


def held_targets(config: TerminalConfig) -> Path:
    """The trust files that this till goes by. Raises TrustError where there are none."""
    return stored_set(TrustFolder(config.terminal.trust_dir)).targets


def verify(file: Path, *, trust_dir: Path, as_json: bool) -> int:
    """Done when the file proves double spending, declined when it does not. Raises ConfigError, TrustError."""
    keys = PublicKeys.read(trust_dir)
    try:
        evidence = EvidenceFile.from_bytes(file.read_bytes())
    except OSError as error:
        raise ConfigError((f"{file}: {error.strerror}",)) from error
    except MalformedError as error:
        return _answer(ShownEvidence(is_proven=False, step="malformed", what=error.what), as_json=as_json)
    found = verify_evidence(evidence, keys)
    if isinstance(found, EvidenceFailure):
        what = found.what if found.side is None else f"payment {found.side}: {found.what}"
        return _answer(ShownEvidence(is_proven=False, step=found.step, what=what), as_json=as_json)
    return _answer(_proven(found), as_json=as_json)


def _proven(found: ProvenConflict) -> ShownEvidence:
    voucher = found.first.payment.voucher
    return ShownEvidence(
        is_proven=True,
        issuer=voucher.issuer,
        voucher=voucher.voucher_id.hex(),
        value_won=voucher.value_won,
        sides=(_side(found.first), _side(found.second)),
    )


def _side(side: ProvenSide) -> ShownSide:
    certificate, payment = side.certificate.certificate, side.payment.payment
    return ShownSide(
        ledger=certificate.ledger,
        terminal=certificate.terminal,
        merchant=certificate.merchant,
        entry=side.entry.hash.hex(),
        entry_sequence=side.entry.sequence,
        approved_s=side.entry.time_s,
        sequence=payment.sequence,
        spent_before_won=payment.spent_before_won,
        amount_won=payment.amount_won,
    )


def _answer(shown: ShownEvidence, *, as_json: bool) -> int:
    if as_json:
        print_json(shown)
    elif shown.is_proven:
        print_line(f"proven: voucher {shown.voucher} of issuer {shown.issuer} was spent twice")
        for side in shown.sides:
            print_line(
                f"  {side.terminal} ({side.merchant}), entry {side.entry_sequence}: payment {side.sequence}, "
                f"{side.amount_won:,} won after {side.spent_before_won:,} won"
            )
        print_line("a review, not a penalty: the restored backup of a phone looks the same")
    else:
        print_line(f"not proven ({shown.step}): {shown.what}")
    return Exit.DONE if shown.is_proven else Exit.DECLINED
