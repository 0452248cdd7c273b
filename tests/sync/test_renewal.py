"""A certificate near its end: the ledger renews it, the inbox brings it, and the till shows the new one."""

from __future__ import annotations

import time
from contextlib import closing

from pos.config import load_config
from pos.ledger.database import open_database
from pos.ledger.folder import open_folder
from pos.ledger.serve import LedgerThread
from pos.ledger.service import LedgerService
from pos.link.calls import OpenRequest, RequestAnswer, Role
from pos.sync.client import LedgerClient
from pos.sync.inbox import Inbox
from pos.terminal import open_trust
from pos.voucher.claims import TerminalCertificate
from pos.voucher.qr import decode_text
from pos.voucher.signed import decode_request
from pos.voucher.verified import VerifiedRequest, verify_request
from tests.sync.conftest import Till

DAY_S = 86_400


def shown(till: Till) -> TerminalCertificate:
    """The certificate in a request that the till shows now, verified as a phone does."""
    answer = till.core.handle(Role.CONTROL, OpenRequest(amount_won=10_000))
    assert isinstance(answer, RequestAnswer)
    verified = verify_request(
        decode_request(decode_text(answer.text).data), open_trust(load_config(till.town.terminal_toml)).ledger
    )
    assert isinstance(verified, VerifiedRequest)
    return verified.certificate.certificate


def test_what_a_till_shows_carries_the_renewed_certificate(till: Till) -> None:
    before, folder = shown(till), open_folder(till.town.ledger_dir)
    with LedgerThread(till.town.ledger_dir) as ledger:
        till.deliver(ledger.url)
    nearly_s = before.expires_s - 30 * DAY_S

    with closing(open_database(folder.database_url, ledger=folder.ledger)) as database:
        assert LedgerService(folder, database, now_s=int(time.time())).renew_certificates(now_s=nearly_s) == 1
    assert shown(till) == before, "it has not heard yet"
    with LedgerThread(till.town.ledger_dir) as ledger, closing(LedgerClient(ledger.url)) as client:
        assert Inbox(till, client).bring_all() == 1

    after = shown(till)
    assert after.issued_s == nearly_s
    assert after.expires_s > before.expires_s
    assert (after.terminal, after.merchant, after.terminal_key) == (
        before.terminal,
        before.merchant,
        before.terminal_key,
    )
