"""Numbers of the claims, and the limits that every object shares (RFC 8392, RFC 8747, RFC 9711 for the nonce)."""

from typing import Final

from pos import cbor
from pos.voucher.fields import Fields
from pos.voucher.keys import PUBLIC_KEY_BYTES

ISS, SUB, AUD, EXP, NBF, IAT, CTI, CNF, NONCE = 1, 2, 3, 4, 5, 6, 7, 8, 10
PROGRAM, VALUE, SERIAL = -65537, -65538, -65539
VOUCHER, SEQUENCE, SPENT_BEFORE, AMOUNT = -65540, -65541, -65542, -65543
TERMINAL_CERTIFICATE, MERCHANT_NAME = -65544, -65545
RECEIPT_NUMBER, ENTRY, KIND, PAYMENT = -65546, -65547, -65549, -65550

OBJECT_BYTES_MAX: Final = 512
"""Of any object that fits into a QR code, and so of anything inside one."""

SEQUENCE_MAX: Final = 2**32 - 1
SERIAL_BYTES_MAX: Final = 20
MERCHANT_NAME_BYTES_MAX: Final = 60
RECEIPT_NUMBER_BYTES_MAX: Final = 24
CERTIFICATE_LIFE_MAX_S: Final = 400 * 86_400


def confirmation(public_key: bytes) -> cbor.Value:
    """Return the `cnf` claim of a key (RFC 8747): a COSE_Key of type OKP on the curve Ed25519."""
    return {1: {1: 1, -1: 6, -2: public_key}}


def confirmation_key(fields: Fields) -> bytes:
    """Read the `cnf` claim; whether its 32 bytes are a valid key is seen when a signature is verified."""
    cnf = Fields("cnf", fields.value(CNF, "cnf"))
    cose_key = Fields("cnf", cnf.value(1, "COSE_Key"))
    cnf.close()
    cose_key.uint(1, "kty", low=1, high=1)
    cose_key.uint(-1, "crv", low=6, high=6)
    public_key = cose_key.bytes_(-2, "x", size=PUBLIC_KEY_BYTES)
    cose_key.close()
    return public_key
