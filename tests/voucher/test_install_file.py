"""The signed file for an installation: closed, and worth nothing when one bit of it is another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos import cbor
from pos.errors import MalformedError
from pos.voucher.aad import Aad
from pos.voucher.cose import sign1
from pos.voucher.enrolment import NO_PIN, EnrolmentCode
from pos.voucher.install_file import INSTALL_BYTES_MAX, ROOTS_MAX, InstallFile, build_install_file
from pos.voucher.keys import SigningKey

KEY = SigningKey.from_seed(b"online".ljust(32, b"."))
CODE = EnrolmentCode(
    url="http://127.0.0.1:8400", ledger="sandbox", secret=b"s" * 16, root_sha256=b"r" * 32, ca_pin=NO_PIN
)
RAW = build_install_file(CODE, expires_s=2_000_000_000, roots=(b"root one", b"root two"), key=KEY, machine="1000abcd")


def test_what_was_signed_is_read_back() -> None:
    file = InstallFile.from_bytes(RAW)

    assert (file.code, file.expires_s, file.machine) == (CODE, 2_000_000_000, "1000abcd")
    assert file.roots == (b"root one", b"root two")
    assert file.is_signed_by(bytes(KEY.public_key))
    assert not file.is_signed_by(bytes(SigningKey.from_seed(b"other".ljust(32, b".")).public_key))


@given(at=st.integers(min_value=0, max_value=len(RAW) * 8 - 1))
def test_no_bit_of_it_can_be_another(at: int) -> None:
    changed = bytearray(RAW)
    changed[at // 8] ^= 1 << at % 8

    try:
        file = InstallFile.from_bytes(bytes(changed))
    except MalformedError:
        return
    assert not file.is_signed_by(bytes(KEY.public_key))


@given(raw=st.binary(max_size=300))
def test_anything_else_is_malformed_and_nothing_worse(raw: bytes) -> None:
    with pytest.raises(MalformedError):
        InstallFile.from_bytes(raw)


@pytest.mark.parametrize(
    "changes",
    [{3: []}, {3: [b"r"] * (ROOTS_MAX + 1)}, {3: ["text"]}, {3: b"r"}, {1: b"no code"}, {2: "later"}, {5: 1}, {4: ""}],
)
def test_each_field_is_what_it_must_be(changes: dict[int | str, cbor.Value]) -> None:
    content: dict[int | str, cbor.Value] = {1: CODE.to_bytes(), 2: 1, 3: [b"r"], **changes}

    with pytest.raises(MalformedError):
        InstallFile.from_bytes(sign1(cbor.encode(content), key=KEY, aad=Aad.INSTALL))


def test_a_file_larger_than_any_is_not_even_looked_at() -> None:
    with pytest.raises(MalformedError):
        InstallFile.from_bytes(bytes(INSTALL_BYTES_MAX + 1))
