"""The two papers of an installation: the one that is read back, and the one that stays with the shop. Pure."""

from typing import Final

from pos.link.calls import PrintRow
from pos.link.install import InstallStep, InstallView
from pos.till.receipt.moment import date_of, minute_of
from pos.words.install import InstallLabels

MODULE_DOTS: Final = 6


def spaced(check_code: str) -> str:
    """The check code as it is read aloud."""
    return f"{check_code[:3]} {check_code[3:]}"


def trial_paper(words: InstallLabels, *, check_code: str, token: str) -> tuple[PrintRow, ...]:
    """The check code for people, and a word for the camera."""
    return (
        _headline(words.test_paper),
        PrintRow(kind="rule"),
        _headline(words.check_code.format(code=spaced(check_code))),
        PrintRow(kind="feed", rows=1),
        PrintRow(kind="qr", text=token, rows=MODULE_DOTS),
        PrintRow(kind="text", text=words.test_caption, align="centre"),
        PrintRow(kind="cut"),
    )


def done_paper(words: InstallLabels, view: InstallView, *, time_s: int) -> tuple[PrintRow, ...]:
    """What was installed, and how the tests went."""
    pairs = (
        (words.row_terminal, view.terminal),
        (words.row_former, _former(words, view)),
        (words.row_machine, view.machine),
        (words.row_version, view.version),
        (words.row_support, f"{view.support[:4]} {view.support[4:]}".strip()),
        (words.check_code.format(code="").strip(), spaced(view.check_code)),
        (words.row_time, f"{date_of(time_s)} {minute_of(time_s)}"),
        (words.row_read, _went(words, view, InstallStep.READ_BACK)),
        (words.row_payment, _went(words, view, InstallStep.PAYMENT)),
    )
    return (
        _headline(words.done_paper),
        PrintRow(kind="text", text=view.shop_name, align="centre"),
        PrintRow(kind="rule"),
        *(PrintRow(kind="pair", text=left, right=right) for left, right in pairs if right),
        PrintRow(kind="cut"),
    )


def _former(words: InstallLabels, view: InstallView) -> str:
    if not view.former_entries:
        return view.former
    return words.former_brought.format(terminal=view.former, entries=view.former_entries)


def _went(words: InstallLabels, view: InstallView, step: InstallStep) -> str:
    return words.skipped if step in view.skipped else words.well


def _headline(text: str) -> PrintRow:
    return PrintRow(kind="text", text=text, align="centre", bold=True, tall=True, wide=True)
