"""Keys that count, enrolment codes, and emergency trust data in parts."""

import hashlib
import itertools

import pytest

from pos import cbor
from pos.errors import MalformedError, TrustError
from pos.voucher.aad import Aad
from pos.voucher.cose import SignatureError
from pos.voucher.enrolment import ENROLMENT_BYTES_MAX, NO_PIN, EnrolmentCode, build_enrolment, verify_enrolment
from pos.voucher.keys import key_id
from pos.voucher.qr import QrKind, decode_text, encode_text
from pos.voucher.trust import IssuerKey, Ledger, LedgerKey, LedgerRole
from pos.voucher.trust_parts import SET_BYTES_MAX, TrustFile, TrustPart, join_parts, missing_parts, split_set
from tests.support.voucher_builders import (
    ISSUER,
    ISSUER_KEY,
    LEDGER_KEY,
    NOW_S,
    a_key,
    a_ledger,
    an_issuer,
    an_issuer_key,
    envelope,
    some_bytes,
)
from tests.voucher import ed25519_by_hand as by_hand


def test_a_key_is_found_by_its_id_and_owner():
    issuer = an_issuer()

    assert issuer.key(ISSUER_KEY.kid) == an_issuer_key()
    assert issuer.key(LEDGER_KEY.kid) is None


def test_a_key_under_the_id_of_another_is_refused():
    with pytest.raises(TrustError, match="key id"):
        IssuerKey(
            kid=LEDGER_KEY.kid, public_key=ISSUER_KEY.public_key, sign_from_s=0, sign_until_s=NOW_S, revoked=False
        )


def test_a_key_that_is_no_valid_point_is_refused():
    small = by_hand.encode(by_hand.ORDER_TWO)
    with pytest.raises(TrustError, match="point"):
        IssuerKey(kid=key_id(small), public_key=small, sign_from_s=0, sign_until_s=NOW_S, revoked=False)


def test_a_ledger_key_is_checked_like_an_issuers():
    with pytest.raises(TrustError, match="key id"):
        LedgerKey(kid=ISSUER_KEY.kid, public_key=LEDGER_KEY.public_key, roles=frozenset())


def test_a_key_id_twice_is_refused():
    with pytest.raises(TrustError, match="twice"):
        an_issuer(ISSUER, an_issuer_key(), an_issuer_key(revoked=True))


def test_the_signing_window_includes_its_first_second_and_not_its_last():
    key = an_issuer_key(sign_from_s=NOW_S, sign_until_s=NOW_S + 10)

    assert [key.signs_at(NOW_S + offset) for offset in (-1, 0, 9, 10)] == [False, True, True, False]


def test_a_ledger_with_a_key_id_twice_is_refused():
    key = a_ledger().keys[0]

    with pytest.raises(TrustError, match="twice"):
        Ledger(ledger="sandbox", keys=(key, key), log_key=None, urls=(), tls_ca=None)


def test_a_ledger_key_is_found_in_its_roles_only():
    ledger = a_ledger(roles=frozenset({LedgerRole.ACK, LedgerRole.TIME}))

    assert [role for role in LedgerRole if ledger.key(LEDGER_KEY.kid, role)] == [LedgerRole.ACK, LedgerRole.TIME]
    assert ledger.key(a_key("other").kid, LedgerRole.ACK) is None


def _code(url: str = "https://ledger.example", ca_pin: bytes = some_bytes("ca", 32)) -> EnrolmentCode:
    return EnrolmentCode(
        url=url,
        ledger="sandbox",
        secret=some_bytes("secret"),
        root_sha256=some_bytes("root", 32),
        ca_pin=ca_pin,
    )


def test_an_enrolment_code_goes_through_a_qr_code():
    text = encode_text(QrKind.ENROLMENT, _code().to_bytes())

    assert text.startswith("CKE1:")
    assert EnrolmentCode.from_bytes(decode_text(text).data) == _code()


@pytest.mark.parametrize("url", ["http://127.0.0.1:8400", "http://localhost:8400", "http://[::1]:8400"])
def test_the_same_machine_needs_no_tls(url: str):
    assert EnrolmentCode.from_bytes(_code(url, NO_PIN).to_bytes()).url == url


@pytest.mark.parametrize(
    ("url", "ca_pin"),
    [
        ("http://ledger.example", NO_PIN),
        ("http://127.0.0.1.example", NO_PIN),
        ("http://127.0.0.1", some_bytes("ca", 32)),
        ("https://ledger.example", NO_PIN),
        ("ftp://ledger.example", some_bytes("ca", 32)),
        ("https://", some_bytes("ca", 32)),
        ("https://[", some_bytes("ca", 32)),
        ("https://원장.example", some_bytes("ca", 32)),
        ("ledger.example", some_bytes("ca", 32)),
        ("https://ledger.example", b"short"),
        ("https://" + "a" * 200, some_bytes("ca", 32)),
    ],
)
def test_other_addresses_are_refused(url: str, ca_pin: bytes):
    with pytest.raises(MalformedError):
        EnrolmentCode.from_bytes(_code(url, ca_pin).to_bytes())


