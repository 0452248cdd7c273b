"""The page of numbered lines: printed as every printer can, and what each of its lines stands for.

The question stands on the page and on the screen in the same words; the number that a person types decides, because
only a person can see what a printer without a Hangul font makes of Korean.
"""

from typing import Final

from drivers.printer.abilities import Abilities, named_with
from drivers.printer.outcome import PrintOutcome, PrintWatcher
from drivers.printer.printer import EscposPrinter
from drivers.printer.profile import Profile, load_profile
from drivers.printer.proposal import proposed_profile
from drivers.printer.raster import Typeface
from drivers.printer.trial_page import candidates, trial_page_segments
from pos.link.calls import ReportTrial
from pos.link.equipment import TrialLine
from pos.words import words_for

LAYOUTS: Final = (48, 42, 32)
"""Widths that receipts can be laid out for."""


def print_trial(printer: EscposPrinter, *, on_serial: bool, watcher: PrintWatcher) -> tuple[PrintOutcome, ReportTrial]:
    """Print the page; the report still lacks the outcome's word."""
    # Before the page, because a printer in the middle of it answers late.
    said = printer.identify()
    labels = words_for("ko").labels
    segments = trial_page_segments(
        question=labels.trial_question,
        sample=labels.trial_sample,
        typeface=Typeface.load(),
        on_serial=on_serial,
    )
    outcome, found = printer.print_trial(segments, watcher=watcher)
    proposed = proposed_profile(said)
    names = candidates(on_serial=on_serial)
    number = names.index(proposed) + 1 if said.language and proposed in names else 0
    return outcome, ReportTrial(outcome="", lines=tuple(_line(name, found) for name in names), proposed=number)


def columns_for(profile: Profile) -> int:
    """The widest layout that fits this paper."""
    return next((columns for columns in LAYOUTS if columns <= profile.columns), profile.columns)


def _line(name: str, found: Abilities) -> TrialLine:
    profile = load_profile(name)
    return TrialLine(profile=named_with(profile, found), columns=columns_for(profile))
