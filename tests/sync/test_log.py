"""Proofs of settled sales from a real ledger's log, its witnesses included."""

from __future__ import annotations

import time
from contextlib import closing

from pos.ledger.serve import LedgerThread
from pos.sync.client import LedgerClient
from pos.sync.log import LogProofs
from tests.sync.conftest import Till

DEADLINE_S = 30.0


def test_every_sale_that_settled_is_proven_from_the_witnessed_log(till: Till, ledger: LedgerThread) -> None:
    till.sell(5)
    till.deliver(ledger.url)
    until_s = time.monotonic() + DEADLINE_S
    with closing(LedgerClient(ledger.url)) as client:
        while till.core.journal.log.count_proofs() < 5:
            assert time.monotonic() < until_s, "the log never showed the sales"
            LogProofs(till, client).bring()
        till.sell(2)
        till.deliver(ledger.url)
        while till.core.journal.log.count_proofs() < 7:
            assert time.monotonic() < until_s, "the log did not grow"
            LogProofs(till, client).bring()

    assert till.core.journal.alarms.open() == ()
