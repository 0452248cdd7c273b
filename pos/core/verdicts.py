"""From a recorded answer to what the screen shows of it. Pure."""

import msgspec

from pos.core.checkout import Recorded
from pos.link.state import CheckView, Outcome, VerdictView
from pos.text import safe_text
from pos.till.decision import Approved, Declined, Referred
from pos.till.reasons import MAY_SHOW_AGAIN, Check
from pos.till.receipt.masking import mask_voucher_id


def outcome_of(decision: Approved | Declined | Referred) -> Outcome:
    match decision:
        case Approved():
            return Outcome.APPROVED
        case Declined():
            return Outcome.DECLINED
        case Referred():
            return Outcome.REFERRED


def verdict_of(recorded: Recorded, *, serial: int, remaining_won: int, is_offline: bool) -> VerdictView:
    """What the screen shows of a recorded answer."""
    decision = recorded.decision
    base = VerdictView(
        serial=serial,
        outcome=outcome_of(decision),
        remaining_won=remaining_won,
        is_offline=is_offline,
        entry_sequence=recorded.entry.sequence,
        time_s=recorded.entry.time_s,
        checks=_checks(decision),
    )
    if isinstance(decision, Approved):
        payment = decision.payment
        return msgspec.structs.replace(
            base,
            amount_won=payment.payment.amount_won,
            program_name=safe_text(decision.program.name),
            voucher_mask=mask_voucher_id(payment.voucher.voucher_id),
            receipt_number=recorded.receipt_number or "",
        )
    finding = decision.finding
    earlier = finding.earlier
    foreign = recorded.foreign
    return msgspec.structs.replace(
        base,
        reason=finding.reason.value,
        amount_won=decision.payment.payment.amount_won if decision.payment is not None else 0,
        difference_won=finding.difference_won,
        limit_won=finding.limit_won,
        limit_count=finding.limit_count,
        may_show_again=finding.reason in MAY_SHOW_AGAIN,
        earlier_receipt_number=earlier.receipt_number if earlier else "",
        earlier_time_s=earlier.time_s if earlier else 0,
        earlier_amount_won=earlier.amount_won if earlier else 0,
        foreign_kind=foreign.kind.value if foreign else "",
        foreign_length=foreign.length_characters if foreign else 0,
        foreign_head=foreign.excerpt if foreign else "",
    )


def confirmed_verdict(
    *,
    serial: int,
    amount_won: int,
    program_name: str,
    receipt_number: str,
    entry_sequence: int,
    time_s: int,
    checks: tuple[Check, ...],
) -> VerdictView:
    """What the screen shows of a payment that the ledger took online."""
    return VerdictView(
        serial=serial,
        outcome=Outcome.APPROVED,
        amount_won=amount_won,
        program_name=program_name,
        receipt_number=receipt_number,
        entry_sequence=entry_sequence,
        time_s=time_s,
        is_offline=False,
        checks=tuple(CheckView(number=int(check), name=check.name.lower(), passed=True) for check in checks),
    )


def quiet_verdict(approved: VerdictView, serial: int) -> VerdictView:
    """The code just approved, seen again."""
    return msgspec.structs.replace(approved, serial=serial, is_quiet=True)


def _checks(decision: Approved | Declined | Referred) -> tuple[CheckView, ...]:
    failed: Check | None = None
    match decision:
        case Declined():
            failed = decision.checks[-1]
        case Referred():
            failed = decision.check
        case Approved():
            failed = None
    return tuple(
        CheckView(number=int(check), name=check.name.lower(), passed=check is not failed) for check in decision.checks
    )
