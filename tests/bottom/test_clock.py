"""What is known of the time, whatever the machine's clock says."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.clock import Anchor, LinuxMachine, Quality, Reading, reading

BOOT = bytes(16)
NOW = 1_790_000_000
REFUSED = -1
"""What adjtimex(2) returns where the process may not ask."""
ANCHOR = Anchor(time_s=NOW, error_s=1, boot_id=BOOT, boot_ms=50_000)


def read(
    *,
    wall_s: int = NOW,
    boot_id: bytes = BOOT,
    boot_ms: int = 50_000,
    is_synchronised: bool = False,
    floor_s: int | None = NOW - 100,
    anchor: Anchor | None = None,
) -> Reading:
    return reading(
        wall_s=wall_s,
        boot_id=boot_id,
        boot_ms=boot_ms,
        is_synchronised=is_synchronised,
        floor_s=floor_s,
        anchor=anchor,
    )


def test_a_signed_time_of_this_boot_beats_any_wall_clock() -> None:
    for wall_s in (0, NOW, NOW + 10 * 365 * 86_400):
        result = read(wall_s=wall_s, boot_ms=650_000, anchor=ANCHOR)
        assert (result.quality, result.time_s) == (Quality.SIGNED, NOW + 600)
        assert result.latest_s is not None
        assert result.earliest_s <= result.time_s <= result.latest_s


def test_after_a_restart_the_signed_time_is_only_a_floor() -> None:
    result = read(wall_s=0, boot_id=b"b" * 16, floor_s=NOW, anchor=ANCHOR)
    assert (result.quality, result.time_s, result.latest_s) == (Quality.FLOOR, NOW, None)


def test_a_regressed_clock_steps_up_to_the_floor() -> None:
    result = read(wall_s=NOW - 86_400, is_synchronised=True)
    assert (result.quality, result.time_s) == (Quality.FLOOR, NOW - 100)


def test_a_synchronised_clock_can_judge() -> None:
    assert read(is_synchronised=True).quality is Quality.NETWORK


def test_an_unsynchronised_clock_is_an_estimate_without_upper_bound() -> None:
    result = read(wall_s=NOW + 86_400)
    assert (result.quality, result.time_s, result.earliest_s) == (Quality.FLOOR, NOW + 86_400, NOW - 100)
    assert result.latest_s is None


def test_without_a_floor_nothing_is_known() -> None:
    assert read(floor_s=None).quality is Quality.NONE


@given(
    wall_s=st.integers(0, 4_000_000_000),
    boot_ms=st.integers(0, 10**11),
    is_synchronised=st.booleans(),
    floor_s=st.integers(0, 4_000_000_000),
    has_anchor=st.booleans(),
)
def test_time_is_never_below_the_floor(
    wall_s: int, boot_ms: int, is_synchronised: bool, floor_s: int, has_anchor: bool
) -> None:
    result = read(
        wall_s=wall_s,
        boot_ms=boot_ms,
        is_synchronised=is_synchronised,
        floor_s=floor_s,
        anchor=ANCHOR if has_anchor else None,
    )
    assert min(result.time_s, result.earliest_s) >= floor_s
    assert result.latest_s is None or result.latest_s >= result.earliest_s


def test_this_machine_has_clocks() -> None:
    machine = LinuxMachine()
    assert len(machine.boot_id()) == 16
    assert machine.boot_ms() <= machine.boot_ms()
    assert machine.is_synchronised() in (True, False)


def test_the_boot_id_is_the_one_that_systemd_hands_over() -> None:
    given_id = "0123456789abcdef0123456789abcdef"
    assert LinuxMachine(environment={"POS_BOOT_ID": given_id}).boot_id().hex() == given_id


@pytest.mark.parametrize("given_id", ["", "%b", "0123", "0123456789abcdef0123456789abcdeg", "0" * 33, "0" * 32 + "\n"])
def test_a_boot_id_that_is_none_is_not_believed(given_id: str) -> None:
    kernels = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip().replace("-", "")
    assert LinuxMachine(environment={"POS_BOOT_ID": given_id}).boot_id().hex() == kernels
    assert LinuxMachine(environment={}).boot_id().hex() == kernels


def test_the_time_services_file_says_that_the_clock_is_synchronised(tmp_path: Path) -> None:
    file = tmp_path / "synchronized"
    machine = LinuxMachine(synchronised_file=file, adjtimex=lambda: REFUSED)
    assert not machine.is_synchronised()

    file.touch()

    assert machine.is_synchronised()


@pytest.mark.parametrize(("state", "is_synchronised"), [(0, True), (4, True), (5, False), (REFUSED, False)])
def test_without_that_file_the_kernel_is_asked(state: int, is_synchronised: bool, tmp_path: Path) -> None:
    machine = LinuxMachine(synchronised_file=tmp_path / "absent", adjtimex=lambda: state)
    assert machine.is_synchronised() is is_synchronised
