"""Certificates that end soon are renewed by message, once, while time goes by."""

from pos.ledger import inbox, schema
from pos.ledger.audit import audit_database
from pos.voucher.bodies import RequestClosed, RequestEnd
from pos.voucher.claims import TerminalCertificate
from pos.voucher.message_bodies import CertificateTold, read_message
from pos.voucher.messages import parse_message
from pos.voucher.signed import decode_certificate
from tests.support.ledger_builders import LEDGER, NOW_S, YEAR_S, Desk, Till, ledger_keys

DAY_S = 86_400


def beginning(desk: Desk, name: str) -> Till:
    till = desk.town.till(name)
    till.record(RequestClosed(nonce=bytes(16), reason=RequestEnd.CANCELLED))
    desk.deliver(till)
    return till


def told(desk: Desk, terminal: str) -> list[TerminalCertificate]:
    raws = desk.database.read(lambda connection: inbox.messages_after(connection, terminal, 0))
    bodies = [read_message(parse_message(raw).claims) for raw in raws]
    return [decode_certificate(body.certificate).claims for body in bodies if isinstance(body, CertificateTold)]


def test_a_certificate_is_renewed_two_months_before_its_end_and_again_a_year_later(desk: Desk) -> None:
    till = beginning(desk, "t-1")
    soon_s = NOW_S + YEAR_S - 59 * DAY_S

    assert desk.service.renew_certificates(now_s=soon_s - 2 * DAY_S) == 0
    assert desk.service.renew_certificates(now_s=soon_s) == 1
    assert desk.service.renew_certificates(now_s=soon_s) == 0

    (renewed,) = told(desk, "t-1")
    assert (renewed.terminal, renewed.merchant, renewed.terminal_key) == ("t-1", "m-bakery", till.key.public_key)
    assert renewed.issued_s == soon_s
    assert renewed.expires_s - renewed.issued_s <= 400 * DAY_S

    desk.deliver(till)
    assert desk.service.renew_certificates(now_s=soon_s + DAY_S) == 0, "a call brings the old one back to nobody"
    assert desk.service.renew_certificates(now_s=soon_s + YEAR_S) == 1
    keys = desk.town.public_keys()
    assert audit_database(desk.database, keys, ledger=LEDGER, log_key=ledger_keys().log.public_key).problems == []


def test_a_terminal_that_is_trusted_no_more_or_was_replaced_gets_none(desk: Desk) -> None:
    beginning(desk, "t-1")
    beginning(desk, "t-2")
    desk.town.till("t-1", revoked_after=1)
    place = {"secret_hash": b"h", "replaces": "t-2"}
    code = {
        "secret_hash": b"h",
        "terminal": "t-3",
        "merchant": "m-bakery",
        "merchant_name": "bakery",
        "expires_s": NOW_S,
        "public_key": bytes(32),
        "certificate": b"",
    }
    desk.database.write(lambda connection: connection.execute(schema.enrolments.insert(), code))
    desk.database.write(lambda connection: connection.execute(schema.replacements.insert(), place))

    assert desk.service.renew_certificates(now_s=NOW_S + YEAR_S) == 0
    assert told(desk, "t-1") == told(desk, "t-2") == []
