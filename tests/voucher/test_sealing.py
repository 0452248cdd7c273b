"""What is sealed for the ledger is opened by nobody else."""

import pytest

from pos.errors import MalformedError
from pos.voucher.keys import SigningKey
from pos.voucher.sealing import open_sealed, seal

LEDGER = SigningKey.from_seed(b"ledger".ljust(32, b"."))
STRANGER = SigningKey.from_seed(b"stranger".ljust(32, b"."))


def test_only_its_recipient_opens_a_sealed_identifier() -> None:
    sealed = seal(b"01012345678", recipient=LEDGER.public_key)

    assert open_sealed(sealed, key=LEDGER) == b"01012345678"
    assert b"0101234" not in sealed
    assert sealed != seal(b"01012345678", recipient=LEDGER.public_key)
    with pytest.raises(MalformedError):
        open_sealed(sealed, key=STRANGER)


@pytest.mark.parametrize("spoiled", [b"", b"short", bytes(59)])
def test_what_is_no_sealed_box_is_an_error_of_ours(spoiled: bytes) -> None:
    with pytest.raises(MalformedError):
        open_sealed(spoiled, key=LEDGER)