def test_an_enrolment_proves_possession_of_the_key_that_it_brings():
    key = a_key("new terminal")

    raw = build_enrolment(some_bytes("secret"), [("model", "Raspberry Pi 5"), ("cpu", "cortex-a76")], key=key)

    enrolment = verify_enrolment(raw)
    assert (enrolment.secret, enrolment.public_key) == (some_bytes("secret"), key.public_key)
    assert enrolment.facts == (("cpu", "cortex-a76"), ("model", "Raspberry Pi 5"))


def test_an_enrolment_for_a_key_of_somebody_else_is_refused():
    payload: cbor.Value = {1: some_bytes("secret"), 2: a_key("new terminal").public_key, 3: {}}
    raw = envelope(cbor.encode(payload), key=a_key("thief"), aad=Aad.ENROLMENT)

    with pytest.raises(SignatureError):
        verify_enrolment(raw)


@pytest.mark.parametrize(
    "facts",
    [
        [(str(number), "x") for number in range(17)],
        [("model", "x" * 121)],
        [("model", "a\nb")],
    ],
)
def test_hardware_facts_are_few_short_and_clean(facts: list[tuple[str, str]]):
    with pytest.raises(MalformedError):
        verify_enrolment(build_enrolment(some_bytes("secret"), facts, key=a_key("new terminal")))


def test_an_enrolment_is_short_and_its_facts_are_text():
    key = a_key("new terminal")
    payload: cbor.Value = {1: some_bytes("secret"), 2: key.public_key, 3: {"cores": 4}}

    with pytest.raises(MalformedError, match="not text"):
        verify_enrolment(envelope(cbor.encode(payload), key=key, aad=Aad.ENROLMENT))
    with pytest.raises(MalformedError, match=str(ENROLMENT_BYTES_MAX)):
        verify_enrolment(bytes(ENROLMENT_BYTES_MAX + 1))


FILES = (
    TrustFile(path="root.json", data=b"r" * 700),
    TrustFile(path="targets/revoked.json", data=b"t" * 900),
)


def test_parts_are_joined_in_any_order():
    parts = split_set(FILES)
    assert len(parts) == 4

    for order in itertools.permutations(parts):
        assert join_parts(order) == FILES


def test_parts_go_through_qr_codes():
    for part in split_set(FILES):
        text = encode_text(QrKind.TRUST, part.to_bytes())
        assert TrustPart.from_bytes(decode_text(text).data) == part


def test_the_missing_parts_are_named():
    parts = split_set(FILES)

    assert missing_parts(parts[1:3]) == (1, 4)
    assert missing_parts(parts) == ()
    with pytest.raises(MalformedError, match="missing"):
        join_parts(parts[1:])


def test_parts_of_two_sets_do_not_mix():
    other = split_set((TrustFile(path="root.json", data=b"x" * 1600),))

    with pytest.raises(MalformedError, match="different sets"):
        join_parts((split_set(FILES)[0], *other[1:]))
    with pytest.raises(MalformedError, match="one index"):
        join_parts((*split_set(FILES), other[0]))
    with pytest.raises(MalformedError, match="no parts"):
        join_parts(())


def test_a_damaged_set_is_seen_before_anything_in_it_is_read():
    first, *rest = split_set(FILES)
    damaged = TrustPart(set_id=first.set_id, index=1, total=first.total, data=first.data[:-1] + b"!")

    with pytest.raises(MalformedError, match="do not make up"):
        join_parts((damaged, *rest))


@pytest.mark.parametrize("path", ["/etc/passwd", "../root.json", "a/../b", "", "a//b", "a/", ".hidden", "a" * 121, "é"])
def test_paths_stay_inside(path: str):
    with pytest.raises(MalformedError, match="path"):
        split_set((TrustFile(path=path, data=b"x"),))


def test_a_set_has_limits():
    with pytest.raises(MalformedError, match=str(SET_BYTES_MAX)):
        split_set((TrustFile(path="a", data=b"x" * SET_BYTES_MAX),))
    with pytest.raises(MalformedError, match="twice"):
        split_set((FILES[0], FILES[0]))
    with pytest.raises(MalformedError, match="array"):
        split_set(())


@pytest.mark.parametrize(("index", "total"), [(0, 1), (2, 1), (1, 33), (33, 33)])
def test_a_part_outside_its_set_is_refused(index: int, total: int):
    part = TrustPart(set_id=some_bytes("set", 8), index=index, total=total, data=b"x")

    with pytest.raises(MalformedError):
        TrustPart.from_bytes(part.to_bytes())


@pytest.mark.parametrize(
    "content", [["root.json"], [["root.json"]], [["root.json", "text"]], [[b"root.json", b"x"]], {}]
)
def test_a_set_that_holds_anything_but_files_is_refused(content: cbor.Value):
    raw = cbor.encode(content)
    part = TrustPart(set_id=hashlib.sha256(raw).digest()[:8], index=1, total=1, data=raw)

    with pytest.raises(MalformedError, match="trust set"):
        join_parts((part,))
