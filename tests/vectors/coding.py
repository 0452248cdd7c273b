"""Vectors of the encodings below the objects and of the rules between payments."""

from pos.voucher import base45
from pos.voucher.qr import QrKind, encode_text
from pos.voucher.spend_line import LinePoint, extends
from tests.support.voucher_builders import (
    a_confirmation,
    a_paper_voucher,
    a_payment,
    a_receipt,
    a_request,
    some_bytes,
)

JsonCase = dict[str, object]

# Diagnostic notation of RFC 8949, section 8, beside the one encoding.
CBOR_GOOD: tuple[tuple[str, str], ...] = (
    ("0", "00"),
    ("23", "17"),
    ("24", "1818"),
    ("255", "18ff"),
    ("256", "190100"),
    ("65535", "19ffff"),
    ("65536", "1a00010000"),
    ("4294967296", "1b0000000100000000"),
    ("18446744073709551615", "1bffffffffffffffff"),
    ("-1", "20"),
    ("-24", "37"),
    ("-25", "3818"),
    ("-65537", "3a00010000"),
    ("-18446744073709551616", "3bffffffffffffffff"),
    ("h''", "40"),
    ("h'01020304'", "4401020304"),
    ('""', "60"),
    ('"IETF"', "6449455446"),
    ('"시흥"', "66ec8b9cec9da5"),
    ("[]", "80"),
    ("[1, [2, 3]]", "8201820203"),
    ("{}", "a0"),
    ('{1: 2, -1: 3, "a": 4}', "a301022003616104"),
    ("{10: 1, 100: 2, -1: 3}", "a30a0118640220" + "03"),
    ("false", "f4"),
    ("true", "f5"),
    ("null", "f6"),
    ("18([])", "d280"),
    ("[[[[[[]]]]]]", "818181818180"),
)

CBOR_BAD: tuple[tuple[str, str], ...] = (
    ("", "nothing"),
    ("0000", "a byte behind the value"),
    ("18", "the argument is missing"),
    ("1817", "23 in two bytes"),
    ("1900ff", "255 in three bytes"),
    ("1a0000ffff", "65535 in five bytes"),
    ("1b00000000ffffffff", "4294967295 in nine bytes"),
    ("3817", "-24 in two bytes"),
    ("1c", "reserved head"),
    ("1c" + "ff" * 16, "a head of sixteen bytes"),
    ("1f", "indefinite integer"),
    ("5800", "an empty byte string with a long head"),
    ("5f40ff", "indefinite byte string"),
    ("4201", "a byte string that is cut off"),
    ("5bffffffffffffffff", "a byte string longer than memory"),
    ("7f60ff", "indefinite text"),
    ("61ff", "not UTF-8"),
    ("62c080", "overlong UTF-8"),
    ("63eda080", "a surrogate"),
    ("64f4908080", "beyond U+10FFFF"),
    ("8201", "an array that is cut off"),
    ("9bffffffffffffffff", "an array longer than memory"),
    ("9fff", "indefinite array"),
    ("bbffffffffffffffff", "a map longer than memory"),
    ("bfff", "indefinite map"),
    ("a2010201" + "03", "a key twice"),
    ("a22001" + "0102", "keys out of order"),
    ("a261610161" + "4102", "text keys out of order"),
    ("a2626161016162" + "02", "the shorter key comes first"),
    ("a1400" + "1", "a byte string as key"),
    ("a1f501", "true as key"),
    ("a18001", "an array as key"),
    ("a1d20101", "a tag as key"),
    ("a101", "a map that is cut off"),
    ("c2420100", "a bignum"),
    ("c3420100", "a negative bignum"),
    ("d8128" + "0", "tag 18 in two bytes"),
    ("f7", "undefined"),
    ("f0", "an unassigned simple value"),
    ("f814", "false in two bytes"),
    ("f97e00", "a half float"),
    ("fa47c35000", "a float"),
    ("fb3ff199999999999a", "a double"),
    ("ff", "a break alone"),
    ("81" * 6 + "80", "seven deep"),
    ("d2" * 7 + "00", "seven tags deep"),
    ("81" * 2000, "two thousand deep"),
)


def cbor_cases() -> list[JsonCase]:
    good: list[JsonCase] = [{"bytes": raw, "expect": "read", "value": value} for value, raw in CBOR_GOOD]
    bad: list[JsonCase] = [{"bytes": raw, "expect": "malformed", "why": why} for raw, why in CBOR_BAD]
    return good + bad


