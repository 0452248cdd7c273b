"""`pos doctor`: what is examined, what was found, what to do."""

import sys
from importlib.metadata import PackageNotFoundError, version

import msgspec

from pos.commands.output import print_json, print_line
from pos.config import TerminalConfig
from pos.doctor.check import Colour, Finding
from pos.doctor.examination import examine, place_of
from pos.doctor.support import AWAY_BOUNDS_S, GROUPS, SupportNumberError, decode, encode, facts_of
from pos.exits import Exit
from pos.words import Words, words_for
from pos.words.findings import DEVICE_CODES, FindingCode

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
    away_at_least_h: float


def doctor(config: TerminalConfig, *, as_json: bool) -> int:
    """Tell every finding as it is made; a device fault where only devices are red, a fault where anything else is."""
    words = words_for(config.terminal.language)
    found: list[Finding] = []
    with place_of(config) as place:
        for check, finding in examine(place):
            _tell(finding, check.name, words, as_json=as_json)
            found.append(finding)
    if not as_json:
        number = encode(facts_of(found, release=_release()))
        print_line(f"\n{words.support_number}: {number[:4]} {number[4:]}")
    red = [finding.code for finding in found if finding.colour is Colour.RED]
    if not red:
        return Exit.DONE
    return Exit.DEVICE if all(code in DEVICE_CODES for code in red) else Exit.FAULT


def explain(number: str, *, language: str, as_json: bool) -> int:
    """Say what a support number that was read over the telephone means; wrong usage where it was misheard."""
    try:
        facts = decode(number)
    except SupportNumberError as error:
        sys.stderr.write(f"pos: {error}\n")
        return Exit.USAGE
    words = words_for(language)
    red = tuple(words.finding(GROUPS[group][0]).name for group in sorted(facts.red_groups))
    away_h = (0, *AWAY_BOUNDS_S)[facts.away_step] / 3600
    if as_json:
        release = ".".join(map(str, facts.release))
        print_json(SupportJson(release=release, red=red, away_at_least_h=round(away_h, 1)))
        return Exit.DONE
    print_line(f"chak-pos {'.'.join(map(str, facts.release))}")
    for name in red:
        print_line(f"{_MARKS[Colour.RED]}  {name}")
    if facts.away_step:
        print_line(f"{_MARKS[Colour.UNKNOWN]}  {words.finding(FindingCode.LEDGER_AWAY).name}: >= {away_h:.0f} h")
    return Exit.DONE


def _release() -> tuple[int, int, int]:
    """Of the installed program; zeros where it runs from its sources alone."""
    try:
        parts = [int(part) for part in version("chak-pos").split(".")[:3]]
    except (PackageNotFoundError, ValueError):
        return (0, 0, 0)
    major, minor, patch = (*parts, 0, 0, 0)[:3]
    return (major, minor, patch)


def _tell(finding: Finding, check: str, words: Words, *, as_json: bool) -> None:
    said = words.finding(finding.code)
    if as_json:
        print_json(
            FindingJson(
                code=finding.code,
                check=check,
                state=finding.colour,
                name=said.name,
                meaning=said.meaning,
                to_do=said.to_do,
                answered=finding.answered,
                detail=finding.detail,
            )
        )
        return
    print_line(f"{_MARKS[finding.colour]}  {finding.code}  {said.name}: {said.meaning}")
    for more in (finding.answered, said.to_do, finding.detail):
        if more:
            print_line(f"         {more}")
