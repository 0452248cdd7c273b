"""`pos doctor`: what stands on the counter, from a terminal that runs and from one that does not."""

from __future__ import annotations

import json

import pytest

from pos.doctor.check import Place
from pos.doctor.examination import examine
from pos.errors import PosError
from pos.exits import Exit
from pos.link.calls import ListDevices, ReadState, ReportDevice, Role
from pos.link.client import BlockingLink
from pos.link.equipment import Condition, DeviceKind, DeviceView
from pos.link.examination import Colour, Finding
from pos.words import words_for
from pos.words.findings import FindingCode
from tests.support.core_builders import with_settings
from tests.support.process_tools import wait_until
from tests.system.conftest import Till
from tests.system.test_processes import running_core, sockets

Line = dict[str, object]


def devices(till: Till) -> tuple[dict[int, Line], int]:
    """The findings about devices by their number, and the exit code."""
    said = till.pos("doctor", "--json")
    return {int(str(line["code"])): line for line in said.lines if line["check"] == "devices"}, said.exit


def spoil(till: Till, **faults: object) -> None:
    paper = till.town.directory / "paper"
    paper.mkdir(exist_ok=True)
    (paper / "faults.json").write_text(json.dumps(faults))


def test_a_counter_in_order_is_green_and_says_what_answered(till: Till) -> None:
    found, _ = devices(till)

    assert {line["state"] for line in found.values()} == {"green"}
    assert found[101]["answered"] == "CHAK SIMULATED KOREA C-5601C"
    assert (found[101]["name"], found[101]["meaning"]) == ("영수증 프린터", "정상입니다")
    assert 121 in found


@pytest.mark.parametrize(
    ("faults", "code", "state", "exit_"),
    [
        ({"paper": "near_end"}, 102, "green", None),
        ({"paper": "out"}, 103, "red", Exit.DEVICE),
        ({"cover_open": True}, 104, "red", Exit.DEVICE),
        ({"unplugged": True}, 105, "red", Exit.DEVICE),
        ({"mute": True}, 106, "red", Exit.DEVICE),
        ({"broken": True}, 109, "red", Exit.DEVICE),
    ],
)
def test_each_trouble_has_its_number_and_something_to_do(
    till: Till, faults: dict[str, object], code: int, state: str, exit_: Exit | None
) -> None:
    spoil(till, **faults)
    found, ended = devices(till)

    assert found[code]["state"] == state
    assert found[code]["to_do"]
    if exit_ is not None:
        assert ended == exit_


def test_plugging_it_in_is_enough(till: Till) -> None:
    spoil(till, unplugged=True)
    assert 105 in devices(till)[0]

    spoil(till)

    assert 101 in devices(till)[0]


def test_a_configuration_that_no_printer_could_follow_is_a_finding_and_no_crash(till: Till) -> None:
    with_settings(till.town, profile='"of-a-dream"')
    found, ended = devices(till)

    assert found[110]["state"] == "red"
    assert "of-a-dream" in str(found[110]["detail"])
    assert ended == Exit.DEVICE


def test_a_camera_that_is_not_there_is_a_state_with_a_sentence(till: Till) -> None:
    camera = till.town.directory / "nowhere"
    path = till.config
    path.write_text(path.read_text().replace('"sim:camera"', f'"v4l2:{camera}"'))
    found, _ = devices(till)

    assert found[125]["state"] == "red"
    assert "꽂으면" in str(found[125]["to_do"])


def test_people_read_lines_and_are_told_the_number(till: Till) -> None:
    spoil(till, paper="out")
    said = till.pos("doctor")

    assert "103  영수증 프린터: 종이가 없습니다" in said.out


def test_a_running_core_is_asked_and_nothing_is_opened_beside_it(till: Till) -> None:
    with running_core(till):
        with_devices, _ = devices(till)
        link = BlockingLink(sockets(till), Role.DEVICES)
        view = DeviceView(kind=DeviceKind.PRINTER, condition=Condition.COVER_OPEN, url="usb:", answered="BIXOLON")
        link.call(ReportDevice(device=view))
        told, ended = devices(till)
        link.close()

    assert {line["state"] for line in with_devices.values()} == {"unknown"}, "no devices process has told anything"
    assert (told[104]["answered"], told[104]["state"], ended) == ("BIXOLON", "red", Exit.DEVICE)
    assert not (till.town.directory / "paper" / "printer.json").exists()


def test_the_devices_process_tells_core_what_is_there(till: Till) -> None:
    with running_core(till), till.start("process", "devices"):
        link = BlockingLink(sockets(till), Role.CONTROL)

        def heard() -> bool:
            page = link.call(ListDevices())
            ready = {view.kind for view in page.devices if view.condition is Condition.READY}
            return {DeviceKind.PRINTER, DeviceKind.SCANNER} <= ready

        wait_until(heard, what="the devices process has told of printer and camera")
        state = link.call(ReadState()).till
        link.close()

    assert state.printer.state.value == "ready"


class FailingCheck:
    name = "failing"

    def look(self, place: Place) -> tuple[Finding, ...]:
        raise PosError(f"nothing to see in {place.config.terminal.id}")


class FineCheck:
    name = "fine"

    def look(self, place: Place) -> tuple[Finding, ...]:
        return (Finding(code=101, colour=Colour.GREEN),)


def test_a_check_that_fails_is_told_and_ends_none_of_the_others(till: Till) -> None:
    config = with_settings(till.town)
    found = [finding for _, finding in examine(Place(config=config, core=None), (FailingCheck(), FineCheck()))]

    assert [(one.code, one.colour) for one in found] == [
        (FindingCode.CHECK_FAILED, Colour.UNKNOWN),
        (101, Colour.GREEN),
    ]
    assert "failing: nothing to see" in found[0].detail


def test_a_number_of_tomorrow_is_said_to_be_unknown() -> None:
    assert words_for("ko").finding(12_345).meaning == "이 프로그램이 모르는 번호입니다"
