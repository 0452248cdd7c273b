"""Lists of revoked vouchers: exact, mapped, honest about what they do not cover."""

import secrets
import struct
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from pos.core.revocations import SHARD_IDS_MAX, Revocations
from pos.errors import TrustError
from pos.till.policy import RevocationState

ISSUER = "41390"
COVERS_S = 2_000_000_000
MANY = 1_000_000
GROWN_KIB_MAX = 2_048
REVOKED, NOT_REVOKED, NOT_COVERED = (
    RevocationState.REVOKED,
    RevocationState.NOT_REVOKED,
    RevocationState.NOT_COVERED,
)


def id_of(number: int) -> bytes:
    return number.to_bytes(16, "big")


def write(folder: Path, name: str, ids: Sequence[bytes], *, count: int | None = None, magic: bytes = b"CKRV1") -> None:
    folder.mkdir(exist_ok=True)
    head = struct.pack(">5sQQI", magic, COVERS_S - 1_000, COVERS_S, len(ids) if count is None else count)
    (folder / f"{name}.bin").write_bytes(head + b"".join(ids))


def state(folder: Path, voucher_id: bytes, *, now_s: int = COVERS_S) -> RevocationState:
    return Revocations(folder).state(ISSUER, voucher_id, now_s=now_s)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 10, 1_001])
def test_exactly_the_listed_vouchers_are_revoked(tmp_path: Path, count: int) -> None:
    write(tmp_path, ISSUER, [id_of(2 * number) for number in range(count)])
    lists = Revocations(tmp_path)

    for number in range(count):
        assert lists.state(ISSUER, id_of(2 * number), now_s=COVERS_S) is REVOKED
        assert lists.state(ISSUER, id_of(2 * number + 1), now_s=COVERS_S) is NOT_REVOKED
    assert lists.state(ISSUER, b"\xff" * 16, now_s=COVERS_S) is NOT_REVOKED


def test_a_list_that_is_too_old_says_not_covered_and_still_knows_whom_it_revoked(tmp_path: Path) -> None:
    write(tmp_path, ISSUER, [id_of(1)])

    assert state(tmp_path, id_of(2), now_s=COVERS_S) is NOT_REVOKED
    assert state(tmp_path, id_of(2), now_s=COVERS_S + 1) is NOT_COVERED
    assert state(tmp_path, id_of(1), now_s=COVERS_S + 1) is REVOKED


def test_without_a_list_nothing_is_covered(tmp_path: Path) -> None:
    assert state(tmp_path, id_of(1)) is NOT_COVERED
    assert state(tmp_path / "nothing", id_of(1)) is NOT_COVERED


def test_the_list_of_another_issuer_says_nothing(tmp_path: Path) -> None:
    write(tmp_path, "52130", [id_of(1)])

    assert state(tmp_path, id_of(1)) is NOT_COVERED


def test_shards_answer_for_their_first_digit_only(tmp_path: Path) -> None:
    write(tmp_path, f"{ISSUER}-a", [b"\xa0" + bytes(15)])
    write(tmp_path, f"{ISSUER}-0", [id_of(1)])

    assert state(tmp_path, b"\xa0" + bytes(15)) is REVOKED
    assert state(tmp_path, b"\xa1" + bytes(15)) is NOT_REVOKED
    assert state(tmp_path, id_of(1)) is REVOKED
    assert state(tmp_path, b"\xb0" + bytes(15)) is NOT_COVERED


@pytest.mark.parametrize(
    ("ids", "changed"),
    [
        ([id_of(2), id_of(1)], {}),
        ([id_of(1), id_of(1)], {}),
        ([id_of(1)], {"count": 2}),
        ([id_of(1), id_of(2)], {"count": 1}),
        ([id_of(1), id_of(2)[:15]], {"count": 2}),
        ([id_of(1)], {"magic": b"CKRV2"}),
    ],
    ids=["falling", "twice", "cut", "longer", "torn", "newer"],
)
def test_a_list_that_is_not_in_order_is_refused_by_its_name(
    tmp_path: Path, ids: Sequence[bytes], changed: dict[str, int]
) -> None:
    write(tmp_path, ISSUER, ids, **changed)  # type: ignore[arg-type]

    with pytest.raises(TrustError, match=r"^41390\.bin: "):
        Revocations(tmp_path)


@pytest.mark.parametrize("content", [b"", b"CKRV1", b"\0" * 24])
def test_a_file_that_is_too_short_is_refused_by_its_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / f"{ISSUER}.bin").write_bytes(content)

    with pytest.raises(TrustError, match=r"^41390\.bin: "):
        Revocations(tmp_path)


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path, ISSUER, [id_of(1)])
    (tmp_path / f"{ISSUER}.bin.new").write_bytes(b"half a")
    (tmp_path / "README").write_text("lists")

    assert state(tmp_path, id_of(1)) is REVOKED


def test_a_million_ids_cost_no_memory_and_no_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As the protocol has them: sixteen shards. What was measured is printed."""
    by_digit: list[list[bytes]] = [[] for _ in range(16)]
    for voucher_id in sorted({secrets.token_bytes(16) for _ in range(MANY)}):
        by_digit[voucher_id[0] >> 4].append(voucher_id)
    for digit, ids in enumerate(by_digit):
        write(tmp_path, f"{ISSUER}-{digit:x}", ids)
    known = [ids[len(ids) // 3] for ids in by_digit]
    assert max(map(len, by_digit)) <= SHARD_IDS_MAX
    del by_digit, ids

    before_kib = _resident_kib()
    began_s = time.perf_counter()
    lists = Revocations(tmp_path)
    opened_s = time.perf_counter() - began_s
    strangers = [secrets.token_bytes(16) for _ in range(2_000)]
    began_s = time.perf_counter()
    told = [lists.state(ISSUER, voucher_id, now_s=COVERS_S) for voucher_id in strangers]
    look_up_us = (time.perf_counter() - began_s) / len(strangers) * 1e6
    grown_kib = _resident_kib() - before_kib

    with capsys.disabled():
        sys.stdout.write(
            f"\n{MANY:,} revoked ids: opened and checked in {opened_s * 1e3:.0f} ms, "
            f"{look_up_us:.1f} µs a look-up, {grown_kib} KiB of memory\n"
        )
    assert set(told) == {NOT_REVOKED}
    assert [lists.state(ISSUER, voucher_id, now_s=COVERS_S) for voucher_id in known] == [REVOKED] * 16
    assert grown_kib < GROWN_KIB_MAX


def _resident_kib() -> int:
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("the kernel tells no VmRSS")
