"""Ed25519 in plain integers, to make the keys and signatures that no honest library makes.

Slow, not constant in time, for tests only (RFC 8032, section 5.1).
"""

import hashlib
from typing import Final

P: Final = 2**255 - 19
L: Final = 2**252 + 27742317777372353535851937790883648493
D: Final = -121665 * pow(121666, -1, P) % P

Point = tuple[int, int]

IDENTITY: Final[Point] = (0, 1)
ORDER_TWO: Final[Point] = (0, P - 1)


def add(first: Point, second: Point) -> Point:
    x1, y1 = first
    x2, y2 = second
    t = D * x1 * x2 * y1 * y2 % P
    return (x1 * y2 + x2 * y1) * pow(1 + t, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - t, -1, P) % P


def multiply(scalar: int, point: Point) -> Point:
    result = IDENTITY
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def encode(point: Point) -> bytes:
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def recover_x(y: int, *, sign: int) -> int | None:
    """The x of that sign, or None where the curve has no such point."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P:
        return None
    return x if x & 1 == sign else P - x


def _base() -> Point:
    y = 4 * pow(5, -1, P) % P
    x = recover_x(y, sign=0)
    assert x is not None
    return x, y


BASE: Final = _base()


def order_eight() -> Point:
    """A point of order 8: what is left of some point after multiplying it by L."""
    y = 2
    while True:
        x = recover_x(y, sign=0)
        if x is not None:
            torsion = multiply(L, (x, y))
            if multiply(4, torsion) != IDENTITY:
                return torsion
        y += 1


def secret_scalar(seed: bytes) -> int:
    scalar = int.from_bytes(hashlib.sha512(seed).digest()[:32], "little")
    return scalar & (1 << 254) - 8 | 1 << 254


def challenge(commitment: bytes, public_key: bytes, message: bytes) -> int:
    return int.from_bytes(hashlib.sha512(commitment + public_key + message).digest(), "little") % L


def sign(seed: bytes, message: bytes, *, key_torsion: Point = IDENTITY, nonce_torsion: Point = IDENTITY, salt: int = 1):
    """A public key and signature, with a torsion point added to the key, to R, or to both."""
    secret = secret_scalar(seed)
    public_key = encode(add(multiply(secret, BASE), key_torsion))
    nonce = int.from_bytes(hashlib.sha512(seed + message + bytes((salt,))).digest(), "little") % L
    commitment = encode(add(multiply(nonce, BASE), nonce_torsion))
    response = (nonce + challenge(commitment, public_key, message) * secret) % L
    return public_key, commitment + response.to_bytes(32, "little")


def sign_under_mixed_key(seed: bytes, message: bytes) -> tuple[bytes, bytes]:
    """A key with a component of order 2, and a signature that the equation [S]B = R + [k]A accepts: k is even."""
    for salt in range(256):
        public_key, signature = sign(seed, message, key_torsion=ORDER_TWO, salt=salt)
        if challenge(signature[:32], public_key, message) % 2 == 0:
            return public_key, signature
    raise AssertionError("half of all challenges are even")
