"""`pos pay` and `pos request`."""

import logging
from pathlib import Path

import msgspec

from pos.commands.faults import not_now
from pos.commands.output import print_json, print_line
from pos.config import TerminalConfig
from pos.control import Control
from pos.errors import JournalError, LinkError, OutcomeUnknownError, PosError
from pos.exits import Exit
from pos.link.calls import CloseRequest, OpenRequest, Pay, PayAnswer, Refused, RequestAnswer, VerdictShown
from pos.link.client import CoreFaultError
from pos.link.state import Outcome, VerdictView
from pos.money import format_won
from pos.terminal import open_control
from pos.words import words_for

log = logging.getLogger(__name__)

_EXITS = {Outcome.APPROVED: Exit.DONE, Outcome.DECLINED: Exit.DECLINED, Outcome.REFERRED: Exit.REFERRED}


class PayJson(msgspec.Struct, frozen=True, kw_only=True):
    """The stable form of a payment's result."""

    outcome: str
    reason: str | None
    receipt_number: str | None
    entry: str | None
    amount_won: int
    checks: tuple[str, ...]
    paper: str | None


class RequestJson(msgspec.Struct, frozen=True, kw_only=True):
    """The stable form of an open request."""

    text: str
    nonce: str
    amount_won: int
    expires: int
    qr: str | None


class ClosedJson(msgspec.Struct, frozen=True, kw_only=True):
    """The stable form of a closed request."""

    nonce: str
    closed: bool = True


class NoCodeError(PosError):
    """The picture shows no code that could be read."""


def pay(config: TerminalConfig, *, amount_won: int, text: str | None, image: Path | None, as_json: bool) -> int:
    """One sale: decode, verify, decide, record, print."""
    if text is None:
        assert image is not None, "the parser requires one of --text and --image"
        text = read_picture(image)
    with open_control(config) as control:
        answer = _present(control, Pay(text=text, amount_won=amount_won))
        is_approved = answer.outcome is Outcome.APPROVED
        paper = control.see_to_paper(answer.receipt_number or "") if is_approved else None
        _say(answer, paper, as_json=as_json)
        if is_approved:
            _note_shown(control, answer)
    return _EXITS[answer.outcome]


def _present(control: Control, call: Pay) -> PayAnswer:
    """Ask once. OutcomeUnknownError where core went away with the question, or does not know itself."""
    try:
        answer = control.call(call)
    except CoreFaultError as error:
        if error.kind == OutcomeUnknownError.__name__:
            raise OutcomeUnknownError(str(error)) from error
        raise
    except LinkError as error:
        raise OutcomeUnknownError(f"the running terminal went away before it answered: {error}") from error
    if isinstance(answer, Refused):
        raise not_now(control, answer.cause)
    return answer


def _note_shown(control: Control, answer: PayAnswer) -> None:
    """The approval stands, whatever fails now; where this cannot be noted, it is asked about after the next start."""
    try:
        control.call(VerdictShown(entry_sequence=answer.entry_sequence))
    except (JournalError, LinkError) as error:
        log.warning("that it was shown could not be noted: %s", error)


def _say(answer: PayAnswer, paper: str | None, *, as_json: bool) -> None:
    if not as_json:
        print_line(_sentence(answer))
        return
    print_json(
        PayJson(
            outcome=answer.outcome.value,
            reason=answer.reason,
            receipt_number=answer.receipt_number,
            entry=answer.entry,
            amount_won=answer.amount_won,
            checks=answer.checks,
            paper=paper,
        )
    )


def request(config: TerminalConfig, *, amount_won: int, qr: Path | None, as_json: bool) -> int:
    """Open a payment request; `pos pay` matches its answer by the nonce."""
    if qr is not None and not qr.absolute().parent.is_dir():
        raise PosError(f"{qr}: cannot be written: there is no folder {qr.absolute().parent}; no request was opened")
    with open_control(config) as control:
        answer = control.call(OpenRequest(amount_won=amount_won))
        if not isinstance(answer, RequestAnswer):
            raise not_now(control, answer.cause)
    if qr is not None:
        _write_qr(answer.text, qr)
    if as_json:
        print_json(
            RequestJson(
                text=answer.text,
                nonce=answer.nonce.hex(),
                amount_won=amount_won,
                expires=answer.expires_s,
                qr=None if qr is None else str(qr),
            )
        )
    else:
        print_line(answer.text)
    return Exit.DONE


def close_request(config: TerminalConfig, *, nonce: bytes, as_json: bool) -> int:
    """Close an open request: whoever still answers it is declined, and gets the money back."""
    with open_control(config) as control:
        answer = control.call(CloseRequest(nonce=nonce))
        if isinstance(answer, Refused):
            raise not_now(control, answer.cause)
    if as_json:
        print_json(ClosedJson(nonce=nonce.hex()))
    else:
        print_line(f"closed {nonce.hex()}")
    return Exit.DONE


def read_picture(image: Path) -> str:
    """The text of the code in a picture. Raises NoCodeError."""
    from pos.scanner.paths import scan_paths

    fault = ""
    for result in scan_paths([image]):
        if result.text is not None:
            return result.text
        fault = fault or result.fault
    raise NoCodeError(fault or f"{image}: no code could be read; hold it flat, whole and sharp, and try again")


def _write_qr(text: str, path: Path) -> None:
    """Level L with a quiet zone of four modules (protocol, "Payment request")."""
    import segno

    try:
        segno.make_qr(text, error="l", boost_error=False).save(str(path), kind="png", scale=6, border=4)
    except OSError as error:
        raise PosError(
            f"{path}: cannot be written: {error.strerror}; the request is open, its text is {text}"
        ) from error


def _sentence(answer: PayAnswer) -> str:
    if answer.outcome is Outcome.APPROVED:
        return f"approved {format_won(answer.amount_won)} won, receipt {answer.receipt_number}"
    view = VerdictView(
        serial=0,
        outcome=answer.outcome,
        reason=answer.reason or "",
        amount_won=answer.amount_won,
        earlier_receipt_number=answer.receipt_number or "",
    )
    return f"{answer.outcome.value}: {answer.reason}: {words_for('en').verdict(view).headline}"
