"""`pos doctor`: what is examined, what was found, what to do; the support number; the file for support.

Rules: where core runs it is told what was found, and the number is the one that it shows and prints itself.
"""

import sys
import time
from pathlib import Path

import msgspec

from pos.commands.output import print_json, print_line
from pos.config import TerminalConfig
from pos.doctor.bundle import write_bundle
from pos.doctor.check import Place
from pos.doctor.examination import examine, place_of
from pos.errors import ConfigError, LinkError
from pos.exits import Exit
from pos.link.calls import ReadExamination, TellBundle, TellFindings
from pos.link.examination import BundleState, Colour, Finding
from pos.support_number import GROUPS, QUEUE_BOUNDS_S, SupportNumberError, decode, encode, facts_of, own_release
from pos.words import Words, words_for
from pos.words.findings import DEVICE_CODES

_MARKS = {Colour.GREEN: "ok", Colour.RED: "!!", Colour.UNKNOWN: "??"}


class FindingJson(msgspec.Struct, frozen=True, kw_only=True):
    """The stable form of one finding."""

    code: int
    check: str
    state: Colour
    name: str
    meaning: str
    to_do: str
    answered: str
    detail: str


class SupportJson(msgspec.Struct, frozen=True, kw_only=True):
    """What a support number says."""

    release: str
    red: tuple[str, ...]
    queue_at_least_h: float


def doctor(config: TerminalConfig, *, as_json: bool) -> int:
    """Tell every finding as it is made; a device fault where only devices are red, a fault where anything else is."""
    words = words_for(config.terminal.language)
    found: list[Finding] = []
    with place_of(config) as place:
        for check, finding in examine(place):
            said = _json(finding, check.name, words)
            print_json(said) if as_json else _tell(said)
            found.append(finding)
        number = _number(place, found)
    if not as_json:
        print_line(f"\n{words.support.menu}: {number[:4]} {number[4:]}")
    return _exit(found)


def bundle(config: TerminalConfig, folder: Path) -> int:
    """Examine, and write the file for support into `folder`. Raises ConfigError where there is no such folder."""
    words = words_for(config.terminal.language)
    with place_of(config) as place:
        if not folder.is_dir():
            _tell_bundle(place, BundleState.NO_STICK)
            raise ConfigError((f"{folder}: no such folder; plug a stick in and mount it",))
        examined = list(examine(place))
        lines = [msgspec.json.encode(_json(finding, check.name, words)) for check, finding in examined]
        number = _number(place, [finding for _, finding in examined])
        try:
            path = write_bundle(config, folder, core=place.core, number=number, findings=lines, now_s=int(time.time()))
        except OSError as error:
            _tell_bundle(place, BundleState.FAILED)
            raise ConfigError((f"{folder}: {error}",)) from error
        _tell_bundle(place, BundleState.WRITTEN)
    print_line(str(path))
    return Exit.DONE


def explain(number: str, *, language: str, as_json: bool) -> int:
    """Say what a support number that was read over the telephone means; wrong usage where it was misheard."""
    try:
        facts = decode(number)
    except SupportNumberError as error:
        sys.stderr.write(f"pos: {error}\n")
        return Exit.USAGE
    words = words_for(language)
    red = tuple(words.finding(GROUPS[group][0]).name for group in sorted(facts.red_groups))
    queue_h = (0, *QUEUE_BOUNDS_S)[facts.queue_step] / 3600
    release = ".".join(map(str, facts.release))
    if as_json:
        print_json(SupportJson(release=release, red=red, queue_at_least_h=round(queue_h, 1)))
        return Exit.DONE
    print_line(f"chak-pos {release}")
    for name in red:
        print_line(f"{_MARKS[Colour.RED]}  {name}")
    if facts.queue_step:
        print_line(f"{_MARKS[Colour.UNKNOWN]}  {words.support.queue_age}: >= {queue_h:.0f} h")
    return Exit.DONE


def _number(place: Place, found: list[Finding]) -> str:
    """Core's own, once it knows what was found; one made here where no core runs, or one that cannot tell."""
    if place.core is not None:
        try:
            place.core.call(TellFindings(findings=tuple(found)))
            return place.core.call(ReadExamination()).number
        except LinkError as error:
            sys.stderr.write(f"pos: core does not take what was found: {error}\n")
    return encode(facts_of(found, release=own_release(), queue_age_s=0))


def _tell_bundle(place: Place, state: BundleState) -> None:
    """The screen waits for it; the file is there whether or not it can be told."""
    if place.core is not None:
        try:
            place.core.call(TellBundle(state=state))
        except LinkError as error:
            sys.stderr.write(f"pos: the screen cannot be told: {error}\n")


def _exit(found: list[Finding]) -> Exit:
    red = [finding.code for finding in found if finding.colour is Colour.RED]
    if not red:
        return Exit.DONE
    return Exit.DEVICE if all(code in DEVICE_CODES for code in red) else Exit.FAULT


def _json(finding: Finding, check: str, words: Words) -> FindingJson:
    said = words.finding(finding.code)
    return FindingJson(
        code=finding.code,
        check=check,
        state=finding.colour,
        name=said.name,
        meaning=said.meaning,
        to_do=said.to_do,
        answered=finding.answered,
        detail=finding.detail,
    )


def _tell(said: FindingJson) -> None:
    print_line(f"{_MARKS[said.state]}  {said.code}  {said.name}: {said.meaning}")
    for more in (said.answered, said.to_do, said.detail):
        if more:
            print_line(f"         {more}")
