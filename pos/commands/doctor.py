"""`pos doctor`: what is examined, what was found, what to do."""

import msgspec

from pos.commands.output import print_json, print_line
from pos.config import TerminalConfig
from pos.doctor.check import Colour, Finding
from pos.doctor.examination import examine, place_of
from pos.exits import Exit
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


def doctor(config: TerminalConfig, *, as_json: bool) -> int:
    """Tell every finding as it is made; a device fault where only devices are red, a fault where anything else is."""
    words = words_for(config.terminal.language)
    red: list[int] = []
    with place_of(config) as place:
        for check, finding in examine(place):
            _tell(finding, check.name, words, as_json=as_json)
            if finding.colour is Colour.RED:
                red.append(finding.code)
    if not red:
        return Exit.DONE
    return Exit.DEVICE if all(code in DEVICE_CODES for code in red) else Exit.FAULT


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