def base45_cases() -> list[JsonCase]:
    # The first four are RFC 9285's own examples, sections 4.3 and 4.4.
    good = ((b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581"), (b"ietf!", "QED8WEX0"))
    more = tuple((raw, base45.encode(raw)) for raw in (b"", b"\0", b"\xff", b"\0\0", b"\xff\xff", some_bytes("x", 9)))
    bad = (
        ("GGW", "65536: above what three characters may say"),
        (":::", "the highest three characters"),
        ("V5", "256: above what two characters may say"),
        ("::", "the highest two characters"),
        ("A", "one character alone"),
        ("BB8B", "one character behind a group"),
        ("bb8", "lower case"),
        ("BB8\n", "a line break"),
        ("BB_", "outside the alphabet"),
        ("BBé", "outside ASCII"),
        ("ＢＢ８", "full-width letters"),
    )
    cases: list[JsonCase] = [{"text": text, "expect": "read", "bytes": raw.hex()} for raw, text in (*good, *more)]
    cases += [{"text": text, "expect": "malformed", "why": why} for text, why in bad]
    return cases


def qr_cases() -> list[JsonCase]:
    objects = (
        (QrKind.VOUCHER, a_paper_voucher().raw),
        (QrKind.PAYMENT, a_payment().raw),
        (QrKind.REQUEST, a_request().raw),
        (QrKind.CONFIRMATION, a_confirmation().raw),
        (QrKind.RECEIPT, a_receipt().raw),
    )
    cases: list[JsonCase] = [
        {"text": encode_text(kind, raw), "expect": "read", "prefix": f"{kind}1:", "bytes": raw.hex()}
        for kind, raw in objects
    ]
    text = encode_text(QrKind.PAYMENT, a_payment().raw)
    body = text[5:]
    longest = "CKP1:" + base45.encode(b"\1" * 512)
    cases.append({"text": longest, "expect": "read", "prefix": "CKP1:", "bytes": "01" * 512})
    bad = (
        ("CKP1:" + base45.encode(b"\1" * 513), "too_long", "513 bytes"),
        ("CKP1:" + "_" * 796, "too_long", "801 characters; the length is looked at first"),
        (text.lower(), "not_ours", "lower case"),
        (text[:5] + body.lower(), "alphabet", "lower case behind the prefix"),
        (" " + text, "not_ours", "a blank before"),
        (text + "\n", "alphabet", "a line break behind"),
        (text + "00", "malformed_object", "two characters more are one byte more"),
        (text[:-1], "alphabet", "the last character is missing"),
        ("CKP1:", "alphabet", "nothing behind the prefix"),
        ("CKP2:" + body, "needs_update", "a later version"),
        ("CKP9:" + body, "needs_update", "a later version"),
        ("CKX1:" + body, "needs_update", "a kind that version 1 does not have"),
        ("CKP:" + body, "not_ours", "no version"),
        ("CKP10:" + body, "not_ours", "a version is one digit"),
        ("HC1:" + body, "not_ours", "a health certificate"),
        ("", "not_ours", "nothing"),
    )
    cases += [{"text": given, "expect": expect, "why": why} for given, expect, why in bad]
    return cases


def spend_line_cases() -> list[JsonCase]:
    def point(sequence: int, spent_before_won: int, amount_won: int) -> LinePoint:
        return LinePoint(sequence=sequence, spent_before_won=spent_before_won, amount_won=amount_won)

    def shown(at: LinePoint | None) -> list[int] | None:
        return None if at is None else [at.sequence, at.spent_before_won, at.amount_won]

    highest = point(3, 6_000, 4_000)
    rows = (
        (None, point(1, 0, 50_000), True, "everything at once"),
        (None, point(1, 0, 50_001), False, "one won above the value"),
        (None, point(7, 49_999, 1), True, "the last won; earlier payments went elsewhere"),
        (None, point(7, 50_000, 1), False, "nothing is left"),
        (highest, point(4, 10_000, 1), True, "the very next, exact"),
        (highest, point(4, 10_001, 1), False, "the very next must count exactly what came before"),
        (highest, point(4, 9_999, 1), False, "forgets a won"),
        (highest, point(5, 10_000, 1), True, "at least what came before"),
        (highest, point(5, 10_001, 1), True, "one payment went elsewhere"),
        (highest, point(5, 9_999, 1), False, "forgets a won"),
        (highest, point(3, 6_000, 4_000), False, "the same sequence again"),
        (highest, point(3, 10_000, 1), False, "the same sequence with another sum"),
        (highest, point(2, 10_000, 1), False, "a lower sequence"),
        (highest, point(5, 45_000, 5_000), True, "exactly the value"),
        (highest, point(5, 45_000, 5_001), False, "above the value"),
    )
    for before, payment, expected, why in rows:
        assert extends(before, payment, 50_000) is expected, why
    return [
        {
            "value": 50_000,
            "highest": shown(before),
            "payment": shown(payment),
            "expect": "extends" if expected else "refused",
            "why": why,
        }
        for before, payment, expected, why in rows
    ]
