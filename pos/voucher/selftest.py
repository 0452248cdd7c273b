"""The one-won payment with which a new terminal tries itself, from a voucher that buys nothing anywhere.

Rules:

- the issuer `00000` is nobody's municipality and stands in no trust file: its vouchers count inside a self-test only,
  where its keys are the ledger's own of the role `certificate`;
- the ledger signs the voucher when it enrols a terminal; the phone's part is played by the terminal, with a key that
  both derive from the code's secret, so that the same code and key always get the same answer;
- one won, programme `test`; what is paid with it is recorded as `selftest.payment`, a kind outside all totals.
"""

import hashlib
from typing import Final

from pos.voucher.claims import Payment, TerminalCertificate, Voucher
from pos.voucher.fields import ID16_BYTES
from pos.voucher.keys import SigningKey
from pos.voucher.signed import SignedPayment, SignedVoucher, sign_payment, sign_voucher

TEST_ISSUER: Final = "00000"
TEST_PROGRAM: Final = "test"
TEST_WON: Final = 1
_HOLDER: Final = b"chak-pos/selftest-holder/1"
_VOUCHER: Final = b"chak-pos/selftest-voucher/1"


def selftest_holder(secret: bytes) -> SigningKey:
    """The key of the phone that the terminal plays; `secret` is the enrolment code's."""
    return SigningKey.from_seed(hashlib.sha256(_HOLDER + secret).digest())


def selftest_voucher(certificate: TerminalCertificate, secret: bytes, *, key: SigningKey) -> SignedVoucher:
    """The voucher for one terminal, good for as long as its certificate; `key` is the ledger's."""
    claims = Voucher(
        issuer=TEST_ISSUER,
        expires_s=certificate.expires_s,
        not_before_s=certificate.issued_s,
        issued_s=certificate.issued_s,
        voucher_id=hashlib.sha256(_VOUCHER + certificate.terminal_key).digest()[:ID16_BYTES],
        holder_key=selftest_holder(secret).public_key,
        program=TEST_PROGRAM,
        value_won=TEST_WON,
        serial=None,
    )
    return sign_voucher(claims, key=key)


def selftest_payment(voucher: bytes, *, holder: SigningKey, merchant: str, now_s: int) -> SignedPayment:
    """What the phone would show."""
    claims = Payment(
        merchant=merchant,
        issued_s=now_s,
        nonce=None,
        voucher=voucher,
        sequence=1,
        spent_before_won=0,
        amount_won=TEST_WON,
    )
    return sign_payment(claims, key=holder)
