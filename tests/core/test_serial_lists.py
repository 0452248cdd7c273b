"""Lists of reported note numbers: exact at both ends of every range, and refused when they could hide one."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.core.serial_lists import SerialLists
from pos.errors import MalformedError, TrustError
from pos.voucher.serial_list import SerialCause, SerialRange, serial_key, serial_list

ISSUER = "41390"


def a_range(first: str, last: str, cause: SerialCause = SerialCause.STOLEN) -> SerialRange:
    return SerialRange(first=first, last=last, cause=cause)


def write(folder: Path, raw: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / f"{ISSUER}.bin").write_bytes(raw)
    return folder


@given(bounds=st.lists(st.integers(0, 9_999), unique=True, min_size=2, max_size=40), asked=st.integers(0, 9_999))
def test_exactly_the_numbers_of_the_ranges_are_reported(
    tmp_path_factory: pytest.TempPathFactory, bounds: list[int], asked: int
) -> None:
    ordered = sorted(bounds)[: len(bounds) // 2 * 2]
    pairs = list(zip(ordered[::2], ordered[1::2], strict=True))
    raw = serial_list([a_range(f"{low:04}", f"{high:04}") for low, high in pairs], as_of_s=1)
    lists = SerialLists(write(tmp_path_factory.mktemp("serials"), raw))

    for number in (asked, *bounds):
        is_reported = any(low <= number <= high for low, high in pairs)
        assert (lists.cause(ISSUER, f"{number:04}") is not None) is is_reported
        assert lists.cause(ISSUER, f"{number:05}") is None
    lists.close()


def test_each_number_has_its_cause_and_is_compared_as_it_is_typed(tmp_path: Path) -> None:
    ranges = [
        a_range("AB-100", "ab 100", SerialCause.VOID),
        a_range("2026880001", "2026880100", SerialCause.FORGED),
        a_range("7", "7", SerialCause.REDEEMED),
    ]
    lists = SerialLists(write(tmp_path, serial_list(ranges, as_of_s=1)))

    assert lists.cause(ISSUER, "ab100") is SerialCause.VOID
    assert lists.cause(ISSUER, "2026-880-100") is SerialCause.FORGED
    assert lists.cause(ISSUER, "7") is SerialCause.REDEEMED
    assert lists.cause(ISSUER, "8") is None
    assert lists.cause(ISSUER, "") is None
    assert lists.cause("52130", "7") is None
    lists.close()


def test_a_cause_of_a_later_version_still_stops_the_note(tmp_path: Path) -> None:
    raw = bytearray(serial_list([a_range("7", "7")], as_of_s=1))
    raw[-1] = 99
    lists = SerialLists(write(tmp_path, bytes(raw)))

    assert lists.cause(ISSUER, "7") is SerialCause.OTHER
    lists.close()


@pytest.mark.parametrize(
    "ranges", [[("5", "4")], [("10", "9")], [("1", "3"), ("3", "4")], [("1", "4"), ("2", "3")], [("1" * 21, "1" * 21)]]
)
def test_ranges_that_overlap_or_run_backwards_are_never_written(ranges: list[tuple[str, str]]) -> None:
    with pytest.raises(MalformedError):
        serial_list([a_range(*one) for one in ranges], as_of_s=1)


def test_a_damaged_or_unordered_list_is_refused_by_its_name(tmp_path: Path) -> None:
    good = serial_list([a_range("1", "2"), a_range("5", "6")], as_of_s=1)
    head, first, second = good[:17], good[17:60], good[60:]
    one = struct.pack(">5sQI", b"CKSN1", 1, 1)
    backwards = serial_key("6") + serial_key("5") + b"\x01"
    for raw in (b"", good[:-1], b"CKSN2" + good[5:], head + second + first, head + first + first, one + backwards):
        with pytest.raises(TrustError, match=r"^41390\.bin: "):
            SerialLists(write(tmp_path, raw))


def test_a_hundred_thousand_ranges_are_bisected_and_not_loaded(tmp_path: Path) -> None:
    ranges = (a_range(f"{number * 10:010}", f"{number * 10 + 4:010}") for number in range(100_000))
    lists = SerialLists(write(tmp_path, serial_list(ranges, as_of_s=1)))
    before_kib = _resident_kib()

    for number in range(0, 100_000, 97):
        assert lists.cause(ISSUER, f"{number * 10 + 4:010}") is SerialCause.STOLEN
        assert lists.cause(ISSUER, f"{number * 10 + 5:010}") is None
    assert _resident_kib() - before_kib < 2_048
    lists.close()


def _resident_kib() -> int:
    status = Path("/proc/self/status").read_text("ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))
